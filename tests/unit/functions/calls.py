"""A call of each function, and what comes out of its twin with Outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import set_mocks

from tests.support.mocks import Weld

Ask = Callable[[dict[str, str]], tuple[dict[str, Any], Any]]

# Function -> its arguments, and how to see in its result that it is right.
CALLS: dict[str, tuple[Ask, Callable[[Any], Any]]] = {
    "get_connections": (lambda at: ({"integration_id": "stripe"}, [at["shop"]]), lambda found: [c.id for c in found]),
    "get_connection": (lambda at: ({"id": at["crm"]}, "CRM"), lambda found: found.label),
    "get_connection_settings_schema": (
        lambda at: ({"connection_id": at["crm"]}, "object"),
        lambda found: found["type"],
    ),
    "get_integrations": (
        lambda at: ({"ability": "EltSource"}, True),
        lambda found: {"stripe", "hubspot"} <= {integration.id for integration in found},
    ),
    "get_elt_syncs": (lambda at: ({"connection_id": at["shop"]}, [at["sync"]]), lambda found: [s.id for s in found]),
    "get_elt_sync": (lambda at: ({"id": at["sync"]}, "raw_shop"), lambda found: found.destination_schema_name),
    "get_elt_sync_status": (
        lambda at: ({"id": at["sync"]}, {"charges", "customers"}),
        lambda found: {stream.name for stream in found.source_streams},
    ),
    "get_available_source_streams": (
        lambda at: ({"elt_sync_id": at["sync"]}, True),
        lambda found: {"charges", "customers", "refunds"} <= {stream.name for stream in found},
    ),
    "get_source_streams": (
        lambda at: ({"elt_sync_id": at["sync"]}, {"charges", "customers"}),
        lambda found: {stream.name for stream in found},
    ),
    "get_source_stream_runs": (lambda at: ({"elt_stream_id": at["stream"], "limit": 5}, []), list),
    "get_orchestrations": (
        lambda at: ({}, True),
        lambda found: "Nightly" in [orchestration.name for orchestration in found],
    ),
}


def outcome(twin: Callable[..., pulumi.Output[Any]], *args: Any, preview: bool = False, **kwargs: Any) -> list[Any]:
    """What an Output comes to: its value, or nothing where it is unknown."""
    set_mocks(Weld(), preview=preview)
    values: list[Any] = []
    as_pulumi_does: Any = pulumi.runtime.test
    as_pulumi_does(lambda: twin(*args, **kwargs).apply(values.append))()
    return values
