"""Connections that wait for a person: those of a running `pulumi up`, and those that the stack has."""

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
from .desk import Desk, Result, result_of

__all__ = ["OfRun", "OfStack"]

_POLL_SECONDS = 0.2
_SECONDS_FOR_PAGE = 5.0


class OfRun:
    """A connection for which a running `pulumi up` waits; that one listens and polls, so its word is taken."""

    def __init__(self, desk: Desk, file: WaitingFile) -> None:
        self._desk = desk
        self._file = file
        self._key = ConnectionKey(file.integration_id, file.label)
        self._link: str | None = None

    def present(self) -> None:
        """Show the way to Weld; the run's short address leads there."""
        address = self._file.address
        self._desk.say(f"`pulumi up` waits: open {address} to authorize {self._key.subject}")
        if self._desk.timeout > 0:
            self._file.watch()
        if self._desk.opens and self._desk.timeout > 0:
            self._desk.show(address)
            return
        self._link = _target_of(address)
        if self._link is not None:
            self._desk.say_link(self._link)

    def wait(self, seconds: float) -> Result:
        """Wait until the run says what came of it."""
        end = time.monotonic() + seconds
        told: dict[str, Any] | None = None
        if self._desk.timeout > 0:
            with self._desk.waiting_for(self._key.describe()):
                while (told := self._file.outcome()) is None and time.monotonic() < end:
                    time.sleep(_POLL_SECONDS)
            self._tell(told)
        id = (told or {}).get("connection_id")
        status = "AUTHORIZED" if id else "PENDING"
        return Result(
            self._key.label, self._key.integration_id, status, id, None if id else self._link or self._file.address
        )

    def _tell(self, told: dict[str, Any] | None) -> None:
        name = self._key.describe()
        if told is None:
            self._desk.say(f"Nobody has authorized {name} yet; `pulumi up` still waits.")
            return
        self._file.remove()
        if not told.get("connection_id"):
            status = told.get("status", "over")
            self._desk.say(f"`pulumi up` no longer waits for {name} ({status}). Its own messages name the next step.")


def _target_of(address: str) -> str | None:
    """Return where the short address of a run leads; None where nobody answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("localhost", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().headers.get("location")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class OfStack:
    """A connection of the stack that an earlier `up` left waiting.

    Attributes:
        connection_id: the connection, once a person has acted.
    """

    def __init__(self, desk: Desk, context: ProviderContext, resource: dict[str, Any]) -> None:
        self._desk = desk
        self._context = context
        self._id = str(resource["id"])
        self._props = {k: v for k, v in resource["outputs"].items() if not k.startswith("__") or k == PRIVATE_STATE}
        memo = private_state(self._props)
        self._pending = PendingConnection(context, self._id, self._props)
        self._pending.restore()
        self._authorization = Authorization(
            context,
            ConnectionKey.of(self._props),
            desk.timeout,
            self._look,
            connection_id=None if self._pending.is_new else self._id,
            known=memo.get("known", ()),
            link=self._props.get("authorize_url"),
        )
        self._port = memo.get("port")
        self.connection_id: str | None = None

    def present(self) -> None:
        """Show the way to Weld; a fresh link in the place of one that has expired."""
        if self._look() is not None:
            return
        if is_expired(self._context, self._props.get("authorize_expires_at")):
            self._desk.say("That link has expired; here is a fresh one.")
            self._authorization.open()
        listener = self._desk.listener(self._port)
        self._came_back = listener.came_back
        self._ticket = listener.ticket()
        self._ticket.link = self._authorization.link
        if self._desk.timeout > 0:
            self._desk.say(f"Open {self._ticket.address} to authorize {self._authorization.subject}")
        self._desk.say_link(self._authorization.link)
        is_page = urlsplit(self._authorization.link or "").scheme in ("http", "https")
        if is_page and self._desk.timeout > 0:
            self._desk.show(self._ticket.address)

    def wait(self, seconds: float) -> Result:
        """Wait until the connection is in Weld's list."""
        authorization = self._authorization
        if self.connection_id is not None or self._desk.timeout <= 0:
            authorization.connection = ConnectionInfo(id=self.connection_id) if self.connection_id else None
            return result_of(self._desk, authorization)
        authorization.timeout = max(0.0, seconds)
        with self._desk.waiting_for(authorization.describe()):
            authorization.wait(self._ticket)
            self._ticket.close(authorization.connection is not None)
            if authorization.connection is not None and self._ticket.was_opened:
                self._came_back.wait(_SECONDS_FOR_PAGE)
        return result_of(self._desk, authorization)

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
                "another."
            )
        pending.report_candidates()
        return None
