"""Streams that a source offers, as Weld tells of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Retirement:
    in_favor_of: str | None = None
    removal_date: str | None = None


@dataclass(frozen=True)
class Offered:
    name: str
    is_selectable: bool | None = None
    retired: bool = False
    sub_streams: list[str] | None = None
    retirement_details: Retirement | None = None
