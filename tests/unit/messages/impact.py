"""What a change copies again, or more often, and what it drops."""

from __future__ import annotations

from typing import Any

from .stage import Stage, Table, stream, sync

TABLE = Table()

NAMES = ("charges", "customers", "refunds")


def ran(stage: Stage, *entries: Any, **props: Any) -> str:
    """The id of a connection with a sync whose streams have run: 10.1 M, 340 k and 8,040 rows."""
    id = stage.connection()
    stage.up(sync(id, source_streams=list(entries or NAMES), **props))
    rows = dict(zip(NAMES, (10_100_000, 340_000, 8_040), strict=True))
    names = {each["id"]: each["name"] for each in stage.weld.state()["streams"]}
    for run in stage.weld.state()["runs"]:
        stage.weld.patch_run(run["id"], rows_total=rows[names[run["elt_stream_id"]]], seconds=11_400)
    stage.weld.advance(20_000)
    return id


def impact(stage: Stage, connection_id: str, *entries: Any, **props: Any) -> str:
    """The lines of a preview, without that of the engine's own diff by name."""
    lines = stage.preview(sync(connection_id, source_streams=list(entries or NAMES), **props)).splitlines()
    return "\n".join(line for line in lines if ": changes " not in line and "replacing sync" not in line)


@TABLE.reads(
    "Weld: sync 'shop' copies again: charges 10.1 M rows, customers 340 k, refunds 8,040 (last full run 3 h 10 min, "
    "1.3 GB)"
)
def a_full_refresh(stage: Stage) -> str:
    return impact(stage, ran(stage), full_refresh_triggers=["1"])


@TABLE.reads(
    "Weld: sync 'shop' copies again in every run (24 a day): charges 10.1 M rows (last full run 3 h 10 min, 1.3 GB)\n"
    "Weld: sync 'shop' copies again every night: customers 340 k rows (last full run 3 h 10 min, 43.5 MB)"
)
def streams_that_are_copied_again_and_again(stage: Stage) -> str:
    always = {"name": "charges", "full_sync_always": True}
    return impact(stage, ran(stage), always, {"name": "customers", "full_sync_at_midnight": True}, "refunds")


@TABLE.reads("Weld: sync 'shop': 24 runs a day before, 4 after")
def another_interval(stage: Stage) -> str:
    return impact(stage, ran(stage), sync_interval="0 */6 * * *")


@TABLE.reads(
    "Weld: sync 'shop' copies again: charges 10.1 M rows, customers 340 k (last full run 3 h 10 min, 1.3 GB)\n"
    "Weld: sync 'shop' drops from schema 'raw': charges 10.1 M rows, customers 340 k, refunds 8,040 (last full run "
    "3 h 10 min, 1.3 GB)"
)
def a_replacement_of_a_sync(stage: Stage) -> str:
    id = ran(stage, remove_destination_data=True)
    return impact(stage, id, "charges", "customers", destination_schema_name="other", remove_destination_data=True)


@TABLE.reads(
    "Weld: sync 'shop' drops from schema 'raw': charges 10.1 M rows, customers 340 k, refunds 8,040 (last full run "
    "3 h 10 min, 1.3 GB)"
)
def a_deletion_with_its_tables(stage: Stage) -> str:
    ran(stage, remove_destination_data=True)
    return stage.up()


@TABLE.reads("Weld: sync 'shop' copies again: charges, customers, refunds (rows unknown: Weld did not report them)")
def figures_that_cannot_be_read(stage: Stage) -> str:
    id = ran(stage)
    stage.weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=403)
    return impact(stage, id, full_refresh_triggers=["1"])


@TABLE.reads("Weld: sync 'shop' copies again: charges, customers, refunds (rows unknown: it gets another connection)")
def figures_of_another_connection(stage: Stage) -> str:
    ran(stage)
    return impact(stage, stage.connection("Other"))


@TABLE.reads(
    "Weld: sync 'shop' copies again: customers (rows unknown: Weld reports no full run; 340 k in the largest of its "
    "last 2)"
)
def figures_after_an_incremental_run(stage: Stage) -> str:
    id = ran(stage)
    stage.up(sync(id, source_streams=list(NAMES), run_triggers=["1"]))
    stage.weld.advance(60)
    history = {"name": "customers", "enabled_history_table": True}
    return impact(stage, id, "charges", history, "refunds", run_triggers=["1"])


@TABLE.reads("Weld: sync <raw> copies again: charges 10.1 M rows (last full run 3 h 10 min, 1.3 GB)")
def a_separate_stream(stage: Stage) -> str:
    id = stage.connection()
    sync_id = stage.sync(id, enabled=True)
    stage.up(stream(sync_id))
    (run,) = stage.weld.state()["runs"]
    stage.weld.patch_run(run["id"], rows_total=10_100_000, seconds=11_400)
    stage.weld.advance(20_000)
    return stage.preview(stream(sync_id, enabled_history_table=True))
