"""``weld-pulumi authorize``: a person acts on the connections of a stack that wait for one, or on a new one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import click
from rich.console import Console

from .._text import printable
from ..api.client import WeldClient
from ..api.models import ConnectionBridge, ConnectionInfo
from ..config import load
from ..errors import WeldConfigError
from ..lifecycle.authorization import Outcome, Request, await_person, is_expired
from ..lifecycle.authorization import authorize as open_bridge
from ..lifecycle.base import MEMO, memo_of
from ..lifecycle.connection import ConnectionLifecycle
from ..lifecycle.notices import Notices
from ..lifecycle.recognition import Track, newly_authorized
from ..lifecycle.session import Session
from ..lifecycle.sync_checks import is_pending
from .browser import open_link
from .project import export_stack, find_project
from .show import as_json, console, json_option, waiting
from .weld import api_url_option, client_of, stack_option

__all__ = ["authorize"]

Look = Callable[[], "ConnectionInfo | None"]

_TYPE = "pulumi-python:dynamic/weld:Connection"


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

    def session(self, client: WeldClient) -> Session:
        """Return a session that speaks here."""
        return Session(
            client.settings,
            lambda _: client,
            Notices(lambda line: self.say(line.removeprefix("warning: ").removeprefix("Weld: "))),
        )

    def say(self, text: str) -> None:
        """Say one line, which is never wrapped: there may be a link in it."""
        self.screen.print(printable(text), soft_wrap=True)

    def show(self, url: str | None) -> None:
        """Open a link, if that is wanted and possible."""
        if self.browser and open_link(url):
            self.say("The link is opened in your browser.")


@dataclass
class Case:
    """A connection of the stack that waits, how to see whether a person has acted, and what was seen already."""

    session: Session
    request: Request
    bridge: ConnectionBridge
    look: Look
    found: ConnectionInfo | None


@click.command(
    short_help="Authorise the connections that wait for a person.",
    epilog="""\b
Examples:
  weld-pulumi authorize
  weld-pulumi authorize --stack prod --timeout 0
  weld-pulumi authorize --integration-id stripe --label "Stripe (production)"
