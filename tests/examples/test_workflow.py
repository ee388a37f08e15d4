"""The workflow that docs/guides/authorize.md shows, job by job as its steps say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "authorize.md"
PROGRAM = """
    import pulumi
    import weld_pulumi as weld

    stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (production)", authorization_timeout=0)
    pulumi.export("authorize_stripe", stripe.authorize_url)
    weld.EltSync("sync", connection_id=stripe.id, destination_schema_name="raw", sync_interval="0 6 * * *")
"""


def workflow() -> dict[str, Any]:
    found = re.search(r"^```yaml\n(name: weld\n.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    read: dict[str, Any] = yaml.safe_load(found[1])
    return read


def summary(project: Project, script: str, folder: Path) -> str:
    """Run the step that tells a person the way; what it writes for the job's summary."""
    file = folder / "summary"
    file.write_text("")
    env = {**project.env, "GITHUB_STEP_SUMMARY": str(file)}
    subprocess.run(["bash", "-e", "-c", script], cwd=project.folder, env=env, check=True, capture_output=True)
    return file.read_text()


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_the_workflow_of_the_guide_previews_without_a_link_and_tells_a_person_the_way(
    weld: Simulator, stack: Stacks, tmp_path: Path
) -> None:
    told = workflow()
    steps = told["jobs"]["pulumi"]["steps"]
    assert next(step["run"].partition(" #")[0] for step in steps if "run" in step) == "pulumi install"
    (deploys,) = (step["with"] for step in steps if "command" in step.get("with", {}))
    script = next(step["run"] for step in steps if step.get("name") == "Link for a person")
    script = script.replace(deploys["stack-name"], STACK)
    # The key comes from the environment, as the workflow gives it; the settings hold none.
    assert "WELD_API_KEY" in told["env"]
    project = stack(PROGRAM, secrets={"weld:apiKey": ""}, env={"WELD_API_KEY": weld.api_key})

    preview = project.preview()  # a pull request
    assert "token=" not in preview.text + "".join(map(str, preview.diagnostics))
    assert not project.up(check=False).ok  # a push to main
    (link,) = (bridge["authorize_url"] for bridge in weld.pending_bridges())
    assert link in summary(project, script, tmp_path)

    weld.authorize(weld.pending_bridges()[0]["id"])
    assert project.up().ok  # the same job again
    assert len(weld.state()["syncs"]) == 1
    assert "token=" not in summary(project, script, tmp_path)
