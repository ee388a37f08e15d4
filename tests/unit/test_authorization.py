"""Waiting for a person, with a clock that does not wait and a Weld that is a few lines long."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import requests

from tests.support.fake_client import FakeClient, FastClock
from tests.support.wording import says
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.models import ConnectionBridge, ConnectionInfo
from weld_pulumi.api.retries import Backoff, Lookup, send_until_done
from weld_pulumi.config import Settings
from weld_pulumi.errors import AuthenticationError, LostResponseError, ServerError, WeldApiError
from weld_pulumi.provider.connection.authorization import NOBODY_LISTENS, Authorization, State
from weld_pulumi.provider.connection.bridge import is_expired
from weld_pulumi.provider.core import interruption
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.pending_connections import ConnectionKey
from weld_pulumi.provider.core.reporter import Reporter


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def context(client: FakeClient, said: list[str]) -> ProviderContext:
    return ProviderContext(
        Settings(api_key="key"), lambda _: cast(WeldClient, client), Reporter(said.append), FastClock()
    )


ELSEWHERE = "https://example.com/done"


def authorize(
    context: ProviderContext,
    find: Callable[[], ConnectionInfo | None],
    timeout: float = 600,
    redirect_uri: str | None = None,
    label: str = "A",
    **request: Any,
) -> Authorization:
    """Ask a person to authorize a Stripe connection; return what came of it."""
    key = ConnectionKey("stripe", label)
    authorization = Authorization(context, key, timeout, find, redirect_uri=redirect_uri, **request)
    authorization.run()
    return authorization


def test_a_link_that_weld_does_not_give_is_not_counted_among_those_that_wait(
    client: FakeClient, context: ProviderContext, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: dict[str, str], lookup: Lookup[ConnectionBridge]) -> ConnectionBridge:
        raise WeldApiError(400, None, "no")

    with monkeypatch.context() as patch:
        patch.setattr(client, "create_bridge", refuse)
        with pytest.raises(WeldApiError):
            authorize(context, lambda: None, label="B")
    authorize(context, lambda: None, 120, ELSEWHERE)
    assert "; 1 connection waits, " in said[-1]


def test_a_wait_without_a_person_ends_in_time_with_a_line_for_each_minute(
    context: ProviderContext, said: list[str]
) -> None:
    """A line for each minute, and no flood of requests."""
    looks: list[float] = []

    def done() -> None:
        looks.append(context.clock.now())

    begun = context.clock.now()
    outcome = authorize(context, done, 600, ELSEWHERE)
    assert (outcome.connection, outcome.refused) == (None, None)
    assert 600 <= context.clock.now() - begun < 601
    assert looks[0] == begun
    assert 60 < len(looks) < 80
    assert max(after - before for before, after in itertools.pairwise(looks)) <= 10.001
    link, *countdown = said
    assert says(link, "Weld: open https://weld.example/authorize?token=t1 ", "'A' (stripe)")
    assert 8 <= len(countdown) <= 10
    assert says(countdown[0], link, "1 connection", "9 min")
    assert is_expired(context, outcome.expires_at) is False
    context.clock.sleep(24 * 3600)
    assert is_expired(context, outcome.expires_at) is True


def test_a_wait_of_no_time_only_makes_the_link(context: ProviderContext, client: FakeClient, said: list[str]) -> None:
    def done() -> None:
        pytest.fail("there is nothing to look for yet")

    authorize(context, done, 0)
    assert said == []  # who asked says it, with the link
    assert client.bodies == [{"integration_id": "stripe", "label": "A", "redirect_uri": NOBODY_LISTENS}]


def test_trouble_is_said_once_and_does_not_end_the_wait(context: ProviderContext, said: list[str]) -> None:
    answers = [LostResponseError("one"), ServerError(500, None, "two"), None, LostResponseError("three"), "c"]

    def done() -> ConnectionInfo | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else ConnectionInfo(id=str(answer))

    outcome = authorize(context, done, 600, ELSEWHERE)
    assert outcome.connection is not None
    assert [line.rpartition(": ")[2] for line in said if "tried again" in line] == ["one", "three"]


def test_a_refused_key_does_not_lose_the_link(context: ProviderContext) -> None:
    def done() -> None:
        raise AuthenticationError(401)

    outcome = authorize(context, done, 600, ELSEWHERE)
    assert (outcome.connection, outcome.link) == (None, "https://weld.example/authorize?token=t1")


@pytest.fixture
def cancelled() -> Iterator[threading.Event]:
    yield interruption.cancelled
    interruption.cancelled.clear()


def test_a_cancel_ends_the_wait(context: ProviderContext, cancelled: threading.Event) -> None:
    begun = context.clock.now()

    def done() -> None:
        if context.clock.now() - begun > 30:
            cancelled.set()

    assert authorize(context, done, 600, ELSEWHERE).connection is None
    assert context.clock.now() - begun < 45


#: What the browser brings, what Weld lists under that id, and what is said of it.
NOT_TAKEN = [
    ({"known": ("old",)}, "old", None, "adopt='old'"),
    ({}, "theirs", "hubspot", "theirs (hubspot"),
    ({"connection_id": "old"}, "other", "stripe", "old was to be authorized"),
]


@pytest.mark.parametrize(("request_", "brought", "integration_id", "told"), NOT_TAKEN)
def test_a_wrong_connection_that_the_browser_brings_is_told_and_not_taken(
    client: FakeClient, said: list[str], request_: dict[str, Any], brought: str, integration_id: str | None, told: str
) -> None:
    context = ProviderContext(Settings(api_key="key"), lambda _: cast(WeldClient, client), Reporter(said.append))
    client.connections.append(ConnectionInfo(id=brought, integration_id=integration_id))
    came_back = threading.Event()

    def browse() -> None:
        query = urlencode({"state": client.bodies[0]["state"], "connectionId": brought})
        requests.get(f"{client.bodies[0]['redirect_uri']}?{query}", timeout=30)
        came_back.set()

    def done() -> ConnectionInfo | None:
        if not came_back.is_set():
            threading.Thread(target=browse).start()
            came_back.wait(30)
            return None
        return ConnectionInfo(id="right") if any("browser came back" in line for line in said) else None

    outcome = authorize(context, done, 60, **request_)
    assert outcome.connection == ConnectionInfo(id="right")  # by the list, after that
    [line] = [line for line in said if "browser came back" in line]
    assert told in line


def browse(client: FakeClient, id: str) -> None:
    """Come back from Weld with a connection."""
    query = urlencode({"state": client.bodies[-1]["state"], "connection_id": id})
    requests.get(f"{client.bodies[-1]['redirect_uri']}?{query}", timeout=30)


def test_the_browser_is_ahead_of_the_list(client: FakeClient, said: list[str]) -> None:
    """What the list does not show yet is there once Weld has settings for it."""
    context = ProviderContext(Settings(api_key="key"), lambda _: cast(WeldClient, client), Reporter(said.append))
    client.with_settings.add("new")
    outcome = authorize(context, lambda: browse(client, "new"), 60)
    assert outcome.connection == ConnectionInfo(id="new", label="A", integration_id="stripe")
    assert outcome.state is State.AUTHORIZED


def test_an_id_that_weld_does_not_know_is_not_believed(client: FakeClient, said: list[str]) -> None:
    """Who has the link can put any id into the address of the way back."""
    context = ProviderContext(Settings(api_key="key"), lambda _: cast(WeldClient, client), Reporter(said.append))
    outcome = authorize(context, lambda: browse(client, "invented"), 2)
    assert (outcome.connection, outcome.state) == (None, State.EXPIRED)


def test_an_id_is_believed_as_soon_as_weld_lists_it(client: FakeClient, said: list[str]) -> None:
    context = ProviderContext(Settings(api_key="key"), lambda _: cast(WeldClient, client), Reporter(said.append))
    late = ConnectionInfo(id="late", label="A", integration_id="stripe")
    looks = itertools.count()

    def done() -> None:
        browse(client, "late")
        if next(looks) == 2:
            client.connections.append(late)

    assert authorize(context, done, 60).connection == late


def test_the_bridge_of_a_lost_answer_is_found(
    context: ProviderContext, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only one that is new and may be ours; else another one is opened, since a link that nobody has hurts nobody."""
    create, lost = client.create_bridge, [True, True]

    def create_bridge(body: dict[str, str], lookup: Lookup[ConnectionBridge]) -> ConnectionBridge:
        def send() -> ConnectionBridge:
            bridge = create(body, lookup)
            if lost and lost.pop():
                raise LostResponseError("lost")
            return bridge

        return send_until_done(send, idempotent=False, max_retries=4, backoff=Backoff(), lookup=lookup)

    monkeypatch.setattr(client, "create_bridge", create_bridge)
    client.bridges.append(ConnectionBridge(id="b0", authorize_url="https://weld.example/authorize?token=t0"))
    assert authorize(context, lambda: None, 0).link == client.bridges[1].authorize_url
    assert len(client.bodies) == 1
    other = ConnectionBridge(id="theirs", authorize_url="https://weld.example/authorize?token=x", label="B")
    monkeypatch.setattr(client, "list_bridges", lambda: [*client.bridges, *([other] if len(client.bodies) > 1 else [])])
    assert authorize(context, lambda: None, 0).link == client.bridges[2].authorize_url
