"""Which resource manages an object, by what the engine requests in one run and by the stack's state."""

from __future__ import annotations

import json
import subprocess

import pytest

from weld_pulumi.provider.core.ownership import Entry, OwnershipRegistry
from weld_pulumi.provider.stack_state import StackState

OLD, NEW, THIRD = (
    f"urn:pulumi:dev::shop::pulumi-python:dynamic/weld:EltSync::{name}" for name in ("old", "new", "3rd")
)


def registry(*entries: Entry) -> OwnershipRegistry:
    """The registry of a program with all three resources."""
    owners = OwnershipRegistry(lambda _: entries)
    for urn in (OLD, NEW, THIRD):
        owners.note_checked(urn)
    return owners


def test_the_last_resource_that_manages_an_object_deletes_it() -> None:
    owners = registry(Entry(OLD, "x", {}), Entry(NEW, "x", {}), Entry(THIRD, "y", {}))
    assert owners.release(NEW, "x") == OLD
    assert owners.release(OLD, "x") is None
    assert owners.release(THIRD, "y") is None


def test_both_halves_of_a_replacement_that_adopted_its_own_object_are_counted() -> None:
    owners = registry(Entry(OLD, "x", {}), Entry(OLD, "x", {}))
    assert owners.release(OLD, "x") == OLD
    assert owners.release(OLD, "x") is None


def test_the_old_half_of_a_replacement_is_deleted() -> None:
    owners = registry(Entry(OLD, "x", {}))
    owners.note_compared(OLD, "x", {}, is_replaced=True)
    owners.note_created(OLD, "y")
    assert owners.release(OLD, "x") is None


def test_an_object_of_the_program_is_kept_where_the_state_cannot_be_read() -> None:
    owners = OwnershipRegistry()
    owners.note_checked(NEW)
    owners.note_compared(NEW, "x", {}, is_replaced=False)
    owners.note_created(NEW, "y")
    assert owners.release(OLD, "x") == NEW
    assert owners.release(OLD, "y") == NEW
    assert owners.release(OLD, "z") is None


def test_a_refresh_does_not_count_as_the_program() -> None:
    owners = OwnershipRegistry(lambda _: [Entry(OLD, "x", {})])
    assert owners.note_compared(OLD, "x", {}, is_replaced=False) is None
    assert owners.note_compared(NEW, "x", {}, is_replaced=False) is None
    assert owners.release(OLD, "x") is None


def test_a_sync_manages_its_inline_streams() -> None:
    owners = registry(Entry(OLD, "sync", {"stream_ids": {"charges": "s1"}}), Entry(NEW, "s1", {}))
    assert owners.release(NEW, "s1") == OLD


@pytest.mark.parametrize("first", [OLD, NEW])
def test_two_resources_of_a_program_cannot_have_the_same_object_whoever_comes_first(first: str) -> None:
    owners = registry()
    if first == OLD:
        assert owners.note_compared(OLD, "x", {}, is_replaced=False) is None
        assert owners.reserve(NEW, "x") == OLD
    else:
        assert owners.reserve(NEW, "x") is None
        assert owners.note_compared(OLD, "x", {}, is_replaced=False) == NEW


def test_an_object_passes_from_one_that_is_replaced_to_another() -> None:
    owners = registry()
    assert owners.reserve(NEW, "x") is None
    assert owners.note_compared(OLD, "x", {}, is_replaced=True) is None
    owners.note_created(NEW, "x")
    assert owners.release(OLD, "x") == NEW


def exported(*resources: dict[str, object]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def test_the_state_holds_what_the_stack_manages_and_the_old_halves_of_replacements() -> None:
    kind = "pulumi-python:dynamic/weld:EltSync"
    asked: list[str] = []

    def export(stack: str) -> str:
        asked.append(stack)
        return exported(
            {"urn": OLD, "type": kind, "id": "x", "outputs": {"status": "RUNNING"}, "delete": True},
            {"urn": NEW, "type": kind, "id": "x", "external": True},
            {"urn": THIRD, "type": "pulumi:pulumi:Stack"},
        )

    said: list[str] = []
    state = StackState(said.append, export)
    assert state(OLD) == [Entry(OLD, "x", {"status": "RUNNING"})]
    assert state(NEW) is state(OLD)
    assert (asked, said) == (["dev"], [])


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", exported({"type": "pulumi-python:dynamic/weld:EltSync", "id": "x"})]
)
def test_a_state_that_cannot_be_read_is_a_warning_once(text: str) -> None:
    said: list[str] = []

    def export(stack: str) -> str:
        if not text:
            raise subprocess.TimeoutExpired("pulumi", 60)
        return text

    state = StackState(said.append, export)
    assert state(OLD) is None
    assert state(OLD) is None
    assert len(said) == 1
    assert "`pulumi stack export`" in said[0]


def test_a_resource_whose_urn_is_unknown_asks_for_no_state() -> None:
    def export(stack: str) -> str:
        raise AssertionError(stack)

    assert StackState(print, export)("EltSync x") is None
