"""A person authorizes: what a run says meanwhile, and the pages of this machine in the browser."""

from __future__ import annotations

import re
from typing import Any, cast
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import requests

from tests.support.fake_client import FakeClient, FastClock
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.models import ConnectionInfo
from weld_pulumi.config import Settings
from weld_pulumi.errors import LostResponseError
from weld_pulumi.provider.connection import authorization
from weld_pulumi.provider.connection.authorization import Authorization, State
from weld_pulumi.provider.connection.listener import Callback, Listener, Ticket
from weld_pulumi.provider.core import interruption
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.pending_connections import ConnectionKey
from weld_pulumi.provider.core.reporter import Reporter

from .stage import Table, raised

TABLE = Table()

ELSEWHERE = "https://example.com/done"
SHOP = ConnectionKey("stripe", "Shop")


def waiting(done: Any, timeout: float = 600, weld: FakeClient | None = None, **request: Any) -> str:
    """What is said until `done` has found a connection, or the time is over."""
    said: list[str] = []
    client = cast(WeldClient, weld or FakeClient())
    context = ProviderContext(Settings(api_key="key"), lambda _: client, Reporter(said.append), FastClock())
    Authorization(context, SHOP, timeout, done, **{"redirect_uri": ELSEWHERE, **request}).run()
    return "\n".join(said)


def comes() -> ConnectionInfo:
    """Find the connection at once."""
    return ConnectionInfo(id="c1")


TABLE.add(
    (
        "Weld: open https://weld.example/authorize?token=… to authorize 'Shop' (stripe)\n"
        "Weld: 'Shop' (stripe) is authorized: c1"
    ),
    lambda _: waiting(comes),
)
TABLE.add(
    (
        "Weld: open https://weld.example/authorize?token=… to authorize 'Shop' (stripe) again\n"
        "Weld: 'Shop' (stripe) again is authorized: c1"
    ),
    lambda _: waiting(comes, connection_id="c1"),
)
TABLE.add(
    ("Weld: open https://weld.example/authorize?token=… to authorize 'Shop' (stripe); 1 connection waits, 1 min left"),
    lambda _: waiting(lambda: None, 90).splitlines()[-1],
)


@TABLE.reads("warning: Weld: looking for the connection failed and will be tried again: Lost.")
def a_look_that_fails(_: object) -> str:
    failures = [LostResponseError("Lost.")]

    def done() -> ConnectionInfo:
        if failures:
            raise failures.pop()
        return ConnectionInfo(id="c1")

    return waiting(done).splitlines()[1]


def interrupted() -> str:
    """What is said where a run is to end."""
    return raised(lambda: waiting(lambda: None))


def cancelled() -> str:
    interruption.cancelled.set()
    try:
        return interrupted()
    finally:
        interruption.cancelled.clear()


def alone() -> str:
    with patch.object(authorization, "is_orphan", lambda: True):
        return interrupted()


TABLE.add(
    "interrupted before a person could be asked to authorize the connection 'Shop' (stripe).",
    lambda _: cancelled(),
)
TABLE.add(
    "interrupted while waiting for a person to authorize the connection 'Shop' (stripe).",
    lambda _: alone(),
)


def ended(state: State, refused: str | None = None) -> str:
    """What is said where a run goes on without a person."""
    said: list[str] = []
    context = ProviderContext(Settings(), lambda _: cast(WeldClient, None), Reporter(said.append))
    link = "https://weld.test/authorize?token=t"
    Authorization(context, SHOP, 600, lambda: None, state=state, link=link, refused=refused).report_pending()
    return "\n".join(said)


TABLE.add(
    (
        "warning: Weld: the connection 'Shop' (stripe) is not authorized yet; its status is PENDING. Run "
        "`weld-pulumi authorize`, or open this link, then run `pulumi up` or `pulumi refresh`: "
        "https://weld.test/authorize?token=…"
    ),
    lambda _: ended(State.EXPIRED),
)
TABLE.add(
    (
        "warning: Weld: the connection 'Shop' (stripe) is not authorized yet, and the run was interrupted; its "
        "status is PENDING. Run `weld-pulumi authorize`, or open this link, then run `pulumi up` or `pulumi "
        "refresh`: https://weld.test/authorize?token=…"
    ),
    lambda _: ended(State.CANCELLED),
)
TABLE.add(
    (
        "warning: Weld: the connection 'Shop' (stripe) was refused in the browser (access_denied); its status is "
        "PENDING. Run `weld-pulumi authorize`, or open this link, then run `pulumi up` or `pulumi refresh`: "
        "https://weld.test/authorize?token=…"
    ),
    lambda _: ended(State.REFUSED, "access_denied"),
)

