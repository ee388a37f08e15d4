"""The workflows of examples/github-actions, command by command, on the real CLI; GitHub and Weld are on localhost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import surroundings
from tests.support.examples import EXAMPLES, copy_example
from tests.support.github_comments import REPOSITORY, TOKEN, GitHub, github
from tests.support.person import agreeing
from tests.support.workflows import Ran, Runner, commands, shell
from weld_pulumi.simulator import Simulator

FOLDER = EXAMPLES / "github-actions"
WORKFLOWS = FOLDER / ".github" / "workflows"
README = (FOLDER / "README.md").read_text()
VARIANTS = sorted(each for each in (FOLDER / "variants").iterdir() if each.is_dir())
PULL_REQUEST = 7
#: pip needs a package registry; the environment of the tests is in the checkout instead.
REPLACED = {"pulumi install": "test -x .venv/bin/weld-pulumi"}


class Team:
    """A repository with the example in it, and what its workflows meet: Weld, GitHub and a backend for the state."""

    def __init__(self, folder: Path, weld: Simulator, hub: GitHub) -> None:
        self._folder = folder
        self._weld = weld
        self.hub = hub
        self.checkout = copy_example(FOLDER.name, folder / "checkout")
        of_machine = surroundings(folder / "pulumi")
        self.backend, self.passphrase = (
            of_machine.pop(f"PULUMI_{name}") for name in ("BACKEND_URL", "CONFIG_PASSPHRASE")
        )
        of_machine |= {"CI": "true", "GITHUB_ACTIONS": "true", "WELD_API_URL": weld.url}
        of_machine |= {"GITHUB_API_URL": hub.url, "GITHUB_REPOSITORY": REPOSITORY}
        self.runner = Runner(
            self.checkout,
            of_machine,
            values={
                "github.token": TOKEN,
                "github.repository": REPOSITORY,
                "github.event.pull_request.number": str(PULL_REQUEST),
                "github.event.pull_request.head.repo.full_name": REPOSITORY,
                "github.event.pull_request.user.login": "ada",
                "secrets.PULUMI_CONFIG_PASSPHRASE": self.passphrase,
                "secrets.WELD_API_KEY": weld.api_key,
                "vars.PULUMI_BACKEND_URL": self.backend,
            },
            actions={
                "actions/checkout": {},  # the copy of the example
                "actions/setup-python": {},  # the Python of the tests
                "pulumi/actions": {},  # the CLI of the tests
                "aws-actions/configure-aws-credentials": {},  # the state is in a folder
                # In place of Pulumi Cloud: a folder. Its stack has no organization.
                "pulumi/auth-actions": {
                    "PULUMI_BACKEND_URL": self.backend,
                    "PULUMI_CONFIG_PASSPHRASE": self.passphrase,
                    "STACK": "production",
                },
                "pulumi/esc-action": {"WELD_API_KEY": weld.api_key},
            },
            replaced=REPLACED,
        )
        self._runs = 0

    def run(self, file: Path) -> Ran:
        self._runs += 1
        return self.runner.run(file, self._folder / f"run{self._runs}")

    def change(self, old: str, new: str) -> None:
        """Change the program, as a pull request does."""
        program = self.checkout / "__main__.py"
        assert old in program.read_text()
        program.write_text(program.read_text().replace(old, new))

    def state(self) -> dict[str, int]:
        """Return every file and folder of the backend, and when it was last changed."""
        folder = Path(self.backend.removeprefix("file://"))
        return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}

    def set_up(self) -> None:
        """Do what the README asks of a person: create the stack."""
        assert "$ pulumi stack init production\n" in README
        self.at_home("pulumi stack init production")

    def at_home(self, command: str) -> str:
        """Run a command as somebody of the team does, at a machine with a browser; what it prints."""
        variables = {name: value for name, value in self.runner.env.items() if name not in ("CI", "GITHUB_ACTIONS")}
        variables |= {"PULUMI_BACKEND_URL": self.backend, "PULUMI_CONFIG_PASSPHRASE": self.passphrase}
        variables |= {"WELD_API_KEY": self._weld.api_key, **agreeing(self._folder)}
        done = shell(command, self.checkout, variables)
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def team(tmp_path: Path, weld: Simulator) -> Iterator[Team]:
    with github() as hub:
        yield Team(tmp_path, weld, hub)


def quoted_in_readme() -> str:
    """Return the summary that the README quotes."""
    lines = [line.strip() for line in README.splitlines()]
    return "\n".join(line.removeprefix(">") for line in lines if line.startswith(">"))


def shown_in_readme() -> list[str]:
    """Return the lines of a preview that the README shows."""
    found = re.search(r"^```text\n(.+?)^```", README, re.DOTALL | re.MULTILINE)
    assert found
    return found[1].splitlines()


def assert_withheld(weld: Simulator, *texts: str) -> None:
    """No key and no link is in a text that others than the team may read."""
    for text in texts:
        assert weld.api_key not in text
        assert "token=" not in text


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False, run_seconds=0.0)  # the nightly check comes after the first run
@pytest.mark.parametrize("folder", [WORKFLOWS, *VARIANTS], ids=["self-managed", *(each.name for each in VARIANTS)])
def test_the_workflows_of_a_team_deploy_preview_and_check_a_sync(team: Team, weld: Simulator, folder: Path) -> None:
    team.set_up()

    # The first merge: nobody has authorized yet, and the summary says who has to do what.
    deployed = team.run(folder / "deploy.yml")
    assert deployed.ok, deployed.log
    assert "(link withheld)" in deployed.log
    assert_withheld(weld, deployed.log, deployed.summary)
    assert deployed.summary.split() == quoted_in_readme().split()
    waiting = team.run(folder / "nightly.yml")
    assert (waiting.ok, waiting.outcomes["health"]) == (False, "failure")
    assert_withheld(weld, waiting.log, waiting.summary)
    meanwhile = team.run(folder / "preview.yml")
    assert meanwhile.ok
    assert "still waits for a person" in meanwhile.summary
    assert_withheld(weld, meanwhile.log, *team.hub.bodies(PULL_REQUEST))

    # Somebody does what the summary says, and runs the workflow again.
    (command,) = re.findall(r"`(.*authorize.*)`", deployed.summary)
    team.at_home(command)
    assert weld.pending_bridges() == []
    again = team.run(folder / "deploy.yml")
    assert (again.ok, again.summary) == (True, ""), again.log
    assert [sync["destination_schema_name"] for sync in weld.state()["syncs"]] == ["weld_stripe"]
    assert [team.run(folder / "nightly.yml").exit_codes[-2:]] == [[0, 0]]

    # A pull request, and another push to it: one comment, with what the change costs.
    team.hub.add(PULL_REQUEST, "<!-- weld preview of production --> I quote this", "mallory")
    team.change('["charges", ', '["charges", "refunds", ')
    weld.clear_requests()
    stored = team.state()
    assert team.run(folder / "preview.yml").ok
    (comment,) = team.hub.bodies(PULL_REQUEST)
    assert "### Weld: preview of production\n" in comment
    assert "Weld: sync 'stripe-to-databricks' copies for the first time: refunds" in comment
    team.change("*/6", "*/2")
    team.run(folder / "preview.yml")
    (comment,) = team.hub.bodies(PULL_REQUEST)
    for line in shown_in_readme():
        assert line in comment
    assert_withheld(weld, comment)
    assert weld.writes() == []

    # A mistake: the check of the pull request fails, and its comment says why.
    team.change("0 */2", "0 25")
    failed = team.run(folder / "preview.yml")
    assert not failed.ok
    (comment,) = team.hub.bodies(PULL_REQUEST)
    assert "### Weld: preview of production failed\n" in comment
    assert "0 25" in comment

    # Somebody changes the sync in Weld's pages: the nightly job shows it, and fails.
    weld.patch_sync(weld.state()["syncs"][0]["id"], sync_interval="0 3 * * *")
    drifted = team.run(folder / "nightly.yml")
    assert (drifted.ok, drifted.exit_codes[-2:]) == (False, [0, 2])
    assert "### Weld: 1 sync checked, no problem" in drifted.summary
    assert "### Weld: drift in 1 of 2 resources" in drifted.summary
    assert "0 3" in drifted.summary
    assert team.state() == stored  # previews and the nightly job only read


def test_a_pull_request_of_a_fork_is_previewed_without_secrets_in_the_summary(team: Team, weld: Simulator) -> None:
    file = WORKFLOWS / "preview-without-secrets.yml"
    assert "secrets." not in file.read_text()
    team.runner.values["github.event.pull_request.head.repo.full_name"] = "mallory/data"

    ran = team.run(file)

    assert ran.ok, ran.log
    assert "### Weld: preview of offline\n" in ran.summary
    assert "weld:EltSync: (create)" in ran.summary
    assert weld.requests() == []
    assert team.hub.comments == []


@pytest.mark.parametrize(
    ("repository", "author", "started"),
    [
        (REPOSITORY, "ada", "preview.yml"),
        ("mallory/data", "mallory", "preview-without-secrets.yml"),
        (REPOSITORY, "dependabot[bot]", "preview-without-secrets.yml"),  # gets no secrets either
    ],
)
def test_each_pull_request_starts_the_preview_that_has_what_it_needs(
    team: Team, repository: str, author: str, started: str
) -> None:
    team.runner.values["github.event.pull_request.head.repo.full_name"] = repository
    team.runner.values["github.event.pull_request.user.login"] = author
    assert [file.name for file in WORKFLOWS.glob("preview*.yml") if team.runner.starts(file)] == [started]


def publish(team: Team, output: str, stack: str = "production", number: int = 1) -> str:
    """Run what the last step of preview.yml runs; the summary of the job."""
    *_, script = commands(WORKFLOWS / "preview.yml")
    summary = team.checkout / "summary.md"
    summary.unlink(missing_ok=True)
    (team.checkout / "preview.txt").write_text(output)
    env = {"STACK": stack, "OUTCOME": "success", "PULL_REQUEST": str(number), "GH_TOKEN": TOKEN}
    of_job = {"GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(team.checkout)}
    done = shell(script, team.checkout, {**team.runner.env, **env, **of_job})
    assert done.returncode == 0, done.stdout
    return summary.read_text()


def test_a_stack_has_one_comment_however_many_others_there_are(team: Team) -> None:
    for number in range(230):
        team.hub.add(1, f"<!-- something else {number} -->", "github-actions[bot]")
    publish(team, "first")
    publish(team, "of another stack", stack="staging")
    for number in range(120):
        team.hub.add(1, f"+{number}", "ada")
    publish(team, "second")
    publish(team, "of another pull request", number=2)
    *others, production, staging = team.hub.bodies(1)
    assert len(others) == 230
    assert ("second" in production, "first" in production, "of another stack" in staging) == (True, False, True)
    assert len(team.hub.bodies(2)) == 1


def test_the_comment_shows_a_text_that_looks_like_markdown_as_it_is_and_cuts_one_that_is_too_long(team: Team) -> None:
    summary = publish(team, "```\n@everyone <b>\n````\n" + "x" * 70_000)
    (comment,) = team.hub.bodies(1)
    assert comment.endswith(summary)
    assert "\n`````text\n```\n@everyone <b>\n````\nxxx" in comment
    assert comment.endswith("xxx\n… The log of the job shows the rest.\n`````\n")


@pytest.mark.parametrize("folder", VARIANTS, ids=lambda folder: folder.name)
def test_the_workflows_of_a_variant_run_the_same_commands(folder: Path) -> None:
    for file in folder.glob("*.yml"):
        assert commands(file) == commands(WORKFLOWS / file.name)


def test_the_readme_names_every_workflow_file() -> None:
    files = list(WORKFLOWS.iterdir())
    assert files
    for file in [*files, *(FOLDER / "ci").glob("*.py"), *VARIANTS]:
        assert f"`{file.relative_to(FOLDER).as_posix()}`" in README
