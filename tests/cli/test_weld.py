"""Which Weld a command speaks to, and with which key."""

from __future__ import annotations

from pathlib import Path

import pytest

from weld_pulumi.simulator import Simulator

from .conftest import Run
from .fake_pulumi import FakePulumi, project


def configured(weld: Simulator, key: str | None = None) -> dict[str, object]:
    return {
        "weld:apiKey": {"value": key or weld.api_key, "secret": True},
        "weld:apiUrl": {"value": weld.url, "secret": False},
        "other:thing": {"value": "x"},
    }


def test_the_environment_is_enough_and_pulumi_is_not_asked(run: Run, pulumi: FakePulumi) -> None:
    project(Path.cwd())
    run("connections")
    assert pulumi.asked() == []


def test_the_selected_stack_is_used_where_the_environment_has_no_key(
    weld: Simulator, run: Run, pulumi: FakePulumi
) -> None:
    project(Path.cwd().parent)  # a project is looked for upward
    pulumi.answers("config", "--json", stdout=configured(weld))
    run("connections", WELD_API_KEY=None, WELD_API_URL=None)
    run("connections", WELD_API_KEY=None, WELD_API_URL="https://stack.wins.invalid")
    assert not any("--stack" in words for words in pulumi.asked())


def test_a_stack_that_is_named_counts_more_than_the_environment(weld: Simulator, run: Run, pulumi: FakePulumi) -> None:
    pulumi.answers("config", "--stack", "prod", stdout=configured(weld))
    run("connections", "--stack", "prod", WELD_API_KEY="another", WELD_API_URL="https://other.invalid")


def test_a_stack_that_is_named_must_be_there(run: Run, pulumi: FakePulumi) -> None:
    pulumi.answers("config", stderr="error: no stack named 'nope' found", code=1)
    assert "no stack named 'nope' found" in run("connections", "--stack", "nope", code=1).stderr


def test_without_a_project_pulumi_is_not_asked(run: Run, pulumi: FakePulumi) -> None:
    assert "WELD_API_KEY" in run("connections", code=1, WELD_API_KEY=None).stderr
    assert pulumi.asked() == []


def test_a_stack_that_cannot_be_read_is_quiet_until_the_key_is_missing(run: Run, pulumi: FakePulumi) -> None:
    project(Path.cwd())
    pulumi.answers("config", stderr="warning: old\nerror: passphrase must be set\n", code=255)
    error = run("connections", code=1, WELD_API_KEY=None).stderr
    assert "WELD_API_KEY" in error
    assert "passphrase must be set" in error
    assert "warning" not in error


def test_a_pulumi_that_answers_nonsense_is_an_error_that_says_so(run: Run, pulumi: FakePulumi) -> None:
    project(Path.cwd())
    pulumi.answers("config", stdout="Welcome to Pulumi!")
    assert "JSON" in run("connections", code=1, WELD_API_KEY=None).stderr


def test_the_address_may_be_an_option(weld: Simulator, run: Run, pulumi: FakePulumi) -> None:
    run("connections", "--api-url", weld.url, WELD_API_URL="https://other.invalid")
    pulumi.answers("config", stdout={**configured(weld), "weld:apiUrl": {"value": "https://other.invalid"}})
    run("connections", "--api-url", weld.url, "--stack", "prod")


@pytest.mark.parametrize("url", ["http://weld.example", "nonsense", "https://u:p@weld.example"])
def test_an_address_that_cannot_be_used_is_refused(run: Run, url: str) -> None:
    assert "--api-url" in run("connections", "--api-url", url, code=2).stderr


def test_a_key_is_never_an_option_of_a_command(run: Run) -> None:
    run("connections", "--api-key", "x", code=2)


def test_a_refused_key_is_named_by_its_source_and_never_shown(weld: Simulator, run: Run, pulumi: FakePulumi) -> None:
    error = run("connections", code=1, WELD_API_KEY="wrong-key-123").stderr
    assert "environment variable WELD_API_KEY" in error
    assert "wrong-key-123" not in error
    pulumi.answers("config", stdout=configured(weld, "wrong-key-123"))
    error = run("connections", "--stack", "dev", code=1).stderr
    assert "weld:apiKey in the stack configuration" in error
    assert "wrong-key-123" not in error
