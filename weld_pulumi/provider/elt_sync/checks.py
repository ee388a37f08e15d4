"""What only Weld can say about the arguments of an EltSync: settings, orchestration, start date, streams."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from ..._text import first_few
from ...api.lookup import by_id, or_none
from ...validation.patterns import resolve
from ...validation.problems import Problem
from ...validation.schema_names import same_schema
from ...validation.settings import misspelled_settings, settings_problems
from ...validation.streams import unknown_stream_problems
from ...validation.suggest import did_you_mean
from ..core.context import OfferedStream, ProviderContext
from ..core.ownership import CURRENT_URN
from ..core.schema import Props
from ..core.values import UNKNOWN, has_unknown
from ..source_stream.streams import by_name, has_open, has_pattern
from .neighbors import tell_streams_unseen, warn_of_streams_elsewhere
from .notices import named

__all__ = ["ask_weld", "is_pending", "pending_id", "resolved", "resolved_by_names", "resolved_streams"]


def is_pending(id: Any) -> bool:
    """Tell whether an id stands for what is not at Weld yet: a person has to authorize a connection first."""
    return isinstance(id, str) and id.startswith("pending-")


def pending_id(name: str) -> str:
    """Return an id for a resource that is not at Weld yet."""
    return f"pending-{secrets.token_hex(4)}-{quote(name, safe='')}"


def ask_weld(
    context: ProviderContext, inputs: Props, entries: list[Props], olds: Mapping[str, Any], asked: Collection[str]
) -> list[Problem]:
    """Check arguments against what Weld knows.

    Args:
        context: of this process.
        inputs: canonical inputs.
        entries: ``source_streams`` in the order of the program, so that a problem names the place there.
        olds: inputs of the last run.
        asked: names of the arguments to check.
    """
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str):
        if any(entries):
            tell_streams_unseen(context)
        return []
    problems: list[Problem] = []
    if "connection_id" in asked or "elt_settings" in asked:
        schema = context.settings_schema(connection_id)
        if schema is None and (missing := _missing_connection(context, connection_id)):
            return missing
        problems += settings_problems(schema or {}, inputs.get("elt_settings"), lambda value: value is UNKNOWN)
        for path, reason in misspelled_settings(schema or {}, inputs.get("elt_settings")):
            context.reporter.warn(f"sync {named(CURRENT_URN.get(), inputs)}: {path} {reason}")
    if "orchestration_workflow_id" in asked:
        problems += _orchestration(context, inputs.get("orchestration_workflow_id"))
    if "start_date" in asked and isinstance(inputs.get("start_date"), str):
        problems += _start_date(context, connection_id)
    if any(entries) and ("source_streams" in asked or "connection_id" in asked):
        problems += _streams(context, inputs, entries, olds)
    return problems


def _missing_connection(context: ProviderContext, connection_id: str) -> list[Problem]:
    known = context.connections()
    if context.ownership.is_made(connection_id) or any(connection.id == connection_id for connection in known):
        return []
    near = did_you_mean(connection_id, [connection.id for connection in known])
    return [
        Problem(
            "connection_id",
            f"there is no connection {connection_id!r} in Weld{near and '; ' + near}; "
            "`weld-pulumi connections` lists them",
        )
    ]


def _orchestration(context: ProviderContext, workflow_id: Any) -> list[Problem]:
    if not isinstance(workflow_id, str):
        return []
    known = context.orchestrations()
    if any(orchestration.id == workflow_id for orchestration in known):
        return []
    listed = first_few(known, write=lambda o: f"{o.id!r} ({o.name})") or "none"
    return [Problem("orchestration_workflow_id", f"there is no orchestration {workflow_id!r}; Weld has: {listed}")]


def _start_date(context: ProviderContext, connection_id: str) -> list[Problem]:
    connection = by_id(context.connections(), connection_id)
    integration = by_id(context.integrations(), connection.integration_id if connection else None)
    if integration is None or integration.supports_start_date is not False:
        return []
    return [Problem("start_date", f"is not supported by the integration {integration.id!r}; leave it out")]


def _streams(context: ProviderContext, inputs: Props, entries: list[Props], olds: Mapping[str, Any]) -> list[Problem]:
    available = _available(context, inputs)
    if available is None:
        warn_of_streams_elsewhere(context, inputs, entries)
        return []
    before = olds.get("source_streams")
    in_use = set(map(str, by_name(before))) if isinstance(before, list) else set()
    return unknown_stream_problems(entries, available, in_use=in_use)


def _available(context: ProviderContext, inputs: Props) -> dict[str, OfferedStream] | None:
    """Return the streams that this sync can have, as told by it or by another sync of its connection."""
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str) or is_pending(connection_id):
        return None
    syncs = context.syncs_of(connection_id)
    own = [s for s in syncs if same_schema(s.destination_schema_name or "", str(inputs.get("destination_schema_name")))]
    for sync in [*own, *syncs][:1]:
        return or_none(context.available_streams, sync.id)
    return None


# Patterns ----------------------------------------------------------------------------------------------------------


def resolved_streams(context: ProviderContext, inputs: Props, olds: Mapping[str, Any], ask: bool) -> Any:
    """Return ``source_streams`` with its patterns resolved, as far as that is possible now.

    Where Weld cannot be asked, the names of the last run stand for what is available, so that a preview without a key
    shows no change that is none.
    """
    entries = inputs.get("source_streams")
    if not has_open(entries) or has_unknown(entries):
        return entries
    available = _available(context, inputs) if ask else None
    if available is None:
        return resolved_by_names(entries, olds.get("source_streams"))
    return _in_last_order(resolved(context, entries, available, inputs), entries, olds.get("source_streams"))


def _in_last_order(found: list[Props], entries: list[Props], before: Any) -> list[Props]:
    """Put streams that patterns newly match behind the others: the engine shows lists by index, so less differs."""
    first = next(index for index, entry in enumerate(entries) if has_open([entry]))
    known = {e.get("name"): n for n, e in enumerate(before) if isinstance(e, dict)} if isinstance(before, list) else {}
    return found[:first] + sorted(found[first:], key=lambda entry: known.get(entry["name"], len(known)))


def resolved(
    context: ProviderContext, entries: list[Props], available: Mapping[str, OfferedStream], inputs: Mapping[str, Any]
) -> list[Props]:
    """Resolve patterns against what is available; one that matches nothing is told."""
    resolution = resolve(entries, available.values())
    unmatched = [("pattern", name) for name in resolution.unmatched]
    unmatched += [("exclusion", name) for name in resolution.unmatched_excludes]
    for what, name in unmatched:
        context.reporter.warn(
            f"source_streams of {inputs.get('destination_schema_name')!r}: the {what} {name!r} matches no stream."
        )
    return resolution.entries


def resolved_by_names(entries: Any, before: Any) -> Any:
    """Resolve patterns against the names of the last run; unresolved where those are patterns themselves."""
    if not has_open(entries) or has_unknown(entries):
        return entries
    if not isinstance(before, list) or has_pattern(before):
        return entries
    names = [OfferedStream(name=str(entry["name"]), is_selectable=True) for entry in before]
    return resolve(entries, names).entries
