"""The results as a drawing for the docs: a panel for each case, a group of bars for each operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from tools.bench.results import Row

__all__ = ["chart"]

_COLUMNS = 3
_PANEL_WIDTH, _PANEL_HEIGHT = 320, 250
_MARGIN, _HEAD = 16, 56
_LABEL_WIDTH, _BAR_HEIGHT, _GAP = 76, 11, 8
_COLORS = {"idle": "#9aa5b1", "noop": "#cbd2d9", "weld": "#2f6fde"}
_LEGEND = {"idle": "does nothing", "noop": "does nothing, never compared", "weld": "weld-pulumi"}
_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:12px;fill:#1f2933}"
    ".title{font-size:15px;font-weight:600}.case{font-weight:600}.value{font-size:10px;fill:#52606d}"
)


def chart(rows: Iterable[Row]) -> str:
    """Return an SVG document."""
    panels = [(str(case), list(group)) for case, group in groupby(rows, key=lambda row: row.case)]
    lines = -(-len(panels) // _COLUMNS) or 1
    width = _COLUMNS * _PANEL_WIDTH + 2 * _MARGIN
    height = _HEAD + lines * _PANEL_HEIGHT + _MARGIN
    body = [line for number, panel in enumerate(panels) for line in _panel(number, *panel)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<style>{_STYLE}</style>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *_heading(),
            *body,
            "</svg>\n",
        ]
    )


def _heading() -> Iterator[str]:
    yield _text(_MARGIN, 24, "Seconds for one command, by number of streams and latency of Weld", "title")
    for number, (provider, words) in enumerate(_LEGEND.items()):
        x = _MARGIN + number * 220
        yield _bar(x, 34, 12, provider)
        yield _text(x + 18, 44, words)


def _panel(number: int, case: str, rows: list[Row]) -> Iterator[str]:
    left = _MARGIN + number % _COLUMNS * _PANEL_WIDTH
    top = _HEAD + number // _COLUMNS * _PANEL_HEIGHT
    longest = max(typical.seconds for row in rows for typical in row.typical.values())
    # Room for the label on the left and for the longest value on the right.
    scale = (_PANEL_WIDTH - _LABEL_WIDTH - 110) / longest
    yield _text(left, top + 20, case, "case")
    for place, row in enumerate(rows):
        y = top + 32 + place * (len(row.typical) * _BAR_HEIGHT + _GAP)
        yield _text(left, y + _BAR_HEIGHT + 4, row.operation)
        for offset, (provider, typical) in enumerate(row.typical.items()):
            bar_top, length = y + offset * _BAR_HEIGHT, max(1.0, typical.seconds * scale)
            note = f"  ×{row.ratio['idle']:.2f}  ×{row.ratio['noop']:.2f}" if provider == "weld" else ""
            yield _bar(left + _LABEL_WIDTH, bar_top, length, provider)
            yield _text(left + _LABEL_WIDTH + length + 4, bar_top + 9, f"{typical.seconds:.1f}{note}", "value")


def _bar(x: float, y: float, width: float, provider: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{_BAR_HEIGHT - 1}" fill="{_COLORS[provider]}"/>'


def _text(x: float, y: float, words: str, style: str = "") -> str:
    name = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:g}"{name}>{escape(words)}</text>'
