"""``weld-pulumi settings``: describe what elt_settings may hold for a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from .._text import printable
from ..api.client import WeldClient
from ..validation.settings_messages import choices, example
from .client_options import pass_client
from .id_command import IdCommand
from .lookup import find
from .output import Column, json_option, print_json, print_note, print_rows

__all__ = ["settings"]

_TYPES = {"string": "text", "integer": "whole number", "boolean": "True or False", "object": "dict", "array": "list"}
_DEEPEST = 4  # dicts within each other


@dataclass(frozen=True)
class Setting:
    """One setting of a source, as Weld's schema describes it."""

    name: str
    type: str
    required: str
    choices: str
    default: object
    title: str


@click.command(
    cls=IdCommand,
    short_help="Describe elt_settings of a connection.",
    epilog="Example: weld-pulumi settings X4ughggABSd3UY",
)
@click.argument("connection", metavar="CONNECTION")
@json_option
@pass_client
def settings(client: WeldClient, connection: str, as_data: bool) -> None:
    """Describe elt_settings of an EltSync on this connection, with a snippet to start from.

    With --json, print the JSON Schema that Weld returns.
    """
    schema = client.get_connection_settings(find(client, connection, "connection").id)
    if as_data or not _is_schema(schema):
        print_json(schema)
        return
    columns = (
        Column("name", lambda s: s.name, whole=True),
        Column("type", lambda s: s.type),
        Column("required", lambda s: s.required),
        Column("choices", lambda s: s.choices),
        Column("default", lambda s: s.default),
        Column("meaning", lambda s: s.title),
    )
    rows = list(settings_in(schema))
    print_rows(rows, columns, False, "Syncs of this connection need no elt_settings.")
    if rows:
        click.echo("\n" + snippet(schema))


def settings_in(schema: Any, prefix: str = "", depth: int = 0) -> Iterator[Setting]:
    """Yield the settings in a schema, including those within a dict."""
    for name, part in _properties(schema).items():
        offered = choices(part) or choices(part.get("items"))
        default = part.get("default")
        yield Setting(
            f"{prefix}{name}",
            _type(part),
            _required(schema, name),
            ", ".join(map(str, offered)),
            None if default is None else repr(default),
            str(part.get("title") or part.get("description") or ""),
        )
        if depth < _DEEPEST:
            yield from settings_in(part, f"{prefix}{name}.", depth + 1)


def snippet(schema: Mapping[str, Any]) -> str:
    """Return Python code for ``elt_settings``: required settings, and the others as comments."""
    lines = ["elt_settings={"]
    for name, part in _properties(schema).items():
        off = "" if _required(schema, name) == "yes" else "# "
        about = printable(str(part.get("title") or ""))
        lines.append(f"    {off}{name!r}: {example(part)!r},{'  # ' + about if about else ''}")
    return "\n".join([*lines, "},"])


def _is_schema(schema: Any) -> bool:
    from jsonschema import Draft7Validator, SchemaError  # slow to import

    validator: Any = Draft7Validator
    try:
        # Without formats, patterns are not compiled: that can take long, and some are legal in JavaScript only.
        validator.check_schema(schema, format_checker=None)
    except SchemaError:
        print_note("Weld did not return a valid JSON Schema; its response is shown unchanged.")
        return False
    return True


def _properties(schema: Any) -> dict[str, Mapping[str, Any]]:
    """Return the properties of a schema, {} for one that is ``true``."""
    found = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    return {name: part if isinstance(part, Mapping) else {} for name, part in found.items()}


def _required(schema: Mapping[str, Any], name: str) -> str:
    if name in schema.get("required", ()):
        return "yes"
    others = [
        other for other, needed in schema.get("dependencies", {}).items() if isinstance(needed, list) and name in needed
    ]
    return f"with {', '.join(others)}" if others else "no"


def _type(schema: Mapping[str, Any]) -> str:
    names = schema.get("type")
    words = " or ".join(
        _TYPES.get(str(name), str(name)) for name in (names if isinstance(names, list) else [names or ""])
    )
    items = schema.get("items")
    return f"{words} of {_type(items)}" if isinstance(items, Mapping) and items.get("type") else words
