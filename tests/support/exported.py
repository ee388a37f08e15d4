"""States as `pulumi stack export` prints them, for commands that read one without the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["KIND", "PROVIDER", "encrypted", "exported", "stored"]

KIND = "pulumi-python:dynamic/weld:"
PROVIDER = "urn:pulumi:test::testing::pulumi:providers:pulumi-python::default::some-id"
_ENVELOPE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:secret"}


def encrypted() -> dict[str, str]:
    """A value that is secret, in a state that was exported without --show-secrets."""
    return dict(_ENVELOPE)


def stored(kind: str, name: str, id: str, /, outputs: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    """One resource of a state; what is in the inputs is in the outputs too."""
    return {
        "urn": f"urn:pulumi:test::testing::{KIND}{kind}::{name}",
        "type": f"{KIND}{kind}",
        "id": id,
        "inputs": inputs,
        "outputs": {key: value for key, value in {**inputs, **(outputs or {})}.items() if key != "__patterns"},
        "provider": PROVIDER,
    }


def exported(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole state."""
    return {"version": 3, "deployment": {"resources": list(resources)}}
