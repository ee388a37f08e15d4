"""Writes the program: Python that people would have written."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from ..._text import one_line
from .collect import Imported, Workspace

__all__ = ["program"]

_WIDTH = 100
_HEAD = '''"""Weld as it was when `weld-pulumi import` read it. Change it as you like."""

import weld_pulumi as weld
'''


def program(found: Workspace) -> str:
    """Return a program that declares what was found, with the notes on it as comments."""
    used = {variable for resource in found.resources for variable in resource.references.values()}
    notes = [line for text in found.notes for line in ["", *_comment(text)]]
    declarations = [_declaration(resource, resource.variable in used) for resource in found.resources]
    return _HEAD + "".join(f"{line}\n" for line in notes) + "".join(f"\n{text}" for text in declarations)


def _declaration(resource: Imported, is_used: bool) -> str:
    comments = "".join(f"{line}\n" for text in resource.comments for line in _comment(text))
    target = f"{resource.variable} = " if is_used else ""
    lines = [f"    {literal(resource.name)},"]
    for name, value in resource.args.items():
        if name == "label" and value == resource.name:
            continue
        reference = resource.references.get(name)
        lines.append(f"    {name}={f'{reference}.id' if reference else literal(value, 4)},")
    body = "\n".join(lines)
    return f"{comments}{target}weld.{resource.kind}(\n{body}\n)\n"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(one_line(text), _WIDTH, initial_indent="# ", subsequent_indent="# ")


def literal(value: Any, indent: int = 0) -> str:
    """Return Python for a value, over several lines where one would be long."""
    flat = _flat(value)
    if len(flat) + indent <= _WIDTH - 20 or not isinstance(value, (Mapping, list)) or not value:
        return flat
    inner, outer = " " * (indent + 4), " " * indent
    if isinstance(value, Mapping):
        lines = [f"{inner}{_flat(key)}: {literal(item, indent + 4)},\n" for key, item in value.items()]
        return f"{{\n{''.join(lines)}{outer}}}"
    lines = [f"{inner}{literal(item, indent + 4)},\n" for item in value]
    return f"[\n{''.join(lines)}{outer}]"


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(key)}: {_flat(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    text = repr(value)
    return f'"{text[1:-1]}"' if isinstance(value, str) and text[0] == "'" and '"' not in text else text
