"""Changes made in Weld's own pages: a preview after a refresh shows exactly them, and `up` puts them back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

STREAMS = [
    {"name": "charges", "incremental_pointer_id": "created", "hashed_columns": ["email"]},
    {"name": "invoices", "excluded_substreams": ["invoice_discounts"]},
]
#: Name of a sync: what it says, and what somebody makes of it.
SYNCS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sync_interval": ({}, {"sync_interval": "59 23 * * *"}),
    "enabled": ({}, {"enabled": False}),
    "orchestration_workflow_id": ({}, {"orchestration_workflow_id": "Rr7vK2pQx0LmTd"}),
    "elt_settings": (
        {"elt_settings": {"account": "a", "deep": {"x": 1, "y": 2}}},
        {"elt_settings": {"account": "a", "deep": {"x": 1, "y": 3, "beyond": 1}, "beyond": 2}},
    ),
}
#: Name of a flag or list of a stream, and what somebody makes of it.
FLAGS: dict[str, Any] = {
    "full_sync_always": True,
    "full_sync_at_midnight": True,
    "protected_from_full_sync": True,
    "enabled_history_table": True,
    "incremental_pointer_id": "other",
    "excluded_substreams": ["invoice_line_items"],
}


@pytest.mark.long
def test_each_field_of_a_sync_changed_in_weld_is_shown_and_put_back(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    inline = ("flag", "added", "removed", "unmanaged")
    lines = [elt_sync(name, stripe, **said) for name, (said, _) in SYNCS.items()]
    lines += [elt_sync(name, stripe, source_streams=STREAMS) for name in inline]
    stacked = stack(program(*lines))
    stacked.up()
    before = _syncs(weld)
    ids = {name: sync_into(weld, f"weld_{name}")["id"] for name in (*SYNCS, *inline)}
    streams = {name: streams_of(weld, ids[name]) for name in inline}
    for name, (_, made) in SYNCS.items():
        weld.patch_sync(ids[name], **made)
    weld.patch_stream(streams["flag"]["charges"]["id"], full_sync_at_midnight=True)
    weld.create_stream(ids["added"], "refunds")
    weld.delete_stream(streams["removed"]["invoices"]["id"])
    weld.patch_stream(streams["unmanaged"]["invoices"]["id"], incremental_pointer_id="theirs")
    weld.patch_sync(ids["unmanaged"], elt_settings={"account": "theirs"}, start_date="2020-05-05")

    preview = stacked.preview(refresh=True)
    shown = {name: set(preview.step(name).detailed_diff) for name in preview.changed}
    assert shown == {
        "sync_interval": {"sync_interval"},
        "enabled": {"enabled"},
        "orchestration_workflow_id": {"orchestration_workflow_id"},
        "elt_settings": {"elt_settings.deep.y"},
        "flag": {"source_streams[0].full_sync_at_midnight"},
        "added": {"source_streams[2]"},
        "removed": {"source_streams[1].exclude"},  # it keeps its place, and what the program says of it
    }

    stacked.up(refresh=True)
    after = _syncs(weld)
    assert after["weld_elt_settings"].pop("elt_settings") == {
        "account": "a",
        "deep": {"x": 1, "y": 2, "beyond": 1},
        "beyond": 2,
    }
    before["weld_elt_settings"].pop("elt_settings")
    assert after["weld_unmanaged"]["elt_settings"] == {"account": "theirs"}
    for name in ("elt_settings", "start_date"):
        before["weld_unmanaged"][name] = after["weld_unmanaged"][name]
    assert after == before
    assert not streams_of(weld, ids["flag"])["charges"]["full_sync_at_midnight"]
    assert sorted(streams_of(weld, ids["added"])) == ["charges", "invoices"]
    again = streams_of(weld, ids["removed"])["invoices"]
    assert again["excluded_substreams"] == ["invoice_discounts"]
    assert streams_of(weld, ids["unmanaged"])["invoices"]["incremental_pointer_id"] == "theirs"

    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []


@pytest.mark.long
def test_each_field_of_a_separate_stream_changed_in_weld_is_shown_and_put_back(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    names = [f"s_{flag}" for flag in FLAGS]
    lines = [elt_sync(name, stripe) for name in names]
    for flag in FLAGS:
        said = {"incremental_pointer_id": "created"} if flag == "incremental_pointer_id" else {}
        lines.append(source_stream(flag, f"s_{flag}.id", name="invoices", excluded_columns=["card"], **said))
    stacked = stack(program(*lines))
    stacked.up()
    made = {flag: streams_of(weld, sync_into(weld, f"weld_s_{flag}")["id"])["invoices"] for flag in FLAGS}
    for flag, value in FLAGS.items():
        weld.patch_stream(made[flag]["id"], **{flag: value})

    preview = stacked.preview(refresh=True)
    assert {
        name: {re.split(r"\[", path)[0] for path in preview.step(name).detailed_diff} for name in preview.changed
    } == {flag: {flag} for flag in FLAGS}
    stacked.up(refresh=True)
    for flag in FLAGS:
        now = streams_of(weld, sync_into(weld, f"weld_s_{flag}")["id"])["invoices"]
        assert (now["id"], now[flag] or None) == (made[flag]["id"], made[flag][flag] or None)
        assert now["excluded_columns"] == ["card"]


def _syncs(weld: Simulator) -> dict[str, dict[str, Any]]:
    told = ("sync_interval", "enabled", "orchestration_workflow_id", "elt_settings", "start_date")
    return {sync["destination_schema_name"]: {name: sync[name] for name in told} for sync in weld.state()["syncs"]}
