"""SourceStream: one stream of a sync as a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._registry import OPTIONS
from ..._text import first_few
from ...api.lookup import by_id
from ...errors import NotFoundError, WeldError, WeldValidationError
from ...validation.flags import stream_problems
from ...validation.patterns import is_pattern
from ...validation.problems import Problem, WholeProblem
from ...validation.streams import unknown_stream_problems
from ..core.handler import (
    PRIVATE_STATE,
    CheckResult,
    DiffResult,
    Handler,
    ReadResult,
    private_state,
    with_private_state,
)
from ..core.ownership import alias_advice, name_of, short_name
from ..core.schema import Attribute, Change, Props, Schema
from ..core.values import flag, has_unknown, rules, text
from ..elt_sync.checks import is_pending, pending_id
from ..elt_sync.notices import warn_of_exposure, warn_of_first_lists
from ..elt_sync.stream_changes import exposed_columns
from .option_paths import option_problems
from .streams import (
    SENT,
    STREAM_FIELDS,
    WRITE_ONLY,
    body_of,
    by_name,
    differs_from,
    entry_of,
    inline_conflict,
    merged_for_adoption,
    require_not_inline,
    sent_part,
    upsert,
)
from .triggers import RESET, TRIGGER_FIELDS, TriggeredActions

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = ["SourceStreamHandler"]

STREAM = Schema(
    Attribute("elt_sync_id", text, Change.REPLACE, required=True),
    Attribute("name", text, Change.REPLACE, required=True),
    *STREAM_FIELDS,
    Attribute("adopt", flag, Change.LOCAL, default=False),
    *TRIGGER_FIELDS,
    RESET,
    sparse=True,
)
_PLACE = ("elt_sync_id", "name")


class SourceStreamHandler(Handler):
    """One stream."""

    title = "SourceStream"
    table = STREAM

    # Check and diff --------------------------------------------------------------------------------------------

    def check(self, olds: Props, news: Props) -> CheckResult:
        """See :class:`.base.Handler`."""
        inputs, found = STREAM.canonical(news)
        wrong = {problem.path for problem in found}
        found += [problem for problem in rules(stream_problems(inputs)) if problem.path not in wrong]
        problems = [*self.minded(found), *option_problems(STREAM, news.get(OPTIONS), news, olds, inputs)]
        replaced = None if olds else self.context.ownership.replacing(self.urn)
        if replaced is not None and not is_pending(replaced.id):
            self._tell_replacement(replaced.outs)
        sync_id, name = inputs.get("elt_sync_id"), inputs.get("name")
        if wrong & {"elt_sync_id", "name"} or not isinstance(sync_id, str) or not isinstance(name, str):
            return CheckResult(inputs, problems)
        conflict = inline_conflict(self.context, sync_id, name)
        if conflict:
            problems.append(WholeProblem("elt_sync_id", conflict))
        elif not is_pending(sync_id) and self.context.may_ask():
            problems += self._ask(olds, inputs, not problems)
        return CheckResult(inputs, problems)

    def _tell_replacement(self, olds: Mapping[str, Any]) -> None:
        """Say what is lost, whoever decided that a stream is replaced: an argument or an option."""
        lost = "progress and history table are" if olds.get("enabled_history_table") else "progress is"
        self.context.reporter.warn(
            f"replacing stream {olds.get('name')!r} removes it from sync {olds.get('elt_sync_id')}: its {lost} lost."
        )

    def _ask(self, olds: Props, inputs: Props, is_sound: bool) -> list[Problem]:
        if olds and not SENT.union(_PLACE).intersection(STREAM.changed(olds, inputs)):
            return []
        sync_id, name = inputs["elt_sync_id"], inputs["name"]
        try:
            available = self.context.available_streams(sync_id)
        except NotFoundError:
            if self.context.ownership.is_made(sync_id):
                return []
            return [
                WholeProblem("elt_sync_id", f"there is no sync {sync_id!r} in Weld; `weld-pulumi syncs` lists them")
            ]
        if is_pattern(name) and name not in available:
            return [Problem("name", "is a pattern; only the source_streams of an EltSync take patterns")]
        in_use = {str(olds["name"])} if olds.get("name") else set()
        found = unknown_stream_problems([_stream_part(inputs)], available, in_use=in_use)
        problems = [Problem(p.path.removeprefix("source_streams[0]."), p.reason) for p in found]
        if not olds and is_sound and not problems and not has_unknown(inputs):
            problems += self._ask_for_present(inputs)
        return problems

    def _ask_for_present(self, inputs: Props) -> list[Problem]:
        """Say before a creation what `create` would say of a stream that is there."""
        there = self.context.streams_of(inputs["elt_sync_id"]).get(inputs["name"])
        replaced = self.context.ownership.held(self.urn)
        if (there is None and (replaced or not _adopts(inputs))) or (there is not None and there.id == replaced):
            return []
        try:
            self._refuse(there, inputs)
        except WeldValidationError as error:
            return [WholeProblem("name", str(error))]
        if there is None:
            return []
        if former := self.context.ownership.former_name(self.urn, there.id):
            self.context.reporter.info(
                f"stream {there.name!r} ({there.id}) is what {name_of(former)} of this stack stands for. "
                f"{alias_advice(self.urn, former)}; else this resource takes the stream over."
            )
        self._tell_columns(there, inputs)
        if _adopts(inputs):
            differing = ", ".join(differs_from(there, _stream_part(inputs))) or "nothing"
            self.context.reporter.info(
                f"adopts stream {there.name!r} ({there.id}); different from the program: {differing}."
            )
        return []

    def _tell_columns(self, there: EltStreamInfo, inputs: Props) -> None:
        """Say which columns a take-over exposes: it sends the lists that the program gives, and keeps the others."""
        owner, known = f"sync {inputs['elt_sync_id']}", self._last_entry(there)
        replaced = {name: known[name] for name in WRITE_ONLY if known.get(name) and inputs.get(name)}
        if exposed := exposed_columns(replaced, inputs):
            warn_of_exposure(self.context, owner, {there.name: exposed})
        if not known:
            warn_of_first_lists(self.context, owner, {there.name: {}}, {there.name: inputs})

    def _last_entry(self, stream: EltStreamInfo) -> Mapping[str, Any]:
        """Return what this stack said last of a stream, be it separate or inline; empty for a stranger's."""
        known = self.context.ownership.last_outputs(self.urn, stream.id)
        inline = [entry.outs.get("source_streams") for entry in self.context.ownership.in_state(self.urn, stream.id)]
        return known or next((found for each in inline if (found := by_name(each).get(stream.name))), {})

    def diff(self, id: str, olds: Props, news: Props) -> DiffResult:
        """See :class:`.base.Handler`."""
        changed = STREAM.changed(olds, news)
        replaces = STREAM.replacing(changed)
        rival = self.context.ownership.hold(self.urn, id, olds, leaves=bool(replaces))
        if rival:
            raise WeldValidationError(_duplicate(olds, rival))
        adopted = bool(private_state(olds).get("adopted"))
        if changed and not replaces and self.context.ownership.is_in_program(self.urn):
            self._tell_change(olds, news, changed)
        # Where only the program's options make this a replacement, the old one is in the place of the new one.
        return DiffResult(changed, replaces, delete_first=bool(changed) and not replaces, hidden=adopted)

    def _tell_change(self, olds: Props, news: Props, changed: list[str]) -> None:
        name, owner, memo = str(olds.get("name")), f"sync {olds.get('elt_sync_id')}", private_state(olds)
        if memo.get("adopted"):
            self.context.reporter.info(
                f"stream {name!r} was taken over as it was, and differs from the program in: {', '.join(changed)}."
            )
        if exposed := exposed_columns(olds, news):
            warn_of_exposure(self.context, owner, {name: exposed})
        if memo.get("found"):
            warn_of_first_lists(self.context, owner, {name: olds}, {name: news})

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Handler`."""
        sync_id, name, entry = news["elt_sync_id"], news["name"], _stream_part(news)
        require_not_inline(self.context, sync_id, name)
        if is_pending(sync_id):
            # The sync waits for its connection, and has said so; `up` replaces both then.
            return pending_id(short_name(self.urn)), {**news}
        there = self.context.streams_of(sync_id).get(name)
        if there is not None or (_adopts(news) and not self.context.ownership.held(self.urn)):
            self._refuse(there, news)
        body = body_of(entry) if there is None else merged_for_adoption(there, entry)
        stream = upsert(self.context, sync_id, [body])[name] if body else there
        assert stream is not None
        known = self.context.ownership.last_outputs(self.urn, stream.id) if there is not None else {}
        is_found = there is not None and not self._last_entry(there)
        self.context.ownership.make(self.urn, stream.id)
        try:
            is_on = self._start_sync(sync_id)
            self._fire({}, {**self._asked_by_sync(sync_id), **news}, stream.id, is_on, undoing=there is None)
        except WeldError as error:
            self.context.ownership.unmake(stream.id)
            if there is None:
                self._roll_back(stream, sync_id, error)
            raise
        if there is None:
            return stream.id, {**news, **_facts(stream)}
        self.context.reporter.info(f"stream {name!r} ({stream.id}) was there already; this resource takes it over.")
        # Columns are write-only in Weld's API: what the previous resource sent last is what Weld has.
        columns = {name: known[name] for name in WRITE_ONLY if known.get(name)}
        outs = self._outs(stream, {**columns, **news})
        return stream.id, with_private_state(outs, adopted=bool(STREAM.changed(outs, news)), found=is_found)

    def _refuse(self, there: EltStreamInfo | None, news: Props) -> None:
        """Refuse to take over what is there, or what is not.

        Raises:
            WeldValidationError: another resource has it, it has other flags, or there is nothing to adopt.
        """
        sync_id, name = news["elt_sync_id"], news["name"]
        if there is None:
            listed = first_few(sorted(self.context.streams_of(sync_id)), write=repr) or "none"
            raise WeldValidationError(
                f"adopt=True: sync {sync_id} has no stream {name!r}. It has: {listed}. Leave adopt out to make one."
            )
        rival = self.context.ownership.claim(self.urn, there.id)
        if rival:
            raise WeldValidationError(_duplicate(news, rival))
        differing = differs_from(there, _stream_part(news))
        if differing and not _adopts(news):
            raise WeldValidationError(
                f"sync {sync_id} has a stream {name!r} already ({there.id}), which differs in {', '.join(differing)}. "
                f"{self._way_to_have(there.id)}"
            )

    def _way_to_have(self, id: str) -> str:
        former = self.context.ownership.former_name(self.urn, id)
        if former is None:
            return "To take it over and change it, write adopt=True."
        return f"{alias_advice(self.urn, former)}; to take it over and change it, write adopt=True."

    def _roll_back(self, stream: EltStreamInfo, sync_id: str, error: WeldError) -> None:
        self.context.note_known_streams(sync_id, removed=[stream.name])
        try:
            self.client.delete_stream(stream.id)
        except WeldError as second:
            error.add_next_step(
                f"The stream {stream.id} was made before that and could not be removed again ({second})."
            )
        else:
            error.add_next_step("The stream that was made before that is removed again.")

    def _start_sync(self, sync_id: str) -> bool:
        """Enable the sync if the program wants it on and it is not: Weld may not enable one that is empty.

        Return whether it is known to be on.
        """
        intent = self.context.sync_plans.get(sync_id)
        if intent is None or not intent.enabled:
            return False
        with self.context.lock_for(f"enable/{sync_id}"):
            if sync_id not in self.context.running:
                if not self.client.get_sync(sync_id).enabled:
                    self.client.enable_sync(sync_id)
                self.context.running.add(sync_id)
        return True

    def _asked_by_sync(self, sync_id: str) -> Props:
        """Return the triggers of a sync that was just made: they mean all its streams, also those made after it."""
        intent = self.context.sync_plans.get(sync_id)
        return intent.triggers if intent is not None else {}

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """See :class:`.base.Handler`."""
        declared = STREAM.declared(props)
        if is_pending(id) and declared:
            return ReadResult(id, props, declared)
        stream = self._find(id, declared)
        if stream is None:
            return ReadResult(None)
        outs = with_private_state(self._outs(stream, declared), found=private_state(props).get("found"))
        return ReadResult(id, outs, STREAM.declared(outs))

    def _find(self, id: str, declared: Mapping[str, Any]) -> EltStreamInfo | None:
        sync_id = declared.get("elt_sync_id")
        if isinstance(sync_id, str):
            listed = self.context.streams_or_none(sync_id)
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
        ours = {f.name: declared[f.name] for f in STREAM if f.name not in SENT and f.name in declared}
        return {
            **ours,
            **entry_of(stream, declared or None),
            "elt_sync_id": stream.elt_sync_id or declared.get("elt_sync_id"),
            **_facts(stream),
        }

    # Update and delete -----------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Handler`."""
        facts = {name: value for name, value in olds.items() if name not in STREAM and name != PRIVATE_STATE}
        if is_pending(id):
            return {**facts, **news}
        if SENT.intersection(STREAM.changed(olds, news)):
            facts = _facts(self._send(id, olds, news))
        self._fire(olds, news, id)
        return with_private_state({**facts, **news}, found=private_state(olds).get("found"))

    def _send(self, id: str, olds: Props, news: Props) -> EltStreamInfo:
        sync_id, name = news["elt_sync_id"], news["name"]
        require_not_inline(self.context, sync_id, name)
        live = self._find(id, news)
        if live is None:
            raise WeldError(f"stream {name!r} ({id}) is gone from sync {sync_id}; `pulumi up --refresh` makes it anew.")
        return upsert(self.context, sync_id, [body_of(_stream_part(news), live, olds)])[name]

    def _fire(self, olds: Props, news: Props, id: str, is_on: bool = False, undoing: bool = False) -> None:
        firing = TriggeredActions.of_stream(olds, news, news["name"], id)
        is_on = is_on or (bool(firing.runs) and self._is_on(news["elt_sync_id"]))
        firing.carry_out(self.context, is_on, undoing)

    def _is_on(self, sync_id: str) -> bool:
        with self.context.lock_for(f"enable/{sync_id}"):
            if sync_id not in self.context.running and self.client.get_sync(sync_id).enabled:
                self.context.running.add(sync_id)
            return sync_id in self.context.running

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Handler`."""
        sync_id, name = str(props.get("elt_sync_id")), props.get("name")
        if is_pending(id):
            return  # nothing of it is at Weld
        keeper = self.context.ownership.let_go(self.urn, id)
        intent = self.context.sync_plans.get(sync_id)
        if intent is not None and intent.inline is not None and name in intent.inline:
            self.context.reporter.info(f"stream {name!r} stays: the EltSync {sync_id} lists it inline now.")
            return
        if keeper is not None:
            self.context.reporter.warn(
                f"stream {name!r} ({id}) is not deleted: {name_of(keeper)} of this stack stands for it too."
            )
            return
        self.client.delete_stream(id)
        self.context.ownership.note_deleted(id)
        self.context.note_known_streams(sync_id, removed=[str(name)])


def _duplicate(props: Mapping[str, Any], rival: str) -> str:
    return (
        f"{name_of(rival)} of this program stands for the stream {props.get('name')!r} of sync "
        f"{props.get('elt_sync_id')} too; remove one of the two resources."
    )


def _stream_part(props: Mapping[str, Any]) -> Props:
    """Return the entry inside the canonical arguments of a SourceStream."""
    return {"name": props.get("name"), **sent_part(props)}


def _adopts(inputs: Mapping[str, Any]) -> bool:
    return bool(STREAM["adopt"].value(inputs))


def _facts(stream: EltStreamInfo) -> Props:
    return {"incremental_primary_key_name": stream.incremental_primary_key_name, "created_at": stream.created_at}
