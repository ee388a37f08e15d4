"""Pending connections: those that a running `pulumi up` waits for, and those in the stack."""

from __future__ import annotations

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

from ..api.models import ConnectionInfo
from ..provider.connection.authorization import Authorization
from ..provider.connection.bridge import is_expired
from ..provider.connection.pending import HAS_EXPIRED, PendingConnection
from ..provider.connection.waiting_files import WaitingFile
from ..provider.core.context import ProviderContext
from ..provider.core.handler import PRIVATE_STATE, private_state
from ..provider.core.pending_connections import ConnectionKey
from .authorize_session import AuthorizeSession, Result, result_of

__all__ = ["RunConnection", "StackConnection"]

_POLL_SECONDS = 0.2
_SECONDS_FOR_PAGE = 5.0


class RunConnection:
    """A connection that a running `pulumi up` waits for; that process detects the authorization."""

    def __init__(self, session: AuthorizeSession, file: WaitingFile) -> None:
        self._session = session
        self._file = file
        self._key = ConnectionKey(file.integration_id, file.label)
        self._link: str | None = None

    def present(self) -> None:
        """Print the short address of that `up`, which leads to Weld."""
        address = self._file.address
        self._session.print_line(f"`pulumi up` is waiting: open {address} to authorize {self._key.subject}")
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
        end = time.monotonic() + seconds
        outcome: dict[str, Any] | None = None
        if self._session.timeout > 0:
            with self._session.spinner(self._key.describe()):
                while (outcome := self._file.outcome()) is None and time.monotonic() < end:
                    time.sleep(_POLL_SECONDS)
            self._print_outcome(outcome)
        id = (outcome or {}).get("connection_id")
        status = "AUTHORIZED" if id else "PENDING"
        return Result(
            self._key.label, self._key.integration_id, status, id, None if id else self._link or self._file.address
        )

    def _print_outcome(self, outcome: dict[str, Any] | None) -> None:
        name = self._key.describe()
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
        self._pending = PendingConnection(context, self._id, self._props)
        self._pending.restore()
        self._authorization = Authorization(
            context,
            ConnectionKey.of(self._props),
            session.timeout,
            self._look,
            connection_id=None if self._pending.is_new else self._id,
            known=memo.get("known", ()),
            link=self._props.get("authorize_url"),
        )
        self._port = memo.get("port")
        self.connection_id: str | None = None

    def present(self) -> None:
        """Print the link to Weld; replace it first if it has expired."""
        if self._look() is not None:
            return
        if is_expired(self._context, self._props.get("authorize_expires_at")):
            self._session.print_line("The link has expired; here is a new one.")
            self._authorization.open()
        listener = self._session.listener(self._port)
        self._came_back = listener.came_back
        self._ticket = listener.ticket()
        self._ticket.link = self._authorization.link
        if self._session.timeout > 0:
            self._session.print_line(f"Open {self._ticket.address} to authorize {self._authorization.subject}")
        self._session.print_link(self._authorization.link)
        is_page = urlsplit(self._authorization.link or "").scheme in ("http", "https")
        if is_page and self._session.timeout > 0:
            self._session.open_page(self._ticket.address)

    def wait(self, seconds: float) -> Result:
        """Wait until Weld lists the connection."""
        authorization = self._authorization
        if self.connection_id is not None or self._session.timeout <= 0:
            authorization.connection = ConnectionInfo(id=self.connection_id) if self.connection_id else None
            return result_of(self._session, authorization)
        authorization.timeout = max(0.0, seconds)
        with self._session.spinner(authorization.describe()):
            authorization.wait(self._ticket)
            self._ticket.close(authorization.connection is not None)
            if authorization.connection is not None and self._ticket.was_opened:
                self._came_back.wait(_SECONDS_FOR_PAGE)
        return result_of(self._session, authorization)

    def _look(self) -> ConnectionInfo | None:
        pending = self._pending
        pending.poll()
        if pending.connection is not None:
            self.connection_id = pending.connection.id
            pending.match()
            return ConnectionInfo(id=self.connection_id)
        if pending.link_problem == HAS_EXPIRED:
            return None
        if pending.link_problem:
            self._context.reporter.warn(
                f"the link to authorize {self._authorization.describe()} {pending.link_problem}; `pulumi up` opens "
                "a new one."
            )
        pending.report_candidates()
        return None
