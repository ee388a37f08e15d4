"""What only Weld can say about an EltSync before it is made: settings, streams, orchestration, candidates to adopt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.models import AvailableSourceStream, EltSyncInfo
from ..errors import NotFoundError, WeldValidationError
from ..validation.cron import same_schedule
from ..validation.patterns import resolve
from ..validation.problems import Problem
from ..validation.schema_names import same_schema
from ..validation.settings import settings_problems
from ..validation.streams import unknown_stream_problems
from ..validation.suggest import did_you_mean
from .fields import Props
from .session import Session
from .streams import is_open
from .sync_settings import is_within
from .sync_table import DAILY, same_date_told
from .values import UNKNOWN, has_unknown

__all__ = ["adoption_of", "ask_weld", "candidates", "identical_syncs", "is_pending", "resolved_streams"]

#: How old the list of syncs may be for a decision to create one.
FRESH = 5.0


def is_pending(connection_id: Any) -> bool:
    """Tell whether an id stands for a connection that no person has authorised yet."""
    return isinstance(connection_id, str) and connection_id.startswith("pending-")


def ask_weld(session: Session, inputs: Props, olds: Mapping[str, Any], changed: list[str]) -> list[Problem]:
    """Check those arguments that have changed against what Weld knows."""
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str):
        return []
    problems: list[Problem] = []
    if "connection_id" in changed or "elt_settings" in changed:
        schema = session.settings_schema(connection_id)
        if schema is None:
            problems += _missing_connection(session, connection_id)
            if problems:
                return problems
        problems += settings_problems(schema or {}, inputs.get("elt_settings"), lambda value: value is UNKNOWN)
    if "orchestration_workflow_id" in changed:
        problems += _orchestration(session, inputs.get("orchestration_workflow_id"))
    if "start_date" in changed and isinstance(inputs.get("start_date"), str):
        problems += _start_date(session, connection_id)
    if "source_streams" in changed or "connection_id" in changed:
        problems += _streams(session, inputs, olds)
    return problems


def _missing_connection(session: Session, connection_id: str) -> list[Problem]:
    known = session.connections()
    if connection_id in session.made or any(connection.id == connection_id for connection in known):
        return []
    near = did_you_mean(connection_id, [connection.id for connection in known])
    return [
        Problem(
            "connection_id",
            f"there is no connection {connection_id!r} in Weld{near and '; ' + near}; "
            "`weld-pulumi connections` lists them",
        )
    ]


def _orchestration(session: Session, workflow_id: Any) -> list[Problem]:
    if not isinstance(workflow_id, str):
        return []
    known = session.orchestrations()
    if any(orchestration.id == workflow_id for orchestration in known):
        return []
    listed = ", ".join(f"{o.id!r} ({o.name})" for o in known[:10]) or "none"
    return [Problem("orchestration_workflow_id", f"there is no orchestration {workflow_id!r}; Weld has: {listed}")]


def _start_date(session: Session, connection_id: str) -> list[Problem]:
    integration_id = next((c.integration_id for c in session.connections() if c.id == connection_id), None)
    integration = next((i for i in session.integrations() if i.id == integration_id), None)
    if integration is None or integration.supports_start_date is not False:
        return []
    return [Problem("start_date", f"is not supported by the integration {integration.id!r}; leave it out")]


def _streams(session: Session, inputs: Props, olds: Mapping[str, Any]) -> list[Problem]:
    entries = inputs.get("source_streams")
    if not entries or entries is UNKNOWN:
        return []
    available = _available(session, inputs)
    if available is None:
        return []
    before = olds.get("source_streams")
    in_use = {e.get("name") for e in before if isinstance(e, dict)} if isinstance(before, list) else set()
    known = [entry for entry in entries if isinstance(entry, dict)]
    return unknown_stream_problems(known, available, in_use={str(name) for name in in_use})


def _available(session: Session, inputs: Props) -> list[AvailableSourceStream] | None:
    """Return the streams that this sync can have, as told by it or by another sync of its connection."""
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str) or is_pending(connection_id):
        return None
    syncs = session.syncs_of(connection_id)
    own = [s for s in syncs if same_schema(s.destination_schema_name or "", str(inputs.get("destination_schema_name")))]
    for sync in [*own, *syncs][:1]:
        try:
            return session.available_streams(sync.id)
        except NotFoundError:
            session.client.confirm_host()
    return None


def resolved_streams(session: Session, inputs: Props, olds: Mapping[str, Any], ask: bool) -> Any:
    """Return ``source_streams`` with its patterns resolved, as far as that is possible now.

    Where Weld cannot be asked, the names of the last run stand for what is available, so that a preview without a key
    shows no change that is none.
    """
    entries = inputs.get("source_streams")
    if not isinstance(entries, list) or has_unknown(entries) or not any(map(is_open, entries)):
        return entries
    available = _available(session, inputs) if ask else None
    if available is None:
        return resolved_by_names(entries, olds.get("source_streams"))
    resolution = resolve(entries, available)
    for pattern in resolution.unmatched:
        session.notices.warn(
            f"source_streams of {inputs.get('destination_schema_name')!r}: the pattern {pattern!r} matches no stream."
        )
    return resolution.entries


def resolved_by_names(entries: list[Props], before: Any) -> Any:
    """Resolve patterns against the plain names of the last run; unresolved where there are none."""
    names = (
        [str(e["name"]) for e in before if isinstance(e, dict) and not is_open(e)] if isinstance(before, list) else []
    )
    if not names or not isinstance(entries, list) or has_unknown(entries):
        return entries
    return resolve(entries, [AvailableSourceStream(name=name, is_selectable=True) for name in names]).entries


# What is there already --------------------------------------------------------------------------------------------


def identical_syncs(session: Session, inputs: Mapping[str, Any], max_age: float | None = None) -> list[EltSyncInfo]:
    """Return the syncs that are the same in everything that Weld tells of them."""
    connection_id = str(inputs["connection_id"])
    replaced = session.replaced_syncs.get((connection_id, str(inputs["destination_schema_name"])))
    return [
        sync
        for sync in session.syncs_of(connection_id, max_age)
        if sync.id != replaced and is_same(session, sync, inputs)
    ]


def is_same(session: Session, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval, settings and start date."""
    interval = inputs.get("sync_interval") or DAILY
    attached = sync.sync_interval is None or sync.orchestration_workflow_id is not None
    return (
        sync.source_connection_id == inputs["connection_id"]
        and same_schema(sync.destination_schema_name or "", str(inputs["destination_schema_name"]))
        and (attached or same_schedule(sync.sync_interval, interval))
        and _same_settings(session, sync, inputs)
        and same_date_told(inputs.get("start_date"), sync.start_date)
    )


