"""`weld-pulumi drift` finds what `pulumi preview --refresh` finds, without running the program."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.on_engine import weld_pulumi
from tests.support.programs import Code, elt_sync, options, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

from .test_elt_sync_drift import FLAGS, STREAMS, SYNCS

DRIFT = 2
#: What the program gives for the flags of a stream to differ from.
GIVEN: dict[str, Any] = {"incremental_pointer_id": {"incremental_pointer_id": "created"}}


def drift(stack: Project, *words: str, code: int = DRIFT) -> str:
    return weld_pulumi(stack, "drift", "--stack", STACK, *words, code=code).stdout


def found(stack: Project, code: int = DRIFT) -> dict[str, set[str]]:
    """The arguments that differ by resource; an object that does not exist is `create`."""
    told = json.loads(drift(stack, "--json", code=code))
    return {
        each["name"]: {difference["argument"] for difference in each["differences"]} or {"create"}
        for each in told["resources"]
        if each["change"] != "none"
    }


def previewed(stack: Project) -> dict[str, set[str]]:
    """The same, as the engine finds it."""
    preview = stack.preview(refresh=True)
    paths = {
        name: [path for step in preview.steps if step.name == name for path in step.detailed_diff]
        for name in preview.changed
    }
    return {
        name: {"create"} if op == "create" else {re.split(r"[.\[]", path)[0] for path in paths[name]}
        for name, op in preview.changed.items()
    }


def test_drift_agrees_with_a_preview_that_refreshes(weld: Simulator, stack: Stacks) -> None:
    stripe, other = (weld.create_connection("stripe", label)["id"] for label in ("Shop", "Other"))
    inline = ["flag", "added", "removed", "unmanaged", "columns", "gone"]
    separate = ["owner", "gone_owner"]
    moved = {"start_date": {"start_date": "2024-01-01"}, "connection_id": {}, "destination_schema_name": {}}
    ignoring = {"ignored": ["enabled"], "ignored_entry": ["source_streams[1].full_sync_always"]}
    lines = [elt_sync(name, stripe, **said) for name, (said, _) in SYNCS.items()]
    lines += [elt_sync(name, stripe, source_streams=STREAMS) for name in inline]
    lines += [elt_sync(name, stripe) for name in separate]
    lines += [elt_sync(name, stripe, **given) for name, given in moved.items()]
    lines += [
        elt_sync(name, stripe, source_streams=STREAMS, opts=options(ignore_changes=paths))
        for name, paths in ignoring.items()
    ]
    lines += [source_stream(f"stream_{name}", "owner.id", name=name) for name in ("refunds", "payouts", "charges")]
    lines.append(source_stream("lost", "gone_owner.id", name="charges"))
    lines += [resource("Connection", name, integration_id="stripe", label=name) for name in ("vanished", "renamed")]
    stacked = stack(program(*lines))
    stacked.up()
    ids = {name: sync_into(weld, f"weld_{name}")["id"] for name in (*SYNCS, *inline, *separate, *moved, *ignoring)}
    streams = {name: streams_of(weld, id) for name, id in ids.items()}
    assert line_says(drift(stacked, code=0), "No drift in 23 resources.")

    for name, (_, made) in SYNCS.items():
        weld.patch_sync(ids[name], **made)
    weld.patch_stream(streams["flag"]["charges"]["id"], full_sync_at_midnight=True)
    weld.create_stream(ids["added"], "refunds")
    weld.delete_stream(streams["removed"]["invoices"]["id"])
    weld.patch_stream(streams["unmanaged"]["invoices"]["id"], incremental_pointer_id="theirs")
    weld.patch_sync(ids["unmanaged"], elt_settings={"account": "theirs"}, start_date="2020-05-05")
    weld.patch_stream(streams["columns"]["charges"]["id"], hashed_columns=[], excluded_columns=["email"])
    for name in ("gone", "gone_owner"):
        weld.delete_sync(ids[name])
    weld.patch_sync(ids["start_date"], start_date="2023-01-01")
    weld.patch_sync(ids["connection_id"], source_connection_id=other)
    weld.patch_sync(ids["destination_schema_name"], destination_schema_name="raw_other")
    weld.patch_sync(ids["ignored"], enabled=False)
    for name in ("charges", "invoices"):
        weld.patch_stream(streams["ignored_entry"][name]["id"], full_sync_always=name == "invoices")
    weld.delete_stream(streams["owner"]["refunds"]["id"])
    weld.patch_stream(streams["owner"]["payouts"]["id"], enabled_history_table=True)
    connections = {each["label"]: each["id"] for each in weld.state()["connections"]}
    weld.delete_connection(connections["vanished"])
    weld.patch_connection(connections["renamed"], label="Renamed by somebody")

    weld.clear_requests()
    mine = found(stacked)
    assert (
        mine
        == previewed(stacked)
        == {
            **{name: {name} for name in SYNCS},
            **{name: {"source_streams"} for name in ("flag", "added", "removed")},
            **{name: {"create"} for name in ("gone", "gone_owner", "lost", "stream_refunds", "vanished")},
            **{name: {name} for name in moved},
            "stream_payouts": {"enabled_history_table"},
        }
    )


def test_drift_reads_each_sync_with_its_streams_once_and_all_connections_once(weld: Simulator, stack: Stacks) -> None:
    stacked = stack(
        program(
            resource("Connection", "shop", integration_id="stripe", label="Shop"),
            elt_sync("inline", Code("shop.id"), source_streams=STREAMS),
            elt_sync("owner", Code("shop.id")),
            *(source_stream(name, "owner.id") for name in ("charges", "refunds", "payouts")),
        )
    )
    stacked.up()
    syncs = [f"GET /elt_syncs/{each['id']}" for each in weld.state()["syncs"]]
    for reading, lists in (("present", []), ("absent", ["GET /elt_streams"] * 2)):
        weld.set_reading("sync_streams_read", reading)
        weld.clear_requests()
        drift(stacked, code=0)
        assert sorted(short(weld.requests())) == sorted(["GET /connections", *lists, *syncs])


@pytest.mark.long
def test_drift_of_each_flag_of_a_stream_agrees_with_a_preview(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    lines = []
    for flag in FLAGS:
        entry = {"name": "invoices", "excluded_columns": ["card"], **GIVEN.get(flag, {})}
        lines += [elt_sync(f"i_{flag}", stripe, source_streams=[{"name": "charges"}, entry])]
        lines += [elt_sync(f"s_{flag}", stripe), source_stream(flag, f"s_{flag}.id", **entry)]
    stacked = stack(program(*lines))
    stacked.up()
    for flag, value in FLAGS.items():
        for sync in (f"weld_i_{flag}", f"weld_s_{flag}"):
            weld.patch_stream(streams_of(weld, sync_into(weld, sync)["id"])["invoices"]["id"], **{flag: value})
    told = json.loads(drift(stacked, "--json"))["resources"]
    paths = {each["name"]: [difference["path"] for difference in each["differences"]] for each in told}
    assert paths == {flag: [flag] for flag in FLAGS} | {
        f"i_{flag}": [f"source_streams[invoices].{flag}"] for flag in FLAGS
    }
    assert found(stacked) == previewed(stacked)


@pytest.mark.long
def test_secrets_are_neither_compared_nor_shown(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def secret(value: Any) -> Code:
        return Code(f"pulumi.Output.secret({value!r})")

    stacked = stack(
        program(
            elt_sync("settings", stripe, elt_settings={"account": secret("hunter2"), "region": "eu"}),
            elt_sync("names", stripe, source_streams=[{"name": secret("charges")}]),
            elt_sync("all", secret(stripe), sync_interval=secret("7 * * * *"), destination_schema_name=secret("raw_h")),
            elt_sync("owner", stripe),
            source_stream("stream", "owner.id", name=secret("charges"), full_sync_always=secret(True)),
            resource("Connection", "labeled", integration_id="stripe", label=secret("hunter2")),
        )
    )
    stacked.up()
    assert line_says(weld_pulumi(stacked, "drift", "--stack", STACK).stderr, "'settings'", "elt_settings.account")
    assert found(stacked, code=0) == {}

    labeled = next(each["id"] for each in weld.state()["connections"] if each["label"] == "hunter2")
    weld.patch_connection(labeled, label="hunter3")
    schemas = {each["destination_schema_name"]: each["id"] for each in weld.state()["syncs"]}
    weld.patch_sync(schemas["raw_h"], enabled=False, sync_interval="8 * * * *")
    weld.patch_sync(schemas["weld_settings"], elt_settings={"account": "hunter3", "region": "us"})
    weld.patch_sync(schemas["weld_names"], sync_interval="9 * * * *")
    stream = streams_of(weld, schemas["weld_owner"])["charges"]["id"]
    weld.patch_stream(stream, full_sync_always=False, enabled_history_table=True)
    assert found(stacked) == {
        "settings": {"elt_settings"},
        "names": {"sync_interval"},
        "all": {"enabled"},
        "stream": {"enabled_history_table"},
    }
    for words in ((), ("--json",), ("--markdown",)):
        shown = weld_pulumi(stacked, "drift", "--stack", STACK, *words, code=DRIFT)
        for value in ("hunter", "raw_h", "7 * *", "8 * *", "'us'", '"us"', "charges"):
            assert value not in shown.stdout + shown.stderr


@pytest.mark.long
def test_a_state_that_was_refreshed_has_no_drift_although_a_preview_shows_changes(
    weld: Simulator, stack: Stacks
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("shop", stripe, source_streams=STREAMS)))
    stacked.up()
    id = sync_into(weld, "weld_shop")["id"]
    weld.patch_sync(id, enabled=False)
    weld.delete_stream(streams_of(weld, id)["charges"]["id"])
    assert found(stacked) == {"shop": {"enabled", "source_streams"}}
    stacked.refresh()
    assert found(stacked, code=0) == {}
    assert stacked.preview().changed == {"shop": "update"}


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_connection_that_a_person_has_authorized_since_the_last_up_is_drift(weld: Simulator, stack: Stacks) -> None:
    shop = resource("Connection", "shop", integration_id="stripe", label="Shop", authorization_timeout=0)
    sync = elt_sync("sync", Code("shop.id"), on_pending_connection="skip")
    stacked = stack(program(shop, sync))
    stacked.up()
    waiting = weld_pulumi(stacked, "drift", "--stack", STACK)
    assert line_says(waiting.stderr, "'shop'", "still waits for a person")
    weld.authorize()
    assert found(stacked) == {"shop": {"id"}}
    stacked.up()
    assert found(stacked, code=0) == {}
