"""Existing syncs beside an EltSync that is to be created: candidates for adoption, and duplicates to refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...api.lookup import or_none
from ...errors import WeldValidationError
from ...schema.values import UNKNOWN
from ...validation.cron import same_schedule
from ...validation.dates import same_date
from ...validation.problems import Problem, WholeProblem
from ...validation.schema_names import same_schema
from ..core.adoption import Candidates, adopt, choose, reserve
from ..core.context import ProviderContext
from ..core.ownership import alias_advice, name_of
from .settings import is_within

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = [
    "DAILY",
    "DIFFER",
    "adopted_sync",
    "described",
    "duplicate_problem",
    "foreseen_adoption",
    "is_alike",
    "warn_of_unreported",
]

#: Weld's own default, which is sent where only an orchestration is given.
DAILY = "0 0 * * *"
#: What to write for a second sync of the same connection.
DIFFER = "write another destination_schema_name, sync_interval, elt_settings or start_date in one of them"


def described(sync: EltSyncInfo) -> str:
    """Name a sync in a message."""
    schema = "not reported" if sync.destination_schema_name is None else repr(sync.destination_schema_name)
    interval = repr(sync.sync_interval) if sync.reports_schedule else "not reported"
    return f"{sync.id} (schema {schema}, interval {interval})"


def _listed(syncs: Sequence[EltSyncInfo]) -> str:
    return "; ".join(map(described, syncs[:10])) or "none"


# Adoption ----------------------------------------------------------------------------------------------------------


class SyncCandidates(Candidates["EltSyncInfo"]):
    """The syncs that an EltSync could adopt: those of its connection into its schema.

    Args:
        context: of this process.
        inputs: canonical inputs.
        max_age: maximum age, in seconds, of the list of syncs.
        replaced: the sync that the resource had until now; it does not adopt that one.
    """

    kind = "sync"

    def __init__(
        self, context: ProviderContext, inputs: Mapping[str, Any], max_age: float | None = None, replaced: str = ""
    ) -> None:
        self._context = context
        self._connection_id = inputs["connection_id"]
        self._schema = inputs["destination_schema_name"]
        self._max_age = max_age
        self._replaced = replaced

    def by_id(self, id: str) -> EltSyncInfo | None:
        """Read the sync."""
        return or_none(self._context.client.get_sync, id)

    def mismatch(self, found: EltSyncInfo) -> str:
        """Compare connection and schema, as far as they are known."""
        is_same = found.source_connection_id in (None, self._connection_id) or self._connection_id is UNKNOWN
        if is_same and (self._schema is UNKNOWN or _may_be_into(found, str(self._schema))):
            return ""
        return (
            f"that sync has connection {found.source_connection_id} and schema {found.destination_schema_name!r}, "
            "which cannot be changed; write these, or adopt another sync."
        )

    def matching(self) -> list[EltSyncInfo]:
        """Return the syncs of the connection that write into the schema, or may."""
        syncs = _syncs_of(self._context, str(self._connection_id), self._max_age)
        return [sync for sync in syncs if _may_be_into(sync, str(self._schema)) and sync.id != self._replaced]

    def is_certain(self, found: EltSyncInfo) -> bool:
        """Tell whether the schema is reported."""
        return found.destination_schema_name is not None

    def id_of(self, found: EltSyncInfo) -> str:
        """Return the sync's id."""
        return found.id

    def describe(self, found: EltSyncInfo) -> str:
        """Name the sync by its id."""
        return f"sync {found.id}"

    def wanted(self) -> str:
        """Name connection and schema."""
        return f"of connection {self._connection_id} into schema {self._schema!r}"

    def present(self, found: Sequence[EltSyncInfo]) -> str:
        """List the syncs found, or else those of the connection."""
        if not isinstance(self._connection_id, str):
            return "`weld-pulumi syncs` lists those that exist"
        return f"Syncs of this connection: {_listed(found or self._context.reads.syncs_of(self._connection_id))}"


