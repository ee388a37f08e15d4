"""The download of the official CLI is what Pulumi published; tested with a local web server."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.console import SetupError
from tools.pulumi_cli import official
from tools.pulumi_cli.find import COMPANIONS, OFFICIAL_VERSION, find_in_cache, is_complete
from tools.simulator_process import free_port

download = official.download  # a fixture replaces it
Log = pytest.CaptureFixture[str]

NAME = f"pulumi-v{OFFICIAL_VERSION}-linux-x64.tar.gz"
SUMS = f"pulumi-{OFFICIAL_VERSION}-checksums.txt"


def packed(*names: str) -> bytes:
    """Return an archive with scripts in place of the programs of a Pulumi CLI."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in names:
            text = f"#!/bin/sh\necho v{OFFICIAL_VERSION}\n".encode()
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return made.getvalue()


def sums(content: bytes, name: str = NAME) -> bytes:
    other = "0" * 64 + "  pulumi-v0.0.0-linux-x64.tar.gz\n"
    return f"{other}{hashlib.sha256(content).hexdigest()}  {name}\n".encode()


ARCHIVE = packed(*(f"pulumi/{name}" for name in ("pulumi", *COMPANIONS)))


class Hosts:
    """Pulumi's own host and GitHub; `files` holds what they serve, by path."""

    def __init__(self, url: str) -> None:
        self.files: dict[str, bytes] = {}
        self.shorter_by = 0
        self.pulumi, self.github = f"{url}/pulumi", f"{url}/github"

    def install(self, folder: Path) -> None:
        download(NAME, folder, (self.pulumi, self.github), (self.github, self.pulumi))


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = made.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("content-length", str(len(content or b"") + made.shorter_by))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Hosts(f"http://127.0.0.1:{server.server_port}")
        made.files = {f"/pulumi/{NAME}": ARCHIVE, f"/github/{SUMS}": sums(ARCHIVE)}
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        server.shutdown()


def programs(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if os.access(file, os.X_OK)} if folder.exists() else set()


def test_an_archive_that_pulumi_published_is_installed(hosts: Hosts, tmp_path: Path, capsys: Log) -> None:
    hosts.install(tmp_path / "bin")
    assert is_complete(tmp_path / "bin")
    assert {file.name for file in (tmp_path / "bin").iterdir()} == {"pulumi", *COMPANIONS}
    assert "verified" in capsys.readouterr().out


def test_an_archive_that_pulumi_did_not_publish_is_not_installed(hosts: Hosts, tmp_path: Path) -> None:
    hosts.files[f"/pulumi/{NAME}"] = packed("pulumi/pulumi", "pulumi/evil")
    with pytest.raises(SetupError, match="is not what Pulumi published"):
        hosts.install(tmp_path / "bin")
    assert list((tmp_path / "bin").iterdir()) == []


def test_an_archive_that_the_checksums_do_not_name_is_not_installed(hosts: Hosts, tmp_path: Path) -> None:
    hosts.files[f"/github/{SUMS}"] = sums(ARCHIVE, name=f"x-{NAME}")
    with pytest.raises(SetupError, match="is not what Pulumi published"):
        hosts.install(tmp_path / "bin")
    assert programs(tmp_path / "bin") == set()


def test_the_checksums_of_another_host_count_first(hosts: Hosts, tmp_path: Path) -> None:
    """Whoever changes the archive on Pulumi's host also changes the checksums there."""
    forged = packed("pulumi/pulumi")
    hosts.files |= {f"/pulumi/{NAME}": forged, f"/pulumi/{SUMS}": sums(forged)}
    with pytest.raises(SetupError, match="is not what Pulumi published"):
        hosts.install(tmp_path / "bin")


def test_each_host_stands_in_for_the_other(hosts: Hosts, tmp_path: Path, capsys: Log) -> None:
    hosts.files = {f"/github/{NAME}": ARCHIVE, f"/pulumi/{SUMS}": sums(ARCHIVE)}
    hosts.install(tmp_path / "bin")
    assert is_complete(tmp_path / "bin")
    assert "    verified" in capsys.readouterr().out


def test_an_archive_without_checksums_is_installed_and_called_unverified(
    hosts: Hosts, tmp_path: Path, capsys: Log
) -> None:
    del hosts.files[f"/github/{SUMS}"]
    hosts.install(tmp_path / "bin")
    assert is_complete(tmp_path / "bin")
    assert "is not verified" in capsys.readouterr().out


def test_half_a_download_is_a_failure_of_the_network(hosts: Hosts, tmp_path: Path) -> None:
    hosts.files[f"/github/{NAME}"] = ARCHIVE
    hosts.shorter_by = 7
    with pytest.raises(OSError, match="ended early"):
        hosts.install(tmp_path / "bin")
    assert programs(tmp_path / "bin") == set()


def test_an_archive_writes_nowhere_else(hosts: Hosts, tmp_path: Path) -> None:
    archive = packed("pulumi/../../../up", "/absolute", "pulumi/deep/er")
    hosts.files |= {f"/pulumi/{NAME}": archive, f"/github/{SUMS}": sums(archive)}
    hosts.install(tmp_path / "in" / "bin")
    assert programs(tmp_path / "in" / "bin") == {"up", "absolute", "er"}
    assert [file.name for file in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(
    ("system", "machine", "kind"),
    [
        ("Linux", "x86_64", "linux-x64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "darwin-arm64"),
        ("Darwin", "x86_64", "darwin-x64"),
        ("Linux", "riscv64", None),
        ("FreeBSD", "amd64", None),
    ],
)
def test_each_machine_has_its_archive(system: str, machine: str, kind: str | None) -> None:
    name = official.archive_name(system, machine)
    assert name == (f"pulumi-v{OFFICIAL_VERSION}-{kind}.tar.gz" if kind else None)


class TestInTheCache:
    @pytest.fixture(autouse=True)
    def _these_hosts(self, hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(official, "download_is_reachable", lambda: True)
        monkeypatch.setattr(official, "archive_name", lambda: NAME)
        monkeypatch.setattr(official, "download", lambda _name, folder: hosts.install(folder))

    def test_the_official_cli_in_the_cache_is_whole(self, tmp_path: Path) -> None:
        assert official.install_official(tmp_path)
        assert find_in_cache(tmp_path) is not None
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_download_that_fails_leaves_nothing(self, hosts: Hosts, tmp_path: Path, capsys: Log) -> None:
        hosts.files.clear()
        assert not official.install_official(tmp_path)
        assert "that failed (HTTP Error 404" in capsys.readouterr().out
        assert list(tmp_path.iterdir()) == []

    def test_a_host_that_is_gone_leaves_nothing(self, hosts: Hosts, tmp_path: Path) -> None:
        hosts.pulumi = hosts.github = f"http://127.0.0.1:{free_port()}"
        assert not official.install_official(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_forged_cli_ends_the_set_up_and_leaves_nothing(self, hosts: Hosts, tmp_path: Path) -> None:
        hosts.files[f"/pulumi/{NAME}"] = packed("pulumi/pulumi")
        with pytest.raises(SetupError):
            official.install_official(tmp_path)
        assert list(tmp_path.iterdir()) == []
