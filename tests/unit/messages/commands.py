"""What the commands print beside their tables, and what they end with."""

from __future__ import annotations

import threading
from typing import Any
from unittest.mock import patch

from pulumi.output import Unknown

from weld_pulumi.provider.connection.waiting_files import announce

from .doctor import with_pulumi
from .stage import Stage, Table, connection

TABLE = Table()


def sync(stage: Stage, *streams: str, enabled: bool = True) -> str:
    """A sync of Weld's."""
    id = stage.sync(stage.connection(), "raw", streams=list(streams), enabled=enabled)
    stage.weld.advance(10)
    return id


def stream(stage: Stage) -> str:
    """A stream of Weld's."""
    sync(stage, "charges")
    return str(stage.weld.state()["streams"][0]["id"])


# Names -------------------------------------------------------------------------------------------------------------


@TABLE.reads("Error: There is no sync 'raww'; did you mean 'raw'? Run `weld-pulumi syncs` to see which exist.")
def a_name_that_means_nothing(stage: Stage) -> str:
    sync(stage)
    return stage.run("status", "raww")


@TABLE.reads(
    "Error: There is no stream or sync 'nope'. Run `weld-pulumi streams SYNC_ID` or `weld-pulumi syncs` to "
    "see which exist."
)
def a_name_of_a_stream_or_a_sync(stage: Stage) -> str:
    return stage.run("run", "nope")


@TABLE.reads(
    "Error: 'charges' matches more than one stream or sync: <charges> (stream 'charges' of sync 'raw'); "
    "<charges> (sync from stripe to 'charges'). Use the id of the right one."
)
def a_name_that_means_several(stage: Stage) -> str:
    sync(stage, "charges")
    stage.sync(stage.connection("Other"), "charges")
    return stage.run("run", "charges")


# Actions -----------------------------------------------------------------------------------------------------------


@TABLE.reads("Requested a run of stream <charges>. It may take minutes to appear in `weld-pulumi runs <charges>`.")
def a_run(stage: Stage) -> str:
    return stage.run("run", stream(stage))


@TABLE.reads("Stream <charges> is already running; see `weld-pulumi runs <charges>`.")
def a_run_that_is_going_on(stage: Stage) -> str:
    id = stream(stage)
    stage.run("run", id)
    return stage.run("run", id)


@TABLE.reads("Requested runs of 2 streams. `weld-pulumi status <raw>` shows the progress.")
def runs(stage: Stage) -> str:
    return stage.run("run", sync(stage, "charges", "refunds")).splitlines()[-1]


@TABLE.reads("Requested a run of 1 stream; 1 was already running. `weld-pulumi status <raw>` shows the progress.")
def runs_that_are_going_on(stage: Stage) -> str:
    id = stream(stage)
    stage.run("run", id)
    return stage.run("run", "raw").splitlines()[-1]


@TABLE.reads(
    "Error: POST /elt_streams/<refunds>/request_run: Weld returned 500 (fault): A fault was asked for: 500. "
    "Weld failed internally: retry later; https://status.weld.app lists known incidents. Runs of 1 of 2 "
    "streams were requested before the error."
)
def runs_that_fail(stage: Stage) -> str:
    sync(stage, "charges", "refunds")
    last = next(s["id"] for s in stage.weld.state()["streams"] if s["name"] == "refunds")
    stage.weld.fault("status", "POST", f"/elt_streams/{last}/request_run", status=500)
    return stage.run("run", "raw").splitlines()[-1]


@TABLE.reads("The sync has no streams.")
def runs_of_nothing(stage: Stage) -> str:
    return stage.run("run", sync(stage))


@TABLE.reads(
    "The next run of stream 'charges' copies all data again. Continue? [y/N]: y\n"
    "The next run of stream 'charges' (<charges>) is a full refresh."
)
def a_full_refresh(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), input="y\n")


@TABLE.reads(
    "The next run of stream 'charges' copies all data again and permanently deletes its history table. "
    "Continue? [y/N]: y\n"
    "The next run of stream 'charges' (<charges>) is a full refresh and permanently deletes its history "
    "table."
)
def a_full_refresh_of_the_history(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), "--reset-history-table", input="y\n")


@TABLE.reads("Stream <charges> is no longer marked for a full refresh.")
def a_full_refresh_that_is_taken_back(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), "--cancel")


