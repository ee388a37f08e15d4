"""What a running `up` tells a command in another terminal: to this user only, and only as long as it is true."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from weld_pulumi.provider.connection.waiting_files import WaitingFile, announce, announced

ADDRESS = "http://localhost:41234/x7k2q"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "weld-pulumi" / "waiting"


def waiting(label: str = "Shop") -> WaitingFile:
    file = announce(ADDRESS, label, "stripe")
    assert file is not None
    return file


def test_a_connection_that_waits_is_found_by_the_same_user(folder: Path) -> None:
    waiting()
    [found] = announced()
    assert (found.address, found.label, found.integration_id) == (ADDRESS, "Shop", "stripe")
    assert found.pid == os.getpid()
    assert found.outcome() is None


def test_nobody_else_can_read_what_waits(folder: Path) -> None:
    file = waiting()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_no_file_stays_when_nobody_waits_any_more(folder: Path) -> None:
    file = waiting()
    file.finish("authorized", "c1")
    assert list(folder.iterdir()) == []
    assert file.outcome() == {}


def test_a_watcher_is_told_what_came_of_the_wait(folder: Path) -> None:
    file = waiting()
    [watched] = announced()
    watched.watch()
    file.finish("authorized", "c1")
    told = watched.outcome()
    assert told is not None
    assert (told["status"], told["connection_id"]) == ("authorized", "c1")
    assert announced() == []
    watched.remove()
    assert list(folder.iterdir()) == []


def test_a_file_that_a_dead_process_left_is_removed(folder: Path) -> None:
    file = waiting()
    with subprocess.Popen(["true"]) as process:
        process.wait()
    content = {**json.loads(file.path.read_text()), "pid": process.pid}
    file.path.write_text(json.dumps(content))
    assert announced() == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_file_that_others_could_have_written_is_not_believed(folder: Path, mode: int) -> None:
    waiting().path.chmod(mode)
    assert announced() == []


def test_a_folder_that_others_can_write_to_is_not_used(folder: Path) -> None:
    waiting()
    folder.chmod(0o777)
    assert announced() == []
    assert announce(ADDRESS, "Shop", "stripe") is None


def test_a_symbolic_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    file = waiting()
    elsewhere = tmp_path / "elsewhere.json"
    file.path.rename(elsewhere)
    file.path.symlink_to(elsewhere)
    assert announced() == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"address": 1}', "[" * 9000])
def test_a_file_with_other_content_is_not_believed(folder: Path, text: str) -> None:
    waiting().path.write_text(text)
    assert announced() == []
