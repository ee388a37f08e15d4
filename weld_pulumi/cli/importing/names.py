"""Names for what has none in Pulumi yet: resource names and Python variables, each used once."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable
from itertools import chain, count

__all__ = ["Names"]

_TAKEN = {"pulumi", "weld"}


class Names:
    """Gives names out; what is taken gets a number."""

    def __init__(self) -> None:
        self._resources: set[tuple[str, str]] = set()
        self._variables = set(_TAKEN)

    def resource(self, kind: str, *words: str | None) -> str:
        """Return a resource name from the first words that have letters or digits; unique for its kind."""
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


def _slug(word: str | None) -> str:
    ascii_only = unicodedata.normalize("NFKD", word or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:60].strip("-")


def _first_free(base: str, is_free: Callable[[str], bool], separator: str) -> str:
    numbered = (f"{base}{separator}{number}" for number in count(2))
    return next(filter(is_free, chain([base], numbered)))
