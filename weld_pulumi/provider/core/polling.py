"""Poll: look again after each of several delays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["growing_delays", "poll"]

T = TypeVar("T")


def poll(look: Callable[[], T | None], delays: Iterable[float], sleep: Callable[[float], object]) -> T | None:
    """Look at once and after each delay, until there is a result.

    Args:
        look: returns the result, or None to be called again.
        delays: seconds to wait before each further look.
        sleep: waits, such as :meth:`.context.Clock.sleep`.

    Returns:
        The result, or None if the last look had none either.

    >>> poll(iter([None, None, "found"]).__next__, (1.0, 2.0), print)
    1.0
    2.0
    'found'
    """
    result = look()
    for delay in delays:
        if result is not None:
            break
        sleep(delay)
        result = look()
    return result


def growing_delays(first: float, longest: float, factor: float) -> Iterator[float]:
    """Return delays without end that grow by a factor up to the longest.

    >>> list(itertools.islice(growing_delays(0.5, 3.0, 2.0), 5))
    [0.5, 1.0, 2.0, 3.0, 3.0]
    """
    return itertools.accumulate(itertools.repeat(first), lambda delay, _: min(longest, delay * factor))
