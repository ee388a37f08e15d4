"""What is there already when an EltSync is to be made: syncs to take over, and doubles to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError, WeldValidationError
from ..validation.cron import same_schedule
from ..validation.problems import Problem, WholeProblem
from ..validation.schema_names import same_schema
from .session import Session
from .sync_settings import is_within
from .sync_table import DAILY, same_date_told

if TYPE_CHECKING:
    from ..api.models import EltSyncInfo

__all__ = ["FRESH", "adoption_of", "described", "double_problem", "doubled", "identical", "is_same"]

#: How old, in seconds, the list of syncs may be for a decision to create one.
FRESH = 5.0


def identical(
    session: Session, inputs: Mapping[str, Any], max_age: float | None = None, apart_from: str | None = None
) -> EltSyncInfo | None:
    """Return a sync of which the one with these inputs would be a double.

    Args:
        session: of this process.
        inputs: canonical inputs, with nothing unknown in them.
        max_age: how old the list of syncs may be.
        apart_from: id of a sync that goes.
    """
    syncs = session.syncs_of(str(inputs["connection_id"]), max_age)
    staying = (sync for sync in syncs if sync.id != apart_from and sync.id not in session.released)
    return next((sync for sync in staying if is_same(session, sync, inputs)), None)


def double_problem(session: Session, sync: EltSyncInfo) -> Problem:
    """Refuse a double of a sync, and say what to write instead."""
    reason = (
        f"Weld has this sync already: {sync.id} (connection {sync.source_connection_id}, schema "
        f"{sync.destination_schema_name!r})"
    )
    if session.has_resource(sync.id):
        advice = "another EltSync of this program stands for it; change or remove one of the two"
    else:
        advice = (
            f"two stacks must not share one. To take it over, write adopt={sync.id!r}. If this very stack has it and "
            "you asked Pulumi to replace it, run `pulumi destroy --target URN --target-dependents` and then `pulumi up`"
        )
    return WholeProblem("destination_schema_name", f"{reason}; {advice}")


def is_same(session: Session, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval, settings and start date."""
    return (
        is_alike(sync, inputs)
        and _nothing_beyond(session, sync, inputs)
        and same_date_told(inputs.get("start_date"), sync.start_date)
    )


def is_alike(sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema and interval, and those settings that the program gives."""
    attached = sync.sync_interval is None or sync.orchestration_workflow_id is not None
    return (
        sync.source_connection_id == inputs["connection_id"]
        and same_schema(sync.destination_schema_name or "", str(inputs["destination_schema_name"]))
        and (attached or same_schedule(sync.sync_interval, inputs.get("sync_interval") or DAILY))
        and (sync.elt_settings is None or is_within(inputs.get("elt_settings") or {}, sync.elt_settings))
    )


def _nothing_beyond(session: Session, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Settings beyond the declared ones make another sync, unless Weld filled them in from the schema's defaults."""
    declared = inputs.get("elt_settings") or {}
    beyond = {key: value for key, value in (sync.elt_settings or {}).items() if key not in declared}
    if not beyond:
        return True
    properties = (session.settings_schema(str(inputs["connection_id"])) or {}).get("properties")
    known = properties if isinstance(properties, dict) else {}
    return all(isinstance(known.get(k), dict) and known[k].get("default") == v for k, v in beyond.items())


def adoption_of(session: Session, inputs: Mapping[str, Any], max_age: float | None = None) -> EltSyncInfo | None:
    """Return the sync to take over, or None where none is asked for, or where the sync is to be replaced.

    Raises:
        WeldValidationError: there is no candidate, there are several, or the id is of another kind of sync.
    """
    adopt, replaced = inputs.get("adopt"), session.replaced_by(inputs)
    # A replacement does not take over what it replaces, but it may take over what a killed run has made of it.
    if not adopt or adopt == replaced:
        return None
    try:
        if isinstance(adopt, str):
            sync = _by_id(session, adopt, inputs)
        else:
            sync = _only_one(session, inputs, max_age, replaced)
    except WeldValidationError:
        if replaced:
            return None
        raise
    if not session.claim(sync.id, dict(inputs)) or session.has_resource(sync.id):
        raise WeldValidationError(f"adopt={adopt!r}: {doubled(sync.id)}")
    return sync


def doubled(sync_id: str) -> str:
    """Say that two resources stand for one sync."""
    return f"another EltSync of this program stands for sync {sync_id}; remove one of the two."


def _only_one(session: Session, inputs: Mapping[str, Any], max_age: float | None, replaced: str | None) -> EltSyncInfo:
    connection_id, schema = str(inputs["connection_id"]), str(inputs["destination_schema_name"])
    syncs = session.syncs_of(connection_id, max_age)
    into = [sync for sync in syncs if same_schema(sync.destination_schema_name or "", schema)]
    found = [sync for sync in into if sync.id != replaced]
    if len(found) == 1:
        return found[0]
    count = f"{len(found)} syncs" if found else "no sync"
    raise WeldValidationError(
        f"adopt=True: Weld has {count} of connection {connection_id} into schema {schema!r}. Syncs of this connection: "
        f"{_listed(found or syncs)}. {'Write the id, as in adopt=' + repr(found[0].id) if found else _LEAVE_OUT}."
    )


_LEAVE_OUT = "Leave adopt out to make one"


def _by_id(session: Session, sync_id: str, inputs: Mapping[str, Any]) -> EltSyncInfo:
    try:
        sync = session.client.get_sync(sync_id)
    except NotFoundError:
        session.client.confirm_host()
        listed = _listed(session.syncs_of(str(inputs["connection_id"])))
        raise WeldValidationError(
            f"adopt={sync_id!r}: Weld has no such sync. Syncs of this connection: {listed}. {_LEAVE_OUT}."
        ) from None
    same = sync.source_connection_id in (None, inputs["connection_id"])
    if not same or not same_schema(sync.destination_schema_name or "", str(inputs["destination_schema_name"])):
        raise WeldValidationError(
            f"adopt={sync_id!r}: that sync has connection {sync.source_connection_id} and schema "
            f"{sync.destination_schema_name!r}, which cannot be changed; write these, or adopt another sync."
        )
    return sync


def _listed(syncs: list[EltSyncInfo]) -> str:
    return "; ".join(map(described, syncs[:10])) or "none"


def described(sync: EltSyncInfo) -> str:
    """Name a sync in one phrase, for messages."""
    return f"{sync.id} (schema {sync.destination_schema_name!r}, interval {sync.sync_interval!r})"
