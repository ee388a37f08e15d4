"""How an authorization is recognized: new connections, connections that were authorized again, used bridges."""

from __future__ import annotations

from typing import cast

import pytest

from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.models import ConnectionBridge, ConnectionInfo
from weld_pulumi.config import Settings
from weld_pulumi.errors import ServerError
from weld_pulumi.provider.connection.bridge import BridgeTracker
from weld_pulumi.provider.connection.matching import NewConnectionMatcher, ReauthorizationDetector
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.pending_connections import ConnectionKey
from weld_pulumi.provider.core.reporter import Reporter


class Weld:
    """Lists bridges, or fails to, and connections."""

    def __init__(self, *listed: str | None) -> None:
        self.listed = listed
        self.connections: list[ConnectionInfo] = []

    def list_connections(self) -> list[ConnectionInfo]:
        return self.connections

    def list_bridges(self) -> list[ConnectionBridge]:
        if self.listed == (None,):
            raise ServerError(500)
        return [ConnectionBridge(id=id) for id in self.listed]


def context_with(*listed: str | None, waiting: dict[tuple[str, str], str] | None = None) -> ProviderContext:
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


NO_LABEL = new(label=None)
NO_FIELDS = new(label=None, integration_id=None)


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
        ([NO_LABEL], "x"),
        ([NO_FIELDS], "x"),
        ([new(integration_id=None)], "x"),
        ([NO_LABEL, new("y")], "y"),  # what Weld reports most of wins
        ([NO_LABEL, new("y", label="B")], "x"),
    ],
)
def test_the_only_one_that_waits_gets_the_only_new_connection(
    connections: list[ConnectionInfo], expected: str | None
) -> None:
    found = match(context_with(), connections, ("old",))
    assert (found and found.id) == expected


@pytest.mark.parametrize(
    ("connection", "other", "used", "expected"),
    [
        (new(), ("stripe", "B"), False, True),
        (new(), ("hubspot", "A"), False, True),
        (NO_LABEL, ("hubspot", "A"), False, True),
        (new(integration_id=None), ("stripe", "B"), False, True),
        (NO_LABEL, ("stripe", "B"), False, False),
        (NO_LABEL, ("stripe", "B"), True, True),
        (new(integration_id=None), ("hubspot", "A"), False, False),
        (new(integration_id=None), ("hubspot", "A"), True, True),
    ],
)
def test_of_two_that_wait_one_gets_what_can_only_be_its_own(
    connection: ConnectionInfo, other: tuple[str, str], used: bool, expected: bool
) -> None:
    """Where the other one could be meant, the link has to have been used."""
    listed = ["b2"] if used else ["b1", "b2"]
    context = context_with(*listed, waiting={("stripe", "A"): "pending-1", other: "pending-2"})
    assert (match(context, [connection], bridge_id="b1") is not None) is expected


def test_a_connection_without_a_link_is_no_rival() -> None:
    context = context_with("b1")
    assert context.pending_connections.reserve(ConnectionKey("stripe", "B"))
    assert match(context, [NO_LABEL], bridge_id="b1") == NO_LABEL


@pytest.mark.parametrize(
    ("connection", "listed", "bridge_id", "expected"),
    [
        (new(), ["b1"], "b1", True),
        (NO_LABEL, ["b1"], "b1", False),
        (NO_LABEL, ["b2"], "b1", True),
        (NO_LABEL, [None], "b1", False),  # Weld does not list bridges
        (NO_LABEL, ["b2"], None, True),  # Weld never listed the bridge
    ],
)
def test_a_connection_is_recognized_though_others_may_still_come(
    connection: ConnectionInfo, listed: list[str | None], bridge_id: str | None, expected: bool
) -> None:
    found = match(context_with(*listed), [connection], bridge_id=bridge_id, is_alone=False)
    assert (found is not None) is expected


def test_a_connection_that_another_resource_has_is_not_taken() -> None:
    context = context_with()
    context.ownership.note_created("urn:made", "x")
    context.pending_connections.match("pending-1", "y")
    context.ownership.note_checked("urn:held")
    context.ownership.note_compared("urn:held", "z", {}, is_replaced=False)
    assert match(context, [new("x"), new("y"), new("z")]) is None


@pytest.mark.parametrize(("listed", "expected"), [(["b1", "b2"], "b1"), (["b2"], None), ([None], None)])
def test_a_bridge_is_tracked_if_weld_lists_it(listed: list[str | None], expected: str | None) -> None:
    track = BridgeTracker(context_with(*listed))
    track.follow(ConnectionBridge(id="b1"))
    assert track.bridge_id == expected


# Authorized again --------------------------------------------------------------------------------------------------

BEFORE = ConnectionInfo(id="c1", label="Shop", updated_at="2026-11-01T00:00:00Z")


def again(
    now: ConnectionInfo | None, *listed: str, bridge_id: str | None = "b1"
) -> tuple[ReauthorizationDetector, Weld]:
    """A detector that has seen `BEFORE`, and a Weld that lists the connection as it is now."""
    weld = Weld(*listed)
    context = ProviderContext(Settings(), lambda _: cast(WeldClient, weld), Reporter(lambda _: None))
    weld.connections = [BEFORE]
    before = ReauthorizationDetector.signs(context, "c1")
    weld.connections = [now] if now else []
    return ReauthorizationDetector(context, "c1", "Shop (EU)", before, BridgeTracker(context, bridge_id)), weld


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, False),
        ({"updated_at": "2026-11-02T00:00:00Z"}, True),
        ({"updated_at": None}, False),
        ({"label": "Shop (EU)"}, True),
        ({"label": "Something else"}, False),
    ],
)
def test_a_connection_that_was_changed_or_renamed_was_authorized_again(
    change: dict[str, str | None], expected: bool
) -> None:
    detector, _ = again(BEFORE.model_copy(update=change), "b1")
    assert (detector.find() is not None) is expected


def test_a_connection_that_is_gone_was_not_authorized_again() -> None:
    detector, _ = again(None)
    assert detector.find() is None


def test_a_used_bridge_counts_once_the_browser_has_had_time_to_report_a_refusal() -> None:
    detector, weld = again(BEFORE, "b1")
    assert detector.find() is None
    weld.listed = ()
    assert detector.find() is None
    assert detector.find() == BEFORE


def test_a_used_bridge_counts_at_once_where_no_browser_comes_back() -> None:
    assert again(BEFORE)[0].find(in_browser=False) == BEFORE
    assert again(BEFORE, "b1")[0].find(in_browser=False) is None
    assert again(BEFORE, bridge_id=None)[0].find(in_browser=False) is None
