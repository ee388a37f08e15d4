"""Integrations, their streams, and the schemas of their settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
SOURCE = "EltSource"
REVERSE = "ReverseEtlDestination"


@dataclass(frozen=True)
class Stream:
    """A stream that an integration offers."""

    name: str
    sub_streams: tuple[str, ...] = ()
    pointer: str | None = None
    primary_keys: tuple[str, ...] = ("id",)
    selectable: bool = True
    preselect: bool = False
    retired: bool = False
    in_favor_of: str | None = None
    removal_date: str | None = None
    details: str | None = None


@dataclass(frozen=True)
class Integration:
    """A system to which Weld can connect."""

    id: str
    name: str
    streams: tuple[Stream, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    abilities: tuple[str, ...] = (SOURCE,)
    supports_start_date: bool = False
    min_required_plan: str | None = None
    destination: bool = False
    default_start_date: str = "2020-01-01"


def plain(
    names: str, pointer: str | None = None, *, keys: tuple[str, ...] = ("id",), preselect: bool = False
) -> tuple[Stream, ...]:
    """Return streams that differ only in their names, which are separated by spaces."""
    return tuple(Stream(name, pointer=pointer, primary_keys=keys, preselect=preselect) for name in names.split())


def retired(name: str, *, instead: str | None = None, removal: str | None = None, details: str | None = None) -> Stream:
    """Return a retired stream."""
    return Stream(name, retired=True, in_favor_of=instead, removal_date=removal, details=details)


def schema(
    title: str,
    properties: dict[str, Any],
    *,
    required: Iterable[str] = (),
    dependencies: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    """Return a JSON Schema of settings in the form that Weld uses."""
    made: dict[str, Any] = {"$schema": DRAFT_07, "title": title, "type": "object", "properties": properties}
    if needed := list(required):
        made["required"] = needed
    if dependencies:
        made["dependencies"] = dependencies
    return made
