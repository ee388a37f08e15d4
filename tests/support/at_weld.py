"""Read the simulator in tests: objects by name, and requests as short texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from weld_pulumi.simulator import LoggedRequest, Simulator


def sync_into(weld: Simulator, schema: str) -> dict[str, Any]:
    """Return the only sync into a schema, as Weld has it."""
    found = [sync for sync in weld.state()["syncs"] if sync["destination_schema_name"] == schema]
    assert len(found) == 1, f"{len(found)} syncs into {schema}"
    return dict(found[0])


def streams_of(weld: Simulator, sync_id: str) -> dict[str, dict[str, Any]]:
    """Return the streams of a sync by name, as Weld has them."""
    found = [stream for stream in weld.state()["streams"] if stream["elt_sync_id"] == sync_id]
    assert len({stream["name"] for stream in found}) == len(found)
    return {stream["name"]: stream for stream in found}


def short(requests: Iterable[LoggedRequest]) -> list[str]:
    """Return method and path of each request."""
    return [f"{request.method} {request.path}" for request in requests]


def about(weld: Simulator, part: str) -> list[str]:
    """Return method and path of each request whose path contains a text."""
    return short(request for request in weld.requests() if part in request.path)
