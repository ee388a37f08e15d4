"""The arguments of EltSync, and how a live sync looks through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...validation.cron import canonical_cron, same_schedule
from ...validation.dates import canonical_date, same_date
from ...validation.problems import Problem, show
from ...validation.schema_names import same_schema, schema_name_problem
from ..core.schema import Attribute, Change, Props, Schema
from ..core.values import Rule, choice, flag, kind, mapping, text
from ..source_stream.streams import canonical_entries, entries_of, same_entries
from ..source_stream.triggers import TRIGGER_FIELDS
from .settings import as_declared

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = ["DAILY", "SYNC", "facts_of", "same_date_told", "unreported", "view_of"]

#: What Weld falls back to, and what is sent where only an orchestration is given.
DAILY = "0 0 * * *"


def _schema_name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{show(value)} is not a text; write it in quotes")
    problem = schema_name_problem(value)
    if problem:
        raise ValueError(problem)
    return value


def _cron(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{show(value)} is not a text; write a cron expression in quotes, such as '0 */6 * * *'")
    return canonical_cron(value)


def _date(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{show(value)} is not a text; write a date in quotes, such as '2024-01-31'")
    return canonical_date(value)


def _same_settings(old: Any, new: Any) -> bool:
    """No settings at all are an empty dict or none."""
    return (old or {}) == (new or {})


def _adopt(value: Any) -> bool | str:
    if not isinstance(value, (bool, str)) or value == "":
        raise TypeError(f"{show(value)} is neither True nor False nor an id in quotes")
    return value


adopt = kind(_adopt)

SYNC = Schema(
    Attribute("connection_id", text, Change.REPLACE, required=True),
    Attribute("destination_schema_name", kind(_schema_name), Change.REPLACE, required=True, same=same_schema),
    Attribute("sync_interval", kind(_cron), Change.UPDATE, same=same_schedule),
    Attribute("orchestration_workflow_id", text, Change.UPDATE),
    Attribute("elt_settings", mapping, Change.UPDATE, same=_same_settings, hidden=True),
    Attribute("start_date", kind(_date), Change.REPLACE, same=same_date),
    Attribute("enabled", flag, Change.UPDATE, default=True),
    Attribute("source_streams", canonical_entries, Change.UPDATE, same=same_entries, hidden=True),
    Attribute("adopt", adopt, Change.LOCAL, default=False),
    Attribute("deletion_policy", choice("delete", "disable", "retain"), Change.LOCAL, default="delete"),
    Attribute("remove_destination_data", flag, Change.LOCAL, default=False),
    *TRIGGER_FIELDS,
    Attribute("on_pending_connection", choice("fail", "skip"), Change.LOCAL, default="fail"),
)

#: Arguments that Weld knows nothing of: they are what the program said.
_OURS = (
    "adopt",
    "deletion_policy",
    "remove_destination_data",
    "run_triggers",
    "full_refresh_triggers",
    "on_pending_connection",
)


def same_date_told(declared: Any, told: str | None) -> bool:
    """Compare a declared date with the one that Weld tells, which may be absent."""
    return told is None or declared is None or same_date(declared, told)


def schedule_problem(inputs: Mapping[str, Any]) -> list[Problem]:
    """Require one of the two ways to say when a sync runs."""
    if inputs.get("sync_interval") is None and inputs.get("orchestration_workflow_id") is None:
        return [
            Rule(
                "sync_interval",
                "is missing; write a cron expression such as '0 */6 * * *', or give orchestration_workflow_id",
            )
        ]
    return []


def facts_of(sync: EltSyncInfo) -> Props:
    """Return the outputs that are no arguments."""
    return {
        "status": sync.status,
        "account_id": sync.account_id,
        "source_integration_id": sync.source_integration_id,
        "destination_integration_id": sync.destination_integration_id,
        "destination_connection_id": sync.destination_connection_id,
        "created_at": sync.created_at,
    }


def view_of(sync: EltSyncInfo, streams: Mapping[str, EltStreamInfo] | None, declared: Mapping[str, Any]) -> Props:
    """Describe a live sync by the arguments of EltSync.

    What is not managed is left out; what means the same as declared keeps the declared form. For ``.get`` nothing is
    declared, and everything is told.
    """
    everything = not declared
    view: Props = {name: declared[name] for name in _OURS if declared.get(name) is not None}
    view["connection_id"] = sync.source_connection_id or declared.get("connection_id")
    view["destination_schema_name"] = _told("destination_schema_name", sync.destination_schema_name, declared)
    workflow = sync.orchestration_workflow_id if sync.reports_schedule else declared.get("orchestration_workflow_id")
    view["orchestration_workflow_id"] = workflow
    view["enabled"] = sync.enabled
    if everything or declared.get("sync_interval"):
        attached = bool(sync.orchestration_workflow_id) and not everything
        view["sync_interval"] = _told("sync_interval", None if attached else sync.sync_interval, declared)
    if everything or declared.get("start_date"):
        view["start_date"] = _told("start_date", _date_only(sync.start_date), declared)
    if everything:
        view["elt_settings"] = sync.elt_settings
    elif declared.get("elt_settings") is not None:
        told = sync.elt_settings
        view["elt_settings"] = (
            as_declared(declared["elt_settings"], told) if told is not None else declared["elt_settings"]
        )
    if streams is not None:
        view["source_streams"] = entries_of(streams, declared.get("source_streams"))
    return {name: value for name, value in view.items() if value is not None}


def unreported(sync: EltSyncInfo) -> list[str]:
    """Return the arguments that Weld does not report of a sync: they are unknown, not none."""
    fields = ("destination_schema_name", "elt_settings")
    unknown = [name for name in fields if getattr(sync, name) is None]
    return [*unknown, *(() if sync.reports_schedule else ("sync_interval", "orchestration_workflow_id"))]


def _told(name: str, value: Any, declared: Mapping[str, Any]) -> Any:
    """Return what Weld tells, in the declared form where it means the same or is not told."""
    said = declared.get(name)
    if value is None or (said is not None and SYNC[name].same(said, value)):
        return said
    return value


def _date_only(text: str | None) -> str | None:
    try:
        return canonical_date(text) if text else None
    except ValueError:
        return text
