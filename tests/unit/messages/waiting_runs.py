"""EltSyncRun: what is shown while `up` waits, and how it ends."""

from __future__ import annotations

from typing import Any

from .stage import Ref, Res, Stage, Table, connection, raised, sync

TABLE = Table()


def run(sync_id: Any, **props: Any) -> Res:
    """An EltSyncRun of a program."""
    return Res("EltSyncRun", "load", {"elt_sync_id": sync_id, **props})


def a_sync(stage: Stage, streams: tuple[str, ...] = ("charges", "refunds"), **fields: Any) -> str:
    """Make a sync whose first runs are over; each further run takes a minute."""
    id = stage.sync(stage.connection(), streams=streams, enabled=True)
    stage.weld.advance(60)
    stage.weld.patch_sync(id, **fields)
    stage.weld.set_runs(seconds=60, rows_total=10_120_000)
    return id


def stream(stage: Stage, name: str) -> str:
    """Return the id of a stream."""
    return next(str(each["id"]) for each in stage.weld.state()["streams"] if each["name"] == name)


@TABLE.reads("0 of 2 streams done, 0 rows; 2 not started yet\n2 of 2 streams done, 20.2 M of 20.2 M rows")
def the_progress_of_a_run(stage: Stage) -> str:
    lines = stage.up(run(a_sync(stage))).splitlines()
    return "\n".join(line.removeprefix("Weld: ") for line in (lines[0], lines[-1]))


@TABLE.reads(
    "creating the EltSyncRun: stream 'charges' of sync <raw> failed: The account is locked. 1 of 2 "
    "streams completed. Nothing was undone. Once the cause is fixed, `pulumi up` requests new runs."
)
def a_stream_that_failed(stage: Stage) -> str:
    id = a_sync(stage)
    stage.weld.set_runs(stream(stage, "charges"), error_message="The account is locked")
    return stage.failure(run(id))


@TABLE.reads(
    "creating the EltSyncRun: stream 'charges' of sync <raw> failed: Weld reports no reason. Nothing was "
    "undone. Once the cause is fixed, `pulumi up` requests new runs."
)
def a_failure_without_a_reason(stage: Stage) -> str:
    id = a_sync(stage, ("charges",))
    snapshot = {"bytes_synced": 1, "status": "FAILED", "finished_at": "2026-01-01T00:00:00Z"}
    body = {"elt_sync_id": id, "source_streams": [{"name": "charges", "latest_sync": snapshot}]}
    stage.weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=200, nth=2, body=body)
    return stage.failure(run(id))


@TABLE.reads(
    "creating the EltSyncRun: after 50 min, 2 streams of sync <raw> had not ended: 'refunds' (5.1 M of 10.1 "
    "M rows), 'charges' (no run reported). What runs goes on at Weld, and the next `pulumi up` waits for it. "
    "A greater timeout lets `up` wait longer."
)
def a_time_that_is_over(stage: Stage) -> str:
    id = a_sync(stage)
    stage.weld.set_runs(seconds=6000, rows_total=10_120_000)
    stage.weld.set_runs(stream(stage, "charges"), delay=4000)
    return stage.failure(run(id, timeout=3000))


@TABLE.reads(
    "warning: Weld: reading the status of the runs failed and will be tried again: GET "
    "/elt_syncs/<raw>/status: Weld returned 500 (fault): A fault was asked for: 500. Weld failed "
    "internally: retry later; https://status.weld.app lists known incidents."
)
def a_status_that_cannot_be_read(stage: Stage) -> str:
    id = a_sync(stage)
    stage.weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=500, nth=2)
    return next(line for line in stage.up(run(id)).splitlines() if line.startswith("warning"))


@TABLE.reads(
    "creating the EltSyncRun: POST /elt_streams/<charges>/request_run: Weld returned 400 (stopped): job "
    "stopped. Check in Weld what is blocking this, then retry. What runs goes on at Weld, and the next "
    "`pulumi up` waits for it."
)
def a_run_that_weld_rejects(stage: Stage) -> str:
    id = a_sync(stage)
    body = {"error_code": "stopped", "message": "job stopped"}
    stage.weld.fault("status", "POST", r"/elt_streams/[^/]+/request_run", status=400, nth=2, body=body)
    return stage.failure(run(id))


