"""Adoption of connections: the candidates, and what a preview reports of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...api.lookup import by_id
from ...errors import WeldValidationError
from ...schema.attributes import Props
from ...validation.problems import Problem, WholeProblem, listed
from ..core import adoption
from ..core.context import ProviderContext
from ..core.ownership import CURRENT_URN

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = ["adopt", "adoption_problems", "warn_of_same"]


class ConnectionCandidates(adoption.Candidates["ConnectionInfo"]):
    """The connections that a Connection could adopt: those of its integration with its label.

    Args:
        connections: all connections of the workspace.
        inputs: canonical inputs.
    """

    kind = "connection"

    def __init__(self, connections: Collection[ConnectionInfo], inputs: Mapping[str, Any]) -> None:
        self._connections = connections
        self._integration_id = inputs["integration_id"]
        self._label = inputs["label"]

    def by_id(self, id: str) -> ConnectionInfo | None:
        """Return the connection from the list."""
        return by_id(self._connections, id)

    def mismatch(self, found: ConnectionInfo) -> str:
        """Compare the integration, as far as Weld reports it."""
        if found.integration_id in (None, self._integration_id):
            return ""
        return f"that connection belongs to integration {found.integration_id!r}, not {self._integration_id!r}."

    def matching(self) -> list[ConnectionInfo]:
        """Return the connections with this label, of this integration as far as Weld reports it."""
        return [connection for connection in self._of_integration() if connection.label == self._label]

    def id_of(self, found: ConnectionInfo) -> str:
        """Return the connection's id."""
        return found.id

    def describe(self, found: ConnectionInfo) -> str:
        """Name the connection with integration and label."""
        return found.describe()

    def wanted(self) -> str:
        """Name integration and label."""
        return f"with integration {self._integration_id!r} and label {self._label!r}"

    def present(self, found: Sequence[ConnectionInfo]) -> str:
        """List the connections found, or else those of the integration."""
        there = listed(found or self._of_integration(), lambda each: each.describe())
        return f"Connections of this integration: {there or 'none'}"

    def _of_integration(self) -> list[ConnectionInfo]:
        return [each for each in self._connections if each.integration_id in (None, self._integration_id)]


def adopt(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    """Return the connection that ``adopt`` means, and report what that takes over.

    Raises:
        WeldValidationError: there is none, there are several, it does not match, or another resource has it.
    """
    found = _adopted(context, connections, inputs)
    context.ownership.note_created(CURRENT_URN.get(), found.id)
    context.reads.forget_connections()
    _report(context, found, inputs)
    return found


def adoption_problems(context: ProviderContext, inputs: Props, report: bool) -> list[Problem]:
    """Return why ``adopt`` cannot be carried out; report what it takes over if ``report`` is set."""
    try:
        found = _adopted(context, context.reads.connections(), inputs)
    except WeldValidationError as error:
        return [WholeProblem("adopt", str(error))]
    if report:
        _report(context, found, inputs)
    return []


def _adopted(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> ConnectionInfo:
    candidates = ConnectionCandidates(connections, inputs)
    found = adoption.adopt(context.ownership, CURRENT_URN.get(), inputs["adopt"], candidates)
    context.ownership.note_adopted_connection(found.id)
    return found


def warn_of_same(context: ProviderContext, connections: Collection[ConnectionInfo], inputs: Props) -> None:
    """Warn of connections that look like the one to be created."""
    own = context.ownership.managed_ids() | context.pending_connections.matched()
    same = [each for each in ConnectionCandidates(connections, inputs).matching() if each.id not in own]
    if same:
        ids = ", ".join(connection.id for connection in same)
        context.reporter.warn(
            f"Weld already has a connection with integration {inputs['integration_id']!r} and label "
            f"{inputs['label']!r} ({ids}).{_renamed(context, same[0].id)} To adopt it instead of authorizing a new "
            f"one, write adopt={same[0].id!r}."
        )


def _report(context: ProviderContext, connection: ConnectionInfo, inputs: Props) -> None:
    """Report which connection is adopted, and how it differs from the program."""
    differs = connection.label not in (None, inputs["label"])
    label = f"; its label in Weld is {connection.label!r}, not {inputs['label']!r}" if differs else ""
    context.reporter.info(f"adopts connection {connection.describe()}{label}.{_renamed(context, connection.id)}")
    if inputs["deletion_policy"] == "delete":
        context.reporter.warn(
            f"connection {connection.id} is adopted: removing the resource deletes it in Weld, unless "
            "deletion_policy='retain' is set."
        )


def _renamed(context: ProviderContext, id: str) -> str:
    advice = adoption.renamed(context.ownership, CURRENT_URN.get(), id)
    return f" {advice}." if advice else ""
