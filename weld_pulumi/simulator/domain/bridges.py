"""Bridges, over which a person authorizes a connection, and connections."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from ..catalogue import Integration
from ..errors import ApiError, not_found
from ..store import Row
from ..values import new_token
from ..workspace import Workspace
from . import syncs

LIFETIME = 24 * 60 * 60  # seconds


def create_bridge(workspace: Workspace, body: Row) -> Row:
    """Open a bridge for a new connection, or to reauthorize one."""
    check_redirect_uri(body["redirect_uri"])
    if workspace.catalogue.get(body["integration_id"]) is None:
        raise ApiError(400, "invalid_request", f"integration_id: there is no integration {body['integration_id']}.")
    if connection_id := body.get("connection_id"):
        _check_connection(workspace, connection_id, body["integration_id"])
    now = workspace.now()
    row = workspace.new_row(
        token=new_token(),
        integration_id=body["integration_id"],
        label=body["label"],
        redirect_uri=body["redirect_uri"],
        connection_id=connection_id,
        state=body.get("state"),
        status="open",
        authorize_at=now + workspace.authorize_delay if workspace.auto_authorize else None,
        expires_at=now + LIFETIME,
    )
    workspace.store.insert("bridges", [row])
    return row


def check_redirect_uri(uri: str) -> None:
    """Reject a redirect_uri unless it is https without port and query; localhost may have a port and plain http."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise ApiError(400, "invalid_request", "redirect_uri: not a URL.") from None
    local = parts.hostname == "localhost"
    if not parts.hostname or any(character.isspace() for character in uri):
        problem = "not a URL"
    elif parts.scheme != "https" and not (local and parts.scheme == "http"):
        problem = "only https is allowed, except on the host localhost"
    elif port is not None and not local:
        problem = "no port is allowed, except on the host localhost"
    elif "?" in uri:
        problem = "no query is allowed"
    else:
        return
    raise ApiError(400, "invalid_request", f"redirect_uri: {problem}.")


def _check_connection(workspace: Workspace, connection_id: str, integration_id: str) -> None:
    connection = workspace.store.get("connections", connection_id)
    if connection is None:
        raise ApiError(400, "invalid_request", f"connection_id: there is no connection {connection_id}.")
    if connection["integration_id"] != integration_id:
        other = connection["integration_id"]
        raise ApiError(400, "invalid_request", f"connection_id: {connection_id} is a connection of {other}.")


def active_bridges(workspace: Workspace) -> list[Row]:
    """Return the bridges that Weld lists, in the order of its lists."""
    used_too = workspace.variants["used_bridge_listed"] == "listed"
    now, visible = workspace.now(), workspace.visible_before()
    rows = [
        row
        for row in workspace.store.find("bridges")
        if row["expires_at"] > now and row["created_at"] <= visible and (used_too or row["status"] == "open")
    ]
    return rows[::-1] if workspace.variants["list_order"] == "newest" else rows


def open_bridges(workspace: Workspace) -> list[Row]:
    """Return the bridges that wait for a person, oldest first."""
    return [row for row in workspace.store.find("bridges", status="open") if row["expires_at"] > workspace.now()]


def state_of(workspace: Workspace, bridge: Row) -> str:
    """Return whether a bridge is open, authorized, refused or expired."""
    if bridge["status"] == "open" and bridge["expires_at"] <= workspace.now():
        return "expired"
    return str(bridge["status"])


def authorize(workspace: Workspace, bridge: Row, at: float | None = None) -> Row:
    """Authorize the connection of a bridge, as a person does, and return it; `at` is when that was, by default now."""
    _check_open(workspace, bridge)
    if bridge["connection_id"]:
        connection = _reauthorize(workspace, bridge)
    else:
        fields = {"integration_id": bridge["integration_id"], "label": bridge["label"], "authorized_count": 1}
        connection = workspace.new_row(**fields)
        if at is not None:
            connection.update(created_at=at, updated_at=at)
        workspace.store.insert("connections", [connection])
    workspace.change("bridges", bridge, status="authorized", connection_id=connection["id"])
    return connection


def _reauthorize(workspace: Workspace, bridge: Row) -> Row:
    connection = workspace.store.get("connections", bridge["connection_id"])
    if connection is None:
        raise not_found("Connection", bridge["connection_id"])
    fields: Row = {"authorized_count": connection["authorized_count"] + 1}
    if workspace.variants["reauthorize_renames"] == "yes":
        fields["label"] = bridge["label"]
    workspace.change("connections", connection, **fields)
    return connection


def refuse(workspace: Workspace, bridge: Row) -> None:
    """Refuse, as a person does. The link of the bridge cannot be used again."""
    _check_open(workspace, bridge)
    workspace.change("bridges", bridge, status="refused")


def _check_open(workspace: Workspace, bridge: Row) -> None:
    if (state := state_of(workspace, bridge)) != "open":
        raise ApiError(409, "bridge_closed", f"The bridge is {state}.")


def redirect_to(workspace: Workspace, bridge: Row) -> str:
    """Return the URL to which the browser goes after the person has decided."""
    if bridge["status"] == "authorized":
        query = {workspace.variants["redirect_parameter"]: bridge["connection_id"]}
    else:
        query = {"error": "access_denied"}
    if bridge["state"] is not None:
        query["state"] = bridge["state"]
    address, mark, fragment = bridge["redirect_uri"].partition("#")
    return f"{address}?{urlencode(query)}{mark}{fragment}"


def authorize_due(workspace: Workspace) -> None:
    """With `auto_authorize`, authorize the bridges whose time has come, dated back to that time."""
    if not workspace.auto_authorize:
        return
    for bridge in workspace.store.find("bridges", status="open"):
        due = bridge["authorize_at"]
        if due is not None and due <= workspace.now() and state_of(workspace, bridge) == "open":
            if bridge["connection_id"] and workspace.store.get("connections", bridge["connection_id"]) is None:
                workspace.change("bridges", bridge, status="refused")
            else:
                authorize(workspace, bridge, due)


def connection_or_404(workspace: Workspace, identifier: str) -> Row:
    """Return a connection; raise ApiError if it does not exist."""
    row = workspace.store.get("connections", identifier)
    if row is None:
        raise not_found("Connection", identifier)
    return row


def integration_of(workspace: Workspace, connection: Row) -> Integration:
    """Return the integration of a connection."""
    integration = workspace.catalogue.get(connection["integration_id"])
    if integration is None:
        raise ApiError(400, "invalid_request", f"There is no integration {connection['integration_id']}.")
    return integration


def delete_connection(workspace: Workspace, identifier: str) -> None:
    """Delete a connection, and its syncs where the API variant does so."""
    connection = connection_or_404(workspace, identifier)
    users = {
        row["id"]: row
        for column in ("source_connection_id", "destination_connection_id")
        for row in workspace.store.find("syncs", **{column: identifier})
    }
    variant = workspace.variants["delete_connection_with_syncs"]
    if users and variant == "400":
        raise ApiError(400, "connection_in_use", f"Connection {identifier} is used by {len(users)} sync(s).")
    if variant == "removes_syncs":
        for sync in users.values():
            syncs.remove_sync(workspace, sync, remove_data=False)
    syncs.record_deletions(workspace, "connection", [connection])
    workspace.store.delete("connections", id=identifier)
