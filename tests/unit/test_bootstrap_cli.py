"""Which Pulumi CLI the set-up chooses, and how it gets one, without a network."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools.console import SetupError
from tools.pulumi_cli import find, install, official, source
from tools.pulumi_cli.find import COMPANIONS, Cli, find_cli, is_complete, parse_version
from tools.pulumi_cli.staging import staging
from tools.simulator_process import free_port

Log = pytest.CaptureFixture[str]


def make_cli(folder: Path, version: str = "3.260.0", leave_out: str = "") -> Path:
    """Make a folder with scripts in place of the programs of a Pulumi CLI."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("pulumi", *COMPANIONS):
        if name != leave_out:
            program = folder / name
            program.write_text(f"#!/bin/sh\necho v{version}\n")
            program.chmod(0o755)
    return folder


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": str(tmp_path / "path")}


def cache_of(env: dict[str, str]) -> Path:
    return find.cache_folder(env)


class TestVersions:
    @pytest.mark.parametrize(
        ("text", "version"),
        [
            ("v3.276.0\n", (3, 276, 0)),
            ("3.272.0-alpha.1", (3, 272, 0)),
            ("go version go1.26.8 linux/amd64", (1, 26, 8)),
            ("go version go1.26 linux/amd64", (1, 26, 0)),
            ("go version devel go1.27-0a1b2c3d", (1, 27, 0)),
            ("go 1.25.11", (1, 25, 11)),
            ("no version", None),
            ("", None),
        ],
    )
    def test_a_version_is_read_from_what_a_program_prints(
        self, text: str, version: tuple[int, int, int] | None
    ) -> None:
        assert parse_version(text) == version

    def test_pins_agree_with_the_modules(self) -> None:
        for program, module in ((source.CLI, "pkg"), (source.HOST, "sdk")):
            assert f"github.com/pulumi/pulumi/{module}/v3 v{program.version}" in (program.module / "go.mod").read_text()
            assert program.package in (program.module / "go.mod").read_text()
            assert (program.module / "go.sum").is_file()

    def test_everything_that_can_be_chosen_is_recent_enough(self) -> None:
        for version in (find.OFFICIAL_VERSION, find.SOURCE_VERSION):
            assert (parse_version(version) or (0, 0, 0)) >= find.OLDEST_VERSION


