"""Lay out rows: as a table no wider than the terminal, or as a list where a table would break words.

Ids and names are never truncated: if they do not fit, the table becomes a list.
"""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._text import parse_time

__all__ = ["EMPTY_CELL", "Fit", "ago", "amount_of", "plain_columns", "print_table"]

#: The text of a cell without a value.
EMPTY_CELL = "-"


class Fit(enum.Enum):
    """How a cell is fitted into a narrow column."""

    WRAP = "several lines, between words"
    WHOLE = "one line, never truncated: ids and names"
    CUT = "one line, truncated with an ellipsis"


_GAP = 2
#: Characters; narrower prose is hard to read.
_NARROWEST_PROSE = 16
_NARROWEST_CUT = 12
_LONG_AGO = timedelta(days=60)


def ago(time: str, now: datetime | None = None) -> str:
    """Return a time relative to now: ``2 h ago``; a date if it is long ago; the text itself if it is no time."""
    then = parse_time(time)
    if then is None:
        return time
    passed = (now or datetime.now(timezone.utc)) - then
    if abs(passed) > _LONG_AGO:
        return then.date().isoformat()
    amount = amount_of(abs(passed))
    if not amount:
        return "just now"
    return f"{amount} ago" if passed > timedelta() else f"in {amount}"


def amount_of(time: timedelta) -> str:
    """Return a duration in its largest unit, ``2 h``; "" below a minute."""
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if time.total_seconds() >= seconds:
            return f"{int(time.total_seconds() // seconds)} {unit}"
    return ""


def plain_columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines of columns separated by two spaces, for a pipe or a file."""
    lines = [[title.upper() for title in titles], *rows]
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(titles))]
    return [
        (" " * _GAP)
        .join(cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        .rstrip()
        for line in lines
    ]


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], fits: Sequence[Fit], screen: Console) -> None:
    """Print rows on a terminal: as a table if no word has to be broken, else as a list.

    Args:
        titles: of the columns.
        rows: the cells, as text.
        fits: for each column, how its cells are fitted into a narrow column.
        screen: where to print.
    """
    widths = _widths(titles, rows, fits, screen.width)
    if widths is None:
        for number, row in enumerate(rows):
            if number:
                screen.print()
            _print_list(titles, row, fits, screen)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for title, width, fit in zip(titles, widths, fits, strict=True):
        table.add_column(title, width=width, no_wrap=fit is not Fit.WRAP)
    for row in rows:
        table.add_row(*map(Text, row))
    screen.print(table)


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]], fits: Sequence[Fit], room: int) -> list[int] | None:
    """Return the widths of the columns; None if words would be broken."""
    natural, least = list[int](), list[int]()
    for index, title in enumerate(titles):
        cells = [title, *(row[index] for row in rows)]
        wanted = max(map(cell_len, cells))
        natural.append(wanted)
        least.append(_least(cells, wanted, fits[index]))
    room -= _GAP * (len(titles) - 1)
    if sum(least) > room:
        return None
    while sum(natural) > room:
        spare = [width - smallest for width, smallest in zip(natural, least, strict=True)]
        natural[spare.index(max(spare))] -= 1
    return natural


def _least(cells: Sequence[str], wanted: int, fit: Fit) -> int:
    if fit is Fit.WHOLE:
        return wanted
    if fit is Fit.CUT:
        return min(wanted, _NARROWEST_CUT)
    longest_word = max(cell_len(word) for cell in cells for word in cell.split() or [""])
    return max(longest_word, min(wanted, _NARROWEST_PROSE))


def _print_list(titles: Sequence[str], row: Sequence[str], fits: Sequence[Fit], screen: Console) -> None:
    """Print one row, a line for each cell that is not empty; the terminal wraps longer words."""
    indent = max(map(cell_len, titles)) + _GAP
    room = max(1, screen.width - indent)
    for title, cell, fit in zip(titles, row, fits, strict=True):
        if cell == EMPTY_CELL:
            continue
        text = Text(title, "bold").append(" " * (indent - cell_len(title)), "not bold")
        text.append(("\n" + " " * indent).join(_lines(cell, fit, room)), "not bold")
        screen.print(text, soft_wrap=True)


def _lines(cell: str, fit: Fit, room: int) -> list[str]:
    if fit is Fit.WRAP:
        return textwrap.wrap(cell, room, break_long_words=False, break_on_hyphens=False)
    if fit is Fit.CUT:
        cut = Text(cell)
        cut.truncate(room, overflow="ellipsis")
        return [cut.plain]
    return [cell]
