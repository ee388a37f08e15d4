"""The drawings of docs/concepts.md are what their sources say, and are readable in light, dark, and on a telephone."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools import drawings

SVG = "{http://www.w3.org/2000/svg}"
#: Units that a character of the small text takes at most, on average.
CHARACTER = 7.2


@pytest.mark.parametrize("source", drawings.SOURCES, ids=lambda source: source.stem)
def test_a_committed_drawing_is_what_its_source_gives(source: Path) -> None:
    assert source.with_suffix(".svg").read_text("utf-8") == drawings.render(source), "run: python -m tools.drawings"


@pytest.mark.parametrize("source", drawings.SOURCES, ids=lambda source: source.stem)
def test_no_text_of_a_drawing_leaves_it(source: Path) -> None:
    root = ElementTree.fromstring(drawings.render(source))
    width = float(root.attrib["width"])
    for text in root.iter(f"{SVG}text"):
        words, x, anchor = "".join(text.itertext()), float(text.attrib["x"]), text.attrib["text-anchor"]
        length = CHARACTER * len(words)
        left = x - {"start": 0.0, "middle": length / 2, "end": length}[anchor]
        assert left >= 0, words
        assert left + length <= width, words


@pytest.mark.parametrize("source", drawings.SOURCES, ids=lambda source: source.stem)
def test_a_drawing_follows_the_colors_of_the_system_fetches_nothing_and_has_a_title(source: Path) -> None:
    drawing = drawings.render(source)
    assert "prefers-color-scheme: dark" in drawing
    assert not re.search(r"url\(|@import|<image|<script|href=\"http", drawing)
    assert ElementTree.fromstring(drawing).findtext(f"{SVG}title")


def test_the_page_shows_every_drawing() -> None:
    page = (drawings.IMAGES.parent / "concepts.md").read_text("utf-8")
    assert {f"images/{source.stem}.svg" for source in drawings.SOURCES} <= set(re.findall(r"\]\((\S+?)\)", page))
