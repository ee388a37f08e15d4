"""Operations on the model of the engine during which something fails, and the recovery by the next runs."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.support.fake_engine import RefusedError, Res, Stack
from tests.support.lifecycles import SETTINGS, two_syncs
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator


def changed() -> list[Res]:
    """Return the program with another interval, other settings and other streams."""
    return two_syncs(
        sync_interval="30 2 * * 1-5",
        elt_settings={**SETTINGS, "include_test_data": True},
        source_streams=[{"name": "charges", "full_sync_always": True}, {"name": "subscriptions"}],
    )


def _moved() -> list[Res]:
    return two_syncs(destination_schema_name="weld_moved")


def _restarted() -> list[Res]:
    return two_syncs(start_date="2024-01-01")


#: Each operation: the program before, and the program of the run in which something fails.
OPERATIONS: dict[str, tuple[list[Res] | None, list[Res]]] = {
    "create": (None, two_syncs()),
    "update": (two_syncs(), changed()),
    "replace": (two_syncs(), _moved()),
    "replace in place": (two_syncs(), _restarted()),
}


def prepared(weld: Simulator, before: list[Res] | None) -> Stack:
    """Return a stack with the program before deployed."""
    stack = Stack(weld)
    if before is not None:
        stack.up(before, preview_first=False)
    weld.advance(30)
    weld.clear_requests()
    return stack


def adopting(resources: list[Res], complaint: str) -> list[Res]:
    """Follow an error: write the ``adopt=…`` that it names into its resource."""
    if "not authorized" in complaint:
        return resources  # a person has authorized in the meantime
    found = re.search(r"adopt='([^']+)'", complaint)
    assert found, f"no way out is named: {complaint}"
    schema = re.search(r"schema '([^']+)'", complaint)
    assert schema, complaint
    return [
        replace(r, props={**r.props, "adopt": found[1]})
        if str(r.props.get("destination_schema_name", "")).lower() == schema[1].lower()
        else r
        for r in resources
    ]


def converge(stack: Stack, resources: list[Res], tries: int = 6) -> None:
    """Run `up` without the fault until it succeeds; it may fail only by naming what to adopt."""
    wanted = resources
    for _ in range(tries):
        try:
            stack.up(wanted)
            stack.weld.advance(30)
            stack.refresh()
            if not stack.up(wanted, preview_first=False):
                return
        except (RefusedError, WeldError) as error:
            wanted = adopting(wanted, str(error))
    raise AssertionError("it does not settle")
