"""Draw the pictures of docs/concepts.md from their sources, docs/images/*.yaml.

python3 tools/bootstrap.py run -- python -m tools.drawings

A picture is 400 units wide, so that its text is readable on a telephone, has a background of its own, and follows the
light or dark setting of the system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import drawsvg  # type: ignore[import-untyped]  # it has no types
import yaml

__all__ = ["SOURCES", "render"]

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SOURCES = sorted(IMAGES.glob("*.yaml"))
WIDTH = 400
MARGIN = 12
LINE = 17
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #1b1f24 }
.small { font-size: 12px; fill: #4a525c } .head { font-weight: 600 }
.page { fill: #ffffff; stroke: #d0d7de } .part { fill: #eef1f4 } .line { stroke: #57606a; fill: none }
.call { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round }
.lane { stroke: #afb8c1; stroke-dasharray: 3 4 } .back { stroke-dasharray: 5 3 } .tip { fill: #57606a }
.stack { fill: #dbeafe; stroke: #2563eb } .person { fill: #fef3c7; stroke: #b45309 }
.weld { fill: #dcfce7; stroke: #15803d }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f3f6 } .small { fill: #c0c8d0 }
  .page { fill: #161b22; stroke: #30363d } .part { fill: #262d36 } .line { stroke: #9ea7b3 }
  .call { stroke: #161b22 } .lane { stroke: #57606a } .tip { fill: #9ea7b3 }
  .stack { fill: #1e3a5f; stroke: #60a5fa } .person { fill: #4a3511; stroke: #f59e0b }
  .weld { fill: #14432a; stroke: #4ade80 }
}
"""


def render(source: Path) -> str:
    """Return the picture of a source as SVG."""
    content: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    draw: Callable[[Picture, Mapping[str, Any]], None] = _calls if "lanes" in content else _objects
    picture = Picture()
    draw(picture, content)
    return picture.finish(content["title"])


class Picture:
    """Elements that are placed from top to bottom; `y` is where the next one goes."""

    def __init__(self) -> None:
        self.y = float(MARGIN)
        self._parts: list[Any] = []

    def text(self, words: str, x: float, y: float, kind: str = "", anchor: str = "start") -> None:
        self._parts.append(drawsvg.Text(words, None, x, y, text_anchor=anchor, class_=kind or None))

    def box(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        self._parts.append(drawsvg.Rectangle(x, y, width, height, rx=6, class_=kind))

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "line") -> None:
        self._parts.append(drawsvg.Line(x1, y1, x2, y2, class_=kind))

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str = "line") -> None:
        """Draw a horizontal or vertical arrow."""
        self.line(x1, y1, x2, y2, kind)
        if y1 == y2:
            back = 7 if x2 > x1 else -7
            corners = [x2, y2, x2 - back, y2 - 4, x2 - back, y2 + 4]
        else:
            corners = [x2, y2, x2 - 4, y2 - 7, x2 + 4, y2 - 7]
        self._parts.append(drawsvg.Lines(*corners, close=True, class_="tip"))

    def finish(self, title: str) -> str:
        """Return the SVG, high enough for all that was placed."""
        height = self.y + MARGIN
        drawing = drawsvg.Drawing(WIDTH, height, id_prefix="d", role="img")
        drawing.append_title(title)
        drawing.append_css(STYLE)
        drawing.append(drawsvg.Rectangle(0.5, 0.5, WIDTH - 1, height - 1, rx=8, class_="page"))
        for part in self._parts:
            drawing.append(part)
        return str(drawing.as_svg(randomize_ids=False)) + "\n"


# Objects and their owners ---------------------------------------------------------------------------------------------

_BOX = 46.0
_GAP = 40.0


def _objects(picture: Picture, content: Mapping[str, Any]) -> None:
    for owner, words in content["owners"].items():
        picture.box(MARGIN, picture.y, 14, 14, owner)
        picture.text(words, MARGIN + 22, picture.y + 12)
        picture.y += LINE + 4
    picture.y += 10
    top, column = picture.y, (WIDTH - 2 * MARGIN - _GAP * 1.6) / 2
    places = {}
    for name, box in content["boxes"].items():
        at, row = box["at"]
        width = WIDTH - 2 * MARGIN if box.get("span") == 2 else column
        x, y = MARGIN + at * (column + _GAP * 1.6), top + row * (_BOX + _GAP)
        places[name] = (x, y, width)
        picture.box(x, y, width, _BOX, box["owner"])
        head, small = box["text"]
        picture.text(head, x + width / 2, y + 19, "head", "middle")
        picture.text(small, x + width / 2, y + 36, "small", "middle")
        picture.y = max(picture.y, y + _BOX)
    for arrow in content["arrows"]:
        _connect(picture, places[arrow["from"]], places[arrow["to"]], arrow["text"])


def _connect(picture: Picture, start: tuple[float, float, float], end: tuple[float, float, float], words: str) -> None:
    (x1, y1, w1), (x2, y2, w2) = start, end
    if y1 == y2:
        left, right = (x1 + w1, x2) if x1 < x2 else (x2 + w2, x1)
        picture.text(words, (left + right) / 2, y1 + _BOX / 2 - 6, "small", "middle")
        tips = (left, right) if x1 < x2 else (right, left)
        picture.arrow(tips[0], y1 + _BOX / 2, tips[1], y1 + _BOX / 2)
    else:
        x = x1 + w1 / 2
        picture.text(words, x + 10, y1 + _BOX + _GAP / 2 + 4, "small")
        picture.arrow(x, y1 + _BOX, x, y2)


# Who calls whom -------------------------------------------------------------------------------------------------------


def _calls(picture: Picture, content: Mapping[str, Any]) -> None:
    lanes: list[str] = content["lanes"]
    step = (WIDTH - 2 * MARGIN) / len(lanes)
    places = {lane: MARGIN + step * (number + 0.5) for number, lane in enumerate(lanes)}
    for part in content["parts"]:
        picture.box(MARGIN, picture.y, WIDTH - 2 * MARGIN, 26, "part")
        picture.text(part["title"], WIDTH / 2, picture.y + 18, "head", "middle")
        top = picture.y = picture.y + 26 + LINE
        for lane, x in places.items():
            picture.text(lane, x, top, "small", "middle")
        bottom = top + 8 + 38 * len(part["calls"])
        for x in places.values():
            picture.line(x, top + 6, x, bottom, "lane")
        for call in part["calls"]:
            picture.y += 38
            _call(picture, places, call)
        picture.y = bottom + 14
    picture.y -= 14


def _call(picture: Picture, places: Mapping[str, float], call: str) -> None:
    between, _, words = call.partition(": ")
    returns = ">>" in between
    start, end = (places[lane.strip()] for lane in between.split(">>" if returns else ">"))
    # The text stands above the arrow, and may be longer: it grows to the side on which there is room.
    middle = (start + end) / 2
    anchor, x = ("start", min(start, end)) if middle < WIDTH * 0.4 else ("end", max(start, end))
    if abs(middle - WIDTH / 2) < WIDTH * 0.1:
        anchor, x = "middle", middle
    picture.text(words, x, picture.y - 7, "call", anchor)
    picture.arrow(start, picture.y, end, picture.y, "line back" if returns else "line")


def main() -> None:
    """Draw all pictures."""
    for source in SOURCES:
        source.with_suffix(".svg").write_text(render(source), "utf-8")
        print(source.with_suffix(".svg"))


if __name__ == "__main__":
    main()