def adopted_sync(
    context: ProviderContext, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> EltSyncInfo | None:
    """Return the sync to adopt; None where ``adopt`` is not set, or where the sync is to be replaced.

    Raises:
        WeldValidationError: there is no candidate, there are several, or the id is of another kind of sync.
    """
    argument, replaced = inputs.get("adopt"), context.ownership.previous_id(urn)
    # A replacement does not adopt what it replaces, but it may adopt what a killed run has created for it.
    if not argument or argument == replaced:
        return None
    candidates = SyncCandidates(context, inputs, max_age, replaced or "")
    try:
        found = choose(argument, candidates)
    except WeldValidationError:
        if replaced:
            return None
        raise
    reserve(context.ownership, urn, argument, candidates, found)
    return found


def foreseen_adoption(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> EltSyncInfo | None:
    """Return the sync to adopt if that is clear although its connection or schema is unknown; warn if it is not.

    Raises:
        WeldValidationError: there is no sync with the id, or it is of another kind.
    """
    argument, replaced = inputs.get("adopt"), context.ownership.previous_id(urn)
    if not argument or replaced or argument is UNKNOWN:
        return None
    if isinstance(argument, str):
        return adopt(context.ownership, urn, argument, SyncCandidates(context, inputs))
    schema = inputs["destination_schema_name"]
    near = [sync for id in context.ownership.adopted_connections() for sync in _syncs_of(context, id, None)]
    found = [s for s in near if isinstance(schema, str) and same_schema(s.destination_schema_name, schema)]
    if len(found) == 1 and inputs["connection_id"] is UNKNOWN:
        return found[0]
    there = f" Connections that this program adopts have: {_listed(found or near)}." if near else ""
    context.reporter.warn(
        f"adopt=True of {name_of(urn)}: the sync to adopt is unknown until `pulumi up`, because its connection or "
        f"schema is.{there} Write adopt='ID' to see it in preview."
    )
    return None


# Duplicates --------------------------------------------------------------------------------------------------------


def duplicate_problem(
    context: ProviderContext, urn: str, inputs: Mapping[str, Any], max_age: float | None = None
) -> Problem | None:
    """Return why a new sync is a duplicate, with what to write instead; None where it is not.

    Args:
        context: of this process.
        urn: the resource that the sync is for.
        inputs: canonical inputs without unknowns.
        max_age: maximum age, in seconds, of the list of syncs.
    """
    replaced = context.ownership.previous_id(urn)
    syncs = _syncs_of(context, str(inputs["connection_id"]), max_age)
    staying = (sync for sync in syncs if sync.id != replaced and not context.ownership.is_deleted(sync.id))
    found = next((sync for sync in staying if _is_same(context, sync, inputs)), None)
    if found is None:
        return None
    reason = (
        f"Weld has this sync already: {found.id} (connection {found.source_connection_id}, schema "
        f"{found.destination_schema_name!r}); {_next_step(context, urn, found.id, is_new=replaced is None)}"
    )
    return WholeProblem("destination_schema_name", reason)


def _next_step(context: ProviderContext, urn: str, id: str, is_new: bool) -> str:
    owner = context.ownership.other_owner(urn, id)
    if owner:
        return f"{name_of(owner)} of this program also manages it. Remove one of the two resources, or {DIFFER}."
    owners = {entry.urn for entry in context.ownership.entries_in_state(urn, id)}
    if not owners:
        return f"two stacks must not share one. To adopt it, write adopt={id!r}."
    if urn in owners:
        # With `--replace`, and after `state taint`, the engine checks it as a new resource.
        return (
            "this resource manages it. To replace it anyway, run `pulumi destroy --target URN "
            "--target-dependents` and then `pulumi up`."
        )
    name = name_of(min(owners))
    if is_new:
        return (
            f"{name} of this stack manages it. {alias_advice(urn, min(owners))}; otherwise remove one of the "
            f"two resources, or {DIFFER}."
        )
    return (
        f"{name} of this stack manages it. To exchange two syncs, exchange the names of the resources with "
        "`pulumi state rename`."
    )


def _is_same(context: ProviderContext, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Compare connection, schema, interval, settings and start date; a schema that is not reported is not the same."""
    start_date = inputs.get("start_date")
    return (
        sync.destination_schema_name is not None
        and is_alike(sync, inputs)
        and _has_only_declared_settings(context, sync, inputs)
        and (sync.start_date is None or start_date is None or same_date(start_date, sync.start_date))
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


def _has_only_declared_settings(context: ProviderContext, sync: EltSyncInfo, inputs: Mapping[str, Any]) -> bool:
    """Tell whether the sync has no settings besides the declared ones, except defaults that Weld filled in."""
    declared = inputs.get("elt_settings") or {}
    beyond = {key: value for key, value in (sync.elt_settings or {}).items() if key not in declared}
    if not beyond:
        return True
    properties = (context.reads.settings_schema(str(inputs["connection_id"])) or {}).get("properties")
    known = properties if isinstance(properties, dict) else {}
    return all(isinstance(known.get(k), dict) and known[k].get("default") == v for k, v in beyond.items())


def warn_of_unreported(context: ProviderContext, inputs: Mapping[str, Any]) -> None:
    """Warn of syncs that the new one may duplicate, because Weld does not report their schema."""
    own = context.ownership.managed_ids()
    unsure = [
        sync
        for sync in _syncs_of(context, str(inputs["connection_id"]), None)
        if sync.destination_schema_name is None and is_alike(sync, inputs)
        if sync.id not in own and not context.ownership.is_deleted(sync.id)
    ]
    if unsure:
        context.reporter.warn(
            f"Weld does not report the schema of {_listed(unsure)}, so it is unknown whether a sync "
            f"into {inputs['destination_schema_name']!r} already exists. To adopt one instead of creating another, "
            f"write adopt={unsure[0].id!r}."
        )


def _may_be_into(sync: EltSyncInfo, schema: str) -> bool:
    return sync.destination_schema_name is None or same_schema(sync.destination_schema_name, schema)


def _syncs_of(context: ProviderContext, connection_id: str, max_age: float | None) -> list[EltSyncInfo]:
    """Return the syncs of a connection; where Weld does not report a schema, the state may have it."""
    return [_with_known_schema(context, sync) for sync in context.reads.syncs_of(connection_id, max_age)]


def _with_known_schema(context: ProviderContext, sync: EltSyncInfo) -> EltSyncInfo:
    known = context.ownership.last_outputs("", sync.id).get("destination_schema_name")
    if sync.destination_schema_name is not None or not isinstance(known, str):
        return sync
    return sync.model_copy(update={"destination_schema_name": known})
