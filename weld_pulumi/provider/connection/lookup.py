"""Look up in Weld what a connection refers to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...api.lookup import by_id
from ...errors import NotListedError, WeldApiError
from ...validation.integrations import integration_problem
from ...validation.problems import Problem
from ..core.context import ProviderContext

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = [
    "delete",
    "find",
    "has_settings",
    "integration_problems",
    "listed_or_unlisted",
    "not_listed",
    "unlisted",
]

#: Integrations that serve as destination; Weld lists sources only.
_DESTINATIONS = ("databricks",)


def integration_problems(context: ProviderContext, integration_id: str) -> list[Problem]:
    """Return what is wrong with an integration id; warn of one that Weld does not list."""
    known = [*(integration.id for integration in context.reads.integrations()), *_DESTINATIONS]
    problem = integration_problem(integration_id, known)
    if problem is not None:
        return [problem]
    if integration_id not in known:
        context.reporter.warn(
            f"Weld does not list an integration {integration_id!r} for this workspace (`weld-pulumi integrations` "
            "shows those it lists); continuing with it anyway."
        )
    return []


def find(context: ProviderContext, id: str, fresh: bool = False) -> ConnectionInfo | None:
    """Return a connection of Weld's list, which is requested again if ``fresh``; None if it is not listed."""
    connections = context.client.list_connections() if fresh else context.reads.connections()
    return by_id(connections, id)


def listed_or_unlisted(connections: Iterable[ConnectionInfo], id: str) -> ConnectionInfo:
    """Return a connection out of a list, or just its id if the list does not have it yet."""
    return by_id(connections, id) or unlisted(id)


def unlisted(id: str, label: str | None = None, integration_id: str | None = None) -> ConnectionInfo:
    """Return what is known of a connection that Weld does not list, or not yet."""
    from ...api.models import ConnectionInfo

    return ConnectionInfo(id=id, label=label, integration_id=integration_id)


def not_listed(id: str, next_step: str) -> NotListedError:
    """Return the error for a connection that Weld does not list."""
    text = f"there is no connection {id!r} in Weld's list."
    return NotListedError(404, None, text, "GET", "/connections", next_step=next_step)


def has_settings(context: ProviderContext, id: str) -> bool:
    """Return whether Weld returns settings for a connection, as it does for a new source before listing it."""
    try:
        return context.reads.settings_schema(id) is not None
    except WeldApiError as error:
        if error.is_invalid or error.status_code == 405:
            return False  # a destination has none
        raise


def delete(context: ProviderContext, id: str) -> None:
    """Delete a connection.

    Raises:
        WeldApiError: Weld refused it; the message names the syncs that still use it.
    """
    try:
        context.client.delete_connection(id)
    except WeldApiError as error:
        syncs = [sync.id for sync in context.reads.syncs_of(id, max_age=0.0)] if error.is_refusal else []
        if syncs:
            error.next_step = f"Syncs still use it: {', '.join(syncs[:10])}. Remove them first."
        raise
