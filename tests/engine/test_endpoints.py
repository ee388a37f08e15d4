"""Every endpoint of Weld's Databricks page is reached from a stack."""

from __future__ import annotations

import re

from tests.support.programs import Code, elt_sync, export, program, resource, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

#: Weld's guide for Databricks, as of 2026-07; each request has the header ``x-api-key``.
PAGE = {
    "GET /connections",
    "POST /connection_bridges",
    "GET /elt_syncs",
    "POST /elt_syncs",
    "GET /elt_syncs/ID",
    "DELETE /elt_syncs/ID",
    "POST /elt_syncs/ID/enable",
    "POST /elt_syncs/ID/disable",
    "GET /elt_syncs/ID/status",
    "GET /elt_syncs/ID/available_source_streams",
    "POST /elt_syncs/ID/source_streams",
    "POST /elt_streams/ID/request_run",
    "POST /elt_streams/ID/request_full_refresh",
}


def test_a_stack_reaches_every_endpoint_of_welds_page(weld: Simulator, stack: Stacks) -> None:
    def text(enabled: bool) -> str:
        return program(
            resource("Connection", "databricks", integration_id="databricks", label="Lakehouse"),
            resource("Connection", "stripe", integration_id="stripe", label="Shop"),
            elt_sync("shop", Code("stripe.id"), source_streams=[{"name": "c*s"}], enabled=enabled),
            elt_sync("owner", Code("stripe.id")),
            source_stream("refunds", "owner.id", run_triggers=["a"], full_refresh_triggers=["a"]),
            export("status", "weld.get_elt_sync_status_output(shop.id).elt_sync_id"),
        )

    stacked = stack(text(enabled=True))
    stacked.up()
    assert stacked.outputs()["status"]
    stacked.write(text(enabled=False))
    stacked.up()
    stacked.refresh(expect_no_changes=True)
    stacked.destroy()
    ids = re.compile(r"(?<=/elt_syncs/)[^/]+|(?<=/elt_streams/)[^/]+")
    asked = {f"{request.method} {ids.sub('ID', request.path)}" for request in weld.requests()}
    assert asked >= PAGE
    assert {request.status for request in weld.requests() if request.status} <= {200, 201, 204, 409}
