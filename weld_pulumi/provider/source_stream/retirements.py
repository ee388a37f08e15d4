"""Streams in use that their source has retired: a refresh warns of them before Weld stops to sync them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..._text import first_few
from ...validation.streams import retirement
from ..core.context import ProviderContext

if TYPE_CHECKING:
    from ..core.read_cache import OfferedStream

__all__ = ["warn_of_retired"]


def warn_of_retired(
    context: ProviderContext, sync_id: str, names: Iterable[str], all_names: Callable[[], Iterable[str]] | None = None
) -> None:
    """Warn in one line of the retired streams of a sync. It costs one request a sync, and is never an error.

    Args:
        context: of this process.
        sync_id: the sync.
        names: the streams that were read.
        all_names: returns all streams of the sync, where ``names`` are some of them.
    """
    if context.settings.validation != "full":
        return
    offered = context.reads.available_or_none(sync_id) or {}
    used = _retired(offered, names)
    if used and all_names is not None:
        used = _retired(offered, all_names())
    if used:
        context.reporter.warn(
            f"sync {sync_id} has streams that the source has retired: {first_few(map(retirement, used))}. Replace them "
            "in the program before Weld stops syncing them."
        )


def _retired(offered: dict[str, OfferedStream], names: Iterable[str]) -> list[OfferedStream]:
    return [offered[name] for name in sorted(names) if name in offered and offered[name].retired]
