"""EltSync: check, diff, create, read, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.models import EltStreamInfo, EltSyncInfo
from ..errors import AuthorizationPendingError, NotFoundError, WeldApiError, WeldError, WeldValidationError
from ..validation.patterns import resolve
from ..validation.problems import Problem
from ..validation.schema_names import same_schema
from .base import Checked, Diffed, Lifecycle, Live, memo_of, with_memo
from .fields import Change, Props
from .once import send_once
from .streams import body_of, is_open, merged_for_adoption, streams_in, upsert
from .sync_checks import (
    FRESH,
    adoption_of,
    ask_weld,
    is_pending,
    is_same,
    refuse_identical,
    resolved_by_names,
    resolved_streams,
)
from .sync_settings import has_path, is_within, merged, removed_keys
from .sync_table import DAILY, SYNC, facts_of, schedule_problem, view_of
from .triggers import fire, fired
from .values import UNKNOWN, has_unknown

__all__ = ["EltSyncLifecycle"]

_BODY = ("connection_id", "destination_schema_name", "sync_interval", "elt_settings", "start_date")


class EltSyncLifecycle(Lifecycle):
    """A sync, with or without its streams."""

    title = "EltSync"
    table = SYNC

    # Check and diff --------------------------------------------------------------------------------------------

    def check(self, olds: Props, news: Props) -> Checked:
        """See :class:`.base.Lifecycle`."""
        inputs, problems = SYNC.canonical(news)
        if self.session.settings.validation != "off":
            problems += schedule_problem(inputs)
        if problems:
            return Checked(inputs, problems)
        ask = self.session.may_ask()
        inputs["source_streams"] = resolved_streams(self.session, inputs, olds, ask)
        if inputs["source_streams"] is None:
            del inputs["source_streams"]
        if is_pending(inputs["connection_id"]):
            self.session.notices.warn(self._pending_text(inputs))
        elif ask:
            problems = self._ask(olds, inputs)
        return Checked(inputs, problems)

    def _ask(self, olds: Props, inputs: Props) -> list[Problem]:
        changed = SYNC.changed(olds, inputs) if olds else [field.name for field in SYNC]
        remote = [name for name in changed if SYNC[name].change is not Change.LOCAL]
        problems = ask_weld(self.session, inputs, olds, remote) if remote else []
        if olds or has_unknown([inputs["connection_id"], inputs["destination_schema_name"]]):
            return problems
        try:
            adopted = adoption_of(self.session, inputs)
        except WeldValidationError as error:
            return [*problems, Problem("adopt", str(error))]
        if adopted is not None:
            self._tell_adoption(adopted, inputs)
        elif not has_unknown(inputs) and (refused := refuse_identical(self.session, inputs)):
            problems.append(refused)
        return problems

    def _tell_adoption(self, sync: EltSyncInfo, inputs: Props) -> None:
        differing = SYNC.changed(self._view(sync, streams_in(self.session, sync), inputs), inputs)
        differing = [name for name in differing if SYNC[name].change is not Change.LOCAL]
        self.session.notices.info(
            f"adopts sync {sync.id} (schema {sync.destination_schema_name!r}, interval {sync.sync_interval!r}, "
            f"{'enabled' if sync.enabled else 'not enabled'}); different from the program: "
            f"{', '.join(differing) or 'nothing'}."
        )

    def diff(self, id: str, olds: Props, news: Props) -> Diffed:
        """See :class:`.base.Lifecycle`."""
        before = olds.get("source_streams")
        wanted = dict(news)
        if isinstance(news.get("source_streams"), list):
            wanted["source_streams"] = resolved_by_names(news["source_streams"], before)
        self.session.intend(id, news.get("enabled"), wanted.get("source_streams"))
        changed = SYNC.changed(olds, wanted)
        replaces = SYNC.replacing(changed)
        old_schema, new_schema = olds.get("destination_schema_name"), news.get("destination_schema_name")
        into_same = new_schema is UNKNOWN or same_schema(str(old_schema), str(new_schema))
        if replaces:
            self._note_replacement(id, olds, news)
        if changed and memo_of(olds).get("adopted"):
            self.session.notices.info(
                f"sync {id} was adopted and still differs from the program in: {', '.join(changed)}."
            )
        return Diffed(changed, replaces, bool(replaces) and into_same, hidden=bool(memo_of(olds).get("adopted")))

    def _note_replacement(self, id: str, olds: Props, news: Props) -> None:
        if not has_unknown([news["connection_id"], news["destination_schema_name"]]):
            self.session.replaced_syncs[(news["connection_id"], news["destination_schema_name"])] = id
        if olds.get("deletion_policy") in ("disable", "retain"):
            return
        tables = (
            "its tables in the destination are dropped too"
            if olds.get("remove_destination_data")
            else ("its tables in the destination stay")
        )
        self.session.notices.warn(
            f"replacing sync {id} ({olds.get('destination_schema_name')}) deletes it: its streams and their progress "
            f"are lost, so that the new sync copies everything again; {tables}."
        )

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Lifecycle`."""
        if is_pending(news["connection_id"]):
            raise AuthorizationPendingError(self._pending_text(news))
        with self.session.lock_for(f"create/{news['connection_id']}"):
            adopted = adoption_of(self.session, news, FRESH)
            sync = adopted or self._make(news)
        self.session.made.add(sync.id)
        if adopted is not None:
            return sync.id, self._take_over(adopted, news)
        try:
            return sync.id, self._complete(sync, news)
        except WeldError as error:
            self._roll_back(sync.id, news["connection_id"], error)
            raise

    def _make(self, news: Props) -> EltSyncInfo:
        connection_id = news["connection_id"]
        refused = refuse_identical(self.session, news, FRESH)
        if refused:
            raise WeldValidationError(refused.reason)
        listed = self.session.syncs_of(connection_id)
        before = {sync.id for sync in listed}
        body = {name: news[name] for name in _BODY if news.get(name) is not None}
        body.setdefault("sync_interval", DAILY)

        def find() -> EltSyncInfo | None:
            self.session.forget(f"syncs/{connection_id}")
            syncs = self.session.syncs_of(connection_id)
            return next((s for s in syncs if s.id not in before and is_same(self.session, s, news)), None)

        sync = send_once(self.session, lambda: self.client.create_sync(body), find, "the sync")
        known = self.session.syncs_of(connection_id)
        if all(other.id != sync.id for other in known):
            known.append(sync.model_copy(update={"source_connection_id": connection_id}))
        return sync

    def _complete(self, sync: EltSyncInfo, news: Props) -> Props:
        """Give a new sync what creation does not: orchestration, streams, the switch; then fire the triggers."""
        if news.get("orchestration_workflow_id"):
            self.client.attach_orchestration(sync.id, news["orchestration_workflow_id"])
        entries = self._resolve(sync.id, news.get("source_streams"))
        streams = upsert(self.session, sync.id, [body_of(entry) for entry in entries or ()])
        self.session.intend(sync.id, news["enabled"], entries)
        refused = self._switch(sync.id, sync.enabled, news["enabled"], bool(streams))
        self._fire(sync.id, {}, news, streams if entries is not None else None, news["enabled"] and not refused)
        outs = {**news, **facts_of(sync), "stream_ids": {name: s.id for name, s in streams.items()}}
        if entries is not None:
            outs["source_streams"] = entries
        if news["enabled"] and not refused:
            outs["status"] = "RUNNING"
        return with_memo(outs, enable_refused=refused)

    def _take_over(self, sync: EltSyncInfo, news: Props) -> Props:
        """Bring an adopted sync in line as far as that takes nothing away; the rest shows in the next preview."""
        id = sync.id
        self.session.notices.info(
            f"adopted sync {id}; removing the EltSync from the stack applies its deletion_policy."
        )
        body = self._changed_body(sync, {}, news)
        if body:
            self.client.update_sync(id, body)
        wanted_workflow = news.get("orchestration_workflow_id")
        if wanted_workflow and wanted_workflow != sync.orchestration_workflow_id:
            self.client.attach_orchestration(id, wanted_workflow)
        live = streams_in(self.session, sync)
        entries = self._resolve(id, news.get("source_streams"))
        bodies = [
            merged_for_adoption(live[entry["name"]], entry) if entry["name"] in live else body_of(entry)
            for entry in entries or ()
        ]
        sent = upsert(self.session, id, [body for body in bodies if body is not None])
        self.session.intend(id, news["enabled"], entries)
        refused = self._switch(id, sync.enabled, news["enabled"], bool({**live, **sent}))
        self._fire(id, {}, news, {**live, **sent}, news["enabled"] and not refused)
        wanted = {**news, **({"source_streams": entries} if entries is not None else {})}
        outs = self._outs(self.client.get_sync(id), wanted, refused)
        return with_memo(outs, enable_refused=refused, adopted=bool(SYNC.changed(outs, wanted)))

    def _roll_back(self, id: str, connection_id: str, error: WeldError) -> None:
        self.session.made.discard(id)
        self.session.intents.pop(id, None)
        self.session.forget(f"streams/{id}", f"syncs/{connection_id}")
        try:
            self.client.delete_sync(id)
        except WeldError as second:
            error.advise(
                f"The sync {id} was made before that and could not be removed again ({second}). Remove it in Weld, "
                f"or take it over with adopt={id!r}."
            )
        else:
            error.advise("What was made of the sync before that is removed again.")

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> Live:
        """See :class:`.base.Lifecycle`."""
        declared = SYNC.declared(props)
        try:
            sync = self.client.get_sync(id)
        except NotFoundError as error:
            self.client.confirm_host()
            if not declared:
                error.advise(f"There is no sync {id!r} to get; `weld-pulumi syncs` lists those that are there.")
                raise
            return Live(None)
        outs = self._outs(sync, declared, bool(memo_of(props).get("enable_refused")))
        return Live(id, outs, SYNC.declared(outs))

    def _outs(self, sync: EltSyncInfo, declared: Mapping[str, Any], refused: bool) -> Props:
        inline = not declared or declared.get("source_streams") is not None
        streams = streams_in(self.session, sync) if inline else None
        # Weld refused to enable it while it was empty; as long as it is, that is no drift.
        still_empty = refused and not sync.enabled and not (streams if inline else streams_in(self.session, sync))
        view = self._view(sync, streams, declared)
        if still_empty:
            view["enabled"] = True
        ids = {name: stream.id for name, stream in (streams or {}).items()}
        return with_memo({**view, **facts_of(sync), "stream_ids": ids}, enable_refused=still_empty)

    def _view(
        self, sync: EltSyncInfo, streams: Mapping[str, EltStreamInfo] | None, declared: Mapping[str, Any]
    ) -> Props:
        inline = not declared or declared.get("source_streams") is not None
        return view_of(sync, streams if inline else None, declared)

    # Update ----------------------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Lifecycle`."""
        try:
            live = self.client.get_sync(id)
        except NotFoundError as error:
            error.advise("The sync is gone at Weld; `pulumi up --refresh` makes it anew.")
            raise
        body = self._changed_body(live, olds, news)
        detach = bool(live.orchestration_workflow_id) and not news.get("orchestration_workflow_id")
        if detach:
            self.client.detach_orchestration(id)
            body["sync_interval"] = news.get("sync_interval") or DAILY
        if body:
            self.client.update_sync(id, body)
        if (
            news.get("orchestration_workflow_id")
            and news["orchestration_workflow_id"] != live.orchestration_workflow_id
        ):
            self.client.attach_orchestration(id, news["orchestration_workflow_id"])
        entries = self._resolve(id, news.get("source_streams"))
        self.session.intend(id, news["enabled"], entries)
        if entries is not None:
            self._update_streams(id, live, olds, entries)
        refused = self._switch(id, live.enabled, news["enabled"], None)
        wanted = {**news, **({"source_streams": entries} if entries is not None else {})}
        if fired("run_triggers", olds, news) or fired("full_refresh_triggers", olds, news):
            self._fire(id, olds, news, None, news["enabled"] and not refused)
        after = self.client.get_sync(id)
        self._tell_kept_settings(olds, news, after)
        return self._settled(after, wanted, refused)

    def _settled(self, after: EltSyncInfo, wanted: Props, refused: bool) -> Props:
        """Return outputs of a finished update: what the program said, with the facts that Weld tells."""
        outs = self._outs(after, wanted, refused)
        declared = {k: v for k, v in wanted.items() if v is not None}
        kept = {k: v for k, v in outs.items() if k not in SYNC}
        return {**kept, **declared}

    def _update_streams(self, id: str, live: EltSyncInfo, olds: Props, entries: list[Props]) -> None:
        before = {e["name"]: e for e in olds.get("source_streams") or () if isinstance(e, dict) and "name" in e}
        wanted = {entry["name"]: entry for entry in entries}
        there = streams_in(self.session, live)
        send = [
            body_of(entry, there.get(name), before.get(name))
            for name, entry in wanted.items()
            if name not in there or before.get(name) != entry
        ]
        upsert(self.session, id, send)
        # Only what the last run knew of may go: a stream that was added since has not been shown in a preview.
        for name in sorted(before):
            if name not in wanted and name in there:
                self.client.delete_stream(there[name].id)
                self.session.note_known_streams(id, removed=[name])

    def _changed_body(self, live: EltSyncInfo, olds: Props, news: Props) -> Props:
        body: Props = {}
        interval = news.get("sync_interval")
        known = live.sync_interval if not live.orchestration_workflow_id else olds.get("sync_interval")
        if interval and SYNC["sync_interval"].differs(known or olds.get("sync_interval"), interval):
            body["sync_interval"] = interval
        wanted, before = news.get("elt_settings"), olds.get("elt_settings")
        removed = [
            path
            for path in removed_keys(before, wanted)
            if live.elt_settings is None or has_path(live.elt_settings, path)
        ]
        told = live.elt_settings if live.elt_settings is not None else before
        if removed or (wanted is not None and not is_within(wanted, told or {})):
            body["elt_settings"] = merged(live.elt_settings, before, wanted or {})
        return body

    def _tell_kept_settings(self, olds: Props, news: Props, after: EltSyncInfo) -> None:
        kept = [
            p
            for p in removed_keys(olds.get("elt_settings"), news.get("elt_settings"))
            if has_path(after.elt_settings, p)
        ]
        if kept:
            listed = ", ".join("elt_settings." + ".".join(path) for path in kept)
            self.session.notices.warn(
                f"sync {after.id}: Weld keeps {listed}, which the program no longer gives; it is not managed now."
            )

    # Delete ----------------------------------------------------------------------------------------------------

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Lifecycle`."""
        if id in self.session.made:
            self.session.notices.warn(f"sync {id} was taken over by its own replacement, so it is not deleted.")
            return
        policy = props.get("deletion_policy", "delete")
        if policy == "retain":
            self.session.notices.info(f"sync {id} stays in Weld (deletion_policy='retain').")
        elif policy == "disable":
            self._disable(id)
        else:
            self.client.delete_sync(id, remove_data=props.get("remove_destination_data") is True)
        self.session.forget(f"syncs/{props.get('connection_id')}")

    def _disable(self, id: str) -> None:
        try:
            self.client.disable_sync(id)
        except NotFoundError:
            self.client.confirm_host()
        else:
            self.session.notices.info(f"sync {id} is disabled and stays in Weld (deletion_policy='disable').")

    # Shared steps ----------------------------------------------------------------------------------------------

    def _resolve(self, id: str, entries: list[Props] | None) -> list[Props] | None:
        if not entries or not any(map(is_open, entries)):
            return entries
        return resolve(entries, self.session.available_streams(id)).entries

    def _switch(self, id: str, is_on: bool, wanted: bool, has_streams: bool | None) -> bool:
        """Enable or disable; return True where Weld refuses to enable a sync without streams.

        ``has_streams``: None where it is not known.
        """
        if is_on != wanted:
            if not wanted:
                self.client.disable_sync(id)
            elif not self._enable(id, has_streams):
                return True
        if wanted:
            self.session.running.add(id)
        return False

    def _enable(self, id: str, has_streams: bool | None) -> bool:
        try:
            self.client.enable_sync(id)
        except WeldApiError as error:
            if error.status_code not in (400, 409, 422) or has_streams or self.client.list_streams(id):
                raise
            self.session.notices.warn(
                f"sync {id} has no stream yet, and Weld does not enable an empty sync; it starts with its first stream."
            )
            return False
        return True

    def _fire(
        self, id: str, olds: Props, news: Props, streams: Mapping[str, EltStreamInfo] | None, enabled: bool
    ) -> None:
        if fired("run_triggers", olds, news) or fired("full_refresh_triggers", olds, news):
            listed = streams.values() if streams is not None else self.client.list_streams(id)
            fire(self.session, olds, news, listed, enabled)

    def _pending_text(self, news: Mapping[str, Any]) -> str:
        label = self.session.label_of(str(news["connection_id"]))
        return (
            f"the connection {label!r} is not authorised yet, so the sync into {news.get('destination_schema_name')!r} "
            "cannot be made. Open the link that `pulumi up` printed (it is the connection's output authorize_url, or "
            "run `weld-pulumi authorize`), and then run `pulumi up` again."
        )
