"""EltSync: check, diff, create, read, update, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..._registry import OPTIONS
from ...api.retries import Lookup
from ...errors import NotFoundError, WeldError, WeldValidationError
from ...validation.problems import Problem, WholeProblem
from ...validation.schema_names import same_schema
from ..core.handler import CheckResult, DiffResult, Handler, ReadResult, private_state, with_private_state
from ..core.ownership import name_of
from ..core.schema import Change, Props
from ..core.values import UNKNOWN, fingerprint, has_unknown
from ..source_stream.option_paths import option_problems
from ..source_stream.streams import body_of, by_name, has_open, single_entries, upsert, without_kept
from ..source_stream.triggers import TRIGGER_FIELDS, TriggeredActions, any_fired
from .adoption import (
    DIFFER,
    FRESH,
    adoption_of,
    duplicate,
    duplicate_problem,
    foreseen_adoption,
    is_alike,
    warn_of_unreported,
)
from .checks import ask_weld, is_pending, resolved, resolved_by_names, resolved_streams
from .neighbors import warn_of_shared_schema
from .notices import tell_adoption, tell_kept_data, tell_replacement, tell_stream_changes
from .pending import still_pending, wait_for_connection, warn_of_pending
from .schema import DAILY, SYNC, facts_of, schedule_problem, unreported, view_of
from .steps import add_streams, change_schedule_and_settings, reconcile_streams, switch, warn_of_kept_settings

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = ["EltSyncHandler"]

_BODY = ("connection_id", "destination_schema_name", "sync_interval", "elt_settings", "start_date")
_TWICE = f"of this program is the same in all that Weld reports; remove one of the two resources, or {DIFFER}"
#: Arguments that tell which sync is meant.
_PLACE = frozenset({"connection_id", "destination_schema_name", "adopt"})
#: Arguments, besides the connection, that only Weld can judge.
_ASKED = ("elt_settings", "orchestration_workflow_id", "start_date", "source_streams")


class EltSyncHandler(Handler):
    """A sync, with or without its streams."""

    title = "EltSync"
    table = SYNC

    # Check and diff --------------------------------------------------------------------------------------------

    def check(self, olds: Props, news: Props) -> CheckResult:
        """See :class:`.base.Handler`."""
        self.context.hidden.add(news.get("elt_settings"))
        inputs, found = SYNC.canonical(news)
        found = without_kept(found, olds.get("source_streams"), news.get("source_streams"))
        problems = self.minded([*found, *schedule_problem(inputs)])
        ask = self.context.may_ask()
        if not problems and inputs.get("source_streams") is not None:
            inputs["source_streams"] = resolved_streams(self.context, inputs, olds, ask)
        problems += option_problems(SYNC, news.get(OPTIONS), news, olds, inputs)
        tell_kept_data(self.context, self.urn, inputs)
        replaced = None if olds else self.context.ownership.replacing(self.urn)
        if replaced is not None and not is_pending(replaced.id):
            tell_replacement(self.context, replaced.id, replaced.outs)
        if is_pending(inputs.get("connection_id")):
            warn_of_pending(self.context, inputs)
        elif ask:
            problems += self._ask(olds, inputs, news.get("source_streams"), problems)
        return CheckResult(inputs, problems)

    def _ask(self, olds: Props, inputs: Props, given: Any, problems: list[Problem]) -> list[Problem]:
        """Ask Weld about what has changed, as far as it is not wrong anyway."""
        changed = SYNC.changed(olds, inputs) if olds else [field.name for field in SYNC]
        asked = [name for name in ("connection_id", *_ASKED) if name in changed]
        if olds and not asked:
            return []
        wrong = {re.split(r"[.[]", problem.path)[0] for problem in problems}
        sound = {name: UNKNOWN if name in wrong else value for name, value in inputs.items()}
        entries = single_entries(given)
        given_sound = [sound.get(name) for name in (*_ASKED[:-1], "adopt")]
        if wrong and not any(entries) and all(value in (None, False, UNKNOWN) for value in given_sound):
            return []
        if olds or wrong & _PLACE:
            return ask_weld(self.context, sound, entries, olds, asked)
        return self._ask_new(inputs, sound, entries, is_sound=not wrong)

    def _ask_new(self, inputs: Props, sound: Props, entries: list[Props], is_sound: bool) -> list[Problem]:
        """Ask Weld about a sync that is to be made or taken over.

        Args:
            inputs: canonical inputs.
            sound: the same, with what is wrong in them unknown.
            entries: ``source_streams`` in the order of the program.
            is_sound: nothing is wrong.
        """
        asked = ("connection_id", *_ASKED)
        try:
            adopted = self._adopted(inputs)
        except WeldValidationError as error:
            return [*ask_weld(self.context, sound, entries, {}, asked), WholeProblem("adopt", str(error))]
        if adopted is None:
            found = ask_weld(self.context, sound, entries, {}, asked)
            return [*found, *(self._ask_for_doubles(inputs) if is_sound else ())]
        place = {
            "connection_id": adopted.source_connection_id,
            "destination_schema_name": adopted.destination_schema_name,
        }
        # What is unknown in the program is seen in the sync that is taken over.
        seen = {name: value for name, value in place.items() if inputs[name] is UNKNOWN and value is not None}
        if is_sound:
            tell_adoption(self.context, self.urn, adopted, self._outs(adopted, {**inputs, **seen}), {**inputs, **seen})
        return ask_weld(self.context, {**sound, **seen}, entries, {}, asked)

    def _adopted(self, inputs: Props) -> EltSyncInfo | None:
        if has_unknown([inputs[name] for name in _PLACE if name in inputs]):
            return foreseen_adoption(self.context, self.urn, inputs)
        return adoption_of(self.context, self.urn, inputs)

    def _ask_for_doubles(self, inputs: Props) -> list[Problem]:
        """Look at what is there already beside a new sync, whose arguments are sound."""
        if not has_unknown(inputs):
            problem = duplicate_problem(self.context, self.urn, inputs)
            if problem is not None:
                return [problem]
            what = fingerprint(inputs.get(name) for name in _BODY)
            rival = self.context.ownership.first_to_want(self.urn, what)
            if rival:
                return [WholeProblem("destination_schema_name", f"{name_of(rival)} {_TWICE}")]
            warn_of_unreported(self.context, inputs)
        warn_of_shared_schema(self.context, self.urn, inputs)
        return []

    def diff(self, id: str, olds: Props, news: Props) -> DiffResult:
        """See :class:`.base.Handler`."""
        wanted = {**news, "source_streams": resolved_by_names(news.get("source_streams"), olds.get("source_streams"))}
        self.context.plan_sync(id, news.get("enabled"), wanted["source_streams"])
        changed = SYNC.changed(olds, wanted)
        replaces = SYNC.replacing(changed)
        rival = self.context.ownership.hold(self.urn, id, olds, leaves=bool(replaces))
        if rival:
            raise WeldValidationError(duplicate(id, rival))
        adopted = bool(private_state(olds).get("adopted"))
        if changed and not replaces and self.context.ownership.is_in_program(self.urn):
            if adopted:
                self.context.reporter.info(
                    f"sync {id} was taken over as it was, and differs from the program in: {', '.join(changed)}."
                )
            if "source_streams" in changed:
                found = bool(private_state(olds).get("found"))
                tell_stream_changes(self.context, self.urn, id, olds, wanted, found)
        schema = news.get("destination_schema_name")
        into_same = schema is UNKNOWN or same_schema(olds.get("destination_schema_name"), schema)
        # Also where it is only the program's options that make this a replacement.
        return DiffResult(changed, replaces, delete_first=bool(changed) and into_same, hidden=adopted)

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Handler`."""
        if is_pending(news["connection_id"]):
            return wait_for_connection(self.context, self.urn, news)
        with self.context.lock_for(f"create/{news['connection_id']}"):
            adopted = adoption_of(self.context, self.urn, news, FRESH)
            sync = adopted or self._make(news)
            self.context.ownership.make(self.urn, sync.id)
        if adopted is not None:
            return sync.id, self._adopt(adopted, news)
        try:
            return sync.id, self._complete(sync, news)
        except WeldError as error:
            self._roll_back(sync.id, news["connection_id"], error)
            raise

    def _make(self, news: Props) -> EltSyncInfo:
        connection_id = news["connection_id"]
        problem = duplicate_problem(self.context, self.urn, news, FRESH)
        if problem is not None:
            raise WeldValidationError(problem.reason)
        before = {sync.id for sync in self.context.syncs_of(connection_id)}
        body = {name: news[name] for name in _BODY if news.get(name) is not None}
        body.setdefault("sync_interval", DAILY)

        unsure: list[EltSyncInfo] = []

        def find() -> EltSyncInfo | None:
            self.context.forget(f"syncs/{connection_id}")
            syncs = self.context.syncs_of(connection_id)
            found = next((s for s in syncs if s.id not in before and is_alike(s, news)), None)
            unsure.extend([found] if found is not None and found.destination_schema_name is None else [])
            return found

        sync = self.client.create_sync(body, Lookup(find, "the sync", self.context.clock.sleep))
        if unsure:
            raise WeldError(
                f"the answer to the creation of the sync was lost. The sync {sync.id} came up meanwhile, but Weld does "
                f"not report its schema, so it may be another one's. If it is this one, write adopt={sync.id!r}; if "
                "not, run it again."
            )
        known = self.context.syncs_of(connection_id)
        if all(other.id != sync.id for other in known):
            known.append(sync.model_copy(update={"source_connection_id": connection_id}))
        return sync

    def _complete(self, sync: EltSyncInfo, news: Props) -> Props:
        """Give a new sync what creation does not: orchestration, streams, the switch; then fire the triggers."""
        if news.get("orchestration_workflow_id"):
            self.client.attach_orchestration(sync.id, news["orchestration_workflow_id"])
        wanted = self._with_streams(sync.id, news)
        streams = upsert(self.context, sync.id, [body_of(entry) for entry in wanted.get("source_streams") or ()])
        facts = facts_of(sync)
        is_on = sync.enabled
        if is_on != news["enabled"]:
            is_on = switch(self.context, sync.id, news["enabled"], streams)
            # Enabled means running; anything else is for Weld to name.
            facts = {**facts, "status": "RUNNING"} if is_on else facts_of(self.client.get_sync(sync.id))
        outs = {**wanted, **facts, "stream_ids": {name: stream.id for name, stream in streams.items()}}
        self._fire(sync.id, {}, wanted, outs, is_on, undoing=True)
        if wanted.get("source_streams") is None:
            fields = (field.name for field in TRIGGER_FIELDS)
            self.context.sync_plans[sync.id].triggers = {name: wanted[name] for name in fields if name in wanted}
        return with_private_state(outs, enable_refused=news["enabled"] and not is_on)

    def _adopt(self, sync: EltSyncInfo, news: Props) -> Props:
        self.context.reporter.info(
            f"adopted sync {sync.id}; removing the EltSync from the stack applies its deletion_policy."
        )
        wanted = self._with_streams(sync.id, news)
        unknown = unreported(sync)  # so it is sent
        view = {name: value for name, value in view_of(sync, None, news).items() if name not in unknown}
        changed = [name for name in SYNC.changed(view, wanted) if name != "source_streams"]
        return self._reconcile(sync, view, wanted, changed, adopting=True)

    def _roll_back(self, id: str, connection_id: str, error: WeldError) -> None:
        self.context.ownership.unmake(id)
        self.context.sync_plans.pop(id, None)
        self.context.forget(f"streams/{id}", f"syncs/{connection_id}")
        try:
            self.client.delete_sync(id)
        except WeldError as second:
            error.add_next_step(
                f"The sync {id} was made before that and could not be removed again ({second}). Remove it in Weld, "
                f"or take it over with adopt={id!r}."
            )
        else:
            error.add_next_step("What was made of the sync before that is removed again.")

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """See :class:`.base.Handler`."""
        self.context.hidden.add(props.get("elt_settings"))
        declared = SYNC.declared(props)
        if is_pending(id) and declared:
            return ReadResult(id, props, declared)
        try:
            sync = self.client.get_sync(id) if _is_inline(declared) else self.context.read_sync(id)
        except NotFoundError as error:
            if not declared:
                error.next_step = f"There is no sync {id!r} to get; `weld-pulumi syncs` lists those that are there."
                raise
            return ReadResult(None)
        memo = private_state(props)
        outs = self._outs(sync, declared, bool(memo.get("enable_refused")), bool(memo.get("found")))
        return ReadResult(id, outs, SYNC.declared(outs))

    def _outs(
        self, sync: EltSyncInfo, declared: Mapping[str, Any], refused: bool = False, found: bool = False
    ) -> Props:
        """Describe a live sync.

        Args:
            sync: as Weld reports it.
            declared: the arguments of the program.
            refused: Weld would not enable it while it was empty.
            found: its streams were not made by this stack.
        """
        inline = _is_inline(declared)
        streams = self.context.streams_in(sync) if inline or (refused and not sync.enabled) else {}
        view = view_of(sync, streams if inline else None, declared)
        still_empty = refused and not sync.enabled and not streams
        if still_empty:
            view["enabled"] = True
        ids = {name: stream.id for name, stream in streams.items()} if inline else {}
        return with_private_state(
            {**view, **facts_of(sync), "stream_ids": ids}, enable_refused=still_empty, found=found
        )

    # Update ----------------------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Handler`."""
        self.context.hidden.add([olds.get("elt_settings"), news.get("elt_settings")])
        if is_pending(id):
            return still_pending(self.context, olds, news)
        self.context.forget(f"sync/{id}")
        wanted = self._with_streams(id, news)
        changed = SYNC.changed(olds, wanted)
        if all(SYNC[name].change is Change.LOCAL for name in changed):
            return {**{name: value for name, value in olds.items() if name not in SYNC}, **wanted}
        try:
            return self._reconcile(self.client.get_sync(id), olds, wanted, changed)
        except NotFoundError as error:
            error.next_step = "If the sync is gone at Weld, `pulumi up --refresh` makes it anew."
            raise

    def _reconcile(
        self, live: EltSyncInfo, olds: Props, wanted: Props, changed: list[str], adopting: bool = False
    ) -> Props:
        """Change what has changed, and fire the triggers when nothing can fail any more.

        Adopting takes nothing away: what is there beyond the program shows in the next preview. So it is with the
        streams of a sync that were not managed until now.
        """
        id, entries = live.id, wanted.get("source_streams")
        change_schedule_and_settings(self.context, live, olds, wanted, changed, adopting)
        if adopting and entries is not None:
            add_streams(self.context, live, entries)
        elif "source_streams" in changed and entries is not None:
            before = olds.get("source_streams")
            separate = self.context.ownership.streams_in_state(self.urn, id) if before is None else {}
            reconcile_streams(self.context, live, before, entries, separate)
        is_on = live.enabled
        if is_on != wanted["enabled"] and ("enabled" in changed or private_state(olds).get("enable_refused")):
            is_on = switch(self.context, id, wanted["enabled"])
        after = self.client.get_sync(id)
        newly_inline = entries is not None and olds.get("source_streams") is None
        found = adopting or newly_inline or bool(private_state(olds).get("found"))
        outs = self._outs(after, wanted, wanted["enabled"] and not is_on, found)
        if not adopting:
            warn_of_kept_settings(self.context, olds, wanted, after)
        if adopting or newly_inline:
            outs = with_private_state(outs, **private_state(outs), adopted=bool(SYNC.changed(outs, wanted)))
        else:
            outs = {**{name: value for name, value in outs.items() if name not in SYNC}, **wanted}
        self._fire(id, {} if adopting else olds, wanted, outs, is_on)
        return outs

    # Delete ----------------------------------------------------------------------------------------------------

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Handler`."""
        if is_pending(id):
            return  # nothing of it is at Weld
        self.context.hidden.add(props.get("elt_settings"))
        keeper = self.context.ownership.let_go(self.urn, id)
        if keeper is not None:
            self.context.reporter.warn(f"sync {id} is not deleted: {name_of(keeper)} of this stack stands for it too.")
            return
        policy = props.get("deletion_policy", "delete")
        if policy == "retain":
            self.context.reporter.info(f"sync {id} stays in Weld (deletion_policy='retain').")
        elif policy == "disable":
            self._disable(id)
        else:
            self.client.delete_sync(id, remove_data=props.get("remove_destination_data") is True)
        self.context.ownership.note_deleted(id)
        self.context.forget(f"syncs/{props.get('connection_id')}")

    def _disable(self, id: str) -> None:
        with suppress(NotFoundError):
            self.client.disable_sync(id)
            self.context.reporter.info(f"sync {id} is disabled and stays in Weld (deletion_policy='disable').")

    # Shared steps ----------------------------------------------------------------------------------------------

    def _with_streams(self, id: str, news: Props) -> Props:
        """Return the inputs with every pattern resolved, and tell the SourceStreams of this sync what is wanted."""
        entries = news.get("source_streams")
        if has_open(entries):
            entries = resolved(self.context, entries, self.context.available_streams(id), news)
        self.context.plan_sync(id, news["enabled"], entries)
        return news if entries is None else {**news, "source_streams": entries}

    def _fire(self, id: str, olds: Props, news: Props, outs: Props, is_on: bool, undoing: bool = False) -> None:
        streams = outs["stream_ids"]
        if news.get("source_streams") is None and any_fired(olds, news):
            streams = {stream.name: stream.id for stream in self.client.list_streams(id)}
        before, now = by_name(olds.get("source_streams")), by_name(news.get("source_streams"))
        TriggeredActions.of_sync(olds, news, streams, before, now).carry_out(self.context, is_on, undoing)


def _is_inline(declared: Mapping[str, Any]) -> bool:
    """Tell whether the EltSync answers for the streams; one that was only just got shows them."""
    return not declared or declared.get("source_streams") is not None
