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
    """Return a session that applies the environment to a host on this machine as to any other host."""
    session = open_session(settings)
    session.trust_env = True
    return session


def endpoint_of(request: str) -> Endpoint:
    """Return the endpoint of, for example, "GET /elt_syncs/{}", or a new one if Weld has none."""
    table = [each for each in vars(endpoints).values() if isinstance(each, Endpoint)]
    method, path = request.split()
    return next((each for each in table if (each.method, each.path) == (method, path)), Endpoint(method, path))


@contextmanager
def never_sent(match: str | None = None) -> Iterator[pytest.ExceptionInfo[WeldConnectionError]]:
    """Check that the request in the block fails before Weld can have received it, and may be repeated."""
    with pytest.raises(WeldConnectionError, match=match) as raised:
        yield raised
    assert (raised.value.sent, raised.value.final) == ("no", False)


@pytest.fixture
def waits() -> list[float]:
    """Return the list of delays between repetitions; no test waits for them."""
    return []


@pytest.fixture
def connect(waits: list[float]) -> Iterator[Connect]:
    """Return a function that creates a client for a URL (of a server, or of the simulator with its key)."""
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


@pytest.fixture
def connection(weld: Simulator) -> str:
    return str(weld.create_connection("stripe", "Shop")["id"])


@pytest.fixture
def sync(weld: Simulator, connection: str) -> str:
    made = str(weld.create_sync(connection, streams=["charges"], enabled=True)["id"])
    weld.clear_requests()
    return made
