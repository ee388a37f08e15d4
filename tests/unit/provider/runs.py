"""An EltSyncRun, and a sync whose streams it runs."""

from __future__ import annotations

from typing import Any

from tests.support.fake_engine import Res
from weld_pulumi.simulator import Simulator

FIRST_RUNS = 10


def run(sync_id: Any, **props: Any) -> Res:
    return Res("EltSyncRun", "load", {"elt_sync_id": sync_id, **props})


def loaded_sync(weld: Simulator) -> str:
    """A sync of three streams whose first runs are over; each further run takes a minute."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    made = weld.create_sync(stripe, streams=["charges", "customers", "refunds"], enabled=True)
    weld.advance(FIRST_RUNS)
    weld.set_runs(seconds=60, rows_total=1000, bytes_total=5000)
    weld.clear_requests()
    return str(made["id"])
