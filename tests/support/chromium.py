"""Chromium and its driver, as this machine has them."""

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
    return on_path("chromium", "chromium-browser", "google-chrome")


def attached(port: int) -> Chrome:
    """Drive a Chromium that runs already."""
    options = ChromeOptions()
    options.debugger_address = f"127.0.0.1:{port}"
    return Chrome(options, Service(on_path("chromedriver")))
