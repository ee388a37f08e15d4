"""The demo: `pulumi up` of the quickstart against a Weld that runs on this machine.

Runs in the environment of `tools/bootstrap.py run`. Weld's data and Pulumi's state stay in the checkout, so the next
demo continues with the same stack.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.console import SetupError, say
from tools.local_env import LOCAL, ROOT
from tools.locking import exclusive
from tools.simulator_process import API_KEY, SimulatorProcess, free_port, without_weld_settings

STACK = "demo"
# The outputs are shown once, at the end.
QUIET = ("--suppress-progress", "--suppress-outputs")
_STATE = LOCAL / "state" / ".pulumi" / "stacks" / "weld-quickstart" / f"{STACK}.json"
_DATABASE = LOCAL / "weld.db"
_PORT = LOCAL / "weld.port"


def up() -> None:
    """Create everything, show that a second `up` changes nothing, and show what is there."""
    # If only the data was removed, the state is wrong: refresh it before the update.
    refresh = ["--refresh"] if _STATE.exists() and not _DATABASE.exists() else []
    with _weld() as weld:
        _select_stack(weld)
        heading("pulumi up")
        pulumi("up", "--yes", *QUIET, *refresh, doing="`pulumi up`")
        heading("pulumi up again: nothing may change")
        again = ("--skip-preview", "--expect-no-changes")
        pulumi("up", "--yes", *QUIET, *again, doing="the second `pulumi up`, which must change nothing,")
        _show(weld)
    say(
        "\nNext steps\n"
        "  make demo-serve     keep this Weld running and look around\n"
        "  make demo           run it again; change __main__.py first to see an update\n"
        "  make demo-destroy   remove everything"
    )


def serve() -> None:
    """Keep the simulator running until Ctrl-C, and print commands for another terminal."""
    with _weld() as weld:
        _select_stack(weld)
        heading("Weld is running; press Ctrl-C to stop it")
        say(
            f"Its pages: {weld.url}\n\n"
            "In another terminal, in this folder:\n"
            '  eval "$(.venv/bin/python tools/bootstrap.py env)"\n'
            f"  export WELD_API_URL={weld.url} WELD_API_KEY={API_KEY}\n"
            "  weld-pulumi syncs\n"
            f"  pulumi preview --stack {STACK}"
        )
        weld.wait()


def destroy() -> None:
    """Remove everything that the demo made: the stack and Weld's data."""
    if not _STATE.exists():
        say("There is no demo to remove; `make demo` makes one.")
        return
    with _weld() as weld:
        _select_stack(weld)
        heading("pulumi destroy")
        # Runs the program for the address of this simulator, which may differ from that of the last `up`.
        pulumi("destroy", "--yes", *QUIET, "--skip-preview", "--run-program", doing="`pulumi destroy`")
        heading("What is left in Weld")
        weld_pulumi(weld, "connections")
        weld_pulumi(weld, "syncs")
        quietly("stack", "rm", "--yes", STACK)
    remove_data(_DATABASE)
    say(f"\nRemoved: the stack {STACK!r} and Weld's data.")


def remove_data(database: Path) -> None:
    """Remove a database, also the files that SQLite leaves beside it when the simulator is killed."""
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        database.with_name(name).unlink(missing_ok=True)


def heading(text: str) -> None:
    """Print a heading."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    say(f"\n{bold}{text}\n{'─' * len(text)}{plain}")


@contextlib.contextmanager
def _weld() -> Iterator[SimulatorProcess]:
    with exclusive(LOCAL / "demo.lock", "Demo", timeout=2.0):
        heading("Weld, on this machine")
        # The port of the last time if it is free, since the state of the stack holds the address.
        port = free_port(prefer=_last_port())
        options = ("--port", str(port), "--database", str(_DATABASE), "--auto-authorize")
        with SimulatorProcess("demo", *options) as weld:
            _PORT.write_text(str(port))
            say(f"{weld.url}  (data: {_DATABASE.relative_to(ROOT)})")
            yield weld


def _last_port() -> int:
    text = _PORT.read_text().strip() if _PORT.exists() else ""
    return int(text) if text.isdigit() and 1024 <= int(text) <= 65535 else 0


def _select_stack(weld: SimulatorProcess) -> None:
    remove_stale_locks()
    quietly("stack", "select", "--create", STACK)
    quietly("config", "set", "--stack", STACK, "weld:apiUrl", weld.url)
    # Through standard input, since all users of a machine can see the arguments of a command.
    quietly("config", "set", "--stack", STACK, "--secret", "weld:apiKey", input=API_KEY)


def remove_stale_locks() -> None:
    """Remove the locks of killed processes, for which the next `up` would ask for `pulumi cancel`."""
    for file in (LOCAL / "state" / ".pulumi" / "locks").rglob("*.json"):
        with contextlib.suppress(OSError, ValueError):
            holder = json.loads(file.read_text())
            if holder.get("hostname") == socket.gethostname() and not _is_alive(int(holder.get("pid", 0))):
                file.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _show(weld: SimulatorProcess) -> None:
    heading("Outputs of the stack")
    pulumi("stack", "output", doing="`pulumi stack output`")
    heading("Objects in Weld")
    outputs = json.loads(quietly("stack", "output", "--json", "--stack", STACK))
    weld_pulumi(weld, "connections")
    weld_pulumi(weld, "syncs")
    for name in ("payments_sync_id", "billing_sync_id"):
        if outputs.get(name):
            weld_pulumi(weld, "streams", str(outputs[name]))


def pulumi(*arguments: str, doing: str) -> None:
    """Run a command of Pulumi on the stack, with its output on the screen."""
    code = _run_live(["pulumi", *arguments, "--stack", STACK], without_weld_settings())
    if code != 0:
        raise SetupError(f"{doing} failed; see the output of Pulumi above.")


def weld_pulumi(weld: SimulatorProcess, *arguments: str) -> None:
    """Run a command of weld-pulumi against the simulator, with its output on the screen."""
    say(f"\n$ weld-pulumi {' '.join(arguments)}")
    env = {**without_weld_settings(), "WELD_API_URL": weld.url, "WELD_API_KEY": API_KEY}
    if _run_live(["weld-pulumi", *arguments], env) != 0:
        raise SetupError(f"`weld-pulumi {' '.join(arguments)}` failed; see its output above.")


def _run_live(command: list[str], env: dict[str, str]) -> int:
    """Run a command to its end, also on Ctrl-C, which the command receives too and may have to clean up after."""
    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            with contextlib.suppress(KeyboardInterrupt):
                process.wait()
            raise


def quietly(*arguments: str, input: str | None = None) -> str:
    """Run a command of Pulumi, and return its output."""
    command = ["pulumi", "--non-interactive", *arguments]
    env = without_weld_settings()
    ran = subprocess.run(command, cwd=ROOT, env=env, input=input, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise SetupError(f"`pulumi {' '.join(arguments)}` failed: {(ran.stderr or ran.stdout).strip()}")
    return ran.stdout


def main(arguments: list[str]) -> int:
    """Run one command."""
    commands: dict[str, Callable[[], None]] = {"up": up, "serve": serve, "destroy": destroy}
    if len(arguments) != 1 or arguments[0] not in commands:
        say(f"usage: demo.py {'|'.join(commands)}")
        return 2
    signal.signal(signal.SIGTERM, _terminated)
    try:
        commands[arguments[0]]()
    except SetupError as error:
        print(f"\nError: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 0 if arguments[0] == "serve" else 130
    return 0


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(143)  # stops the simulator


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
