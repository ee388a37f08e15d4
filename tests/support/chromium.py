"""Chromium and its driver on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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


def on_path(*names: str) -> str:
    """Return the first of these programs on PATH; without one, skip the test, or fail it in CI."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = f"there is no {' or '.join(names)} on PATH; {INSTALL}"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def chromium() -> str:
    """Return the path of Chromium."""
    return on_path("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched(profile: Path, **logs: str) -> Iterator[Chrome]:
    """Run Chromium with a new profile.

    Args:
        profile: the folder for it.
        logs: what to record, for ``get_log``: ``browser="ALL"``, ``performance="ALL"``.
    """
    options = ChromeOptions()
    options.binary_location = chromium()
    options.set_capability("goog:loggingPrefs", logs)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = Chrome(options, Service(on_path("chromedriver")))
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


def attached(port: int) -> Chrome:
    """Connect to a running Chromium."""
    options = ChromeOptions()
    options.debugger_address = f"127.0.0.1:{port}"
    return Chrome(options, Service(on_path("chromedriver")))
