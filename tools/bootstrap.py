#!/usr/bin/env python3
"""Sets up the checkout, and runs commands in it. Needs only Python 3.10 and its standard library.

python3 tools/bootstrap.py setup            the virtual environment and the Pulumi CLI
python3 tools/bootstrap.py venv | cli       one of them
python3 tools/bootstrap.py run -- COMMAND   a command with both first on PATH, and Pulumi kept inside the checkout
python3 tools/bootstrap.py env              the same environment as lines for a shell: eval "$(… env)"
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 10):  # noqa: UP036 - this is the first file that an old Python runs
    sys.exit(f"Error: Python {sys.version.split()[0]} is too old; use Python 3.10 or newer (make PYTHON=python3.x).")

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.console import SetupError
from tools.local_env import environment, without_user_settings
from tools.pulumi_cli.find import Cli, find_cli
from tools.pulumi_cli.install import ensure_cli
from tools.virtual_env import compile_package, ensure_venv

# What a shell accepts as a name. An environment may have any other, which a shell would run as part of a command.
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

__all__ = ["Cli", "environment", "find_cli", "main", "without_user_settings"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; every expected failure is one sentence on stderr."""
    signal.signal(signal.SIGTERM, _terminated)
    options = _parser().parse_args(arguments)
    try:
        return _dispatch(options)
    except SetupError as error:
        print(f"Error: {error}", file=sys.stderr)
    except OSError as error:
        place = error.filename or "this machine"
        print(f"Error: {place}: {error.strerror or error}; fix that, then run this again.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="make the virtual environment and get the Pulumi CLI")
    commands.add_parser("venv", help="make the virtual environment")
    commands.add_parser("cli", help="get the Pulumi CLI")
    commands.add_parser("env", help="print the environment for a shell")
    run = commands.add_parser("run", help="run a command in the environment of the checkout")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    return parser


def _dispatch(options: argparse.Namespace) -> int:
    quiet = options.command in ("run", "env")
    ensure_venv(quiet=quiet)
    if not quiet:
        compile_package()
    if options.command == "venv":
        return 0
    cli = ensure_cli(quiet=quiet)
    if options.command == "run":
        _run(options.words, cli)
    if options.command == "env":
        _print_environment(cli)
    return 0


def _run(words: list[str], cli: Cli) -> NoReturn:
    command = words[1:] if words[:1] == ["--"] else words
    if not command:
        raise SetupError("There is no command to run; write it after `run --`.")
    env = environment(cli.directory)
    sys.stdout.flush()
    # A shell starts background commands with SIGINT ignored. Pulumi ends its plugins with that signal, and waits five
    # seconds for each that ignores it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        # Replaces this process, so that signals and the exit code are those of the command.
        os.execvpe(command[0], command, env)
    except OSError as error:
        raise SetupError(f"{command[0]} could not be run: {error.strerror}.") from None


def _print_environment(cli: Cli) -> None:
    env = environment(cli.directory)
    for name in filter(_VARIABLE.fullmatch, os.environ):
        if name not in env:
            print(f"unset {name}")
    for name, value in env.items():
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(143)  # lets an unfinished build clean up


if __name__ == "__main__":
    sys.exit(main())
