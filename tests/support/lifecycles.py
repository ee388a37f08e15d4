"""The whole life cycle of a stack, and what must be true in Weld after each step under every API variant."""

from __future__ import annotations

from typing import Any

from tests.support.at_weld import streams_of, sync_into
from tests.support.fake_engine import Ref, Res, Stack
from weld_pulumi.simulator import Simulator

SETTINGS = {"account": "acct_1"}


def two_syncs(**changes: Any) -> list[Res]:
    """Return a connection, a sync with inline streams (with `changes`), and a sync with separate streams."""
    inline = {
        "connection_id": Ref("stripe"),
        "destination_schema_name": "weld_Inline",
        "sync_interval": "0 */6 * * *",
        "elt_settings": SETTINGS,
        "source_streams": [
            {"name": "charges", "incremental_pointer_id": "created", "hashed_columns": ["email"]},
            {"name": "customers", "full_sync_at_midnight": True},
            {"name": "refunds"},
        ],
        **changes,
    }
    separate = {
        "connection_id": Ref("stripe"),
        "destination_schema_name": "weld_separate",
        "sync_interval": "0 3 * * *",
    }
    return [
        Res("Connection", "stripe", {"integration_id": "stripe", "label": "Stripe", "authorization_timeout": 5}),
        Res("EltSync", "inline", {name: value for name, value in inline.items() if value is not None}),
        Res("EltSync", "separate", separate),
        Res("SourceStream", "invoices", {"elt_sync_id": Ref("separate"), "name": "invoices"}),
        Res(
            "SourceStream",
            "disputes",
            {"elt_sync_id": Ref("separate"), "name": "disputes", "excluded_columns": ["evidence"]},
        ),
    ]


def assert_wished(weld: Simulator, resources: list[Res]) -> None:
    """Check that Weld has exactly the objects of the program, and those that existed before."""
    state = weld.state()
    own = [c for c in state["connections"] if c["label"] == "Stripe"]
    assert len(own) == 1, f"{len(own)} connections"
    wanted = {r.props["destination_schema_name"]: r for r in resources if r.kind == "EltSync"}
    assert sorted(s["destination_schema_name"] for s in state["syncs"]) == sorted(wanted)
    for schema, res in wanted.items():
        sync = sync_into(weld, schema)
        assert bool(sync["enabled"]) is res.props.get("enabled", True), f"{schema} enabled"
        assert sync["source_connection_id"] == own[0]["id"]
        if not res.props.get("orchestration_workflow_id"):
            assert sync["sync_interval"] == res.props["sync_interval"]
        for key, value in (res.props.get("elt_settings") or {}).items():
            assert sync["elt_settings"][key] == value
        declared = res.props.get("source_streams")
        if declared is None:
            declared = [
                r.props for r in resources if r.kind == "SourceStream" and r.props["elt_sync_id"] == Ref(res.name)
            ]
        assert_streams(streams_of(weld, sync["id"]), declared)


def assert_streams(live: dict[str, dict[str, Any]], declared: list[dict[str, Any]]) -> None:
    """Check that the streams are those declared, with these flags and the defaults."""
    assert sorted(live) == sorted(entry["name"] for entry in declared)
    for entry in declared:
        stream = live[entry["name"]]
        for flag in ("full_sync_always", "full_sync_at_midnight", "protected_from_full_sync", "enabled_history_table"):
            assert bool(stream[flag]) is entry.get(flag, False), f"{entry['name']}.{flag}"
        for names in ("excluded_columns", "hashed_columns", "excluded_substreams"):
            assert sorted(stream[names] or []) == sorted(entry.get(names, [])), f"{entry['name']}.{names}"
        if entry.get("incremental_pointer_id"):
            assert stream["incremental_pointer_id"] == entry["incremental_pointer_id"]


def settle(stack: Stack, resources: list[Res]) -> None:
    """Check after an `up` that Weld has the desired state, and that a second `up` and a refresh find no change."""
    assert_wished(stack.weld, resources)
    stack.weld.clear_requests()
    assert stack.up(resources) == {}
    assert [f"{r.method} {r.path}" for r in stack.weld.requests()] == []
    stack.weld.advance(30)
    assert stack.refresh() == {}
    assert stack.up(resources) == {}
    assert stack.weld.writes() == []


