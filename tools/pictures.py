"""Draws pictures of a terminal into docs/images, and records the first steps of README in docs/getting-started.txt.

python3 tools/bootstrap.py run -- python -m tools.pictures
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyte
from rich.color import ANSI_COLOR_NAMES
from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.support.engine import Project
from tests.support.readme import SETTLED, follow
from tests.support.terminal import Terminal
from tests.support.waiting import program
from weld_pulumi.simulator import Simulator

DOCS = Path(__file__).parent.parent / "docs"
IMAGES = DOCS / "images"
ADDRESS = r"(http://localhost:\d+/[a-z0-9]{5})(?![a-z0-9])"


def draw(screen: pyte.Screen, title: str) -> str:
    """Return the screen of a terminal as SVG."""
    lines = [_line(screen, number) for number in range(screen.lines)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    console = Console(record=True, width=screen.columns, file=open("/dev/null", "w"), force_terminal=True)  # noqa: SIM115
    for line in lines:
        console.print(line, no_wrap=True, overflow="crop")
    console.file.close()
    return console.export_svg(title=title, unique_id="terminal")


def _line(screen: pyte.Screen, number: int) -> Text:
    row = screen.buffer[number]
    cells = [row[column] for column in range(screen.columns)]
    line = Text("".join(cell.data for cell in cells).rstrip())
    begin = 0
    for style, run in itertools.groupby(cells[: len(line.plain)], _style):
        end = begin + len(list(run))
        line.stylize(style, begin, end)
        begin = end
    for pattern, text in SETTLED:
        for match in reversed(list(re.finditer(pattern, line.plain))):
            line = Text.assemble(line[: match.start()], text, line[match.end() :])
    return line


def _style(cell: pyte.screens.Char) -> Style:
    names = {"brown": "yellow", "brightbrown": "bright_yellow"}
    name = names.get(cell.fg, cell.fg.replace("bright", "bright_"))
    color = name if name in ANSI_COLOR_NAMES else f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else None
    return Style(color=color, bold=cell.bold or None)


def waiting(columns: int, count: int) -> str:
    """Return a picture of `pulumi up` that waits for connections."""

    def shown(screen: Terminal, _: Simulator) -> None:
        screen.until(ADDRESS, count)

    labels = ["Stripe (production)", "Stripe (staging)"][:count]
    return _recorded(program(*(f'label="{label}"' for label in labels)), columns, shown)


def _recorded(text: str, columns: int, shown: Callable[[Terminal, Simulator], None]) -> str:
    with Simulator() as weld, tempfile.TemporaryDirectory() as folder:
        project = Project(
            Path(folder), text, config={"weld:apiUrl": weld.url}, secrets={"weld:apiKey": weld.api_key}, name="shop"
        )
        command = project.command("up", "--yes", "--skip-preview")
        with Terminal(command, project.folder, project.env, columns) as screen:
            shown(screen, weld)
            picture = draw(screen.screen, "pulumi up")
            for bridge in weld.pending_bridges():
                weld.authorize(bridge["id"])
            screen.finish()
    return picture


def first_steps() -> None:
    """Record the first commands of README: all as text, `pulumi up` as a picture."""
    with Simulator() as weld, tempfile.TemporaryDirectory() as folder:
        recordings = []
        for shown in follow(Path(folder), weld):
            recordings.append(shown.recording)
            if shown.command == "pulumi up":
                (IMAGES / "getting-started.svg").write_text(draw(shown.screen.screen, shown.command))
    (DOCS / "getting-started.txt").write_text("\n".join(recordings))


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    first_steps()
    for columns, count in ((80, 1), (120, 2)):
        target = IMAGES / f"authorize-{columns}.svg"
        target.write_text(waiting(columns, count))
        print(target)


if __name__ == "__main__":
    main()