def _same_settings(session: Session, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    if sync.elt_settings is None:
        return True
    declared = inputs.get("elt_settings") or {}
    if not is_within(declared, sync.elt_settings):
        return False
    # Settings beyond the declared ones make another sync, unless Weld filled them in from the schema's defaults.
    beyond = {key: value for key, value in sync.elt_settings.items() if key not in declared}
    if not beyond:
        return True
    schema = session.settings_schema(str(inputs["connection_id"])) or {}
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    return all(isinstance(known.get(k), dict) and known[k].get("default") == v for k, v in beyond.items())


def refuse_identical(session: Session, inputs: Mapping[str, Any], max_age: float | None = None) -> Problem | None:
    """Stop a sync that would be a double of one that is there."""
    found = identical_syncs(session, inputs, max_age)
    if not found:
        return None
    sync = found[0]
    return Problem(
        "destination_schema_name",
        f"Weld has this sync already: {sync.id} (connection {sync.source_connection_id}, schema "
        f"{sync.destination_schema_name!r}); two stacks must not share one. To take it over, write adopt={sync.id!r}",
    )


def candidates(session: Session, inputs: Mapping[str, Any], max_age: float | None = None) -> list[EltSyncInfo]:
    """Return the syncs of this connection into this schema."""
    schema = str(inputs["destination_schema_name"])
    syncs = session.syncs_of(str(inputs["connection_id"]), max_age)
    return [sync for sync in syncs if same_schema(sync.destination_schema_name or "", schema)]


def adoption_of(session: Session, inputs: Mapping[str, Any], max_age: float | None = None) -> EltSyncInfo | None:
    """Return the sync to take over, or None where ``adopt`` is not asked for.

    Raises:
        WeldValidationError: there is no candidate, there are several, or the id is of another kind of sync.
    """
    adopt = inputs.get("adopt")
    key = (str(inputs["connection_id"]), str(inputs["destination_schema_name"]))
    replaced = session.replaced_syncs.get(key)
    if not adopt or adopt == replaced:
        return None
    if isinstance(adopt, str):
        return _by_id(session, adopt, inputs)
    found = [sync for sync in candidates(session, inputs, max_age) if sync.id != replaced]
    if replaced and not found:
        return None  # adopt=True was said of the sync that is being replaced
    if len(found) == 1:
        return found[0]
    listed = "; ".join(_described(sync) for sync in found or session.syncs_of(key[0])[:10]) or "none"
    count = "several syncs" if found else "no sync"
    raise WeldValidationError(
        f"adopt=True: Weld has {count} of connection {key[0]} into schema {key[1]!r}. Syncs of this connection: "
        f"{listed}. {'Write the id, as in adopt=' + repr(found[0].id) if found else 'Leave adopt out to make one'}."
    )


def _by_id(session: Session, sync_id: str, inputs: Mapping[str, Any]) -> EltSyncInfo:
    try:
        sync = session.client.get_sync(sync_id)
    except NotFoundError:
        session.client.confirm_host()
        listed = "; ".join(map(_described, session.syncs_of(str(inputs["connection_id"]))[:10])) or "none"
        raise WeldValidationError(
            f"adopt={sync_id!r}: Weld has no such sync. Syncs of this connection: {listed}."
        ) from None
    same = sync.source_connection_id in (None, inputs["connection_id"])
    if not same or not same_schema(sync.destination_schema_name or "", str(inputs["destination_schema_name"])):
        raise WeldValidationError(
            f"adopt={sync_id!r}: that sync has connection {sync.source_connection_id} and schema "
            f"{sync.destination_schema_name!r}, which cannot be changed; write these, or adopt another sync."
        )
    return sync


def _described(sync: EltSyncInfo) -> str:
    return f"{sync.id} (schema {sync.destination_schema_name!r}, interval {sync.sync_interval!r})"
