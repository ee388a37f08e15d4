"""What `weld-pulumi health` reports of syncs and connections."""

from __future__ import annotations

from typing import Any

from tests.support.exported import stored

from .doctor import with_pulumi
from .stage import Stage, Table

TABLE = Table()


def health(stage: Stage, *words: str, streams: tuple[str, ...] = ("charges",), run: Any = None, **inputs: Any) -> str:
    """What is shown of a sync whose runs have ended so."""
    id = stage.sync(stage.connection(), streams=list(streams), enabled=bool(streams))
    stage.weld.advance(10)
    for row in stage.weld.state()["runs"]:
        stage.weld.patch_run(row["id"], started_at=1e9, seconds=0, **(run or {}))
    return shown(stage, [stored("EltSync", "shop", id, enabled=True, **inputs)], *words)


def shown(stage: Stage, resources: list[dict[str, Any]], *words: str) -> str:
    """The last column of a stack with these resources, or all that is there beside the table."""
    lines = with_pulumi(stage, "health", *words, resources=resources).splitlines()
    if not lines[0].startswith("SYNC"):
        return "\n".join(lines)
    return lines[1][lines[0].index("PROBLEM") :] if len(lines) == 2 else "\n".join(lines[2:])


TABLE.add("-", health)
TABLE.add("failed: charges: no reason reported", lambda stage: health(stage, run={"error_message": " "}))
TABLE.add("failed: charges: Out of memory", lambda stage: health(stage, run={"error_message": "Out of memory"}))
TABLE.add("data older than 6h: charges", lambda stage: health(stage, "--max-age", "6h"))
TABLE.add("disabled, since it has no stream", lambda stage: health(stage, streams=()))


@TABLE.reads("no complete run: charges")
def a_sync_that_has_never_run(stage: Stage) -> str:
    id = stage.sync(stage.connection(), streams=["charges"], enabled=True)
    stage.weld.patch_run(stage.weld.state()["runs"][0]["id"], seconds=1e6)
    return shown(stage, [stored("EltSync", "shop", id, enabled=True)], "--max-age", "6h")


@TABLE.reads("disabled in Weld")
def a_sync_that_somebody_has_disabled(stage: Stage) -> str:
    id = stage.sync(stage.connection(), streams=["charges"])
    return shown(stage, [stored("EltSync", "shop", id, enabled=True)])


@TABLE.reads("failed; Weld reports no reason")
def a_sync_that_has_failed(stage: Stage) -> str:
    id = stage.sync(stage.connection(), streams=["charges"], enabled=True)
    stage.weld.patch_sync(id, status="FAILED")
    return shown(stage, [stored("EltSync", "shop", id)])


@TABLE.reads("retired by the source: charges (use payment_intents, removal on 2026-12-31), refunds (no successor)")
def streams_that_are_retired(stage: Stage) -> str:
    details = {"in_favor_of": "payment_intents", "removal_date": "2026-12-31"}
    id = stage.sync(stage.connection(), streams=["refunds", "charges"])
    stage.weld.set_catalogue_stream("stripe", "charges", retired=True, **details)
    stage.weld.set_catalogue_stream("stripe", "refunds", retired=True)
    return shown(stage, [stored("EltSync", "shop", id)])


@TABLE.reads("does not exist in Weld; `pulumi up --refresh` creates it again")
def a_sync_that_is_gone(stage: Stage) -> str:
    return shown(stage, [stored("EltSync", "shop", "gone")])


@TABLE.reads("waits for its connection")
def a_sync_that_waits(stage: Stage) -> str:
    return shown(stage, [stored("EltSync", "shop", "pending-0badcafe-shop")])


@TABLE.reads("There are no syncs.\nConnection 'crm' waits for a person: run `weld-pulumi authorize`.")
def a_connection_that_waits(stage: Stage) -> str:
    return shown(stage, [waiting()])


@TABLE.reads("There are no syncs.\nConnection 'crm' is authorized now: run `pulumi up`.")
def a_connection_that_has_been_authorized(stage: Stage) -> str:
    stage.connection("CRM", "hubspot")
    return shown(stage, [waiting()])


def waiting() -> dict[str, Any]:
    """A connection that waited at the last `up`."""
    given = {"integration_id": "hubspot", "label": "CRM"}
    return stored("Connection", "crm", "pending-0badcafe-CRM", {"status": "PENDING", "__weld": {"known": []}}, **given)


@TABLE.reads(
    "Sync 'shop' does not copy these streams yet, which its patterns match: charges, customers. `pulumi preview` shows "
    "what the next `pulumi up` does with them."
)
def streams_that_a_pattern_matches(stage: Stage) -> str:
    return health(stage, streams=("coupons",), __patterns=[{"name": "c[hu][as]*"}])


@TABLE.reads(
    "Error: `weld-pulumi health` reads the state of a stack, but no Pulumi.yaml is in this folder or above. Run the "
    "command in the folder of the project, or name the stack with --stack. With --workspace, it checks all syncs of "
    "the workspace instead."
)
def health_without_a_project(stage: Stage) -> str:
    return stage.run("health")


@TABLE.reads("Error: Invalid value for '--max-age': 'six' is not an age; write for example 90min, 6h or 2d.")
def an_age_that_is_none(stage: Stage) -> str:
    return stage.run("health", "--max-age", "six").splitlines()[-1]


@TABLE.reads("Error: --json and --markdown cannot be used together.")
def two_forms_at_once(stage: Stage) -> str:
    return stage.run("health", "--json", "--markdown").splitlines()[-1]


@TABLE.reads(
    "### Weld: 1 problem, 1 sync checked\n"
    "\n"
    "| sync | schema | state | last run | data age | problem |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
    "| shop | - | missing | - | - | does not exist in Weld; &#96;pulumi up --refresh&#96; creates it again |"
)
def markdown(stage: Stage) -> str:
    return with_pulumi(stage, "health", "--markdown", resources=[stored("EltSync", "shop", "gone")])
