"""Bridges, over which a person authorizes a connection, and the connections that come of it."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from ..catalogue import Integration
from ..errors import ApiError, not_found
from ..store import Row
from ..values import new_token
from ..world import World
from . import syncs

LIFETIME = 24 * 60 * 60


def create_bridge(world: World, body: Row) -> Row:
    """Open a bridge for a new connection, or for one that is to be authorized again."""
    check_redirect_uri(body["redirect_uri"])
    if world.catalogue.get(body["integration_id"]) is None:
        raise ApiError(400, "invalid_request", f"integration_id: there is no integration {body['integration_id']}.")
    if connection_id := body.get("connection_id"):
        _check_connection(world, connection_id, body["integration_id"])
    now = world.now()
    row = world.new_row(
        token=new_token(),
        integration_id=body["integration_id"],
        label=body["label"],
        redirect_uri=body["redirect_uri"],
        connection_id=connection_id,
        state=body.get("state"),
        status="open",
        authorize_at=now + world.authorize_delay if world.auto_authorize else None,
        expires_at=now + LIFETIME,
    )
    world.store.insert("bridges", [row])
    return row


def check_redirect_uri(uri: str) -> None:
    """Weld's rule: https without port or query; the host name localhost may have a port, and plain http."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise ApiError(400, "invalid_request", "redirect_uri: this is not a URL.") from None
    local = parts.hostname == "localhost"
    if not parts.hostname or any(character.isspace() for character in uri):
        problem = "this is not a URL"
    elif parts.scheme != "https" and not (local and parts.scheme == "http"):
        problem = "only https is allowed, except on the host localhost"
    elif port is not None and not local:
        problem = "no port is allowed, except on the host localhost"
    elif "?" in uri:
        problem = "no query is allowed"
    else:
        return
    raise ApiError(400, "invalid_request", f"redirect_uri: {problem}.")


def _check_connection(world: World, connection_id: str, integration_id: str) -> None:
    connection = world.store.get("connections", connection_id)
    if connection is None:
        raise ApiError(400, "invalid_request", f"connection_id: there is no connection {connection_id}.")
    if connection["integration_id"] != integration_id:
        other = connection["integration_id"]
        raise ApiError(400, "invalid_request", f"connection_id: {connection_id} is a connection of {other}.")


def active_bridges(world: World) -> list[Row]:
    """The bridges that Weld lists, in the order of its lists."""
    used_too = world.readings["used_bridge_listed"] == "listed"
    now, visible = world.now(), world.visible_before()
    rows = [
        row
        for row in world.store.find("bridges")
        if row["expires_at"] > now and row["created_at"] <= visible and (used_too or row["status"] == "open")
    ]
    return rows[::-1] if world.readings["list_order"] == "newest" else rows


def open_bridges(world: World) -> list[Row]:
    """The bridges that a person could still act on."""
    return [row for row in world.store.find("bridges", status="open") if row["expires_at"] > world.now()]


def state_of(world: World, bridge: Row) -> str:
    """Open, authorized, refused or expired."""
    if bridge["status"] == "open" and bridge["expires_at"] <= world.now():
        return "expired"
    return str(bridge["status"])


def authorize(world: World, bridge: Row, at: float | None = None) -> Row:
    """Do what a person does who says yes; gives the connection."""
    _check_open(world, bridge)
    if bridge["connection_id"]:
        connection = _authorize_again(world, bridge)
    else:
        fields = {"integration_id": bridge["integration_id"], "label": bridge["label"], "authorized_count": 1}
        connection = world.new_row(**fields)
        if at is not None:
            connection.update(created_at=at, updated_at=at)
        world.store.insert("connections", [connection])
    world.change("bridges", bridge, status="authorized", connection_id=connection["id"])
    return connection


def _authorize_again(world: World, bridge: Row) -> Row:
    connection = world.store.get("connections", bridge["connection_id"])
    if connection is None:
        raise not_found("Connection", bridge["connection_id"])
    fields: Row = {"authorized_count": connection["authorized_count"] + 1}
    if world.readings["reauthorize_renames"] == "yes":
        fields["label"] = bridge["label"]
    world.change("connections", connection, **fields)
    return connection


def refuse(world: World, bridge: Row) -> None:
    """Do what a person does who says no. The link is used up: another try takes another bridge."""
    _check_open(world, bridge)
    world.change("bridges", bridge, status="refused")


def _check_open(world: World, bridge: Row) -> None:
    if (state := state_of(world, bridge)) != "open":
        raise ApiError(409, "bridge_closed", f"The bridge is {state}.")


def redirect_to(world: World, bridge: Row) -> str:
    """Where the browser goes after the person has acted."""
    if bridge["status"] == "authorized":
        query = {world.readings["redirect_parameter"]: bridge["connection_id"]}
    else:
        query = {"error": "access_denied"}
    if bridge["state"] is not None:
        query["state"] = bridge["state"]
    address, mark, fragment = bridge["redirect_uri"].partition("#")
    return f"{address}?{urlencode(query)}{mark}{fragment}"


def settle(world: World) -> None:
    """Authorize what authorizes itself and is due; its moment has passed unseen, so it is dated back."""
    if not world.auto_authorize:
        return
    for bridge in world.store.find("bridges", status="open"):
        due = bridge["authorize_at"]
        if due is not None and due <= world.now() and state_of(world, bridge) == "open":
            if bridge["connection_id"] and world.store.get("connections", bridge["connection_id"]) is None:
                world.change("bridges", bridge, status="refused")
            else:
                authorize(world, bridge, due)


def connection_or_404(world: World, identifier: str) -> Row:
    """The connection with this id."""
    row = world.store.get("connections", identifier)
    if row is None:
        raise not_found("Connection", identifier)
    return row


def integration_of(world: World, connection: Row) -> Integration:
    """What kind of account a connection is one of."""
    integration = world.catalogue.get(connection["integration_id"])
    if integration is None:
        raise ApiError(400, "invalid_request", f"There is no integration {connection['integration_id']}.")
    return integration


def delete_connection(world: World, identifier: str) -> None:
    """Delete a connection, and with it what the readings say."""
    connection = connection_or_404(world, identifier)
    users = {
        row["id"]: row
        for column in ("source_connection_id", "destination_connection_id")
        for row in world.store.find("syncs", **{column: identifier})
    }
    reading = world.readings["delete_connection_with_syncs"]
    if users and reading == "400":
        raise ApiError(400, "connection_in_use", f"Connection {identifier} is used by {len(users)} sync(s).")
    if reading == "removes_syncs":
        for sync in users.values():
            syncs.remove_sync(world, sync, remove_data=False)
    syncs.record_deletions(world, "connection", [connection])
    world.store.delete("connections", id=identifier)
