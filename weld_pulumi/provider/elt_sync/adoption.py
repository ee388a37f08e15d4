"""What is there already when an EltSync is to be made: syncs to take over, and doubles to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ...api.lookup import or_none
from ...errors import WeldValidationError
from ...validation.cron import same_schedule
from ...validation.problems import Problem, WholeProblem
from ...validation.schema_names import same_schema
from ..core.context import ProviderContext
from ..core.ownership import alias_advice, name_of
from ..core.values import UNKNOWN
from .schema import DAILY, same_date_told
from .settings import is_within

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = [
    "DIFFER",
    "FRESH",
    "adoption_of",
    "described",
    "duplicate",
    "duplicate_problem",
    "foreseen_adoption",
    "is_alike",
    "is_same",
    "warn_of_unreported",
]

#: How old, in seconds, the list of syncs may be for a decision to create one.
FRESH = 5.0
#: What to write for a second sync of the same connection.
DIFFER = "write another destination_schema_name, sync_interval, elt_settings or start_date in one of them"


def duplicate_problem(
    context: ProviderContext, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> Problem | None:
    """Refuse a new sync that is there already, and say what to write instead; None where there is no such.

    Args:
        context: of this process.
        urn: the resource that the sync is for.
        inputs: canonical inputs, with nothing unknown in them.
        max_age: how old the list of syncs may be, in seconds.
    """
    replaced = context.ownership.held(urn)
    syncs = _syncs_of(context, str(inputs["connection_id"]), max_age)
    staying = (sync for sync in syncs if sync.id != replaced and not context.ownership.is_deleted(sync.id))
    found = next((sync for sync in staying if is_same(context, sync, inputs)), None)
    if found is None:
        return None
    reason = (
        f"Weld has this sync already: {found.id} (connection {found.source_connection_id}, schema "
        f"{found.destination_schema_name!r}); {_advice(context, urn, found.id, is_new=replaced is None)}"
    )
    return WholeProblem("destination_schema_name", reason)


def _advice(context: ProviderContext, urn: str, id: str, is_new: bool) -> str:
    owner = context.ownership.owner(urn, id)
    if owner:
        return f"{name_of(owner)} of this program stands for it too. Remove one of the two resources, or {DIFFER}."
    owners = {entry.urn for entry in context.ownership.in_state(urn, id)}
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
            f"{name} of this stack stands for it. {alias_advice(urn, min(owners))}; else remove one of the two "
            f"resources, or {DIFFER}."
        )
    return (
        f"{name} of this stack stands for it. To exchange two syncs, exchange the names of the resources with "
        "`pulumi state rename`."
    )


def is_same(context: ProviderContext, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval, settings and start date; a schema that is not reported is not the same."""
    return (
        sync.destination_schema_name is not None
        and is_alike(sync, inputs)
        and _nothing_beyond(context, sync, inputs)
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


def _syncs_of(context: ProviderContext, connection_id: str, max_age: float | None) -> list[EltSyncInfo]:
    """Return the syncs of a connection; where Weld does not report a schema, the state may have it."""
    return [_with_known_schema(context, sync) for sync in context.syncs_of(connection_id, max_age)]


def _with_known_schema(context: ProviderContext, sync: EltSyncInfo) -> EltSyncInfo:
    said = context.ownership.last_outputs("", sync.id).get("destination_schema_name")
    if sync.destination_schema_name is not None or not isinstance(said, str):
        return sync
    return sync.model_copy(update={"destination_schema_name": said})


def warn_of_unreported(context: ProviderContext, inputs: Mapping[str, Any]) -> None:
    """Name the syncs of which nobody can tell whether the one with these inputs would be a duplicate."""
    syncs = _syncs_of(context, str(inputs["connection_id"]), None)
    unsure = [s for s in syncs if s.destination_schema_name is None and is_alike(s, inputs)]
    unsure = [s for s in unsure if s.id not in context.ownership.ids() and not context.ownership.is_deleted(s.id)]
    if unsure:
        context.reporter.warn(
            f"Weld does not report the schema of {_listed(unsure)}, so it is unknown whether there is a sync into "
            f"{inputs['destination_schema_name']!r} already. To take one over instead of making another, write "
            f"adopt={unsure[0].id!r}."
        )


def _nothing_beyond(context: ProviderContext, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Settings beyond the declared ones make another sync, unless Weld filled them in from the schema's defaults."""
    declared = inputs.get("elt_settings") or {}
    beyond = {key: value for key, value in (sync.elt_settings or {}).items() if key not in declared}
    if not beyond:
        return True
    properties = (context.settings_schema(str(inputs["connection_id"])) or {}).get("properties")
    known = properties if isinstance(properties, dict) else {}
    return all(isinstance(known.get(k), dict) and known[k].get("default") == v for k, v in beyond.items())


def adoption_of(
    context: ProviderContext, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> EltSyncInfo | None:
    """Return the sync to take over, or None where none is asked for, or where the sync is to be replaced.

    Raises:
        WeldValidationError: there is no candidate, there are several, or the id is of another kind of sync.
    """
    adopt, replaced = inputs.get("adopt"), context.ownership.held(urn)
    # A replacement does not take over what it replaces, but it may take over what a killed run has made of it.
    if not adopt or adopt == replaced:
        return None
    try:
        if isinstance(adopt, str):
            sync = _by_id(context, adopt, inputs)
        else:
            sync = _only_one(context, inputs, max_age, replaced)
    except WeldValidationError:
        if replaced:
            return None
        raise
    rival = context.ownership.claim(urn, sync.id)
    if rival:
        raise WeldValidationError(f"adopt={adopt!r}: {duplicate(sync.id, rival)}")
    return sync


def foreseen_adoption(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> EltSyncInfo | None:
    """Return the sync to take over, as far as that can be seen while its connection or schema is unknown.

    What cannot be seen is said.

    Raises:
        WeldValidationError: there is no sync with the id, or it is of another kind.
    """
    adopt, replaced = inputs.get("adopt"), context.ownership.held(urn)
    if not adopt or replaced or adopt is UNKNOWN:
        return None
    if isinstance(adopt, str):
        sync = _by_id(context, adopt, inputs)
        if rival := context.ownership.claim(urn, sync.id):
            raise WeldValidationError(f"adopt={adopt!r}: {duplicate(sync.id, rival)}")
        return sync
    schema = inputs["destination_schema_name"]
    near = [sync for id in sorted(context.adopting) for sync in _syncs_of(context, id, None)]
    found = [s for s in near if isinstance(schema, str) and same_schema(s.destination_schema_name, schema)]
    if len(found) == 1 and inputs["connection_id"] is UNKNOWN:
        return found[0]
    there = f" Connections that this program adopts have: {_listed(found or near)}." if near else ""
    context.reporter.warn(
        f"adopt=True of {name_of(urn)}: which sync that is stays unknown until `pulumi up`, as its connection or its "
        f"schema is.{there} Write adopt='ID' to see it in preview."
    )
    return None


def duplicate(sync_id: str, rival: str) -> str:
    """Say that two resources stand for one sync."""
    return f"{name_of(rival)} of this program stands for sync {sync_id} too; remove one of the two resources."


def _only_one(
    context: ProviderContext, inputs: Mapping[str, Any], max_age: float | None, replaced: str | None
) -> EltSyncInfo:
    connection_id, schema = str(inputs["connection_id"]), str(inputs["destination_schema_name"])
    syncs = _syncs_of(context, connection_id, max_age)
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
_ASK_FOR_SYNCS = "`weld-pulumi syncs` lists those that are there"


def _by_id(context: ProviderContext, sync_id: str, inputs: Mapping[str, Any]) -> EltSyncInfo:
    sync = or_none(context.client.get_sync, sync_id)
    if sync is None:
        connection_id = inputs["connection_id"]
        known = isinstance(connection_id, str)
        there = f"Syncs of this connection: {_listed(context.syncs_of(connection_id))}" if known else _ASK_FOR_SYNCS
        raise WeldValidationError(f"adopt={sync_id!r}: Weld has no such sync. {there}. {_LEAVE_OUT}.")
    same = sync.source_connection_id in (None, inputs["connection_id"]) or inputs["connection_id"] is UNKNOWN
    schema = inputs["destination_schema_name"]
    if not same or not (schema is UNKNOWN or _may_be_into(sync, str(schema))):
        raise WeldValidationError(
            f"adopt={sync_id!r}: that sync has connection {sync.source_connection_id} and schema "
            f"{sync.destination_schema_name!r}, which cannot be changed; write these, or adopt another sync."
        )
    return sync


def _listed(syncs: list[EltSyncInfo]) -> str:
    return first_few(syncs, write=described, separator="; ") or "none"


def described(sync: EltSyncInfo) -> str:
    """Name a sync in one phrase, for messages."""
    schema = "not reported" if sync.destination_schema_name is None else repr(sync.destination_schema_name)
    interval = repr(sync.sync_interval) if sync.reports_schedule else "not reported"
    return f"{sync.id} (schema {schema}, interval {interval})"
