"""Look-ups for a program: plain functions, each with a twin ``…_output`` that takes Inputs and returns an Output.

They send their requests at once, with the key of the stack configuration (``weld:apiKey``) or of the environment
(``WELD_API_KEY``), or with that of the ``provider`` in ``opts`` (a :class:`weld_pulumi.Provider`). A provider whose
settings are Outputs works with the twins only. What they return has attributes; its ``.model_dump()`` is a plain dict,
for example for ``pulumi.export``.

Every function may raise :class:`~weld_pulumi.WeldConfigError` (no key, an invalid setting) and
:class:`~weld_pulumi.WeldConnectionError` or :class:`~weld_pulumi.WeldApiError` (no response, or an error); all of them
are :class:`~weld_pulumi.WeldError`. Source of what Weld returns: its OpenAPI document ("Weld REST API" 0.1).

::

    import pulumi
    import weld_pulumi as weld

    shop = weld.get_connection(label="Shop")
    pulumi.export("syncs", [sync.id for sync in weld.get_elt_syncs(shop.id)])
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
def _client_for(
    kind: str, id: str | None, command: str, function: Callable[..., Any], opts: pulumi.InvokeOptions | None
) -> Iterator[WeldClient]:
    """Give a look-up its client, and a 404 the command that lists what exists."""
    client = client_of(function, opts)
    try:
        yield client
    except NotFoundError as error:
        if id is not None:
            error.next_step = f"There is no {kind} {id!r}; `weld-pulumi {command}` lists those that exist."
        raise


def get_connections(
    integration_id: str | None = None, opts: pulumi.InvokeOptions | None = None
) -> list[ConnectionInfo]:
    """Return the connections of the workspace, or those of one integration.

    ::

        import weld_pulumi as weld

        stripe = weld.get_connections(integration_id="stripe")

    Args:
        integration_id: for example ``"stripe"``. Connections whose integration Weld does not report are left out then.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: no response from Weld, or an error.
    """
    listed = client_of(get_connections, opts).list_connections()
    return [c for c in listed if integration_id is None or c.integration_id == integration_id]


def get_connection(
    id: str | None = None,
    label: str | None = None,
    integration_id: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> ConnectionInfo:
    """Return the one connection that matches all arguments.

    ::

        import weld_pulumi as weld

        shop = weld.get_connection(label="Shop", integration_id="stripe")

    Args:
        id: Weld's id of the connection.
        label: name shown in Weld.
        integration_id: for example ``"stripe"``.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldValidationError: no argument is given, or not exactly one connection matches; the message lists candidates.
        WeldError: no response from Weld, or an error.
    """
    wanted = {k: v for k, v in (("id", id), ("label", label), ("integration_id", integration_id)) if v is not None}
    if not wanted:
        raise WeldValidationError("get_connection needs an id, a label or an integration_id.")
    listed = client_of(get_connection, opts).list_connections()
    found = [c for c in listed if all(getattr(c, name) == value for name, value in wanted.items())]
    if len(found) == 1:
        return found[0]
    arguments = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
    count = "several connections match" if found else "no connection matches"
    candidates = first_few(found or listed, 20, lambda c: c.describe(), "; ") or "none"
    raise WeldValidationError(
        f"get_connection({arguments}): {count}. Candidates: {candidates}. Give the id of the right one."
    )


def get_connection_settings_schema(connection_id: str, opts: pulumi.InvokeOptions | None = None) -> dict[str, Any]:
    """Return the JSON Schema of ``elt_settings`` for a source connection; empty if it has no settings.

    ::

        import weld_pulumi as weld

        schema = weld.get_connection_settings_schema("con_1a2b")
        required = schema.get("required", [])

    Args:
        connection_id: Weld's id of the connection.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        NotFoundError: Weld has no such connection.
        WeldError: no response from Weld, or another error.
    """
    with _client_for("connection", connection_id, "connections", get_connection_settings_schema, opts) as client:
        return client.get_connection_settings(connection_id)


def get_integrations(
    ability: Literal["EltSource", "ReverseEtlDestination"] = "EltSource", opts: pulumi.InvokeOptions | None = None
) -> list[IntegrationInfo]:
    """Return the integrations that the plan of the workspace includes.

    ::

        import weld_pulumi as weld

        sources = [integration.id for integration in weld.get_integrations()]

    Args:
        ability: ``"EltSource"`` or ``"ReverseEtlDestination"``. Weld lists no destinations of syncs.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: no response from Weld, or an error.
    """
    return client_of(get_integrations, opts).list_integrations(ability)


def get_elt_syncs(connection_id: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[EltSyncInfo]:
    """Return the syncs of the workspace, or those of one source connection.

    ::

        import weld_pulumi as weld

        enabled = [sync.id for sync in weld.get_elt_syncs() if sync.enabled]

    Args:
        connection_id: Weld's id of the source connection; None for all.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: no response from Weld, or an error.
    """
    with _client_for("connection", connection_id, "connections", get_elt_syncs, opts) as client:
        return client.list_syncs(connection_id)


def get_elt_sync(id: str, opts: pulumi.InvokeOptions | None = None) -> EltSyncInfo:
    """Return one sync.

    ::

        import pulumi
        import weld_pulumi as weld

        sync = weld.get_elt_sync("q4Rk8vp_fhTjqf")
        pulumi.export("schema", sync.destination_schema_name)

    Args:
        id: Weld's id of the sync.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        NotFoundError: Weld has no such sync.
        WeldError: no response from Weld, or another error.
    """
    with _client_for("sync", id, "syncs", get_elt_sync, opts) as client:
        return client.get_sync(id)


def get_elt_sync_status(id: str, opts: pulumi.InvokeOptions | None = None) -> EltSyncStatus:
    """Return the running and the latest finished run of each stream of a sync.

    ::

        import weld_pulumi as weld

        status = weld.get_elt_sync_status("q4Rk8vp_fhTjqf")
        running = [stream.name for stream in status.source_streams if stream.active_sync]

    Args:
        id: Weld's id of the sync.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        NotFoundError: Weld has no such sync.
        WeldError: no response from Weld, or another error.
    """
    with _client_for("sync", id, "syncs", get_elt_sync_status, opts) as client:
        return client.get_sync_status(id)


def get_available_source_streams(
    elt_sync_id: str, opts: pulumi.InvokeOptions | None = None
) -> list[AvailableSourceStream]:
    """Return the streams that can be added to a sync.

    ::

        import weld_pulumi as weld

        available = weld.get_available_source_streams("q4Rk8vp_fhTjqf")
        names = [stream.name for stream in available if not stream.retired]

    Args:
        elt_sync_id: Weld's id of the sync.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        NotFoundError: Weld has no such sync.
        WeldError: no response from Weld, or another error.
    """
    with _client_for("sync", elt_sync_id, "syncs", get_available_source_streams, opts) as client:
        return list(client.list_available_streams(elt_sync_id))


def get_source_streams(elt_sync_id: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[EltStreamInfo]:
    """Return the streams of a sync, or all streams of the workspace.

    ::

        import weld_pulumi as weld

        ids = {stream.name: stream.id for stream in weld.get_source_streams("q4Rk8vp_fhTjqf")}

    Args:
        elt_sync_id: Weld's id of the sync; None for all.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: no response from Weld, or an error.
    """
    with _client_for("sync", elt_sync_id, "syncs", get_source_streams, opts) as client:
        return client.list_streams(elt_sync_id)


def get_source_stream_runs(
    elt_stream_id: str, limit: int | None = 10, opts: pulumi.InvokeOptions | None = None
) -> list[EltStreamRun]:
    """Return the runs of a stream, newest first. Weld keeps runs for three months.

    ::

        import pulumi
        import weld_pulumi as weld

        (latest,) = weld.get_source_stream_runs("SCTVdLAcyDTgNx", limit=1)
        pulumi.export("rows", latest.rows_synced)

    Args:
        elt_stream_id: Weld's id of the stream.
        limit: most runs to return, at least 1; None for all.
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldValidationError: ``limit`` is below 1.
        NotFoundError: Weld has no such stream.
        WeldError: no response from Weld, or another error.
    """
    if limit is not None and limit < 1:
        raise WeldValidationError(
            f"get_source_stream_runs(limit={limit!r}): limit must be at least 1, or None for all runs."
        )
    with _client_for("stream", elt_stream_id, "streams SYNC_ID", get_source_stream_runs, opts) as client:
        return client.list_runs(elt_stream_id, None if limit is None else int(limit))


def get_orchestrations(opts: pulumi.InvokeOptions | None = None) -> list[OrchestrationInfo]:
    """Return the orchestrations, which are created in Weld's web app.

    ::

        import weld_pulumi as weld

        nightly = next(each.id for each in weld.get_orchestrations() if each.name == "nightly")

    Args:
        opts: its ``provider`` selects the workspace, a :class:`weld_pulumi.Provider`.

    Raises:
        WeldError: no response from Weld, or an error.
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
