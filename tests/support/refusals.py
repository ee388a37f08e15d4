"""Errors of a preview on the model of the engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import RefusedError, Res, Stack


def refused(stack: Stack, kind: str, **props: Any) -> str:
    """Return the error of a preview with one new resource."""
    with pytest.raises(RefusedError) as caught:
        stack.preview([Res(kind, "it", props)])
    return str(caught.value)


def sync(connection_id: str, schema: str, **props: Any) -> dict[str, Any]:
    """Return the arguments of a sync."""
    return {"connection_id": connection_id, "destination_schema_name": schema, "sync_interval": "0 0 * * *", **props}
