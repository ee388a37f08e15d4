"""Comparison of a new sync with others of the workspace: shared destination schemas, and the streams of a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ...errors import WeldError
from ...schema.attributes import Props
from ...schema.values import has_unknown
from ...validation.patterns import resolve
from ...validation.schema_names import same_schema
from ...validation.streams import unknown_stream_problems
from ..core.context import ProviderContext
from ..core.ownership import CURRENT_URN, alias_advice, name_of
from .candidates import described
from .notices import named

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = ["report_unseen_streams", "warn_of_shared_schema", "warn_of_streams_elsewhere"]


def warn_of_shared_schema(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> None:
    """Warn of another sync into the schema of a new one."""
    schema = inputs.get("destination_schema_name")
    if not isinstance(schema, str):
        return
    rival = context.ownership.register_planned(urn, f"schema {schema.lower()}")
    try:
        other, advice = (f"{name_of(rival)} of this program", "") if rival else _other_sync(context, urn, schema)
    except WeldError:
        return  # only advice: without it the check goes on
    if other:
        context.reporter.warn(
            f"sync {named(urn, inputs)}: {other} also writes into the schema {schema!r}. Where stream names are "
            "the same, both write the same tables; write another destination_schema_name unless that is intended."
            f"{advice}"
        )


def _other_sync(context: ProviderContext, urn: str, schema: str) -> tuple[str, str]:
    """Return another sync into a schema, as a message names it, and what else to write."""
    into_same = [s for s in context.reads.all_syncs() if same_schema(s.destination_schema_name, schema)]
    gone = context.ownership.previous_id(urn)
    found = next((s for s in into_same if s.id != gone and not context.ownership.is_deleted(s.id)), None)
    if found is None:
        return "", ""
    if owner := context.ownership.other_owner(urn, found.id):
        return f"{name_of(owner)} of this program (sync {found.id})", ""
    if former := context.ownership.former_name(urn, found.id):
        return f"{name_of(former)} of this stack (sync {found.id})", f" {alias_advice(urn, former)}."
    return f"sync {described(found)}", ""


def report_unseen_streams(context: ProviderContext) -> None:
    """Report once that names of streams cannot be checked yet."""
    context.reporter.info(
        "streams of a sync whose connection has no sync yet are checked in `pulumi up`: Weld cannot list them before."
    )


def warn_of_streams_elsewhere(context: ProviderContext, inputs: Props, entries: list[Props]) -> None:
    """Compare the streams of a connection's first sync with those that another sync of its integration can have."""
    try:
        similar = _similar_sync(context, str(inputs.get("connection_id")))
        available = context.reads.available_streams(similar.id) if similar is not None else {}
    except WeldError:
        similar, available = None, {}  # only advice
    if similar is None or not available:
        report_unseen_streams(context)
        return
    doubts = [f"{problem.path}: {problem.reason}" for problem in unknown_stream_problems(entries, available)]
    canonical = inputs.get("source_streams")
    if isinstance(canonical, list) and not has_unknown(canonical):
        unmatched = resolve(canonical, available.values()).unmatched
        doubts += [f"the pattern {name!r} matches no stream" for name in unmatched]
    if doubts:
        context.reporter.warn(
            f"sync {named(CURRENT_URN.get(), inputs)} is the first of its connection, so its streams are compared with "
            f"those of sync {similar.id}, which has the same integration: {first_few(doubts)}. `pulumi up` checks them."
        )


def _similar_sync(context: ProviderContext, connection_id: str) -> EltSyncInfo | None:
    """Return a sync of another connection with the same integration."""
    syncs = [sync for sync in context.reads.all_syncs() if sync.source_connection_id != connection_id]
    if not syncs:
        return None
    integrations = {connection.id: connection.integration_id for connection in context.reads.connections()}
    wanted = integrations.get(connection_id)
    if wanted is None:
        return None
    of = {sync.id: sync.source_integration_id or integrations.get(str(sync.source_connection_id)) for sync in syncs}
    return next((sync for sync in syncs if of[sync.id] == wanted), None)
