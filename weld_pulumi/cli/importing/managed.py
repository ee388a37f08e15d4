"""What the current stack manages already, which `weld-pulumi import --only-unmanaged` leaves out."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import WeldValidationError
from ...schema.attributes import TYPE_PREFIX
from ..project import export_stack, find_project

__all__ = ["NOTHING", "Managed", "managed_by"]


@dataclass(frozen=True)
class Managed:
    """Resources of a stack.

    Attributes:
        ids: kind and Weld's id of each.
        names: kind and resource name of each.
        inline: ids of the syncs whose streams are inline, and so managed too.
    """

    ids: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()
    inline: frozenset[str] = frozenset()


NOTHING = Managed()


def managed_by(stack: str | None) -> Managed:
    """Return what a stack (default: the selected one) manages.

    Raises:
        WeldValidationError: there is no project around the current folder.
        PulumiFailedError: the stack cannot be read.
    """
    if not stack and find_project() is None:
        raise WeldValidationError(
            "--only-unmanaged compares with the current stack, but there is no Pulumi project here. Run the command "
            "in the folder of the project, or omit the option."
        )
    ids, names, inline = set[tuple[str, str]](), set[tuple[str, str]](), set[str]()
    for resource in export_stack(stack, show_secrets=False):
        if not str(resource.get("type")).startswith(TYPE_PREFIX):
            continue
        kind, id = str(resource["type"]).removeprefix(TYPE_PREFIX), str(resource.get("id"))
        ids.add((kind, id))
        names.add((kind, str(resource["urn"]).rpartition("::")[2]))
        if (resource.get("inputs") or {}).get("source_streams") is not None:
            inline.add(id)
    return Managed(frozenset(ids), frozenset(names), frozenset(inline))
