"""The examples that run Pulumi themselves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.engine import Project
from tests.support.examples import copy_example
from weld_pulumi.simulator import Simulator


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with the CLI, and a backend and a home for it."""
    return Project(tmp_path / "unused", "").env


def run(folder: Path, env: dict[str, str], *words: str) -> str:
    ran = subprocess.run(["python", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.long
def test_the_example_deploys_a_sync_per_customer(
    tmp_path: Path, env: dict[str, str], weld_simulator: Simulator
) -> None:
    folder = copy_example("sync-per-customer", tmp_path / "sync-per-customer")
    weld_simulator.create_connection("stripe", "Stripe platform")
    env |= {"WELD_API_URL": weld_simulator.url, "WELD_API_KEY": weld_simulator.api_key}

    assert run(folder, env, "deploy.py", "up", "acme", "globex") == "acme: 2 create\nglobex: 2 create\n"
    assert {
        sync["destination_schema_name"]: (sync["sync_interval"], sync["elt_settings"])
        for sync in weld_simulator.state()["syncs"]
    } == {
        "stripe_acme": ("0 */6 * * *", {"account": "acct_1Acme"}),
        "stripe_globex": ("0 * * * *", {"account": "acct_1Globex"}),
    }

    customers = folder / "customers.json"
    changed = json.loads(customers.read_text())
    changed["globex"]["streams"] = ["charges"]
    customers.write_text(json.dumps(changed))
    assert run(folder, env, "deploy.py", "preview", "acme", "globex") == "acme: 2 same\nglobex: 1 same, 1 update\n"

    assert run(folder, env, "deploy.py", "destroy", "acme") == "acme: removed\n"
    enabled = {sync["destination_schema_name"]: sync["enabled"] for sync in weld_simulator.state()["syncs"]}
    assert enabled == {"stripe_acme": False, "stripe_globex": True}


@pytest.mark.long
def test_the_example_of_a_users_tests_passes(tmp_path: Path, env: dict[str, str]) -> None:
    folder = copy_example("testing", tmp_path / "testing")
    assert "5 passed" in run(folder, env, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
