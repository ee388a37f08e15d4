"""How results look: tables for people, JSON for programs.

On a terminal a table is drawn; elsewhere it is plain columns, parted by two blanks or more. Ids are never cut.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click
from pydantic import BaseModel
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.status import Status
from rich.table import Table
from rich.text import Text

from .._text import printable

__all__ = ["Column", "as_json", "console", "json_option", "note", "say", "show", "waiting"]

json_option = click.option("--json", "as_data", is_flag=True, help="Print JSON, for programs.")
_NOTHING = "-"


@dataclass(frozen=True)
class Column:
    """One column: its title, and where its cells come from. ``whole`` cells, such as ids, are kept on one line."""

    title: str
    read: Callable[[Any], object]
    whole: bool = False


def console(to_stderr: bool = False) -> Console:
    """Return a console that takes texts as they are. NO_COLOR is respected."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False)


def show(rows: Iterable[Any], columns: Sequence[Column], as_data: bool, nothing: str) -> None:
    """Print rows: models as JSON with their own field names, or as a table; ``nothing`` where there are none."""
    rows = list(rows)
    if as_data:
        as_json(rows)
    elif not rows:
        click.echo(nothing)
    else:
        cells = [[_cell(column.read(row)) for column in columns] for row in rows]
        (_draw if sys.stdout.isatty() else _columns)(cells, columns)


def as_json(value: Any) -> None:
    """Print JSON, in ASCII: it is the same in every encoding and harmless to every terminal."""
    click.echo(json.dumps(value, default=_plain, indent=2))


def say(text: str) -> None:
    """Say one line that is a result."""
    click.echo(printable(text))


def note(text: str) -> None:
    """Say something beside the result, in one line."""
    click.echo(printable(text), err=True)


def waiting(screen: Console, text: str) -> Status:
    """Show on a terminal that something takes time; rich would take a plain text for its markup."""
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
    return printable(str(value)) if value not in (None, "") else _NOTHING


def _columns(cells: list[list[str]], columns: Sequence[Column]) -> None:
    lines = [[column.title.upper() for column in columns], *cells]
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _draw(cells: list[list[str]], columns: Sequence[Column]) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column.title, no_wrap=column.whole, overflow="fold")
    for line in cells:
        table.add_row(*map(Text, line))
    screen = console()
    # Rather wider than the terminal than with an id that is cut.
    screen.width = max(screen.width, Measurement.get(screen, screen.options, table).minimum)
    screen.print(table)
