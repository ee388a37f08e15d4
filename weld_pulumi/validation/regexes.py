"""Regular expressions that come with a schema: which can be compared without hanging a preview."""

from __future__ import annotations

import re

_LONGEST = 200
_PATTERNS = 500  # are compiled at most; Python keeps 512
_STEPS = 1e9  # of all searches together, at worst a few seconds

_OPEN = re.compile(r"(?<!\()[*+?]|,\d*\}")  # matches in several ways, each multiplies the work by the text's length
_COUNTED = re.compile(r"\{(\d+)")
# Repeated groups and back-references take exponential time; large character classes and flags are slow to compile.
_UNSAFE = re.compile(r"\)[*+{]|\\[1-9]|\(\?P=|\(\?[aiLmsux-]|[^\x00-\x7f]|\\[uUN]")


class PatternBudget:
    """Allow the patterns of one schema that are safe, until together they may take too long.

    Args:
        texts: the lengths of all texts that a pattern may have to search.
    """

    def __init__(self, texts: list[int]) -> None:
        self._texts = len(texts)
        self._longest = max(texts, default=0)
        self._patterns_left = _PATTERNS
        self._steps_left = _STEPS

    def allows(self, pattern: str) -> bool:
        """Return True for a pattern that Python can compile and that is safe to compare with every text."""
        steps = self._texts * _worst_steps(pattern, self._longest)
        if steps > self._steps_left or not self._patterns_left:
            return False
        self._patterns_left -= 1
        self._steps_left -= steps
        try:
            re.compile(pattern)
        except (re.error, OverflowError):  # legal in JavaScript only
            return False
        return True


def _worst_steps(pattern: str, length: int) -> float:
    """Return an upper bound for the steps of one search; infinity where none is known."""
    open_parts, groups, bars = len(_OPEN.findall(pattern)), pattern.count("("), pattern.count("|")
    if len(pattern) > _LONGEST or open_parts > 3 or groups > 3 or _UNSAFE.search(pattern):
        return float("inf")
    starts = 0 if pattern.startswith("^") and not bars else 1  # anchored: tried at one place only
    width = len(pattern) + sum(int(count) for count in _COUNTED.findall(pattern))
    return float(width * (1 + bars) ** groups) * float(length + 1) ** (open_parts + starts)
