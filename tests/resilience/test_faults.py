"""One request at a time goes wrong, in every way a network can: nothing lost, doubled, or deleted unasked."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests import PreparedRequest

from tests.support.fake_engine import RefusedError, Res, Stack
from tests.support.lifecycles import assert_wished
from tests.support.operations import OPERATIONS, converge, prepared
from weld_pulumi.api.wire import Adapter
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator
from weld_pulumi.simulator.testing.faults import Fault as Rule
from weld_pulumi.simulator.testing.faults import Faults

Fault = dict[str, Any]

#: Not a fault of the simulator: nothing of such a request reaches it.
REFUSED = "refused"
#: So many seconds the client waits for a slow answer: short, since this wait is a real one.
PATIENCE = 0.2

FAULTS: dict[str, Fault] = {
    "refused": {"action": REFUSED},
    "drop before": {"action": "drop_before"},
    "drop after": {"action": "drop_after"},
    "truncated": {"action": "truncate"},
    "invalid json": {"action": "invalid_json"},
    "html": {"action": "html_200"},
    "html after": {"action": "html_200", "act": True},
    "slow": {"action": "slow", "seconds": 60},
    "slow, not done": {"action": "slow", "seconds": 60, "act": False},
    "429 seconds": {"action": "status", "status": 429, "headers": {"retry-after": "3"}},
    "429 date": {"action": "status", "status": 429, "headers": {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}},
    "429 bare": {"action": "status", "status": 429},
    "429 absurd": {"action": "status", "status": 429, "headers": {"retry-after": "a while"}},
    "400": {"action": "status", "status": 400},
    "401": {"action": "status", "status": 401},
    "403": {"action": "status", "status": 403},
    "404": {"action": "status", "status": 404},
    "500": {"action": "status", "status": 500},
    "500 after": {"action": "status", "status": 500, "act": True},
    "502": {"action": "status", "status": 502},
    "503": {"action": "status", "status": 503},
    "504 after": {"action": "status", "status": 504, "act": True},
    "redirect same host": {"action": "redirect", "url": "/elt_syncs"},
    "redirect other host": {"action": "redirect", "url": "https://example.invalid/steal"},
}


@cache
def _requests(operation: str) -> list[tuple[str, str]]:
    before, after = OPERATIONS[operation]
    with Simulator(auto_authorize=True) as weld:
        stack = prepared(weld, before)
        stack.up(after, preview_first=False)
        return [(r.method, r.path) for r in weld.requests()]


@contextmanager
def _nobody_listens(weld: Simulator, **which: Any) -> Iterator[None]:
    """Send these requests to a port on which nobody listens, so that this machine itself refuses them."""
    rules = Faults()
    rules.add(Rule("drop_before", **which))
    send = Adapter.send
    with socket.socket() as bound, pytest.MonkeyPatch.context() as patch:
        bound.bind(("127.0.0.1", 0))  # nobody else gets the port
        nowhere = f"http://127.0.0.1:{bound.getsockname()[1]}"

        def send_nowhere(adapter: Adapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
            # The key is on the request already: it goes to no other address.
            if rules.match(str(request.method), urlsplit(request.url or "").path):
                request.url = str(request.url).replace(weld.url, nowhere)
            return send(adapter, request, *args, **kwargs)

        patch.setattr(Adapter, "send", send_nowhere)
        yield


@contextmanager
def _wrong(stack: Stack, fault: str, **which: Any) -> Iterator[None]:
    """Let these requests go wrong."""
    weld, rule = stack.weld, FAULTS[fault]
    if rule["action"] == REFUSED:
        with _nobody_listens(weld, **which):
            yield
        return
    patient = stack.request_timeout
    if rule["action"] == "slow":
        stack.request_timeout = PATIENCE
    weld.fault(**rule, **which)
    yield
    weld.clear_faults()
    stack.request_timeout = patient


def _suffer(operation: str, fault: str, **which: Any) -> None:
    before, after = OPERATIONS[operation]
    with Simulator(auto_authorize=True) as weld:
        weld.create_connection("hubspot", "somebody else's")
        stack = prepared(weld, before)
        with _wrong(stack, fault, **which):
            failed = _attempt(stack, after)
        weld.advance(60)
        if not failed:
            assert_wished(weld, after)
        converge(stack, after)
        assert_wished(weld, after)
        stack.destroy()
        left = weld.state()
        assert left["syncs"] == []
        assert left["streams"] == []
        assert sorted(c["label"] for c in left["connections"] if c["integration_id"] != "databricks") == [
            "somebody else's"
        ]


def _attempt(stack: Stack, resources: list[Res]) -> bool:
    try:
        stack.up(resources, preview_first=False)
    except (RefusedError, WeldError) as error:
        text = str(error)
        assert stack.weld.api_key not in text
        assert "\n" not in text
        assert 20 < len(text) < 1500, text
        return True
    return False


#: The ways that differ most, for the quick selection.
QUICK = ("drop after", "500", "404")


def _each(operation: str) -> dict[str, Fault]:
    """Return which request goes wrong, for each request of an operation."""
    requests = enumerate(_requests(operation), start=1)
    return {f"{method} {path} ({number})": {"nth": number} for number, (method, path) in requests}


def _all_alike(operation: str) -> dict[str, Fault]:
    """Return which requests go wrong, for each kind of request of an operation."""
    pattern = re.compile(r"(?<=/)[^/]*[A-Z0-9_-][^/]*(?=/|$)")
    kinds = [(m, pattern.sub("[^/]+", path) if path.count("/") > 1 else path) for m, path in _requests(operation)]
    return {f"{method} {path}": {"method": method, "path": path, "times": None} for method, path in kinds}


def _suffer_all(operation: str, fault: str, cases: dict[str, Fault]) -> None:
    for name, which in cases.items():
        # A 404 to DELETE is Weld's word that the object is gone: there is nothing to be proven against it.
        if not (name.startswith("DELETE ") and fault == "404"):
            try:
                _suffer(operation, fault, **which)
            except Exception as error:
                raise AssertionError(f"{operation}: {name}") from error


@pytest.mark.parametrize("fault", QUICK)
def test_a_few_faults_while_creating_lose_and_double_nothing(fault: str) -> None:
    _suffer_all("create", fault, _each("create"))


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_that_fails_once_loses_and_doubles_nothing(operation: str, fault: str) -> None:
    _suffer_all(operation, fault, _each(operation))


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_that_fails_every_time_loses_and_doubles_nothing(operation: str, fault: str) -> None:
    _suffer_all(operation, fault, _all_alike(operation))