class TestChoiceOfTheCli:
    def test_no_cli_is_found_where_there_is_none(self, env: dict[str, str]) -> None:
        assert find_cli(env) is None

    def test_a_cli_on_path_comes_first(self, env: dict[str, str]) -> None:
        folder = make_cli(Path(env["PATH"]))
        make_cli(find.official_folder(cache_of(env)) / "bin")
        assert find_cli(env) == Cli(folder / "pulumi", (3, 260, 0), "on PATH")

    @pytest.mark.parametrize("version", ["3.253.9", "not a version"])
    def test_an_old_cli_on_path_is_passed_over(self, env: dict[str, str], version: str) -> None:
        make_cli(Path(env["PATH"]), version)
        assert find_cli(env) is None

    @pytest.mark.parametrize("missing", COMPANIONS)
    def test_a_cli_on_path_that_cannot_run_python_is_passed_over(self, env: dict[str, str], missing: str) -> None:
        make_cli(Path(env["PATH"]), leave_out=missing)
        assert find_cli(env) is None

    def test_the_language_host_of_a_cli_may_lie_elsewhere_on_path(self, env: dict[str, str], tmp_path: Path) -> None:
        make_cli(Path(env["PATH"]), leave_out=COMPANIONS[0])
        make_cli(tmp_path / "other", leave_out="pulumi")
        env["PATH"] += os.pathsep + str(tmp_path / "other")
        assert find_cli(env) is not None

    def test_the_language_host_of_a_cli_may_lie_where_a_link_points(self, env: dict[str, str], tmp_path: Path) -> None:
        real = make_cli(tmp_path / "real")
        Path(env["PATH"]).mkdir()
        (Path(env["PATH"]) / "pulumi").symlink_to(real / "pulumi")
        assert find_cli(env) is not None

    def test_an_official_cli_comes_before_a_built_one(self, env: dict[str, str]) -> None:
        make_cli(find.source_folder(cache_of(env)) / "bin")
        built = find_cli(env)
        make_cli(find.official_folder(cache_of(env)) / "bin")
        official = find_cli(env)
        assert built is not None
        assert built.origin == "built from source, cached"
        assert official is not None
        assert official.origin == "official, cached"

    def test_half_a_cached_cli_does_not_count(self, env: dict[str, str]) -> None:
        make_cli(find.official_folder(cache_of(env)) / "bin", leave_out=COMPANIONS[2])
        assert find_cli(env) is None

    def test_the_cache_is_per_user(self) -> None:
        assert find.cache_folder({}) == Path.home() / ".cache" / "weld-pulumi"
        assert find.cache_folder({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache" / "weld-pulumi"


class TestGettingTheCli:
    @pytest.fixture
    def made(self, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Replace what reaches the network, and return the list of what was made."""
        made: list[str] = []

        def install_official(cache: Path) -> bool:
            made.append("official")
            make_cli(find.official_folder(cache) / "bin")
            return True

        def build_from_source(cache: Path) -> None:
            made.append("source")
            make_cli(find.source_folder(cache) / "bin")

        for name, value in env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(install, "install_official", install_official)
        monkeypatch.setattr(install, "build_from_source", build_from_source)
        return made

    def test_the_official_cli_is_fetched_first_and_only_once(self, made: list[str], capsys: Log) -> None:
        first = install.ensure_cli()
        assert install.ensure_cli() == first
        assert made == ["official"]
        assert "ready, Pulumi 3." in capsys.readouterr().out

    def test_the_cli_is_built_where_the_download_is_out_of_reach(
        self, made: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(install, "install_official", lambda *_: False)
        assert install.ensure_cli().origin == "built from source, cached"
        assert made == ["source"]

    def test_a_cli_that_another_process_made_meanwhile_is_used(
        self, made: list[str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def other_process_finishes(cache: Path) -> None:
            make_cli(find.source_folder(cache) / "bin")

        monkeypatch.setattr(install, "remove_leftovers", other_process_finishes)
        install.ensure_cli()
        assert made == []

    def test_leftovers_of_a_killed_build_go(self, made: list[str], env: dict[str, str]) -> None:
        leftover = make_cli(cache_of(env) / ".making-abc" / "bin")
        install.ensure_cli()
        assert not leftover.parent.exists()

    def test_the_set_up_names_the_go_to_install_where_there_is_none(
        self, made: list[str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        monkeypatch.setenv("PATH", env["PATH"])
        with pytest.raises(SetupError, match=r"there is no Go to build it; install .* or Go 1\.\d+\.\d+ or newer"):
            source.check_go()

    def test_a_go_that_is_too_old_is_rejected(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        go = tmp_path / "go"
        go.write_text("#!/bin/sh\necho go version go1.18.1 linux/amd64\n")
        go.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(SetupError, match=r"Go 1\.18\.1 is too old for it"):
            source.check_go()


class TestStaging:
    def test_a_cli_is_moved_into_place_when_it_is_whole(self, tmp_path: Path) -> None:
        with staging(tmp_path / "target") as folder:
            make_cli(folder / "bin")
        assert is_complete(tmp_path / "target" / "bin")
        assert [each.name for each in tmp_path.iterdir()] == ["target"]

    def test_nothing_is_left_of_a_cli_that_is_not_whole_or_failed(self, tmp_path: Path) -> None:
        with staging(tmp_path / "target") as folder:
            make_cli(folder / "bin", leave_out="pulumi")
        with pytest.raises(SetupError), staging(tmp_path / "target"):
            raise SetupError("no")
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def serve() -> Iterator[Callable[[int | None], str]]:
    """Return a function that starts a web server, which responds with a status or never, and returns its URL."""
    servers: list[HTTPServer] = []
    is_over = threading.Event()

    def start(status: int | None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if status is None:
                    is_over.wait()
                    return
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield start
    is_over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


class TestReachability:
    def test_a_host_that_answers_is_reachable(self, serve: Callable[[int | None], str]) -> None:
        assert official.download_is_reachable(serve(200))
        assert not official.download_is_reachable(f"http://127.0.0.1:{free_port()}/")

    @pytest.mark.filterwarnings("ignore::ResourceWarning")
    def test_a_host_that_refuses_is_not_reachable(self, serve: Callable[[int | None], str]) -> None:
        assert not official.download_is_reachable(serve(403))

    def test_a_host_that_is_silent_is_not_waited_for(self, serve: Callable[[int | None], str]) -> None:
        assert not official.download_is_reachable(serve(None), seconds=0.1)
