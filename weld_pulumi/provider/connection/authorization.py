"""Ask a person to authorize a connection, and wait for it: one run through this state machine.

::

    OPENED ──► WAITING ──► AUTHORIZED   Weld lists the connection, or accepts the id that the browser brings back
                       ──► REFUSED      the browser brings back an error; a fresh bridge replaces the used one
                       ──► EXPIRED      the timeout is over
                       ──► CANCELLED    the run is cancelled (Ctrl-C)

A timeout of 0 goes from ``OPENED`` to ``EXPIRED`` at once. docs/guides/authorize.md draws this, and what each end
means for the resource.

Weld does not report that a bridge was used. So a listener waits for the browser that comes back, and the list of
connections is polled beside it; that also works when the browser is on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from ...errors import WeldApiError, WeldConnectionError, WeldError
from ...schema.attributes import Props
from ..core.context import ProviderContext
from ..core.interruption import cancelled, end_orphan, is_orphan, watch_engine
from ..core.pending_connections import ConnectionKey
from ..core.polling import growing_delays, poll
from ..source_stream.triggers import fired
from . import lookup
from .bridge import BridgeTracker, open_bridge
from .browser import has_screen, has_terminal, open_page, opens_automatically
from .listener import Callback, Ticket, shared_listener
from .matching import NewConnectionMatcher, ReauthorizationDetector, report_candidates
from .waiting_files import announce

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge, ConnectionInfo

__all__ = [
    "NOBODY_LISTENS",
    "Authorization",
    "State",
    "asks_for_person",
    "authorize_again",
    "authorize_new",
    "needs_person",
]

#: Where the browser goes when nobody listens: Weld's own site.
NOBODY_LISTENS = "https://weld.app"
#: Seconds between polls: the first pause, the longest, and the factor from one to the next.
_DELAYS = (0.5, 10.0, 1.4)
#: Seconds between two looks at whether the run is to end.
_SLICE = 1.0
#: Seconds between two lines that show the time left.
_COUNTDOWN = 60.0
#: Seconds for the browser to fetch its last page: if it was sent to Weld from here, and if it may have been.
_LAST_PAGE, _LAST_PAGE_PERHAPS = 5.0, 1.0


class State(Enum):
    """Where an authorization stands."""

    OPENED = "opened"
    WAITING = "waiting"
    AUTHORIZED = "authorized"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass
class Authorization:
    """One authorization: what a person is asked for, where it stands, and what has come of it.

    Attributes:
        context: of this process.
        key: integration and label of the connection.
        timeout: seconds to wait; 0 does not wait.
        find: returns the connection once Weld's lists show that the person has acted. It is called as soon as the link
            is shown and polled from then on, but not if the timeout is 0.
        on_bridge: is called with each bridge before its link is shown, so before anybody can use it.
        redirect_uri: given by the user; then only the list is polled.
        connection_id: the connection to authorize again; None for a new one.
        known: ids of connections that were there before, none of which can be the new one.
        state: where it stands.
        link: Weld's page, which can be used now.
        expires_at: the time when the link expires.
        port: the port of this machine that the browser comes back to, if it does.
        connection: what the person has authorized.
        refused: Weld's reason if the person refused.
        private_state: what a later run needs to recognize the connection.
    """

    context: ProviderContext
    key: ConnectionKey
    timeout: float
    find: Callable[[], ConnectionInfo | None]
    on_bridge: Callable[[ConnectionBridge], object] = lambda _: None
    redirect_uri: str | None = None
    connection_id: str | None = None
    known: Collection[str] = ()
    state: State = State.OPENED
    link: str | None = None
    expires_at: str | None = None
    port: int | None = None
    connection: ConnectionInfo | None = None
    refused: str | None = None
    private_state: Props = field(default_factory=dict)
    #: The browser may still come back.
    _listens: bool = False
    #: The id that the browser brought, until Weld accepts it.
    _brought: str | None = None
    #: The last look failed.
    _is_failing: bool = False
    _end: float = 0.0
    _shown_at: float = 0.0

    @property
    def subject(self) -> str:
        """Name it after the words "to authorize"."""
        return f"{self.key.subject}{' again' if self.connection_id else ''}"

    def describe(self) -> str:
        """Name it in one phrase."""
        return f"the connection {self.subject}"

    def run(self) -> None:
        """Open a bridge, show its link, and wait for the person.

        Raises:
            WeldError: no bridge can be opened, or the run was interrupted before one was.
        """
        watch_engine()
        if cancelled.is_set():
            raise WeldError(f"interrupted before a person could be asked to authorize {self.describe()}.")
        if self.timeout <= 0:
            self.open()
            self.state = State.EXPIRED
            return
        ticket = shared_listener().ticket()
        try:
            if self.redirect_uri:
                self.open()
            else:
                self.open(ticket.redirect_uri, ticket.state)
                self.port = ticket.port
        except BaseException:
            ticket.close(False)  # or it would count as one that waits
            raise
        self._show_and_wait(ticket)
        if self.state is State.REFUSED:
            self.open()
            self.port = None

    # OPENED ------------------------------------------------------------------------------------------------------

    def open(self, redirect_uri: str | None = None, state: str | None = None) -> None:
        """Open a bridge.

        Args:
            redirect_uri: where the browser goes afterwards, if it is to come back to this process.
            state: the text that it brings back.
        """
        bridge = open_bridge(
            self.context,
            integration_id=self.key.integration_id,
            label=self.key.label,
            redirect_uri=redirect_uri or self.redirect_uri or NOBODY_LISTENS,
            connection_id=self.connection_id,
            state=state,
        )
        self.link, self.expires_at = bridge.authorize_url, bridge.expires_at
        self.on_bridge(bridge)

    def _show_and_wait(self, ticket: Ticket) -> None:
        """Show the link, open it if a person sits at this machine, and wait."""
        ticket.link = self.link
        file = announce(ticket.address, self.key.label, self.key.integration_id)
        try:
            self._show(ticket)
            if opens_automatically(self.context.settings.open_browser):
                open_page(ticket.address)
            self.wait(ticket)
        finally:
            ticket.close(self.state is State.AUTHORIZED)
            if file is not None:
                file.finish(self.state.value, self.connection.id if self.connection else None)
        if self.connection is not None:
            self.context.reporter.live(f"{self.subject} is authorized: {self.connection.id}")
            # The list may be faster than the browser, which is to find a page here.
            if ticket.was_opened or (not self.redirect_uri and has_screen()):
                ticket.wait(_LAST_PAGE if ticket.was_opened else _LAST_PAGE_PERHAPS, self.context.clock.wait)

    def _show(self, ticket: Ticket, left: float | None = None) -> None:
        """Show the link: in a terminal as the short address, which is readable where the line is cut off."""
        in_terminal = has_terminal()
        address = ticket.address if in_terminal else self.link
        text = f"open {address} to authorize {self.subject}"
        if left is not None:
            count = ticket.count_waiting()
            text += f"; {count} connection{'s wait' if count > 1 else ' waits'}, {max(1, round(left / 60))} min left"
        self.context.reporter.live(text, address if in_terminal else None, in_full=left is None)

    # WAITING -----------------------------------------------------------------------------------------------------

    def wait(self, ticket: Ticket) -> None:
        """Wait until the person has acted, the timeout is over, or the run is cancelled.

        Raises:
            WeldError: the engine is gone, so nobody would use the result.
        """
        self.state, self._listens = State.WAITING, self.port is not None
        self._shown_at = self.context.clock.now()
        self._end = self._shown_at + self.timeout
        poll(self._look, growing_delays(*_DELAYS), lambda seconds: self._pause(ticket, seconds))

    def _look(self) -> State | None:
        """Return the state that ends the wait, or None while it goes on."""
        if self.state is State.WAITING:
            is_over = self._left() <= 0
            self.connection = self._find_listed() or self._find_brought()
            if self.connection is not None:
                self.state = State.AUTHORIZED
            elif is_over:
                self.state = State.EXPIRED
        return None if self.state is State.WAITING else self.state

    def _pause(self, ticket: Ticket, seconds: float) -> None:
        """Wait for the browser, but not longer than until the next look, or until the run is to end."""
        clock = self.context.clock
        until = clock.now() + min(seconds, self._left())
        while (left := until - clock.now()) > 0 and not cancelled.is_set() and not is_orphan():
            if not self._listens:
                clock.sleep(min(left, _SLICE))
            elif (callback := ticket.wait(min(left, _SLICE), clock.wait)) is not None:
                self._receive(callback)
                break
        else:
            if cancelled.is_set():
                self.state = State.CANCELLED
        if self.state is State.WAITING:
            self._end_with_engine()
            self._count_down(ticket)

    def _end_with_engine(self) -> None:
        if is_orphan():
            end_orphan()
            raise WeldError(f"interrupted while waiting for a person to authorize {self.describe()}.")

    def _count_down(self, ticket: Ticket) -> None:
        if self.context.clock.now() - self._shown_at >= _COUNTDOWN:
            self._shown_at = self.context.clock.now()
            self._show(ticket, self._left())

    def _left(self) -> float:
        return self._end - self.context.clock.now()

    def _receive(self, callback: Callback) -> None:
        self._listens, self._brought, self.refused = False, callback.connection_id, callback.refused
        if callback.refused is not None:
            self.state = State.REFUSED

    def _find_listed(self) -> ConnectionInfo | None:
        try:
            found = self.find()
        except (WeldApiError, WeldConnectionError) as error:
            # The link has been shown: neither an outage nor a rejected key may lose what the person does with it.
            if not self._is_failing:
                self.context.reporter.warn(f"looking for the connection failed and will be tried again: {error}")
            self._is_failing = True
            return None
        self._is_failing = False
        return found

    def _find_brought(self) -> ConnectionInfo | None:
        """Return the connection that the browser brought, once Weld lists it or its settings, if it can be the one."""
        id = self._brought
        if id is None:
            return None
        try:
            listed = lookup.find(self.context, id, fresh=True)
        except (WeldApiError, WeldConnectionError):
            listed = None
        objection = self._objection(id, listed)
        if objection is not None:
            self._brought = None
            self.context.reporter.warn(f"the browser came back with connection {objection}")
            return None
        if listed is None and self._has_settings(id):
            return lookup.unlisted(id, self.key.label, self.key.integration_id)
        return listed

    def _objection(self, id: str, listed: ConnectionInfo | None) -> str | None:
        wanted = self.connection_id
        if wanted not in (None, id):
            return f"{id}, but {wanted} was to be authorized again; the browser's result is ignored."
        if wanted is None and id in self.known:
            return f"{id}, which existed before; it is not taken over. If it is the right one, write adopt={id!r}."
        if listed is not None and listed.integration_id not in (None, self.key.integration_id):
            return f"{listed.describe()}, of another integration; it is ignored."
        return None

    def _has_settings(self, id: str) -> bool:
        """Return whether Weld returns settings for a connection that it does not list yet."""
        try:
            self.context.client.get_connection_settings(id)
        except (WeldApiError, WeldConnectionError):
            return False
        return True

    # REFUSED, EXPIRED or CANCELLED ------------------------------------------------------------------------------

    def report_pending(self) -> None:
        """Report that the run goes on without the connection, with the link that can be used now."""
        reasons = {
            State.EXPIRED: "is not authorized yet",
            State.CANCELLED: "is not authorized yet, and the run was interrupted",
        }
        reason = reasons.get(self.state, f"was refused in the browser ({self.refused})")
        self.context.reporter.warn(
            f"{self.key.describe()} {reason}; its status is PENDING. Run `weld-pulumi authorize`, or open this "
            f"link, then run `pulumi up` or `pulumi refresh`: {self.link}",
            in_full=True,
        )


def asks_for_person(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the program asks for an authorization: by another label, or a changed trigger."""
    return olds.get("label") != news["label"] or fired("reauthorize_triggers", olds, news)


