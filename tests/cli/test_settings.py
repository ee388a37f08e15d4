from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run, cells, data_of


def rows(text: str) -> dict[str, list[str]]:
    table = text.partition("\n\n")[0].splitlines()[1:]
    return {line.split()[0]: [cell.strip() for cell in cells(line)][1:] for line in table}


def snippet(text: str) -> Any:
    """What the snippet says, with the settings that are not required left out."""
    source = text.partition("\n\n")[2].rstrip().rstrip(",")
    return ast.literal_eval(source.removeprefix("elt_settings="))


def test_settings_are_shown_as_a_table_and_as_python(weld: Simulator, run: Run) -> None:
    text = run("settings", weld.create_connection("facebook-ads", "Ads")["id"]).stdout
    told = rows(text)
    offered = "'act_101' (Europe), 'act_102' (North America)"
    assert told["ad_accounts"] == ["list", "yes", offered, "-", "Ad accounts"]
    assert told["lookback_days"] == ["whole number", "no", "-", "28", "Days to look back"]
    assert told["action_breakdown"][2] == "'action_type', 'action_device', 'action_destination'"
    assert snippet(text) == {"ad_accounts": ["act_101"]}
    assert "# 'lookback_days': 28,  # Days to look back" in text


def test_settings_show_choices_of_a_list_and_inside_of_a_dict(weld: Simulator, run: Run) -> None:
    text = run("settings", weld.create_connection("google-ads", "Ads")["id"]).stdout
    assert "'1234567890' (Main account)" in text
    assert snippet(text) == {"ad_accounts": ["1234567890"]}
    told = rows(run("settings", weld.create_connection("rest-api", "API")["id"]).stdout)
    assert told["paging.style"] == ["text", "no", "'none', 'page', 'cursor'", "'none'", "-"]


def test_settings_show_which_of_them_need_each_other(weld: Simulator, run: Run) -> None:
    told = rows(run("settings", weld.create_connection("google-sheets", "Sheet")["id"]).stdout)
    assert told["spreadsheet_id"][:2] == ["text", "yes"]
    assert told["worksheets"][:2] == ["list of text", "no"]
    connection = weld.create_connection("postgres", "DB")["id"]
    assert rows(run("settings", connection).stdout)["replication_method"][1] == "with publication_name"


def test_settings_in_json_are_the_schema_itself(weld: Simulator, run: Run) -> None:
    schema = {"$schema": "x", "type": "object", "title": "T", "properties": {"a": {"anyOf": [{"const": "ü"}]}}}
    weld.set_settings_schema("stripe", schema)
    assert data_of(run("settings", weld.create_connection("stripe", "A")["id"], "--json")) == schema


@pytest.mark.parametrize("reading", ["object", "empty_body", "null"])
def test_settings_say_when_a_connection_needs_none(weld: Simulator, run: Run, reading: str) -> None:
    weld.set_reading("empty_settings", reading)
    text = run("settings", weld.create_connection("load-test", "A")["id"]).stdout
    assert says(text, "no elt_settings")
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": True, "b": {"type": ["string", "null"]}, "c": {"items": [{}, False]}}},
        {"type": "object", "properties": {"a": {}}, "dependencies": {"a": {"required": ["b"]}}},
        {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"title": "x\ny\x1b[31m"}}}}},
    ],
)
def test_a_schema_of_another_kind_is_no_reason_to_fail(weld: Simulator, run: Run, schema: dict[str, Any]) -> None:
    weld.set_settings_schema("stripe", schema)
    assert "\x1b" not in run("settings", weld.create_connection("stripe", "A")["id"]).stdout


@pytest.mark.parametrize("schema", [{"properties": []}, {"properties": {"a": {"anyOf": 3}}}, {"required": "a"}])
def test_an_answer_that_is_no_schema_is_shown_as_it_is(weld: Simulator, run: Run, schema: dict[str, Any]) -> None:
    weld.set_settings_schema("stripe", schema)
    result = run("settings", weld.create_connection("stripe", "A")["id"])
    assert data_of(result) == schema
    assert "JSON Schema" in result.stderr


def test_status_shows_the_runs_of_a_sync_and_why_one_failed(weld: Simulator, run: Run) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "A")["id"], streams=["charges", "refunds"], enabled=True)
    first = rows(run("status", sync["id"]).stdout)
    assert first["charges"][0] == "RUNNING"
    assert "rows" in first["charges"][2]
    weld.advance(10)
    weld.patch_run(weld.state()["runs"][0]["id"], error_message="Connection timeout")
    told = rows(run("status", sync["id"]).stdout)
    failed = weld.state()["runs"][0]["elt_stream_id"]
    name = next(stream["name"] for stream in weld.state()["streams"] if stream["id"] == failed)
    assert told.pop(name)[3:] == ["FAILED", told_at(weld, failed), "FULL", "Connection timeout"]
    assert [each[3] for each in told.values()] == ["COMPLETED"]
    assert data_of(run("status", sync["id"], "--json"))["elt_sync_id"] == sync["id"]


def told_at(weld: Simulator, stream_id: str) -> str:
    """When the last run of a stream ended, as Weld tells it."""
    started = next(run["started_at"] for run in weld.state()["runs"] if run["elt_stream_id"] == stream_id)
    seconds = float(started[17:23]) + 2  # a run of the simulator takes two seconds
    minute = int(started[14:16]) + int(seconds // 60)
    return f"{started[:14]}{minute:02d}:{seconds % 60:06.3f}Z"


def test_status_says_when_a_sync_has_no_streams(weld: Simulator, run: Run) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "A")["id"])
    assert says(run("status", sync["id"]).stdout, "no streams")
