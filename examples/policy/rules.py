"""The rules, as plain functions of plain data: they return a message for each violation."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["PERSONAL_COLUMNS", "data_loss_problems", "personal_data_problems"]

# Columns with personal data, by stream. Replace them with yours.
PERSONAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customers": ("email", "phone"),
    "contacts": ("email",),
    "public.customers": ("email", "phone"),
}
PRODUCTION_STACKS = ("prod", "production")

Stream = Mapping[str, Any]


def personal_data_problems(streams: Iterable[Stream]) -> Iterator[str]:
    """Require that personal columns are hashed or not copied.

    `streams` are the entries of an EltSync's `source_streams`, or the arguments of one SourceStream.
    """
    entries = list(streams)
    for name, columns in PERSONAL_COLUMNS.items():
        stream = _entry_for(name, entries)
        if stream is None:
            continue
        safe = {*(stream.get("hashed_columns") or ()), *(stream.get("excluded_columns") or ())}
        for column in columns:
            if column not in safe:
                yield f"stream {name!r}: put {column!r} into hashed_columns or excluded_columns."


def data_loss_problems(stack: str, is_protected: bool, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Require that production syncs survive their removal from the program."""
    if stack in PRODUCTION_STACKS and not is_protected and arguments.get("deletion_policy") != "retain":
        yield "give it ResourceOptions(protect=True), or deletion_policy='retain'."


def _entry_for(name: str, entries: list[Stream]) -> Stream | None:
    """Return the entry that applies to a stream: its own, else the last matching pattern; None if it is not copied."""
    for entry in entries:
        if entry.get("name") == name and not entry.get("exclude"):
            return entry
    patterns = [entry for entry in entries if fnmatchcase(name, str(entry.get("name")))]
    if any(entry.get("exclude") for entry in patterns):
        return None
    return patterns[-1] if patterns else None
