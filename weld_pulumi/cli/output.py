"""How results look: tables for people, JSON for programs.

On a terminal a table (or a list) is drawn, with short times; elsewhere it is plain columns, with exact ones. Ids are
never cut.
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
    """One column: its title, and where its cells come from.

    ``whole`` cells, such as ids that a command takes, are kept on one line; a ``time`` is short for people; what may be
    ``cut`` is whole in JSON.
    """

    title: str
    read: Callable[[Any], object]
    whole: bool = False
    time: bool = False
    cut: bool = False

    @property
    def fit(self) -> Fit:
        """What becomes of a cell for which there is no room."""
        if self.cut:
            return Fit.CUT
        return Fit.WHOLE if self.whole or self.time else Fit.WRAP


def console(to_stderr: bool = False) -> Console:
    """Return a console that takes texts as they are. NO_COLOR is respected."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False)


def print_rows(rows: Iterable[Any], parts: Sequence[Column], as_data: bool, nothing: str) -> None:
    """Print rows: models as JSON with their own field names, or as a table; ``nothing`` where there are none."""
    rows = list(rows)
    if as_data:
        print_json(rows)
    elif not rows:
        click.echo(nothing)
    else:
        _print(rows, parts)


def _print(rows: Sequence[Any], parts: Sequence[Column]) -> None:
    titles = [part.title for part in parts]
    if not sys.stdout.isatty():
        for line in plain_columns(titles, [[_cell(part.read(row)) for part in parts] for row in rows]):
            click.echo(line)
        return
    cells = [[_short(part, part.read(row)) for part in parts] for row in rows]
    print_table(titles, cells, [part.fit for part in parts], console())


def print_json(value: Any) -> None:
    """Print JSON, in ASCII: it is the same in every encoding and harmless to every terminal."""
    click.echo(json.dumps(value, default=_plain, indent=2))


def print_line(text: str) -> None:
    """Say one line that is a result."""
    click.echo(printable(text))


def print_note(text: str) -> None:
    """Say something beside the result, in one line."""
    click.echo(printable(text), err=True)


def spinner(screen: Console, text: str) -> Status:
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
    return printable(str(value)) if value not in (None, "") else EMPTY_CELL


def _short(part: Column, value: object) -> str:
    return _cell(ago(value) if part.time and isinstance(value, str) else value)