@TABLE.reads("Error: --cancel and --reset-history-table cannot be used together.")
def a_full_refresh_that_contradicts_itself(stage: Stage) -> str:
    return stage.run("full-refresh", "x", "--cancel", "--reset-history-table").splitlines()[-1]


@TABLE.reads("Sync <raw> is enabled.")
def a_sync_that_is_enabled(stage: Stage) -> str:
    return stage.run("enable", sync(stage, enabled=False))


@TABLE.reads("Sync <raw> will stop copying data into 'raw'. Continue? [y/N]: y\nSync <raw> is disabled.")
def a_sync_that_is_disabled(stage: Stage) -> str:
    return stage.run("disable", sync(stage), input="y\n")


@TABLE.reads("Requested run <run> of orchestration 'Daily refresh'.")
def an_orchestration(stage: Stage) -> str:
    return stage.run("run-orchestration", "Daily refresh")


# Lists -------------------------------------------------------------------------------------------------------------


def none_at_all(*words: str) -> Any:
    """What a list says that is empty."""

    def shown(stage: Stage) -> str:
        for each in stage.weld.state()["connections"]:
            stage.weld.delete_connection(each["id"])
        return stage.run(*words)

    shown.__name__ = "_".join(("no", *words))
    return shown


TABLE.add("There are no connections.", none_at_all("connections"))
TABLE.add("There are no syncs.", none_at_all("syncs"))
TABLE.add("There are no syncs.", none_at_all("status"))
TABLE.add("Error: There is nothing in Weld to import.", none_at_all("import"))


@TABLE.reads("The sync has no streams.")
def no_streams(stage: Stage) -> str:
    return stage.run("streams", sync(stage))


@TABLE.reads("The sync has no streams.")
def no_streams_to_show_the_status_of(stage: Stage) -> str:
    return stage.run("status", sync(stage))


@TABLE.reads("The stream has not run yet.")
def no_runs(stage: Stage) -> str:
    sync(stage, "charges", enabled=False)
    return stage.run("runs", str(stage.weld.state()["streams"][0]["id"]))


@TABLE.reads("There are no orchestrations.")
def no_orchestrations(stage: Stage) -> str:
    for each in stage.weld.state()["orchestrations"]:
        stage.weld.delete_orchestration(each["id"])
    return stage.run("orchestrations")


@TABLE.reads("Syncs of this connection need no elt_settings.")
def no_settings(stage: Stage) -> str:
    stage.weld.set_settings_schema("stripe", {})
    return stage.run("settings", stage.connection())


@TABLE.reads("Weld did not return a valid JSON Schema; its response is shown unchanged.")
def settings_that_are_no_schema(stage: Stage) -> str:
    stage.weld.set_settings_schema("stripe", {"properties": []})
    return stage.run("settings", stage.connection()).splitlines()[0]


# Authorization -----------------------------------------------------------------------------------------------------

NEW = ("authorize", "--integration-id", "stripe", "--label", "Shop")


@TABLE.reads("Not authorized yet: the connection 'Shop' (stripe). Its link is valid for a day.")
def nobody_has_authorized_it(stage: Stage) -> str:
    return stage.run(*NEW, "--timeout", "0.1").splitlines()[-1]


@TABLE.reads("On any machine: http://weld.test/authorize?token=…")
def the_link_alone(stage: Stage) -> str:
    return stage.run(*NEW, "--timeout", "0")


@TABLE.reads("To use it in a program, set adopt='<Shop>'.")
def somebody_has_authorized_it(stage: Stage) -> str:
    workspace = stage.weld.workspace
    with patch.object(workspace, "auto_authorize", True), patch.object(workspace, "authorize_delay", 0.0):
        return stage.run(*NEW, "--timeout", "20").splitlines()[-2]


@TABLE.reads("Error: --integration-id and --label must be given together.")
def half_of_what_is_needed(stage: Stage) -> str:
    return stage.run("authorize", "--label", "Shop").splitlines()[-1]


@TABLE.reads(
    "Error: There is nothing to authorize: no Pulumi.yaml is in this folder or above, and no running "
    "`pulumi up` of yours waits for an authorization. Run the command in the project, or give "
    "--integration-id and --label for a new connection."
)
def no_project(stage: Stage) -> str:
    return stage.run("authorize")