@TABLE.reads(
    "elt_sync_id: sync <raw> is disabled, so Weld runs none of its streams; set enabled=True on the "
    "EltSync, or run `weld-pulumi enable <raw>`"
)
def a_run_of_a_disabled_sync(stage: Stage) -> str:
    return stage.refusal(run(a_sync(stage, enabled=False)))


@TABLE.reads(": streams[0]: there is no stream 'charge' in the sync; did you mean 'charges'?")
def a_run_of_an_unknown_stream(stage: Stage) -> str:
    return stage.refusal(run(a_sync(stage), streams=["charge"]))


@TABLE.reads(
    "creating the EltSyncRun: sync <raw> has no streams to run. If SourceStream resources of this program "
    "add them, let the run depend on them: opts=pulumi.ResourceOptions(depends_on=[…])."
)
def a_run_of_no_streams(stage: Stage) -> str:
    return stage.failure(run(a_sync(stage, ())))


@TABLE.reads(
    "creating the EltSyncRun: sync <raw>: there is no stream 'plans' in the sync; it has: charges, "
    "refunds. If a SourceStream of this program adds it, let the run depend on that: "
    "opts=pulumi.ResourceOptions(depends_on=[…])."
)
def a_run_of_a_stream_that_comes_too_late(stage: Stage) -> str:
    return stage.failure(run(a_sync(stage), streams=["plans"]))


@TABLE.reads("streams: is empty; write the names of streams, or leave it out for all")
def a_run_of_an_empty_list(stage: Stage) -> str:
    return stage.refusal(run(a_sync(stage), streams=[]))


@TABLE.reads("timeout: 0 is not a number of seconds from 1 to 604800; write for example 3600")
def a_timeout_that_is_no_number(stage: Stage) -> str:
    return stage.refusal(run(a_sync(stage), timeout=0))


PENDING = (connection("new", label="New"), sync(Ref("new"), on_pending_connection="skip"), run(Ref("shop")))


@TABLE.reads(
    "creating the EltSyncRun: the sync 'shop' does not exist yet: a person has to authorize its "
    "connection. Run `weld-pulumi authorize`, then `pulumi up` again."
)
def a_run_of_a_sync_that_waits_for_a_person(stage: Stage) -> str:
    return stage.failure(*PENDING)


@TABLE.reads(
    "warning: Weld: the sync 'shop' does not exist yet: a person has to authorize its connection. `pulumi "
    "up` stops at this run until then."
)
def a_preview_of_a_run_of_a_sync_that_waits_for_a_person(stage: Stage) -> str:
    stage.failure(*PENDING)
    return stage.preview(*PENDING).splitlines()[-1]


@TABLE.reads(
    "reading the EltSyncRun: there is nothing to get for 'some-id': an EltSyncRun exists in the stack "
    "that has made it only. weld.get_elt_sync_status(sync_id) returns the last runs of a sync."
)
def a_run_that_is_got(stage: Stage) -> str:
    return raised(lambda: stage.stack.process().call("EltSyncRun", "load").read("some-id", {}))


# Commands ----------------------------------------------------------------------------------------------------------


@TABLE.reads("Error: stream 'charges' failed: The account is locked.")
def a_watched_stream_that_failed(stage: Stage) -> str:
    id = a_sync(stage)
    stage.weld.end_run(stage.weld.start_run(stream(stage, "charges"))["id"], "The account is locked")
    return stage.run("status", id, "--watch").splitlines()[-1]


@TABLE.reads("Error: sync 'raw' failed: charges: Connection timeout.")
def a_watched_sync_that_failed(stage: Stage) -> str:
    a_sync(stage)
    stage.weld.end_run(stage.weld.start_run(stream(stage, "charges"))["id"], "Connection timeout")
    return stage.run("status", "--watch").splitlines()[-1]


@TABLE.reads("Error: after 1 s, 2 streams had not ended: 'charges', 'refunds'. What runs goes on at Weld.")
def a_command_that_has_waited_long_enough(stage: Stage) -> str:
    return stage.run("run", a_sync(stage), "--wait", "--timeout", "1").splitlines()[-1]


TABLE.add("Error: --timeout needs --wait.", lambda stage: stage.run("run", "raw", "--timeout", "1").splitlines()[-1])
TABLE.add(
    "Error: --watch and --json cannot be used together.",
    lambda stage: stage.run("status", "--watch", "--json").splitlines()[-1],
)
