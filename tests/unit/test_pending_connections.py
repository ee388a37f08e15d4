"""Who waits for a person in one process, and the ids of what does not exist at Weld yet."""

from __future__ import annotations

import doctest
import re

import pytest

from weld_pulumi.provider.core import pending_connections
from weld_pulumi.provider.core.pending_connections import ConnectionKey, PendingConnections, PendingId, is_pending

SHOP, CRM = ConnectionKey("stripe", "Shop"), ConnectionKey("hubspot", "CRM")


# The id ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Shop", "Shop (EU)", "a/b-c", "Größe", "100%", ""])
def test_a_pending_id_is_read_back_with_the_name_that_it_was_made_with(name: str) -> None:
    id = str(PendingId.new(name))
    assert re.fullmatch(r"pending-[0-9a-f]{8}-[\w.~%-]*", id, re.ASCII)
    assert is_pending(id)
    parsed = PendingId.parse(id)
    assert parsed is not None
    assert (parsed.name, str(parsed)) == (name, id)


def test_two_resources_with_one_name_get_different_pending_ids() -> None:
    assert PendingId.new("Shop") != PendingId.new("Shop")


@pytest.mark.parametrize("id", ["conn_1", "", "Pending-1-x", None, 5, ["pending-1-x"]])
def test_no_other_value_is_taken_for_a_pending_id(id: object) -> None:
    assert not is_pending(id)
    assert PendingId.parse(id) is None


@pytest.mark.parametrize(("id", "name"), [("pending-", ""), ("pending-0badcafe", ""), ("pending-0badcafe-", "")])
def test_an_id_without_a_name_is_a_pending_one_too(id: str, name: str) -> None:
    parsed = PendingId.parse(id)
    assert parsed is not None
    assert parsed.name == name


def test_the_example_of_the_pending_id_runs() -> None:
    assert doctest.testmod(pending_connections).failed == 0


# Who waits ---------------------------------------------------------------------------------------------------------


def test_a_program_cannot_reserve_the_same_key_twice() -> None:
    waiting = PendingConnections()
    assert waiting.reserve(SHOP)
    assert not waiting.reserve(SHOP)
    assert waiting.reserve(CRM)


def test_the_resource_that_is_created_takes_the_reserved_key() -> None:
    waiting = PendingConnections()
    waiting.reserve(SHOP)
    assert waiting.rivals(CRM) == []  # without a link nobody can authorize it
    assert waiting.add(SHOP, "pending-1")
    assert waiting.rivals(CRM) == [SHOP]
    assert waiting.rivals(SHOP) == []
    assert not waiting.add(SHOP, "pending-2")
    assert not waiting.reserve(SHOP)


def test_of_two_resources_that_an_earlier_run_left_waiting_for_the_same_one_is_refused() -> None:
    waiting = PendingConnections()
    assert waiting.restore("pending-1", SHOP)
    assert waiting.restore("pending-1", SHOP)  # a refresh reads it, then the preview compares it
    assert not waiting.restore("pending-2", SHOP)


def test_a_new_label_that_another_resource_waits_for_is_refused() -> None:
    waiting = PendingConnections()
    assert waiting.restore("pending-1", SHOP)
    assert not waiting.restore("pending-2", CRM, SHOP)
    assert waiting.rivals(ConnectionKey("mysql", "Shop")) == [SHOP, CRM]


def test_a_resource_that_no_longer_waits_leaves_its_keys_to_others() -> None:
    waiting = PendingConnections()
    waiting.restore("pending-1", SHOP, CRM)
    waiting.remove("pending-1")
    assert waiting.reserve(SHOP)
    assert waiting.add(CRM, "pending-2")


@pytest.mark.parametrize("connection_id", ["c1", None])
def test_a_create_that_ends_frees_its_key(connection_id: str | None) -> None:
    waiting = PendingConnections()
    waiting.add(SHOP, "pending-1")
    waiting.finish(SHOP, connection_id)
    assert waiting.rivals(CRM) == []
    assert waiting.matched() == ({connection_id} if connection_id else set())
    assert waiting.reserve(SHOP)


# Who has been authorized -------------------------------------------------------------------------------------------


def test_a_connection_that_is_authorized_meanwhile_is_left_for_the_create_that_replaces_the_resource() -> None:
    waiting = PendingConnections()
    waiting.restore("pending-1", SHOP)
    waiting.match("pending-1", "c1", SHOP)
    assert waiting.reserve(SHOP)  # the engine checks the replacement
    assert waiting.take_authorized(SHOP) == "c1"
    assert waiting.take_authorized(SHOP) is None
    assert waiting.reserve(SHOP)
    assert waiting.matched() == {"c1", "pending-1"}


def test_a_refresh_changes_the_id_in_place_and_leaves_nothing_to_create() -> None:
    waiting = PendingConnections()
    waiting.restore("pending-1", SHOP)
    waiting.match("pending-1", "c1")
    assert waiting.take_authorized(SHOP) is None
    assert waiting.matched() == {"c1", "pending-1"}


# What messages need ------------------------------------------------------------------------------------------------


def test_a_message_names_the_label_of_the_program() -> None:
    waiting = PendingConnections()
    waiting.add(SHOP, "pending-1-")  # the label is secret, so the id does not have it
    assert waiting.label_of("pending-1-") == "Shop"
    waiting.rename("pending-1-", "Store")
    assert waiting.label_of("pending-1-") == "Store"


@pytest.mark.parametrize(
    ("id", "label"), [("pending-0badcafe-Shop%20%28EU%29", "Shop (EU)"), ("pending-1-", "pending-1-")]
)
def test_a_message_names_a_connection_of_another_process_by_its_id(id: str, label: str) -> None:
    assert PendingConnections().label_of(id) == label


def test_that_a_connection_waits_is_reported_once() -> None:
    waiting = PendingConnections()
    assert not waiting.is_reported("pending-1")
    waiting.note_reported("pending-1")
    assert waiting.is_reported("pending-1")