@TABLE.reads("No connection of this stack is pending, and no running `pulumi up` waits for an authorization.")
def nothing_waits(stage: Stage) -> str:
    return with_pulumi(stage, "authorize")


@TABLE.reads(
    "Open http://localhost/… to authorize 'Shop' (stripe)\n"
    "On any machine: http://weld.test/authorize?token=…\n"
    "Not authorized yet: the connection 'Shop' (stripe). Its link is valid for a day."
)
def what_waits_in_the_stack(stage: Stage) -> str:
    return with_pulumi(stage, "authorize", "--timeout", "0.1", resources=[pending(stage)])


@TABLE.reads("The link has expired; here is a new one.\nOn any machine: http://weld.test/authorize?token=…")
def what_waits_in_the_stack_with_an_old_link(stage: Stage) -> str:
    resource = pending(stage)
    stage.weld.advance(25 * 3600)
    resource["outputs"]["authorize_expires_at"] = "2020-01-01T00:00:00Z"
    return with_pulumi(stage, "authorize", "--timeout", "0", resources=[resource])


@TABLE.reads("<Shop>\nRun `pulumi up` or `pulumi refresh` to record the authorized connections in the stack.")
def what_waits_in_the_stack_and_is_authorized(stage: Stage) -> str:
    resource = pending(stage)
    stage.weld.authorize()
    return with_pulumi(stage, "authorize", resources=[resource])


@TABLE.reads(
    "the link to authorize the connection 'Shop' (stripe) was used, but created no connection; `pulumi up` "
    "opens a new one."
)
def what_waits_in_the_stack_and_was_used_in_vain(stage: Stage) -> str:
    resource = pending(stage)
    stage.weld.refuse()
    return with_pulumi(stage, "authorize", "--timeout", "0", resources=[resource]).splitlines()[0]


def pending(stage: Stage) -> dict[str, Any]:
    """A connection of a stack that waits, as `pulumi stack export` gives it."""
    stage.up(connection())
    held = stage.stack.state["shop"]
    kind = "pulumi-python:dynamic/weld:Connection"
    urn = f"urn:pulumi:dev::testing::{kind}::shop"
    outputs = {key: value for key, value in held.outs.items() if not isinstance(value, Unknown)}
    return {"urn": urn, "type": kind, "id": held.id, "outputs": outputs, "provider": "default::id"}


def waiting_run(stage: Stage, status: str) -> str:
    """What is said beside a running `pulumi up` that ends so."""
    file = announce("http://localhost:9/abc", "Shop", "stripe")
    assert file is not None
    if status:
        file.watch()
        threading.Timer(0.3, file.finish, (status, None)).start()
    text = stage.run("authorize", "--timeout", "5" if status else "0.1", "--no-browser")
    file.remove()
    return text


@TABLE.reads(
    "`pulumi up` is waiting: open http://localhost/… to authorize 'Shop' (stripe)\n"
    "Not authorized yet: the connection 'Shop' (stripe). `pulumi up` is still waiting."
)
def a_run_that_still_waits(stage: Stage) -> str:
    return waiting_run(stage, "")


@TABLE.reads(
    "`pulumi up` is waiting: open http://localhost/… to authorize 'Shop' (stripe)\n"
    "`pulumi up` no longer waits for the connection 'Shop' (stripe) (refused). See its output for the next "
    "step."
)
def a_run_that_no_longer_waits(stage: Stage) -> str:
    return waiting_run(stage, "refused")


# The simulator -----------------------------------------------------------------------------------------------------


@TABLE.reads("Error: Invalid value for '--reading': 'list_order' is not NAME=VALUE, such as list_order=oldest")
def a_reading_without_a_value(stage: Stage) -> str:
    return stage.run("simulator", "--reading", "list_order").splitlines()[-1]


@TABLE.reads("Error: The simulator cannot use the database /nonexistent/weld.db: unable to open database file.")
def a_database_that_cannot_be_used(stage: Stage) -> str:
    with patch("weld_pulumi.simulator.simulator.bind"):  # whose socket nobody would close
        return stage.run("simulator", "--database", "/nonexistent/weld.db").splitlines()[-1]


@TABLE.reads("Error: The simulator cannot listen on weld.test: Address already in use.")
def a_port_that_is_taken(stage: Stage) -> str:
    return stage.run("simulator", "--port", str(stage.weld.port)).splitlines()[-1]