def needs_person(live: ConnectionInfo | None, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether a change requires a person, as it does unless Weld has the new label already."""
    if fired("reauthorize_triggers", olds, news):
        return True
    return bool(olds.get("label") != news["label"]) and (live is None or live.label != news["label"])


# The two ways to ask a person -------------------------------------------------------------------------------------


def authorize_new(
    context: ProviderContext, news: Mapping[str, Any], known: Collection[str], wait: bool = True
) -> Authorization:
    """Ask a person for a new connection.

    Args:
        context: of this process.
        news: canonical inputs.
        known: ids of the connections that were there before.
        wait: as long as ``authorization_timeout`` allows; else only the link is shown.
    """
    key, tracker = ConnectionKey.of(news), BridgeTracker(context)
    matcher = NewConnectionMatcher(context, key, known, tracker)
    timeout = news["authorization_timeout"] if wait else 0
    authorization = Authorization(
        context, key, timeout, matcher.find, tracker.follow, redirect_uri=news.get("redirect_uri"), known=known
    )
    authorization.run()
    if authorization.connection is None:
        authorization.report_pending()
        report_candidates(context, key, matcher.candidates)
    authorization.private_state = {"known": known, "bridge": tracker.bridge_id, "port": authorization.port}
    return authorization


def authorize_again(
    context: ProviderContext, connection_id: str, news: Mapping[str, Any], wait: bool = True
) -> Authorization:
    """Ask a person to authorize an existing connection again. Arguments as of :func:`authorize_new`."""
    key, tracker = ConnectionKey.of(news), BridgeTracker(context)
    before = ReauthorizationDetector.signs(context, connection_id)
    detector = ReauthorizationDetector(context, connection_id, key.label, before, tracker)
    timeout = news["authorization_timeout"] if wait else 0
    authorization = Authorization(
        context, key, timeout, detector.find, tracker.follow, news.get("redirect_uri"), connection_id
    )
    authorization.run()
    if authorization.connection is None:
        authorization.report_pending()
    authorization.private_state = {"bridge": tracker.bridge_id, "before": before, "port": authorization.port}
    return authorization
