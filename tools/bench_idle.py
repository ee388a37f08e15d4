"""A dynamic provider that does nothing but echo: what Pulumi itself costs.

Written as a file into the project of the benchmark, so that its class is found by reference, as `weld_pulumi`'s are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import dynamic

_numbers = itertools.count(1)


class EchoProvider(dynamic.ResourceProvider):
    """Gives an id; everything else is what the base class does."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Say that it is there."""
        return dynamic.CreateResult(f"echo-{next(_numbers)}", props)


class Echo(dynamic.Resource, module="bench", name="Echo"):
    """A resource with whatever properties it is given."""

    def __init__(
        self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(EchoProvider(), resource_name, dict(props), opts)
