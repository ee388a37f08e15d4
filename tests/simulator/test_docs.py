"""The page on the simulator names every request of the control API, and its examples work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from fastapi.routing import APIRoute

from weld_pulumi.simulator import Simulator
from weld_pulumi.simulator.testing.control import router

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text("utf-8")


def test_every_request_of_the_control_api_is_described() -> None:
    described = set(re.findall(r"^\| `([A-Z]+ /_simulator/[^`]*)` \|", PAGE, re.MULTILINE))
    there = {f"{m} {route.path}" for route in router.routes if isinstance(route, APIRoute) for m in route.methods or ()}
    assert described == there


def test_the_examples_of_the_page_work() -> None:
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in block]
    assert len(blocks) == 4
    with Simulator() as weld:
        script = "\n".join([f"WELD={weld.url}", *blocks])
        ran = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        state = weld.state()
    assert [row["label"] for row in state["connections"]][-1] == "Shop (production)"
    assert [row["name"] for row in state["streams"]] == ["charges"]
