"""The programs that are measured: the same resources with the same arguments, for each provider."""

from __future__ import annotations

from pathlib import Path

__all__ = ["IDLE_FILES", "MODES", "PROVIDERS", "program"]

MODES = ("inline", "separate")
#: Weld, and two providers that do nothing: one whose resources the engine compares, and one whose it does not.
PROVIDERS = ("idle", "noop", "weld")
IDLE_FILES = {"idle_providers.py": Path(__file__).with_name("idle_providers.py").read_text()}

_SYNC = """
SYNC = {{
    "connection_id": {connection_id!r},
    "destination_schema_name": "bench",
    "sync_interval": "0 */6 * * *",
}}
NAMES = [f"table_{{number:04d}}" for number in range({streams})]
"""
# One stream in ten has an argument about its columns.
_ENTRIES = """
SYNC["source_streams"] = [
    {"name": name, **({"hashed_columns": ["email"]} if name.endswith("0") else {})} for name in NAMES
]
"""
_WELD = {
    "inline": """
import weld_pulumi as weld
weld.EltSync("sync", **SYNC)
""",
    "separate": """
import weld_pulumi as weld
sync = weld.EltSync("sync", **SYNC)
for name in NAMES:
    weld.SourceStream(name, elt_sync_id=sync.id)
""",
}
_IDLE = {
    "inline": """
from idle_providers import {resource}
{resource}("sync", SYNC)
""",
    "separate": """
from idle_providers import {resource}
sync = {resource}("sync", SYNC)
for name in NAMES:
    {resource}(name, dict(elt_sync_id=sync.id, name=name))
""",
}


def program(provider: str, mode: str, streams: int, connection_id: str, *, same_state: bool = False) -> str:
    """Return a program with one sync and this many streams.

    With `same_state` the resources of the idle provider hold as many properties as Weld's do.
    """
    sync = _SYNC.format(connection_id=connection_id, streams=streams) + (_ENTRIES if mode == "inline" else "")
    if provider == "weld":
        return sync + _WELD[mode]
    resource = "Noop" if provider == "noop" else "Twin" if same_state else "Idle"
    return sync + _IDLE[mode].format(resource=resource)
