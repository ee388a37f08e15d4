"""What a preview reports of the size of a change, in Weld's own figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.fake_engine import Ref, Res, Stack
from tests.support.wording import saying, says
from weld_pulumi.simulator import Simulator

NAMES = ("charges", "customers", "refunds")


@pytest.fixture
def weld(weld: Simulator) -> Simulator:
    weld.create_connection("stripe", "Shop")
    return weld


def shop(weld: Simulator, *entries: Any, name: str = "shop", **props: Any) -> Res:
    """A sync of the shop, by default with three streams."""
    connection = next(c["id"] for c in weld.state()["connections"] if c["label"] == "Shop")
    given = {"connection_id": connection, "destination_schema_name": "raw", "sync_interval": "0 */6 * * *"}
    streams: dict[str, Any] = {"source_streams": list(entries or NAMES)}
    return Res("EltSync", name, {**given, **streams, **props})


def ran(weld: Simulator, schema: str = "raw", **rows: int) -> str:
    """Let the first run of each stream of a sync end with these rows in 11,400 seconds, at 128 bytes a row."""
    id = str(sync_into(weld, schema)["id"])
    named = {stream["id"]: name for name, stream in streams_of(weld, id).items()}
    for run in weld.state()["runs"]:
        if named.get(run["elt_stream_id"]) in rows:
            weld.patch_run(run["id"], rows_total=rows[named[run["elt_stream_id"]]], seconds=11_400)
    weld.advance(20_000)
    return id


def impact(stack: Stack, *program: Res) -> list[str]:
    """The lines of a preview about what is copied."""
    stack.lines.clear()
    stack.preview(list(program))
    parts = ("copies", "drops", "a day before")
    return [line for line in stack.lines if any(part in line for part in parts) and "replacing" not in line]


# What is copied again ----------------------------------------------------------------------------------------------

AGAIN: dict[str, Callable[[Simulator], Res]] = {
    "replacement": lambda weld: shop(weld, destination_schema_name="other"),
    "a trigger of the sync": lambda weld: shop(weld, full_refresh_triggers=["1"]),
    "triggers of streams": lambda weld: shop(weld, *({"name": n, "full_refresh_triggers": ["1"]} for n in NAMES)),
    "history tables": lambda weld: shop(weld, *({"name": n, "enabled_history_table": True} for n in NAMES)),
}


@pytest.mark.parametrize("change", AGAIN)
def test_what_is_copied_again_is_named_with_its_rows_largest_first(weld: Simulator, stack: Stack, change: str) -> None:
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    (line,) = impact(stack, AGAIN[change](weld))
    copied = 10_448_040 * 128 / 1e9
    assert says(line, "Weld: sync 'shop' copies again: charges 10.1 M rows, customers 340 k, refunds 8,040 ")
    assert says(line, f"(last full run 3 h 10 min, {copied:.1f} GB)")


def test_only_the_streams_that_a_change_concerns_are_named(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    (line,) = impact(stack, shop(weld, {"name": "customers", "enabled_history_table": True}, "charges", "refunds"))
    assert says(line, "copies again: customers 340 k rows (")
    assert "charges" not in line


def test_copying_in_every_run_or_every_night_is_told_apart(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    always, night = {"name": "charges", "full_sync_always": True}, {"name": "refunds", "full_sync_at_midnight": True}
    every_run, every_night = impact(stack, shop(weld, always, "customers", night))
    assert says(every_run, "sync 'shop' copies again in every run (4 a day): charges 10.1 M rows")
    assert says(every_night, "sync 'shop' copies again every night: refunds 8,040 rows")


def test_a_new_stream_is_copied_for_the_first_time_and_nothing_is_asked(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    ran(weld)
    weld.clear_requests()
    (line,) = impact(stack, shop(weld, *NAMES, "plans", "payouts"))
    assert says(line, "sync 'shop' copies for the first time: payouts, plans", "no size before the first run")
    assert saying(short(weld.requests()), "/status") == []


def test_a_stream_that_somebody_deleted_is_copied_again(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    id = ran(weld)
    weld.delete_stream(streams_of(weld, id)["refunds"]["id"])
    stack.refresh()
    (line,) = impact(stack, shop(weld))
    assert says(line, "sync 'shop' copies again: refunds (rows unknown: ")


def test_a_sync_with_many_streams_shows_the_largest_and_counts_the_others(weld: Simulator, stack: Stack) -> None:
    names = [f"t{number:02}" for number in range(14)]
    for name in names:
        weld.set_catalogue_stream("stripe", name)
    stack.up([shop(weld, *names)])
    ran(weld, "raw", **{name: 1000 * int(name[1:]) for name in names})
    (line,) = impact(stack, shop(weld, *names, full_refresh_triggers=["1"]))
    assert says(line, "copies again: t13 13,000 rows, t12 12,000, ", "t04 4,000 and 4 more (last full run")


def test_triggers_of_a_sync_with_separate_streams_name_what_weld_has(weld: Simulator, stack: Stack) -> None:
    separate = [Res("SourceStream", name, {"elt_sync_id": Ref("shop"), "name": name}) for name in NAMES]
    stack.up([shop(weld, source_streams=None), *separate])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    again = shop(weld, source_streams=None, full_refresh_triggers=["1"])
    (line,) = impact(stack, again, *separate)
    assert says(line, "sync 'shop' copies again: charges 10.1 M rows, customers 340 k, refunds 8,040 (")
    moved = shop(weld, source_streams=None, destination_schema_name="other")
    (line,) = impact(stack, moved, *separate)
    assert says(line, "sync 'shop' copies again: charges 10.1 M rows, customers 340 k, refunds 8,040 (")


def test_streams_that_are_not_known_yet_name_what_weld_has(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    late = shop(weld, name="late", destination_schema_name="late")
    for unknown in (Ref("late"), [Ref("late"), "charges"], [{"name": Ref("late")}, "charges"]):
        lines = impact(stack, late, shop(weld, source_streams=unknown, full_refresh_triggers=["1"]))
        assert says("\n".join(lines), "sync 'shop' copies again: charges 10.1 M rows")
    assert impact(stack, late, shop(weld, source_streams=[], full_refresh_triggers=["1"])) == []


# What is unknown ---------------------------------------------------------------------------------------------------


def test_rows_are_unknown_after_an_incremental_run_and_the_largest_run_of_a_single_stream_is_named(
    weld: Simulator, stack: Stack
) -> None:
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    stack.up([shop(weld, run_triggers=["1"])])
    weld.advance(60)
    weld.clear_requests()
    (all_three,) = impact(stack, shop(weld, run_triggers=["1"], full_refresh_triggers=["1"]))
    assert says(all_three, "copies again: charges, customers, refunds (rows unknown: Weld reports no full run)")
    assert len(weld.requests()) == 1
    weld.clear_requests()
    one = {"name": "customers", "enabled_history_table": True}
    (only,) = impact(stack, shop(weld, "charges", one, "refunds", run_triggers=["1"]))
    assert says(only, "copies again: customers (rows unknown: ", "340 k in the largest of its last 2)")
    assert len(saying(short(weld.requests()), "/elt_stream_runs")) == 1


def test_known_rows_stand_before_unknown_ones(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    id = ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    mine = {s["id"] for name, s in streams_of(weld, id).items() if name == "charges"}
    for run in weld.state()["runs"]:
        if run["elt_stream_id"] in mine:
            weld.patch_run(run["id"], error_message="the source is down")
    (line,) = impact(stack, shop(weld, full_refresh_triggers=["1"]))
    assert says(line, "copies again: customers 340 k rows, refunds 8,040, charges unknown (last full run")


def test_a_full_run_that_is_going_on_counts_with_what_weld_expects(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld, "charges")])
    id = sync_into(weld, "raw")["id"]
    (run,) = [run for run in weld.state()["runs"] if run["elt_sync_id"] == id]
    weld.patch_run(run["id"], rows_total=2_500_000, seconds=7200)
    weld.advance(600)
    (line,) = impact(stack, shop(weld, "charges", full_refresh_triggers=["1"]))
    assert line.endswith("copies again: charges about 2.5 M rows")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_figures_that_weld_refuses_are_unknown_and_no_error(weld: Simulator, stack: Stack, status: int) -> None:
    stack.up([shop(weld)])
    ran(weld)
    weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=status, times=None)
    (line,) = impact(stack, shop(weld, full_refresh_triggers=["1"]))
    assert says(line, "copies again: charges, customers, refunds (rows unknown: Weld did not report them)")


def test_the_rows_of_another_connection_are_unknown(weld: Simulator, stack: Stack) -> None:
    other = weld.create_connection("stripe", "Other")["id"]
    stack.up([shop(weld)])
    ran(weld, charges=10_100_000)
    (line,) = impact(stack, shop(weld, connection_id=other))
    assert says(line, "copies again: charges, customers, refunds (rows unknown: ", "another connection")


# Intervals and drops -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ("0 * * * *", "4 runs a day before, 24 after"),
        ("0 6 * * 1-5", "4 runs a day before, 0.71 after"),
        ("*/5 * * * *", "4 runs a day before, 288 after"),
        ("0 3 1 * *", "4 runs a day before, 0.03 after"),
    ],
)
def test_a_new_interval_is_told_in_runs_a_day(weld: Simulator, stack: Stack, interval: str, told: str) -> None:
    stack.up([shop(weld)])
    weld.clear_requests()
    (line,) = impact(stack, shop(weld, sync_interval=interval))
    assert says(line, "Weld: sync 'shop': ", told)
    assert weld.requests() == []


def test_an_interval_with_as_many_runs_and_an_orchestration_are_not_told(weld: Simulator, stack: Stack) -> None:
    workflow = weld.state()["orchestrations"][0]["id"]
    stack.up([shop(weld)])
    assert impact(stack, shop(weld, sync_interval="30 */6 * * *")) == []
    assert impact(stack, shop(weld, sync_interval="0 * * * *", orchestration_workflow_id=workflow)) == []


def test_a_replacement_that_drops_tables_names_them(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld, remove_destination_data=True)])
    ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    again, drops = impact(stack, shop(weld, remove_destination_data=True, destination_schema_name="other"))
    figures = "charges 10.1 M rows, customers 340 k, refunds 8,040 (last full run 3 h 10 min, 1.3 GB)"
    assert says(again, f"sync 'shop' copies again: {figures}")
    assert says(drops, f"sync 'shop' drops from schema 'raw': {figures}")


@pytest.mark.parametrize("policy", ["delete", "disable", "retain"])
@pytest.mark.parametrize("remove", [True, False])
def test_a_deletion_that_drops_tables_names_them(weld: Simulator, stack: Stack, policy: str, remove: bool) -> None:
    stack.up([shop(weld, deletion_policy=policy, remove_destination_data=remove)])
    id = ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    stack.lines.clear()
    weld.clear_requests()
    stack.up([])
    told = saying(stack.lines, "drops from schema 'raw'")
    if policy == "delete" and remove:
        assert says(told[0], "charges 10.1 M rows, customers 340 k, refunds 8,040 (last full run 3 h 10 min, 1.3 GB)")
        assert short(weld.requests()) == [f"GET /elt_syncs/{id}/status", f"DELETE /elt_syncs/{id}"]
    else:
        assert told == []
        assert saying(short(weld.requests()), "/status") == []


# Separate streams --------------------------------------------------------------------------------------------------


def test_a_separate_stream_says_what_it_copies_again(weld: Simulator, stack: Stack) -> None:
    def program(**props: Any) -> list[Res]:
        streams = [Res("SourceStream", n, {"elt_sync_id": Ref("shop"), "name": n, **props}) for n in NAMES]
        return [shop(weld, source_streams=None), *streams]

    stack.up(program())
    id = ran(weld, charges=10_100_000, customers=340_000, refunds=8_040)
    for props, kind in (
        ({"full_refresh_triggers": ["1"]}, "copies again"),
        ({"enabled_history_table": True}, "copies again"),
        ({"full_sync_always": True}, "copies again in every run"),
        ({"full_sync_at_midnight": True}, "copies again every night"),
    ):
        weld.clear_requests()
        lines = impact(stack, *program(**props))
        assert len(lines) == 3
        assert says(lines[0], f"Weld: sync {id} {kind}: charges 10.1 M rows (last full run 3 h 10 min, 1.3 GB)")
        assert saying(short(weld.requests()), "/status") == [f"GET /elt_syncs/{id}/status"]
        assert saying(short(weld.requests()), "/elt_stream_runs") == []


def test_a_separate_stream_that_is_new_is_copied_for_the_first_time(weld: Simulator, stack: Stack) -> None:
    one = Res("SourceStream", "charges", {"elt_sync_id": Ref("shop"), "name": "charges"})
    stack.up([shop(weld, source_streams=None), one])
    assert saying(stack.lines, "copies") == []
    id = ran(weld)
    two = Res("SourceStream", "refunds", {"elt_sync_id": Ref("shop"), "name": "refunds"})
    (line,) = impact(stack, shop(weld, source_streams=None), one, two)
    assert says(line, f"sync {id} copies for the first time: refunds ")
    renamed = Res("SourceStream", "charges", {"elt_sync_id": Ref("shop"), "name": "plans"})
    (line,) = impact(stack, shop(weld, source_streams=None), renamed)
    assert says(line, f"sync {id} copies for the first time: plans ")


def test_a_separate_stream_that_moves_is_copied_again(weld: Simulator, stack: Stack) -> None:
    def program(of: str) -> list[Res]:
        syncs = [
            shop(weld, source_streams=None),
            shop(weld, source_streams=None, name="b", destination_schema_name="b"),
        ]
        return [*syncs, Res("SourceStream", "charges", {"elt_sync_id": Ref(of), "name": "charges"})]

    stack.up(program("shop"))
    ran(weld, charges=10_100_000)
    other = sync_into(weld, "b")["id"]
    (line,) = impact(stack, *program("b"))
    assert says(line, f"sync {other} copies again: charges 10.1 M rows (")


# Requests ----------------------------------------------------------------------------------------------------------


def test_fifty_changed_syncs_are_read_at_most_twice_each_and_others_never(weld: Simulator, stack: Stack) -> None:
    def program(**props: Any) -> list[Res]:
        fifty = [(f"s{n}", f"s{n}") for n in range(50)]
        changed = [shop(weld, "charges", name=name, destination_schema_name=to, **props) for name, to in fifty]
        same = [shop(weld, name=f"u{n}", destination_schema_name=f"u{n}") for n in range(10)]
        return [*changed, *same]

    stack.up(program())
    ids = {f"s{n}": sync_into(weld, f"s{n}")["id"] for n in range(50)}
    weld.advance(60)
    weld.clear_requests()
    assert len(impact(stack, *program(full_refresh_triggers=["1"]))) == 50
    assert sorted(short(weld.requests())) == sorted(f"GET /elt_syncs/{id}/status" for id in ids.values())

    # After an incremental run, one more for the runs of the only stream.
    stack.up(program(run_triggers=["1"]))
    weld.advance(60)
    weld.clear_requests()
    assert len(impact(stack, *program(run_triggers=["1"], full_refresh_triggers=["1"]))) == 50
    assert len(weld.requests()) == 100

    weld.clear_requests()
    assert impact(stack, *program(run_triggers=["1"])) == []
    assert weld.requests() == []


@pytest.mark.parametrize("validation", ["offline", "off"])
def test_nothing_is_said_or_asked_offline(weld: Simulator, stack: Stack, validation: str) -> None:
    stack.up([shop(weld, remove_destination_data=True)])
    ran(weld, charges=10_100_000)
    weld.clear_requests()
    offline = Stack(weld, stack.state, validation=validation)
    assert impact(offline, shop(weld, full_refresh_triggers=["1"], sync_interval="0 * * * *")) == []
    assert impact(offline, shop(weld, destination_schema_name="other")) == []
    assert weld.requests() == []


def test_a_refresh_says_nothing_of_sizes(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    id = ran(weld, charges=10_100_000)
    weld.patch_stream(streams_of(weld, id)["charges"]["id"], enabled_history_table=True)
    weld.patch_sync(id, sync_interval="0 * * * *")
    stack.lines.clear()
    weld.clear_requests()
    stack.refresh()
    assert stack.lines == []
    assert saying(short(weld.requests()), "/status") == []
