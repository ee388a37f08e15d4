"""A refresh warns of streams in use that the source has retired."""

from __future__ import annotations

from tests.support.at_weld import short, sync_into
from tests.support.programs import WHOLE
from tests.support.stacks import Stacks
from tests.support.wording import says
from weld_pulumi.simulator import Simulator


def test_refresh_and_preview_with_refresh_name_retired_streams_once_a_sync(weld: Simulator, stack: Stacks) -> None:
    stacked = stack(WHOLE)
    stacked.up()
    successor = {"removal_date": "2027-03-31", "in_favor_of": "payment_intents"}
    weld.set_catalogue_stream("stripe", "charges", retired=True, **successor)
    for name in ("invoices", "refunds"):
        weld.set_catalogue_stream("stripe", name, retired=True)
    inline, separate = (sync_into(weld, f"weld_{name}")["id"] for name in ("inline", "separate"))

    weld.clear_requests()
    for shown in (stacked.preview(refresh=True), stacked.refresh(expect_no_changes=True)):
        told = [line.message for line in shown.diagnostics if "retired" in line.message]
        (of_inline,), (of_separate,) = ([line for line in told if id in line] for id in (inline, separate))
        assert says(of_inline, "warning: Weld: ", "'charges'", "2027-03-31", "'payment_intents'")
        assert says(of_separate, "warning: Weld: ", "'invoices'", "'refunds'")
        assert "customers" not in of_inline
    # One read of each sync in each of the two commands.
    listed = [path for path in short(weld.requests()) if path.endswith("/available_source_streams")]
    assert sorted(listed) == sorted(2 * [f"GET /elt_syncs/{id}/available_source_streams" for id in (inline, separate)])

    # What is not read is not warned of.
    assert "retired" not in stacked.preview().text
