"""What an EltSync leaves for the SourceStreams that come after it."""

from __future__ import annotations

from weld_pulumi.provider.core.sync_plans import SyncPlans
from weld_pulumi.schema.values import UNKNOWN


def test_a_sync_of_another_program_has_no_plan() -> None:
    plans = SyncPlans()
    assert plans.inline_streams("theirs") is None
    assert not plans.wants_enabled("theirs")
    assert not plans.is_enabled("theirs")
    assert plans.triggers("theirs") == {}


def test_streams_that_a_sync_lists_are_inline_and_a_sync_without_a_list_has_none() -> None:
    plans = SyncPlans()
    plans.plan("one", True, [{"name": "charges"}, {"name": "customers"}])
    plans.plan("two", True, None)
    plans.plan("three", True, [])
    assert plans.inline_streams("one") == frozenset(("charges", "customers"))
    assert plans.inline_streams("two") is None
    assert plans.inline_streams("three") == frozenset()


def test_what_is_unknown_in_a_preview_is_not_planned() -> None:
    plans = SyncPlans()
    plans.plan("one", UNKNOWN, [{"name": UNKNOWN}, UNKNOWN, {"name": "charges"}])
    assert not plans.wants_enabled("one")
    assert plans.inline_streams("one") == frozenset(("charges",))


def test_the_order_of_plan_and_triggers_does_not_matter() -> None:
    before, after = SyncPlans(), SyncPlans()
    before.leave_triggers("one", {"run_triggers": [1]})
    before.plan("one", True, None)
    after.plan("one", True, None)
    after.leave_triggers("one", {"run_triggers": [1]})
    assert before.triggers("one") == after.triggers("one") == {"run_triggers": [1]}


def test_a_sync_that_is_removed_again_leaves_no_plan_and_no_triggers() -> None:
    plans = SyncPlans()
    plans.plan("one", True, [{"name": "charges"}])
    plans.leave_triggers("one", {"run_triggers": [1]})
    plans.drop("one")
    assert plans.inline_streams("one") is None
    assert plans.triggers("one") == {}


def test_a_sync_that_is_enabled_once_stays_so_whatever_is_planned() -> None:
    plans = SyncPlans()
    plans.note_enabled("one")
    plans.plan("one", False, None)
    assert plans.is_enabled("one")
    assert not plans.wants_enabled("one")
