"""What docs/guides/health-and-drift.md shows is what the commands print."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.support.at_weld import streams_of
from tests.support.exported import exported, stored
from tests.support.pages import blocks
from weld_pulumi.simulator import Simulator

from .conftest import Run
from .fake_pulumi import FakePulumi, project

PAGE = "docs/guides/health-and-drift.md"
Resource = dict[str, Any]


def shown(command: str) -> list[str]:
    """Return the lines that the guide shows below a command."""
    (block,) = [each for each in blocks(PAGE) if each.text.startswith(f"$ {command}\n")]
    return _without_times(block.text.partition("\n")[2])


def _without_times(text: str) -> list[str]:
    return re.sub(r"\d{4}-\d\d-\d\dT\S+", "TIME", text).splitlines()


class Stack:
    """A stack in whose state the syncs are as they are at Weld."""

    def __init__(self, weld: Simulator, pulumi: FakePulumi, run: Run) -> None:
        self.weld, self._pulumi, self._run = weld, pulumi, run
        self.resources: list[Resource] = []
        project(Path())

    def sync(self, name: str, integration: str, schema: str, streams: list[str], **inputs: Any) -> str:
        """Create a sync every six hours; return its id."""
        connection = self.weld.create_connection(integration, name)["id"]
        where = {"destination_schema_name": schema, "sync_interval": "0 */6 * * *"}
        settings = inputs.get("elt_settings")
        made = self.weld.create_sync(connection, **where, elt_settings=settings, streams=streams, enabled=True)
        given = {"connection_id": connection, **where, "enabled": True, **inputs}
        given["source_streams"] = [{"name": stream} for stream in streams]
        self.resources.append(stored("EltSync", name, made["id"], **given))
        return str(made["id"])

    def ended(self, sync_id: str, ago: timedelta) -> None:
        started = (datetime.now(timezone.utc) - ago).timestamp()
        for row in self.weld.state()["runs"]:
            if row["elt_sync_id"] == sync_id:
                self.weld.patch_run(row["id"], started_at=started, seconds=0)

    def fails(self, sync_id: str, stream: str, reason: str) -> None:
        stream_id = streams_of(self.weld, sync_id)[stream]["id"]
        (run,) = [row for row in self.weld.state()["runs"] if row["elt_stream_id"] == stream_id]
        self.weld.patch_run(run["id"], error_message=reason)

    def printed(self, command: str, code: int) -> list[str]:
        self._pulumi.answers("stack", "export", stdout=exported(self.resources))
        self._pulumi.answers("config", stdout={})
        return _without_times(self._run(*command.split()[1:], code=code).stdout)


@pytest.fixture
def stack(weld: Simulator, pulumi: FakePulumi, run: Run) -> Stack:
    return Stack(weld, pulumi, run)


def test_health_prints_what_the_guide_shows(stack: Stack) -> None:
    orders = stack.sync("orders", "stripe", "raw_orders", ["charges", "customers"])
    crm = stack.sync("crm", "hubspot", "raw_hubspot", ["deals", "companies"])
    patterns = [{"name": "order_*"}]
    shop = stack.sync(
        "shop",
        "shopify",
        "raw_shop",
        ["order_refunds", "order_risk_assessments", "order_transactions"],
        __patterns=patterns,
    )
    stack.weld.set_catalogue_stream("shopify", "order_returns")
    stack.ended(orders, timedelta(hours=3, minutes=1))
    stack.fails(orders, "charges", "The key of Stripe was revoked.")
    stack.ended(crm, timedelta(hours=15, minutes=1))
    stack.ended(shop, timedelta(minutes=20, seconds=5))
    waiting = {"status": "PENDING"}
    stack.resources.append(stored("Connection", "ads", "pending-1", waiting, integration_id="google-ads", label="ads"))
    assert stack.printed("weld-pulumi health --max-age 6h", 1) == shown("weld-pulumi health --max-age 6h")


def test_drift_prints_what_the_guide_shows(stack: Stack) -> None:
    orders = stack.sync("orders", "stripe", "raw_orders", ["charges"])
    crm = stack.sync("crm", "stripe", "raw_crm", ["customers"], elt_settings={"account": "acct_1"})
    ads = stack.sync("ads", "google-ads", "raw_ads", ["campaigns"])
    stack.weld.patch_sync(orders, sync_interval="0 3 * * *")
    stack.weld.create_stream(orders, "refunds")
    stack.weld.patch_stream(streams_of(stack.weld, orders)["charges"]["id"], full_sync_always=True)
    stack.weld.patch_sync(crm, elt_settings={"account": "acct_2"})
    stack.weld.delete_sync(ads)
    assert stack.printed("weld-pulumi drift", 2) == shown("weld-pulumi drift")
