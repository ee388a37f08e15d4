"""`weld-pulumi drift` compares an exported state with Weld; tests/engine/test_drift.py compares it with the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.support.at_weld import streams_of
from tests.support.exported import encrypted, exported, stored
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

from .conftest import Run, cells, data_of
from .fake_pulumi import FakePulumi, project

DRIFT = 2
Drift = Callable[..., Result]


@pytest.fixture
def drift(pulumi: FakePulumi, run: Run) -> Drift:
    """Return a function that runs the command on a stack with these resources."""

    def drift(*resources: dict[str, Any], words: tuple[str, ...] = (), code: int = DRIFT) -> Result:
        pulumi.answers("stack", "export", stdout=exported(resources))
        pulumi.answers("config", stdout={})
        return run("drift", *words, code=code)

    project(Path())
    return drift


def sync(weld: Simulator, name: str = "shop", **inputs: Any) -> dict[str, Any]:
    """Make a sync that Weld and the state have alike."""
    stripe = weld.create_connection("stripe", name)["id"]
    streams = inputs.get("source_streams")
    made = weld.create_sync(
        stripe, destination_schema_name=name, elt_settings=inputs.get("elt_settings"), streams=streams, enabled=True
    )
    place = {"connection_id": stripe, "destination_schema_name": name, "sync_interval": "0 0 * * *"}
    return stored("EltSync", name, made["id"], **{**place, "enabled": True, **inputs})


def test_nothing_differs(weld: Simulator, drift: Drift) -> None:
    streams = [{"name": "charges"}]
    assert drift(sync(weld, source_streams=streams), code=0).stdout == "No drift in 1 resource.\n"
    assert data_of(drift(sync(weld, "other"), words=("--json",), code=0)) == {"drifted": False, "resources": []}
    assert drift(code=0).stdout == "No drift in 0 resources.\n"


def test_differences_are_listed_by_resource_and_argument_with_both_values(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld, source_streams=[{"name": "charges"}, {"name": "refunds"}, {"name": "payouts"}])
    other = sync(weld, "other")
    streams = streams_of(weld, shop["id"])
    weld.patch_sync(shop["id"], enabled=False)
    weld.patch_stream(streams["charges"]["id"], full_sync_always=True)
    weld.delete_stream(streams["refunds"]["id"])
    weld.create_stream(shop["id"], "coupons")
    weld.delete_sync(other["id"])
    title, *rows = ([cell.strip() for cell in cells(line)] for line in drift(shop, other).stdout.splitlines())
    assert title == ["RESOURCE", "TYPE", "CHANGE", "ARGUMENT", "STATE", "WELD"]
    assert rows == [
        ["shop", "EltSync", "changed", "enabled", "true", "false"],
        ["shop", "EltSync", "changed", "source_streams[charges].full_sync_always", "false", "true"],
        ["shop", "EltSync", "removed", "source_streams[refunds]", "-", "-"],
        ["shop", "EltSync", "added", "source_streams[coupons]", "-", "-"],
        ["other", "EltSync", "deleted", "-", "-", "-"],
    ]


def test_settings_are_named_without_their_values(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld, elt_settings={"account": "a", "deep": {"x": 1, "y": 2}})
    weld.patch_sync(shop["id"], elt_settings={"account": "hunter2", "deep": {"x": 1}})
    result = drift(shop)
    assert [cells(line)[2].strip() for line in result.stdout.splitlines()[1:]] == ["changed", "removed"]
    assert line_says(result.stdout, "elt_settings.account")
    assert line_says(result.stdout, "elt_settings.deep.y")
    for words in ((), ("--json",), ("--markdown",)):
        assert "hunter2" not in drift(shop, words=words).output


def test_json_has_every_difference(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld)
    weld.patch_sync(shop["id"], sync_interval="7 * * * *")
    assert data_of(drift(shop, words=("--json",))) == {
        "drifted": True,
        "resources": [
            {
                "urn": shop["urn"],
                "type": "EltSync",
                "name": "shop",
                "id": shop["id"],
                "change": "changed",
                "differences": [
                    {
                        "argument": "sync_interval",
                        "path": "sync_interval",
                        "change": "changed",
                        "state": "0 0 * * *",
                        "weld": "7 * * * *",
                        "has_values": True,
                    }
                ],
                "not_compared": [],
            }
        ],
    }


def test_markdown_has_the_same_table(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld)
    assert drift(shop, words=("--markdown",), code=0).stdout == "### Weld: no drift in 1 resource\n"
    weld.patch_sync(shop["id"], enabled=False)
    assert drift(shop, words=("--markdown",)).stdout.splitlines() == [
        "### Weld: drift in 1 of 1 resource",
        "",
        "| resource | type | change | argument | state | weld |",
        "| --- | --- | --- | --- | --- | --- |",
        "| shop | EltSync | changed | enabled | true | false |",
    ]


def test_what_is_encrypted_in_the_state_is_named_and_the_rest_is_compared(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld, elt_settings={"account": "a", "region": "eu"})
    for part in ("inputs", "outputs"):
        shop[part]["elt_settings"] = {"account": encrypted(), "region": "eu"}
        shop[part]["destination_schema_name"] = encrypted()
    left_out = ["destination_schema_name", "elt_settings.account"]
    weld.patch_sync(shop["id"], elt_settings={"account": "b", "region": "eu"})
    result = drift(shop, code=0)
    assert line_says(result.stderr, "'shop'", "encrypted", *left_out)
    weld.patch_sync(shop["id"], elt_settings={"account": "b", "region": "us"})
    told = data_of(drift(shop, words=("--json",)))["resources"][0]
    assert [each["path"] for each in told["differences"]] == ["elt_settings.region"]
    assert sorted(told["not_compared"]) == left_out


def test_what_the_program_ignores_is_no_drift(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld, elt_settings={"account": "a", "deep": {"x": 1, "y": 2}}, source_streams=[{"name": "charges"}])
    shop["ignoreChanges"] = ["enabled", 'elt_settings["deep"].x', "source_streams[*].full_sync_always"]
    weld.patch_sync(shop["id"], enabled=False, elt_settings={"account": "a", "deep": {"x": 2, "y": 2}})
    charges = streams_of(weld, shop["id"])["charges"]["id"]
    weld.patch_stream(charges, full_sync_always=True)
    assert drift(shop, code=0).stdout == "No drift in 1 resource.\n"
    weld.patch_sync(shop["id"], elt_settings={"account": "a", "deep": {"x": 2, "y": 3}})
    weld.patch_stream(charges, enabled_history_table=True)
    told = data_of(drift(shop, words=("--json",)))["resources"][0]["differences"]
    assert [each["path"] for each in told] == [
        "elt_settings.deep.y",
        "source_streams[charges].enabled_history_table",
    ]
    shop["ignoreChanges"] = ["*"]
    assert drift(shop, code=0).stdout == "No drift in 1 resource.\n"


def test_resources_that_the_stack_does_not_manage_are_left_out(weld: Simulator, drift: Drift) -> None:
    gone = [{**sync(weld, f"s{n}"), mark: True} for n, mark in enumerate(["external", "delete", "pendingReplacement"])]
    for each in gone:
        weld.delete_sync(each["id"])
    other = {"urn": "urn:pulumi:test::testing::aws:s3/bucket:Bucket::b", "type": "aws:s3/bucket:Bucket", "id": "b"}
    assert drift(*gone, other, code=0).stdout == "No drift in 0 resources.\n"


def test_an_error_of_weld_ends_the_command_with_1(weld: Simulator, drift: Drift) -> None:
    shop = sync(weld)
    weld.fault("status", "GET", f"/elt_syncs/{shop['id']}", status=500)
    result = drift(shop, code=1)
    assert (result.stdout, line_says(result.stderr, "Error: GET /elt_syncs", "500")) == ("", True)


def test_a_kind_of_resource_of_a_newer_version_is_an_error(drift: Drift) -> None:
    assert line_says(drift(stored("Novelty", "new", "id"), code=1).stderr, "'new'", "'Novelty'", "newer weld-pulumi")


def test_without_a_project_the_error_names_the_option(run: Run) -> None:
    assert line_says(run("drift", code=1).stderr, "Pulumi.yaml", "--stack")
