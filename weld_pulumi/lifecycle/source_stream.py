"""SourceStream: one stream of a sync as a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.models import EltStreamInfo
from ..errors import NotFoundError, WeldError, WeldValidationError
from ..validation.flags import stream_problems
from ..validation.problems import Problem
from ..validation.streams import unknown_stream_problems
from .base import Checked, Diffed, Lifecycle, Live, memo_of, with_memo
from .fields import Change, Field, Props, Table
from .streams import (
    STREAM_FIELDS,
    body_of,
    differs_from,
    entry_of,
    inline_conflict,
    merged_for_adoption,
    require_not_inline,
    upsert,
)
from .triggers import TRIGGER_FIELDS, fire, fired
from .values import flag, text

__all__ = ["SourceStreamLifecycle"]

STREAM = Table(
    Field("elt_sync_id", text, Change.REPLACE, required=True),
    Field("name", text, Change.REPLACE, required=True),
    *STREAM_FIELDS,
    Field("adopt", flag, Change.LOCAL, default=False),
    *TRIGGER_FIELDS,
    Field("reset_history_table", flag, Change.LOCAL, default=False),
)
_SENT = frozenset(field.name for field in STREAM_FIELDS)


class SourceStreamLifecycle(Lifecycle):
    """One stream."""

    title = "SourceStream"
    table = STREAM

    def check(self, olds: Props, news: Props) -> Checked:
        """See :class:`.base.Lifecycle`."""
        inputs, problems = STREAM.canonical(news)
        if problems:
            return Checked(inputs, problems)
        if self.session.settings.validation != "off":
            problems = [Problem(p.path.lstrip("."), p.reason) for p in stream_problems(_stream_part(inputs))]
        changed = STREAM.changed(olds, inputs) if olds else list(_SENT | {"name", "elt_sync_id"})
        if not problems and isinstance(inputs["elt_sync_id"], str) and isinstance(inputs["name"], str):
            conflict = inline_conflict(self.session, inputs["elt_sync_id"], inputs["name"])
            if conflict:
                problems.append(Problem("elt_sync_id", conflict))
            elif set(changed) & (_SENT | {"name", "elt_sync_id"}) and self.session.may_ask():
                problems += self._ask(olds, inputs)
        return Checked(inputs, problems)

    def _ask(self, olds: Props, inputs: Props) -> list[Problem]:
        sync_id = inputs["elt_sync_id"]
        try:
            available = self.session.available_streams(sync_id)
        except NotFoundError:
            self.client.confirm_host()
            if sync_id in self.session.made:
                return []
            return [Problem("elt_sync_id", f"there is no sync {sync_id!r} in Weld; `weld-pulumi syncs` lists them")]
        in_use = {str(olds["name"])} if olds.get("name") else set()
        found = unknown_stream_problems([_stream_part(inputs)], available, in_use=in_use)
        return [Problem(p.path.removeprefix("source_streams[0]").lstrip("."), p.reason) for p in found]

    def diff(self, id: str, olds: Props, news: Props) -> Diffed:
        """See :class:`.base.Lifecycle`."""
        changed = STREAM.changed(olds, news)
        replaces = STREAM.replacing(changed)
        adopted = bool(memo_of(olds).get("adopted"))
        if replaces:
            history = " and its history table" if olds.get("enabled_history_table") else ""
            self.session.notices.warn(
                f"replacing stream {olds.get('name')!r} removes it from sync {olds.get('elt_sync_id')}: its "
                f"progress{history} is lost."
            )
        elif changed and adopted:
            self.session.notices.info(f"stream {olds.get('name')!r} was adopted and differs in: {', '.join(changed)}.")
        return Diffed(changed, replaces, hidden=adopted)

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Lifecycle`."""
        sync_id, name, entry = news["elt_sync_id"], news["name"], _stream_part(news)
        require_not_inline(self.session, sync_id, name)
        there = self.session.streams_of(sync_id).get(name)
        if there is not None and not news["adopt"]:
            self._refuse_other_flags(there, entry, sync_id)
        body = merged_for_adoption(there, entry) if there is not None and news["adopt"] else body_of(entry, there)
        stream = upsert(self.session, sync_id, [body])[name] if body else there
        assert stream is not None
        try:
            self._start_sync(sync_id)
            self._fire({}, news, stream)
        except WeldError as error:
            if there is None:
                self._roll_back(stream, sync_id, error)
            raise
        self.session.made.add(stream.id)
        if news["adopt"] and there is not None:
            outs = self._outs(stream, news)
            return stream.id, with_memo(outs, adopted=bool(STREAM.changed(outs, news)))
        return stream.id, {**news, **_facts(stream)}

    def _refuse_other_flags(self, there: EltStreamInfo, entry: Props, sync_id: str) -> None:
        differing = differs_from(there, entry)
        if differing:
            raise WeldValidationError(
                f"sync {sync_id} has a stream {there.name!r} already ({there.id}), which differs in "
                f"{', '.join(differing)}. To take it over and change it, write adopt=True."
            )

    def _roll_back(self, stream: EltStreamInfo, sync_id: str, error: WeldError) -> None:
        self.session.note_known_streams(sync_id, removed=[stream.name])
        try:
            self.client.delete_stream(stream.id)
        except WeldError as second:
            error.advise(f"The stream {stream.id} was made before that and could not be removed again ({second}).")
        else:
            error.advise("The stream that was made before that is removed again.")

    def _start_sync(self, sync_id: str) -> None:
        """Enable the sync if the program wants it on and it is not: Weld may not enable one that is empty."""
        intent = self.session.intents.get(sync_id)
        if intent is None or not intent.enabled:
            return
        with self.session.lock_for(f"enable/{sync_id}"):
            if sync_id in self.session.running:
                return
            if not self.client.get_sync(sync_id).enabled:
                self.client.enable_sync(sync_id)
            self.session.running.add(sync_id)

    def read(self, id: str, props: Props) -> Live:
        """See :class:`.base.Lifecycle`."""
        declared = STREAM.declared(props)
        stream = self._find(id, declared)
        if stream is None:
            return Live(None)
        outs = self._outs(stream, declared)
        return Live(id, outs, STREAM.declared(outs))

    def _find(self, id: str, declared: Mapping[str, Any]) -> EltStreamInfo | None:
        sync_id = declared.get("elt_sync_id")
        if isinstance(sync_id, str):
            listed = self._listed(sync_id)
            if listed is None:
                return None
            by_name = listed.get(str(declared.get("name")))
            found = by_name if by_name and by_name.id == id else next((s for s in listed.values() if s.id == id), None)
            if found is not None:
                return found
        try:
            return self.client.get_stream(id)
        except NotFoundError as error:
            self.client.confirm_host()
            if declared:
                return None
            error.advise(f"There is no stream {id!r} to get; `weld-pulumi streams SYNC_ID` lists those of a sync.")
            raise

    def _listed(self, sync_id: str) -> dict[str, EltStreamInfo] | None:
        """Return the streams of the sync; None where the sync itself is gone, and its streams with it."""
        try:
            return dict(self.session.streams_of(sync_id))
        except NotFoundError as error:
            try:
                self.client.get_sync(sync_id)
            except NotFoundError:
                self.client.confirm_host()
                return None
            raise error from None

    def _outs(self, stream: EltStreamInfo, declared: Mapping[str, Any]) -> Props:
        ours = {f.name: declared[f.name] for f in STREAM if f.name not in _SENT and f.name in declared}
        flags = {f.name: f.default for f in STREAM_FIELDS if f.default is not None}
        told = entry_of(stream, declared or None)
        return {
            **ours,
            **flags,
            **told,
            "elt_sync_id": stream.elt_sync_id or declared.get("elt_sync_id"),
            **_facts(stream),
        }

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Lifecycle`."""
        sync_id, name = news["elt_sync_id"], news["name"]
        changed = [n for n in STREAM.changed(olds, news) if n in _SENT]
        stream: EltStreamInfo | None = None
        if changed:
            require_not_inline(self.session, sync_id, name)
            live = self.session.streams_of(sync_id).get(name)
            if live is None or live.id != id:
                raise NotFoundError(
                    404,
                    None,
                    f"stream {name!r} ({id}) is not in sync {sync_id} any more",
                    "GET",
                    f"/elt_streams/{id}",
                    advice="`pulumi up --refresh` makes it anew.",
                )
            stream = upsert(self.session, sync_id, [body_of(_stream_part(news), live, olds)])[name]
        if any(fired(field.name, olds, news) for field in TRIGGER_FIELDS):
            self._fire(olds, news, stream or self.client.get_stream(id))
        facts = _facts(stream) if stream else {k: olds.get(k) for k in ("incremental_primary_key_name", "created_at")}
        return {**news, **facts}

    def _fire(self, olds: Props, news: Props, stream: EltStreamInfo) -> None:
        if not any(fired(field.name, olds, news) for field in TRIGGER_FIELDS):
            return
        sync_id = news["elt_sync_id"]
        enabled = sync_id in self.session.running or (
            fired("run_triggers", olds, news) and self.client.get_sync(sync_id).enabled
        )
        fire(self.session, olds, news, [stream], enabled, {stream.name: news["reset_history_table"]})

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Lifecycle`."""
        sync_id, name = str(props.get("elt_sync_id")), props.get("name")
        if id in self.session.made:
            self.session.notices.warn(f"stream {name!r} was taken over by its own replacement, so it is not deleted.")
            return
        intent = self.session.intents.get(sync_id)
        if intent is not None and intent.inline is not None and name in intent.inline:
            self.session.notices.info(f"stream {name!r} stays: the EltSync {sync_id} lists it inline now.")
            return
        self.client.delete_stream(id)
        self.session.note_known_streams(sync_id, removed=[str(name)])


def _stream_part(props: Mapping[str, Any]) -> Props:
    """Return the canonical entry (defaults left out) inside the arguments of a SourceStream."""
    fields = {
        f.name: props[f.name] for f in STREAM_FIELDS if props.get(f.name) is not None and props[f.name] != f.default
    }
    return {"name": props.get("name"), **fields}


def _facts(stream: EltStreamInfo) -> Props:
    return {"incremental_primary_key_name": stream.incremental_primary_key_name, "created_at": stream.created_at}
