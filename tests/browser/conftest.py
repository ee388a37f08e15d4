"""A real browser, without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.support.machine import IN_CI

INSTALL = (
    "install Chromium and its driver, on Debian with: apt-get update && apt-get install -y chromium chromium-driver"
)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,700",
)


def _program(*names: str) -> str:
    """The first of these programs that is there; without one the test is skipped, or fails where all has to run."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = f"there is no {' or '.join(names)} on PATH; {INSTALL}"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def chromium() -> str:
    """The path of Chromium."""
    return _program("chromium", "chromium-browser", "google-chrome")


def attached(port: int) -> Chrome:
    """Drive a Chromium that runs already."""
    options = ChromeOptions()
    options.debugger_address = f"127.0.0.1:{port}"
    return Chrome(options, Service(_program("chromedriver")))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Chromium with a profile of its own."""
    options = ChromeOptions()
    options.binary_location = chromium()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    driver = Chrome(options, Service(_program("chromedriver")))
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()
