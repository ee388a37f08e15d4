"""``weld-pulumi health``: whether the data of all syncs is there, and what is wrong with those that are not well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import click

from .._text import first_few
from ..api.client import WeldClient
from ..provider.core.handler import PRIVATE_STATE
from ..provider.core.pending_connections import is_pending
from .client_options import api_url_option, client_of, stack_option
from .health_checks import MaxAge, SyncHealth, WantedSync, check_sync
from .markdown import markdown_option_help, markdown_table, markdown_text
from .output import Column, json_option, print_json, print_line, print_rows
from .progress import progress
from .stack_resources import StackResource, StackWorkspaces, read_stack
from .tables import amount_of

__all__ = ["health"]

#: Syncs that are read at the same time.
_AT_ONCE = 4
_UNITS = {"min": 60, "m": 60, "h": 3600, "d": 86400}


def _age(_ctx: click.Context, _param: click.Parameter, value: str | None) -> MaxAge | None:
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,6})(min|m|h|d)", value)
    if found is None or not int(found[1]):
        raise click.BadParameter(f"{value!r} is not an age; write for example 90min, 6h or 2d.")
    return MaxAge(value, timedelta(seconds=int(found[1]) * _UNITS[found[2]]))


@dataclass(frozen=True)
class PendingConnection:
    """A connection of the stack that waited for a person at the last `up`; ``status`` is that of now."""

    resource: str
    id: str
    integration_id: str | None
    label: str | None
    status: str

    def __str__(self) -> str:
        name = f"Connection {self.resource!r}"
        if self.status == "PENDING":
            return f"{name} waits for a person: run `weld-pulumi authorize`."
        return f"{name} is authorized now: run `pulumi up`."


@click.command(
    short_help="Show which syncs are not well, and why.",
    epilog="""\b
Examples:
  weld-pulumi health
  weld-pulumi health --stack prod --max-age 6h
  weld-pulumi health --workspace --json
  weld-pulumi health --max-age 1d --markdown >> "$GITHUB_STEP_SUMMARY"
