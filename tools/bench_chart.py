"""The results as a drawing for the docs: one panel a case, one pair of bars an operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from tools.bench_summary import Row

_COLUMNS = 3
_PANEL_WIDTH, _PANEL_HEIGHT = 320, 210
_MARGIN, _HEAD = 16, 56
_LABEL_WIDTH, _BAR_HEIGHT, _GAP = 76, 11, 10
_COLOURS = {"idle": "#9aa5b1", "weld": "#2f6fde"}
_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:12px;fill:#1f2933}"
    ".title{font-size:15px;font-weight:600}.case{font-weight:600}.value{font-size:10px;fill:#52606d}"
)


def chart(rows: Iterable[Row]) -> str:
    """An SVG document."""
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
    for x, provider, words in ((_MARGIN, "idle", "a provider that does nothing"), (220, "weld", "weld-pulumi")):
        yield _bar(x, 34, 12, provider)
        yield _text(x + 18, 44, words)


def _panel(number: int, case: str, rows: list[Row]) -> Iterator[str]:
    left = _MARGIN + number % _COLUMNS * _PANEL_WIDTH
    top = _HEAD + number // _COLUMNS * _PANEL_HEIGHT
    longest = max(max(row.idle.seconds, row.weld.seconds) for row in rows)
    # Room for the label at the left and for the longest value at the right.
    scale = (_PANEL_WIDTH - _LABEL_WIDTH - 90) / longest
    yield _text(left, top + 20, case, "case")
    for place, row in enumerate(rows):
        y = top + 32 + place * (2 * _BAR_HEIGHT + _GAP)
        yield _text(left, y + _BAR_HEIGHT + 4, row.operation)
        pair = (("idle", row.idle.seconds, ""), ("weld", row.weld.seconds, f"  ×{row.ratio:.2f}"))
        for offset, (provider, seconds, note) in enumerate(pair):
            bar_top, length = y + offset * _BAR_HEIGHT, max(1.0, seconds * scale)
            yield _bar(left + _LABEL_WIDTH, bar_top, length, provider)
            yield _text(left + _LABEL_WIDTH + length + 4, bar_top + 9, f"{seconds:.1f}{note}", "value")


def _bar(x: float, y: float, width: float, provider: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{_BAR_HEIGHT - 1}" fill="{_COLOURS[provider]}"/>'


def _text(x: float, y: float, words: str, style: str = "") -> str:
    name = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:g}"{name}>{escape(words)}</text>'
