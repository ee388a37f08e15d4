from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.wording import says
from weld_pulumi import __version__
from weld_pulumi.simulator import Simulator

from .conftest import Run, data_of
from .fake_pulumi import FakePulumi, project


@pytest.fixture
def healthy(pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A machine on which all is well, in a project whose stack has no configuration."""
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    pulumi.answers("version", stdout="v3.272.0")
    pulumi.answers("config", stdout={})
    project(Path.cwd())
    return pulumi


def findings(run: Run, *options: str, code: int = 0, **env: str | None) -> dict[str, tuple[str, str]]:
    """Check to its status, and to its detail and advice."""
    told = data_of(run("doctor", "--json", *options, code=code, **env))
    return {each["check"]: (each["status"], f"{each['detail']} {each['advice']}") for each in told}


def interpreter(folder: Path, text: str = 'exec "{python}" "$@"') -> Path:
    """A virtual environment that has a Python, which does what the text says."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n" + text.format(python=sys.executable) + "\n")
    python.chmod(0o755)
    return python


def test_doctor_finds_all_well_where_it_is(weld: Simulator, run: Run, healthy: FakePulumi) -> None:
    text = run("doctor").stdout
    assert [line[0] for line in text.splitlines()] == ["✓"] * len(text.splitlines())
    told = findings(run)
    assert list(told) == [
        *("Python", "Pulumi SDK", "Pulumi CLI", "Pulumi plugin", "Project", "Project's Python"),
        *("API key", "Address of Weld", "Weld", "Key accepted", "Connections"),
    ]
    assert told["Connections"][1].strip() == "1"
    assert "WELD_API_KEY" in told["API key"][1]
    assert weld.api_key not in text


