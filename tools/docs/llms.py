"""``llms.txt`` beside the pages: what there is to read, one line a page, in the order of the navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["write"]

#: A sentence below this length says too little alone.
_SHORT = 80


def write(app: Sphinx, failed: Exception | None) -> None:
    """Write the file when the site has been built."""
    if failed is None and app.builder.format == "html":
        (Path(app.outdir) / "llms.txt").write_text("\n".join(_lines(app)) + "\n", "utf-8")


def _lines(app: Sphinx) -> Iterator[str]:
    root = app.env.get_doctree(app.config.root_doc)
    yield f"# {app.config.project}"
    yield ""
    yield f"> {_summary(root)}"
    toc: Any = app.env.external_site_map  # type: ignore[attr-defined]
    for part in toc.root.subtrees:
        yield ""
        yield f"## {part.caption}"
        yield ""
        for page in part.items:
            tree = app.env.get_doctree(str(page))
            url = app.builder.get_target_uri(str(page))
            yield f"- [{app.env.titles[str(page)].astext()}]({url}): {_summary(tree)}"


def _summary(tree: nodes.document) -> str:
    """Return the first sentences of a page, or of what it describes first: whole ones, and not much text."""
    for paragraph in tree.findall(nodes.paragraph):
        if "facts" not in paragraph["classes"] and not isinstance(paragraph.parent, nodes.entry):
            first, *others = re.split(r"(?<=[.!?]) (?=[A-Z`])", " ".join(paragraph.astext().split()))
            return " ".join([first, *others[: 1 if len(first) < _SHORT else 0]]).rstrip(":")
    return ""
