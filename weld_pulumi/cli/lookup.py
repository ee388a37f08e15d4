"""Find the object that an id or a name on the command line stands for.

Names are the label of a connection, the schema of a sync, the name of a stream (``SCHEMA/STREAM`` if several syncs have
it) or of an orchestration, and the names of the resources in the current stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import click

from .._text import first_few
from ..api.client import WeldClient
from ..api.lookup import by_id, or_none
from ..errors import WeldValidationError
from ..schema.attributes import TYPE_PREFIX
from ..validation.suggest import did_you_mean
from .project import PulumiFailedError, export_stack, find_project

__all__ = ["Found", "find", "find_among"]


class Found(NamedTuple):
    """The object that was found."""

    kind: str
    id: str


class NamedObject(NamedTuple):
    """An object of Weld, with its names and a description."""

    kind: str
    id: str
    names: list[str]
    about: str


class ObjectKind(NamedTuple):
    """One kind of object: its resource in a program, the command that lists it, and the requests that read it."""

    resource: str
    listing: str
    known: Callable[[WeldClient], list[NamedObject]]
    get: Callable[[WeldClient, str], Any] | None = None


def _connections(client: WeldClient) -> list[NamedObject]:
    return [
        NamedObject(
            "connection", c.id, _texts(c.label), f"{c.label!r} to {c.integration_id or 'an unknown integration'}"
        )
        for c in client.list_connections()
    ]


def _syncs(client: WeldClient) -> list[NamedObject]:
    return [
        NamedObject(
            "sync",
            s.id,
            _texts(s.destination_schema_name),
            f"from {s.source_integration_id} to {s.destination_schema_name!r}",
        )
        for s in client.list_syncs()
    ]


def _streams(client: WeldClient) -> list[NamedObject]:
    schemas = {sync.id: sync.destination_schema_name or sync.id for sync in client.list_syncs()}
    found = []
    for stream in client.list_streams():
        schema = schemas.get(str(stream.elt_sync_id), str(stream.elt_sync_id))
        found.append(
            NamedObject(
                "stream", stream.id, [stream.name, f"{schema}/{stream.name}"], f"{stream.name!r} of sync {schema!r}"
            )
        )
    return found


def _orchestrations(client: WeldClient) -> list[NamedObject]:
    return [NamedObject("orchestration", o.id, _texts(o.name), repr(o.name)) for o in client.list_orchestrations()]


_KINDS = {
    "connection": ObjectKind("Connection", "connections", _connections),
    "sync": ObjectKind("EltSync", "syncs", _syncs, WeldClient.get_sync),
    "stream": ObjectKind("SourceStream", "streams SYNC_ID", _streams, WeldClient.get_stream),
    "orchestration": ObjectKind("", "orchestrations", _orchestrations, WeldClient.get_orchestration),
}


def find(client: WeldClient, word: str, *kinds: str) -> Found:
    """Return the one object of these kinds that has this id or name.

    Raises:
        WeldValidationError: there is none, or several; the message names the command that lists them, or lists them.
    """
    for kind in kinds:
        get = _KINDS[kind].get
        if get is not None and or_none(partial(get, client), word) is not None:
            return Found(kind, word)
    return find_among([named for kind in kinds for named in _KINDS[kind].known(client)], word, kinds)


def find_among(known: list[NamedObject], word: str, kinds: Iterable[str]) -> Found:
    """Return the one of the objects that has this id or name; see :func:`find`."""
    named = by_id(known, word)
    if named is not None:
        return Found(named.kind, word)
    declared = _ids_in_stack(word)
    found = [each for each in known if word in each.names or (_KINDS[each.kind].resource, each.id) in declared]
    if len(found) == 1:
        return Found(found[0].kind, found[0].id)
    what = " or ".join(kinds)
    if found:
        listed = first_few(found, write=lambda each: f"{each.id} ({each.kind} {each.about})", separator="; ")
        raise WeldValidationError(f"{word!r} matches more than one {what}: {listed}. Use the id of the right one.")
    near = did_you_mean(word, [name for each in known for name in each.names])
    hint = f"; {near}" if near else "."
    listings = [f"`weld-pulumi {_KINDS[kind].listing}`" for kind in kinds]
    raise WeldValidationError(f"There is no {what} {word!r}{hint} Run {' or '.join(listings)} to see which exist.")


def _ids_in_stack(name: str) -> set[tuple[str, str]]:
    """Return kind and id of the resources with this name in the stack of the command."""
    stack = click.get_current_context().params.get("stack")
    if not stack and find_project() is None:
        return set()
    try:
        resources = export_stack(stack, show_secrets=False)
    except PulumiFailedError:
        if stack:
            raise
        return set()
    return {
        (str(each["type"]).removeprefix(TYPE_PREFIX), str(each.get("id")))
        for each in resources
        if str(each.get("type")).startswith(TYPE_PREFIX) and str(each.get("urn")).rpartition("::")[2] == name
    }


def _texts(*texts: str | None) -> list[str]:
    return [text for text in texts if text]
