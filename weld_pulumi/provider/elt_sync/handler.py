"""EltSync: a sync, with or without its streams."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..._registry import PATTERNS
from ...errors import NotFoundError, WeldError, WeldValidationError
from ...schema.attributes import Change, Props
from ...schema.elt_sync import ELT_SYNC
from ...schema.streams import by_name
from ...schema.values import UNKNOWN
from ...validation.problems import Problem, WholeProblem
from ...validation.schema_names import same_schema
from ..core.handler import Checking, Handler, ReadResult, private_state, with_private_state
from ..core.pending_connections import is_pending
from ..core.read_cache import FRESH
from ..source_stream.retirements import warn_of_retired
from ..source_stream.streams import body_of, upsert
from ..source_stream.triggers import TRIGGERS, TriggeredActions, any_fired
from . import impact
from .candidates import adopted_sync
from .checks import problems_at_weld, schedule_problem
from .creation import create_sync, roll_back
from .entries import has_patterns, patterns_of, resolved, without_kept
from .notices import loss_of, report_stream_changes, warn_of_kept_data
from .patterns import admitted, last_entries, resolved_in_check, resolved_in_diff
from .pending import still_pending, wait_for_connection, warn_of_pending
from .reconcile import add_streams, enable_or_disable, reconcile_streams, update_sync, warn_of_kept_settings
from .view import describe_sync, facts_of, is_inline, unreported, view_of

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = ["EltSyncHandler"]


class EltSyncHandler(Handler):
    """One sync."""

    schema = ELT_SYNC

    # Check -----------------------------------------------------------------------------------------------------

    def offline_problems(self, checking: Checking) -> list[Problem]:
        """Require a schedule, and warn of what has no effect or has to wait."""
        olds, given, inputs = checking.olds, checking.given, checking.inputs
        self.context.secrets.add(given.get("elt_settings"))
        warn_of_kept_data(self.context, self.urn, inputs)
        if is_pending(inputs.get("connection_id")):
            warn_of_pending(self.context, inputs)
        found = without_kept(checking.problems, olds.get("source_streams"), given.get("source_streams"))
        return [*found, *schedule_problem(inputs)]

    def resolve(self, checking: Checking) -> None:
        """Replace patterns by the streams that they match."""
        may_ask, inputs = self.context.may_ask(), checking.inputs
        if checking.problems or inputs.get("source_streams") is None:
            return
        written = patterns_of(inputs["source_streams"])
        try:
            inputs["source_streams"] = resolved_in_check(self.context, self.urn, inputs, checking.olds, may_ask)
        except WeldValidationError as error:
            checking.problems.append(WholeProblem("source_streams", str(error)))
        if written:
            inputs[PATTERNS] = written

    def loss(self, id: str, outs: Mapping[str, Any]) -> str:
        """Say that streams and their progress are lost."""
        return loss_of(id, outs)

    def report_replacement(self, id: str, outs: Props, inputs: Props) -> None:
        """Report how much the new sync copies again, and what the deletion of the old one drops."""
        impact.report_replacement(self.context, self.urn, id, outs, inputs)

    def asks_weld(self, checking: Checking) -> bool:
        """Tell whether the connection exists, or may exist."""
        return not is_pending(checking.inputs.get("connection_id"))

    def online_problems(self, checking: Checking) -> list[Problem]:
        """Check settings, orchestration, start date and streams; look for a sync to adopt, and for duplicates."""
        return problems_at_weld(self.context, self.urn, checking)

    # Diff ------------------------------------------------------------------------------------------------------

    def wanted(self, id: str, olds: Props, news: Props) -> Props:
        """Return the inputs with all patterns resolved."""
        return {**news, "source_streams": resolved_in_diff(self.context, self.urn, id, olds, news)}

    def plan(self, id: str, wanted: Props) -> None:
        """Leave for the SourceStreams of the sync whether it is enabled, and which streams are inline."""
        self.context.plans.plan(id, wanted.get("enabled"), wanted["source_streams"])

    def describe(self, id: str, props: Mapping[str, Any]) -> str:
        """Name the sync by its id."""
        return f"sync {id}"

    def report_changes(self, id: str, olds: Props, wanted: Props, changed: list[str]) -> None:
        """Report what the first `up` after an adoption changes, changes of streams by name, and how much is copied."""
        if private_state(olds).get("adopted"):
            self.context.reporter.info(
                f"sync {id} was adopted as it was, and differs from the program in: {', '.join(changed)}."
            )
        if "source_streams" in changed:
            found = bool(private_state(olds).get("found"))
            report_stream_changes(self.context, self.urn, id, olds, wanted, found)
        impact.report_change(self.context, self.urn, id, olds, wanted)

    def deletes_first(self, olds: Props, wanted: Props, replaces: list[str]) -> bool:
        """Tell whether old and new sync have the same schema, also where only an option asks for a replacement."""
        schema = wanted.get("destination_schema_name")
        return schema is UNKNOWN or same_schema(olds.get("destination_schema_name"), schema)

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """Create the sync with its streams, or adopt one; undo everything if a step fails."""
        if is_pending(news["connection_id"]):
            return wait_for_connection(self.context, self.urn, news)
        with self.context.lock_for(f"create/{news['connection_id']}"):
            adopted = adopted_sync(self.context, self.urn, news, FRESH)
            sync = adopted or create_sync(self.context, self.urn, news)
            self.context.ownership.note_created(self.urn, sync.id)
        if adopted is not None:
            return sync.id, self._adopt(adopted, news)
        try:
            return sync.id, self._complete(sync, news)
        except WeldError as error:
            roll_back(self.context, sync.id, news["connection_id"], error)
            raise

    def _complete(self, sync: EltSyncInfo, news: Props) -> Props:
        """Add what the creating request does not: orchestration, streams, enabling; then carry out the triggers."""
        if news.get("orchestration_workflow_id"):
            self.client.attach_orchestration(sync.id, news["orchestration_workflow_id"])
        wanted = self._with_streams(sync.id, news, last_entries(self.context, self.urn, news))
        streams = upsert(self.context, sync.id, [body_of(entry) for entry in wanted.get("source_streams") or ()])
        facts, is_enabled = facts_of(sync), sync.enabled
        if is_enabled != news["enabled"]:
            is_enabled = enable_or_disable(self.context, sync.id, news["enabled"], streams)
            # Enabled means running; any other status is read.
            facts = {**facts, "status": "RUNNING"} if is_enabled else facts_of(self.client.get_sync(sync.id))
        outs = {**wanted, **facts, "stream_ids": {name: stream.id for name, stream in streams.items()}}
        self._fire(sync.id, {}, wanted, outs, is_enabled, undoing=True)
        if wanted.get("source_streams") is None:
            self.context.plans.leave_triggers(sync.id, {name: wanted[name] for name in TRIGGERS if name in wanted})
        return with_private_state(outs, enable_refused=news["enabled"] and not is_enabled)

    def _adopt(self, sync: EltSyncInfo, news: Props) -> Props:
        self.context.reporter.info(
            f"adopted sync {sync.id}; removing the EltSync from the stack applies its deletion_policy."
        )
        wanted = self._with_streams(sync.id, news, last_entries(self.context, self.urn, news))
        unknown = unreported(sync)  # so it is sent
        view = {name: value for name, value in view_of(sync, None, news).items() if name not in unknown}
        changed = [name for name in ELT_SYNC.changed(view, wanted) if name != "source_streams"]
        return self._reconcile(sync, view, wanted, changed, adopting=True)

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """Read the sync, with its streams where they are inline."""
        self.context.secrets.add(props.get("elt_settings"))
        declared = ELT_SYNC.declared(props)
        if is_pending(id) and declared:
            return ReadResult(id, props, declared)
        try:
            sync = self.client.get_sync(id) if is_inline(declared) else self.context.reads.sync(id)
        except NotFoundError as error:
            if not declared:
                error.next_step = f"There is no sync {id!r} to get; `weld-pulumi syncs` lists those that exist."
                raise
            return ReadResult(None)
        state = private_state(props)
        outs = self._outs(sync, declared, bool(state.get("enable_refused")), bool(state.get("found")))
        if declared and outs["stream_ids"]:
            warn_of_retired(self.context, id, outs["stream_ids"])
        return ReadResult(id, outs, ELT_SYNC.declared(outs))

    def _outs(
        self, sync: EltSyncInfo, declared: Mapping[str, Any], refused: bool = False, found: bool = False
    ) -> Props:
        """Describe a live sync by its outputs.

        Args:
            sync: as Weld reports it.
            declared: the arguments of the program.
            refused: Weld refused to enable it while it was empty.
            found: its streams were not created by this stack.
        """
        needs_streams = is_inline(declared) or (refused and not sync.enabled)
        streams = self.context.reads.streams_in(sync) if needs_streams else {}
        still_empty = refused and not sync.enabled and not streams
        outs = describe_sync(sync, streams, declared)
        if still_empty:
            outs["enabled"] = True
        return with_private_state(outs, enable_refused=still_empty, found=found)

    # Update ----------------------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Send what has changed."""
        self.context.secrets.add([olds.get("elt_settings"), news.get("elt_settings")])
        if is_pending(id):
            return still_pending(self.context, olds, news)
        self.context.reads.forget_sync(id)
        wanted = self._with_streams(id, news, olds.get("source_streams"))
        changed = ELT_SYNC.changed(olds, wanted)
        if all(ELT_SYNC[name].on_change is Change.LOCAL for name in changed):
            return {**ELT_SYNC.others(olds), **wanted}
        try:
            return self._reconcile(self.client.get_sync(id), olds, wanted, changed)
        except NotFoundError as error:
            error.next_step = "If the sync no longer exists at Weld, `pulumi up --refresh` creates it again."
            raise

    def _reconcile(
        self, live: EltSyncInfo, olds: Props, wanted: Props, changed: list[str], adopting: bool = False
    ) -> Props:
        """Change what has changed, and carry out the triggers once nothing else can fail.

        Adopting removes nothing: what exists beyond the program is shown in the next preview. The same holds for the
        streams of a sync that were not managed until now.
        """
        id, entries = live.id, wanted.get("source_streams")
        update_sync(self.context, live, olds, wanted, changed, adopting)
        if adopting and entries is not None:
            add_streams(self.context, live, entries)
        elif "source_streams" in changed and entries is not None:
            before = olds.get("source_streams")
            separate = self.context.ownership.streams_in_state(self.urn, id) if before is None else {}
            reconcile_streams(self.context, live, before, entries, separate)
        is_enabled, state = live.enabled, private_state(olds)
        if is_enabled != wanted["enabled"] and ("enabled" in changed or state.get("enable_refused")):
            is_enabled = enable_or_disable(self.context, id, wanted["enabled"])
        after = self.client.get_sync(id)
        newly_inline = entries is not None and olds.get("source_streams") is None
        found = adopting or newly_inline or bool(state.get("found"))
        outs = self._outs(after, wanted, wanted["enabled"] and not is_enabled, found)
        if not adopting:
            warn_of_kept_settings(self.context, olds, wanted, after)
        if adopting or newly_inline:
            outs = with_private_state(outs, **private_state(outs), adopted=bool(ELT_SYNC.changed(outs, wanted)))
        else:
            outs = {**ELT_SYNC.others(outs), **wanted}
        self._fire(id, {} if adopting else olds, wanted, outs, is_enabled)
        return outs

    # Delete ----------------------------------------------------------------------------------------------------

    def delete(self, id: str, props: Props) -> None:
        """Apply the deletion policy, unless another resource manages the sync."""
        if is_pending(id):
            return  # it does not exist at Weld
        self.context.secrets.add(props.get("elt_settings"))
        if not self.release(id, props):
            return
        policy = props.get("deletion_policy", "delete")
        if policy == "retain":
            self.context.reporter.info(f"sync {id} stays in Weld (deletion_policy='retain').")
        elif policy == "disable":
            self._disable(id)
        else:
            dropped = impact.dropped_by(self.context, id, props)
            self.client.delete_sync(id, remove_data=props.get("remove_destination_data") is True)
            impact.report_dropped(self.context, self.urn, props, dropped)
        self.context.ownership.note_deleted(id)
        self.context.reads.forget_syncs_of(str(props.get("connection_id")))

    def _disable(self, id: str) -> None:
        with suppress(NotFoundError):
            self.client.disable_sync(id)
            self.context.reporter.info(f"sync {id} is disabled and stays in Weld (deletion_policy='disable').")

    # Shared steps ----------------------------------------------------------------------------------------------

    def _with_streams(self, id: str, news: Props, before: Any) -> Props:
        """Return the inputs with every pattern resolved, and plan the sync for its SourceStreams.

        Args:
            id: of the sync.
            news: canonical inputs.
            before: the entries of the last run; None where there are none.
        """
        entries = news.get("source_streams")
        if has_patterns(entries):
            found = resolved(self.context, entries, self.context.reads.available_streams(id), news)
            entries = admitted(self.context, self.urn, news, found, before)
        self.context.plans.plan(id, news["enabled"], entries)
        return news if entries is None else {**news, "source_streams": entries}

    def _fire(self, id: str, olds: Props, news: Props, outs: Props, is_enabled: bool, undoing: bool = False) -> None:
        streams = outs["stream_ids"]
        if news.get("source_streams") is None and any_fired(olds, news):
            streams = {stream.name: stream.id for stream in self.client.list_streams(id)}
        before, now = by_name(olds.get("source_streams")), by_name(news.get("source_streams"))
        TriggeredActions.of_sync(olds, news, streams, before, now).carry_out(self.context, is_enabled, undoing)
