"""A person with a browser, while `pulumi up` runs: through Weld's page and back."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.chromium import FLAGS, attached, chromium
from tests.support.stacks import Stacks
from tests.support.terminal import Terminal
from tests.support.waiting import is_open, link_in, made, port_of, program, running
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

LINK = r"Weld: open \S+ to authorize"


def press(browser: Chrome, button: str) -> str:
    """Press a button of Weld's page; the heading and the text of the page to which that leads."""
    address = browser.current_url
    browser.find_element(By.XPATH, f"//button[text()='{button}']").click()
    WebDriverWait(browser, 60).until(lambda browser: browser.current_url != address and heading(browser))
    return f"{heading(browser)}: {browser.find_element(By.TAG_NAME, 'p').text}"


def heading(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "h1").text


def test_a_person_authorizes_in_the_browser_that_up_opened(weld: Simulator, stack: Stacks, tmp_path: Path) -> None:
    """In a terminal nothing has to be copied: the browser is there, and a press of a button later `up` goes on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script, pid = tmp_path / "browser", tmp_path / "pid"
    flags = " ".join([*FLAGS, f"--remote-debugging-port={port}", f"--user-data-dir={tmp_path / 'profile'}"])
    script.write_text(f'#!/bin/sh\necho $$ > {pid}\nexec {chromium()} {flags} "$1"\n')
    script.chmod(0o755)
    project = stack(program('label="Stripe (production)"'), env={"BROWSER": str(script)})
    command = project.command("up", "--yes", "--skip-preview")
    with Terminal(command, project.folder, project.env, 80) as screen:
        try:
            screen.watch(lambda: pid.exists() and is_open(port))
            browser = attached(port)
            WebDriverWait(browser, 60).until(lambda browser: heading(browser) == "Authorize Stripe")
            assert press(browser, "Authorize").startswith("Authorized: ")
            assert screen.finish() == 0, screen.text
        finally:
            os.kill(int(pid.read_text()), signal.SIGTERM)
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]]


@pytest.mark.long
@pytest.mark.parametrize("spelling", ["connectionId", "connection_id"])
def test_up_finishes_when_a_person_authorizes_in_the_browser(
    weld: Simulator, stack: Stacks, browser: Chrome, spelling: str
) -> None:
    """`up` finishes by itself, by what the browser brings alone: Weld's list cannot be read meanwhile."""
    weld.set_reading("redirect_parameter", spelling)
    project = stack(program('label="Stripe (production)"', sync=True), config={"weld:maxRetries": "0"})
    with running(project, "up", "--yes") as command:
        link = link_in(command.until(LINK))
        [bridge] = weld.pending_bridges()
        weld.fault("status", "GET", "/connections", status=500, times=None)
        browser.get(link)
        assert heading(browser) == "Authorize Stripe"
        assert "Stripe (production)" in browser.find_element(By.TAG_NAME, "dl").text
        page = press(browser, "Authorize")
        assert page.startswith("Authorized: ")
        assert says(page, "close this tab", "terminal")
        assert command.finish() == 0, command.text
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]]
    assert weld.state()["syncs"][0]["source_connection_id"] == project.outputs()["c0"]
    assert not is_open(port_of(bridge))


@pytest.mark.long
def test_up_shows_a_fresh_link_when_a_person_refuses_in_the_browser(
    weld: Simulator, stack: Stacks, browser: Chrome
) -> None:
    """The page and the terminal say what came of it, and there is a fresh link, which then works."""
    project = stack(program('label="Stripe"'))
    with running(project, "up", "--yes") as command:
        browser.get(link_in(command.until(LINK)))
        page = press(browser, "Refuse")
        assert page.startswith("Not authorized: ")
        assert says(page, "access_denied", "terminal")
        assert command.finish() == 0, command.text
    assert says(command.summary, "the connection 'Stripe' (stripe)", "(access_denied)", "PENDING")
    fresh = project.outputs()["c0_authorize_url"]
    assert fresh in command.summary
    browser.get(fresh)
    assert heading(browser) == "Authorize Stripe"
    assert made(weld) == []
