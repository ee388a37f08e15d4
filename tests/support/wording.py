"""Check what a message names, whatever its wording. Complete sentences are only in tests/unit/messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["each_says", "line_says", "naming", "saying", "says"]


def says(text: object, *parts: object) -> bool:
    """Return True; fail with the complete text if a message lacks one of these parts."""
    whole = str(text)
    missing = [str(part) for part in parts if str(part) not in whole]
    assert not missing, f"lacks {missing}:\n{whole}"
    return True


def saying(lines: Iterable[str], *parts: object) -> list[str]:
    """Return the lines that contain all of these parts."""
    return [line for line in lines if all(str(part) in line for part in parts)]


def line_says(text: str, *parts: object) -> bool:
    """Return True; fail with the complete text if no line contains all of these parts."""
    assert saying(text.splitlines(), *parts), f"no line with all of {[str(part) for part in parts]}:\n{text}"
    return True


def each_says(lines: Sequence[str], *expected: Sequence[object]) -> bool:
    """Return True; fail with the lines unless there is exactly one for each of these groups of parts, in any order."""
    whole = "\n".join(lines)
    for parts in expected:
        assert len(saying(lines, *parts)) == 1, f"not one line with all of {list(parts)}:\n{whole}"
    assert len(lines) == len(expected), f"{len(lines)} lines instead of {len(expected)}:\n{whole}"
    return True


def naming(*parts: object) -> str:
    """Return a regular expression, for ``match`` of pytest, for a text that contains all of these parts."""
    return "(?s)" + "".join(f"(?=.*{re.escape(str(part))})" for part in parts)
