"""Start here, to the letter: the real CLI, a simulator as the page starts it, and a second one in the place of Weld."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import requests

from tests.support.cli import surroundings
from tests.support.pages import Block, Reader, free_port
from tests.support.person import agreeing
from weld_pulumi.simulator import Simulator

#: What a command asks on the terminal, and what the reader types.
ANSWERS = {
    "pulumi up": [("Do you want to perform this update", "yes")],
    "pulumi destroy": [("Do you want to perform this destroy", "yes")],
    "pulumi config set --secret weld:apiKey": [("value", "key-of-my-workspace")],
}


def edit(program: Path, block: Block) -> None:
    """Replace the lines of the program that the page takes away by those that it adds."""
    old, new = ("".join(re.findall(rf"^\{sign}(.*\n)", block.text, re.MULTILINE)) for sign in "-+")
    text = program.read_text()
    assert old in text
    program.write_text(text.replace(old, new))


def set_schedule(url: str, interval: str) -> None:
    """Do what a person does on the page of the sync; tests/browser does it in a real browser."""
    (sync,) = requests.get(f"{url}/_simulator/state", timeout=30).json()["syncs"]
    form = {"do": "save", "sync_interval": interval, "enabled": "on"}
    requests.post(f"{url}/_simulator/edit/syncs/{sync['id']}", form, timeout=30).raise_for_status()


def preview_misspelled(reader: Reader, program: Path) -> None:
    """Make the mistake that the page describes; its next block shows what the preview prints."""
    right = program.read_text()
    program.write_text(right.replace("refunds", "refnds"))
    reader.printed = reader.run("pulumi preview || true")
    program.write_text(right)


@pytest.mark.long
def test_start_here_leads_a_reader_from_an_empty_folder_to_a_sync_on_the_simulator_and_then_in_weld(
    tmp_path: Path,
) -> None:
    port = free_port()
    # What differs here: a free port, and the environment of the tests, since `pulumi install` needs a package registry.
    instead = {"8400": str(port), "pulumi install": f"ln -s {sys.prefix} .venv"}
    with Simulator(api_key="key-of-my-workspace") as workspace:
        env = {**surroundings(tmp_path / "pulumi"), **agreeing(tmp_path), "WELD_API_URL": workspace.url}
        with Reader(tmp_path, env, instead, ANSWERS, in_terminal=True) as reader:
            for block in reader.follow("docs/start.md"):
                if block.language == "diff":
                    edit(tmp_path / "weld-start" / "__main__.py", block)
                if "24 after" in block.text:
                    preview_misspelled(reader, tmp_path / "weld-start" / "__main__.py")
                if block.text == "pulumi up --yes\n":
                    set_schedule(f"http://127.0.0.1:{port}", "0 3 * * *")
                if "stack rm simulated" in block.text:
                    assert requests.get(f"http://127.0.0.1:{port}/_simulator/state", timeout=30).json()["syncs"] == []
                    assert workspace.requests() == []  # nothing reached Weld until the page said so
        (sync,) = workspace.state()["syncs"]
        assert (sync["destination_schema_name"], sync["sync_interval"]) == ("weld_stripe", "0 * * * *")
        assert sorted(stream["name"] for stream in workspace.state()["streams"]) == ["charges", "customers", "refunds"]