# What the browser brings -------------------------------------------------------------------------------------------


def brought(id: str, integration_id: str | None = None, **request: Any) -> str:
    """What is said where a browser comes back with a connection."""
    weld = FakeClient()
    weld.connections.append(ConnectionInfo(id=id, label="Shop", integration_id=integration_id))
    looks = iter([None, None])

    def done() -> ConnectionInfo | None:
        return next(looks, ConnectionInfo(id="right"))

    with patch.object(Ticket, "wait", lambda *_: Callback(connection_id=id)):
        return waiting(done, 60, weld, redirect_uri=None, **request).splitlines()[1]


TABLE.add(
    (
        "warning: Weld: the browser came back with connection old, which existed before; it is not taken over. If "
        "it is the right one, write adopt='old'."
    ),
    lambda _: brought("old", known=("old",)),
)
TABLE.add(
    (
        "warning: Weld: the browser came back with connection other, but old was to be authorized again; the "
        "browser's result is ignored."
    ),
    lambda _: brought("other", connection_id="old"),
)
TABLE.add(
    (
        "warning: Weld: the browser came back with connection theirs (hubspot, label 'Shop'), of another integration; "
        "it is ignored."
    ),
    lambda _: brought("theirs", "hubspot"),
)

# Pages -------------------------------------------------------------------------------------------------------------


def page(target: str, *before: str, host: str = "localhost:1", over: bool | None = None) -> str:
    """A page as a person reads it, of a listener for one connection, after other requests."""
    with Listener() as listener:
        ticket = listener.ticket()
        ticket.link = "https://weld.test/authorize?token=t"
        if over is not None:
            ticket.close(over)
        parts = {"state": quote(ticket.state), "code": ticket.code, "back": urlsplit(ticket.redirect_uri).path}
        shown = [listener.handle(each.format(**parts), host)[0] for each in (*before, target)][-1]
    return f"{shown.title}: {shown.text}"


BACK = "{back}?state={state}&connection_id=c1"
TABLE.add("Weld: Redirecting to Weld.", lambda _: page("/{code}"))
TABLE.add(
    "Authorized: You can close this tab; the terminal shows what comes next.", lambda _: page("/{code}", over=True)
)
TABLE.add(
    "No longer waiting: Run weld-pulumi authorize for a link that works.",
    lambda _: page("/{code}", over=False),
)
TABLE.add("Authorized: You can close this tab; the terminal shows what comes next.", lambda _: page(BACK))
TABLE.add("Not accepted: This address has already been used. You can close this tab.", lambda _: page(BACK, BACK))
TABLE.add(
    "Not authorized: Weld reports: access_denied. Nothing was connected; the terminal shows how to try again.",
    lambda _: page("{back}?state={state}&error=access_denied"),
)
TABLE.add(
    (
        "Not authorized: Weld reports: no usable connection was named. Nothing was connected; the terminal shows "
        "how to try again."
    ),
    lambda _: page("{back}?state={state}"),
)
TABLE.add(
    "Not accepted: This address does not belong to the pulumi run that waits here, so nothing was done.",
    lambda _: page("{back}?state=other&connection_id=c1"),
)
TABLE.add("Not accepted: There is nothing here.", lambda _: page("/favicon.ico"))
TABLE.add("Not accepted: That address is too long to be Weld's.", lambda _: page("/" + "x" * 3000))


@TABLE.reads("Not accepted Only a browser that comes back from Weld is expected here.")
def a_page_for_what_is_no_browser(_: object) -> str:
    with Listener() as listener:
        text = requests.post(f"http://127.0.0.1:{listener.port}/", timeout=10).text
    return " ".join(re.sub(r"<(style|title)>.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL).split())
