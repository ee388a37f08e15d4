"""Unique names for imported objects: resource names, Python variables and modules."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import chain, count

__all__ = ["Names"]

_TAKEN = {"protected", "pulumi", "weld"}
#: Modules that a program imports under such a name.
_MODULES = {"weld_pulumi"}


class Names:
    """Choose names; a name that is taken gets a number."""

    def __init__(self, taken: Iterable[tuple[str, str]] = ()) -> None:
        self._resources = set(taken)
        self._variables = set(_TAKEN)
        self._modules = set(_MODULES)

    def resource(self, kind: str, *words: str | None) -> str:
        """Return a resource name, unique for its kind, from the first words that have letters or digits."""
        base = next(filter(None, map(_slug, words)), kind.lower())
        name = _first_free(base, lambda candidate: (kind, candidate) not in self._resources, "-")
        self._resources.add((kind, name))
        return name

    def variable(self, name: str, kind: str) -> str:
        """Return a Python identifier for a resource name."""
        base = name.replace("-", "_")
        if not base.isidentifier() or keyword.iskeyword(base):
            base = f"{kind}_{base}"
        found = _first_free(base, lambda candidate: candidate not in self._variables, "_")
        self._variables.add(found)
        return found

    def module(self, integration: str) -> str:
        """Return the name of a module for an integration."""
        base = f"weld_{_slug(integration).replace('-', '_') or 'other'}"
        found = _first_free(base, lambda candidate: candidate not in self._modules, "_")
        self._modules.add(found)
        return found


def _slug(word: str | None) -> str:
    ascii_only = unicodedata.normalize("NFKD", word or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:60].strip("-")


def _first_free(base: str, is_free: Callable[[str], bool], separator: str) -> str:
    numbered = (f"{base}{separator}{number}" for number in count(2))
    return next(filter(is_free, chain([base], numbered)))
