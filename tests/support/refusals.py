"""What a preview of the model of the engine says to a resource that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import RefusedError, Res, Stack


def refused(stack: Stack, kind: str, **props: Any) -> str:
    """What a preview says to one new resource."""
    with pytest.raises(RefusedError) as caught:
        stack.preview([Res(kind, "it", props)])
    return str(caught.value)


def sync(connection_id: str, schema: str, **props: Any) -> dict[str, Any]:
    """What a program says of a sync."""
    return {"connection_id": connection_id, "destination_schema_name": schema, "sync_interval": "0 0 * * *", **props}
