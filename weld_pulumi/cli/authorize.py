"""``weld-pulumi authorize``: a person acts on the connections that wait for one, or on a new one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from ..api.client import WeldClient
from ..api.models import ConnectionBridge
from ..config import load
from ..errors import WeldConfigError
from ..provider.connection.authorization import Authorization
from ..provider.connection.bridge import BridgeTracker
from ..provider.connection.browser import has_terminal
from ..provider.connection.matching import NewConnectionMatcher
from ..provider.connection.waiting_files import announced
from ..provider.core.context import ProviderContext
from ..provider.core.pending_connections import ConnectionKey
from .desk import Desk, Result, result_of
from .project import export_stack, find_project
from .show import as_json, console, json_option
from .waiting import OfRun, OfStack
from .weld import api_url_option, client_of, stack_option

__all__ = ["authorize"]

_TYPE = "pulumi-python:dynamic/weld:Connection"


@click.command(
    short_help="Authorize the connections that wait for a person.",
    epilog="""\b
Examples:
  weld-pulumi authorize
  weld-pulumi authorize --stack prod --timeout 0
  weld-pulumi authorize --integration-id stripe --label "Stripe (production)"
""",
)
@click.option("--integration-id", metavar="ID", help="Authorize a new connection of this integration.")
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
    """Authorize the connections that wait for a person: show the way to each, and wait.

    These are the connections that a running `pulumi up` of yours waits for, and those of the current stack that an
    earlier one left waiting. With --integration-id and --label it is a new connection instead, which a program takes
    over with adopt.

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
    context = desk.context(client)
    known = [connection.id for connection in client.list_connections()]
    key, tracker = ConnectionKey(integration_id, label), BridgeTracker(context)
    matcher = NewConnectionMatcher(context, key, known, tracker)

    def on_bridge(bridge: ConnectionBridge) -> None:
        tracker.follow(bridge)
        if has_terminal() or desk.timeout <= 0:
            desk.say_link(bridge.authorize_url)

    authorization = Authorization(context, key, desk.timeout, matcher.find, on_bridge, known=known)
    with desk.waiting_for(authorization.describe()):
        authorization.run()
        result = result_of(desk, authorization)
    if result.connection_id:
        desk.say(f"To take it over in a program, write adopt={result.connection_id!r}.")
    return result


# Those that wait -------------------------------------------------------------------------------------------------


def _pending(desk: Desk, stack: str | None, api_url: str | None) -> Iterator[Result]:
    of_runs = [OfRun(desk, file) for file in announced()]
    of_stack = _of_stack(desk, stack, api_url, is_required=not of_runs)
    waiting: list[OfRun | OfStack] = [*of_runs, *of_stack]
    if not waiting:
        desk.say("No connection of this stack waits for a person, nor does a running `pulumi up`.")
    for each in waiting:
        each.present()
    end = time.monotonic() + desk.timeout
    for each in waiting:
        yield each.wait(end - time.monotonic())
    if any(each.connection_id for each in of_stack):
        desk.say("Run `pulumi up` or `pulumi refresh`, so that the stack takes over what is authorized.")


def _of_stack(desk: Desk, stack: str | None, api_url: str | None, is_required: bool) -> list[OfStack]:
    if not stack and find_project() is None:
        if not is_required:
            return []
        raise WeldConfigError(
            "There is no Pulumi.yaml in this folder or above, so there is no stack whose connections could wait, and "
            "no `pulumi up` of yours waits for a person. Run it in the project, or give --integration-id and --label "
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
            contexts[provider] = desk.context(_client_of(provider, resources, stack, api_url))
        found.append(OfStack(desk, contexts[provider], resource))
    return found


def _client_of(provider: str, resources: list[dict[str, Any]], stack: str | None, api_url: str | None) -> WeldClient:
    """Return a client for the workspace of a resource: that of its weld.Provider if it has one."""
    urn = provider.rpartition("::")[0]
    if urn.rpartition("::")[2] in ("", "default"):
        return client_of(stack, api_url, prefer_stack=True)
    inputs = next((r.get("inputs") or {} for r in resources if r["urn"] == urn), {})
    return WeldClient(load(inputs.get))
