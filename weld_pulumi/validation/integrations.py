"""Check integration ids: report a typing error, accept an id that Weld does not list."""

from __future__ import annotations

from collections.abc import Collection

from .problems import Problem, show
from .suggest import fold, likeness, nearest

_LIKENESS_OF_TYPO = 0.88
_LIKENESS_OF_SWAP = 0.75


def integration_problem(integration_id: str, known_ids: Collection[str]) -> Problem | None:
    """Return a problem if the id is a near miss of a known one.

    Other unlisted ids are accepted: Weld lists sources only, so ``databricks`` may be missing.
    """
    if integration_id in known_ids:
        return None
    close = [name for name in nearest(integration_id, known_ids) if _is_typo(integration_id, name)]
    if not close:
        return None
    return Problem("integration_id", f"{show(integration_id)} is not an integration of Weld; write {show(close[0])}")


def _is_typo(given: str, known: str) -> bool:
    # Stricter than a suggestion, because it rejects: google-docs must not be a near miss of google-ads.
    alike = likeness(given, known)
    swapped = sorted(fold(given)) == sorted(fold(known))
    return alike >= _LIKENESS_OF_TYPO or (swapped and alike >= _LIKENESS_OF_SWAP)
