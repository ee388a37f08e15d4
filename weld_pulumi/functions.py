"""Look-ups for a program: plain functions, each with a twin ``…_output`` that takes and returns Outputs.

They ask Weld at once, with the key of the stack configuration (``weld:apiKey``) or of the environment
(``WELD_API_KEY``), or those of the ``provider`` in ``opts`` (a :class:`weld_pulumi.Provider`), and raise the errors of
:mod:`weld_pulumi.errors`. A provider whose settings are Outputs works with the twins. HTTP is imported by the first
call.
What they return has attributes; ``.model_dump()`` makes a plain dict of it, for example for ``pulumi.export``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from ._text import first_few
from ._workspaces import client_of, twin
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


@contextmanager
def _looking_for(
    kind: str, id: str | None, command: str, function: Callable[..., Any], opts: pulumi.InvokeOptions | None
) -> Iterator[WeldClient]:
    """Say of a 404 what was looked for, and which command lists what is there."""
    client = client_of(function, opts)
    try:
        yield client
    except NotFoundError as error:
        if id is not None:
            error.next_step = f"There is no {kind} {id!r}; `weld-pulumi {command}` lists those that are there."
        raise


def get_connections(
    integration_id: str | None = None, opts: pulumi.InvokeOptions | None = None
) -> list[ConnectionInfo]:
    """Return the connections of the workspace, or those of one integration.

    Args:
        integration_id: for example ``"stripe"``. Where Weld does not tell the integration, a connection is left out.
        opts: its ``provider`` is the workspace to ask, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: Weld cannot be asked.
    """
    listed = client_of(get_connections, opts).list_connections()
    return [c for c in listed if integration_id is None or c.integration_id == integration_id]


def get_connection(
    id: str | None = None,
    label: str | None = None,
    integration_id: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> ConnectionInfo:
    """Return the one connection that fits everything given.

    Args:
        id: Weld's id.
        label: name shown in Weld.
        integration_id: for example ``"stripe"``.
        opts: its ``provider`` is the workspace to ask, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldValidationError: nothing was given, or none or several fit; the message lists the candidates.
        WeldError: Weld cannot be asked.
    """
    wanted = {k: v for k, v in (("id", id), ("label", label), ("integration_id", integration_id)) if v is not None}
    if not wanted:
        raise WeldValidationError("get_connection needs an id, a label or an integration_id.")
    listed = client_of(get_connection, opts).list_connections()
    found = [c for c in listed if all(getattr(c, name) == value for name, value in wanted.items())]
    if len(found) == 1:
        return found[0]
    asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
    count = "several connections fit" if found else "no connection fits"
    candidates = first_few(found or listed, 20, lambda c: c.describe(), "; ") or "none"
    raise WeldValidationError(
        f"get_connection({asked}): {count}. Candidates: {candidates}. Give the id of the right one."
    )


def get_connection_settings_schema(connection_id: str, opts: pulumi.InvokeOptions | None = None) -> dict[str, Any]:
    """Return the JSON Schema of ``elt_settings`` for a source connection; empty where there are no settings.

    Raises:
        WeldError: Weld cannot be asked, or has no such connection.
    """
    with _looking_for("connection", connection_id, "connections", get_connection_settings_schema, opts) as client:
        return client.get_connection_settings(connection_id)


def get_integrations(
    ability: Literal["EltSource", "ReverseEtlDestination"] = "EltSource", opts: pulumi.InvokeOptions | None = None
) -> list[IntegrationInfo]:
    """Return the integrations of the workspace's plan with an ability.

    Args:
        ability: ``"EltSource"`` or ``"ReverseEtlDestination"``. Weld lists no destinations of syncs.
        opts: its ``provider`` is the workspace to ask, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: Weld cannot be asked.
    """
    return client_of(get_integrations, opts).list_integrations(ability)


def get_elt_syncs(connection_id: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[EltSyncInfo]:
    """Return the syncs of the workspace, or those of one source connection.

    Raises:
        WeldError: Weld cannot be asked.
    """
    with _looking_for("connection", connection_id, "connections", get_elt_syncs, opts) as client:
        return client.list_syncs(connection_id)


def get_elt_sync(id: str, opts: pulumi.InvokeOptions | None = None) -> EltSyncInfo:
    """Return one sync.

    Raises:
        NotFoundError: Weld has no such sync.
        WeldError: Weld cannot be asked.
    """
    with _looking_for("sync", id, "syncs", get_elt_sync, opts) as client:
        return client.get_sync(id)


def get_elt_sync_status(id: str, opts: pulumi.InvokeOptions | None = None) -> EltSyncStatus:
    """Return what each stream of a sync is doing now.

    Raises:
        WeldError: Weld cannot be asked, or has no such sync.
    """
    with _looking_for("sync", id, "syncs", get_elt_sync_status, opts) as client:
        return client.get_sync_status(id)


def get_available_source_streams(
    elt_sync_id: str, opts: pulumi.InvokeOptions | None = None
) -> list[AvailableSourceStream]:
    """Return the streams that a sync can have.

    Raises:
        WeldError: Weld cannot be asked, or has no such sync.
    """
    with _looking_for("sync", elt_sync_id, "syncs", get_available_source_streams, opts) as client:
        return list(client.list_available_streams(elt_sync_id))


def get_source_streams(elt_sync_id: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[EltStreamInfo]:
    """Return the streams of a sync, or all streams of the workspace.

    Raises:
        WeldError: Weld cannot be asked.
    """
    with _looking_for("sync", elt_sync_id, "syncs", get_source_streams, opts) as client:
        return client.list_streams(elt_sync_id)


def get_source_stream_runs(
    elt_stream_id: str, limit: int | None = 10, opts: pulumi.InvokeOptions | None = None
) -> list[EltStreamRun]:
    """Return the runs of a stream, newest first; Weld keeps them for three months.

    Args:
        elt_stream_id: Weld's id of the stream.
        limit: at most so many; None for all.
        opts: its ``provider`` is the workspace to ask, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldValidationError: ``limit`` is below 1.
        WeldError: Weld cannot be asked, or has no such stream.
    """
    if limit is not None and limit < 1:
        raise WeldValidationError(f"get_source_stream_runs: limit={limit!r} is not a number from 1 on; None means all.")
    with _looking_for("stream", elt_stream_id, "streams SYNC_ID", get_source_stream_runs, opts) as client:
        return client.list_runs(elt_stream_id, None if limit is None else int(limit))


def get_orchestrations(opts: pulumi.InvokeOptions | None = None) -> list[OrchestrationInfo]:
    """Return the orchestrations, which are made in Weld's pages.

    Raises:
        WeldError: Weld cannot be asked.
    """
    return client_of(get_orchestrations, opts).list_orchestrations()


get_available_source_streams_output = twin(get_available_source_streams)
get_connection_output = twin(get_connection)
get_connection_settings_schema_output = twin(get_connection_settings_schema)
get_connections_output = twin(get_connections)
get_elt_sync_output = twin(get_elt_sync)
get_elt_sync_status_output = twin(get_elt_sync_status)
get_elt_syncs_output = twin(get_elt_syncs)
get_integrations_output = twin(get_integrations)
get_orchestrations_output = twin(get_orchestrations)
get_source_stream_runs_output = twin(get_source_stream_runs)
get_source_streams_output = twin(get_source_streams)
