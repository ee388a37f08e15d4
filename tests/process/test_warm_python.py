"""The Python of test commands behaves as Python does when the engine ends a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.on_engine import until
from tests.support.warm_python import warm_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there are programs of tests forked")


def start(program: Path, text: str) -> subprocess.Popen[str]:
    program.write_text(text)
    python_path = os.environ.get("PYTHONPATH", "")
    return subprocess.Popen(
        [warm_python(python_path), "-u", str(program)],
        env={**os.environ, "PYTHONPATH": python_path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def first_pid(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def test_a_program_ends_with_its_exit_code(tmp_path: Path) -> None:
    process = start(tmp_path / "program.py", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert process.communicate(timeout=60) == ("out\n", "err\n")
    assert process.returncode == 7


def test_a_signal_reaches_the_program(tmp_path: Path) -> None:
    sleeps = "import os, time\ntry:\n    print(os.getpid())\n    time.sleep(60)\n"
    process = start(tmp_path / "program.py", sleeps + "except KeyboardInterrupt:\n    print('stopped')")
    first_pid(process)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("stopped\n", "")
    assert process.returncode == 0


def test_a_signal_after_the_end_of_the_program_leaves_no_traceback(tmp_path: Path) -> None:
    end = tmp_path / "end"
    text = f"import os\nprint(os.getpid())\nwhile not os.path.exists({str(end)!r}):\n    pass"
    process = start(tmp_path / "program.py", text)
    pid = first_pid(process)
    process.send_signal(signal.SIGSTOP)
    end.touch()
    until(lambda: not is_running(pid))
    process.terminate()
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=60)[1] == ""


def test_a_killed_command_ends_its_program(tmp_path: Path) -> None:
    process = start(tmp_path / "program.py", "import os, time; print(os.getpid()); time.sleep(60)")
    pid = first_pid(process)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not is_running(pid))
