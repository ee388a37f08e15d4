"""Is a person in front of this machine, so that a browser may open by itself?"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from weld_pulumi.provider.connection.browser import has_screen, has_terminal, open_page, opens_automatically

NAMES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "DISPLAY", "WAYLAND_DISPLAY", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", "true")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_a_browser_opens_where_a_person_sits() -> None:
    assert opens_automatically("auto")


@pytest.mark.parametrize("name", NAMES)
def test_no_browser_opens_in_ci_or_over_ssh(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "true")
    assert not opens_automatically("auto")
    assert opens_automatically("true")
    monkeypatch.setenv(name, "false" if name == "CI" else "")
    assert opens_automatically("auto")


def test_no_browser_opens_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert not has_terminal()
    assert not opens_automatically("auto")


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a screen")
def test_no_browser_opens_without_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROWSER")
    assert not has_screen()
    assert not opens_automatically("auto")


def test_no_browser_opens_where_it_is_switched_off() -> None:
    assert not opens_automatically("false")


def test_a_page_is_opened_by_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = tmp_path / "opened"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho chatter\necho "$1" > {opened}.new && mv {opened}.new {opened}\n')
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(script))
    assert open_page("http://localhost:1/x")
    end = time.monotonic() + 60
    while not opened.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert opened.read_text() == "http://localhost:1/x\n"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "", None])
def test_nothing_but_a_page_is_opened(url: str | None) -> None:
    assert not open_page(url)
