"""README's way from an empty folder to a sync that runs."""

from __future__ import annotations

from pathlib import Path

from tests.support.readme import commands, follow
from tests.support.waiting import made
from weld_pulumi.simulator import Simulator

RECORDING = Path(__file__).resolve().parents[2] / "docs" / "getting-started.txt"


def test_readme_leads_from_an_empty_folder_to_an_authorized_connection_and_a_sync_that_runs(tmp_path: Path) -> None:
    """In a terminal of 100 columns, command by command; the docs show what it shows."""
    with Simulator() as weld:
        shown = [each.recording for each in follow(tmp_path, weld)]
        [connection] = made(weld)
        [sync] = weld.state()["syncs"]
    assert commands()[0] == "pulumi install"  # needs a package registry; it is the one that was left out
    assert (connection["label"], sync["source_connection_id"]) == ("Stripe (production)", connection["id"])
    assert sync["enabled"] is True
    assert "\n".join(shown) == RECORDING.read_text()
