"""Weld's endpoints, typed: one short method each.

Every method may raise :class:`~weld_pulumi.errors.WeldApiError` (or the subclass for the status),
:class:`~weld_pulumi.errors.WeldConnectionError` and :class:`~weld_pulumi.errors.WeldConfigError` (no key).
Methods that create something take a :class:`~weld_pulumi.api.retries.Lookup`, which finds what a request has made whose
response is lost. Without one they may raise :class:`~weld_pulumi.errors.LostResponseError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError

from ..config import Settings
from ..errors import ConflictError, LostResponseError, NotFoundError, WeldApiError, WeldConnectionError, WeldError
from . import endpoints
from .endpoints import Endpoint
from .limits import ListBudget
from .models import (
    AvailableSourceStream,
    ConnectionBridge,
    ConnectionInfo,
    EltStreamInfo,
    EltStreamRun,
    EltSyncInfo,
    EltSyncStatus,
    IntegrationInfo,
    OrchestrationInfo,
    OrchestrationRun,
    RequestedRun,
    WeldModel,
)
from .paging import PAGE_SIZE, read_all
from .retries import Lookup
from .transport import Transport

__all__ = ["WeldClient"]

M = TypeVar("M", bound=WeldModel)

#: Streams in one upsert. Weld documents no limit; a 413 halves it.
UPSERT_SIZE = 1000
#: Weld works on one batch while the response to another is read (docs/performance.md).
_UPSERTS_AT_ONCE = 2


class WeldClient:
    """A client of one Weld workspace. May be used by several threads at once.

    A ``NotFoundError`` means that the object does not exist: before one is raised, the host has proved to be Weld by
    returning a list. (A wrong address may return 404 for everything.)

    ::

        from weld_pulumi.api.client import WeldClient
        from weld_pulumi.config import load

        client = WeldClient(load({}.get))  # the key is that of the environment variable WELD_API_KEY
        for sync in client.list_syncs():
            print(sync.id, sync.destination_schema_name)

    Args:
        settings: key, URL and limits, see :mod:`weld_pulumi.config`.
        transport: sends the requests; default: one with these settings.
    """

    def __init__(self, settings: Settings, transport: Transport | None = None) -> None:
        self.settings = settings
        self.transport = transport or Transport(settings)
        self._has_read_a_list = False
        self._largest_upsert = UPSERT_SIZE  # less, once Weld has returned 413

    # Connections -----------------------------------------------------------------------------------------------

    def list_connections(self) -> list[ConnectionInfo]:
        """Return every connection of the workspace (GET /connections)."""
        return list(self._list(ConnectionInfo, endpoints.LIST_CONNECTIONS))

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection, unless it is already gone (DELETE /connections/{id})."""
        self._delete(endpoints.DELETE_CONNECTION, connection_id)

    def get_connection_settings(self, connection_id: str) -> dict[str, Any]:
        """Return the JSON Schema of ``elt_settings``; empty where none are needed (GET /connections/{id}/settings)."""
        schema = self._request(endpoints.GET_CONNECTION_SETTINGS, connection_id)
        return schema if isinstance(schema, dict) else {}

    def list_bridges(self) -> list[ConnectionBridge]:
        """Return the active bridges (GET /connection_bridges)."""
        return [self._with_absolute_url(b) for b in self._list(ConnectionBridge, endpoints.LIST_BRIDGES, paged=False)]

    def create_bridge(
        self, body: Mapping[str, str], lookup: Lookup[ConnectionBridge] | None = None
    ) -> ConnectionBridge:
        """Open a bridge, through which a person authorizes a connection (POST /connection_bridges)."""

        def parse(value: Any) -> ConnectionBridge:
            bridge = self._with_absolute_url(_parsed(ConnectionBridge, value, "POST /connection_bridges"))
            if not bridge.authorize_url:
                raise LostResponseError("POST /connection_bridges: the response has no authorization link. Try again.")
            return bridge

        secrets = (body.get("state", ""),)
        made: ConnectionBridge = self._request(
            endpoints.CREATE_BRIDGE, body=body, secrets=secrets, parse=parse, lookup=lookup
        )
        return made

    def list_integrations(self, ability: str = "EltSource") -> list[IntegrationInfo]:
        """Return the integrations with an ability: EltSource or ReverseEtlDestination (GET /integrations)."""
        return list(self._list(IntegrationInfo, endpoints.LIST_INTEGRATIONS, {"ability": ability}, paged=False))

    # Syncs -----------------------------------------------------------------------------------------------------

    def list_syncs(self, connection_id: str | None = None) -> list[EltSyncInfo]:
        """Return all syncs, or those of one source connection (GET /elt_syncs)."""
        params = {"connection_id": connection_id} if connection_id else {}
        return list(self._list(EltSyncInfo, endpoints.LIST_SYNCS, params))

    def get_sync(self, sync_id: str) -> EltSyncInfo:
        """Return one sync (GET /elt_syncs/{id})."""
        return self._get(EltSyncInfo, endpoints.GET_SYNC, sync_id)

    def create_sync(self, body: Mapping[str, Any], lookup: Lookup[EltSyncInfo] | None = None) -> EltSyncInfo:
        """Create a sync, disabled and without streams (POST /elt_syncs)."""
        self.transport.secrets.add(body.get("elt_settings"))
        return self._create(EltSyncInfo, endpoints.CREATE_SYNC, body=body, lookup=lookup)

    def update_sync(self, sync_id: str, body: Mapping[str, Any]) -> None:
        """Change the interval or the settings of a sync (POST /elt_syncs/{id})."""
        self.transport.secrets.add(body.get("elt_settings"))
        self._request(endpoints.UPDATE_SYNC, sync_id, body=body)

    def delete_sync(self, sync_id: str, remove_data: bool = False) -> None:
        """Delete a sync and its streams, unless it is already gone (DELETE /elt_syncs/{id}).

        If Weld refuses to delete an enabled sync, the sync is disabled first.

        Args:
            sync_id: the sync.
            remove_data: also drop its tables in the destination.
        """
        params = {"removeDataReferences": "true"} if remove_data else None
        try:
            self._delete(endpoints.DELETE_SYNC, sync_id, params=params)
        except WeldApiError as error:
            if not error.is_refusal or not self.get_sync(sync_id).enabled:
                raise
            self.disable_sync(sync_id)
            self._delete_or_enable(sync_id, params)

    def _delete_or_enable(self, sync_id: str, params: Mapping[str, str | int] | None) -> None:
        try:
            self._delete(endpoints.DELETE_SYNC, sync_id, params=params)
        except WeldError as error:
            try:
                self.enable_sync(sync_id)
            except WeldError:
                error.add_next_step(f"The sync {sync_id} was disabled for this, and could not be enabled again.")
            raise

    def enable_sync(self, sync_id: str) -> None:
        """Let a sync run on its schedule (POST /elt_syncs/{id}/enable)."""
        self._switch(endpoints.ENABLE_SYNC, sync_id, True)

    def disable_sync(self, sync_id: str) -> None:
        """Stop the schedule of a sync (POST /elt_syncs/{id}/disable)."""
        self._switch(endpoints.DISABLE_SYNC, sync_id, False)

    def get_sync_status(self, sync_id: str) -> EltSyncStatus:
        """Return what each stream is doing (GET /elt_syncs/{id}/status)."""
        return self._get(EltSyncStatus, endpoints.GET_SYNC_STATUS, sync_id)

    def attach_orchestration(self, sync_id: str, workflow_id: str) -> None:
        """Let an orchestration run the sync (POST /elt_syncs/{id}/orchestration)."""
        body = {"orchestration_workflow_id": workflow_id}
        self._request(endpoints.ATTACH_ORCHESTRATION, sync_id, body=body)

    def detach_orchestration(self, sync_id: str) -> None:
        """Let the sync run on its own schedule again, unless it already does (DELETE /elt_syncs/{id}/orchestration)."""
        try:
            self._request(endpoints.DETACH_ORCHESTRATION, sync_id)
        except NotFoundError:
            # Weld may return 404 to a repetition.
            if self.get_sync(sync_id).orchestration_workflow_id is not None:
                raise

    # Streams ---------------------------------------------------------------------------------------------------

    def list_available_streams(self, sync_id: str) -> Iterator[AvailableSourceStream]:
        """Yield the streams that a sync can have, often thousands (GET /elt_syncs/{id}/available_source_streams)."""
        endpoint = endpoints.LIST_AVAILABLE_STREAMS
        return self._list(AvailableSourceStream, endpoint, ids=(sync_id,), paged=False, of_object=True)

    def upsert_streams(self, sync_id: str, streams: Sequence[Mapping[str, Any]]) -> list[EltStreamInfo]:
        """Add streams or change them, by name (POST /elt_syncs/{id}/source_streams).

        Thousands are sent in batches, two at a time: one is under way while the response to another is read.

        Returns:
            Those of the given streams that Weld's responses contain. Weld may return all streams of the sync, the
            given ones, the new ones or none. Others are not parsed: each of a thousand writes may return a thousand.
        """
        batches = [streams[start : start + UPSERT_SIZE] for start in range(0, len(streams), UPSERT_SIZE)]
        if len(batches) < 2:
            return [stream for batch in batches for stream in self._upsert(sync_id, batch)]
        send = partial(self._upsert, sync_id)
        with ThreadPoolExecutor(_UPSERTS_AT_ONCE) as pool:
            results: Iterator[list[EltStreamInfo]]
            try:
                # After a failure the waiting batches are not sent.
                results = pool.map(send, batches)
            except RuntimeError:
                results = map(send, batches)  # this process is ending and starts no more threads
            return [stream for result in results for stream in result]

    def _upsert(self, sync_id: str, batch: Sequence[Mapping[str, Any]]) -> list[EltStreamInfo]:
        if len(batch) > self._largest_upsert:
            half = (len(batch) + 1) // 2
            return [*self._upsert(sync_id, batch[:half]), *self._upsert(sync_id, batch[half:])]
        endpoint = endpoints.UPSERT_STREAMS
        try:
            response = self._request(endpoint, sync_id, body={"source_streams": batch})
        except WeldApiError as error:
            if error.status_code != 413 or len(batch) == 1:
                raise
            self._largest_upsert = min(self._largest_upsert, (len(batch) + 1) // 2)
            return self._upsert(sync_id, batch)
        items = response.get("source_streams") if isinstance(response, dict) else response
        names = {item["name"] for item in batch}
        given = [item for item in (items if isinstance(items, list) else []) if _name_of(item) in names]
        return [_parsed(EltStreamInfo, item, endpoint.describe(sync_id)) for item in given]

    def list_streams(self, sync_id: str | None = None) -> list[EltStreamInfo]:
        """Return all streams, or those of one sync (GET /elt_streams)."""
        params = {"elt_sync_id": sync_id} if sync_id else {}
        return list(self._list(EltStreamInfo, endpoints.LIST_STREAMS, params, of_object=bool(sync_id)))

    def get_stream(self, stream_id: str) -> EltStreamInfo:
        """Return one stream (GET /elt_streams/{id})."""
        return self._get(EltStreamInfo, endpoints.GET_STREAM, stream_id)

    def delete_stream(self, stream_id: str) -> None:
        """Remove a stream from its sync, unless it is already gone (DELETE /elt_streams/{id})."""
        self._delete(endpoints.DELETE_STREAM, stream_id)

    def request_run(self, stream_id: str, lookup: Lookup[RequestedRun] | None = None) -> RequestedRun:
        """Request a run now (POST /elt_streams/{id}/request_run).

        Raises:
            ConflictError: the stream is running.
        """
        request = endpoints.REQUEST_RUN.describe(stream_id)
        requested: RequestedRun = self._request(
            endpoints.REQUEST_RUN,
            stream_id,
            parse=lambda value: _parsed(RequestedRun, value or {}, request),
            lookup=lookup,
        )
        return requested

    def request_full_refresh(self, stream_id: str, reset_history_table: bool = False) -> None:
        """Mark the next run of a stream as a full refresh (POST /elt_streams/{id}/request_full_refresh).

        Args:
            stream_id: the stream.
            reset_history_table: also delete its history.
        """
        body = {"reset_history_table": True} if reset_history_table else None
        self._request(endpoints.REQUEST_FULL_REFRESH, stream_id, body=body)

    def cancel_full_refresh(self, stream_id: str) -> None:
        """Remove the mark for a full refresh (POST /elt_streams/{id}/cancel_full_refresh)."""
        self._request(endpoints.CANCEL_FULL_REFRESH, stream_id)

    def list_runs(self, stream_id: str, limit: int | None = None) -> list[EltStreamRun]:
        """Return runs of a stream, newest first, at most ``limit`` of them (GET /elt_stream_runs)."""
        params = {"elt_stream_id": stream_id, "sort_direction": "desc"}
        size = min(limit or PAGE_SIZE, PAGE_SIZE)
        return list(islice(self._list(EltStreamRun, endpoints.LIST_RUNS, params, size=size, of_object=True), limit))

    def get_run(self, run_id: str) -> EltStreamRun:
        """Return one run (GET /elt_stream_runs/{id})."""
        return self._get(EltStreamRun, endpoints.GET_RUN, run_id)

    # Orchestrations --------------------------------------------------------------------------------------------

    def list_orchestrations(self) -> list[OrchestrationInfo]:
        """Return the orchestrations, by name (GET /orchestrations)."""
        return list(self._list(OrchestrationInfo, endpoints.LIST_ORCHESTRATIONS))

    def get_orchestration(self, workflow_id: str) -> OrchestrationInfo:
        """Return one orchestration (GET /orchestrations/{id})."""
        return self._get(OrchestrationInfo, endpoints.GET_ORCHESTRATION, workflow_id)

    def request_orchestration_run(self, workflow_id: str) -> OrchestrationRun:
        """Run an orchestration now (POST /orchestrations/{id}/request_run)."""
        return self._create(OrchestrationRun, endpoints.REQUEST_ORCHESTRATION_RUN, workflow_id)

    # Shared ----------------------------------------------------------------------------------------------------

    def _request(self, endpoint: Endpoint, *ids: str, **rest: Any) -> Any:
        try:
            return self.transport.request(endpoint, *ids, **rest)
        except NotFoundError:
            self._confirm_host()
            raise

    def _confirm_host(self) -> None:
        """Check that this host returns a list as Weld does, before its 404 is believed.

        Raises:
            WeldError: a list cannot be read from it either; never a NotFoundError.
        """
        if self._has_read_a_list:
            return
        try:
            next(iter(self._list(EltSyncInfo, endpoints.LIST_SYNCS, size=1)), None)
        except NotFoundError as error:
            raise WeldConnectionError(str(error), final=True) from None

    def _get(self, model: type[M], endpoint: Endpoint, *ids: str) -> M:
        return _parsed(model, self._request(endpoint, *ids), endpoint.describe(*ids))

    def _create(self, model: type[M], endpoint: Endpoint, *ids: str, **rest: Any) -> M:
        """Send a request that is not idempotent: a response that cannot be parsed counts as lost."""
        request = endpoint.describe(*ids)
        made: M = self._request(endpoint, *ids, parse=lambda value: _parsed(model, value, request), **rest)
        return made

    def _delete(self, endpoint: Endpoint, id: str, params: Mapping[str, str | int] | None = None) -> None:
        with suppress(NotFoundError):
            self._request(endpoint, id, params=params)

    def _switch(self, endpoint: Endpoint, sync_id: str, wanted: bool) -> None:
        try:
            self._request(endpoint, sync_id)
        except ConflictError:
            if self.get_sync(sync_id).enabled is not wanted:
                raise

    def _list(
        self,
        model: type[M],
        endpoint: Endpoint,
        params: Mapping[str, str | int] | None = None,
        ids: Sequence[str] = (),
        paged: bool = True,
        size: int = PAGE_SIZE,
        of_object: bool = False,
    ) -> Iterator[M]:
        path = endpoint.path_of(*ids)
        budget = ListBudget(path)
        # A 404 means that the object is gone; for a list of the whole workspace, that the host is not Weld.
        send = self._request if of_object else self.transport.request

        def fetch(query: dict[str, str | int]) -> Any:
            return send(endpoint, *ids, params=query, received=budget.take_bytes)

        for item in read_all(path, fetch, params or {}, size if paged else None, budget):
            parsed = _parsed(model, item, f"GET {path}")
            self._has_read_a_list = True
            yield parsed
        self._has_read_a_list = True

    def _with_absolute_url(self, bridge: ConnectionBridge) -> ConnectionBridge:
        """Make the link absolute; remove one that is not a web address, which no person should open."""
        try:
            link = urljoin(self.settings.api_url + "/", bridge.authorize_url or "")
            fine = urlsplit(link).scheme in ("http", "https") and link.isprintable() and " " not in link
        except ValueError:
            fine = False
        return bridge.model_copy(update={"authorize_url": link if fine and bridge.authorize_url else None})


def _parsed(model: type[M], value: Any, request: str) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
    # Not above: the original error holds Weld's response, and would become the context of this one.
    where = ".".join(str(part) for part in first["loc"]) or "the response"
    raise LostResponseError(
        f"{request}: the response does not look like Weld's ({where}: {first['msg']}). Check weld:apiUrl "
        "(WELD_API_URL), and whether a newer weld-pulumi can read it."
    )


def _name_of(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None
