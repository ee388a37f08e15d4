"""EltSync: options of the engine, replacements and ends, creations that fail, triggers, and what waits."""

from __future__ import annotations

from typing import Any

from weld_pulumi.provider.core.option_paths import option_problems
from weld_pulumi.provider.elt_sync.candidates import DAILY
from weld_pulumi.schema.elt_sync import ELT_SYNC

from .stage import Ref, Stage, Table, connection, raised, sync

TABLE = Table()

PENDING = connection("new", label="New")


# Options of the engine ---------------------------------------------------------------------------------------------


def optioned(option: str, path: str, before: Any, after: Any, names: Any = None) -> str:
    """What is said where an option goes by the index of a list."""
    found = option_problems(ELT_SYNC, {option: [path], "names": names}, after, before, after)
    return "\n".join(f"{problem.path}: {problem.reason}" for problem in found)


def listed(*names: str, **lists: Any) -> dict[str, Any]:
    """Arguments with these streams."""
    return {"source_streams": [{"name": name, **lists} for name in names]}


FIRST = "source_streams[0].hashed_columns"
TABLE.add(
    (
        "source_streams[0]: is 'b', but was 'a' in the last `pulumi up`, so "
        "ignore_changes=['source_streams[0].hashed_columns'] would confuse the two; keep the order and add new "
        "streams at the end, or leave the option out for one `pulumi up`"
    ),
    lambda _: optioned("ignore_changes", FIRST, listed("a"), listed("b")),
)
TABLE.add(
    (
        "source_streams: ignore_changes=['source_streams[0].hashed_columns'] goes by index, but from "
        "source_streams[0] ('b*') on an index refers to no particular stream; add an entry with the stream's plain "
        "name before that one, and use its index"
    ),
    lambda _: optioned("ignore_changes", FIRST, listed("a"), listed("b*")),
)
TABLE.add(
    (
        "source_streams[0].hashed_columns: contains 'x' twice: its order differs from that in the last `pulumi up`, "
        "or ignore_changes=['source_streams[0].hashed_columns[0]'] put the name there; write the path of "
        "hashed_columns as a whole in the option"
    ),
    lambda _: optioned("ignore_changes", f"{FIRST}[0]", listed("a"), listed("a", hashed_columns=["x", "x"])),
)


@TABLE.reads(
    "source_streams[0].hashed_columns: has another order than in the last `pulumi up`; together with the other "
    "changes, replace_on_changes=['source_streams[0].hashed_columns'] would replace the resource because of it. "
    "Run `pulumi up` once without the other changes"
)
def an_order_that_would_replace(_: Stage) -> str:
    before = {**listed("a", hashed_columns=["x", "y"]), "enabled": True}
    after = {**listed("a", hashed_columns=["y", "x"]), "enabled": False}
    return optioned("replace_on_changes", FIRST, before, after)


# Replacements and ends ---------------------------------------------------------------------------------------------


def replaced(stage: Stage, **props: Any) -> str:
    """What is said where another schema replaces a sync."""
    id = stage.connection()
    stage.up(sync(id, **props))
    return stage.preview(sync(id, destination_schema_name="moved", **props))


TABLE.add(
    (
        "warning: Weld: replacing sync <raw> (raw) deletes it: its streams and their progress are lost, so that "
        "the new sync copies everything again; its tables in the destination stay."
    ),
    replaced,
)


@TABLE.reads(
    "warning: Weld: replacing sync <raw> (raw) deletes it: its streams and their progress are lost, so that "
    "the new sync copies everything again; its tables in the destination are dropped too."
)
def a_replacement_that_drops_tables(stage: Stage) -> str:
    return replaced(stage, remove_destination_data=True)


@TABLE.reads("warning: Weld: replacing sync <raw> (raw) leaves the old one in Weld (deletion_policy='retain').")
def a_replacement_that_leaves_the_old_one(stage: Stage) -> str:
    return replaced(stage, deletion_policy="retain")


@TABLE.reads(
    "warning: Weld: sync 'shop': remove_destination_data=True has no effect with deletion_policy='retain', "
    "which keeps the sync and its tables. To drop them, write deletion_policy='delete'."
)
def tables_that_are_kept_anyway(stage: Stage) -> str:
    return stage.preview(sync(stage.connection(), deletion_policy="retain", remove_destination_data=True))


def ended(stage: Stage, **props: Any) -> str:
    """What is said where a sync is taken out of the program."""
    stage.up(sync(stage.connection(), **props))
    return stage.up()


@TABLE.reads("Weld: sync <raw> stays in Weld (deletion_policy='retain').")
def an_end_that_retains(stage: Stage) -> str:
    return ended(stage, deletion_policy="retain")


