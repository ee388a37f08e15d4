"""Pages in the Markdown of the repository, as MyST reads them.

The pages are written to be read in the repository too: links lead to any file of it, and the title of a block of code
stands on its fence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)

__all__ = ["REPOSITORY", "for_site"]

#: An obvious placeholder, until the project has a public home.
REPOSITORY = "https://github.com/example/weld-pulumi"

#: Files outside of the pages that have a page on the site.
_PAGES = {"README.md": "index.md", "SECURITY.md": "security-policy.md", "CHANGELOG.md": "changelog.md"}
_FENCE = re.compile(r"^ *(```+|~~~+)")
_TITLED = re.compile(r'^(?P<fence> *```+)(?P<language>\w+) title="(?P<title>[^"]+)"$')
_LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:<]+)(?P<anchor>#[^)\s]*)?(?=\))")


def for_site(text: str, origin: Path, page: Path, pages: Path) -> str:
    """Return the text of a page for the site.

    Args:
        text: as it stands in the repository.
        origin: the folder to which its links are relative.
        page: the folder of the page that it becomes, or that includes it.
        pages: the folder of all pages.
    """
    return "\n".join(_lines(text, origin, page, pages))


def _lines(text: str, origin: Path, page: Path, pages: Path) -> Iterator[str]:
    closing = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if closing:
            closing = "" if line.strip() == closing else closing
            yield line
        elif fence:
            closing = fence[1]
            yield from _opening(line)
        else:
            yield _LINK.sub(lambda link: _target(link, origin, page, pages), line)


def _opening(line: str) -> Iterator[str]:
    titled = _TITLED.match(line)
    if titled is None:
        yield line
        return
    yield f"{titled['fence']}{{code-block}} {titled['language']}"
    title = re.sub(r"([_*`])", r"\\\1", titled["title"])
    yield f":caption: {title}"
    yield ""


def _target(link: re.Match[str], origin: Path, page: Path, pages: Path) -> str:
    target, root = Path(os.path.normpath(origin / link["path"])), pages.parent
    if not target.exists():
        LOGGER.warning("a link leads to %s, which does not exist", target.relative_to(root), location=str(page))
    anchor = link["anchor"] or ""
    inside = target.relative_to(root).as_posix()
    if inside in _PAGES and (pages / _PAGES[inside]).exists():
        target = pages / _PAGES[inside]
        anchor = "" if inside == "README.md" else anchor
    elif not target.is_relative_to(pages) or target.is_dir():
        return f"{REPOSITORY}/{'tree' if target.is_dir() else 'blob'}/main/{inside}{anchor}"
    return f"{os.path.relpath(target, page)}{anchor}"
