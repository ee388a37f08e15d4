"""What is there already when an EltSync is to be made: syncs to take over, and doubles to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError, WeldValidationError
from ..validation.cron import same_schedule
from ..validation.problems import Problem, WholeProblem
from ..validation.schema_names import same_schema
from .ownership import name_of
from .session import Session
from .sync_settings import is_within
from .sync_table import DAILY, same_date_told

if TYPE_CHECKING:
    from ..api.models import EltSyncInfo

__all__ = [
    "FRESH",
    "adoption_of",
    "described",
    "duplicate",
    "duplicate_problem",
    "is_alike",
    "is_same",
    "warn_of_unreported",
]

#: How old, in seconds, the list of syncs may be for a decision to create one.
FRESH = 5.0


def duplicate_problem(
    session: Session, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> Problem | None:
    """Refuse a new sync that is there already, and say what to write instead; None where there is no such.

    Args:
        session: of this process.
        urn: the resource that the sync is for.
        inputs: canonical inputs, with nothing unknown in them.
        max_age: how old the list of syncs may be, in seconds.
    """
    replaced = session.ownership.held(urn)
    syncs = _syncs_of(session, str(inputs["connection_id"]), max_age)
    staying = (sync for sync in syncs if sync.id != replaced and not session.ownership.is_deleted(sync.id))
    found = next((sync for sync in staying if is_same(session, sync, inputs)), None)
    if found is None:
        return None
    reason = (
        f"Weld has this sync already: {found.id} (connection {found.source_connection_id}, schema "
        f"{found.destination_schema_name!r}); {_advice(session, urn, found.id, is_new=replaced is None)}"
    )
    return WholeProblem("destination_schema_name", reason)


def _advice(session: Session, urn: str, id: str, is_new: bool) -> str:
    owner = session.ownership.owner(urn, id)
    if owner:
        return f"{name_of(owner)} of this program stands for it too. Change or remove one of the two resources."
    owners = {entry.urn for entry in session.ownership.in_state(urn, id)}
    if not owners:
        return f"two stacks must not share one. To take it over, write adopt={id!r}."
    if urn in owners:
        # With `--replace` and after `state taint` the engine asks as for a new resource.
        return (
            "this resource stands for it. To replace it all the same, run `pulumi destroy --target URN "
            "--target-dependents` and then `pulumi up`."
        )
    name = name_of(min(owners))
    if is_new:
        return (
            f"{name} of this stack stands for it. If {name_of(urn)} is its new name, write "
            f"aliases=[pulumi.Alias(name={name})] in its options; else change or remove one of the two resources."
        )
    return (
        f"{name} of this stack stands for it. To exchange two syncs, exchange the names of the resources with "
        "`pulumi state rename`."
    )


def is_same(session: Session, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval, settings and start date; a schema that is not reported is not the same."""
    return (
        sync.destination_schema_name is not None
        and is_alike(sync, inputs)
        and _nothing_beyond(session, sync, inputs)
        and same_date_told(inputs.get("start_date"), sync.start_date)
    )


def is_alike(sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval and the settings that the program gives, as far as they are reported."""
    attached = sync.sync_interval is None or sync.orchestration_workflow_id is not None
    return (
        sync.source_connection_id == inputs["connection_id"]
        and _may_be_into(sync, str(inputs["destination_schema_name"]))
        and (attached or same_schedule(sync.sync_interval, inputs.get("sync_interval") or DAILY))
        and (sync.elt_settings is None or is_within(inputs.get("elt_settings") or {}, sync.elt_settings))
    )


def _may_be_into(sync: EltSyncInfo, schema: str) -> bool:
    return sync.destination_schema_name is None or same_schema(sync.destination_schema_name, schema)


def _syncs_of(session: Session, connection_id: str, max_age: float | None) -> list[EltSyncInfo]:
    """Return the syncs of a connection; where Weld does not report a schema, the state may have it."""
    return [_with_known_schema(session, sync) for sync in session.syncs_of(connection_id, max_age)]


def _with_known_schema(session: Session, sync: EltSyncInfo) -> EltSyncInfo:
    said = session.ownership.last_outputs("", sync.id).get("destination_schema_name")
    if sync.destination_schema_name is not None or not isinstance(said, str):
        return sync
    return sync.model_copy(update={"destination_schema_name": said})


def warn_of_unreported(session: Session, inputs: Mapping[str, Any]) -> None:
    """Name the syncs of which nobody can tell whether the one with these inputs would be a duplicate."""
    syncs = _syncs_of(session, str(inputs["connection_id"]), None)
    unsure = [s for s in syncs if s.destination_schema_name is None and is_alike(s, inputs)]
    unsure = [s for s in unsure if s.id not in session.ownership.ids() and not session.ownership.is_deleted(s.id)]
    if unsure:
        session.notices.warn(
            f"Weld does not report the schema of {_listed(unsure)}, so it is unknown whether there is a sync into "
            f"{inputs['destination_schema_name']!r} already. To take one over instead of making another, write "
            f"adopt={unsure[0].id!r}."
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


def adoption_of(
    session: Session, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> EltSyncInfo | None:
    """Return the sync to take over, or None where none is asked for, or where the sync is to be replaced.

    Raises:
        WeldValidationError: there is no candidate, there are several, or the id is of another kind of sync.
    """
    adopt, replaced = inputs.get("adopt"), session.ownership.held(urn)
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
    rival = session.ownership.claim(urn, sync.id)
    if rival:
        raise WeldValidationError(f"adopt={adopt!r}: {duplicate(sync.id, rival)}")
    return sync


def duplicate(sync_id: str, rival: str) -> str:
    """Say that two resources stand for one sync."""
    return f"{name_of(rival)} of this program stands for sync {sync_id} too; remove one of the two resources."


def _only_one(session: Session, inputs: Mapping[str, Any], max_age: float | None, replaced: str | None) -> EltSyncInfo:
    connection_id, schema = str(inputs["connection_id"]), str(inputs["destination_schema_name"])
    syncs = _syncs_of(session, connection_id, max_age)
    found = [sync for sync in syncs if _may_be_into(sync, schema) and sync.id != replaced]
    if len(found) == 1 and found[0].destination_schema_name is not None:
        return found[0]
    count = f"{len(found)} syncs" if len(found) > 1 else "one sync" if found else "no sync"
    count += " (of some it does not report the schema)" if any(s.destination_schema_name is None for s in found) else ""
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
    if not same or not _may_be_into(sync, str(inputs["destination_schema_name"])):
        raise WeldValidationError(
            f"adopt={sync_id!r}: that sync has connection {sync.source_connection_id} and schema "
            f"{sync.destination_schema_name!r}, which cannot be changed; write these, or adopt another sync."
        )
    return sync


def _listed(syncs: list[EltSyncInfo]) -> str:
    return "; ".join(map(described, syncs[:10])) or "none"


def described(sync: EltSyncInfo) -> str:
    """Name a sync in one phrase, for messages."""
    schema = "not reported" if sync.destination_schema_name is None else repr(sync.destination_schema_name)
    interval = repr(sync.sync_interval) if sync.reports_schedule else "not reported"
    return f"{sync.id} (schema {schema}, interval {interval})"
