"""The schema of EltSyncRun."""

from __future__ import annotations

from typing import Any

from ..validation.problems import show
from .attributes import Attribute, Change, Output, Schema
from .values import FLAG, ID, NAMES, TRIGGERS, Rule, ValueType, parser, same_names

__all__ = ["ELT_SYNC_RUN"]

_WEEK = 7 * 24 * 60 * 60


def _seconds(value: Any) -> float:
    reason = f"{show(value)} is not a number of seconds from 1 to {_WEEK}; write for example 3600"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(reason)
    if not 1 <= value <= _WEEK:
        raise ValueError(reason)
    return int(value) if float(value).is_integer() else value


def _streams(value: Any, path: str) -> tuple[Any, list[Any]]:
    if value in ([], ()):
        return value, [Rule(path, "is empty; write the names of streams, or leave it out for all")]
    return NAMES.parse(value, path)


ELT_SYNC_RUN = Schema(
    "EltSyncRun",
    "run",
    Attribute("elt_sync_id", ID, Change.REPLACE, "Weld's id of the sync.", required=True),
    Attribute(
        "streams",
        ValueType(NAMES.shown, NAMES.json, NAMES.input, NAMES.output, _streams),
        Change.REPLACE,
        "names of the streams to run; default: all streams that the sync has then.",
        equivalent=same_names,
    ),
    Attribute("full_refresh", FLAG, Change.REPLACE, "copy everything again.", default=False),
    Attribute("triggers", TRIGGERS, Change.REPLACE, "list or dict; any change runs the streams again.", sensitive=True),
    Attribute(
        "timeout",
        ValueType("seconds", "number", "float", "float", parser(_seconds)),
        Change.LOCAL,
        "seconds that `up` waits for the end of the runs, from 1 to 604800. The runs go on afterwards.",
        default=3600,
    ),
    outputs=(
        Output("status", "str", "`COMPLETED`."),
        Output(
            "streams_result",
            "dict[str, dict[str, Any]]",
            "by stream name: `status`, `rows_synced`, `bytes_synced` and `finished_at`.",
        ),
        Output("rows_synced", "int | None", "rows of all streams; None if Weld does not report them."),
        Output("finished_at", "str | None", "ISO 8601 time when the last stream ended."),
    ),
    id_description="made by this package: Weld has no id for the runs of several streams.",
)
