"""The page on which a person authorizes a connection."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ..domain import bridges
from ..errors import ApiError
from ..routes.common import body_of, workspace_of
from ..store import Row
from ..values import timestamp
from ..workspace import Workspace
from .markup import HEADERS, Markup, element, joined, message, page, text

router = APIRouter(include_in_schema=False)


@router.get("/authorize")
async def authorize_page(request: Request) -> Response:
    """Ask the person to authorize or to refuse."""
    workspace = workspace_of(request)
    with workspace.read():
        bridge = _bridge(workspace, request.query_params.get("token", ""))
        if bridge is None:
            return _unknown_link()
        if (closed := _closed(workspace, bridge)) is not None:
            return closed
        integration = workspace.catalogue.get(bridge["integration_id"])
        return _question(bridge, integration.name if integration else bridge["integration_id"])


@router.post("/authorize")
async def authorize_decision(request: Request) -> Response:
    """Authorize or refuse, and send the browser back to the program."""
    workspace = workspace_of(request)
    fields = parse_qs(body_of(request).decode(errors="replace"))
    decision = fields.get("decision", [""])[0]
    with workspace.write():
        bridge = _bridge(workspace, fields.get("token", [""])[0])
        if bridge is None:
            return _unknown_link()
        if (closed := _closed(workspace, bridge)) is not None:
            return closed
        if decision not in ("authorize", "refuse"):
            return message("No decision", "Go back and choose one of the two buttons.", 400)
        try:
            if decision == "authorize":
                bridges.authorize(workspace, bridge)
            else:
                bridges.refuse(workspace, bridge)
        except ApiError as error:
            return message("This did not work", error.message, error.status)
        return RedirectResponse(bridges.redirect_to(workspace, bridge), 303, HEADERS)


def _question(bridge: Row, integration: str) -> Response:
    again = bool(bridge["connection_id"])
    title = f"Authorize {integration} again" if again else f"Authorize {integration}"
    facts = [("Integration", f"{integration} ({bridge['integration_id']})"), ("Label", bridge["label"])]
    if again:
        facts.append(("Connection", bridge["connection_id"]))
    facts += [("Link expires", timestamp(bridge["expires_at"])), ("Back to", bridge["redirect_uri"])]
    listed = joined(*(joined(element("dt", name), element("dd", value)) for name, value in facts))
    buttons = joined(
        Markup(f'<input type="hidden" name="token" value="{text(bridge["token"])}">'),
        element("button", "Authorize", type="submit", name="decision", value="authorize", class_="yes"),
        element("button", "Refuse", type="submit", name="decision", value="refuse"),
    )
    return page(
        title,
        element("p", f"The Weld simulator asks for access to a {integration} account. No real account is involved."),
        element("dl", listed),
        element("form", buttons, method="post", action="/authorize"),
        narrow=True,
    )


def _bridge(workspace: Workspace, token: str) -> Row | None:
    found = workspace.store.find("bridges", token=token) if token else []
    return found[0] if found else None


def _unknown_link() -> Response:
    return message("Unknown link", "This link belongs to no authorization. Request a new one.", 404)


def _closed(workspace: Workspace, bridge: Row) -> Response | None:
    """Return the page for a link that cannot be used any more, or None."""
    state = bridges.state_of(workspace, bridge)
    if state == "open":
        return None
    if state == "expired":
        return message("This link has expired", "A link is valid for 24 hours. Request a new one.", 410)
    done = "The connection was authorized." if state == "authorized" else "The authorization was refused."
    return message("This link has been used", f"{done} You can close this page.", 410)
