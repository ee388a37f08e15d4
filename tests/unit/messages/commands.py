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


@TABLE.reads("Error: There is no sync 'raww'; did you mean 'raw'? `weld-pulumi syncs` lists those that are there.")
def a_name_that_means_nothing(stage: Stage) -> str:
    sync(stage)
    return stage.run("status", "raww")


@TABLE.reads(
    "Error: There is no stream or sync 'nope'; `weld-pulumi streams SYNC_ID` and `weld-pulumi syncs` list "
    "those that are there."
)
def a_name_of_a_stream_or_a_sync(stage: Stage) -> str:
    return stage.run("run", "nope")


@TABLE.reads(
    "Error: 'charges' means more than one stream or sync: <charges> (stream 'charges' of sync 'raw'); "
    "<charges> (sync from stripe to 'charges'). Give the id of the right one."
)
def a_name_that_means_several(stage: Stage) -> str:
    sync(stage, "charges")
    stage.sync(stage.connection("Other"), "charges")
    return stage.run("run", "charges")


# Actions -----------------------------------------------------------------------------------------------------------


@TABLE.reads("A run of stream <charges> is asked for; it may take minutes until `weld-pulumi runs <charges>` shows it.")
def a_run(stage: Stage) -> str:
    return stage.run("run", stream(stage))


@TABLE.reads("Stream <charges> is running already; see `weld-pulumi runs <charges>`.")
def a_run_that_is_going_on(stage: Stage) -> str:
    id = stream(stage)
    stage.run("run", id)
    return stage.run("run", id)


@TABLE.reads("Runs of 2 streams are requested. `weld-pulumi status <raw>` shows them.")
def runs(stage: Stage) -> str:
    return stage.run("run", sync(stage, "charges", "refunds")).splitlines()[-1]


@TABLE.reads("A run of 1 stream is requested; 1 of them was running already. `weld-pulumi status <raw>` shows them.")
def runs_that_are_going_on(stage: Stage) -> str:
    id = stream(stage)
    stage.run("run", id)
    return stage.run("run", "raw").splitlines()[-1]


@TABLE.reads(
    "Error: POST /elt_streams/<refunds>/request_run: Weld returned 500 (fault): A fault was asked for: 500. "
    "Weld failed internally: retry later; https://status.weld.app lists known incidents. Runs of 1 of 2 "
    "streams were requested before."
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
    "The next run of stream 'charges' copies everything again. Go on? [y/N]: y\n"
    "The next run of stream 'charges' (<charges>) is a full refresh."
)
def a_full_refresh(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), input="y\n")


@TABLE.reads(
    "The next run of stream 'charges' copies everything again and its history table is thrown away, for ever. "
    "Go on? [y/N]: y\n"
    "The next run of stream 'charges' (<charges>) is a full refresh and its history table is thrown away, for "
    "ever."
)
def a_full_refresh_of_the_history(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), "--reset-history-table", input="y\n")


@TABLE.reads("Stream <charges> is not marked for a full refresh any more.")
def a_full_refresh_that_is_taken_back(stage: Stage) -> str:
    return stage.run("full-refresh", stream(stage), "--cancel")


@TABLE.reads("Error: --cancel and --reset-history-table exclude each other.")
def a_full_refresh_that_contradicts_itself(stage: Stage) -> str:
    return stage.run("full-refresh", "x", "--cancel", "--reset-history-table").splitlines()[-1]


@TABLE.reads("Sync <raw> is enabled.")
def a_sync_that_is_enabled(stage: Stage) -> str:
    return stage.run("enable", sync(stage, enabled=False))


@TABLE.reads("Sync <raw> copies nothing more into 'raw'. Go on? [y/N]: y\nSync <raw> is disabled.")
def a_sync_that_is_disabled(stage: Stage) -> str:
    return stage.run("disable", sync(stage), input="y\n")


