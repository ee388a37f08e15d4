"""What `preview` and `up` report of an EltSync besides the engine's diff: what is lost, adopted or exposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ...schema.attributes import Change, Props
from ...schema.elt_sync import ELT_SYNC
from ...schema.streams import by_name
from ..core.context import ProviderContext
from ..core.ownership import alias_advice, name_of
from ..source_stream.columns import WRITE_ONLY, exposure, warn_of_exposure, warn_of_first_lists
from ..source_stream.streams import SENT
from .candidates import described
from .entries import entries_of
from .stream_changes import changes_of
from .view import unreported

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = ["loss_of", "named", "report_adoption", "report_stream_changes", "warn_of_kept_data"]


def named(urn: str, props: Mapping[str, Any]) -> str:
    """Name a sync in a message: by its resource, or by its schema where the URN is unknown."""
    return name_of(urn) if urn.startswith("urn:") else repr(props.get("destination_schema_name"))


def loss_of(id: str, outs: Mapping[str, Any]) -> str:
    """Say what is lost when a sync is replaced."""
    sync, policy = f"sync {id} ({outs.get('destination_schema_name')})", outs.get("deletion_policy")
    if policy in ("disable", "retain"):
        return f"replacing {sync} leaves the old one in Weld (deletion_policy={policy!r})."
    dropped = outs.get("remove_destination_data") is True
    tables = "its tables in the destination are dropped too" if dropped else "its tables in the destination stay"
    return (
        f"replacing {sync} deletes it: its streams and their progress are lost, so that the new sync copies "
        f"everything again; {tables}."
    )


def warn_of_kept_data(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> None:
    """Warn that ``remove_destination_data`` has no effect beside a policy that keeps the sync."""
    policy = inputs.get("deletion_policy")
    if inputs.get("remove_destination_data") is True and policy in ("disable", "retain"):
        context.reporter.warn(
            f"sync {named(urn, inputs)}: remove_destination_data=True has no effect with deletion_policy={policy!r}, "
            "which keeps the sync and its tables. To drop them, write deletion_policy='delete'."
        )


def report_adoption(context: ProviderContext, urn: str, sync: EltSyncInfo, view: Props, inputs: Props) -> None:
    """Report which sync is adopted, how it differs from the program, and what the `up` after that removes.

    Args:
        context: of this process.
        urn: of the resource.
        sync: the sync to adopt.
        view: the arguments that would describe it.
        inputs: canonical inputs.
    """
    changed = ELT_SYNC.changed(view, inputs)
    differing = [name for name in changed if ELT_SYNC[name].on_change is not Change.LOCAL]
    unknown = ", ".join(name for name in unreported(sync) if inputs.get(name) is not None)
    context.reporter.info(
        f"adopts sync {described(sync)}, {'enabled' if sync.enabled else 'disabled'}; different from the "
        f"program: {', '.join(differing) or 'nothing'}{unknown and '; not reported by Weld: ' + unknown}."
    )
    if former := context.ownership.former_name(urn, sync.id):
        context.reporter.info(f"{name_of(former)} of this stack manages sync {sync.id}. {alias_advice(urn, former)}.")
    if inputs.get("source_streams") is not None:
        # The lists of columns in the view are the program's own; those at Weld are unknown.
        there = [{k: v for k, v in entry.items() if k not in WRITE_ONLY} for entry in view.get("source_streams") or ()]
        _report_adopted_streams(context, named(urn, inputs), there, inputs["source_streams"])


def _report_adopted_streams(context: ProviderContext, name: str, there: list[Props], now: Any) -> None:
    """Report what happens to the streams of a sync whose streams were not managed until now: none is removed yet."""
    changes = changes_of(there, now)
    changed = str(changes._replace(removed=[]))
    kept = f"keeps {first_few(changes.removed)} until the `pulumi up` after this one" if changes.removed else ""
    if changed or kept:
        context.reporter.info(f"sync {name}: {'; '.join(filter(None, (changed, kept)))}")
    warn_of_first_lists(context.reporter, f"sync {name}", by_name(there), by_name(now if isinstance(now, list) else []))


# Streams of a sync that is managed ---------------------------------------------------------------------------------


def report_stream_changes(context: ProviderContext, urn: str, id: str, before: Props, now: Props, found: bool) -> None:
    """Report by name which streams a change of ``source_streams`` concerns, and which columns it exposes.

    Args:
        context: of this process.
        urn: of the resource.
        id: of the sync.
        before: outputs of the last run.
        now: canonical inputs, with patterns resolved.
        found: the sync was not created by this stack, so a list of columns that was never given is unknown.
    """
    name, old, new = named(urn, now), before.get("source_streams"), now.get("source_streams")
    if new is None:
        context.reporter.info(f"sync {name}: its streams stay in Weld, and source_streams no longer manages them")
    elif old is None:
        _report_newly_inline(context, urn, id, name, new)
    else:
        changes = str(changes_of(old, new))
        if changes:
            context.reporter.info(f"sync {name}: {changes}")
        warn_of_exposure(context.reporter, f"sync {name}", exposure(old, new))
        if found and isinstance(new, list):
            warn_of_first_lists(context.reporter, f"sync {name}", by_name(old), by_name(new))


def _report_newly_inline(context: ProviderContext, urn: str, id: str, name: str, new: Any) -> None:
    """Report what happens to streams that were not inline until now: SourceStream resources, or not managed."""
    if not isinstance(new, list):
        return
    separate, listed = context.ownership.streams_in_state(urn, id), by_name(new)
    known = [_entry(separate[stream], stream) for stream in listed if stream in separate]
    if known:
        context.reporter.info(
            f"sync {name}: streams that it lists now stay in Weld; `delete` of their SourceStream resources removes "
            f"these from the stack only: {first_few(str(entry['name']) for entry in known)}"
        )
    if context.may_ask():
        streams = context.reads.streams_of(id)
        mine = [stream for stream in streams.values() if stream.name not in separate or stream.name in listed]
        _report_adopted_streams(context, name, _entries(mine, known), new)
    warn_of_exposure(context.reporter, f"sync {name}", exposure(known, new))


def _entries(streams: Iterable[EltStreamInfo], known: list[Props]) -> list[Props]:
    there = {stream.name: stream for stream in streams}
    return entries_of(there, [entry for entry in known if entry["name"] in there])


def _entry(outs: Mapping[str, Any], name: str) -> Props:
    """Return the entry that the outputs of a SourceStream contain; a list that is encrypted in the state is unknown."""
    kept = {key: value for key, value in outs.items() if key in SENT and not isinstance(value, dict)}
    return {"name": name, **kept}
