"""The schema of EltSync."""

from __future__ import annotations

from typing import Any

from ..validation.cron import canonical_cron, same_schedule
from ..validation.dates import canonical_date, same_date
from ..validation.schema_names import same_schema, schema_name_problem
from .attributes import Attribute, Change, Output, Schema
from .streams import STREAM_LIST, run_triggers, same_entries
from .values import FLAG, ID, ID_OR_FLAG, MAPPING, TEXT, choice, text_type

__all__ = ["ELT_SYNC"]


def _schema_name(value: str) -> str:
    problem = schema_name_problem(value)
    if problem:
        raise ValueError(problem)
    return value


def _same_settings(old: Any, new: Any) -> bool:
    """Compare settings, of which an empty dict means none."""
    return (old or {}) == (new or {})


ELT_SYNC = Schema(
    "EltSync",
    "sync",
    Attribute(
        "connection_id",
        ID,
        Change.REPLACE,
        "Weld's id of the **source** connection.",
        required=True,
        sent=True,
        identifies=True,
        checked_by_weld=True,
    ),
    Attribute(
        "destination_schema_name",
        text_type("str", _schema_name),
        Change.REPLACE,
        "schema in the destination that receives the tables.",
        required=True,
        equivalent=same_schema,
        sent=True,
        identifies=True,
    ),
    Attribute(
        "sync_interval",
        text_type("cron", canonical_cron, "a cron expression in quotes, such as '0 */6 * * *'"),
        Change.UPDATE,
        "cron expression of five fields; required unless `orchestration_workflow_id` is given. Beside one, it is the "
        "schedule that the sync returns to when the orchestration is detached.",
        equivalent=same_schedule,
        sent=True,
    ),
    Attribute(
        "orchestration_workflow_id",
        TEXT,
        Change.UPDATE,
        "Weld's id of an orchestration that runs the sync instead of a schedule.",
        checked_by_weld=True,
    ),
    Attribute(
        "elt_settings",
        MAPPING,
        Change.UPDATE,
        "settings of the source; `weld-pulumi settings CONNECTION_ID` shows which there are. Only the keys that are "
        "given are managed.",
        equivalent=_same_settings,
        sent=True,
        sensitive=True,
        checked_by_weld=True,
    ),
    Attribute(
        "start_date",
        text_type("`YYYY-MM-DD`", canonical_date, "a date in quotes, such as '2024-01-31'"),
        Change.REPLACE,
        "earliest data, `YYYY-MM-DD`.",
        equivalent=same_date,
        sent=True,
        checked_by_weld=True,
    ),
    Attribute("enabled", FLAG, Change.UPDATE, "the sync runs on its schedule.", default=True),
    Attribute(
        "source_streams",
        STREAM_LIST,
        Change.UPDATE,
        "all streams of the sync, each a `SourceStreamArgs`, a dict with the same keys, or just its name (or "
        "pattern). None: the streams are managed elsewhere (by `SourceStream` resources or in Weld) and left "
        "alone.",
        equivalent=same_entries,
        sensitive=True,
        checked_by_weld=True,
    ),
    Attribute(
        "adopt",
        ID_OR_FLAG,
        Change.LOCAL,
        "take over an existing sync: its id, or `True` for the only one with this connection and schema.",
        default=False,
    ),
    Attribute(
        "deletion_policy",
        choice("delete", "disable", "retain"),
        Change.LOCAL,
        "what removing the resource does to the sync in Weld.",
        default="delete",
    ),
    Attribute(
        "remove_destination_data",
        FLAG,
        Change.LOCAL,
        "deleting the sync also drops its tables in the destination.",
        default=False,
    ),
    *run_triggers("every stream"),
    Attribute(
        "on_pending_connection",
        choice("fail", "skip"),
        Change.LOCAL,
        "what `up` does while the connection waits for a person: `fail`, or `skip`: it succeeds with a warning, and a "
        "later `up` creates the sync.",
        default="fail",
    ),
    Attribute(
        "on_new_streams",
        choice("add", "ignore", "fail"),
        Change.LOCAL,
        "what happens to streams that a pattern matches and the last `up` did not have: `add`; `ignore`: they are left "
        "out and reported until the program lists them by name; `fail`: preview and `up` refuse them.",
        default="add",
    ),
    outputs=(
        Output(
            "status",
            "str",
            "`NOT_STARTED`, `RUNNING`, `FAILED` or `PAUSED`, as of the last `up` or `refresh`; `PENDING` while the "
            "sync waits for its connection.",
        ),
        Output("account_id", "str", "Weld's id of the workspace."),
        Output("source_integration_id", "str", "the integration of the source, for example `stripe`."),
        Output("destination_integration_id", "str", "the integration of the destination, for example `databricks`."),
        Output("destination_connection_id", "str", "Weld's id of the destination connection."),
        Output(
            "stream_ids",
            "dict[str, str]",
            "Weld's stream id by stream name, for inline streams.",
            derived_from="source_streams",
        ),
        Output("created_at", "str | None", "ISO 8601 time."),
    ),
)
