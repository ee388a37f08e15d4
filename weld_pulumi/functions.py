"""Look-ups for a program: plain functions, each with a twin ``…_output`` that takes and returns Outputs.

They ask Weld at once, with the key of the stack configuration (``weld:apiKey``) or of the environment
(``WELD_API_KEY``), and raise the errors of :mod:`weld_pulumi.errors`. HTTP is imported by the first call.
What they return has attributes; ``.model_dump()`` makes a plain dict of it, for example for ``pulumi.export``.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pulumi

from .config import NAMESPACE, Settings, load
from .errors import NotFoundError, WeldValidationError

if TYPE_CHECKING:
    from .api.client import WeldClient
    from .api.models import (
        AvailableSourceStream,
        ConnectionInfo,
        EltStreamInfo,
        EltStreamRun,
        EltSyncInfo,
        EltSyncStatus,
        IntegrationInfo,
        OrchestrationInfo,
    )

P = ParamSpec("P")
T = TypeVar("T")

_clients: dict[Settings, WeldClient] = {}
_lock = threading.Lock()


def _client() -> WeldClient:
    from .api.client import WeldClient

    config = pulumi.Config(NAMESPACE)
    settings = load(lambda key: config.get(key.partition(":")[2]))
    with _lock:
        if settings not in _clients:
            if settings.warning:
                pulumi.log.warn(settings.warning)
            _clients[settings] = WeldClient(settings)
        return _clients[settings]


@contextmanager
def _looking_for(kind: str, id: str | None, command: str) -> Iterator[WeldClient]:
    """Say of a 404 what was looked for, and which command lists what is there."""
    client = _client()
    try:
        yield client
    except NotFoundError as error:
        if id is not None:
            client.confirm_host()
            error.advise(f"There is no {kind} {id!r}; `weld-pulumi {command}` lists those that are there.")
        raise


def get_connections(integration_id: str | None = None) -> list[ConnectionInfo]:
    """Return the connections of the workspace, or those of one integration.

    Args:
        integration_id: for example ``"stripe"``. Where Weld does not tell the integration, a connection is left out.

    Raises:
        WeldError: Weld cannot be asked.
    """
    listed = _client().list_connections()
    return [c for c in listed if integration_id is None or c.integration_id == integration_id]


def get_connection(
    id: str | None = None, label: str | None = None, integration_id: str | None = None
) -> ConnectionInfo:
    """Return the one connection that fits everything given.

    Args:
        id: Weld's id.
        label: name shown in Weld.
        integration_id: for example ``"stripe"``.

    Raises:
        WeldValidationError: nothing was given, or none or several fit; the message lists the candidates.
        WeldError: Weld cannot be asked.
    """
    wanted = {k: v for k, v in (("id", id), ("label", label), ("integration_id", integration_id)) if v is not None}
    if not wanted:
        raise WeldValidationError("get_connection needs an id, a label or an integration_id.")
    listed = _client().list_connections()
    found = [c for c in listed if all(getattr(c, name) == value for name, value in wanted.items())]
    if len(found) == 1:
        return found[0]
    asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
    count = "several connections fit" if found else "no connection fits"
    candidates = "; ".join(c.describe() for c in (found or listed)[:20]) or "none"
    raise WeldValidationError(
        f"get_connection({asked}): {count}. Candidates: {candidates}. Give the id of the right one."
    )


def get_connection_settings_schema(connection_id: str) -> dict[str, Any]:
    """Return the JSON Schema of ``elt_settings`` for a source connection; empty where there are no settings.

    Raises:
        WeldError: Weld cannot be asked, or has no such connection.
    """
    with _looking_for("connection", connection_id, "connections") as client:
        return client.get_connection_settings(connection_id)


def get_integrations(ability: str = "EltSource") -> list[IntegrationInfo]:
    """Return the integrations of the workspace's plan with an ability.

    Args:
        ability: ``"EltSource"`` or ``"ReverseEtlDestination"``. Weld lists no destinations of syncs.

    Raises:
        WeldError: Weld cannot be asked.
    """
    return _client().list_integrations(ability)


def get_elt_syncs(connection_id: str | None = None) -> list[EltSyncInfo]:
    """Return the syncs of the workspace, or those of one source connection.

    Raises:
        WeldError: Weld cannot be asked.
    """
    with _looking_for("connection", connection_id, "connections") as client:
        return client.list_syncs(connection_id)


def get_elt_sync(id: str) -> EltSyncInfo:
    """Return one sync.

    Raises:
        NotFoundError: Weld has no such sync.
        WeldError: Weld cannot be asked.
    """
    with _looking_for("sync", id, "syncs") as client:
        return client.get_sync(id)


def get_elt_sync_status(id: str) -> EltSyncStatus:
    """Return what each stream of a sync is doing now.

    Raises:
        WeldError: Weld cannot be asked, or has no such sync.
    """
    with _looking_for("sync", id, "syncs") as client:
        return client.get_sync_status(id)


def get_available_source_streams(elt_sync_id: str) -> list[AvailableSourceStream]:
    """Return the streams that a sync can have.

    Raises:
        WeldError: Weld cannot be asked, or has no such sync.
    """
    with _looking_for("sync", elt_sync_id, "syncs") as client:
        return list(client.list_available_streams(elt_sync_id))


def get_source_streams(elt_sync_id: str | None = None) -> list[EltStreamInfo]:
    """Return the streams of a sync, or all streams of the workspace.

    Raises:
        WeldError: Weld cannot be asked.
    """
    with _looking_for("sync", elt_sync_id, "syncs") as client:
        return client.list_streams(elt_sync_id)


def get_source_stream_runs(elt_stream_id: str, limit: int | None = 10) -> list[EltStreamRun]:
    """Return the runs of a stream, newest first; Weld keeps them for three months.

    Args:
        elt_stream_id: Weld's id of the stream.
        limit: at most so many; None for all.

    Raises:
        WeldValidationError: ``limit`` is below 1.
        WeldError: Weld cannot be asked, or has no such stream.
    """
    if limit is not None and limit < 1:
        raise WeldValidationError(f"get_source_stream_runs: limit={limit!r} is not a number from 1 on; None means all.")
    with _looking_for("stream", elt_stream_id, "streams SYNC_ID") as client:
        return client.list_runs(elt_stream_id, None if limit is None else int(limit))


def get_orchestrations() -> list[OrchestrationInfo]:
    """Return the orchestrations, which are made in Weld's pages.

    Raises:
        WeldError: Weld cannot be asked.
    """
    return _client().list_orchestrations()


def _twin(function: Callable[P, T]) -> Callable[..., pulumi.Output[T]]:
    @functools.wraps(function)
    def with_outputs(*args: Any, **kwargs: Any) -> pulumi.Output[T]:
        given = pulumi.Output.all(pulumi.Output.all(*args), pulumi.Output.all(**kwargs) if kwargs else {})
        return given.apply(lambda both: function(*both[0], **both[1]))

    with_outputs.__name__ = with_outputs.__qualname__ = f"{function.__name__}_output"
    with_outputs.__doc__ = (
        f"Do what :func:`{function.__name__}` does, with Inputs as arguments and an Output as result."
    )
    return with_outputs


get_available_source_streams_output = _twin(get_available_source_streams)
get_connection_output = _twin(get_connection)
get_connection_settings_schema_output = _twin(get_connection_settings_schema)
get_connections_output = _twin(get_connections)
get_elt_sync_output = _twin(get_elt_sync)
get_elt_sync_status_output = _twin(get_elt_sync_status)
get_elt_syncs_output = _twin(get_elt_syncs)
get_integrations_output = _twin(get_integrations)
get_orchestrations_output = _twin(get_orchestrations)
get_source_stream_runs_output = _twin(get_source_stream_runs)
get_source_streams_output = _twin(get_source_streams)
