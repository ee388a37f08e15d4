"""Weld's endpoints, typed: one short method each.

Every method may raise :class:`~weld_pulumi.errors.WeldApiError` (or the subclass for the status),
:class:`~weld_pulumi.errors.WeldConnectionError` and :class:`~weld_pulumi.errors.WeldConfigError` (no key).
Methods whose request must not be repeated blindly may raise
:class:`~weld_pulumi.api.answers.AnswerLostError`: the caller then looks for what it may have made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from pydantic import ValidationError

from ..config import Settings
from ..errors import ConflictError, NotFoundError, WeldApiError, WeldConnectionError, WeldError, WeldValidationError
from .answers import AnswerLostError
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
from .retries import Kind
from .transport import Transport

__all__ = ["WeldClient"]

M = TypeVar("M", bound=WeldModel)

#: Streams in one upsert. Weld states no limit; a 413 halves it.
UPSERT_SIZE = 1000
_UPSERTS_AT_ONCE = 2


class WeldClient:
    """One Weld workspace. May be used by several threads at once.

    A ``NotFoundError`` means that the object does not exist: before one is raised, the host has proved to be Weld by
    returning a list. (A wrong address answers 404 to everything.)

    Args:
        settings: key, URL and limits, see :mod:`weld_pulumi.config`.
        transport: sends the requests; given by tests.
    """

    def __init__(self, settings: Settings, transport: Transport | None = None) -> None:
        self.settings = settings
        self.transport = transport or Transport(settings)
        self._has_read_a_list = False
        self._largest_upsert = UPSERT_SIZE  # less, once Weld has said 413

    # Connections -----------------------------------------------------------------------------------------------

    def list_connections(self) -> list[ConnectionInfo]:
        """Return every connection of the workspace (GET /connections)."""
        return list(self._list(ConnectionInfo, "/connections"))

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection; one that is gone already is fine (DELETE /connections/{id})."""
        self._delete("/connections/" + _quoted(connection_id))

    def get_connection_settings(self, connection_id: str) -> dict[str, Any]:
        """Return the JSON Schema of ``elt_settings``; empty where none are needed (GET /connections/{id}/settings)."""
        schema = self._get(f"/connections/{_quoted(connection_id)}/settings")
        return schema if isinstance(schema, dict) else {}

    def list_bridges(self) -> list[ConnectionBridge]:
        """Return the active bridges (GET /connection_bridges)."""
        return [self._with_absolute_url(b) for b in self._list(ConnectionBridge, "/connection_bridges", paged=False)]

    def create_bridge(self, body: Mapping[str, str]) -> ConnectionBridge:
        """Open a bridge, through which a person authorizes a connection (POST /connection_bridges)."""
        answer = self._send(Kind.ONCE, "POST", "/connection_bridges", body, secrets=(body.get("state", ""),))
        bridge = self._with_absolute_url(self._parse(ConnectionBridge, answer, "POST /connection_bridges"))
        if not bridge.authorize_url:
            raise AnswerLostError("POST /connection_bridges: Weld's answer has no link to authorize with. Try again.")
        return bridge

    def list_integrations(self, ability: str = "EltSource") -> list[IntegrationInfo]:
        """Return the integrations with an ability: EltSource or ReverseEtlDestination (GET /integrations)."""
        return list(self._list(IntegrationInfo, "/integrations", {"ability": ability}, paged=False))

    # Syncs -----------------------------------------------------------------------------------------------------

    def list_syncs(self, connection_id: str | None = None) -> list[EltSyncInfo]:
        """Return all syncs, or those of one source connection (GET /elt_syncs)."""
        return list(self._list(EltSyncInfo, "/elt_syncs", {"connection_id": connection_id} if connection_id else {}))

    def get_sync(self, sync_id: str) -> EltSyncInfo:
        """Return one sync (GET /elt_syncs/{id})."""
        path = _sync(sync_id)
        return self._parse(EltSyncInfo, self._get(path), f"GET {path}")

    def create_sync(self, body: Mapping[str, Any]) -> EltSyncInfo:
        """Create a sync; it is not enabled and has no streams (POST /elt_syncs)."""
        self.transport.hidden.add(body.get("elt_settings"))
        answer = self._send(Kind.ONCE, "POST", "/elt_syncs", body)
        return self._parse(EltSyncInfo, answer, "POST /elt_syncs")

    def update_sync(self, sync_id: str, body: Mapping[str, Any]) -> None:
        """Change the interval or the settings of a sync (POST /elt_syncs/{id})."""
        self.transport.hidden.add(body.get("elt_settings"))
        self._send(Kind.IDEMPOTENT, "POST", _sync(sync_id), body)

    def delete_sync(self, sync_id: str, remove_data: bool = False) -> None:
        """Delete a sync and its streams, with its tables if asked for (DELETE /elt_syncs/{id}).

        A sync that is gone already is fine. Where Weld refuses to delete a running sync, it is disabled first.
        """
        params = {"removeDataReferences": "true"} if remove_data else None
        try:
            self._delete(_sync(sync_id), params)
        except WeldApiError as error:
            if error.status_code not in (400, 409, 422) or not self.get_sync(sync_id).enabled:
                raise
            self.disable_sync(sync_id)
            self._delete_or_enable(sync_id, params)

    def _delete_or_enable(self, sync_id: str, params: Mapping[str, str | int] | None) -> None:
        try:
            self._delete(_sync(sync_id), params)
        except WeldError as error:
            try:
                self.enable_sync(sync_id)
            except WeldError:
                error.advise(f"For this the sync {sync_id} was disabled, and could not be enabled again.")
            raise

    def enable_sync(self, sync_id: str) -> None:
        """Let a sync run on its schedule (POST /elt_syncs/{id}/enable)."""
        self._switch(sync_id, "enable", True)

    def disable_sync(self, sync_id: str) -> None:
        """Stop the schedule of a sync (POST /elt_syncs/{id}/disable)."""
        self._switch(sync_id, "disable", False)

    def get_sync_status(self, sync_id: str) -> EltSyncStatus:
        """Return what each stream is doing (GET /elt_syncs/{id}/status)."""
        path = _sync(sync_id, "/status")
        return self._parse(EltSyncStatus, self._get(path), f"GET {path}")

    def attach_orchestration(self, sync_id: str, workflow_id: str) -> None:
        """Let an orchestration run the sync (POST /elt_syncs/{id}/orchestration)."""
        body = {"orchestration_workflow_id": workflow_id}
        self._send(Kind.IDEMPOTENT, "POST", _sync(sync_id, "/orchestration"), body)

    def detach_orchestration(self, sync_id: str) -> None:
        """Give the sync its own schedule back (DELETE /elt_syncs/{id}/orchestration).

        One that has it already is fine: Weld may say 404 to a repetition.
        """
        try:
            self._send(Kind.IDEMPOTENT, "DELETE", _sync(sync_id, "/orchestration"))
        except NotFoundError:
            if self.get_sync(sync_id).orchestration_workflow_id is not None:
                raise

    # Streams ---------------------------------------------------------------------------------------------------

    def list_available_streams(self, sync_id: str) -> Iterator[AvailableSourceStream]:
        """Yield the streams that a sync can have (GET /elt_syncs/{id}/available_source_streams); there can be many."""
        path = _sync(sync_id, "/available_source_streams")
        return self._list(AvailableSourceStream, path, paged=False, of_object=True)

    def upsert_streams(self, sync_id: str, streams: Sequence[Mapping[str, Any]]) -> list[EltStreamInfo]:
        """Add streams or change them, by name (POST /elt_syncs/{id}/source_streams).

        Thousands go in batches, two at a time: one is under way while the answer to another is read.

        Returns those of them that Weld answers with: it may tell all streams of the sync, those sent, the new ones or
        none. Others are not even read, since to each of a thousand writes there may be a thousand.
        """
        path = _sync(sync_id, "/source_streams")
        batches = [streams[start : start + UPSERT_SIZE] for start in range(0, len(streams), UPSERT_SIZE)]
        if len(batches) < 2:
            return [stream for batch in batches for stream in self._upsert(path, batch)]
        send = partial(self._upsert, path)
        with ThreadPoolExecutor(_UPSERTS_AT_ONCE) as pool:
            answers: Iterator[list[EltStreamInfo]]
            try:
                # After a failure the batches that wait are not sent any more.
                answers = pool.map(send, batches)
            except RuntimeError:
                answers = map(send, batches)  # this process is ending, and begins no thread any more
            return [stream for answered in answers for stream in answered]

    def _upsert(self, path: str, batch: Sequence[Mapping[str, Any]]) -> list[EltStreamInfo]:
        if len(batch) > self._largest_upsert:
            half = (len(batch) + 1) // 2
            return [*self._upsert(path, batch[:half]), *self._upsert(path, batch[half:])]
        try:
            answer = self._send(Kind.IDEMPOTENT, "POST", path, {"source_streams": batch})
        except WeldApiError as error:
            if error.status_code != 413 or len(batch) == 1:
                raise
            self._largest_upsert = min(self._largest_upsert, (len(batch) + 1) // 2)
            return self._upsert(path, batch)
        items = answer.get("source_streams") if isinstance(answer, dict) else answer
        names = {item["name"] for item in batch}
        told = [item for item in (items if isinstance(items, list) else []) if _name_of(item) in names]
        return [self._parse(EltStreamInfo, item, f"POST {path}") for item in told]

    def list_streams(self, sync_id: str | None = None) -> list[EltStreamInfo]:
        """Return all streams, or those of one sync (GET /elt_streams)."""
        params: dict[str, str | int] = {"elt_sync_id": sync_id} if sync_id else {}
        return list(self._list(EltStreamInfo, "/elt_streams", params, of_object=bool(sync_id)))

    def get_stream(self, stream_id: str) -> EltStreamInfo:
        """Return one stream (GET /elt_streams/{id})."""
        path = _stream(stream_id)
        return self._parse(EltStreamInfo, self._get(path), f"GET {path}")

    def delete_stream(self, stream_id: str) -> None:
        """Take a stream out of its sync; one that is gone already is fine (DELETE /elt_streams/{id})."""
        self._delete(_stream(stream_id))

    def request_run(self, stream_id: str) -> RequestedRun:
        """Ask for a run now; 409 means that one is going on (POST /elt_streams/{id}/request_run)."""
        path = _stream(stream_id, "/request_run")
        return self._parse(RequestedRun, self._send(Kind.ONCE, "POST", path) or {}, f"POST {path}")

    def request_full_refresh(self, stream_id: str, reset_history_table: bool = False) -> None:
        """Mark the next run as a full one (POST /elt_streams/{id}/request_full_refresh).

        Marking twice is the same as marking once, hence the repetition.
        """
        body = {"reset_history_table": True} if reset_history_table else None
        self._send(Kind.IDEMPOTENT, "POST", _stream(stream_id, "/request_full_refresh"), body)

    def cancel_full_refresh(self, stream_id: str) -> None:
        """Take the mark for a full refresh away (POST /elt_streams/{id}/cancel_full_refresh)."""
        self._send(Kind.IDEMPOTENT, "POST", _stream(stream_id, "/cancel_full_refresh"))

    def list_runs(self, stream_id: str, limit: int | None = None) -> list[EltStreamRun]:
        """Return runs of a stream, newest first, at most ``limit`` of them (GET /elt_stream_runs)."""
        params: dict[str, str | int] = {"elt_stream_id": stream_id, "sort_direction": "desc"}
        size = min(limit or PAGE_SIZE, PAGE_SIZE)
        return list(islice(self._list(EltStreamRun, "/elt_stream_runs", params, size=size, of_object=True), limit))

    def get_run(self, run_id: str) -> EltStreamRun:
        """Return one run (GET /elt_stream_runs/{id})."""
        path = "/elt_stream_runs/" + _quoted(run_id)
        return self._parse(EltStreamRun, self._get(path), f"GET {path}")

    # Orchestrations --------------------------------------------------------------------------------------------

    def list_orchestrations(self) -> list[OrchestrationInfo]:
        """Return the orchestrations, by name (GET /orchestrations)."""
        return list(self._list(OrchestrationInfo, "/orchestrations"))

    def get_orchestration(self, workflow_id: str) -> OrchestrationInfo:
        """Return one orchestration (GET /orchestrations/{id})."""
        path = "/orchestrations/" + _quoted(workflow_id)
        return self._parse(OrchestrationInfo, self._get(path), f"GET {path}")

    def request_orchestration_run(self, workflow_id: str) -> OrchestrationRun:
        """Run an orchestration now (POST /orchestrations/{id}/request_run)."""
        path = f"/orchestrations/{_quoted(workflow_id)}/request_run"
        return self._parse(OrchestrationRun, self._send(Kind.ONCE, "POST", path), f"POST {path}")

    # What they share -------------------------------------------------------------------------------------------

    def _request(self, kind: Kind, method: str, path: str, **rest: Any) -> Any:
        try:
            return self.transport.request(kind, method, path, **rest)
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
            next(iter(self._list(EltSyncInfo, "/elt_syncs", size=1)), None)
        except NotFoundError as error:
            raise WeldConnectionError(str(error)) from None

    def _get(self, path: str) -> Any:
        return self._request(Kind.READ, "GET", path)

    def _send(
        self, kind: Kind, method: str, path: str, body: Mapping[str, Any] | None = None, secrets: Iterable[str] = ()
    ) -> Any:
        return self._request(kind, method, path, body=body, secrets=secrets)

    def _delete(self, path: str, params: Mapping[str, str | int] | None = None) -> None:
        with suppress(NotFoundError):
            self._request(Kind.IDEMPOTENT, "DELETE", path, params=params)

    def _switch(self, sync_id: str, verb: str, wanted: bool) -> None:
        try:
            self._send(Kind.IDEMPOTENT, "POST", _sync(sync_id, f"/{verb}"))
        except ConflictError:
            if self.get_sync(sync_id).enabled is not wanted:
                raise

    def _list(
        self,
        model: type[M],
        path: str,
        params: Mapping[str, str | int] | None = None,
        paged: bool = True,
        size: int = PAGE_SIZE,
        of_object: bool = False,
    ) -> Iterator[M]:
        budget = ListBudget(path)
        # A 404 means that the object is gone, or for a list of the whole workspace that this is not Weld.
        send = self._request if of_object else self.transport.request

        def fetch(query: dict[str, str | int]) -> Any:
            return send(Kind.READ, "GET", path, params=query, received=budget.take_bytes)

        pages = read_all(path, fetch, params or {}, size if paged else None, budget)
        for item in pages:
            parsed = self._parse(model, item, f"GET {path}")
            self._has_read_a_list = True
            yield parsed
        self._has_read_a_list = True

    def _parse(self, model: type[M], value: Any, request: str) -> M:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
        # Not above: the original error holds what Weld answered, and would hang on this one as its context.
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise AnswerLostError(
            f"{request}: the answer does not look like Weld's ({where}: {first['msg']}). Check weld:apiUrl "
            "(WELD_API_URL), or see whether a newer weld-pulumi knows this answer."
        )

    def _with_absolute_url(self, bridge: ConnectionBridge) -> ConnectionBridge:
        """Make the link absolute; one that is no web address, which no person should open, is left out."""
        try:
            link = urljoin(self.settings.api_url + "/", bridge.authorize_url or "")
            fine = urlsplit(link).scheme in ("http", "https") and link.isprintable() and " " not in link
        except ValueError:
            fine = False
        return bridge.model_copy(update={"authorize_url": link if fine and bridge.authorize_url else None})


def _name_of(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _quoted(identifier: str) -> str:
    if identifier.strip(".") == "":
        # "" and ".." would name another path than the object's.
        raise WeldValidationError(f"{identifier!r} is no id of Weld's.")
    return quote(identifier, safe="", errors="backslashreplace")


def _sync(sync_id: str, rest: str = "") -> str:
    return f"/elt_syncs/{_quoted(sync_id)}{rest}"


def _stream(stream_id: str, rest: str = "") -> str:
    return f"/elt_streams/{_quoted(stream_id)}{rest}"
