"""The programs that are measured: the same resources with the same arguments, for Weld and for the idle provider."""

from __future__ import annotations

from pathlib import Path

MODES = ("inline", "separate")
PROVIDERS = ("idle", "weld")
IDLE_FILES = {"idle.py": Path(__file__).with_name("bench_idle.py").read_text()}

_SYNC = """
SYNC = {{
    "connection_id": {connection_id!r},
    "destination_schema_name": "bench",
    "sync_interval": "0 */6 * * *",
}}
NAMES = [f"table_{{number:04d}}" for number in range({streams})]
"""
# One stream in ten has something to say about its columns.
_ENTRIES = """
SYNC["source_streams"] = [
    {"name": name, **({"hashed_columns": ["email"]} if name.endswith("0") else {})} for name in NAMES
]
"""
_BODY = {
    ("weld", "inline"): """
import weld_pulumi as weld
weld.EltSync("sync", **SYNC)
""",
    ("weld", "separate"): """
import weld_pulumi as weld
sync = weld.EltSync("sync", **SYNC)
for name in NAMES:
    weld.SourceStream(name, elt_sync_id=sync.id)
""",
    ("idle", "inline"): """
from idle import {kind}
{kind}("sync", SYNC)
""",
    ("idle", "separate"): """
from idle import {kind}
sync = {kind}("sync", SYNC)
for name in NAMES:
    {kind}(name, dict(elt_sync_id=sync.id, name=name))
""",
}


def program(provider: str, mode: str, streams: int, connection_id: str, *, same_state: bool = False) -> str:
    """The text of a program with one sync and so many streams.

    With `same_state` the idle provider's resources hold all the properties that Weld's do, else those in the program.
    """
    sync = _SYNC.format(connection_id=connection_id, streams=streams)
    body = _BODY[provider, mode].format(kind="Twin" if same_state else "Echo")
    return sync + (_ENTRIES if mode == "inline" else "") + body
