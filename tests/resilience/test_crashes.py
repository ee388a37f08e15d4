"""The plugin process dies at each boundary of a request; the next run ends as wished, or says what to adopt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import Crash, Res
from tests.support.lifecycles import assert_wished, program
from weld_pulumi.api.transport import Transport
from weld_pulumi.simulator import Simulator

from .test_faults import OPERATIONS, _changed, _prepared, converge


def _without_syncs() -> list[Res]:
    return program()[:1]


def _inline() -> list[Res]:
    streams = [{"name": "invoices"}, {"name": "disputes", "excluded_columns": ["evidence"]}]
    return [*program()[:2], Res("EltSync", "separate", {**program()[2].props, "source_streams": streams})]


#: A crash while a person authorizes is proven with a person in it: tests/engine/test_connection*.py.
CRASHED: dict[str, tuple[list[Res], list[Res]]] = {
    "create": (_without_syncs(), program()),
    "update": (program(), _changed()),
    "replace": (program(), OPERATIONS["replace"][1]),
    "replace in place": (program(), OPERATIONS["replace in place"][1]),
    "delete": (program(), _without_syncs()),
    "to inline": (program(), _inline()),
    "attach": (program(), program(orchestration_workflow_id="ORCHESTRATION")),
}


class _Dying:
    """Lets the process die at the nth request: before it is sent, or once Weld has carried it out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, after: bool) -> None:
        self.count = 0
        send = Transport._exchange

        def exchange(transport: Transport, *args: Any) -> Any:
            mine = self.count
            self.count += 1
            if mine == number and not after:
                raise Crash
            answer = send(transport, *args)
            if mine == number:
                raise Crash
            return answer

        monkeypatch.setattr(Transport, "_exchange", exchange)


def _programs(weld: Simulator, operation: str) -> tuple[list[Res], list[Res]]:
    before, after = CRASHED[operation]
    workflow = weld.state()["orchestrations"][0]["id"]
    real = [
        Res(r.kind, r.name, {k: workflow if v == "ORCHESTRATION" else v for k, v in r.props.items()}) for r in after
    ]
    return before, real


def _count(operation: str) -> int:
    with Simulator(auto_authorize=True) as weld, pytest.MonkeyPatch.context() as patch:
        before, after = _programs(weld, operation)
        stack = _prepared(weld, before)
        dying = _Dying(patch, -1, False)
        stack.up(after, preview_first=False)
        return dying.count


CASES = [(operation, number) for operation in CRASHED for number in range(_count(operation))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("operation", "number"), CASES, ids=[f"{o}-{n}" for o, n in CASES])
def test_the_next_run_converges_when_the_plugin_died_at_any_request(
    operation: str, number: int, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(auto_authorize=True) as weld:
        before, wanted = _programs(weld, operation)
        stack = _prepared(weld, before)
        with monkeypatch.context() as patch:
            _Dying(patch, number, after)
            with pytest.raises(Crash):
                stack.up(wanted, preview_first=False)
        weld.advance(60)
        converge(stack, wanted)
        assert_wished(weld, wanted)
        stack.destroy()
        left = weld.state()
        assert left["syncs"] == []
        assert left["streams"] == []