def live_through(weld: Simulator) -> None:
    """Create, drift, update, replace, lose, adopt, destroy."""
    stack = Stack(weld)
    # Older than the delay of lists: an object that is listed late would otherwise count as new.
    weld.advance(30)
    before = weld.state()
    first = two_syncs()
    assert set(stack.up(first).values()) == {"create"}
    settle(stack, first)
    _drift(stack, first)
    second = two_syncs(
        sync_interval="30 2 * * 1-5",
        elt_settings={**SETTINGS, "include_test_data": True},
        source_streams=[
            {"name": "charges", "hashed_columns": ["card"], "full_sync_always": True},
            {"name": "refunds", "enabled_history_table": True},
            {"name": "subscriptions"},
        ],
    )
    assert stack.up(second) == {"inline": "update"}
    settle(stack, second)
    off = two_syncs(**{**second[1].props, "connection_id": Ref("stripe"), "enabled": False})
    assert stack.up(off) == {"inline": "update"}
    settle(stack, off)
    moved = two_syncs(**{**second[1].props, "connection_id": Ref("stripe"), "destination_schema_name": "weld_moved"})
    assert stack.up(moved) == {"inline": "replace"}
    settle(stack, moved)
    _lose(stack, moved)
    _adopt(weld, stack, moved)
    stack.destroy()
    after = weld.state()
    for table in ("connections", "syncs", "streams", "orchestrations"):
        assert [row["id"] for row in after[table]] == [row["id"] for row in before[table]], f"left over: {table}"


def _drift(stack: Stack, resources: list[Res]) -> None:
    weld = stack.weld
    sync = sync_into(weld, "weld_Inline")
    if weld.readings["optional_fields"] == "reported":
        weld.patch_sync(sync["id"], sync_interval="15 1 * * *")
    weld.patch_stream(streams_of(weld, sync["id"])["refunds"]["id"], full_sync_always=True)
    weld.create_stream(sync["id"], "payouts")
    separate = sync_into(weld, "weld_separate")
    weld.patch_sync(separate["id"], enabled=False)
    weld.patch_stream(streams_of(weld, separate["id"])["invoices"]["id"], enabled_history_table=True)
    weld.advance(10)
    assert stack.refresh() == {"inline": "update", "separate": "update", "invoices": "update"}
    assert stack.up(resources) == {"inline": "update", "separate": "update", "invoices": "update"}
    settle(stack, resources)


def _lose(stack: Stack, resources: list[Res]) -> None:
    weld = stack.weld
    separate = sync_into(weld, "weld_separate")
    weld.delete_stream(streams_of(weld, separate["id"])["invoices"]["id"])
    weld.delete_sync(sync_into(weld, "weld_moved")["id"])
    weld.advance(10)
    assert stack.refresh() == {"inline": "delete", "invoices": "delete"}
    assert stack.up(resources) == {"inline": "create", "invoices": "create"}
    settle(stack, resources)


def _adopt(weld: Simulator, stack: Stack, resources: list[Res]) -> None:
    """Adopt a sync that was created in Weld's pages; what it has beyond the program is removed only after a preview."""
    connection_id = stack.state["stripe"].id
    made = weld.create_sync(
        connection_id, destination_schema_name="weld_pages", sync_interval="0 5 * * *", streams=["charges", "payouts"]
    )
    weld.advance(10)
    props = {
        "connection_id": Ref("stripe"),
        "destination_schema_name": "weld_pages",
        "sync_interval": "0 4 * * *",
        "source_streams": [{"name": "charges"}, {"name": "customers"}],
        "adopt": made["id"],
    }
    adopting = [*resources, Res("EltSync", "pages", props)]
    assert stack.up(adopting) == {"pages": "create"}
    assert stack.state["pages"].id == made["id"]
    assert sorted(streams_of(weld, made["id"])) == ["charges", "customers", "payouts"]
    assert stack.preview(adopting) == {"pages": "update"}
    assert stack.up(adopting) == {"pages": "update"}
    settle(stack, adopting)