def test_doctor_says_when_there_is_no_pulumi(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    text = run("doctor", code=1).stdout
    assert says(text, "✗ Pulumi CLI: ", "`pulumi` on PATH")
    assert "- Project: " in text


def test_an_old_cli_is_a_warning(run: Run, healthy: FakePulumi) -> None:
    healthy.answers("version", stdout="v3.100.0")
    assert findings(run)["Pulumi CLI"][0] == "warning"


def test_a_cli_that_does_not_run_is_a_failure_with_its_words(run: Run, healthy: FakePulumi) -> None:
    healthy.answers("version", stderr="error: broken", code=1)
    status, text = findings(run, code=1)["Pulumi CLI"]
    assert status == "failed"
    assert "broken" in text


def test_a_missing_plugin_is_a_failure(run: Run, healthy: FakePulumi) -> None:
    (healthy.folder / "pulumi-resource-pulumi-python").unlink()
    assert findings(run, code=1)["Pulumi plugin"][0] == "failed"


def test_doctor_finds_the_plugin_beside_the_real_cli(run: Run, healthy: FakePulumi, tmp_path: Path) -> None:
    """Some installers put only a link to `pulumi` on PATH."""
    real = tmp_path / "opt"
    real.mkdir()
    for name in ("pulumi", "pulumi-resource-pulumi-python"):
        (healthy.folder / name).rename(real / name)
    for name in ("answers.json",):
        (healthy.folder / name).rename(real / name)
    (healthy.folder / "pulumi").symlink_to(real / "pulumi")
    status, text = findings(run)["Pulumi plugin"]
    assert (status, str(real) in text) == ("ok", True)


# Which Python the project takes


def options(text: str) -> str:
    return f"name: t\nruntime:\n  name: python\n  options: {{{text}}}\n"


def test_a_virtual_environment_without_the_package_is_a_failure(run: Run, healthy: FakePulumi) -> None:
    python = interpreter(
        Path.cwd() / ".venv", "echo \"ModuleNotFoundError: No module named 'weld_pulumi'\" >&2; exit 1"
    )
    project(Path.cwd(), options("toolchain: pip, virtualenv: .venv"))
    status, text = findings(run, code=1)["Project's Python"]
    assert status == "failed"
    assert "No module named 'weld_pulumi'" in text
    assert f"{python} -m pip install weld-pulumi" in text


def test_a_virtual_environment_that_is_not_there_is_a_failure(run: Run, healthy: FakePulumi) -> None:
    project(Path.cwd(), options("toolchain: pip, virtualenv: venv"))
    status, text = findings(run, code=1)["Project's Python"]
    assert status == "failed"
    assert str(Path.cwd() / "venv") in text


def test_a_virtual_environment_that_is_right_is_found_for_pip_and_uv(run: Run, healthy: FakePulumi) -> None:
    python = interpreter(Path.cwd() / ".venv")
    for text in ("toolchain: pip, virtualenv: .venv", "toolchain: uv"):
        project(Path.cwd(), options(text))
        assert findings(run)["Project's Python"] == ("ok", f"{python} (weld-pulumi {__version__}) ")


def test_another_version_of_the_package_is_a_warning(run: Run, healthy: FakePulumi) -> None:
    interpreter(Path.cwd() / ".venv", "echo 0.0.1")
    project(Path.cwd(), options("toolchain: uv"))
    status, text = findings(run)["Project's Python"]
    assert status == "warning"
    assert "0.0.1" in text


def test_main_in_another_folder_takes_the_environment_away(run: Run, healthy: FakePulumi) -> None:
    """The trap: Pulumi looks for the environment below `main` for resources, below the root for the program."""
    interpreter(Path.cwd() / ".venv")
    (Path.cwd() / "infra").mkdir()
    project(Path.cwd(), "main: infra\n" + options("toolchain: pip, virtualenv: .venv"))
    told = findings(run, code=1)
    assert told["Python of the program"][0] == "ok"
    status, text = told["Python of the resources"]
    assert status == "failed"
    assert "`main`" in text


def test_poetry_tells_its_environment(run: Run, healthy: FakePulumi, tmp_path: Path) -> None:
    python = interpreter(tmp_path / "poetry-env")
    poetry = healthy.folder / "poetry"
    poetry.write_text(f"#!/bin/sh\necho {tmp_path / 'poetry-env'}\n")
    poetry.chmod(0o755)
    project(Path.cwd(), options("toolchain: poetry"))
    assert str(python) in findings(run)["Project's Python"][1]


def test_a_lock_file_without_a_toolchain_is_a_warning(run: Run, healthy: FakePulumi) -> None:
    (Path.cwd() / "uv.lock").touch()
    status, text = findings(run)["Project"]
    assert status == "warning"
    assert "toolchain: pip" in text


def test_projects_of_other_languages_are_skipped_and_a_broken_one_fails(run: Run, healthy: FakePulumi) -> None:
    project(Path.cwd(), "name: t\nruntime: nodejs\n")
    assert findings(run)["Project"][0] == "skipped"
    project(Path.cwd(), "name: [")
    assert findings(run, code=1)["Project"][0] == "failed"
    project(Path.cwd(), "")
    assert findings(run)["Project"][0] == "skipped"


# What the project's Python is given

SECRETS = {
    "WELD_API_KEY": "key-s3cr3t",
    "WELD_SOMETHING": "other-s3cr3t",
    "PULUMI_ACCESS_TOKEN": "token-s3cr3t",
    "PULUMI_CONFIG_PASSPHRASE": "phrase-s3cr3t",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/file-s3cr3t",
}


@pytest.mark.parametrize("name", ["pulumi", "weld_pulumi", "grpc"])
@pytest.mark.parametrize("python_path", [None, ".", ":"])
def test_no_code_of_the_folder_is_run(run: Run, healthy: FakePulumi, name: str, python_path: str | None) -> None:
    interpreter(Path.cwd() / ".venv")
    project(Path.cwd(), options("toolchain: pip, virtualenv: .venv"))
    Path(f"{name}.py").write_text(f"open({str(Path.cwd() / 'ran')!r}, 'w')\n__version__ = '6.6.6'\n")
    assert findings(run, PYTHONPATH=python_path)["Project's Python"][0] == "ok"
    assert not Path("ran").exists()


@pytest.mark.parametrize("toolchain", ["pip, virtualenv: .venv", "poetry"])
def test_the_projects_python_gets_no_secret_and_runs_elsewhere(
    run: Run, healthy: FakePulumi, tmp_path: Path, toolchain: str
) -> None:
    told = tmp_path / "told"
    interpreter(Path.cwd() / ".venv", f'(pwd; env) >> {told}; exec "{{python}}" "$@"')
    poetry = healthy.folder / "poetry"
    poetry.write_text(f"#!/bin/sh\nenv >> {told}\necho {Path.cwd() / '.venv'}\n")
    poetry.chmod(0o755)
    project(Path.cwd(), options(f"toolchain: {toolchain}"))
    assert findings(run, code=1, **{"HOME": str(tmp_path), **SECRETS})["Project's Python"][0] == "ok"
    given = told.read_text().splitlines()
    assert f"HOME={tmp_path}" in given
    assert [line for line in given if "s3cr3t" in line] == []
    assert str(Path.cwd()) not in given


@pytest.mark.parametrize("toolchain", ["pip, virtualenv: .venv", "poetry"])
def test_the_project_of_another_user_is_not_run(
    run: Run, healthy: FakePulumi, monkeypatch: pytest.MonkeyPatch, toolchain: str
) -> None:
    """Anybody can put a Pulumi.yaml into a folder above, such as /tmp."""
    for python in (interpreter(Path.cwd() / ".venv"), healthy.folder / "poetry"):
        python.write_text(f"#!/bin/sh\ntouch {Path.cwd() / 'ran'}\n")
        python.chmod(0o755)
    project(Path.cwd(), options(f"toolchain: {toolchain}"))
    somebody_else = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    status, text = findings(run)["Project's Python"]
    assert status == "skipped"
    assert "another user" in text
    assert not Path("ran").exists()


def test_help_says_whose_python_is_run(run: Run) -> None:
    assert "runs the project's Python" in " ".join(run("doctor", "--help").stdout.split())


# Key and Weld


def test_a_missing_key_is_a_failure_that_says_how_to_set_one(run: Run, healthy: FakePulumi) -> None:
    told = findings(run, code=1, WELD_API_KEY=None)
    assert told["API key"][0] == "failed"
    assert "pulumi config set --secret weld:apiKey" in told["API key"][1]
    assert told["Weld"][0] == "skipped"


def test_doctor_says_why_a_stack_cannot_be_read(run: Run, healthy: FakePulumi) -> None:
    healthy.answers("config", stderr="error: no stack selected", code=255)
    told = findings(run, code=1, WELD_API_KEY=None)
    assert "no stack selected" in told["Stack"][1]
    assert findings(run, "--stack", "x", code=1)["Settings"][0] == "failed"


def test_a_key_that_is_stored_in_plain_text_is_a_warning(weld: Simulator, run: Run, healthy: FakePulumi) -> None:
    values = {"weld:apiKey": {"value": weld.api_key, "secret": False}, "weld:apiUrl": {"value": weld.url}}
    healthy.answers("config", stdout=values)
    told = findings(run, WELD_API_KEY=None, WELD_API_URL=None)
    assert told["Stored key"][0] == "warning"
    assert "pulumi config set --secret" in told["Stored key"][1]
    assert "weld:apiKey in the stack configuration" in told["API key"][1]


def test_a_second_key_is_a_warning_that_says_which_counts(run: Run, healthy: FakePulumi) -> None:
    healthy.answers("config", stdout={"weld:apiKey": {"secret": True}})
    status, text = findings(run)["Stored key"]
    assert status == "warning"
    assert "`pulumi up` prefers" in text


def test_an_address_that_is_not_allowed_is_a_failure(run: Run, healthy: FakePulumi) -> None:
    status, text = findings(run, code=1, WELD_API_URL="http://weld.example")["Settings"]
    assert status == "failed"
    assert "https://" in text


@pytest.mark.parametrize("reading", ["401", "403", "401_empty", "403_html"])
def test_doctor_says_that_a_key_is_refused_and_does_not_show_it(
    weld: Simulator, run: Run, healthy: FakePulumi, reading: str
) -> None:
    weld.set_reading("refused_key", reading)
    told = findings(run, code=1, WELD_API_KEY="wrong-key-123")
    assert told["Weld"][0] == "ok"
    assert told["Key accepted"][0] == "failed"
    assert "wrong-key-123" not in str(told)


def test_a_weld_that_cannot_be_reached_is_a_failure(run: Run, healthy: FakePulumi) -> None:
    told = findings(run, code=1, WELD_API_URL="http://127.0.0.1:1")
    assert told["Weld"][0] == "failed"
    assert "Key accepted" not in told


def test_a_host_that_is_not_weld_is_a_failure(weld: Simulator, run: Run, healthy: FakePulumi) -> None:
    weld.fault("html_200", "GET", "/integrations", times=None)
    assert findings(run, code=1)["Weld"][0] == "failed"


def test_doctor_runs_as_a_process(weld: Simulator, healthy: FakePulumi) -> None:
    env = {
        "PATH": str(healthy.folder),
        "WELD_API_KEY": weld.api_key,
        "WELD_API_URL": weld.url,
        "PULUMI_PYTHON_CMD": sys.executable,
    }
    command = [sys.executable, "-m", "weld_pulumi", "doctor"]
    ran = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**env, "PYTHONUTF8": "1"}, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "✓ Key accepted: yes" in ran.stdout
