"""templates/weld-databricks-python: what `pulumi new` makes of it, and whether that runs."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.support import git_server
from tests.support.cli import surroundings
from tests.support.databricks_stub import install
from tests.support.engine import Project
from tests.support.raw_server import CERTIFICATE
from tests.support.terminal import Terminal
from weld_pulumi.simulator import DEFAULT_API_KEY as KEY
from weld_pulumi.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "weld-databricks-python"
HOST = "https://github.com"
FILES = {".gitignore", "Pulumi.yaml", "README.md", "__main__.py", "requirements.txt"}


def url_in_readme() -> str:
    found = re.search(rf"^pulumi new ({HOST}/\S+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_pulumi_new_makes_a_project_with_its_own_name_out_of_the_template(tmp_path: Path) -> None:
    project = Project(tmp_path, "", name="unused")
    made = tmp_path / "made"
    arguments = ("--yes", "--generate-only", "--name", "shop-data", "--description", "Shop data in Databricks")
    project.cli("new", str(TEMPLATE), *arguments, "--dir", str(made))

    assert {file.name for file in made.iterdir()} == FILES
    assert not [file.name for file in made.iterdir() if "${" in file.read_text()]
    settings = yaml.safe_load((made / "Pulumi.yaml").read_text())
    assert (settings["name"], settings["description"]) == ("shop-data", "Shop data in Databricks")
    assert settings["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert "template" not in settings
    for line in (made / "requirements.txt").read_text().splitlines():
        requirement = Requirement(line)
        assert requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)


def test_each_value_that_the_template_asks_for_is_explained() -> None:
    asked = yaml.safe_load((TEMPLATE / "Pulumi.yaml").read_text())["template"]["config"]
    assert all(value["description"] for value in asked.values())
    assert [key for key, value in asked.items() if value.get("secret")] == ["weld:apiKey"]
    readme = (TEMPLATE / "README.md").read_text()
    assert [key for key in asked if f"`{key}`" not in readme] == []
    used = re.findall(r'config\.\w+\("(\w+)"\)', (TEMPLATE / "__main__.py").read_text())
    assert {*used, "weld:apiKey"} == asked.keys()


#: The questions of `pulumi new`, and what a person answers; nothing for the default.
ANSWERS = {
    r"must exist \(catalog\) \(main\):": "raw",
    r"\(loader\):": "05dd2382-644f-506d-857b-5c2fa945ebf3",
    r"\(schedule\) \(0 \*/6 \* \* \*\):": "",
    r"\(schema\) \(weld_stripe\):": "",
    r"\(weld:apiKey\):": KEY,
}


def run(command: str, folder: Path, env: Mapping[str, str], answers: Mapping[str, str] | None = None) -> str:
    """Run a command in a terminal, answer its questions, and return what the terminal shows at the end."""
    consent = ["--yes", "--skip-preview"] if command.startswith(("pulumi up", "pulumi destroy")) else []
    with Terminal([*shlex.split(command, comments=True), *consent], folder, env, 120) as screen:
        for question, answer in (answers or {}).items():
            screen.until(question)
            screen.press(f"{answer}\r".encode())
        assert screen.finish() == 0, screen.text
        return screen.text


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a Git repository with the template; return the URL of README on this server."""
    shutil.copytree(TEMPLATE, folder / "repository" / "templates" / TEMPLATE.name)
    owner, name = url_in_readme().removeprefix(f"{HOST}/").split("/")[:2]
    git_server.commit_to_bare(folder / "repository", folder / "served" / owner / f"{name}.git")
    with git_server.serve(folder / "served") as address:
        yield url_in_readme().replace(HOST, address)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only there does Go take its certificates from SSL_CERT_FILE")
@pytest.mark.xdist_group("databricks")
def test_the_template_of_the_readme_becomes_a_project_that_comes_up(tmp_path: Path, weld_simulator: Simulator) -> None:
    """From a Git repository that is served over HTTPS, with the questions that a person answers in a terminal."""
    folder = tmp_path / "program"
    folder.mkdir()
    env = surroundings(tmp_path / "pulumi") | {"SSL_CERT_FILE": str(CERTIFICATE), "WELD_API_URL": weld_simulator.url}
    # `pulumi new` installs the plugins that the project needs, unless they are in Pulumi's home.
    stub = install(tmp_path / "bin") / "pulumi-resource-databricks"
    run(f"pulumi plugin install resource databricks {metadata.version('pulumi-databricks')} --file {stub}", folder, env)
    with served(tmp_path) as url:
        shown = run(f"pulumi new {url} --name shop-data --stack dev --description 'Shop data'", folder, env, ANSWERS)
    assert KEY not in shown
    config = yaml.safe_load((folder / "Pulumi.dev.yaml").read_text())["config"]
    assert config["weld:apiKey"].keys() == {"secure"}
    assert config["shop-data:catalog"] == "raw"

    # The environment of the tests instead of the one that `pulumi new` has made: it has no package of this checkout.
    shutil.rmtree(folder / ".venv", ignore_errors=True)
    (folder / ".venv").symlink_to(sys.prefix)
    readme = (folder / "README.md").read_text()
    deploy, change = re.findall(r"^\$ (.*)$", readme, re.MULTILINE), re.findall(r"`(pulumi config.*?)`", readme)
    assert (len(deploy), len(change)) == (2, 2)
    for command in [*deploy, "pulumi up --expect-no-changes", *change, "pulumi up"]:
        run(command, folder, env)
    [sync] = weld_simulator.state()["syncs"]
    assert (sync["destination_schema_name"], sync["sync_interval"]) == ("weld_stripe", "0 3 * * *")
    run("pulumi destroy", folder, env)
    assert weld_simulator.state()["syncs"] == []
