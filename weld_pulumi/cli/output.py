"""Print results: tables for people, JSON for programs.

On a terminal, rows become a table (or a list) with short times; in a pipe or file, plain columns with exact times. Ids
are never truncated.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click
from pydantic import BaseModel
from rich.console import Console
from rich.status import Status
from rich.text import Text

from .._text import printable
from .tables import EMPTY_CELL, Fit, ago, plain_columns, print_table

__all__ = ["Column", "console", "json_option", "print_json", "print_line", "print_note", "print_rows", "spinner"]

json_option = click.option("--json", "as_data", is_flag=True, help="Print JSON, for programs.")


@dataclass(frozen=True)
class Column:
    """One column: its title, and the function that reads its cells.

    ``whole`` cells, such as ids, are kept on one line; a ``time`` is shortened on a terminal; a ``cut`` cell may be
    truncated there.
    """

    title: str
    read: Callable[[Any], object]
    whole: bool = False
    time: bool = False
    cut: bool = False

    @property
    def fit(self) -> Fit:
        """How a cell is fitted into a narrow terminal."""
        if self.cut:
            return Fit.CUT
        return Fit.WHOLE if self.whole or self.time else Fit.WRAP


def console(to_stderr: bool = False) -> Console:
    """Return a console that prints texts unchanged. NO_COLOR is respected."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False)


def print_rows(rows: Iterable[Any], parts: Sequence[Column], as_data: bool, nothing: str) -> None:
    """Print rows as JSON with their own field names, or as a table; print ``nothing`` if there are none."""
    rows = list(rows)
    if as_data:
        print_json(rows)
    elif not rows:
        click.echo(nothing)
    else:
        _print_table(rows, parts)


def _print_table(rows: Sequence[Any], parts: Sequence[Column]) -> None:
    titles = [part.title for part in parts]
    if not sys.stdout.isatty():
        for line in plain_columns(titles, [[_cell(part.read(row)) for part in parts] for row in rows]):
            click.echo(line)
        return
    cells = [[_short(part, part.read(row)) for part in parts] for row in rows]
    print_table(titles, cells, [part.fit for part in parts], console())


def print_json(value: Any) -> None:
    """Print JSON in ASCII, which is safe in every encoding and on every terminal."""
    click.echo(json.dumps(value, default=_plain, indent=2))


def print_line(text: str) -> None:
    """Print one line of the result."""
    click.echo(printable(text))


def print_note(text: str) -> None:
    """Print one line beside the result, on standard error."""
    click.echo(printable(text), err=True)


def spinner(screen: Console, text: str) -> Status:
    """Return a spinner for a terminal; rich would read markup in a plain string."""
    return screen.status(Text(printable(text)))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(type(value).__name__)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    return printable(str(value)) if value not in (None, "") else EMPTY_CELL


def _short(part: Column, value: object) -> str:
    return _cell(ago(value) if part.time and isinstance(value, str) else value)
