"""A Python for the commands of tests that has imported Pulumi already.

The CLI starts Python twice in a command, for the program and for the plugin, and each takes a quarter of a second of
CPU time to import Pulumi. `warm_python` returns an executable that takes the place of Python: a server forks a process,
which gets the arguments, environment, folder and open files of the command, and imports the package under test itself.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

__all__ = ["warm_python"]

_CLIENT = """
import json, os, signal, socket, sys

passed_on = {{signal.SIGINT, signal.SIGTERM}}
signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)  # until they can be passed on
request = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [len(request).to_bytes(4, "big")], [0, 1, 2])
server.sendall(request)
for number in passed_on:
    signal.signal(number, lambda number, _: server.sendall(bytes([number])))
signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
sys.exit((server.recv(1) or b"\\1")[0])
"""


@functools.cache
def warm_python(python_path: str) -> str:
    """Return the path of the executable, for commands with this PYTHONPATH; its server ends with this process."""
    if sys.platform != "linux":  # elsewhere a fork does not copy all that a library has set up
        return sys.executable
    folder = tempfile.mkdtemp(prefix="warm-python-")
    address = str(Path(folder, "server"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, "-u", __file__, str(listener.fileno())],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": python_path},
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    client, executable = Path(folder, "client.py"), Path(folder, "python")
    client.write_text(_CLIENT.format(address=address))
    executable.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS {shlex.quote(str(client))} "$@"\n')
    executable.chmod(0o700)
    atexit.register(_end, server, folder)
    return str(executable)


def _end(server: subprocess.Popen[bytes], folder: str) -> None:
    server.communicate()
    shutil.rmtree(folder)


# The server --------------------------------------------------------------------------------------------------------


def _serve(listener: socket.socket) -> None:
    """Fork a supervisor for each client, until the process that started this one ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if listener.fileno() not in _readable(listener.fileno(), 0):
            return
        client, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _supervise(client)
        client.close()


def _supervise(client: socket.socket) -> NoReturn:
    """Run what a client asks for in a process of its own, which ends with the client at the latest."""
    head, files, _, _ = socket.recv_fds(client, 4, 3)
    size = int.from_bytes(head, "big")
    arguments, folder, environment = json.loads(client.recv(size, socket.MSG_WAITALL))
    ended, running = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.setsid()
        client.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        _run(arguments, environment)
    os.close(running)
    while ended not in _readable(client.fileno(), ended):
        received = client.recv(1)
        os.kill(worker, received[0] if received else signal.SIGKILL)
        if not received:
            os.waitpid(worker, 0)
            os._exit(0)
    _, status = os.waitpid(worker, 0)
    code = os.waitstatus_to_exitcode(status)
    with suppress(OSError):  # the client was killed at the same moment
        client.sendall(bytes([code if code >= 0 else 128 - code]))
        while client.recv(1):  # a signal that comes too late; without a reader the client would fail at it
            pass
    os._exit(0)


def _readable(*files: int) -> list[int]:
    return select.select(files, [], [])[0]


def _run(arguments: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Do as Python does with these arguments."""
    first = [argument for argument in arguments if argument != "-u"][:2]
    is_known = first[0] == "-m" or not first[0].startswith("-")
    if not is_known or environment.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
        os.execve(sys.executable, [sys.executable, *arguments], dict(environment))
    os.environ.clear()
    os.environ.update(environment)
    if first[0] == "-m":
        sys.argv = arguments[arguments.index("-m") + 1 :]
        sys.path[0] = os.getcwd()
        runpy.run_module(first[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments[arguments.index(first[0]) :]
        sys.path[0] = str(Path(first[0]).parent)
        runpy.run_path(first[0], run_name="__main__")
    sys.exit()


if __name__ == "__main__":
    import pulumi  # noqa: F401 - for the processes that are forked
    import pydantic  # noqa: F401
    import requests  # noqa: F401

    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
