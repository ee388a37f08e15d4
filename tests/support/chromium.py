"""Chromium and its driver on this machine."""

from __future__ import annotations

import shutil

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


def attached(port: int) -> Chrome:
    """Connect to a running Chromium."""
    options = ChromeOptions()
    options.debugger_address = f"127.0.0.1:{port}"
    return Chrome(options, Service(on_path("chromedriver")))
