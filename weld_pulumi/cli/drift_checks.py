"""What differs between the state of a stack and Weld: by the same reads and comparisons as `preview --refresh`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..provider.core.handler import Handler, ReadResult
from ..schema.attributes import Props
from ..schema.streams import ENTRY, by_name
from .ignored_changes import with_ignored
from .stack_resources import StackResource, StackWorkspaces

__all__ = ["Difference", "ResourceDrift", "drift_of"]

#: Arguments of which only names are shown: their values may be secret at Weld, even if they are not in the program.
_WITHOUT_VALUES = ("elt_settings",)


@dataclass(frozen=True)
class Difference:
    """One difference.

    Attributes:
        argument: the argument of the resource; ``id`` and ``status`` if a connection was authorized.
        path: where in the argument; a stream is given by its name.
        change: what has happened in Weld: ``changed``, ``added`` or ``removed``.
        state: the value in the state; None where it has none, and for what may be secret.
        weld: the value in Weld, likewise.
        has_values: whether the two values are shown.
    """

    argument: str
    path: str
    change: str
    state: Any = None
    weld: Any = None
    has_values: bool = True


@dataclass(frozen=True)
class ResourceDrift:
    """What differs in one resource.

    Attributes:
        resource: as the state has it.
        exists: whether Weld has the object.
        differences: between the state and Weld.
        not_compared: paths of arguments that are encrypted in the state.
        has_secrets: whether an argument contains a secret.
    """

    resource: StackResource
    exists: bool = True
    differences: list[Difference] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    has_secrets: bool = False

    @property
    def is_drift(self) -> bool:
        """Whether anything differs."""
        return not self.exists or bool(self.differences)


def drift_of(resource: StackResource, workspaces: StackWorkspaces) -> ResourceDrift:
    """Read a resource, and compare it with the inputs of the last `up`.

    Raises:
        WeldError: Weld cannot be asked.
    """
    handler = workspaces.handler(resource)
    has_secrets = any(name in handler.schema for name in resource.secrets)
    found = ResourceDrift(resource, has_secrets=has_secrets)
    found.not_compared.extend(path for path in resource.encrypted if path.partition(".")[0] in handler.schema)
    if _needs_secret(resource):
        found.not_compared.append("status")
        return found
    live = workspaces.read(resource)
    if live.id is None:
        return replace(found, exists=False)
    found.differences.extend(_differences(resource, handler, live))
    return found


def _needs_secret(resource: StackResource) -> bool:
    """Tell whether only an encrypted value could show that a person has authorized a connection."""
    waits = resource.kind == "Connection" and resource.outs.get("status") == "PENDING"
    return waits and not {"label", "__weld"}.isdisjoint(resource.encrypted)


def _differences(resource: StackResource, handler: Handler, live: ReadResult) -> Iterator[Difference]:
    if live.id != resource.id:
        yield Difference("id", "id", "changed", resource.id, live.id)
    elif resource.kind == "Connection" and resource.outs.get("status") != live.outs.get("status"):
        yield Difference("status", "status", "changed", resource.outs.get("status"), live.outs.get("status"))
    schema = handler.schema
    wanted = schema.declared(handler.wanted(resource.id, resource.outs, schema.declared(resource.inputs)))
    wanted = with_ignored(wanted, live.inputs, resource.ignored)
    # A part that is encrypted is neither in the last outputs nor in what was read by them.
    compared = [name for name in schema.changed(wanted, live.inputs) if name not in resource.encrypted]
    for name in compared:
        has_values = name not in resource.secrets and name not in _WITHOUT_VALUES
        if name == "source_streams":
            yield from _of_streams(wanted.get(name), live.inputs.get(name), has_values)
        else:
            old, new = schema[name].value(wanted), schema[name].value(live.inputs)
            yield from _of_value(name, name, old, new, has_values)


def _of_streams(old: Any, new: Any, has_values: bool) -> Iterator[Difference]:
    before, now = by_name(old), by_name(new)
    for name in [*before, *sorted(now.keys() - before.keys())]:
        path = f"source_streams[{name}]"
        if name not in now or name not in before:
            change = "added" if name in now else "removed"
            yield _without_values("source_streams", path, change)
        else:
            yield from _of_entry(path, before[name], now[name], has_values)


def _of_entry(path: str, before: Props, now: Props, has_values: bool) -> Iterator[Difference]:
    for name in ENTRY.changed(before, now):
        old, new = ENTRY[name].value(before), ENTRY[name].value(now)
        yield _changed("source_streams", f"{path}.{name}", old, new, has_values)


def _of_value(argument: str, path: str, old: Any, new: Any, has_values: bool) -> Iterator[Difference]:
    """Go into dicts, so that only the settings that differ are named."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield _changed(argument, path, old, new, has_values)
        return
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield from _of_value(argument, f"{path}.{key}", old.get(key), new.get(key), has_values)


def _changed(argument: str, path: str, old: Any, new: Any, has_values: bool) -> Difference:
    change = "removed" if new is None else "added" if old is None else "changed"
    return Difference(argument, path, change, old, new) if has_values else _without_values(argument, path, change)


def _without_values(argument: str, path: str, change: str) -> Difference:
    return Difference(argument, path, change, has_values=False)
