"""The table that a resource declares once: an argument a line. Canonical form and comparison follow from it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...validation.problems import Problem
from ...validation.suggest import did_you_mean
from .values import Parser, has_unknown

__all__ = ["Attribute", "Change", "Props", "Schema"]

Props = dict[str, Any]


class Change(enum.Enum):
    """What a change of an argument means."""

    REPLACE = "a new object"
    UPDATE = "a change at Weld, in place"
    LOCAL = "nothing to do at Weld"


def _equal(old: Any, new: Any) -> bool:
    return bool(old == new)


class Attribute(NamedTuple):
    """One argument.

    Attributes:
        name: as users write it.
        kind: reads a value into its canonical form.
        change: what a change means.
        default: meant when it is left out; None: not managed when left out.
        required: an error when left out.
        same: whether two canonical values mean the same.
        write_only: Weld takes it but never tells it.
        hidden: the engine must not print the value in an error (it may hold a secret, or thousands of entries).
    """

    name: str
    kind: Parser
    change: Change
    default: Any = None
    required: bool = False
    same: Callable[[Any, Any], bool] = _equal
    write_only: bool = False
    hidden: bool = False

    def value(self, props: Mapping[str, Any]) -> Any:
        """Return the value in ``props``, or the default."""
        value = props.get(self.name)
        return self.default if value is None else value

    def differs(self, old: Any, new: Any) -> bool:
        """Tell whether a change from ``old`` to ``new`` is, or may turn out to be, a real one."""
        # What is known never equals what is not known yet.
        return old != new and (has_unknown(new) or not self.same(old, new))


class Schema:
    """The arguments of one resource.

    Args:
        fields: in the order in which users read them.
        sparse: the canonical form leaves out what equals its default. The engine keeps every argument twice and
            writes its whole state after each step, so with thousands of streams their size is what an `up` costs.
    """

    def __init__(self, *fields: Attribute, sparse: bool = False) -> None:
        self._fields = {field.name: field for field in fields}
        self._sparse = sparse
        self._required = [field.name for field in fields if field.required]

    def __iter__(self) -> Iterator[Attribute]:
        return iter(self._fields.values())

    def __getitem__(self, name: str) -> Attribute:
        return self._fields[name]

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def canonical(self, given: Mapping[str, Any], path: str = "") -> tuple[Props, list[Problem]]:
        """Read arguments into canonical form.

        Args:
            given: as the program wrote them.
            path: put before each property path in a problem.
        """
        canonical: Props = {}
        problems = self._unknown_arguments(given, path)
        for field in self._concerned(given):
            value = given.get(field.name)
            if value is not None:
                value, found = field.kind(value, path + field.name)
                problems += found
            elif field.required:
                problems.append(Problem(path + field.name, "is missing; it is required"))
            if self._sparse:
                value = None if value == field.default else value
            elif value is None:
                value = field.default
            if value is not None:
                canonical[field.name] = value
        return canonical, problems

    def _concerned(self, given: Mapping[str, Any]) -> Iterable[Attribute]:
        """Return the fields that canonical form may hold: of thousands of sparse entries each says little."""
        if not self._sparse:
            return self
        return [self._fields[name] for name in dict.fromkeys((*self._required, *given)) if name in self._fields]

    def _unknown_arguments(self, given: Mapping[str, Any], path: str) -> list[Problem]:
        if given.keys() <= self._fields.keys():
            return []
        unknown = [name for name in given if name not in self._fields and not name.startswith("__")]
        return [Problem(f"{path}{name}", f"is not an argument here; {self._instead_of(name)}") for name in unknown]

    def _instead_of(self, name: str) -> str:
        return did_you_mean(name, self._fields) or f"remove it; arguments here are: {', '.join(self._fields)}"

    def changed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """Return the names of the arguments that mean something else in ``new`` than in ``old``."""
        said_anew = [field for field in self if old.get(field.name) != new.get(field.name)]
        return [field.name for field in said_anew if field.differs(field.value(old), field.value(new))]

    def replacing(self, names: list[str]) -> list[str]:
        """Return those of the names whose change needs a new object."""
        return [name for name in names if self[name].change is Change.REPLACE]

    def declared(self, props: Mapping[str, Any]) -> Props:
        """Return just the arguments out of ``props``."""
        return {field.name: props[field.name] for field in self if props.get(field.name) is not None}
