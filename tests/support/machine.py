"""The machine that the tests run on."""

from __future__ import annotations

import os

__all__ = ["ELSEWHERE", "IN_CI"]

#: Where everything has to run: what is missing there fails a test instead of skipping it.
IN_CI = os.environ.get("CI", "").lower() == "true"
#: What tells that nobody sits at a terminal, or opens a browser of whoever runs the tests.
ELSEWHERE = ("CI", "GITHUB_ACTIONS", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
