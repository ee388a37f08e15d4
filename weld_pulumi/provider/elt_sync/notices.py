"""What `preview` and `up` say of an EltSync beside the engine's own diff: what is lost, taken over, or exposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ..core.context import ProviderContext
from ..core.ownership import alias_advice, name_of
from ..core.schema import Change, Props
from ..source_stream.streams import SENT, WRITE_ONLY, by_name, entries_of
from .adoption import described
from .schema import SYNC, unreported
from .stream_changes import changes_of, exposure, first_lists

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = [
    "named",
    "tell_adoption",
    "tell_kept_data",
    "tell_replacement",
    "tell_stream_changes",
    "warn_of_exposure",
    "warn_of_first_lists",
]


def named(urn: str, props: Mapping[str, Any]) -> str:
    """Name a sync in a message: by its resource, or by its schema where the URN is unknown."""
    return name_of(urn) if urn.startswith("urn:") else repr(props.get("destination_schema_name"))


def tell_replacement(context: ProviderContext, id: str, olds: Mapping[str, Any]) -> None:
    """Say what is lost, whoever decided that a sync is replaced: an argument or an option."""
    sync, policy = f"sync {id} ({olds.get('destination_schema_name')})", olds.get("deletion_policy")
    if policy in ("disable", "retain"):
        context.reporter.warn(f"replacing {sync} leaves the old one in Weld (deletion_policy={policy!r}).")
        return
    dropped = olds.get("remove_destination_data") is True
    tables = "its tables in the destination are dropped too" if dropped else "its tables in the destination stay"
    context.reporter.warn(
        f"replacing {sync} deletes it: its streams and their progress are lost, so that the new sync copies "
        f"everything again; {tables}."
    )


def tell_kept_data(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> None:
    """Say that ``remove_destination_data`` has no effect beside a policy that keeps the sync."""
    policy = inputs.get("deletion_policy")
    if inputs.get("remove_destination_data") is True and policy in ("disable", "retain"):
        context.reporter.warn(
            f"sync {named(urn, inputs)}: remove_destination_data=True has no effect with deletion_policy={policy!r}, "
            "which keeps the sync and its tables. To drop them, write deletion_policy='delete'."
        )


def tell_adoption(context: ProviderContext, urn: str, sync: EltSyncInfo, view: Props, inputs: Props) -> None:
    """Say what is taken over, what about it is different from the program, and what goes with the `up` after.

    Args:
        context: of this process.
        urn: of the resource.
        sync: the sync to take over.
        view: the arguments that would describe it.
        inputs: canonical inputs.
    """
    differing = [name for name in SYNC.changed(view, inputs) if SYNC[name].change is not Change.LOCAL]
    unknown = ", ".join(name for name in unreported(sync) if inputs.get(name) is not None)
    context.reporter.info(
        f"adopts sync {described(sync)}, {'enabled' if sync.enabled else 'not enabled'}; different from the "
        f"program: {', '.join(differing) or 'nothing'}{unknown and '; not reported by Weld: ' + unknown}."
    )
    if former := context.ownership.former_name(urn, sync.id):
        context.reporter.info(
            f"{name_of(former)} of this stack stands for sync {sync.id}. {alias_advice(urn, former)}."
        )
    if inputs.get("source_streams") is not None:
        # In the view stand the program's own lists of columns; which Weld has is unknown.
        there = [{k: v for k, v in entry.items() if k not in WRITE_ONLY} for entry in view.get("source_streams") or ()]
        _tell_taken_streams(context, named(urn, inputs), there, inputs["source_streams"])


def _tell_taken_streams(context: ProviderContext, name: str, there: list[Props], now: Any) -> None:
    """Say what becomes of the streams of a sync whose streams were not managed until now: none is removed yet."""
    changes = changes_of(there, now)
    said = str(changes._replace(removed=[]))
    beyond = f"keeps {first_few(changes.removed)} until the `pulumi up` after this one" if changes.removed else ""
    if said or beyond:
        context.reporter.info(f"sync {name}: {'; '.join(filter(None, (said, beyond)))}")
    warn_of_first_lists(context, f"sync {name}", by_name(there), by_name(now if isinstance(now, list) else []))


# Streams of a sync that is managed ---------------------------------------------------------------------------------


def tell_stream_changes(context: ProviderContext, urn: str, id: str, before: Props, now: Props, found: bool) -> None:
    """Say by name which streams a change of ``source_streams`` concerns, and which columns it exposes.

    Args:
        context: of this process.
        urn: of the resource.
        id: of the sync.
        before: outputs of the last run.
        now: canonical inputs, with patterns resolved.
        found: the sync was not made by this stack, so a list of columns that was never given is unknown.
    """
    name, old, new = named(urn, now), before.get("source_streams"), now.get("source_streams")
    if new is None:
        context.reporter.info(f"sync {name}: its streams stay in Weld, and source_streams no longer manages them")
    elif old is None:
        _tell_inline(context, urn, id, name, new)
    else:
        changes = str(changes_of(old, new))
        if changes:
            context.reporter.info(f"sync {name}: {changes}")
        warn_of_exposure(context, f"sync {name}", exposure(old, new))
        if found and isinstance(new, list):
            warn_of_first_lists(context, f"sync {name}", by_name(old), by_name(new))


def _tell_inline(context: ProviderContext, urn: str, id: str, name: str, new: Any) -> None:
    """Say what becomes of streams that were not inline until now, be they SourceStream resources or nobody's."""
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
        streams = context.streams_of(id)
        mine = [stream for stream in streams.values() if stream.name not in separate or stream.name in listed]
        _tell_taken_streams(context, name, _entries(mine, known), new)
    warn_of_exposure(context, f"sync {name}", exposure(known, new))


def _entries(streams: Iterable[EltStreamInfo], known: list[Props]) -> list[Props]:
    there = {stream.name: stream for stream in streams}
    return entries_of(there, [entry for entry in known if entry["name"] in there])


def _entry(outs: Mapping[str, Any], name: str) -> Props:
    """Return the entry inside the outputs of a SourceStream; a list that is encrypted in the state is not known."""
    kept = {key: value for key, value in outs.items() if key in SENT and not isinstance(value, dict)}
    return {"name": name, **kept}


def warn_of_exposure(context: ProviderContext, owner: str, columns: Mapping[str, list[str]]) -> None:
    """Name the columns that will arrive in plain text."""
    if columns:
        told = first_few(f"{name} ({', '.join(columns[name])})" for name in sorted(columns))
        context.reporter.warn(
            f"{owner}: columns arrive in plain text from the next run on, since neither hashed_columns nor "
            f"excluded_columns names them any more: {told}"
        )


def warn_of_first_lists(
    context: ProviderContext, owner: str, before: Mapping[Any, Mapping[str, Any]], now: Mapping[Any, Mapping[str, Any]]
) -> None:
    """Say that a list replaces one that only Weld has: it does not report lists of columns."""
    told = []
    for stream in sorted(before.keys() & now.keys()):
        lists = [f"{field}={now[stream][field]!r}" for field in first_lists(before[stream], now[stream])]
        told += [f"{stream} ({', '.join(lists)})"] if lists else []
    if told:
        context.reporter.warn(
            f"{owner}: Weld does not report which columns of a stream it hashes or leaves out. What is set there "
            f"is replaced, and a column that is not in the new list arrives in plain text: {first_few(told)}"
        )
