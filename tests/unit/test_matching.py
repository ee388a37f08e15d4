"""Which new connection is whose, by what Weld tells of it."""

from __future__ import annotations

from typing import cast

import pytest

from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.models import ConnectionBridge, ConnectionInfo
from weld_pulumi.config import Settings
from weld_pulumi.errors import ServerError
from weld_pulumi.provider.connection.bridge import BridgeTracker
from weld_pulumi.provider.connection.matching import NewConnectionMatcher
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.pending_connections import ConnectionKey
from weld_pulumi.provider.core.reporter import Reporter


class Weld:
    """Lists bridges, or fails to."""

    def __init__(self, *listed: str | None) -> None:
        self.listed = listed

    def list_bridges(self) -> list[ConnectionBridge]:
        if self.listed == (None,):
            raise ServerError(500)
        return [ConnectionBridge(id=id) for id in self.listed]


def session_with(*listed: str | None, waiting: dict[tuple[str, str], str] | None = None) -> ProviderContext:
    said: list[str] = []
    context = ProviderContext(Settings(), lambda _: cast(WeldClient, Weld(*listed)), Reporter(said.append))
    for key, id in (waiting or {}).items():
        assert context.pending_connections.add(ConnectionKey(*key), id)
    return context


def new(id: str = "x", label: str | None = "A", integration_id: str | None = "stripe") -> ConnectionInfo:
    return ConnectionInfo(id=id, label=label, integration_id=integration_id)


def match(
    context: ProviderContext,
    connections: list[ConnectionInfo],
    known: tuple[str, ...] = (),
    bridge_id: str | None = None,
    is_alone: bool = True,
) -> ConnectionInfo | None:
    tracker = BridgeTracker(context, bridge_id)
    return NewConnectionMatcher(context, ConnectionKey("stripe", "A"), known, tracker, is_alone).match(connections)


UNTOLD = new(label=None)
NOTHING_TOLD = new(label=None, integration_id=None)


@pytest.mark.parametrize(
    ("connections", "expected"),
    [
        ([new()], "x"),
        ([], None),
        ([new("old")], None),
        ([new("old"), new()], "x"),
        ([new(label="B")], None),
        ([new(integration_id="hubspot")], None),
        ([new(), new("y")], None),
        ([UNTOLD], "x"),
        ([NOTHING_TOLD], "x"),
        ([new(integration_id=None)], "x"),
        ([UNTOLD, new("y")], "y"),  # what tells most wins
        ([UNTOLD, new("y", label="B")], "x"),
    ],
)
def test_the_only_one_that_waits_gets_the_only_new_connection(
    connections: list[ConnectionInfo], expected: str | None
) -> None:
    found = match(session_with(), connections, ("old",))
    assert (found and found.id) == expected


@pytest.mark.parametrize(
    ("connection", "other", "used", "expected"),
    [
        (new(), ("stripe", "B"), False, True),
        (new(), ("hubspot", "A"), False, True),
        (UNTOLD, ("hubspot", "A"), False, True),
        (new(integration_id=None), ("stripe", "B"), False, True),
        (UNTOLD, ("stripe", "B"), False, False),
        (UNTOLD, ("stripe", "B"), True, True),
        (new(integration_id=None), ("hubspot", "A"), False, False),
        (new(integration_id=None), ("hubspot", "A"), True, True),
    ],
)
def test_of_two_that_wait_one_gets_what_can_only_be_its_own(
    connection: ConnectionInfo, other: tuple[str, str], used: bool, expected: bool
) -> None:
    """Where the other one could be meant, the link has to have been used."""
    listed = ["b2"] if used else ["b1", "b2"]
    context = session_with(*listed, waiting={("stripe", "A"): "pending-1", other: "pending-2"})
    assert (match(context, [connection], bridge_id="b1") is not None) is expected


def test_a_connection_without_a_link_is_no_rival() -> None:
    context = session_with("b1")
    assert context.pending_connections.reserve(ConnectionKey("stripe", "B"))
    assert match(context, [UNTOLD], bridge_id="b1") == UNTOLD


@pytest.mark.parametrize(
    ("connection", "listed", "bridge_id", "expected"),
    [
        (new(), ["b1"], "b1", True),
        (UNTOLD, ["b1"], "b1", False),
        (UNTOLD, ["b2"], "b1", True),
        (UNTOLD, [None], "b1", False),  # Weld cannot tell which links are used
        (UNTOLD, ["b2"], None, True),  # Weld never told
    ],
)
def test_a_connection_is_recognized_though_others_may_still_come(
    connection: ConnectionInfo, listed: list[str | None], bridge_id: str | None, expected: bool
) -> None:
    found = match(session_with(*listed), [connection], bridge_id=bridge_id, is_alone=False)
    assert (found is not None) is expected


def test_a_connection_that_another_resource_has_is_not_taken() -> None:
    context = session_with()
    context.ownership.note_created("urn:made", "x")
    context.pending_connections.match("pending-1", "y")
    context.ownership.note_checked("urn:held")
    context.ownership.note_compared("urn:held", "z", {}, is_replaced=False)
    assert match(context, [new("x"), new("y"), new("z")]) is None


@pytest.mark.parametrize(("listed", "expected"), [(["b1", "b2"], "b1"), (["b2"], None), ([None], None)])
def test_a_bridge_is_tracked_if_weld_lists_it(listed: list[str | None], expected: str | None) -> None:
    track = BridgeTracker(session_with(*listed))
    track.follow(ConnectionBridge(id="b1"))
    assert track.bridge_id == expected
