from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from weld_pulumi import __version__
from weld_pulumi.cli import cli
from weld_pulumi.errors import WeldConnectionError
from weld_pulumi.simulator import Simulator

from .conftest import Run

COMMANDS = [
    *("doctor", "authorize", "import"),
    *("connections", "integrations", "settings", "syncs", "streams", "status", "runs", "orchestrations"),
    *("health", "drift"),
    *("run", "full-refresh", "run-orchestration", "enable", "disable"),
    "simulator",
]


def test_weld_pulumi_has_these_commands() -> None:
    assert list(cli.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_with_an_example(name: str) -> None:
    text = CliRunner().invoke(cli, [name, "--help"]).stdout
    assert f"  weld-pulumi {name}" in text or f"Example: weld-pulumi {name}" in text
    options = [param for param in cli.commands[name].params if isinstance(param, click.Option)]
    assert all(option.help for option in options)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_example_in_the_help_of_a_command_has_arguments_that_it_accepts(name: str) -> None:
    """The site shows the examples too."""
    _, _, examples = CliRunner().invoke(cli, [name, "--help"]).stdout.rpartition("Example")
    lines = re.findall(r"weld-pulumi [^>\n]+", examples)  # up to a redirection
    assert lines
    for line in lines:
        _, command, *words = shlex.split(line)
        assert command == name
        with cli.commands[command].make_context(command, words) as context:
            assert context.params


def test_the_list_of_commands_has_no_sentence_that_is_cut() -> None:
    text = CliRunner().invoke(cli, ["--help"]).stdout
    assert "..." not in text.partition("\n")[2]
    assert all(f"\n  {name} " in text for name in COMMANDS)


@pytest.mark.parametrize(
    "command", [[sys.executable, "-m", "weld_pulumi"], [str(Path(sys.executable).with_name("weld-pulumi"))]]
)
def test_weld_pulumi_runs_as_a_module_and_as_a_script(command: list[str]) -> None:
    ran = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"weld-pulumi, version {__version__}"


def test_an_error_is_one_paragraph_without_a_traceback(weld: Simulator, run: Run) -> None:
    weld.fault("status", "GET", "/connections", status=500)
    result = run("connections", code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("Error: GET /connections: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_command_shows_the_traceback_on_demand(weld: Simulator) -> None:
    environment = {
        "WELD_TRACEBACK": "1",
        "WELD_API_KEY": "k",
        "WELD_API_URL": "http://127.0.0.1:1",
        "WELD_MAX_RETRIES": "0",
    }
    result = CliRunner(env=environment).invoke(cli, ["connections"])
    assert isinstance(result.exception, WeldConnectionError)


def test_a_terminal_that_knows_no_check_marks_gets_other_signs() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "weld_pulumi", "doctor"],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": "/nonexistent"},
        check=False,
    )
    assert ran.stdout.startswith(b"? Python: ")
    assert b"Traceback" not in ran.stderr
