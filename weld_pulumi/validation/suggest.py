"""Suggest the known names that a misspelled one most likely stands for."""

from __future__ import annotations

from collections.abc import Iterable

from .problems import listed, show

_ALIKE = 0.7
_SEPARATORS = str.maketrans("", "", "_- .")


def fold(word: str) -> str:
    """Return a name without what people vary: case and separators, as in ``Google_Ads`` and ``google-ads``."""
    return word.lower().translate(_SEPARATORS)


def likeness(one: str, other: str) -> float:
    """Return the similarity of two names from 0 to 1; 1 if they differ in case and separators only."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names that `word` may stand for, the most likely first."""
    from difflib import get_close_matches

    by_fold: dict[str, list[str]] = {}
    for name in sorted(set(known)):
        by_fold.setdefault(fold(name), []).append(name)
    folds = get_close_matches(fold(word), by_fold, n=limit, cutoff=_ALIKE)
    return [name for each in folds for name in by_fold[each]][:limit]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'a' or 'b'?``, or '' if no name is similar."""
    return question(nearest(word, known))


def question(names: list[str]) -> str:
    """Return ``did you mean 'a' or 'b'?`` for the names that `nearest` found, '' for none."""
    return f"did you mean {listed(names, show)}?" if names else ""


class NameSuggestions:
    """Call `nearest` for the first 25 words only: a call takes milliseconds if thousands of names are known."""

    def __init__(self) -> None:
        self.left = 25

    def __call__(self, word: str, known: Iterable[str]) -> list[str]:
        """Return the nearest names; [] after enough calls."""
        if not self.left:
            return []
        self.left -= 1
        return nearest(word, known)
