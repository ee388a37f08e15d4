"""What the documentation site adds to Sphinx: a reference from the schemas, the repository's links, drawings."""

from __future__ import annotations

import os
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from tools.docs import commands, diagrams, llms, markdown, reference


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything; Sphinx calls it."""
    app.connect("source-read", _read_page)
    app.connect("include-read", _read_included)
    # Before napoleon, which turns the sections of a docstring into fields.
    app.connect("autodoc-process-docstring", reference.on_docstring, priority=400)
    app.connect("autodoc-process-signature", reference.on_signature)
    for part in ("description", "epilog"):
        app.connect(f"sphinx-click-process-{part}", commands.on_text)
    app.connect("doctree-resolved", _dashes)
    app.connect("build-finished", llms.write)
    app.add_directive("from-code", reference.FromCode)
    app.add_directive("mermaid", diagrams.Mermaid)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _dashes(app: Sphinx, tree: nodes.document, docname: str) -> None:
    """Write the dash between an argument and its meaning as one; Sphinx leaves that to smart quotes."""
    for text in list(tree.findall(nodes.Text)):
        if text.astext() == " -- ":
            text.parent.replace(text, nodes.Text(" – "))


def _read_page(app: Sphinx, docname: str, content: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".md":
        content[0] = markdown.for_site(content[0], path.parent, path.parent, Path(app.srcdir))


def _read_included(app: Sphinx, included: Path, docname: str, content: list[str]) -> None:
    path = Path(os.path.normpath(Path(app.srcdir) / included))
    if path.suffix == ".md":
        page = Path(app.env.doc2path(docname)).parent
        content[0] = markdown.for_site(content[0], path.parent, page, Path(app.srcdir))
