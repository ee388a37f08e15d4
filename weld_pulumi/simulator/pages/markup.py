"""HTML for the pages: no scripts, nothing from other sites."""

from __future__ import annotations

import html
from typing import Any

from starlette.responses import HTMLResponse, Response

__all__ = ["HEADERS", "Markup", "element", "joined", "message", "page", "table", "text"]

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --accent: #2f5bea; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; }
main { max-width: 60rem; margin: 0 auto; }
main.narrow { max-width: 30rem; border: 1px solid var(--line); border-radius: 12px; padding: 2rem; margin-top: 8vh; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1.5rem 0; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
form { display: flex; gap: .75rem; flex-wrap: wrap; }
button { font: inherit; padding: .6rem 1.4rem; border-radius: 8px; border: 1px solid var(--line); cursor: pointer; }
button.yes { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
label { display: block; margin: .75rem 0; }
input[type=text], select { font: inherit; width: 100%; padding: .4rem .6rem; border-radius: 8px; }
input[type=text], select { border: 1px solid var(--line); }
.note { opacity: .7; font-size: .9rem; }
"""


class Markup(str):
    """Text that is HTML; all other text is escaped."""


def page(title: str, *parts: Markup, narrow: bool = False, status: int = 200) -> Response:
    """Return a page."""
    kind = ' class="narrow"' if narrow else ""
    whole = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main{kind}><h1>{text(title)}</h1>{''.join(parts)}</main></body></html>"
    )
    return HTMLResponse(whole.encode(errors="replace"), status, HEADERS)


def text(value: Any) -> str:
    """Return a value as HTML, escaped unless it is Markup."""
    return value if isinstance(value, Markup) else html.escape("" if value is None else str(value))


def element(tag: str, content: Any, /, **attributes: str) -> Markup:
    """Return an element; `class_` is the attribute `class`."""
    given = "".join(f' {key.rstrip("_")}="{text(value)}"' for key, value in attributes.items())
    return Markup(f"<{tag}{given}>{text(content)}</{tag}>")


def message(title: str, content: str, status: int) -> Response:
    """Return a page with one paragraph."""
    return page(title, element("p", content), narrow=True, status=status)


def joined(*parts: Markup) -> Markup:
    """Join parts."""
    return Markup("".join(parts))


def table(title: str, columns: list[str], rows: list[list[Any]], total: int | None = None) -> Markup:
    """Return a table with a heading that shows the number of rows."""
    head = element("h2", f"{title} ({len(rows) if total is None else total})")
    if not rows:
        return joined(head, element("p", "None.", class_="note"))
    header = element("tr", joined(*(element("th", column, scope="col") for column in columns)))
    lines = (element("tr", joined(*(element("td", cell) for cell in row))) for row in rows)
    return joined(head, element("table", joined(element("thead", header), element("tbody", joined(*lines)))))
