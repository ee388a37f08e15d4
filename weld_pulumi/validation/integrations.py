"""Integration ids: a typing error is told, an unlisted one is not."""

from __future__ import annotations

from collections.abc import Collection

from .problems import Problem, show
from .suggest import fold, likeness, nearest

_SLIP = 0.88
_SWAP = 0.75


def integration_problem(integration_id: str, known_ids: Collection[str]) -> Problem | None:
    """Return a problem when the id is a near miss of a known one.

    An id that resembles nothing is no problem: Weld lists sources only, so ``databricks`` may be missing there.
    """
    if integration_id in known_ids:
        return None
    close = [name for name in nearest(integration_id, known_ids) if _is_slip(integration_id, name)]
    if not close:
        return None
    return Problem("integration_id", f"{show(integration_id)} is not an integration of Weld; write {show(close[0])}")


def _is_slip(given: str, known: str) -> bool:
    # Stricter than a suggestion, because this refuses: google-docs must not be a near miss of google-ads.
    alike = likeness(given, known)
    swapped = sorted(fold(given)) == sorted(fold(known))
    return alike >= _SLIP or (swapped and alike >= _SWAP)