""",
)
@click.option("--integration-id", metavar="ID", help="Authorise a new connection of this integration.")
@click.option("--label", metavar="TEXT", help="Name of the new connection.")
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the person; 0 only shows the links.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the links in the browser of this machine.")
@json_option
@api_url_option
@stack_option
@click.pass_context
def authorize(
    ctx: click.Context,
    integration_id: str | None,
    label: str | None,
    timeout: float,
    no_browser: bool,
    as_data: bool,
    api_url: str | None,
    stack: str | None,
) -> None:
    """Authorise the connections of the current stack that wait for a person: show their links, and wait.

    With --integration-id and --label it is a new connection instead, which a program takes over with adopt.

    Prints the ids of the connections. Ends with 1 where nobody has acted in time.
    """
    if (integration_id is None) != (label is None):
        raise click.UsageError("--integration-id and --label go together.")
    desk = Desk(console(to_stderr=True), timeout, browser=not no_browser)
    results = []
    found = (
        [_new(desk, client_of(stack, api_url), integration_id, label)]
        if integration_id is not None and label is not None
        else _pending(desk, stack, api_url)
    )
    for result in found:
        results.append(result)
        if result.connection_id and not as_data:
            click.echo(result.connection_id)
    if as_data:
        as_json([asdict(result) for result in results])
    if any(result.connection_id is None for result in results) and timeout > 0:
        ctx.exit(1)


# A new connection ------------------------------------------------------------------------------------------------


def _new(desk: Desk, client: WeldClient, integration_id: str, label: str) -> Result:
    session = desk.session(client)
    known = [connection.id for connection in client.list_connections()]
    request = Request(integration_id, label, desk.timeout, known=known)
    track = Track(session)
    shown: set[str | None] = set()

    def done(bridge: ConnectionBridge) -> ConnectionInfo | None:
        if bridge.authorize_url not in shown:
            shown.add(bridge.authorize_url)
            desk.show(bridge.authorize_url)
        return newly_authorized(session, client.list_connections(), known, integration_id, label, track.bridge_id)

    with waiting(desk.screen, f"Waiting for {request.describe()}"):
        result = _result(desk, request, open_bridge(session, request, done, track.follow))
    if result.connection_id:
        desk.say(f"To take it over in a program, write adopt={result.connection_id!r}.")
    return result


def _result(desk: Desk, request: Request, outcome: Outcome) -> Result:
    if outcome.refused:
        desk.say(f"It was refused in the browser: {outcome.refused}.")
    elif outcome.connection is None and request.timeout > 0:
        desk.say(f"Nobody has authorised {request.describe()} yet; its link works for a day.")
    return Result(
        request.label,
        request.integration_id,
        "PENDING" if outcome.connection is None else "AUTHORIZED",
        outcome.connection.id if outcome.connection else None,
        None if outcome.connection else outcome.bridge.authorize_url,
    )


# The stack's own -------------------------------------------------------------------------------------------------


def _pending(desk: Desk, stack: str | None, api_url: str | None) -> Iterator[Result]:
    if not stack and find_project() is None:
        raise WeldConfigError(
            "There is no Pulumi.yaml in this folder or above, so there is no stack whose connections could wait. Run "
            "it in the project, or give --integration-id and --label for a new connection."
        )
    resources = export_stack(stack)
    waiting = [r for r in resources if r["type"] == _TYPE and (r.get("outputs") or {}).get("status") == "PENDING"]
    if not waiting:
        desk.say("No connection of this stack waits for a person.")
        return
    sessions: dict[str, Session] = {}
    cases = []
    for resource in waiting:
        provider = str(resource.get("provider"))
        if provider not in sessions:
            sessions[provider] = desk.session(_client_of(provider, resources, stack, api_url))
        cases.append(_present(desk, sessions[provider], resource))
    end = time.monotonic() + desk.timeout
    results = []
    for case in cases:
        results.append(_result(desk, case.request, _wait_for(desk, case, end - time.monotonic())))
        yield results[-1]
    if any(result.connection_id for result in results):
        desk.say("Run `pulumi up` or `pulumi refresh`, so that the stack takes over what is authorised.")


def _client_of(provider: str, resources: list[dict[str, Any]], stack: str | None, api_url: str | None) -> WeldClient:
    """Return a client for the workspace of a resource: that of its weld.Provider if it has one."""
    urn = provider.rpartition("::")[0]
    if urn.rpartition("::")[2] in ("", "default"):
        return client_of(stack, api_url, prefer_stack=True)
    inputs = next((r.get("inputs") or {} for r in resources if r["urn"] == urn), {})
    return WeldClient(load(inputs.get))


def _present(desk: Desk, session: Session, resource: dict[str, Any]) -> Case:
    """Show the link of one connection; a fresh one in the place of one that has expired."""
    id = str(resource["id"])
    props = {k: v for k, v in resource["outputs"].items() if not k.startswith("__") or k == MEMO}
    lifecycle = ConnectionLifecycle(session)

    def look() -> ConnectionInfo | None:
        live = lifecycle.read(id, props)  # it also says what waits, with the link
        return ConnectionInfo(id=live.id) if live.id and live.outs.get("status") == "AUTHORIZED" else None

    again = None if is_pending(id) else id
    request = Request(
        props["integration_id"],
        props["label"],
        desk.timeout,
        connection_id=again,
        known=memo_of(props).get("known", ()),
    )
    found = look()
    bridge = ConnectionBridge(authorize_url=props.get("authorize_url"))
    if found is None and is_expired(session, props.get("authorize_expires_at")):
        desk.say("That link has expired; here is a fresh one.")
        bridge = open_bridge(session, replace(request, timeout=0), lambda _: None).bridge
    if found is None and desk.timeout > 0:
        desk.show(bridge.authorize_url)
    return Case(session, request, bridge, look, found)


def _wait_for(desk: Desk, case: Case, seconds: float) -> Outcome:
    if case.found is not None or desk.timeout <= 0:
        return Outcome(case.bridge, case.found)
    request = replace(case.request, timeout=max(0.0, seconds))
    with waiting(desk.screen, f"Waiting for {request.describe()}"):
        return await_person(case.session, request, case.bridge, lambda _: case.look())
