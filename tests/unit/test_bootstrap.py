"""The set-up and the demo without a network: virtual environment, lock, environment variables, messages."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tools import bootstrap, demo, virtual_env
from tools.console import SetupError, last_line, run_long
from tools.local_env import ROOT, environment, without_user_settings
from tools.locking import exclusive
from tools.pulumi_cli import Cli
from tools.simulator_process import SimulatorProcess, free_port
from weld_pulumi.simulator import Simulator

Log = pytest.CaptureFixture[str]


class TestVirtualEnvironment:
    @pytest.fixture
    def venv(self, tmp_path: Path) -> Path:
        venv = tmp_path / ".venv"
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)
        (venv / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
        return venv

    def test_the_stamp_depends_on_what_is_installed(self, tmp_path: Path) -> None:
        project = tmp_path / "pyproject.toml"
        project.write_text("one")
        first = virtual_env.fingerprint(project, (3, 12), tmp_path)
        assert virtual_env.fingerprint(project, (3, 12), tmp_path) == first
        assert virtual_env.fingerprint(project, (3, 13), tmp_path) != first
        assert virtual_env.fingerprint(project, (3, 12), tmp_path / "moved") != first
        project.write_text("two")
        assert virtual_env.fingerprint(project, (3, 12), tmp_path) != first

    def test_an_environment_is_current_only_with_its_stamp_and_its_python(self, venv: Path) -> None:
        stamp = venv / ".stamp"
        assert not virtual_env.is_current(venv, stamp, "wanted")
        stamp.write_text("other")
        assert not virtual_env.is_current(venv, stamp, "wanted")
        stamp.write_text("wanted")
        assert virtual_env.is_current(venv, stamp, "wanted")
        (venv / "bin" / "python").unlink()
        (venv / "bin" / "python").symlink_to("/gone/python3")  # the Python it was made with was removed
        assert not virtual_env.is_current(venv, stamp, "wanted")

    def test_the_python_of_an_environment_is_read_from_it(self, venv: Path, tmp_path: Path) -> None:
        assert virtual_env.python_of(venv) == (3, 12)
        assert virtual_env.python_of(tmp_path / "nowhere") is None

    def test_a_moved_environment_is_recognized(self, venv: Path) -> None:
        (venv / "bin" / "activate").write_text(f"export VIRTUAL_ENV='{venv}'\n")
        assert virtual_env.is_at_home(venv)
        assert not virtual_env.is_at_home(venv.rename(venv.with_name("moved")))

    def test_a_second_time_nothing_is_run(self, venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "pyproject.toml").write_text("text")
        wanted = virtual_env.fingerprint(tmp_path / "pyproject.toml", sys.version_info[:2], venv)
        (venv / ".stamp").write_text(wanted)
        monkeypatch.setattr(virtual_env, "create", pytest.fail)
        assert virtual_env.ensure_venv(root=tmp_path, venv=venv) == venv / "bin" / "python"

    def test_a_failed_install_leaves_no_stamp(
        self, venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(_command: object, log: Path, **_: object) -> bool:
            log.parent.mkdir(exist_ok=True)
            log.write_text("ERROR: No matching distribution found for something\nnote: this is pip's last line\n")
            return False

        (tmp_path / "pyproject.toml").write_text("text")
        (venv / ".stamp").write_text("of an older pyproject.toml")
        monkeypatch.setattr(virtual_env, "LOGS", tmp_path / "logs")
        monkeypatch.setattr(virtual_env, "LOCAL", tmp_path)
        monkeypatch.setattr(virtual_env, "create", lambda _venv: None)
        monkeypatch.setattr(virtual_env, "run_long", fails)
        with pytest.raises(SetupError, match="No matching distribution found for something"):
            virtual_env.ensure_venv(root=tmp_path, venv=venv)
        assert not (venv / ".stamp").exists()

    def test_bytecode_is_written_whatever_the_environment_sets(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.dont_write_bytecode", True)
        module = tmp_path / "weld_pulumi" / "provider" / "module.py"
        module.parent.mkdir(parents=True)
        module.write_text("ANSWER = 42\n")
        virtual_env.compile_package(tmp_path)
        assert Path(importlib.util.cache_from_source(str(module))).is_file()

    def test_a_python_that_is_too_old_is_rejected(self) -> None:
        with pytest.raises(SetupError, match=r"Python 3\.9 is too old"):
            virtual_env.check_python((3, 9))

    def test_an_environment_that_a_link_points_to_is_left_alone(
        self, venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(virtual_env, "run_long", pytest.fail)
        link = tmp_path / "link"
        link.symlink_to(venv)
        with pytest.raises(SetupError, match="link is a symbolic link"):
            virtual_env.create(link)

    def test_a_python_without_venv_is_rejected(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(SetupError, match="lacks the modules venv and ensurepip"):
            virtual_env.create(tmp_path / "none")


HOLDER = """
import sys, time
from pathlib import Path
from tools.locking import exclusive
with exclusive(Path(sys.argv[1]), "Test"):
    print("held", flush=True)
    time.sleep(60)
