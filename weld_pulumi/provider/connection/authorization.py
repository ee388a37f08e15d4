"""A person authorizes a connection: open a bridge, show the way to it, wait, recognize the connection.

Weld does not report that a bridge was used. So a listener waits for the browser that comes back, and the list of
connections is polled beside it; that also works when the browser is on another machine.

An authorization is ``OPENED`` with its bridge and ``WAITING`` once a person has been told. It ends ``AUTHORIZED``,
``REFUSED`` in the browser, ``EXPIRED`` when the time is over, or ``CANCELLED`` with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import TYPE_CHECKING

from ..._text import parse_time
from ...api.lookup import by_id
from ...api.retries import Lookup
from ...errors import AuthenticationError, WeldApiError, WeldConnectionError, WeldError
from ..core.context import ProviderContext
from ..core.interruption import cancelled, end_orphan, is_orphan, watch_engine
from .browser import has_screen, has_terminal, open_page, opens_by_itself
from .listener import Callback, Ticket, shared_listener
from .matching import newly_authorized, unlisted
from .waiting_files import announce

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge, ConnectionInfo

__all__ = ["Outcome", "Request", "State", "authorize", "await_person", "is_expired", "newly_authorized"]

#: Where the browser goes when nobody listens: Weld's own site.
NOBODY_LISTENS = "https://weld.app"
_BRIDGE_LIFE = timedelta(seconds=86400)
_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.5, 10.0, 1.4
#: Seconds between two looks at whether the run is to end.
_SLICE = 1.0
_COUNTDOWN = 60.0
#: Seconds in which a browser that was sent to Weld from here, or may have been, comes back for its last page.
_BACK_SOON, _BACK_PERHAPS = 5.0, 1.0


class State(Enum):
    """Where an authorization stands."""

    OPENED = "opened"
    WAITING = "waiting"
    AUTHORIZED = "authorized"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Request:
    """What a person is asked to authorize.

    Attributes:
        integration_id: Weld's id of the integration.
        label: name of the connection.
        timeout: seconds to wait; 0 does not wait.
        redirect_uri: given by the user; then only the list is polled.
        connection_id: the connection to authorize again; None for a new one.
        known: ids of connections that were there before, none of which can be the new one.
    """

    integration_id: str
    label: str
    timeout: float
    redirect_uri: str | None = None
    connection_id: str | None = None
    known: Collection[str] = ()

    def describe(self) -> str:
        """Name it in one phrase."""
        again = " again" if self.connection_id else ""
        return f"the connection {self.label!r} ({self.integration_id}){again}"

    @property
    def subject(self) -> str:
        """Name it after the words "to authorize"."""
        return f"{self.label!r} ({self.integration_id}){' again' if self.connection_id else ''}"


@dataclass
class Outcome:
    """The bridge whose link is good now, and the connection if a person has acted in time.

    ``refused`` is what Weld said when a person refused; that used the first link up, so ``bridge`` is a fresh one.
    ``port`` is where the browser is sent afterwards, if that is a port of this machine.
    """

    bridge: ConnectionBridge
    state: State = State.OPENED
    connection: ConnectionInfo | None = None
    refused: str | None = None
    port: int | None = None


Done = Callable[["ConnectionBridge"], "ConnectionInfo | None"]
Opened = Callable[["ConnectionBridge"], object]


def authorize(context: ProviderContext, request: Request, done: Done, opened: Opened = lambda _: None) -> Outcome:
    """Open a bridge, show the way to it, and wait for the person.

    Args:
        context: of this process.
        request: what to authorize.
        done: looks in Weld's lists whether the person has acted; called as soon as the link is shown, and again
            and again. Not called where there is no time to wait.
        opened: is told of a bridge before its link is shown, hence before anybody can have used it.

    Raises:
        WeldError: no bridge can be opened, or the run was interrupted before one was.
    """
    watch_engine()
    if cancelled.is_set():
        raise WeldError(f"interrupted before a person could be asked to authorize {request.describe()}.")
    if request.timeout <= 0:
        return Outcome(_bridge(context, request, opened, request.redirect_uri or NOBODY_LISTENS), State.EXPIRED)
    ticket = shared_listener().ticket()
    try:
        if request.redirect_uri:
            outcome = Outcome(_bridge(context, request, opened, request.redirect_uri))
        else:
            bridge = _bridge(context, request, opened, ticket.redirect_uri, ticket.state)
            outcome = Outcome(bridge, port=ticket.port)
    except BaseException:
        ticket.close(False)  # or it would count as one that waits
        raise
    ticket.link = outcome.bridge.authorize_url
    _show_and_wait(_Wait(context, request, outcome, done, ticket, listening=not request.redirect_uri), ticket)
    if outcome.state is State.REFUSED:
        outcome.bridge, outcome.port = _bridge(context, request, opened, NOBODY_LISTENS), None
    return outcome


def await_person(
    context: ProviderContext, request: Request, bridge: ConnectionBridge, done: Done, ticket: Ticket
) -> Outcome:
    """Wait for the person at a bridge that is open already; the ticket leads there."""
    return _Wait(context, request, Outcome(bridge), done, ticket, listening=False).run()


def _show_and_wait(wait: _Wait, ticket: Ticket) -> None:
    request, outcome = wait.request, wait.outcome
    file = announce(ticket.address, request.label, request.integration_id)
    try:
        wait.show()
        if opens_by_itself(wait.context.settings.open_browser):
            open_page(ticket.address)
        wait.run()
    finally:
        ticket.close(outcome.state is State.AUTHORIZED)
        if file is not None:
            file.finish(outcome.state.value, outcome.connection.id if outcome.connection else None)
    if outcome.connection is not None:
        wait.context.reporter.live(f"{request.subject} is authorized: {outcome.connection.id}")
        # The list may be faster than the browser, which is to find a page here.
        if ticket.was_opened or (not request.redirect_uri and has_screen()):
            ticket.wait(_BACK_SOON if ticket.was_opened else _BACK_PERHAPS, wait.context.clock.wait)


# The bridge -------------------------------------------------------------------------------------------------------


def _bridge(
    context: ProviderContext, request: Request, opened: Opened, redirect_uri: str, state: str | None = None
) -> ConnectionBridge:
    with context.lock_for("connection_bridges"):
        bridge = _open(context, request, redirect_uri, state)
    opened(bridge)
    return bridge


def _open(context: ProviderContext, request: Request, redirect_uri: str, state: str | None) -> ConnectionBridge:
    body = {"integration_id": request.integration_id, "label": request.label, "redirect_uri": redirect_uri}
    if request.connection_id:
        body["connection_id"] = request.connection_id
    if state:
        body["state"] = state
    before = _bridges(context)

    def find() -> ConnectionBridge | None:
        """Look for the bridge of a lost answer: the only new one that may be ours."""
        if before is None:
            return None
        ids = {bridge.id for bridge in before}
        new = [b for b in _bridges(context) or () if b.id not in ids and b.authorize_url and _is_ours(b, body)]
        return new[0] if len(new) == 1 else None

    bridge = context.client.create_bridge(body, Lookup(find, "the connection bridge", context.clock.sleep))
    return bridge if bridge.expires_at else bridge.model_copy(update={"expires_at": _in_a_day(context)})


def _bridges(context: ProviderContext) -> list[ConnectionBridge] | None:
    """Return the open bridges; None where Weld cannot tell, which is no reason not to open one."""
    try:
        return context.client.list_bridges()
    except AuthenticationError:
        raise
    except (WeldApiError, WeldConnectionError):
        return None


def _is_ours(bridge: ConnectionBridge, body: dict[str, str]) -> bool:
    told = {"integration_id": bridge.integration_id, "label": bridge.label, "state": bridge.state}
    return all(value is None or value == body.get(name) for name, value in told.items())


# The wait ---------------------------------------------------------------------------------------------------------


@dataclass
class _Wait:
    """Brings an authorization from ``OPENED`` to its end."""

    context: ProviderContext
    request: Request
    outcome: Outcome
    done: Done
    ticket: Ticket
    #: The browser may still come back with an answer.
    listening: bool
    #: What the browser brought, until Weld knows it.
    brought: str | None = field(default=None, init=False)
    #: The last look failed.
    failing: bool = field(default=False, init=False)

    def run(self) -> Outcome:
        """Wait until the person has acted, the time is over, or the run is to end."""
        clock, outcome = self.context.clock, self.outcome
        end, told, pause = clock.now() + self.request.timeout, clock.now(), _FIRST_PAUSE
        outcome.state = State.WAITING
        while True:
            self._look(end - clock.now())
            if outcome.state is State.WAITING:
                self._pause(min(pause, end - clock.now()))
            if outcome.state is not State.WAITING:
                return outcome
            if is_orphan():
                end_orphan()
                raise WeldError(f"interrupted while waiting for a person to authorize {self.request.describe()}.")
            if clock.now() - told >= _COUNTDOWN:
                told = clock.now()
                self.show(end - clock.now())
            pause = min(_LAST_PAUSE, pause * _GROWTH)

    def show(self, left: float | None = None) -> None:
        """Show the way to the bridge: in a terminal the short address, which is readable where the line is cut."""
        link = self.outcome.bridge.authorize_url
        in_terminal = has_terminal()
        address = self.ticket.address if in_terminal else link
        text = f"open {address} to authorize {self.request.subject}"
        if left is not None:
            count = self.ticket.count_waiting()
            text += f"; {count} connection{'s wait' if count > 1 else ' waits'}, {max(1, round(left / 60))} min left"
        self.context.reporter.live(text, address if in_terminal else None, in_full=left is None)

    def _look(self, left: float) -> None:
        self.outcome.connection = self._listed() or self._brought()
        if self.outcome.connection is not None:
            self.outcome.state = State.AUTHORIZED
        elif left <= 0:
            self.outcome.state = State.EXPIRED

    def _listed(self) -> ConnectionInfo | None:
        try:
            found = self.done(self.outcome.bridge)
        except (WeldApiError, WeldConnectionError) as error:
            # The link is out: neither a bad moment nor a refused key must lose what the person makes of it.
            if not self.failing:
                self.context.reporter.warn(f"looking for the connection failed and is tried again: {error}")
            self.failing = True
            return None
        self.failing = False
        return found

    def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until the browser is back or the run is to end."""
        clock = self.context.clock
        until = clock.now() + seconds
        while (left := until - clock.now()) > 0 and not cancelled.is_set() and not is_orphan():
            if not self.listening:
                clock.sleep(min(left, _SLICE))
            elif (callback := self.ticket.wait(min(left, _SLICE), clock.wait)) is not None:
                self._hear(callback)
                return
        if cancelled.is_set():
            self.outcome.state = State.CANCELLED

    def _hear(self, callback: Callback) -> None:
        self.listening, self.brought, self.outcome.refused = False, callback.connection_id, callback.refused
        if callback.refused is not None:
            self.outcome.state = State.REFUSED

    # What the browser brought --------------------------------------------------------------------------------------

    def _brought(self) -> ConnectionInfo | None:
        """Return the connection that the browser brought, once Weld knows it, if it can be the one."""
        id = self.brought
        if id is None:
            return None
        try:
            listed = by_id(self.context.client.list_connections(), id)
        except (WeldApiError, WeldConnectionError):
            listed = None
        objection = self._objection(id, listed)
        if objection is not None:
            self.brought = None
            self.context.reporter.warn(f"the browser came back with connection {objection}")
            return None
        if listed is None and self._has_settings(id):
            return unlisted(id, self.request.label, self.request.integration_id)
        return listed

    def _objection(self, id: str, listed: ConnectionInfo | None) -> str | None:
        wanted = self.request.connection_id
        if wanted not in (None, id):
            return f"{id}, but it was {wanted} that was to be authorized again; the result of the browser is not used."
        if wanted is None and id in self.request.known:
            return f"{id}, which was there before; it is not taken over. If it is the one you mean, write adopt={id!r}."
        if listed is not None and listed.integration_id not in (None, self.request.integration_id):
            return f"{listed.describe()}, of another integration."
        return None

    def _has_settings(self, id: str) -> bool:
        """Tell whether Weld knows a connection that it does not list yet."""
        try:
            self.context.client.get_connection_settings(id)
        except (WeldApiError, WeldConnectionError):
            return False
        return True


# Its end ----------------------------------------------------------------------------------------------------------


def is_expired(context: ProviderContext, expires_at: object) -> bool:
    """Tell whether a link no longer works."""
    moment = parse_time(expires_at)
    return moment is not None and moment.timestamp() <= context.clock.now()


def _in_a_day(context: ProviderContext) -> str:
    return (datetime.fromtimestamp(context.clock.now(), timezone.utc) + _BRIDGE_LIFE).isoformat()
