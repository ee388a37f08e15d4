"""How ``weld-pulumi authorize`` speaks to people, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.status import Status
from rich.text import Text

from .._text import printable
from ..api.client import WeldClient
from ..provider.connection.authorization import Authorization
from ..provider.connection.browser import has_screen, open_page
from ..provider.connection.listener import Listener
from ..provider.core.context import ProviderContext
from ..provider.core.reporter import Reporter
from .show import waiting

__all__ = ["Desk", "Result", "result_of"]


@dataclass
class Result:
    """What came out for one connection. ``connection_id`` is None while it waits for a person."""

    label: str
    integration_id: str
    status: str
    connection_id: str | None
    authorize_url: str | None


@dataclass
class Desk:
    """How people are spoken to: what is said on standard error, and whether links are opened for them."""

    screen: Console
    timeout: float
    browser: bool
    #: Port -> who listens there.
    _listeners: dict[int, Listener] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether links are opened for the person."""
        return self.browser and has_screen()

    def context(self, client: WeldClient) -> ProviderContext:
        """Return a context that speaks here."""
        return ProviderContext(
            replace(client.settings, open_browser="true" if self.opens else "false"),
            lambda _: client,
            Reporter(lambda line: self.say(line.removeprefix("warning: ").removeprefix("Weld: "))),
        )

    def say(self, text: str) -> None:
        """Say one line, which is never wrapped: there may be a link in it."""
        self.screen.print(Text(printable(text)), soft_wrap=True)

    def say_link(self, link: str | None) -> None:
        """Say Weld's own link, which works on any machine."""
        self.say(f"On any machine: {link}")

    def waiting_for(self, connection: str) -> Status:
        """Return a spinner, with words beside it."""
        return waiting(self.screen, f"Waiting for {connection}")

    def show(self, url: str) -> None:
        """Open a page of this machine, if that is wanted and possible."""
        if self.opens and open_page(url):
            self.say("It is opened in your browser.")

    def listener(self, port: int | None) -> Listener:
        """Return a listener in the place of one that has ended; on any port if its own is taken or unknown."""
        wanted = port or 0
        if wanted not in self._listeners:
            try:
                self._listeners[wanted] = Listener(wanted, stands_in=True)
            except OSError:
                self._listeners[wanted] = Listener()
        return self._listeners[wanted]


def result_of(desk: Desk, authorization: Authorization) -> Result:
    """Return what came of an authorization; where it is nothing, say so."""
    connection = authorization.connection
    if authorization.refused:
        desk.say(f"It was refused in the browser: {authorization.refused}.")
    elif connection is None and desk.timeout > 0:
        desk.say(f"Nobody has authorized {authorization.describe()} yet; its link works for a day.")
    return Result(
        authorization.key.label,
        authorization.key.integration_id,
        "PENDING" if connection is None else "AUTHORIZED",
        connection.id if connection else None,
        None if connection else authorization.link,
    )