"""


class TestLock:
    @pytest.fixture
    def holder(self, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
        """Another process that holds the lock."""
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
            process.kill()

    def test_a_lock_keeps_others_out(self, holder: subprocess.Popen[str], tmp_path: Path, capsys: Log) -> None:
        with (
            pytest.raises(SetupError, match="another process is working on it"),
            exclusive(tmp_path / "lock", "Test", timeout=0.1, poll=0.01),
        ):
            pytest.fail("got past a lock that is held")
        assert "waiting for it to finish" in capsys.readouterr().out

    def test_a_killed_holder_leaves_no_lock(self, holder: subprocess.Popen[str], tmp_path: Path) -> None:
        holder.send_signal(signal.SIGKILL)
        with exclusive(tmp_path / "lock", "Test", timeout=10, poll=0.01):
            pass

    def test_a_lock_can_be_taken_again(self, tmp_path: Path) -> None:
        for _ in range(2):
            with exclusive(tmp_path / "deeper" / "lock", "Test", timeout=0):
                pass


class TestEnvironment:
    def test_the_environment_has_nothing_of_the_users_own_pulumi(self, tmp_path: Path) -> None:
        base = {"PULUMI_ACCESS_TOKEN": "t", "PULUMI_STACK": "s", "PULUMI_HOME": "h", "PYTHONHOME": "p", "PATH": "/bin"}
        assert without_user_settings(base) == {"PATH": "/bin"}
        env = environment(Path("/cli"), base=base, local=tmp_path)
        assert sorted(name for name in env if name.startswith("PULUMI_")) == [
            "PULUMI_BACKEND_URL",
            "PULUMI_CONFIG_PASSPHRASE",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
            "PULUMI_HOME",
            "PULUMI_SKIP_UPDATE_CHECK",
        ]
        assert env["PULUMI_HOME"] == str(tmp_path / "home")
        assert env["PULUMI_BACKEND_URL"] == f"file://{tmp_path / 'state'}"
        assert (tmp_path / "state").is_dir()  # the backend wants it to be there
        assert env["PATH"].split(os.pathsep)[1:] == ["/cli", "/bin"]
        assert env["PATH"].startswith(str(ROOT / ".venv"))


class TestCommands:
    @pytest.fixture(autouse=True)
    def ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap, "ensure_venv", lambda **_: Path("python"))
        monkeypatch.setattr(bootstrap, "ensure_cli", lambda *_, **__: Cli(Path("/cli/pulumi"), (3, 260, 0), "test"))
        monkeypatch.setattr("signal.signal", lambda *_: None)

    def test_a_failure_is_one_sentence(self, monkeypatch: pytest.MonkeyPatch, capsys: Log) -> None:
        def fails(**_: object) -> Path:
            raise SetupError("It cannot be done; do this instead.")

        monkeypatch.setattr(bootstrap, "ensure_venv", fails)
        assert bootstrap.main(["setup"]) == 1
        assert capsys.readouterr().err == "Error: It cannot be done; do this instead.\n"

    def test_a_full_disk_is_one_sentence_too(self, monkeypatch: pytest.MonkeyPatch, capsys: Log) -> None:
        def fails(**_: object) -> Path:
            raise OSError(28, "No space left on device", "/some/file")

        monkeypatch.setattr(bootstrap, "ensure_venv", fails)
        assert bootstrap.main(["setup"]) == 1
        assert capsys.readouterr().err.startswith("Error: /some/file: No space left on device;")

    def test_setup_writes_bytecode_and_a_command_does_not_wait_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compiled: list[str] = []
        monkeypatch.setattr(bootstrap, "compile_package", lambda: compiled.append("package"))
        assert bootstrap.main(["setup"]) == 0
        assert compiled == ["package"]
        monkeypatch.setattr("os.execvpe", lambda *_: None)
        bootstrap.main(["run", "--", "pulumi", "up"])
        assert compiled == ["package"]

    def test_run_becomes_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ran: list[tuple[str, list[str], dict[str, str]]] = []
        monkeypatch.setattr("os.execvpe", lambda *call: ran.append(call))
        bootstrap.main(["run", "--", "pulumi", "up", "--yes"])
        [(program, words, env)] = ran
        assert (program, words) == ("pulumi", ["pulumi", "up", "--yes"])
        assert "/cli" in env["PATH"].split(os.pathsep)

    def test_run_without_a_command_is_an_error(self, capsys: Log) -> None:
        assert bootstrap.main(["run", "--"]) == 1
        assert "no command to run" in capsys.readouterr().err

    def test_a_command_in_the_background_of_a_shell_can_be_interrupted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A shell starts it with SIGINT ignored, and the signal would not end Pulumi's plugins."""

        handled: list[tuple[object, object]] = []
        monkeypatch.setattr("signal.signal", lambda *call: handled.append(call))
        monkeypatch.setattr("os.execvpe", lambda *_: None)
        bootstrap.main(["run", "--", "true"])
        assert (signal.SIGINT, signal.SIG_DFL) in handled

    def test_env_can_be_read_by_a_shell(self, monkeypatch: pytest.MonkeyPatch, capsys: Log) -> None:
        monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "of the user")
        assert bootstrap.main(["env"]) == 0
        lines = capsys.readouterr().out
        answer = subprocess.run(
            ["/bin/sh", "-c", f'{lines}\necho "$PULUMI_CONFIG_PASSPHRASE-$PULUMI_ACCESS_TOKEN"'],
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout == "local-\n"

    def test_env_runs_nothing_whatever_is_in_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Log
    ) -> None:
        """Names and values that a shell would run, of a folder, of PATH and of variables."""
        local = tmp_path / 'it\'s "here" $(touch ran) `touch ran`; touch ran\n\\'
        monkeypatch.setattr("tools.local_env.LOCAL", local)
        monkeypatch.setattr(bootstrap, "environment", partial(environment, local=local, bin_folder=local / "bin"))
        monkeypatch.setenv("PATH", f"{local}:/usr/bin:/bin")
        for name in (
            "PULUMI_$(touch ran)",
            "PULUMI_A;touch ran;",
            "PULUMI_B`touch ran`",
            "PULUMI_C\ntouch ran\n",
            "a b",
        ):
            monkeypatch.setenv(name, "x")
        monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "of the user")
        assert bootstrap.main(["env"]) == 0
        script = f'{capsys.readouterr().out}\nprintf "%s|" "$PULUMI_HOME" "$PATH" "$PULUMI_ACCESS_TOKEN"'
        command = ["/bin/sh", "-e", "-c", script]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        home, path, token, _ = answer.stdout.split("|")
        assert (home, token, answer.stderr) == (f"{local}/home", "", "")
        assert path.startswith(f"{local}/bin:/cli:{local}")
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("arguments", [["--help"], []])
    def test_the_script_works_with_nothing_installed(self, arguments: list[str]) -> None:
        """-I and -S: no site packages, no environment."""
        command = [sys.executable, "-I", "-S", str(ROOT / "tools" / "bootstrap.py"), *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "usage: bootstrap.py" in answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr


class TestLongCommands:
    def test_the_output_of_a_long_command_goes_to_the_log(self, tmp_path: Path, capsys: Log) -> None:
        log = tmp_path / "logs" / "a.log"
        assert run_long(["sh", "-c", "echo one; echo ERROR: two >&2; echo three"], log)
        assert not run_long(["sh", "-c", "exit 3"], tmp_path / "b.log")
        assert capsys.readouterr().out == ""
        assert last_line(log) == "three"
        assert last_line(log, "ERROR:") == "ERROR: two"
        assert last_line(tmp_path / "none") == ""

    def test_a_time_limit_ends_a_long_command(self, tmp_path: Path) -> None:
        started = time.monotonic()
        assert not run_long(["sleep", "30"], tmp_path / "log", timeout=0.1)
        assert time.monotonic() - started < 10

    def test_a_long_command_shows_signs_of_life(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Log
    ) -> None:
        monkeypatch.setattr("tools.console.SIGN_OF_LIFE_SECONDS", 0.1)
        run_long(["sleep", "0.35"], tmp_path / "log")
        assert capsys.readouterr().out.startswith("    0 s 0 s")


KILLED_DEMO = """
import os, signal, sys
from pathlib import Path
from tools import simulator_process
simulator_process.LOGS = Path(sys.argv[1])
with simulator_process.SimulatorProcess("test") as weld:
    print(weld.url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class TestDemo:
    def test_the_demo_finds_a_free_port(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert free_port(prefer=port) != port
        assert free_port(prefer=(wanted := free_port())) == wanted

    def test_a_simulator_that_does_not_start_is_reported_with_its_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tools.simulator_process.LOGS", tmp_path)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            process = SimulatorProcess("test", "--port", str(taken.getsockname()[1]))
            with pytest.raises(SetupError, match=r"did not start: .*Address already in use"), process:
                pytest.fail("it has started")

    def test_the_simulator_ends_with_a_demo_that_is_killed(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", KILLED_DEMO, str(tmp_path)]
        killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert killed.returncode == -signal.SIGKILL
        port = int(killed.stdout.rpartition(":")[2])
        deadline = time.monotonic() + 30
        while (listens := is_listening(port)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not listens

    def test_no_data_of_weld_is_left_after_the_demo(self, tmp_path: Path) -> None:
        database = tmp_path / "weld.db"
        with Simulator(database=str(database)) as weld:
            weld.create_connection("stripe", "Shop")
            kept = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        for name, content in kept.items():  # as they are where the simulator is killed
            (tmp_path / name).write_bytes(content)
        assert len(kept) > 1
        demo.remove_data(database)
        assert list(tmp_path.iterdir()) == []

    def test_locks_of_dead_processes_are_removed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        locks = tmp_path / "state" / ".pulumi" / "locks" / "organization"
        locks.mkdir(parents=True)
        dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout
        for name, process, host in (
            ("dead", int(dead), socket.gethostname()),
            ("alive", os.getpid(), socket.gethostname()),
            ("elsewhere", int(dead), "another-host"),
        ):
            (locks / f"{name}.json").write_text(json.dumps({"pid": process, "hostname": host}))
        (locks / "damaged.json").write_text("{")
        monkeypatch.setattr(demo, "LOCAL", tmp_path)
        demo.remove_stale_locks()
        assert sorted(file.stem for file in locks.iterdir()) == ["alive", "damaged", "elsewhere"]


def test_make_targets_are_listed() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make here")
    listed = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "test-all", "lint", "format", "bench", "demo-destroy", "clean"):
        assert f"make {target} " in listed
