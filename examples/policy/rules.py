"""The rules, as plain functions of plain data: what is wrong, as texts for whoever reads the preview."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["PERSONAL_COLUMNS", "data_loss_problems", "personal_data_problems"]

# Stream by stream, the columns that tell who somebody is. Yours go here.
PERSONAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customers": ("email", "phone"),
    "contacts": ("email",),
    "public.customers": ("email", "phone"),
}
PRODUCTION_STACKS = ("prod", "production")

Stream = Mapping[str, Any]


def personal_data_problems(streams: Iterable[Stream]) -> Iterator[str]:
    """Personal columns must not arrive in plain text: hashed, or not copied at all.

    `streams` are the entries of an EltSync's `source_streams`, or one SourceStream's arguments.
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
    """A sync of production must survive its removal from the program."""
    if stack in PRODUCTION_STACKS and not is_protected and arguments.get("deletion_policy") != "retain":
        yield "give it ResourceOptions(protect=True), or deletion_policy='retain'."


def _entry_for(name: str, entries: list[Stream]) -> Stream | None:
    """The entry that decides about a stream: its own, else the last pattern; None where it is not copied."""
    for entry in entries:
        if entry.get("name") == name and not entry.get("exclude"):
            return entry
    patterns = [entry for entry in entries if fnmatchcase(name, str(entry.get("name")))]
    if any(entry.get("exclude") for entry in patterns):
        return None
    return patterns[-1] if patterns else None
