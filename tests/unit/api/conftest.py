from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from weld_pulumi.api import endpoints
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.api.retries import Backoff
from weld_pulumi.api.transport import Transport, open_session
from weld_pulumi.api.wire import WireSession
from weld_pulumi.config import Settings
from weld_pulumi.errors import WeldConnectionError
from weld_pulumi.simulator import Simulator

KEY = "weld-key-0123456789"

Connect = Callable[..., WeldClient]
OpenSession = Callable[[Settings], WireSession]


def beyond_loopback(settings: Settings) -> WireSession:
    """A session with a host on this machine that heeds the environment as one with any other host."""
    session = open_session(settings)
    session.trust_env = True
    return session


def endpoint_of(request: str) -> Endpoint:
    """The endpoint for such as "GET /elt_syncs/{}"; one without next steps of its own where Weld has none."""
    table = [each for each in vars(endpoints).values() if isinstance(each, Endpoint)]
    method, path = request.split()
    return next((each for each in table if (each.method, each.path) == (method, path)), Endpoint(method, path))


@contextmanager
def never_sent(match: str | None = None) -> Iterator[pytest.ExceptionInfo[WeldConnectionError]]:
    """The request inside fails before Weld can have received it, and may work the next time."""
    with pytest.raises(WeldConnectionError, match=match) as raised:
        yield raised
    assert (raised.value.sent, raised.value.final) == ("no", False)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited between repetitions, without any waiting."""
    return []


@pytest.fixture
def connect(waits: list[float]) -> Iterator[Connect]:
    """Makes a client for a URL (of a server, or of the simulator with its key)."""
    clients: list[WeldClient] = []

    def make(
        url: str, api_key: str = KEY, chance: float = 1.0, open_session: OpenSession = open_session, **settings: Any
    ) -> WeldClient:
        made = Settings(api_key=api_key, api_url=url, key_source="the test", **{"request_timeout": 5.0, **settings})
        client = WeldClient(made, Transport(made, Backoff(waits.append, lambda: chance), open_session=open_session))
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.transport.close()


@pytest.fixture
def client(weld: Simulator, connect: Connect) -> WeldClient:
    return connect(weld.url, weld.api_key)
