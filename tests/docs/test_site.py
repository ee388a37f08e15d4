"""The site as it is built: complete, without network, and no link that leads nowhere."""

from __future__ import annotations

import os
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.site import ROOT, Site, build

pytestmark = pytest.mark.xdist_group("site")

#: Made by Sphinx itself.
MADE = {"genindex.html", "py-modindex.html", "search.html"}


def read(site: Site, page: str) -> str:
    return (site.folder / page).read_text("utf-8")


def test_the_site_is_built_without_network_and_has_a_page_for_each_source(site: Site) -> None:
    sources = {
        path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        for path in (ROOT / "docs").rglob("*")
        if path.suffix in (".md", ".rst")
    }
    assert set(site.pages) - MADE == sources


def test_each_link_and_each_anchor_within_the_site_leads_somewhere(site: Site) -> None:
    inside = [
        (name, link) for name, page in site.pages.items() for link in page.links if not re.match(r"\w+:|//", link)
    ]
    assert len(inside) > 1000
    assert [problem for name, link in inside if (problem := site.broken(name, link))] == []


def test_a_page_loads_nothing_from_another_host(site: Site) -> None:
    loaded = {(name, url.partition("?")[0]) for name, page in site.pages.items() for url in page.loaded}
    assert [problem for name, url in loaded if (problem := site.broken(name, url))] == []
    styles = "".join(path.read_text("utf-8") for path in site.folder.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", styles) == []


def test_links_to_other_hosts_are_well_formed_and_use_https(site: Site) -> None:
    own = "http://127.0.0.1:"  # what the reader has started
    found = {link for _, link in site.outgoing() if not link.startswith(own)}
    assert len(found) > 5
    for link in found:
        parts = urlsplit(link)
        assert parts.scheme == "https", link
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
        assert not re.search(r"\s|%20", link), link


def test_links_into_the_repository_name_files_that_exist(site: Site) -> None:
    prefix = re.compile(r"https://github\.com/example/weld-pulumi/(?:blob|tree)/main/([^#]*)")
    files = {found[1] for _, link in site.outgoing() if (found := prefix.match(link))}
    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []


def letters(text: str) -> str:
    """Return what a text consists of, however it is marked up."""
    return re.sub(r"[^A-Za-z0-9]", "", text)


def test_security_and_changelog_are_those_of_the_repository(site: Site) -> None:
    for page, source in {"security-policy.html": "SECURITY.md", "changelog.html": "CHANGELOG.md"}.items():
        shown = letters(unescape(re.sub(r"<[^>]+>", "", read(site, page))))
        points = re.findall(r"^\* (.+)$", (ROOT / source).read_text("utf-8"), re.MULTILINE)
        assert len(points) > 5
        assert [point for point in points if letters(re.sub(r"(?<=\])\([^)]+\)", "", point)) not in shown] == []


def test_llms_txt_lists_each_page_with_what_it_is_about(site: Site) -> None:
    text = read(site, "llms.txt")
    assert text.startswith("# weld-pulumi\n\n> ")
    listed = re.findall(r"^- \[(.+?)\]\((\S+)\): (.+)$", text, re.MULTILINE)
    assert {url for _, url, _ in listed} == set(site.pages) - MADE - {"index.html"}
    assert len({title for title, _, _ in listed}) == len(listed)


#: What a person may write by mistake, and what the report of the build names.
DEFECTS = {
    "A [link](nowhere.md).": "docs/nowhere.md, which does not exist",
    "A [link](../nowhere/).": "nowhere, which does not exist",
    "An [anchor](simulator.md#no-heading).": "no-heading",
    "```mermaid\nflowchart LR\n    a --> b\n```": "was not drawn",
    "{py:class}`weld_pulumi.Nothing`": "weld_pulumi.Nothing",
}


@pytest.mark.long
def test_the_build_fails_on_defects_and_names_each_of_them(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", pages)
    for path in ROOT.iterdir():
        if path.suffix == ".md":
            shutil.copy(path, tmp_path)
        elif path.name in ("tools", "examples"):
            (tmp_path / path.name).symlink_to(path)
    with (pages / "glossary.md").open("a", encoding="utf-8") as file:
        file.write("\n".join(f"\n{defect}\n" for defect in DEFECTS))
    (pages / "left-out.md").write_text("# In no navigation\n", "utf-8")
    built = build(tmp_path / "site", {**os.environ, "PYTHONPATH": str(ROOT)}, pages)
    assert built.returncode == 1, built.stderr
    for named in (*DEFECTS.values(), "left-out.md"):
        assert named in built.stderr


def test_the_title_of_a_block_of_code_stands_above_it(site: Site) -> None:
    titles = {
        title
        for path in (ROOT / "docs").rglob("*.md")
        for title in re.findall(r'```\w+ title="(.+)"', path.read_text())
    }
    above = re.compile('class="code-block-caption"><span class="caption-text">(.+?)</span>')
    shown = {title for page in site.pages for title in above.findall(read(site, page))}
    assert "__main__.py" in titles
    assert titles == shown
