"""``weld-pulumi authorize``: authorize pending connections, or a new one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict

import click

from ..api.client import WeldClient
from ..api.models import ConnectionBridge
from ..errors import WeldConfigError
from ..provider.connection.authorization import Authorization
from ..provider.connection.bridge import BridgeTracker
from ..provider.connection.browser import has_terminal
from ..provider.connection.matching import NewConnectionMatcher
from ..provider.connection.waiting_files import announced
from ..provider.core.context import ProviderContext
from ..provider.core.pending_connections import ConnectionKey
from .authorize_pending import RunConnection, StackConnection
from .authorize_session import AuthorizeSession, Result, result_of
from .client_options import api_url_option, client_of, stack_option
from .output import console, json_option, print_json
from .project import export_stack, find_project
from .stack_resources import client_of_provider

__all__ = ["authorize"]

_TYPE = "pulumi-python:dynamic/weld:Connection"


@click.command(
    short_help="Authorize pending connections.",
    epilog="""\b
Examples:
  weld-pulumi authorize
  weld-pulumi authorize --stack prod --timeout 0
  weld-pulumi authorize --integration-id stripe --label "Stripe (production)"
""",
)
@click.option("--integration-id", metavar="ID", help="Authorize a new connection of this integration.")
@click.option("--label", metavar="TEXT", help="Label of the new connection.")
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait; 0 only prints the links.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
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
    """Authorize pending connections: print the link to each, and wait until they are authorized.

    Pending are the connections that a running `pulumi up` of yours waits for, and those that an earlier one left
    pending in the current stack. With --integration-id and --label, authorize a new connection instead, which a program
    can then adopt.

    Prints the ids of the connections. Exits with 1 if one is not authorized in time.
    """
    if (integration_id is None) != (label is None):
        raise click.UsageError("--integration-id and --label must be given together.")
    session = AuthorizeSession(console(to_stderr=True), timeout, browser=not no_browser)
    results = []
    found = (
        [_new(session, client_of(stack, api_url), integration_id, label)]
        if integration_id is not None and label is not None
        else _pending(session, stack, api_url)
    )
    for result in found:
        results.append(result)
        if result.connection_id and not as_data:
            click.echo(result.connection_id)
    if as_data:
        print_json([asdict(result) for result in results])
    if any(result.connection_id is None for result in results) and timeout > 0:
        ctx.exit(1)


# A new connection ------------------------------------------------------------------------------------------------


def _new(session: AuthorizeSession, client: WeldClient, integration_id: str, label: str) -> Result:
    context = session.context(client)
    known = [connection.id for connection in client.list_connections()]
    key, tracker = ConnectionKey(integration_id, label), BridgeTracker(context)
    matcher = NewConnectionMatcher(context, key, known, tracker)

    def on_bridge(bridge: ConnectionBridge) -> None:
        tracker.follow(bridge)
        if has_terminal() or session.timeout <= 0:
            session.print_link(bridge.authorize_url)

    authorization = Authorization(context, key, session.timeout, matcher.find, on_bridge, known=known)
    with session.spinner(authorization.describe()):
        authorization.run()
        result = result_of(session, authorization)
    if result.connection_id:
        session.print_line(f"To use it in a program, set adopt={result.connection_id!r}.")
    return result


# Pending connections -------------------------------------------------------------------------------------------------


def _pending(session: AuthorizeSession, stack: str | None, api_url: str | None) -> Iterator[Result]:
    from_runs = [RunConnection(session, file) for file in announced()]
    from_stack = _stack_connections(session, stack, api_url, is_required=not from_runs)
    waiting: list[RunConnection | StackConnection] = [*from_runs, *from_stack]
    if not waiting:
        session.print_line(
            "No connection of this stack is pending, and no running `pulumi up` waits for an authorization."
        )
    for each in waiting:
        each.present()
    end = time.monotonic() + session.timeout
    for each in waiting:
        yield each.wait(end - time.monotonic())
    if any(each.connection_id for each in from_stack):
        session.print_line("Run `pulumi up` or `pulumi refresh` to record the authorized connections in the stack.")


def _stack_connections(
    session: AuthorizeSession, stack: str | None, api_url: str | None, is_required: bool
) -> list[StackConnection]:
    if not stack and find_project() is None:
        if not is_required:
            return []
        raise WeldConfigError(
            "There is nothing to authorize: no Pulumi.yaml is in this folder or above, and no running `pulumi up` of "
            "yours waits for an authorization. Run the command in the project, or give --integration-id and --label "
            "for a new connection."
        )
    resources = export_stack(stack)
    contexts: dict[str, ProviderContext] = {}
    found = []
    for resource in resources:
        if resource["type"] != _TYPE or (resource.get("outputs") or {}).get("status") != "PENDING":
            continue
        provider = str(resource.get("provider"))
        if provider not in contexts:
            contexts[provider] = session.context(client_of_provider(provider, resources, stack, api_url))
        found.append(StackConnection(session, contexts[provider], resource))
    return found
