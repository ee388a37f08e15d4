"""What a person sees in a terminal, which is 80 or 50 columns wide: whole words and ids, and short times."""

from __future__ import annotations

import os
import re
import sys
from datetime import datetime

import pytest
from rich.cells import cell_len

from tests.support.terminal import drawn, in_terminal
from weld_pulumi.cli.tables import ago
from weld_pulumi.simulator import Simulator

ERROR = "The account is locked. Ask its administrator to unlock it, then run the stream again."


@pytest.fixture
def ids(weld: Simulator) -> dict[str, str]:
    """A workspace with long names, and a stream whose last run failed."""
    shop = weld.create_connection("google-analytics", "Online shop of the north-western region (production)")
    sync = weld.create_sync(
        shop["id"], destination_schema_name="raw_google_analytics_north_west", streams=["events", "pages"], enabled=True
    )
    weld.advance(7300)
    weld.patch_run(weld.state()["runs"][0]["id"], error_message=ERROR)
    stream = weld.state()["streams"][0]
    return {
        "connection": shop["id"],
        "sync": sync["id"],
        "stream": stream["id"],
        "schema": "raw_google_analytics_north_west",
    }


def shown(weld: Simulator, width: int, *words: str) -> list[str]:
    env = {**os.environ, "WELD_API_KEY": weld.api_key, "WELD_API_URL": weld.url}
    return in_terminal([sys.executable, "-m", "weld_pulumi", *words], width, env)


COMMANDS: dict[str, tuple[list[str], list[str]]] = {
    "connections": ([], ["connection"]),
    "integrations": ([], []),
    "syncs": ([], ["sync", "connection", "schema"]),
    "streams": (["sync"], ["stream"]),
    "status": ([], ["sync", "schema"]),
    "status of one": (["sync"], []),
    "runs": (["stream"], []),
    "settings": (["connection"], []),
    "orchestrations": ([], []),
}


@pytest.mark.parametrize("width", [80, 50])
@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_word_and_no_id_is_broken_or_cut(weld: Simulator, ids: dict[str, str], name: str, width: int) -> None:
    words, wanted = COMMANDS[name]
    lines = shown(weld, width, name.split()[0], *(ids[word] for word in words))
    snippet = lines.index("elt_settings={") if "elt_settings={" in lines else None
    assert [line for line in lines[:snippet] if cell_len(line) > width] == []
    text = "\n".join(lines)
    # No command takes the long id of a run.
    assert ("…" in "\n".join(lines[:snippet])) is (name == "runs")
    for word in wanted:
        assert ids[word] in text
    # Every word that a pipe gets whole is whole here too.
    for word in re.findall(r"[A-Za-z]{5,}", ERROR if name.startswith("status") else ""):
        assert re.search(rf"\b{word}\b", text), word


@pytest.mark.parametrize(("width", "is_table"), [(100, True), (50, False)])
def test_a_list_stands_where_a_table_is_too_wide(
    weld: Simulator, ids: dict[str, str], width: int, is_table: bool
) -> None:
    lines = shown(weld, width, "connections")
    assert any("───" in line for line in lines) is is_table
    if is_table:
        assert any(re.match(r"id +integration +label +created", line) for line in lines)
    else:
        assert f"id           {ids['connection']}" in lines
        assert "integration  google-analytics" in lines


def test_long_commands_show_how_far_they_are(weld: Simulator, ids: dict[str, str]) -> None:
    env = {**os.environ, "WELD_API_KEY": weld.api_key, "WELD_API_URL": weld.url}
    told = drawn([sys.executable, "-m", "weld_pulumi", "import"], 80, env)
    assert re.search(r"2 connections and 1 syncs: [0-3] of 3", told)
    told = drawn([sys.executable, "-m", "weld_pulumi", "run", ids["sync"]], 80, env)
    assert re.search(r"runs: [0-2] of 2", told)


def test_times_are_short_for_people_and_exact_for_programs(weld: Simulator, ids: dict[str, str]) -> None:
    made = weld.state()["connections"][-1]["created_at"]
    assert any(line.endswith(("just now", "min ago")) for line in shown(weld, 100, "connections"))
    assert any(made in line for line in shown(weld, 100, "connections", "--json"))


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-03-01T11:59:40.123Z", "just now"),
        ("2026-03-01T11:15:00Z", "45 min ago"),
        ("2026-03-01T09:30:00.000Z", "2 h ago"),
        ("2026-02-20T09:30:00+00:00", "9 d ago"),
        ("2025-11-20T09:30:00Z", "2025-11-20"),
        ("2026-03-01T12:30:00Z", "in 30 min"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_said_as_how_long_ago_it_was(time: str, said: str) -> None:
    now = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    assert ago(time, now) == said
