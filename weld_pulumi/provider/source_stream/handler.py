"""SourceStream: one stream of a sync as a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...api.lookup import by_id
from ...errors import NotFoundError, WeldError
from ...schema.attributes import Props
from ...schema.streams import SOURCE_STREAM
from ...schema.values import has_unknown, rules
from ...validation.flags import stream_problems
from ...validation.patterns import is_pattern
from ...validation.problems import Problem, WholeProblem
from ...validation.streams import unknown_stream_problems
from ..core.handler import Checking, Handler, ReadResult, private_state, with_private_state
from ..core.ownership import short_name
from ..core.pending_connections import PendingId, is_pending
from . import impact
from .adoption import last_entry, report_adoption, stream_to_adopt
from .columns import WRITE_ONLY, exposed_columns, warn_of_exposure, warn_of_first_lists
from .retirements import warn_of_retired
from .streams import (
    SENT,
    body_of,
    entry_of,
    inline_conflict,
    merged_for_adoption,
    require_not_inline,
    stream_part,
    upsert,
)
from .triggers import TriggeredActions

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = ["SourceStreamHandler"]

_CHECKED_BY_WELD = SENT.union(SOURCE_STREAM.names(lambda attribute: attribute.identifies))


class SourceStreamHandler(Handler):
    """One stream."""

    schema = SOURCE_STREAM

    # Check -----------------------------------------------------------------------------------------------------

    def offline_problems(self, checking: Checking) -> list[Problem]:
        """Add contradictions between arguments, and with an EltSync that lists its streams inline."""
        wrong = {problem.path for problem in checking.problems}
        found = [problem for problem in rules(stream_problems(checking.inputs)) if problem.path not in wrong]
        if _is_located(checking.inputs, wrong):
            conflict = inline_conflict(self.context, checking.inputs["elt_sync_id"], checking.inputs["name"])
            found += [WholeProblem("elt_sync_id", conflict)] if conflict else []
        return [*checking.problems, *found]

    def loss(self, id: str, outs: Mapping[str, Any]) -> str:
        """Say that the progress of the stream is lost."""
        lost = "progress and history table are" if outs.get("enabled_history_table") else "progress is"
        return f"replacing stream {outs.get('name')!r} removes it from sync {outs.get('elt_sync_id')}: its {lost} lost."

    def report_replacement(self, id: str, outs: Props, inputs: Props) -> None:
        """Report how much is copied again."""
        impact.report_replacement(self.context, id, outs, inputs)

    def asks_weld(self, checking: Checking) -> bool:
        """Tell whether the sync is known, exists and leaves its streams to SourceStream resources."""
        inputs = checking.inputs
        if not _is_located(inputs, {problem.path for problem in checking.problems}):
            return False
        return not is_pending(inputs["elt_sync_id"])

    def online_problems(self, checking: Checking) -> list[Problem]:
        """Compare the stream with those of the source; for a new resource, with those of the sync."""
        olds, inputs = checking.olds, checking.inputs
        if olds and not _CHECKED_BY_WELD.intersection(SOURCE_STREAM.changed(olds, inputs)):
            return []
        sync_id, name = inputs["elt_sync_id"], inputs["name"]
        try:
            available = self.context.reads.available_streams(sync_id)
        except NotFoundError:
            if self.context.ownership.is_created(sync_id):
                return []
            missing = f"there is no sync {sync_id!r} in Weld; `weld-pulumi syncs` lists them"
            return [WholeProblem("elt_sync_id", missing)]
        if is_pattern(name) and name not in available:
            return [Problem("name", "is a pattern; only the source_streams of an EltSync take patterns")]
        in_use = {str(olds["name"])} if olds.get("name") else set()
        found = unknown_stream_problems([stream_part(inputs)], available, in_use=in_use)
        problems = [Problem(p.path.removeprefix("source_streams[0]."), p.reason) for p in found]
        if checking.is_new and not (checking.problems or problems or has_unknown(inputs)):
            problems += report_adoption(self.context, self.urn, inputs)
            is_there = name in self.context.reads.streams_of(sync_id)
            if not is_there and self.context.ownership.previous_id(self.urn) is None:
                impact.report_new(self.context, sync_id, name)
        return problems

    # Diff ------------------------------------------------------------------------------------------------------

    def describe(self, id: str, props: Mapping[str, Any]) -> str:
        """Name the stream and its sync."""
        return f"stream {props.get('name')!r} ({id}) of sync {props.get('elt_sync_id')}"

    def report_changes(self, id: str, olds: Props, wanted: Props, changed: list[str]) -> None:
        """Report what the first `up` after an adoption changes, which columns are exposed, and what is copied again."""
        name, owner, state = str(olds.get("name")), f"sync {olds.get('elt_sync_id')}", private_state(olds)
        if state.get("adopted"):
            self.context.reporter.info(
                f"stream {name!r} was adopted as it was, and differs from the program in: {', '.join(changed)}."
            )
        if exposed := exposed_columns(olds, wanted):
            warn_of_exposure(self.context.reporter, owner, {name: exposed})
        if state.get("found"):
            warn_of_first_lists(self.context.reporter, owner, {name: olds}, {name: wanted})
        impact.report_change(self.context, id, olds, wanted)

    def deletes_first(self, olds: Props, wanted: Props, replaces: list[str]) -> bool:
        """Tell whether only an option of the program replaces the stream: the old one then has the new one's name."""
        return not replaces

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """Add the stream to its sync, or adopt the stream of that name."""
        sync_id, name = news["elt_sync_id"], news["name"]
        require_not_inline(self.context, sync_id, name)
        if is_pending(sync_id):
            # The sync waits for its connection, and has reported that; a later `up` replaces both.
            return str(PendingId.new(short_name(self.urn))), {**news}
        there = self.context.reads.streams_of(sync_id).get(name)
        if there is None and (not news.get("adopt") or self.context.ownership.previous_id(self.urn)):
            return self._add(news)
        return self._adopt(stream_to_adopt(self.context, self.urn, there, news), news)

    def _add(self, news: Props) -> tuple[str, Props]:
        sync_id, name = news["elt_sync_id"], news["name"]
        stream = upsert(self.context, sync_id, [body_of(stream_part(news))])[name]
        try:
            self._start(stream, news, undoing=True)
        except WeldError as error:
            self._roll_back(stream, sync_id, error)
            raise
        return stream.id, {**news, **_facts(stream)}

    def _adopt(self, there: EltStreamInfo, news: Props) -> tuple[str, Props]:
        body = merged_for_adoption(there, stream_part(news))
        stream = upsert(self.context, news["elt_sync_id"], [body])[news["name"]] if body else there
        known = self.context.ownership.last_outputs(self.urn, stream.id)
        is_found = not last_entry(self.context, self.urn, there)
        self._start(stream, news, undoing=False)
        self.context.reporter.info(f"stream {stream.name!r} ({stream.id}) already existed; this resource adopts it.")
        # Weld does not return the columns: it has those that the previous resource sent last.
        columns = {name: known[name] for name in WRITE_ONLY if known.get(name)}
        outs = self._outs(stream, {**columns, **news})
        return stream.id, with_private_state(outs, adopted=bool(SOURCE_STREAM.changed(outs, news)), found=is_found)

    def _start(self, stream: EltStreamInfo, news: Props, undoing: bool) -> None:
        """Enable the sync where it waited for its first stream, and carry out the triggers, also those of the sync."""
        sync_id = news["elt_sync_id"]
        self.context.ownership.note_created(self.urn, stream.id)
        try:
            is_enabled = self.context.plans.wants_enabled(sync_id)
            if is_enabled:
                self._enable(sync_id)
            self._fire({}, {**self.context.plans.triggers(sync_id), **news}, stream.id, is_enabled, undoing)
        except WeldError:
            self.context.ownership.forget_created(stream.id)
            raise

    def _roll_back(self, stream: EltStreamInfo, sync_id: str, error: WeldError) -> None:
        self.context.reads.note_streams(sync_id, removed=[stream.name])
        try:
            self.client.delete_stream(stream.id)
        except WeldError as second:
            error.add_next_step(
                f"The stream {stream.id} was created before that and could not be removed again ({second})."
            )
        else:
            error.add_next_step("The stream that was created before that has been removed again.")

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """Read the stream, from the list of its sync where that is known."""
        declared = SOURCE_STREAM.declared(props)
        if is_pending(id) and declared:
            return ReadResult(id, props, declared)
        stream = self._find(id, declared)
        if stream is None:
            return ReadResult(None)
        if declared.get("elt_sync_id"):
            self._warn_of_retired(declared["elt_sync_id"], stream.name)
        outs = with_private_state(self._outs(stream, declared), found=private_state(props).get("found"))
        return ReadResult(id, outs, SOURCE_STREAM.declared(outs))

    def _warn_of_retired(self, sync_id: str, name: str) -> None:
        """Warn of all retired streams of the sync, in one line."""
        warn_of_retired(self.context, sync_id, [name], lambda: list(self.context.reads.streams_or_none(sync_id) or ()))

    def _find(self, id: str, declared: Mapping[str, Any]) -> EltStreamInfo | None:
        sync_id = declared.get("elt_sync_id")
        if isinstance(sync_id, str):
            listed = self.context.reads.streams_or_none(sync_id)
            if listed is None:
                return None
            named = listed.get(str(declared.get("name")))
            if named is not None and named.id == id:
                return named
            # A copy, since other threads change the list.
            found = by_id(list(listed.values()), id)
            if found is not None:
                return found
        try:
            return self.client.get_stream(id)
        except NotFoundError as error:
            if declared:
                return None
            error.next_step = f"There is no stream {id!r} to get; `weld-pulumi streams SYNC_ID` lists those of a sync."
            raise

    def _outs(self, stream: EltStreamInfo, declared: Mapping[str, Any]) -> Props:
        kept = {name: value for name, value in declared.items() if name in SOURCE_STREAM and name not in SENT}
        return {
            **kept,
            **entry_of(stream, declared or None),
            "elt_sync_id": stream.elt_sync_id or declared.get("elt_sync_id"),
            **_facts(stream),
        }

    # Update and delete -----------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Send what has changed, and carry out changed triggers."""
        facts = SOURCE_STREAM.others(with_private_state(olds))
        if is_pending(id):
            return {**facts, **news}
        if SENT.intersection(SOURCE_STREAM.changed(olds, news)):
            facts = _facts(self._send(id, olds, news))
        self._fire(olds, news, id)
        return with_private_state({**facts, **news}, found=private_state(olds).get("found"))

    def _send(self, id: str, olds: Props, news: Props) -> EltStreamInfo:
        sync_id, name = news["elt_sync_id"], news["name"]
        require_not_inline(self.context, sync_id, name)
        live = self._find(id, news)
        if live is None:
            raise WeldError(
                f"stream {name!r} ({id}) no longer exists in sync {sync_id}; `pulumi up --refresh` creates it again."
            )
        return upsert(self.context, sync_id, [body_of(stream_part(news), live, olds)])[name]

    def _fire(self, olds: Props, news: Props, id: str, is_enabled: bool = False, undoing: bool = False) -> None:
        actions = TriggeredActions.of_stream(olds, news, news["name"], id)
        is_enabled = is_enabled or (bool(actions.runs) and self._is_enabled(news["elt_sync_id"]))
        actions.carry_out(self.context, is_enabled, undoing)

    def _enable(self, sync_id: str) -> None:
        """Enable the sync where it is not; the first stream in this process does."""
        with self.context.lock_for(f"enable/{sync_id}"):
            if not self._is_enabled(sync_id):
                self.client.enable_sync(sync_id)
                self.context.plans.note_enabled(sync_id)

    def _is_enabled(self, sync_id: str) -> bool:
        """Tell whether the sync is enabled; once it is, it is not read again."""
        plans = self.context.plans
        with self.context.lock_for(f"enable/{sync_id}"):
            if not plans.is_enabled(sync_id) and self.client.get_sync(sync_id).enabled:
                plans.note_enabled(sync_id)
            return plans.is_enabled(sync_id)

    def delete(self, id: str, props: Props) -> None:
        """Remove the stream from its sync, unless another resource manages it."""
        sync_id, name = str(props.get("elt_sync_id")), props.get("name")
        if is_pending(id):
            return  # it does not exist at Weld
        if name in (self.context.plans.inline_streams(sync_id) or ()):
            self.context.ownership.release(self.urn, id)
            self.context.reporter.info(f"stream {name!r} stays: the EltSync {sync_id} lists it inline now.")
            return
        if not self.release(id, props):
            return
        self.client.delete_stream(id)
        self.context.ownership.note_deleted(id)
        self.context.reads.note_streams(sync_id, removed=[str(name)])


def _is_located(inputs: Mapping[str, Any], wrong: set[str]) -> bool:
    """Tell whether sync and name are known and right."""
    place = [inputs.get(name) for name in ("elt_sync_id", "name")]
    return all(isinstance(value, str) for value in place) and not wrong & {"elt_sync_id", "name"}


def _facts(stream: EltStreamInfo) -> Props:
    return {output.name: getattr(stream, output.name) for output in SOURCE_STREAM.outputs}
