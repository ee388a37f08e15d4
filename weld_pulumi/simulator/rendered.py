"""Streams as JSON, kept: an upsert may answer with all the streams of a sync, and there can be thousands."""

from __future__ import annotations

from . import shapes
from .values import to_json
from .world import World

__all__ = ["streams_of_sync"]


def streams_of_sync(world: World, sync_id: str) -> bytes:
    """The answer that holds every stream of a sync."""
    kept = world.rendered_streams()
    identifiers = world.store.ids("streams", elt_sync_id=sync_id)
    missing = [identifier for identifier in identifiers if identifier not in kept]
    if len(missing) > 10:
        rows = world.store.find("streams", elt_sync_id=sync_id)
    else:
        rows = [row for identifier in missing if (row := world.store.get("streams", identifier))]
    for row, shape in zip(rows, shapes.stream_shapes(world, rows), strict=True):
        kept[row["id"]] = to_json(shape)
    return b'{"source_streams":[' + b",".join(kept[identifier] for identifier in identifiers) + b"]}"
