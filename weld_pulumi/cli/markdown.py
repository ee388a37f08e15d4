"""Markdown for a job summary or a comment on a pull request, as GitHub and GitLab render it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from .._text import printable_words
from .tables import EMPTY_CELL

__all__ = ["markdown_option_help", "markdown_table", "markdown_text"]

markdown_option_help = "Print Markdown, for a job summary or a comment."
#: What begins or ends markup, a mention of a person or of an issue, or a link.
_MARKUP = re.compile(r"([\\`*_{}\[\]()#|~@!:])")


def markdown_text(text: str) -> str:
    """Return a text without any effect as markup: texts of Weld may come from anybody."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", html.escape(printable_words(text), quote=False))


def markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table; an empty cell gets a dash."""
    lines = [list(titles), ["---"] * len(titles)]
    lines += [[markdown_text(cell) if cell else EMPTY_CELL for cell in row] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]
