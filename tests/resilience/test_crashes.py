"""The plugin process dies at each boundary of a request; the next run ends as wished, or says what to adopt."""

from __future__ import annotations

import pytest

from tests.support.dying import dying
from tests.support.fake_engine import Crash, Res
from tests.support.lifecycles import assert_wished, two_syncs
from tests.support.operations import OPERATIONS, changed, converge, prepared
from weld_pulumi.simulator import Simulator


def _without_syncs() -> list[Res]:
    return two_syncs()[:1]


def _inline() -> list[Res]:
    streams = [{"name": "invoices"}, {"name": "disputes", "excluded_columns": ["evidence"]}]
    return [*two_syncs()[:2], Res("EltSync", "separate", {**two_syncs()[2].props, "source_streams": streams})]


#: A crash while a person authorizes is proven with a person in it: tests/engine/test_connection*.py.
CRASHED: dict[str, tuple[list[Res], list[Res]]] = {
    "create": (_without_syncs(), two_syncs()),
    "update": (two_syncs(), changed()),
    "replace": (two_syncs(), OPERATIONS["replace"][1]),
    "replace in place": (two_syncs(), OPERATIONS["replace in place"][1]),
    "delete": (two_syncs(), _without_syncs()),
    "to inline": (two_syncs(), _inline()),
    "attach": (two_syncs(), two_syncs(orchestration_workflow_id="ORCHESTRATION")),
}


def _programs(weld: Simulator, operation: str) -> tuple[list[Res], list[Res]]:
    before, after = CRASHED[operation]
    workflow = weld.state()["orchestrations"][0]["id"]
    real = [
        Res(r.kind, r.name, {k: workflow if v == "ORCHESTRATION" else v for k, v in r.props.items()}) for r in after
    ]
    return before, real


def count(operation: str) -> int:
    """How many requests the operation takes."""
    with Simulator(auto_authorize=True) as weld:
        before, after = _programs(weld, operation)
        stack = prepared(weld, before)
        with dying(stack, -1) as counting:
            stack.up(after, preview_first=False)
        return counting.count


#: How many requests each takes; written here, so that collecting the tests asks nothing.
REQUESTS = {
    "create": 11,
    "update": 12,
    "replace": 8,
    "replace in place": 11,
    "delete": 4,
    "to inline": 9,
    "attach": 5,
}
CASES = [(operation, number) for operation in CRASHED for number in range(REQUESTS[operation])]


def test_a_crash_is_tried_at_each_request_of_each_operation() -> None:
    assert {operation: count(operation) for operation in CRASHED} == REQUESTS


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("operation", "number"),
    [pytest.param(o, n, id=f"{o}-{n}", marks=[pytest.mark.long] if o != "create" else []) for o, n in CASES],
)
def test_the_next_run_converges_when_the_plugin_died_at_any_request(operation: str, number: int, after: bool) -> None:
    with Simulator(auto_authorize=True) as weld:
        before, wanted = _programs(weld, operation)
        stack = prepared(weld, before)
        with dying(stack, number, after), pytest.raises(Crash):
            stack.up(wanted, preview_first=False)
        weld.advance(60)
        converge(stack, wanted)
        assert_wished(weld, wanted)
        stack.destroy()
        left = weld.state()
        assert left["syncs"] == []
        assert left["streams"] == []
