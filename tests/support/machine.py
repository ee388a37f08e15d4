"""The machine that the tests run on."""

from __future__ import annotations

import os

__all__ = ["ELSEWHERE", "IN_CI"]

#: In CI every test has to run: if a program is missing, a test fails instead of being skipped.
IN_CI = os.environ.get("CI", "").lower() == "true"
#: Variables by which the provider decides whether a person is there, or that would open a real browser.
ELSEWHERE = ("CI", "GITHUB_ACTIONS", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
