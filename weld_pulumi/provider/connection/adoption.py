"""Taking over a connection that is there already, or pointing out that it could be."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ...api.lookup import by_id
from ...errors import WeldValidationError
from ...validation.problems import listed
from ..core.context import ProviderContext
from ..core.ownership import CURRENT_URN, alias_advice, name_of
from ..core.schema import Props

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = ["adoption_of", "duplicate", "tell_adoption", "warn_of_same"]


def adoption_of(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    """Return the connection that ``adopt`` means.

    Raises:
        WeldValidationError: there is none, there are several, it is of another integration, or another resource is it
            already; what is there is listed.
    """
    found = _meant(connections, inputs)
    rival = context.ownership.claim(CURRENT_URN.get(), found.id)
    if rival:
        raise WeldValidationError(f"adopt={inputs['adopt']!r}: {duplicate(found.describe(), rival)}")
    context.adopting.add(found.id)
    return found


def duplicate(described: str, rival: str) -> str:
    """Say that two resources stand for one connection."""
    return f"{name_of(rival)} of this program stands for {described} too; remove one of the two resources."


def _meant(connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    wanted, integration_id, label = inputs["adopt"], inputs["integration_id"], inputs["label"]
    there = listed([c for c in connections if c.integration_id in (None, integration_id)], lambda c: c.describe())
    if isinstance(wanted, str):
        found = by_id(connections, wanted)
        if found is None:
            raise WeldValidationError(
                f"adopt={wanted!r}: Weld has no such connection. Of {integration_id!r} there is: {there or 'none'}."
            )
        if found.integration_id not in (None, integration_id):
            raise WeldValidationError(
                f"adopt={wanted!r}: that connection is of integration {found.integration_id!r}, not {integration_id!r}."
            )
        return found
    same = _same(connections, inputs)
    if len(same) == 1:
        return same[0]
    count = f"{len(same)} connections" if same else "no connection"
    raise WeldValidationError(
        f"adopt=True: Weld tells of {count} with integration {integration_id!r} and label {label!r}. Of this "
        f"integration there is: {there or 'none'}. Write the id of the right one, as in adopt='ID', or leave adopt out."
    )


def tell_adoption(context: ProviderContext, connection: ConnectionInfo, inputs: Props) -> None:
    """Say what is taken over, and what about it is different from the program."""
    other = connection.label not in (None, inputs["label"])
    label = f"; its label in Weld is {connection.label!r}, not {inputs['label']!r}" if other else ""
    context.reporter.info(f"adopts connection {connection.describe()}{label}.{_renamed(context, connection.id)}")
    if inputs["deletion_policy"] == "delete":
        context.reporter.warn(
            f"connection {connection.id} is adopted: removing the resource deletes it in Weld, unless "
            "deletion_policy='retain' is set."
        )


def warn_of_same(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> None:
    """Name the connections that look like the one to be made."""
    own = context.ownership.ids() | context.recognized
    same = [c for c in _same(connections, inputs) if c.id not in own]
    if same:
        ids = ", ".join(connection.id for connection in same)
        context.reporter.warn(
            f"Weld has a connection with integration {inputs['integration_id']!r} and label {inputs['label']!r} "
            f"already ({ids}).{_renamed(context, same[0].id)} To take it over instead of authorizing a new one, write "
            f"adopt={same[0].id!r}."
        )


def _renamed(context: ProviderContext, id: str) -> str:
    """Say how a resource that was renamed keeps its connection; empty where no other one of the stack has it."""
    urn = CURRENT_URN.get()
    former = context.ownership.former_name(urn, id)
    return f" {name_of(former)} of this stack stands for it. {alias_advice(urn, former)}." if former else ""


def _same(connections: Collection[ConnectionInfo], inputs: Props) -> list[ConnectionInfo]:
    """Return the connections with this label, of this integration as far as Weld tells."""
    of_integration = [c for c in connections if c.integration_id in (None, inputs["integration_id"])]
    return [connection for connection in of_integration if connection.label == inputs["label"]]
