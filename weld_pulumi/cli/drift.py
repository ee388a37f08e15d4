"""``weld-pulumi drift``: what differs between the state of the stack and Weld, without running the program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import click

from .client_options import api_url_option, stack_option
from .drift_checks import Difference, ResourceDrift, drift_of
from .markdown import markdown_option_help, markdown_table
from .output import Column, json_option, print_json, print_note, print_rows
from .progress import progress
from .stack_resources import StackResource, StackWorkspaces, read_stack

__all__ = ["drift"]

#: Resources that are read at the same time.
_AT_ONCE = 4
_DRIFT = 2
#: Characters of a value in a table.
_LONGEST = 60


@dataclass(frozen=True)
class _Row:
    """One line of the table: a difference, or a resource whose object does not exist."""

    resource: StackResource
    difference: Difference | None

    @property
    def path(self) -> str:
        return self.difference.path if self.difference else ""

    @property
    def change(self) -> str:
        return self.difference.change if self.difference else "deleted"

    @property
    def state(self) -> str:
        return self._shown("state")

    @property
    def weld(self) -> str:
        return self._shown("weld")

    def _shown(self, side: str) -> str:
        if self.difference is None or not self.difference.has_values:
            return ""
        value = getattr(self.difference, side)
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@click.command(
    short_help="Show what was changed in Weld since the last `up`.",
    epilog="""\b
Examples:
  weld-pulumi drift
  weld-pulumi drift --stack prod --json
  weld-pulumi drift --markdown >> "$GITHUB_STEP_SUMMARY"
""",
)
@json_option
@click.option("--markdown", is_flag=True, help=markdown_option_help)
@api_url_option
@stack_option
@click.pass_context
def drift(ctx: click.Context, as_data: bool, markdown: bool, api_url: str | None, stack: str | None) -> None:
    """Show what differs between the state of the current stack and Weld.

    It shows what `pulumi preview --refresh` would put back, by resource and argument, but does not run the program:
    changes of the program are not shown. Exits with 2 if anything differs, with 0 if nothing does.

    The state is read with its secrets encrypted: secret arguments are not compared, and no value of elt_settings is
    shown. The columns to hash or exclude cannot be compared, since Weld does not return them.
    """
    if as_data and markdown:
        raise click.UsageError("--json and --markdown cannot be used together.")
    resources = read_stack(stack, "drift")
    notes: dict[str, list[str]] = {}
    workspaces = StackWorkspaces(resources, stack, api_url, lambda urn, line: notes.setdefault(urn, []).append(line))
    found = _compare(resources, workspaces)
    drifted = [each for each in found if each.is_drift]
    if as_data:
        print_json({"drifted": bool(drifted), "resources": [_as_data(each) for each in found if _is_told(each)]})
    elif markdown:
        for line in _markdown(drifted, len(found)):
            click.echo(line)
    else:
        print_rows(list(_rows(drifted)), _COLUMNS, False, f"No drift in {_count(len(found))}.")
    for each in found:
        _print_notes(each, notes.get(each.resource.urn, []))
    if drifted:
        ctx.exit(_DRIFT)


def _compare(resources: Sequence[StackResource], workspaces: StackWorkspaces) -> list[ResourceDrift]:
    with progress("Reading resources", len(resources)) as count, ThreadPoolExecutor(_AT_ONCE) as pool:

        def compare(resource: StackResource) -> ResourceDrift:
            try:
                return drift_of(resource, workspaces)
            finally:
                count.step()

        return list(pool.map(compare, resources))


# What is printed -------------------------------------------------------------------------------------------------


def _rows(drifted: Sequence[ResourceDrift]) -> Iterator[_Row]:
    for each in drifted:
        if not each.exists:
            yield _Row(each.resource, None)
        for difference in each.differences:
            yield _Row(each.resource, difference)


def _print_notes(each: ResourceDrift, notes: Sequence[str]) -> None:
    """Print what was not compared, and what the provider reports; the latter not beside secrets, which it may quote."""
    name = each.resource.name
    if each.not_compared:
        print_note(f"Note: {name!r}: not compared, since encrypted in the state: {', '.join(each.not_compared)}.")
    for line in () if each.has_secrets else notes:
        print_note(f"Note: {name!r}: {line}")


def _markdown(drifted: Sequence[ResourceDrift], total: int) -> list[str]:
    if not drifted:
        return [f"### Weld: no drift in {_count(total)}"]
    rows = [[str(column.read(row) or "") for column in _COLUMNS] for row in _rows(drifted)]
    table = markdown_table([column.title for column in _COLUMNS], rows)
    return [f"### Weld: drift in {len(drifted)} of {_count(total)}", "", *table]


def _count(number: int) -> str:
    return f"{number} resource" if number == 1 else f"{number} resources"


def _is_told(each: ResourceDrift) -> bool:
    return each.is_drift or bool(each.not_compared)


def _as_data(each: ResourceDrift) -> dict[str, Any]:
    return {
        "urn": each.resource.urn,
        "type": each.resource.kind,
        "name": each.resource.name,
        "id": each.resource.id,
        "change": "changed" if each.differences else "none" if each.exists else "deleted",
        "differences": [asdict(difference) for difference in each.differences],
        "not_compared": each.not_compared,
    }


_COLUMNS = (
    Column("resource", lambda r: r.resource.name, whole=True),
    Column("type", lambda r: r.resource.kind, whole=True),
    Column("change", lambda r: r.change, whole=True),
    Column("argument", lambda r: r.path, whole=True),
    Column("state", lambda r: r.state),
    Column("weld", lambda r: r.weld),
)
