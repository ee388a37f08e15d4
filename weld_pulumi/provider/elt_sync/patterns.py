"""Patterns of a check and a diff, and ``on_new_streams``: streams that they match and the last `up` did not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._text import first_few
from ...api.lookup import or_none
from ...errors import WeldValidationError
from ...schema.attributes import Props
from ...schema.streams import by_name
from ...schema.values import has_unknown
from ...validation.patterns import is_pattern
from ..core.context import ProviderContext
from ..core.pending_connections import is_pending
from ..core.read_cache import OfferedStream
from .entries import available_streams, has_patterns, resolved, resolved_by_names
from .notices import named

__all__ = ["admitted", "last_entries", "resolved_in_check", "resolved_in_diff"]


def resolved_in_check(context: ProviderContext, urn: str, inputs: Props, olds: Mapping[str, Any], ask: bool) -> Any:
    """Return ``source_streams`` with its patterns resolved, as far as that is possible now.

    Where Weld cannot be asked, the names of the last run count as available, so that a preview without a key shows
    only real changes.

    Raises:
        WeldValidationError: ``on_new_streams`` refuses new streams.
    """
    entries, before = inputs.get("source_streams"), olds.get("source_streams")
    if not has_patterns(entries) or has_unknown(entries):
        return entries
    available = available_streams(context, inputs) if ask else None
    if available is None:
        return resolved_by_names(entries, before)
    if not adds_new_streams(inputs) and any(is_pattern(str(entry["name"])) for entry in before or ()):
        return entries  # the last check could not resolve them; diff compares with outputs, which hold names
    found = resolved(context, entries, available, inputs)
    last = before if olds else last_entries(context, urn, inputs)
    return _in_last_order(admitted(context, urn, inputs, found, last), entries, before)


def resolved_in_diff(
    context: ProviderContext, urn: str, id: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Any:
    """Return ``source_streams`` with the patterns resolved that check has left: as `up` will, or by the last names.

    Raises:
        WeldValidationError: ``on_new_streams`` refuses new streams.
    """
    entries, before = news.get("source_streams"), olds.get("source_streams")
    if has_patterns(entries) and not has_unknown(entries) and not adds_new_streams(news):
        available = _available_in_diff(context, urn, id, olds, news)
        if available is not None:
            return admitted(context, urn, news, resolved(context, entries, available, news), before)
    return resolved_by_names(entries, before)


def _available_in_diff(
    context: ProviderContext, urn: str, id: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> dict[str, OfferedStream] | None:
    """Return the streams that a sync of the program can have, unless it gets another source."""
    is_same_source = olds.get("connection_id") == news.get("connection_id")
    # A refresh compares too, but nothing of the program.
    if is_pending(id) or not is_same_source or not context.ownership.is_in_program(urn) or not context.may_ask():
        return None
    return or_none(context.reads.available_streams, id)


def _in_last_order(found: list[Props], entries: list[Props], before: Any) -> list[Props]:
    """Move newly matched streams to the end: the engine compares lists by index, so its diff is shorter."""
    first = next(index for index, entry in enumerate(entries) if has_patterns([entry]))
    known = {e.get("name"): n for n, e in enumerate(before) if isinstance(e, dict)} if isinstance(before, list) else {}
    return found[:first] + sorted(found[first:], key=lambda entry: known.get(entry["name"], len(known)))


# New streams -------------------------------------------------------------------------------------------------------


def adds_new_streams(inputs: Mapping[str, Any]) -> bool:
    """Tell whether a pattern stands for everything that it matches."""
    return inputs.get("on_new_streams") not in ("ignore", "fail")


def last_entries(context: ProviderContext, urn: str, inputs: Mapping[str, Any]) -> Any:
    """Return the entries of the sync that a new one replaces; None if there is none, or it has another source."""
    previous = context.ownership.previous_outputs(urn)
    is_same_source = previous.get("connection_id") == inputs.get("connection_id")
    return previous.get("source_streams") if is_same_source else None


def admitted(
    context: ProviderContext, urn: str, inputs: Mapping[str, Any], found: list[Props], before: Any
) -> list[Props]:
    """Return resolved entries without those that ``on_new_streams`` leaves out, and report these.

    Args:
        context: of this process.
        urn: of the resource.
        inputs: canonical inputs, with the entries of the program.
        found: these entries, with everything that their patterns match.
        before: the entries of the last run; None where the sync, or its list of streams, is new.

    Raises:
        WeldValidationError: ``on_new_streams`` refuses new streams.
    """
    if adds_new_streams(inputs) or before is None:
        return found
    # A stream that somebody deleted at Weld is among the last entries, as an exclusion.
    known = {entry.get("name") for entry in before} | by_name(inputs["source_streams"]).keys()
    new = sorted(entry["name"] for entry in found if entry["name"] not in known)
    if new and inputs["on_new_streams"] == "fail":
        raise WeldValidationError(
            f"sync {named(urn, inputs)}: on_new_streams='fail' refuses what its patterns newly match: "
            f"{first_few(new)}. To copy one, add {{'name': {new[0]!r}}}, with the columns to hash or exclude; to leave "
            f"it out, add {{'name': {new[0]!r}, 'exclude': True}}."
        )
    if new:
        context.reporter.info(
            f"sync {named(urn, inputs)}: on_new_streams='ignore' leaves out what its patterns newly match: "
            f"{first_few(new)}. To copy one, add it to source_streams by name."
        )
    return [entry for entry in found if entry["name"] in known]
