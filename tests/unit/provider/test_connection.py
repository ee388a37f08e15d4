"""Each arrow of the drawing in docs/guides/authorize.md: how a connection gets from one status to the next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import RefusedError, Res, Stack
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)


def connection(name: str = "shop", /, **props: Any) -> Res:
    """A connection for which `up` does not wait."""
    given = {"integration_id": "stripe", "label": "Shop", "authorization_timeout": 0, **props}
    return Res("Connection", name, given)


def status(stack: Stack, name: str = "shop") -> tuple[str, bool]:
    """Status, and whether the id is that of a pending connection."""
    held = stack.state[name]
    has_link = bool(held.outs.get("authorize_url"))
    assert has_link is (held.outs["status"] == "PENDING")
    return str(held.outs["status"]), held.id.startswith("pending-")


@pytest.fixture
def pending(stack: Stack) -> Stack:
    """A stack whose connection waits for a person."""
    assert stack.up([connection()]) == {"shop": "create"}
    assert status(stack) == ("PENDING", True)
    return stack


def test_up_replaces_a_pending_connection_that_a_person_has_authorized(weld: Simulator, pending: Stack) -> None:
    id = weld.authorize()
    assert pending.preview([connection()]) == {"shop": "replace"}
    assert pending.up([connection()]) == {"shop": "replace"}
    assert (pending.state["shop"].id, status(pending)) == (id, ("AUTHORIZED", False))
    assert pending.up([connection()]) == {}
    assert id in [each["id"] for each in weld.state()["connections"]]  # deleting the pending half deletes nothing


def test_refresh_changes_the_id_of_a_pending_connection_in_place(weld: Simulator, pending: Stack) -> None:
    id = weld.authorize()
    assert pending.refresh() == {"shop": "update"}
    assert (pending.state["shop"].id, status(pending)) == (id, ("AUTHORIZED", False))
    assert pending.up([connection()]) == {}


def test_up_leaves_a_pending_connection_whose_link_is_good_as_it_is(pending: Stack) -> None:
    before = pending.state["shop"]
    assert pending.up([connection()]) == {}
    assert pending.state["shop"] == before


@pytest.mark.parametrize("how", ["expired", "refused"])
def test_up_opens_a_fresh_link_if_the_old_one_is_of_no_use(weld: Simulator, pending: Stack, how: str) -> None:
    id, link = pending.state["shop"].id, pending.state["shop"].outs["authorize_url"]
    if how == "expired":
        weld.advance(25 * 3600)
    else:
        weld.refuse()
    assert pending.up([connection()]) == {"shop": "update"}
    assert (pending.state["shop"].id, status(pending)) == (id, ("PENDING", True))
    assert pending.state["shop"].outs["authorize_url"] != link


def test_adopt_replaces_a_pending_connection(weld: Simulator, pending: Stack) -> None:
    theirs = weld.create_connection("stripe", "Theirs")["id"]
    assert pending.up([connection(adopt=theirs)]) == {"shop": "replace"}
    assert (pending.state["shop"].id, status(pending)) == (theirs, ("AUTHORIZED", False))


@pytest.mark.parametrize("how", ["up", "refresh"])
def test_a_connection_that_is_authorized_again_keeps_its_id(weld: Simulator, stack: Stack, how: str) -> None:
    id = weld.create_connection("stripe", "Shop")["id"]
    stack.up([connection(adopt=True)])
    again = connection(adopt=True, reauthorize_triggers=[1])
    assert stack.up([again]) == {"shop": "update"}
    assert (stack.state["shop"].id, status(stack)) == (id, ("PENDING", False))
    weld.authorize()
    if how == "up":
        assert stack.up([again]) == {"shop": "update"}
    else:
        stack.refresh()
    assert (stack.state["shop"].id, status(stack)) == (id, ("AUTHORIZED", False))
    assert stack.up([again]) == {}


def test_a_connection_that_another_resource_adopts_does_not_let_two_wait_for_the_same(
    weld: Simulator, stack: Stack
) -> None:
    theirs = weld.create_connection("stripe", "Shop")["id"]
    stack.up([connection()])
    program = [connection(), connection("adopted", adopt=theirs), connection("third")]
    with pytest.raises(RefusedError, match="two Connection resources"):
        stack.up(program, preview_first=False)
    assert "third" not in stack.state
