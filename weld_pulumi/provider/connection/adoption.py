"""Adopt a connection that exists at Weld, or point out that this is possible."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ...errors import WeldValidationError
from ...validation.problems import Problem, WholeProblem, listed
from ..core.context import ProviderContext
from ..core.ownership import CURRENT_URN, alias_advice, name_of
from ..core.schema import Props

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = ["adopt", "adoption_problems", "is_kept_by_another", "refuse_duplicate", "warn_of_same"]


def adoption_problems(context: ProviderContext, inputs: Props, report: bool) -> list[Problem]:
    """Return why ``adopt`` cannot be carried out; report what it takes over if ``report`` is set."""
    try:
        found = _claim(context, context.connections(), inputs)
    except WeldValidationError as error:
        return [WholeProblem("adopt", str(error))]
    if report:
        _report(context, found, inputs)
    return []


def adopt(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    """Return the connection that ``adopt`` chooses, which the resource stands for from now on.

    Raises:
        WeldValidationError: there is none, there are several, it is of another integration, or another resource is it
            already; the message lists what exists.
    """
    found = _claim(context, connections, inputs)
    context.ownership.make(CURRENT_URN.get(), found.id)
    context.forget("connections")
    _report(context, found, inputs)
    return found


def refuse_duplicate(context: ProviderContext, id: str, olds: Props, is_replaced: bool) -> None:
    """Record which connection a resource of the program has.

    Raises:
        WeldValidationError: another resource has it too.
    """
    rival = context.ownership.hold(CURRENT_URN.get(), id, olds, leaves=is_replaced)
    if rival:
        raise WeldValidationError(_duplicate(f"{id} ({olds.get('label')!r})", rival))


def is_kept_by_another(context: ProviderContext, id: str) -> bool:
    """Record that a resource is deleted; report and return whether another one still stands for its connection."""
    keeper = context.ownership.let_go(CURRENT_URN.get(), id)
    if keeper is None:
        return False
    context.reporter.warn(f"connection {id} is not deleted: {name_of(keeper)} of this stack stands for it too.")
    return True


def warn_of_same(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> None:
    """Name the connections that look like the one to be created."""
    own = context.ownership.ids() | context.pending_connections.matched()
    same = [connection for connection in candidates(connections, inputs) if connection.id not in own]
    if same:
        ids = ", ".join(connection.id for connection in same)
        context.reporter.warn(
            f"Weld already has a connection with integration {inputs['integration_id']!r} and label "
            f"{inputs['label']!r} ({ids}).{_renamed(context, same[0].id)} To take it over instead of authorizing a new "
            f"one, write adopt={same[0].id!r}."
        )


def candidates(connections: Collection[ConnectionInfo], inputs: Props) -> list[ConnectionInfo]:
    """Return the connections with this label, and of this integration as far as Weld reports it."""
    return [connection for connection in _of_integration(connections, inputs) if connection.label == inputs["label"]]


def choose(connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    """Return the connection that ``adopt`` chooses: the one with that id, or the only candidate.

    Raises:
        WeldValidationError: there is none, there are several, or it is of another integration.
    """
    wanted, integration_id = inputs["adopt"], inputs["integration_id"]
    there = listed(_of_integration(connections, inputs), lambda c: c.describe()) or "none"
    if isinstance(wanted, str):
        found = next((c for c in connections if c.id == wanted), None)
        if found is None:
            raise WeldValidationError(
                f"adopt={wanted!r}: Weld has no such connection. Connections of {integration_id!r}: {there}."
            )
        if found.integration_id not in (None, integration_id):
            raise WeldValidationError(
                f"adopt={wanted!r}: that connection belongs to integration {found.integration_id!r}, not "
                f"{integration_id!r}."
            )
        return found
    same = candidates(connections, inputs)
    if len(same) == 1:
        return same[0]
    count = f"{len(same)} connections" if same else "no connection"
    raise WeldValidationError(
        f"adopt=True: Weld lists {count} with integration {integration_id!r} and label {inputs['label']!r}. "
        f"Connections of this integration: {there}. Write the id of the right one, as in adopt='ID', or omit adopt."
    )


def _claim(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    """Choose, and record that this resource is to have it, so that no other one adopts it."""
    found = choose(connections, inputs)
    rival = context.ownership.claim(CURRENT_URN.get(), found.id)
    if rival:
        raise WeldValidationError(f"adopt={inputs['adopt']!r}: {_duplicate(found.describe(), rival)}")
    context.adopting.add(found.id)
    return found


def _duplicate(described: str, rival: str) -> str:
    return f"{name_of(rival)} of this program stands for {described} too; remove one of the two resources."


def _report(context: ProviderContext, connection: ConnectionInfo, inputs: Props) -> None:
    """Report what is taken over, and how it differs from the program."""
    differs = connection.label not in (None, inputs["label"])
    label = f"; its label in Weld is {connection.label!r}, not {inputs['label']!r}" if differs else ""
    context.reporter.info(f"adopts connection {connection.describe()}{label}.{_renamed(context, connection.id)}")
    if inputs["deletion_policy"] == "delete":
        context.reporter.warn(
            f"connection {connection.id} is adopted: removing the resource deletes it in Weld, unless "
            "deletion_policy='retain' is set."
        )


def _renamed(context: ProviderContext, id: str) -> str:
    """Advise a resource that was renamed how to keep its connection; empty if no other one of the stack has it."""
    urn = CURRENT_URN.get()
    former = context.ownership.former_name(urn, id)
    return f" {name_of(former)} of this stack stands for it. {alias_advice(urn, former)}." if former else ""


def _of_integration(connections: Collection[ConnectionInfo], inputs: Props) -> list[ConnectionInfo]:
    return [c for c in connections if c.integration_id in (None, inputs["integration_id"])]
