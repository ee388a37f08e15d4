"""What ``weld-pulumi authorize`` prints and opens, and its result for each connection."""

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
from .output import spinner

__all__ = ["AuthorizeSession", "Result", "result_of"]


@dataclass
class Result:
    """The result for one connection. ``connection_id`` is None while it is pending."""

    label: str
    integration_id: str
    status: str
    connection_id: str | None
    authorize_url: str | None


@dataclass
class AuthorizeSession:
    """Print on standard error, open links in the browser, and share listeners.

    Attributes:
        console: where to print.
        timeout: seconds to wait for all connections; 0 only prints the links.
        browser: whether links may be opened in a browser.
    """

    console: Console
    timeout: float
    browser: bool
    #: Listeners by the port that was asked for.
    _listeners: dict[int, Listener] = field(default_factory=dict)

    @property
    def opens_browser(self) -> bool:
        """Whether links are opened in a browser of this machine."""
        return self.browser and has_screen()

    def context(self, client: WeldClient) -> ProviderContext:
        """Return a provider context whose reports are printed here."""
        return ProviderContext(
            replace(client.settings, open_browser="true" if self.opens_browser else "false"),
            lambda _: client,
            Reporter(lambda line: self.print_line(line.removeprefix("warning: ").removeprefix("Weld: "))),
        )

    def print_line(self, text: str) -> None:
        """Print one line without wrapping it, since it may hold a link."""
        self.console.print(Text(printable(text)), soft_wrap=True)

    def print_link(self, link: str | None) -> None:
        """Print Weld's own link, which works on any machine."""
        self.print_line(f"On any machine: {link}")

    def spinner(self, connection: str) -> Status:
        """Return a spinner to show while waiting for the authorization of a connection."""
        return spinner(self.console, f"Waiting for {connection}")

    def open_page(self, url: str) -> None:
        """Open a page in the browser, if that is wanted and possible."""
        if self.opens_browser and open_page(url):
            self.print_line("Opened in your browser.")

    def listener(self, port: int | None) -> Listener:
        """Return a listener that replaces one that has ended; on any port if the former is taken or unknown."""
        wanted = port or 0
        if wanted not in self._listeners:
            try:
                self._listeners[wanted] = Listener(wanted, stands_in=True)
            except OSError:
                self._listeners[wanted] = Listener()
        return self._listeners[wanted]


def result_of(session: AuthorizeSession, authorization: Authorization) -> Result:
    """Return the result of an authorization; print why there is none."""
    connection = authorization.connection
    if authorization.refused:
        session.print_line(f"The authorization was refused in the browser: {authorization.refused}.")
    elif connection is None and session.timeout > 0:
        session.print_line(f"Not authorized yet: {authorization.describe()}. Its link is valid for a day.")
    return Result(
        authorization.key.label,
        authorization.key.integration_id,
        "PENDING" if connection is None else "AUTHORIZED",
        connection.id if connection else None,
        None if connection else authorization.link,
    )
