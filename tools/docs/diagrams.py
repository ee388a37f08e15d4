"""Drawings: text in the pages, drawn once into docs/images/diagrams, so that a reader needs neither script nor network.

``python -m tools.docs.diagrams`` draws those that are new and removes those that no page has any more (it needs the
package mermaidx, which runs Mermaid itself). A build of the site fails on a drawing that was not drawn.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from importlib import import_module
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

__all__ = ["FOLDER", "Mermaid", "name_of", "sources"]

PAGES = Path(__file__).parents[2] / "docs"
FOLDER = PAGES / "images" / "diagrams"
_BLOCK = re.compile(r"^(?P<indent> *)```mermaid\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"^\s*accTitle: *(.+)$", re.MULTILINE)


def name_of(text: str) -> str:
    """Return the file name of a drawing, which follows from its text."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12] + ".svg"


def sources() -> dict[str, str]:
    """Return the text of every drawing by its file name."""
    found = (block for page in sorted(PAGES.rglob("*.md")) for block in _BLOCK.finditer(page.read_text("utf-8")))
    texts = [textwrap.dedent(block["text"]).strip() for block in found]
    return {name_of(text): text for text in texts}


class Mermaid(SphinxDirective):
    """Show the drawing of a block of Mermaid text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the image, or report that it was not drawn."""
        text = "\n".join(self.content).strip()
        if not (FOLDER / name_of(text)).exists():
            raise self.error("This drawing was not drawn yet: pip install mermaidx, python -m tools.docs.diagrams")
        title = _TITLE.search(text)
        image = nodes.image(uri=f"/images/diagrams/{name_of(text)}", alt=title[1] if title else "Diagram")
        image["classes"].append("diagram")
        return [nodes.container("", image, classes=["diagram-frame"])]


def main() -> None:
    """Draw what is missing."""
    render = import_module("mermaidx").render  # not among the dependencies: only a changed drawing needs it
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sources()
    for old in FOLDER.glob("*.svg"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists():
            drawn: str = render(text).svg()
            # An image has no other width of its own: "100%" would be that of nothing.
            width = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', drawn)
            assert width is not None
            size = f'width="{float(width[1]):.0f}" height="{float(width[2]):.0f}"'
            path.write_text(drawn.replace('width="100%"', size, 1), "utf-8")


if __name__ == "__main__":
    main()