@TABLE.reads("Run <run> of orchestration 'Daily refresh' is asked for.")
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


@TABLE.reads("Weld's answer is not a JSON Schema, so it is shown as it is.")
def settings_that_are_no_schema(stage: Stage) -> str:
    stage.weld.set_settings_schema("stripe", {"properties": []})
    return stage.run("settings", stage.connection()).splitlines()[0]


# Authorization -----------------------------------------------------------------------------------------------------

NEW = ("authorize", "--integration-id", "stripe", "--label", "Shop")


@TABLE.reads("Nobody has authorized the connection 'Shop' (stripe) yet; its link works for a day.")
def nobody_has_authorized_it(stage: Stage) -> str:
    return stage.run(*NEW, "--timeout", "0.1").splitlines()[-1]


@TABLE.reads("On any machine: http://weld.test/authorize?token=…")
def the_link_alone(stage: Stage) -> str:
    return stage.run(*NEW, "--timeout", "0")


@TABLE.reads("To take it over in a program, write adopt='<Shop>'.")
def somebody_has_authorized_it(stage: Stage) -> str:
    workspace = stage.weld.workspace
    with patch.object(workspace, "auto_authorize", True), patch.object(workspace, "authorize_delay", 0.0):
        return stage.run(*NEW, "--timeout", "20").splitlines()[-2]


@TABLE.reads("Error: --integration-id and --label go together.")
def half_of_what_is_needed(stage: Stage) -> str:
    return stage.run("authorize", "--label", "Shop").splitlines()[-1]


@TABLE.reads(
    "Error: There is no Pulumi.yaml in this folder or above, so there is no stack whose connections could "
    "wait, and no `pulumi up` of yours waits for a person. Run it in the project, or give --integration-id and "
    "--label for a new connection."
)
def no_project(stage: Stage) -> str:
    return stage.run("authorize")


@TABLE.reads("No connection of this stack waits for a person, nor does a running `pulumi up`.")
def nothing_waits(stage: Stage) -> str:
    return with_pulumi(stage, "authorize")


@TABLE.reads(
    "Open http://localhost/… to authorize 'Shop' (stripe)\n"
    "On any machine: http://weld.test/authorize?token=…\n"
    "Nobody has authorized the connection 'Shop' (stripe) yet; its link works for a day."
)
def what_waits_in_the_stack(stage: Stage) -> str:
    return with_pulumi(stage, "authorize", "--timeout", "0.1", resources=[pending(stage)])


@TABLE.reads("That link has expired; here is a fresh one.\nOn any machine: http://weld.test/authorize?token=…")
def what_waits_in_the_stack_with_an_old_link(stage: Stage) -> str:
    resource = pending(stage)
    stage.weld.advance(25 * 3600)
    resource["outputs"]["authorize_expires_at"] = "2020-01-01T00:00:00Z"
    return with_pulumi(stage, "authorize", "--timeout", "0", resources=[resource])


@TABLE.reads("<Shop>\nRun `pulumi up` or `pulumi refresh`, so that the stack takes over what is authorized.")
def what_waits_in_the_stack_and_is_authorized(stage: Stage) -> str:
    resource = pending(stage)
    stage.weld.authorize()
    return with_pulumi(stage, "authorize", resources=[resource])


@TABLE.reads(
    "the link to authorize the connection 'Shop' (stripe) was used, but created no connection; `pulumi up` "
    "opens another."
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
    "`pulumi up` waits: open http://localhost/… to authorize 'Shop' (stripe)\n"
    "Nobody has authorized the connection 'Shop' (stripe) yet; `pulumi up` still waits."
)
def a_run_that_still_waits(stage: Stage) -> str:
    return waiting_run(stage, "")


@TABLE.reads(
    "`pulumi up` waits: open http://localhost/… to authorize 'Shop' (stripe)\n"
    "`pulumi up` no longer waits for the connection 'Shop' (stripe) (refused). Its own messages name the next "
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
