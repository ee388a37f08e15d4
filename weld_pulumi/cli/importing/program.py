"""Write the program, as a person would."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ..._text import one_line
from .collect import Imported, Workspace
from .names import Names

__all__ = ["LARGE", "programs"]

_WIDTH = 88
#: A program of this many lines is split into a module for each integration.
LARGE = 500
_ABOUT = '"""Weld as it was when `weld-pulumi import` read it. Change it as you like."""\n'
_PROTECTED = """
# Pulumi refuses to delete what is protected. To delete one, remove its `protected` first.
protected = pulumi.ResourceOptions(protect=True)
"""


def programs(found: Workspace, main: str, protect: bool) -> dict[str, str]:
    """Return the files of a program that declares what was found, with the notes on it as comments.

    Args:
        found: what to declare.
        main: name of the main file; in a large program it imports a module for each integration.
        protect: whether to protect the resources from deletion.
    """
    notes = "".join(f"{line}\n" for text in found.notes for line in ["", *_comment(text)])
    whole = _ABOUT + _imports(protect) + notes + _declarations(found.resources, protect)
    if whole.count("\n") < LARGE:
        return {main: whole}
    names, parts = Names(), dict[str, list[Imported]]()
    for resource in found.resources:
        parts.setdefault(resource.integration, []).append(resource)
    modules = {integration: names.module(integration) for integration in sorted(parts)}
    imports = "".join(f"import {module}  # noqa: F401\n" for module in sorted(modules.values()))
    files = {main: f"{_ABOUT}\n{imports}{notes}"}
    for integration, module in modules.items():
        files[f"{module}.py"] = _ABOUT + _imports(protect) + _declarations(parts[integration], protect)
    return files


def _imports(protect: bool) -> str:
    if not protect:
        return "\nimport weld_pulumi as weld\n"
    return f"\nimport pulumi\nimport weld_pulumi as weld\n{_PROTECTED}"


def _declarations(resources: Sequence[Imported], protect: bool) -> str:
    used = {variable for resource in resources for variable in resource.references.values()}
    return "".join(f"\n{_declaration(resource, resource.variable in used, protect)}" for resource in resources)


def _declaration(resource: Imported, is_used: bool, protect: bool) -> str:
    comments = "".join(f"{line}\n" for text in resource.comments for line in _comment(text))
    target = f"{resource.variable} = " if is_used else ""
    lines = [f"    {literal(resource.name)},"]
    if protect:
        lines.append("    protected,")
    for name, value in resource.args.items():
        if name == "label" and value == resource.name:
            continue
        reference = resource.references.get(name)
        given = _short_entries(value) if name == "source_streams" else value
        lines.append(f"    {name}={f'{reference}.id' if reference else literal(given, 4, len(name) + 1)},")
    body = "\n".join(lines)
    return f"{comments}{target}weld.{resource.kind}(\n{body}\n)\n"


def _short_entries(entries: Any) -> Any:
    """Write a stream that has only a name as this name."""
    return [entry["name"] if entry.keys() == {"name"} else entry for entry in entries]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(one_line(text), _WIDTH, initial_indent="# ", subsequent_indent="# ")


def literal(value: Any, indent: int = 0, taken: int = 0) -> str:
    """Return Python code for a value, over several lines if it is long; ``taken`` columns of the first are in use."""
    flat = _flat(value)
    if indent + taken + len(flat) + 1 <= _WIDTH or not isinstance(value, (Mapping, list)) or not value:
        return flat
    inner, outer = " " * (indent + 4), " " * indent
    if isinstance(value, Mapping):
        items = [(_flat(key), item) for key, item in value.items()]
        lines = [f"{inner}{key}: {literal(item, indent + 4, len(key) + 2)},\n" for key, item in items]
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
