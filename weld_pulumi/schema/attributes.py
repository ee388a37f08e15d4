"""The schema of a resource: its arguments and outputs, each declared once. Everything else is a query of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..validation.problems import Problem
from ..validation.suggest import did_you_mean
from .values import ValueType, has_unknown

__all__ = ["TYPE_PREFIX", "Attribute", "Change", "Output", "Props", "Schema"]

#: Type tokens are this and the kind of resource; frozen, since stored stacks contain them.
TYPE_PREFIX = "pulumi-python:dynamic/weld:"

Props = dict[str, Any]


class Change(enum.Enum):
    """What changing an argument means."""

    REPLACE = "a new object"
    UPDATE = "an update at Weld, in place"
    ACTION = "a request to act, such as a run; Weld does not store the argument"
    LOCAL = "nothing to do at Weld"


def _equal(old: Any, new: Any) -> bool:
    return bool(old == new)


class Attribute(NamedTuple):
    """One argument.

    Attributes:
        name: as users write it.
        type: its type; reads a value into canonical form.
        on_change: what a change means.
        description: what it is for, in one or two sentences.
        default: the value when omitted; None: not managed when omitted.
        required: omitting it is an error.
        from_name: when the program omits it, it is the name of the resource.
        equivalent: compares two canonical values that differ.
        sent: part of the request that creates the object and, where a change is in place, of the one that updates it.
        write_only: Weld accepts it but does not return it.
        sensitive: the engine must not print the value in an error (it may hold a secret, or thousands of entries).
        identifies: names the object at Weld, so that it can be found again.
        checked_by_weld: only Weld can tell whether a value is right.
    """

    name: str
    type: ValueType
    on_change: Change
    description: str
    default: Any = None
    required: bool = False
    from_name: bool = False
    equivalent: Callable[[Any, Any], bool] = _equal
    sent: bool = False
    write_only: bool = False
    sensitive: bool = False
    identifies: bool = False
    checked_by_weld: bool = False

    @property
    def program_only(self) -> bool:
        """Whether only the program knows the value, because Weld stores none."""
        return self.on_change in (Change.ACTION, Change.LOCAL)

    def value(self, props: Mapping[str, Any]) -> Any:
        """Return the value in ``props``, or the default."""
        value = props.get(self.name)
        return self.default if value is None else value

    def differs(self, old: Any, new: Any) -> bool:
        """Tell whether a change from ``old`` to ``new`` is, or may turn out to be, a real one."""
        # A known value never equals an unknown one.
        return old != new and (has_unknown(new) or not self.equivalent(old, new))


class Output(NamedTuple):
    """One output that is not an argument.

    Attributes:
        name: as users read it.
        type: its Python type.
        description: what it is, in one sentence.
        secret: Pulumi encrypts it.
        derived_from: the argument that it repeats; where that is secret, so is the output.
        internal: an entry that the handler keeps for itself.
    """

    name: str
    type: str
    description: str
    secret: bool = False
    derived_from: str = ""
    internal: bool = False


class Schema:
    """The arguments and outputs of one resource.

    Args:
        kind: the name of the resource's class.
        noun: what it is at Weld.
        attributes: in the order in which users read them.
        outputs: those that are not arguments.
        id_description: what the ``id`` of the resource is, where it is not Weld's id of the object.
        sparse: the canonical form omits what equals its default. The engine stores every argument twice and writes
            its whole state after each step, so with thousands of streams their size determines the duration of an `up`.
    """

    def __init__(
        self,
        kind: str,
        noun: str,
        *attributes: Attribute,
        outputs: Iterable[Output] = (),
        id_description: str = "",
        sparse: bool = False,
    ) -> None:
        self.kind = kind
        self.noun = noun
        self._attributes = {attribute.name: attribute for attribute in attributes}
        self._sparse = sparse
        self.outputs = tuple(outputs)
        self.id_description = (
            id_description or f"Weld's id of the {noun}; begins with `pending-` while a person has to authorize first."
        )

    def __iter__(self) -> Iterator[Attribute]:
        return iter(self._attributes.values())

    def __getitem__(self, name: str) -> Attribute:
        return self._attributes[name]

    def __contains__(self, name: str) -> bool:
        return name in self._attributes

    def names(self, where: Callable[[Attribute], bool]) -> tuple[str, ...]:
        """Return the names of the arguments for which ``where`` is true, in the order of declaration."""
        return tuple(attribute.name for attribute in self if where(attribute))

    @property
    def defaults(self) -> Props:
        """The default of each argument that has one."""
        return {attribute.name: attribute.default for attribute in self if attribute.default is not None}

    # Canonical form --------------------------------------------------------------------------------------------

    def canonical(self, given: Mapping[str, Any], path: str = "") -> tuple[Props, list[Problem]]:
        """Read arguments into canonical form.

        Args:
            given: as the program wrote them.
            path: prefix of each property path in a problem.
        """
        canonical: Props = {}
        problems = self._unknown_arguments(given, path)
        for attribute in self:
            value = given.get(attribute.name)
            if value is not None:
                value, found = attribute.type.parse(value, path + attribute.name)
                problems += found
            elif attribute.required:
                problems.append(Problem(path + attribute.name, "is missing; it is required"))
            if self._sparse:
                value = None if value == attribute.default else value
            elif value is None:
                value = attribute.default
            if value is not None:
                canonical[attribute.name] = value
        return canonical, problems

    def _unknown_arguments(self, given: Mapping[str, Any], path: str) -> list[Problem]:
        if given.keys() <= self._attributes.keys():
            return []
        unknown = [name for name in given if name not in self._attributes and not name.startswith("__")]
        return [Problem(f"{path}{name}", f"is not an argument here; {self._instead_of(name)}") for name in unknown]

    def _instead_of(self, name: str) -> str:
        return did_you_mean(name, self._attributes) or f"remove it; arguments here are: {', '.join(self._attributes)}"

    # Comparison ------------------------------------------------------------------------------------------------

    def changed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """Return the names of the arguments whose meaning differs between ``old`` and ``new``."""
        rewritten = [attribute for attribute in self if old.get(attribute.name) != new.get(attribute.name)]
        return [a.name for a in rewritten if a.differs(a.value(old), a.value(new))]

    def replacing(self, names: list[str]) -> list[str]:
        """Return those of the names whose change requires a new object."""
        return [name for name in names if self[name].on_change is Change.REPLACE]

    def declared(self, props: Mapping[str, Any]) -> Props:
        """Return only the arguments out of ``props``."""
        return {attribute.name: props[attribute.name] for attribute in self if props.get(attribute.name) is not None}

    def others(self, props: Mapping[str, Any]) -> Props:
        """Return what in ``props`` is not an argument: outputs and private state."""
        return {name: value for name, value in props.items() if name not in self}
