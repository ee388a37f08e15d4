"""A live sync described by the arguments and outputs of EltSync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...schema.attributes import Attribute, Props
from ...schema.elt_sync import ELT_SYNC
from ...validation.dates import canonical_date
from .entries import entries_of
from .settings import as_declared

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = ["describe_sync", "facts_of", "is_inline", "unreported", "view_of"]

#: Where Weld's name of a field is not that of the argument.
_FIELDS = {"connection_id": "source_connection_id"}


def facts_of(sync: EltSyncInfo) -> Props:
    """Return the outputs that are not arguments, except ``stream_ids``."""
    return {o.name: getattr(sync, o.name) for o in ELT_SYNC.outputs if o.name != "stream_ids"}


def is_inline(declared: Mapping[str, Any]) -> bool:
    """Tell whether the EltSync manages the streams; one that was only read with ``.get`` shows them."""
    return not declared or declared.get("source_streams") is not None


def describe_sync(sync: EltSyncInfo, streams: Mapping[str, EltStreamInfo], declared: Mapping[str, Any]) -> Props:
    """Return the outputs of a live sync; see :func:`view_of`."""
    inline = is_inline(declared)
    ids = {name: stream.id for name, stream in streams.items()} if inline else {}
    return {**view_of(sync, streams if inline else None, declared), **facts_of(sync), "stream_ids": ids}


def view_of(sync: EltSyncInfo, streams: Mapping[str, EltStreamInfo] | None, declared: Mapping[str, Any]) -> Props:
    """Describe a live sync by the arguments of EltSync.

    Arguments that are not managed are omitted; a value that means the same as the declared one keeps the declared form.

    Args:
        sync: as Weld reports it.
        streams: its streams by name; None where they are not inline.
        declared: the program's arguments. For ``.get`` there are none, and everything is described.
    """
    view: Props = {}
    for attribute in ELT_SYNC:
        name = attribute.name
        if attribute.program_only:
            view[name] = declared.get(name)
        elif name == "source_streams":
            view[name] = None if streams is None else entries_of(streams, declared.get(name))
        elif _is_managed(attribute, declared):
            view[name] = _in_declared_form(attribute, _reported(sync, name, declared), declared.get(name))
    return {name: value for name, value in view.items() if value is not None}


def _is_managed(attribute: Attribute, declared: Mapping[str, Any]) -> bool:
    """Tell whether drift of an argument is detected; that of an orchestration always is."""
    always = attribute.required or attribute.default is not None or attribute.name == "orchestration_workflow_id"
    return always or not declared or bool(declared.get(attribute.name) is not None)


def _reported(sync: EltSyncInfo, name: str, declared: Mapping[str, Any]) -> Any:
    """Return the value that Weld reports; None where it reports none."""
    value = getattr(sync, _FIELDS.get(name, name))
    if name == "orchestration_workflow_id" and not sync.reports_schedule:
        return declared.get(name)
    if name == "sync_interval" and declared and sync.orchestration_workflow_id:
        return None  # the orchestration runs it, not the interval that Weld still has
    if name == "start_date":
        return _date_only(value)
    return value


def _in_declared_form(attribute: Attribute, value: Any, declared: Any) -> Any:
    """Return what Weld reports, in the declared form where it means the same or is not reported."""
    if attribute.name == "orchestration_workflow_id":
        return value
    if value is None or declared is None:
        return declared if value is None else value
    if attribute.name == "elt_settings":
        return as_declared(declared, value)
    return declared if attribute.equivalent(declared, value) else value


def unreported(sync: EltSyncInfo) -> list[str]:
    """Return the arguments that Weld does not report of a sync; they are unknown rather than empty."""
    names = ("destination_schema_name", "elt_settings")
    unknown = [name for name in names if getattr(sync, name) is None]
    return [*unknown, *(() if sync.reports_schedule else ("sync_interval", "orchestration_workflow_id"))]


def _date_only(text: str | None) -> str | None:
    try:
        return canonical_date(text) if text else None
    except ValueError:
        return text
