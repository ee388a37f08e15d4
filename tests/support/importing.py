"""Helpers for the tests of `weld-pulumi import` on the real engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.on_engine import weld_pulumi
from weld_pulumi.simulator import Simulator

SOURCES = ("stripe", "hubspot", "google-ads", "klaviyo", "shopify", "mysql")


def take_over(stack: Project, *options: str) -> None:
    """Write the program and import it."""
    (stack.folder / "__main__.py").unlink()
    weld_pulumi(stack, "import", *options)
    stack.cli("import", "--file", "import.json", "--generate-code=false", "--yes", "--stack", STACK)


def populate(weld: Simulator, connections: int, syncs: int, streams: int) -> None:
    """Create connections to several integrations, with syncs and streams evenly distributed over them."""
    each = streams // syncs
    for integration in SOURCES:
        for number in range(each):
            weld.set_catalogue_stream(integration, f"table_{number:03d}")
    names = [f"table_{number:03d}" for number in range(each)]
    odd = {"full_sync_at_midnight": True, "excluded_columns": ["secret"]}
    made = [weld.create_connection(SOURCES[n % len(SOURCES)], f"Source {n}")["id"] for n in range(connections)]
    for number in range(syncs):
        entries = [{"name": name, **odd} if index % 10 == 0 else name for index, name in enumerate(names)]
        weld.create_sync(
            made[number % connections], destination_schema_name=f"raw_{number}", streams=entries, enabled=True
        )


def is_clean(folder: Path) -> None:
    """Return what ruff and mypy report for a program, without the settings of this project."""
    for words in (
        ["ruff", "check", "--isolated", "."],
        ["ruff", "format", "--isolated", "--check", "."],
        ["mypy", "--strict", "--config-file", os.devnull, "."],
    ):
        ran = subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def import_a_large_workspace(weld: Simulator, stack: Project, connections: int, syncs: int, streams: int) -> None:
    """Check an import: a module for each integration, deterministic output, no lint errors, and an empty preview."""
    populate(weld, connections, syncs, streams)
    weld.clear_requests()
    take_over(stack)
    files = {path.name: path.read_bytes() for path in stack.folder.iterdir() if path.is_file()}
    assert {f"weld_{source.replace('-', '_')}.py" for source in SOURCES} | {"weld_databricks.py"} <= set(files)
    assert b"EltSync" not in files["__main__.py"]
    weld_pulumi(stack, "import", "--force")
    assert {path.name: path.read_bytes() for path in stack.folder.iterdir() if path.is_file()} == files
    is_clean(stack.folder)
    previewed = stack.preview("--expect-no-changes")
    assert previewed.changed == {}
    assert len(stack.resources()) == connections + 1 + syncs
    assert weld.writes() == []
