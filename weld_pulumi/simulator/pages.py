"""The pages for people: one to authorise a connection, one to look at the workspace."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .app import BODY
from .domain import bridges
from .errors import ApiError
from .routes.common import asked_here, world_of
from .store import Row
from .values import timestamp
from .world import World

router = APIRouter(include_in_schema=False)

_MOST_ROWS = 200
_HEADERS = {
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
.note { opacity: .7; font-size: .9rem; }
"""


class _Markup(str):
    """Text that is HTML already; all other text is escaped."""


def _page(title: str, *parts: _Markup, narrow: bool = False, status: int = 200) -> Response:
    kind = ' class="narrow"' if narrow else ""
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main{kind}><h1>{_text(title)}</h1>{''.join(parts)}</main></body></html>"
    )
    return HTMLResponse(text.encode(errors="replace"), status, _HEADERS)


def _text(value: Any) -> str:
    return value if isinstance(value, _Markup) else html.escape("" if value is None else str(value))


def _element(tag: str, content: Any, /, **attributes: str) -> _Markup:
    given = "".join(f' {key.rstrip("_")}="{_text(value)}"' for key, value in attributes.items())
    return _Markup(f"<{tag}{given}>{_text(content)}</{tag}>")


def _message(title: str, text: str, status: int) -> Response:
    return _page(title, _element("p", text), narrow=True, status=status)


def _joined(*parts: _Markup) -> _Markup:
    return _Markup("".join(parts))


@router.get("/authorize")
async def authorize_page(request: Request) -> Response:
    """Ask the person."""
    world = world_of(request)
    with world.read():
        bridge = _bridge(world, request.query_params.get("token", ""))
        if bridge is None or (refused := _closed(world, bridge)) is not None:
            return _unknown_link() if bridge is None else refused or _unknown_link()
        integration = world.catalogue.get(bridge["integration_id"])
        return _question(bridge, integration.name if integration else bridge["integration_id"])


def _question(bridge: Row, integration: str) -> Response:
    again = bool(bridge["connection_id"])
    title = f"Authorise {integration} again" if again else f"Authorise {integration}"
    facts = [("Integration", f"{integration} ({bridge['integration_id']})"), ("Label", bridge["label"])]
    if again:
        facts.append(("Connection", bridge["connection_id"]))
    facts += [("Link expires", timestamp(bridge["expires_at"])), ("Back to", bridge["redirect_uri"])]
    listed = _joined(*(_joined(_element("dt", name), _element("dd", value)) for name, value in facts))
    buttons = _joined(
        _Markup(f'<input type="hidden" name="token" value="{_text(bridge["token"])}">'),
        _element("button", "Authorise", type="submit", name="decision", value="authorize", class_="yes"),
        _element("button", "Refuse", type="submit", name="decision", value="refuse"),
    )
    return _page(
        title,
        _element("p", f"The Weld simulator asks for access to a {integration} account that does not exist."),
        _element("dl", listed),
        _element("form", buttons, method="post", action="/authorize"),
        narrow=True,
    )


@router.post("/authorize")
async def authorize_decision(request: Request) -> Response:
    """Do what the person said, and send the browser back."""
    world = world_of(request)
    fields = parse_qs(request.scope[BODY].decode(errors="replace"))
    decision = fields.get("decision", [""])[0]
    with world.write():
        bridge = _bridge(world, fields.get("token", [""])[0])
        if bridge is None:
            return _unknown_link()
        if (closed := _closed(world, bridge)) is not None:
            return closed
        if decision not in ("authorize", "refuse"):
            return _message("That was no answer", "Go back and choose one of the two buttons.", 400)
        try:
            if decision == "authorize":
                bridges.authorize(world, bridge)
            else:
                bridges.refuse(world, bridge)
        except ApiError as error:
            return _message("This did not work", error.message, error.status)
        return RedirectResponse(bridges.redirect_to(world, bridge), 303, _HEADERS)


def _bridge(world: World, token: str) -> Row | None:
    found = world.store.find("bridges", token=token) if token else []
    return found[0] if found else None


def _unknown_link() -> Response:
    return _message("Unknown link", "Nobody asked for an authorisation with this link. Ask for a new one.", 404)


def _closed(world: World, bridge: Row) -> Response | None:
    state = bridges.state_of(world, bridge)
    if state == "open":
        return None
    if state == "expired":
        return _message("This link has expired", "A link is good for 24 hours. Ask for a new one.", 410)
    done = "The connection was authorised." if state == "authorized" else "The authorisation was refused."
    return _message("This link has been used", f"{done} You can close this page.", 410)


@router.get("/")
async def overview(request: Request) -> Response:
    """Show the workspace."""
    world = world_of(request)
    with world.write():
        bridges.settle(world)
        parts = [_waiting(world, with_links=asked_here(request)), _connections(world), _syncs(world), _streams(world)]
    note = _element("p", "This is Weld on localhost. What you see here can be changed by /_simulator/.", class_="note")
    return _page("Weld simulator", *parts, note)


def _table(title: str, columns: list[str], rows: list[list[Any]], total: int | None = None) -> _Markup:
    head = _element("h2", f"{title} ({len(rows) if total is None else total})")
    if not rows:
        return _joined(head, _element("p", "None.", class_="note"))
    header = _element("tr", _joined(*(_element("th", column, scope="col") for column in columns)))
    lines = (_element("tr", _joined(*(_element("td", cell) for cell in row))) for row in rows)
    return _joined(head, _element("table", _joined(_element("thead", header), _element("tbody", _joined(*lines)))))


def _waiting(world: World, with_links: bool) -> _Markup:
    """List the bridges. Whoever has a link can act on it, so it is shown on this machine only."""
    rows = []
    for row in bridges.open_bridges(world):
        label = _element("a", row["label"], href=f"/authorize?token={row['token']}") if with_links else row["label"]
        rows.append([label, row["integration_id"], row["id"]])
    return _table("Waiting for a person", ["Label", "Integration", "Bridge"], rows)


def _connections(world: World) -> _Markup:
    rows = [
        [row["label"], row["integration_id"], row["id"], timestamp(row["created_at"])]
        for row in world.store.find("connections")
    ]
    return _table("Connections", ["Label", "Integration", "Id", "Created"], rows)


def _syncs(world: World) -> _Markup:
    columns = ["Id", "Source", "Schema", "Interval", "Status", "Streams"]
    rows = [
        [
            row["id"],
            row["source_integration_id"],
            row["destination_schema_name"],
            "in an orchestration" if row["orchestration_workflow_id"] else row["sync_interval"],
            row["status"],
            world.store.count("streams", elt_sync_id=row["id"]),
        ]
        for row in world.store.find("syncs")
    ]
    return _table("Syncs", columns, rows)


def _streams(world: World) -> _Markup:
    columns = ["Name", "Id", "Sync", "Pointer", "Full sync"]
    found = world.store.page("streams", limit=_MOST_ROWS, newest_first=True, before=float("inf"))
    rows = [[row["name"], row["id"], row["elt_sync_id"], row["incremental_pointer_id"], _full(row)] for row in found]
    return _table("Streams", columns, rows, world.store.count("streams"))


def _full(row: Row) -> str:
    if row["full_sync_always"]:
        return "always"
    return "at midnight" if row["full_sync_at_midnight"] else ""
