"""Regular expressions out of a schema, which must not make a preview hang."""

from __future__ import annotations

import re

_OPEN = re.compile(r"(?<!\()[*+?]|,\d*\}")  # what can match in several ways
_NEVER = re.compile(  # a repeated group, a reference back: exponential; flags: a class is compiled letter by letter
    r"\)[*+{]|\\[1-9]|\(\?P=|\(\?[aiLmsux-]"
)


def regex_cost(pattern: str, text: str) -> float:
    """Return about how many steps a search takes at worst; infinity where that cannot be told."""
    ways = len(_OPEN.findall(pattern))
    if len(pattern) > 200 or ways > 3 or pattern.count("(") > 3 or _NEVER.search(pattern):
        return float("inf")
    return float((len(text) + 1) ** (ways + 1))
