"""The known names that a mistyped one most likely stands for."""

from __future__ import annotations

from collections.abc import Iterable

from .problems import listed, show

_ALIKE = 0.7
_SEPARATORS = str.maketrans("", "", "_- .")


def fold(word: str) -> str:
    """Take away what people vary in a name: case and separators (``Google_Ads`` and ``google-ads`` are one)."""
    return word.lower().translate(_SEPARATORS)


def likeness(one: str, other: str) -> float:
    """Tell how alike two names are, 0 to 1; 1 when they differ in case and separators only."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names that `word` may have meant, the likeliest first."""
    from difflib import get_close_matches

    by_fold: dict[str, list[str]] = {}
    for name in sorted(set(known)):
        by_fold.setdefault(fold(name), []).append(name)
    folds = get_close_matches(fold(word), by_fold, n=limit, cutoff=_ALIKE)
    return [name for each in folds for name in by_fold[each]][:limit]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'a' or 'b'?``, or '' where nothing is near."""
    return ask(nearest(word, known))


def ask(names: list[str]) -> str:
    """Put names that `nearest` found into a question, '' where it found none."""
    return f"did you mean {listed(names, show)}?" if names else ""


class Hints:
    """`nearest` for as many words as somebody will read: each takes milliseconds where thousands are known."""

    def __init__(self) -> None:
        self.left = 25

    def __call__(self, word: str, known: Iterable[str]) -> list[str]:
        """Return the nearest names; none once there have been enough."""
        if not self.left:
            return []
        self.left -= 1
        return nearest(word, known)
