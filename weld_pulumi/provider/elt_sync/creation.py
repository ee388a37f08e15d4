"""Creation of a sync, exactly once, and its removal when a later step fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.retries import Lookup
from ...errors import WeldError, WeldValidationError
from ...schema.attributes import Props
from ...schema.elt_sync import ELT_SYNC
from ..core.context import ProviderContext
from ..core.read_cache import FRESH
from .candidates import DAILY, duplicate_problem, is_alike

if TYPE_CHECKING:
    from ...api.models import EltSyncInfo

__all__ = ["CREATED", "create_sync", "roll_back"]

#: What the creating request contains.
CREATED = ELT_SYNC.names(lambda attribute: attribute.sent)


def create_sync(context: ProviderContext, urn: str, news: Props) -> EltSyncInfo:
    """Create the sync and return it.

    Raises:
        WeldValidationError: it already exists.
        WeldError: it was not created, or that is unknown.
    """
    connection_id = news["connection_id"]
    problem = duplicate_problem(context, urn, news, FRESH)
    if problem is not None:
        raise WeldValidationError(problem.reason)
    before = {sync.id for sync in context.reads.syncs_of(connection_id)}
    body = {name: news[name] for name in CREATED if news.get(name) is not None}
    body.setdefault("sync_interval", DAILY)
    uncertain: list[EltSyncInfo] = []

    def find() -> EltSyncInfo | None:
        syncs = context.reads.syncs_of(connection_id, max_age=0.0)
        found = next((sync for sync in syncs if sync.id not in before and is_alike(sync, news)), None)
        uncertain.extend([found] if found is not None and found.destination_schema_name is None else [])
        return found

    sync = context.client.create_sync(body, Lookup(find, "the sync", context.clock.sleep))
    if uncertain:
        raise WeldError(
            f"the response to the creation of the sync was lost. The sync {sync.id} has appeared meanwhile, but Weld "
            f"does not report its schema, so it may be another one. If it is this one, write adopt={sync.id!r}; "
            "if not, run `pulumi up` again."
        )
    context.reads.note_sync(connection_id, sync)
    return sync


def roll_back(context: ProviderContext, id: str, connection_id: str, error: WeldError) -> None:
    """Delete a sync whose creation could not be completed, and add to the error whether that succeeded."""
    context.ownership.forget_created(id)
    context.plans.drop(id)
    context.reads.forget_streams(id)
    context.reads.forget_syncs_of(connection_id)
    try:
        context.client.delete_sync(id)
    except WeldError as second:
        error.add_next_step(
            f"The sync {id} was created before that and could not be removed again ({second}). Remove it in Weld, "
            f"or adopt it with adopt={id!r}."
        )
    else:
        error.add_next_step("The sync, created only in part, has been removed again.")
