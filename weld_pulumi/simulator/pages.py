"""The pages for people: one to authorize a connection, one to look at the workspace."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from .app import BODY
from .domain import bridges
from .errors import ApiError
from .markup import HEADERS as _HEADERS
from .markup import Markup as _Markup
from .markup import element as _element
from .markup import joined as _joined
from .markup import message as _message
from .markup import page as _page
from .markup import table as _table
from .markup import text as _text
from .routes.common import asked_here, world_of
from .store import Row
from .values import timestamp
from .world import World

router = APIRouter(include_in_schema=False)

_MOST_ROWS = 200


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
    title = f"Authorize {integration} again" if again else f"Authorize {integration}"
    facts = [("Integration", f"{integration} ({bridge['integration_id']})"), ("Label", bridge["label"])]
    if again:
        facts.append(("Connection", bridge["connection_id"]))
    facts += [("Link expires", timestamp(bridge["expires_at"])), ("Back to", bridge["redirect_uri"])]
    listed = _joined(*(_joined(_element("dt", name), _element("dd", value)) for name, value in facts))
    buttons = _joined(
        _Markup(f'<input type="hidden" name="token" value="{_text(bridge["token"])}">'),
        _element("button", "Authorize", type="submit", name="decision", value="authorize", class_="yes"),
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
    return _message("Unknown link", "Nobody asked for an authorization with this link. Ask for a new one.", 404)


def _closed(world: World, bridge: Row) -> Response | None:
    state = bridges.state_of(world, bridge)
    if state == "open":
        return None
    if state == "expired":
        return _message("This link has expired", "A link is good for 24 hours. Ask for a new one.", 410)
    done = "The connection was authorized." if state == "authorized" else "The authorization was refused."
    return _message("This link has been used", f"{done} You can close this page.", 410)


@router.get("/")
async def overview(request: Request) -> Response:
    """Show the workspace."""
    world = world_of(request)
    with world.write():
        bridges.settle(world)
        parts = [_waiting(world, with_links=asked_here(request)), _connections(world), _syncs(world), _streams(world)]
    note = _element(
        "p", "This is Weld on localhost. Follow the links to change something, as in Weld's own pages.", class_="note"
    )
    return _page("Weld simulator", *parts, note)


def _waiting(world: World, with_links: bool) -> _Markup:
    """List the bridges. Whoever has a link can act on it, so it is shown on this machine only."""
    rows = []
    for row in bridges.open_bridges(world):
        label = _element("a", row["label"], href=f"/authorize?token={row['token']}") if with_links else row["label"]
        rows.append([label, row["integration_id"], row["id"]])
    return _table("Waiting for a person", ["Label", "Integration", "Bridge"], rows)


def _connections(world: World) -> _Markup:
    rows = [
        [_edit("connections", row, row["label"]), row["integration_id"], row["id"], timestamp(row["created_at"])]
        for row in world.store.find("connections")
    ]
    return _table("Connections", ["Label", "Integration", "Id", "Created"], rows)


def _syncs(world: World) -> _Markup:
    columns = ["Id", "Source", "Schema", "Interval", "Status", "Streams"]
    rows = [
        [
            _edit("syncs", row, row["id"]),
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
    rows = [
        [_edit("streams", row, row["name"]), row["id"], row["elt_sync_id"], row["incremental_pointer_id"], _full(row)]
        for row in found
    ]
    return _table("Streams", columns, rows, world.store.count("streams"))


def _edit(kinds: str, row: Row, shown: str) -> _Markup:
    return _element("a", shown or "(no name)", href=f"/_simulator/edit/{kinds}/{row['id']}")


def _full(row: Row) -> str:
    if row["full_sync_always"]:
        return "always"
    return "at midnight" if row["full_sync_at_midnight"] else ""
