"""The documentation site as it was built: its pages, their links and what can be linked to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["Page", "Site", "build"]

ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path, env: Mapping[str, str], pages: Path = ROOT / "docs") -> subprocess.CompletedProcess[str]:
    """Build the site into a folder, as `make docs` does, without network."""
    sphinx = ["sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    command = [sys.executable, "-m", "tests.support.offline", *sphinx, "--doctree-dir", f"{folder}.trees"]
    return subprocess.run(
        [*command, str(pages), str(folder)], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300
    )


@dataclass
class Page(HTMLParser):
    """One page: ids, what it links to, what it loads, and its text by id."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        self._current = ""
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.add(values["id"])
            self._current = values["id"]
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("img", "script", "iframe", "source") and "src" in values:
            self.loaded.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload", "preconnect", "dns-prefetch"):
            self.loaded.append(values["href"])

    def handle_data(self, data: str) -> None:
        self._texts[self._current] = self._texts.get(self._current, "") + data

    def text(self, id: str) -> str:
        """Return what stands from this id to the next one."""
        return " ".join(self._texts.get(id, "").split())


@dataclass(frozen=True)
class Site:
    """All pages of a folder."""

    folder: Path

    @cached_property
    def pages(self) -> dict[str, Page]:
        """The pages by path."""
        return {path.relative_to(self.folder).as_posix(): Page(path) for path in sorted(self.folder.rglob("*.html"))}

    @cached_property
    def texts(self) -> dict[str, str]:
        """What stands at each id of the reference."""
        reference = (page for name, page in self.pages.items() if name.startswith("reference/"))
        return {id: page.text(id) for page in reference for id in page.ids}

    def broken(self, page: str, link: str) -> str:
        """Return why a link within the site leads nowhere, or nothing."""
        path, _, anchor = link.partition("#")
        target = (self.folder / page).parent / path if path else self.folder / page
        if not target.resolve().is_relative_to(self.folder.resolve()) or not target.is_file():
            return f"{page}: there is no {link}"
        name = target.resolve().relative_to(self.folder.resolve()).as_posix()
        if anchor and name in self.pages and anchor not in self.pages[name].ids:
            return f"{page}: there is no #{anchor} in {name}"
        return ""

    def outgoing(self) -> Iterator[tuple[str, str]]:
        """Return each link to another host, with its page."""
        for name, page in self.pages.items():
            yield from ((name, link) for link in page.links if "://" in link or link.startswith("//"))
