"""Pending connections: those that a running `pulumi up` waits for, and those in the stack."""

from __future__ import annotations

import http.client
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..api.models import ConnectionBridge, ConnectionInfo
from ..provider.connection.authorization import Outcome, Request, State, await_person, is_expired
from ..provider.connection.authorization import authorize as open_bridge
from ..provider.connection.pending import Pending, tell_candidates
from ..provider.connection.waiting_files import WaitingFile
from ..provider.core.context import ProviderContext
from ..provider.core.handler import PRIVATE_STATE, private_state
from ..provider.elt_sync.checks import is_pending
from .authorize_session import AuthorizeSession, Result, result_of

__all__ = ["RunConnection", "StackConnection"]

_POLL_SECONDS = 0.2
_SECONDS_FOR_PAGE = 5.0


class RunConnection:
    """A connection that a running `pulumi up` waits for; that process detects the authorization."""

    def __init__(self, session: AuthorizeSession, file: WaitingFile) -> None:
        self._session = session
        self._file = file
        self._request = Request(file.wanted.integration_id, file.wanted.label, session.timeout)
        self._link: str | None = None

    def present(self) -> None:
        """Print the short address of that `up`, which leads to Weld."""
        address = self._file.wanted.address
        self._session.print_line(f"`pulumi up` is waiting: open {address} to authorize {self._request.subject}")
        if self._session.timeout > 0:
            self._file.watch()
        if self._session.opens_browser and self._session.timeout > 0:
            self._session.open_page(address)
            return
        self._link = _target_of(address)
        if self._link is not None:
            self._session.print_link(self._link)

    def wait(self, seconds: float) -> Result:
        """Wait until that `up` reports the outcome."""
        wanted = self._file.wanted
        end = time.monotonic() + seconds
        outcome: dict[str, Any] | None = None
        if self._session.timeout > 0:
            with self._session.spinner(self._request):
                while (outcome := self._file.outcome()) is None and time.monotonic() < end:
                    time.sleep(_POLL_SECONDS)
            self._print_outcome(outcome)
        id = (outcome or {}).get("connection_id")
        status = "AUTHORIZED" if id else "PENDING"
        return Result(
            wanted.label, wanted.integration_id, status, id, None if id else self._link or self._file.wanted.address
        )

    def _print_outcome(self, outcome: dict[str, Any] | None) -> None:
        name = self._request.describe()
        if outcome is None:
            self._session.print_line(f"Not authorized yet: {name}. `pulumi up` is still waiting.")
            return
        self._file.remove()
        if not outcome.get("connection_id"):
            status = outcome.get("status", "over")
            self._session.print_line(
                f"`pulumi up` no longer waits for {name} ({status}). See its output for the next step."
            )


def _target_of(address: str) -> str | None:
    """Return the target of a short address, None if nothing listens there."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("localhost", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().headers.get("location")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class StackConnection:
    """A connection that an earlier `up` left pending in the stack.

    Attributes:
        connection_id: Weld's id, once the connection is authorized.
    """

    def __init__(self, session: AuthorizeSession, context: ProviderContext, resource: dict[str, Any]) -> None:
        self._session = session
        self._context = context
        self._id = str(resource["id"])
        self._props = {k: v for k, v in resource["outputs"].items() if not k.startswith("__") or k == PRIVATE_STATE}
        memo = private_state(self._props)
        self._request = Request(
            self._props["integration_id"],
            self._props["label"],
            session.timeout,
            connection_id=None if is_pending(self._id) else self._id,
            known=memo.get("known", ()),
        )
        self._pending = Pending(context, self._id, self._props)
        self._pending.hold()
        self._bridge = ConnectionBridge(authorize_url=self._props.get("authorize_url"))
        self._port = memo.get("port")
        self.connection_id: str | None = None

    def present(self) -> None:
        """Print the link to Weld; replace it first if it has expired."""
        if self._look() is not None:
            return
        if is_expired(self._context, self._props.get("authorize_expires_at")):
            self._session.print_line("The link has expired; here is a new one.")
            self._bridge = open_bridge(self._context, replace(self._request, timeout=0), lambda _: None).bridge
        listener = self._session.listener(self._port)
        self._came_back = listener.came_back
        self._ticket = listener.ticket()
        self._ticket.link = self._bridge.authorize_url
        if self._session.timeout > 0:
            self._session.print_line(f"Open {self._ticket.address} to authorize {self._request.subject}")
        self._session.print_link(self._bridge.authorize_url)
        is_page = urlsplit(self._bridge.authorize_url or "").scheme in ("http", "https")
        if is_page and self._session.timeout > 0:
            self._session.open_page(self._ticket.address)

    def wait(self, seconds: float) -> Result:
        """Wait until Weld lists the connection."""
        if self.connection_id is not None or self._session.timeout <= 0:
            found = ConnectionInfo(id=self.connection_id) if self.connection_id else None
            return result_of(self._session, self._request, Outcome(self._bridge, State.WAITING, found))
        request = replace(self._request, timeout=max(0.0, seconds))
        with self._session.spinner(request):
            outcome = await_person(self._context, request, self._bridge, lambda _: self._look(), self._ticket)
            self._ticket.close(outcome.connection is not None)
            if outcome.connection is not None and self._ticket.was_opened:
                self._came_back.wait(_SECONDS_FOR_PAGE)
        return result_of(self._session, self._request, outcome)

    def _look(self) -> ConnectionInfo | None:
        seen = self._pending.look()
        if seen.found is not None:
            self.connection_id = seen.found.id
            self._pending.recognized(seen.found.id)
            return ConnectionInfo(id=seen.found.id)
        if seen.dead == "has expired":
            return None
        if seen.dead:
            self._context.reporter.warn(
                f"the link to authorize {self._request.describe()} {seen.dead}; `pulumi up` opens a new one."
            )
        tell_candidates(self._context, self._props, seen.candidates)
        return None