""",
)
@click.option("--workspace", is_flag=True, help="Check all syncs of the Weld workspace instead of those of the stack.")
@click.option(
    "--max-age", callback=_age, metavar="AGE", help="Greatest age of the data of an enabled sync: 90min, 6h or 2d."
)
@json_option
@click.option("--markdown", is_flag=True, help=markdown_option_help)
@api_url_option
@stack_option
@click.pass_context
def health(
    ctx: click.Context,
    workspace: bool,
    max_age: MaxAge | None,
    as_data: bool,
    markdown: bool,
    api_url: str | None,
    stack: str | None,
) -> None:
    """Show whether the syncs of the current stack are well, and how old their data is.

    Something is wrong with a sync that does not exist in Weld, or that is disabled although the stack enables it; with
    a stream whose last run failed, whose data is older than --max-age, or which the source has retired; and with a
    connection that waits for a person. Then the command exits with 1. The age of a sync is that of its oldest stream.

    Streams of the source that match a pattern of the program, but did not exist at the last `up`, are listed too.
    """
    if as_data and markdown:
        raise click.UsageError("--json and --markdown cannot be used together.")
    if workspace:
        syncs, connections = _of_workspace(client_of(stack, api_url), max_age), list[PendingConnection]()
    else:
        syncs, connections = _of_stack(stack, api_url, max_age)
    syncs = sorted(syncs, key=lambda each: each.order)
    is_healthy = not connections and not any(each.problems for each in syncs)
    if as_data:
        print_json(_as_data(is_healthy, syncs, connections))
    elif markdown:
        for line in _markdown(syncs, connections):
            click.echo(line)
    else:
        print_rows(syncs, _COLUMNS, False, "There are no syncs.")
        for text in _notices(syncs, connections):
            print_line(text)
    if not is_healthy:
        ctx.exit(1)


def _of_workspace(client: WeldClient, max_age: MaxAge | None) -> list[SyncHealth]:
    listed = {sync.id: sync for sync in client.list_syncs()}
    return _check([(client, WantedSync(id), listed) for id in listed], max_age)


def _of_stack(
    stack: str | None, api_url: str | None, max_age: MaxAge | None
) -> tuple[list[SyncHealth], list[PendingConnection]]:
    instead = " With --workspace, it checks all syncs of the workspace instead."
    resources = read_stack(stack, "health", instead)
    syncs = [each for each in resources if each.kind == "EltSync"]
    pending = [each for each in resources if each.kind == "Connection" and each.outs.get("status") == "PENDING"]
    workspaces = StackWorkspaces([*syncs, *pending], stack, api_url)
    clients = {provider: workspaces.context(provider).client for provider in workspaces.providers}
    of_syncs = {each.provider for each in syncs if not is_pending(each.id)}
    listed = {provider: {s.id: s for s in clients[provider].list_syncs()} for provider in of_syncs}
    wanted = [(clients[each.provider], _wanted(each), listed.get(each.provider, {})) for each in syncs]
    return _check(wanted, max_age), [_pending(each, workspaces) for each in pending]


def _wanted(resource: StackResource) -> WantedSync:
    is_enabled = resource.inputs.get("enabled")
    known = [str(e.get("name")) for e in resource.outs.get("source_streams") or () if isinstance(e, dict)]
    return WantedSync(resource.id, resource.name, is_enabled, resource.patterns, known)


def _pending(resource: StackResource, workspaces: StackWorkspaces) -> PendingConnection:
    """Look whether a person has acted since the last `up`; where that needs a secret, assume that nobody has."""
    needs_secret = any(path in (PRIVATE_STATE, "label") for path in resource.encrypted)
    now = resource.outs if needs_secret else workspaces.read(resource).outs
    status, outs = str(now.get("status")), resource.outs
    return PendingConnection(resource.name, resource.id, outs.get("integration_id"), outs.get("label"), status)


def _check(wanted: Sequence[tuple[WeldClient, WantedSync, Any]], max_age: MaxAge | None) -> list[SyncHealth]:
    now = datetime.now(timezone.utc)
    with progress("Reading syncs", len(wanted)) as count, ThreadPoolExecutor(_AT_ONCE) as pool:

        def check(each: tuple[WeldClient, WantedSync, Any]) -> SyncHealth:
            client, sync, listed = each
            try:
                return check_sync(client, sync, listed, now, max_age)
            finally:
                count.step()

        return list(pool.map(check, wanted))


# What is printed -------------------------------------------------------------------------------------------------


def _notices(syncs: Iterable[SyncHealth], connections: Iterable[PendingConnection]) -> list[str]:
    new = [
        f"Sync {each.name!r} does not copy these streams yet, which its patterns match: {first_few(each.new)}. "
        "`pulumi preview` shows what the next `pulumi up` does with them."
        for each in syncs
        if each.new
    ]
    return [*map(str, connections), *new]


def _markdown(syncs: Sequence[SyncHealth], connections: Sequence[PendingConnection]) -> list[str]:
    wrong = sum(1 for each in syncs if each.problems) + len(connections)
    total = f"{len(syncs)} sync" + ("" if len(syncs) == 1 else "s")
    if wrong:
        title = f"### Weld: {wrong} {'problem' if wrong == 1 else 'problems'}, {total} checked"
    else:
        title = f"### Weld: {total} checked, no problem"
    lines = [title]
    if syncs:
        cells: list[Callable[[SyncHealth], object]] = [column.read for column in _COLUMNS]
        rows = [[str(cell(each) or "") for cell in cells] for each in syncs]
        lines += ["", *markdown_table([column.title for column in _COLUMNS], rows)]
    notices = _notices(syncs, connections)
    return [*lines, *([""] if notices else []), *(f"* {markdown_text(text)}" for text in notices)]


def _as_data(
    is_healthy: bool, syncs: Iterable[SyncHealth], connections: Iterable[PendingConnection]
) -> dict[str, object]:
    return {
        "healthy": is_healthy,
        "syncs": [_sync_data(each) for each in syncs],
        "connections": [asdict(each) for each in connections],
    }


def _sync_data(each: SyncHealth) -> dict[str, object]:
    return {
        "resource": each.wanted.resource,
        "elt_sync_id": each.wanted.id,
        "destination_schema_name": each.schema,
        "enabled": each.sync.enabled if each.sync else None,
        "status": each.sync.status if each.sync else None,
        "state": each.state,
        "last_run_at": each.last_run,
        "data_from": each.data_from.isoformat() if each.data_from else None,
        "age_seconds": int(each.age.total_seconds()) if each.age is not None else None,
        "failed_streams": [asdict(stream) for stream in each.failed],
        "too_old_streams": each.too_old,
        "never_complete_streams": each.never_complete,
        "retired_streams": [asdict(stream) for stream in each.retired],
        "new_streams": each.new,
        "problems": each.problems,
    }


def _age_of(each: SyncHealth) -> str | None:
    return None if each.age is None else amount_of(each.age) or "0 min"


_COLUMNS = (
    Column("sync", lambda s: s.name, whole=True),
    Column("schema", lambda s: s.schema, whole=True),
    Column("state", lambda s: s.state, whole=True),
    Column("last run", lambda s: s.last_run, time=True),
    Column("data age", _age_of, whole=True),
    Column("problem", lambda s: "; ".join(s.problems)),
)
