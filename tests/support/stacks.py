"""Pulumi stacks that are configured for Weld on localhost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.engine import Project
from weld_pulumi.simulator import Simulator

__all__ = ["Stacks"]


class Stacks:
    """Create stacks in separate folders, by default configured with the URL and the key of `weld`."""

    def __init__(self, folder: Path, weld: Simulator) -> None:
        self._folder = folder
        self._weld = weld
        self._made = 0

    def __call__(
        self,
        program: str,
        config: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        *,
        files: Mapping[str, str] | None = None,
    ) -> Project:
        """Create a stack with this program; an empty value is not configured at all."""
        self._made += 1
        return Project(
            self._folder / f"stack{self._made}",
            program,
            config=_given({"weld:apiUrl": self._weld.url, **(config or {})}),
            secrets=_given({"weld:apiKey": self._weld.api_key, **(secrets or {})}),
            env=env,
            files=files,
        )


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