@TABLE.reads("Weld: sync <raw> is disabled and stays in Weld (deletion_policy='disable').")
def an_end_that_disables(stage: Stage) -> str:
    return ended(stage, deletion_policy="disable")


@TABLE.reads("warning: Weld: sync <raw> is not deleted: 'renamed' of this stack also manages it.")
def an_end_of_one_of_two(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    renamed = sync(id, "renamed", adopt=True)
    return stage.up(renamed).splitlines()[-1]


# Creation ----------------------------------------------------------------------------------------------------------


@TABLE.reads(
    "creating the EltSync: POST /elt_syncs/<raw>/enable: Weld returned 500 (fault): A fault was asked for: "
    "500. Weld failed internally: retry later; https://status.weld.app lists known incidents. The "
    "sync, created only in part, has been removed again."
)
def a_creation_that_is_undone(stage: Stage) -> str:
    stage.weld.fault("status", "POST", r"/elt_syncs/[^/]+/enable", status=500)
    return stage.failure(sync(stage.connection(), source_streams=[{"name": "charges"}]))


@TABLE.reads(
    "creating the EltSync: POST /elt_syncs/<raw>/enable: Weld returned 500 (fault): A fault was asked for: "
    "500. Weld failed internally: retry later; https://status.weld.app lists known incidents. The sync <raw> "
    "was created before that and could not be removed again (DELETE /elt_syncs/<raw>: Weld returned 500 "
    "(fault): A fault was asked for: 500. Weld failed internally: retry later; https://status.weld.app lists "
    "known incidents.). Remove it in Weld, or adopt it with adopt='<raw>'."
)
def a_creation_that_cannot_be_undone(stage: Stage) -> str:
    stage.weld.fault("status", "POST", r"/elt_syncs/[^/]+/enable", status=500)
    stage.weld.fault("status", "DELETE", r"/elt_syncs/[^/]+", status=500)
    return stage.failure(sync(stage.connection()))


@TABLE.reads(
    "creating the EltSync: the response to the creation of the sync was lost. The sync <raw> has appeared "
    "meanwhile, but Weld does not report its schema, so it may be another one. If it is this one, write "
    "adopt='<raw>'; if not, run `pulumi up` again."
)
def an_answer_that_was_lost_of_a_weld_that_reports_little(stage: Stage) -> str:
    stage.weld.set_readings({"optional_fields": "left_out"})
    stage.weld.fault("drop_after", "POST", "/elt_syncs", times=1)
    return stage.failure(sync(stage.connection()))


@TABLE.reads(
    "creating the EltSync: POST /elt_syncs: the response of weld.test broke off, or cannot be read. Try "
    "again. It could not be checked whether Weld made the sync all the same: run it again; what was made is "
    "then found and named."
)
def an_answer_that_was_lost_where_nobody_can_look(stage: Stage) -> str:
    id = stage.connection()
    stage.weld.fault("drop_after", "POST", "/elt_syncs", times=1)
    stage.weld.fault("status", "GET", "/elt_syncs", status=500, nth=2, times=None)
    return stage.failure(sync(id))


@TABLE.reads(
    "creating the EltSync: POST /elt_syncs/<raw>/source_streams: Weld returned 400 without a message. "
    "'chargess' is not a stream of this source; did you mean 'charges'? The sync, created only in part, "
    "has been removed again."
)
def streams_that_weld_refuses(stage: Stage) -> str:
    stage.weld.set_reading("error_body", "empty")
    return stage.failure(sync(stage.connection(), source_streams=[{"name": "chargess"}]))


@TABLE.reads(
    "creating the EltSync: Weld accepted stream 'chargess' for sync <raw> but does not list it. Compare the "
    "name with `weld-pulumi streams <raw>`. The sync, created only in part, has been removed again."
)
def a_stream_that_weld_does_not_list(stage: Stage) -> str:
    stage.weld.set_readings({"unknown_stream": "accepted", "upsert_answer": "empty", "list_lag_seconds": 1000})
    return stage.failure(sync(stage.connection(), source_streams=[{"name": "chargess"}]))


@TABLE.reads(
    "warning: Weld: sync <raw> has no stream yet, and Weld does not enable an empty sync; its first stream enables it."
)
def an_empty_sync(stage: Stage) -> str:
    stage.weld.set_reading("enable_empty", "400")
    return stage.up(sync(stage.connection()))


# Changes and looks -------------------------------------------------------------------------------------------------


@TABLE.reads(
    "warning: Weld: sync <raw>: Weld keeps elt_settings.old, which the program no longer sets; it is no longer managed."
)
def settings_that_weld_keeps(stage: Stage) -> str:
    stage.weld.set_reading("settings_update", "merged")
    id = stage.connection()
    stage.up(sync(id, elt_settings={"account": "a", "old": 1}))
    return stage.up(sync(id, elt_settings={"account": "a"}))


@TABLE.reads(
    "updating the EltSync: GET /elt_syncs/<raw>: Weld returned 404 (not_found): ELT sync <raw> was not "
    "found. If the sync no longer exists at Weld, `pulumi up --refresh` creates it again."
)
def a_sync_that_is_gone(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    stage.weld.delete_sync(stage.stack.state["shop"].id)
    return stage.failure(sync(id, sync_interval=DAILY))


@TABLE.reads(
    "reading the EltSync: GET /elt_syncs/nope: Weld returned 404 (not_found): ELT sync nope was not found. "
    "There is no sync 'nope' to get; `weld-pulumi syncs` lists those that exist."
)
def a_sync_to_get_that_is_not_there(stage: Stage) -> str:
    return raised(lambda: stage.stack.process().call("EltSync", "shop").read("nope", {}))


@TABLE.reads("comparing the EltSync: 'shop' of this program also manages sync <raw>; remove one of the two resources.")
def two_resources_that_have_one_sync(stage: Stage) -> str:
    id = stage.connection()
    one = sync(id)
    stage.up(one)
    stage.stack.state["twin"] = stage.stack.state["shop"]
    return raised(lambda: stage.stack.preview([one, sync(id, "twin")]))


# Triggers ----------------------------------------------------------------------------------------------------------


def fired(stage: Stage, *faults: dict[str, Any], enabled: bool = True, **triggers: Any) -> str:
    """What is said where triggers change."""
    id, entries = stage.connection(), [{"name": "charges"}, {"name": "customers"}]
    stage.up(sync(id, source_streams=entries, enabled=enabled))
    stage.weld.advance(60)
    for fault in faults:
        stage.weld.fault("status", "POST", **fault)
    return stage.up(sync(id, source_streams=entries, enabled=enabled, **triggers))


RUN = r"/elt_streams/[^/]+/request_run"


@TABLE.reads(
    "warning: Weld: No run was requested for 'customers', 'charges': the sync is disabled. Set enabled=True, "
    "then change run_triggers again."
)
def a_run_of_a_sync_that_is_off(stage: Stage) -> str:
    return fired(stage, enabled=False, run_triggers=[1])


@TABLE.reads("Weld: stream 'customers' is already running; no second run was requested.")
def a_run_that_is_going_on(stage: Stage) -> str:
    return fired(stage, {"path": RUN, "status": 409, "nth": 1}, run_triggers=[1])


@TABLE.reads("warning: Weld: Weld did not start a run of stream 'customers': A fault was asked for: 400.")
def a_run_that_weld_does_not_start(stage: Stage) -> str:
    return fired(stage, {"path": RUN, "status": 400, "nth": 1}, run_triggers=[1])


@TABLE.reads(
    "Weld: sync 'shop' copies again: customers 8,657 rows, charges 5,138 (last full run 2 s, 1.8 MB)\n"
    "warning: Weld: Weld did not mark stream 'customers' for a full refresh: A fault was asked for: 400. "
    "Change full_refresh_triggers again once that is resolved."
)
def a_refresh_that_weld_does_not_mark(stage: Stage) -> str:
    path = r"/elt_streams/[^/]+/request_full_refresh"
    return fired(stage, {"path": path, "status": 400, "nth": 1}, full_refresh_triggers=[1])


@TABLE.reads(
    "warning: Weld: POST /elt_streams/<charges>/request_run: Weld returned 403 (fault): A fault was asked "
    "for: 403. The key in use comes from the test. Create a new one in Weld under Settings -> API Keys, then "
    "either run `pulumi config set --secret weld:apiKey` and paste it, or set the environment variable "
    "WELD_API_KEY. The other requests succeeded, so this one is not repeated: run `weld-pulumi run <charges>`."
)
def a_run_that_fails_after_others(stage: Stage) -> str:
    return fired(stage, {"path": RUN, "status": 403, "nth": 2}, run_triggers=[1])


# A connection that waits -------------------------------------------------------------------------------------------


@TABLE.reads(
    "creating the EltSync: the connection 'New' is not authorized yet, so the sync into 'raw' cannot be "
    "created. Run `weld-pulumi authorize`, then `pulumi up` again."
)
def a_sync_of_a_connection_that_waits(stage: Stage) -> str:
    return stage.failure(PENDING, sync(Ref("new")))


@TABLE.reads(
    "warning: Weld: the connection 'New' is not authorized yet, so the syncs from it wait: run `weld-pulumi "
    "authorize`, and the next `pulumi up` creates them."
)
def a_sync_that_waits_with_its_connection(stage: Stage) -> str:
    return stage.up(PENDING, sync(Ref("new"), on_pending_connection="skip")).splitlines()[-1]
