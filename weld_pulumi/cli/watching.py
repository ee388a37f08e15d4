"""Show what runs until it has ended: a table with bars on a terminal, plain lines in a pipe or file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import click
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from .._amounts import duration_text, rows_text
from .._text import first_few, printable
from ..api.models import StreamSnapshot
from ..errors import WeldError
from ..provider.core.polling import growing_delays
from .output import console, print_line, print_note

__all__ = ["Line", "State", "interruptible", "line_of", "require_success", "summary", "watch"]

#: Seconds between looks: the first pause, the longest, and the factor from one to the next.
_DELAYS = (1.0, 5.0, 1.3)
#: Seconds between two plain lines with the progress.
_BETWEEN_LINES = 30.0
_WIDEST_BAR, _NARROWEST_BAR = 30, 8
_GAP = 2


class State(Enum):
    """How far one stream or sync is; the value is what people see."""

    WAITING = "not started"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    IDLE = "never ran"


_STYLES = {State.FAILED: "red", State.DONE: "green", State.RUNNING: "bold", State.WAITING: "dim", State.IDLE: "dim"}


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        name: of the stream or the sync.
        state: how far it is.
        rows: copied so far; None if unknown.
        total: rows that Weld expects; None if unknown.
        error: Weld's reason for a failure.
    """

    name: str
    state: State
    rows: float | None = None
    total: float | None = None
    error: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens."""
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def figures(self) -> str:
        """The rows, and those that Weld expects while it runs."""
        if self.rows is None:
            return ""
        total = f" of {rows_text(self.total)}" if self.total and not self.has_ended else ""
        return f"{rows_text(self.rows)}{total}"


def line_of(name: str, active: StreamSnapshot | None, latest: StreamSnapshot | None) -> Line:
    """Return the line of a stream that runs (``active``), or has run."""
    if active is not None:
        return Line(name, State.RUNNING, active.records_synced, active.estimated_total_count)
    if latest is None:
        return Line(name, State.IDLE)
    failed = latest.status == "FAILED"
    return Line(name, State.FAILED if failed else State.DONE, latest.records_synced, None, latest.error_message)


def summary(lines: Sequence[Line], what: str = "stream") -> str:
    """Say how many have ended, and the rows of all."""
    ended = sum(line.has_ended for line in lines)
    failed = sum(line.state is State.FAILED for line in lines)
    rows = rows_text(sum(line.rows or 0 for line in lines))
    text = f"{ended} of {len(lines)} {what}{'' if len(lines) == 1 else 's'} done, {rows} rows"
    return f"{text}; {failed} failed" if failed else text


def watch(look: Callable[[], Sequence[Line]], what: str = "stream", timeout: float | None = None) -> list[Line]:
    """Show the lines until each has ended, and return them.

    Args:
        look: returns the lines as they are now.
        what: a line is about.
        timeout: seconds to wait; None: as long as it takes.

    Raises:
        WeldError: the time is over.
    """
    begun = time.monotonic()
    with _display(what) as show:
        for delay in growing_delays(*_DELAYS):
            lines = list(look())
            passed = time.monotonic() - begun
            show(lines, passed)
            if all(line.has_ended for line in lines):
                return lines
            if timeout is not None and passed >= timeout:
                raise WeldError(_timeout_text(lines, what, timeout))
            time.sleep(delay if timeout is None else max(0.05, min(delay, timeout - passed)))
    raise AssertionError("the delays have no end")


def require_success(lines: Sequence[Line], what: str = "stream") -> None:
    """Check that nothing has failed.

    Raises:
        WeldError: with the name and Weld's reason of each failure.
    """
    failed = [line for line in lines if line.state is State.FAILED]
    if failed:
        raise WeldError(first_few(failed, 5, lambda line: _failure(line, what), " "))


def _failure(line: Line, what: str) -> str:
    why = line.error or "Weld reports no reason."
    return f"{what} {line.name!r} failed: {why}{'' if why.endswith(('.', '!', '?')) else '.'}"


def _timeout_text(lines: Sequence[Line], what: str, timeout: float) -> str:
    late = [line for line in lines if not line.has_ended]
    named = first_few((line.name for line in late), 5, repr)
    count = f"1 {what}" if len(late) == 1 else f"{len(late)} {what}s"
    return f"after {duration_text(timeout)}, {count} had not ended: {named}. What runs goes on at Weld."


# Where it is shown -------------------------------------------------------------------------------------------------


@contextmanager
def _display(what: str) -> Iterator[Callable[[list[Line], float], None]]:
    if not sys.stdout.isatty():
        yield _PlainLines(what).show
        return
    screen = console()
    # What does not fit on the screen is cut off only while it changes.
    with Live(console=screen, auto_refresh=False, vertical_overflow="visible") as live:

        def show(lines: list[Line], passed: float) -> None:
            is_over = all(line.has_ended for line in lines)
            live.update(_drawn(lines, what, passed, screen, None if is_over else screen.height - 3), refresh=True)

        yield show


class _PlainLines:
    """A line for each end, and now and then one with the progress."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._reported: set[str] = set()
        self._shown_at = -_BETWEEN_LINES

    def show(self, lines: list[Line], passed: float) -> None:
        """Print what is new."""
        for line in lines:
            if line.has_ended and line.name not in self._reported:
                self._reported.add(line.name)
                print_line(f"{line.name}: {line.state.value}{f', {line.figures} rows' if line.figures else ''}")
        is_over = all(line.has_ended for line in lines)
        if is_over or passed - self._shown_at >= _BETWEEN_LINES:
            self._shown_at = passed
            print_line(f"{summary(lines, self._what)}{f' in {duration_text(passed)}' if is_over else ''}")
            sys.stdout.flush()


def _drawn(lines: list[Line], what: str, passed: float, screen: Console, most: int | None) -> Group:
    """Return the table, of at most ``most`` lines, and a line with the sum."""
    shown = lines
    if most is not None and len(lines) > most:
        shown = sorted(lines, key=lambda line: _urgency(line))[: max(1, most - 1)]
    states = max((len(line.state.value) for line in shown), default=0)
    figures = max((len(line.figures) for line in shown), default=0)
    names = max((len(printable(line.name)) for line in shown), default=0)
    room = screen.width - names - figures - states - 3 * _GAP - 1
    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(overflow="fold")
    has_bars = room >= _NARROWEST_BAR
    if has_bars:
        table.add_column(width=min(room, _WIDEST_BAR))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for line in shown:
        cells: list[Text | ProgressBar] = [Text(printable(line.name))]
        if has_bars:
            cells.append(_bar(line, min(room, _WIDEST_BAR)))
        cells += [Text(line.figures), Text(line.state.value, _STYLES[line.state])]
        table.add_row(*cells)
    rest = [Text(f"… and {len(lines) - len(shown)} more")] if len(shown) < len(lines) else []
    return Group(table, *rest, Text(f"{summary(lines, what)}, {duration_text(passed)}"))


def _urgency(line: Line) -> int:
    return [State.FAILED, State.RUNNING, State.WAITING, State.DONE, State.IDLE].index(line.state)


def _bar(line: Line, width: int) -> Text | ProgressBar:
    if line.state is State.DONE:
        return ProgressBar(1, 1, width)
    if line.state is State.RUNNING and line.total and line.rows is not None:
        return ProgressBar(max(line.total, line.rows), line.rows, width)
    return Text("")


@contextmanager
def interruptible(note: str) -> Iterator[None]:
    """Let Ctrl-C end the command with a note and the exit code of a shell, 130."""
    try:
        yield
    except KeyboardInterrupt:
        print_note(note)
        raise click.exceptions.Exit(130) from None
