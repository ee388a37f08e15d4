"""The plugin process dies in the model of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.fake_engine import Crash
from weld_pulumi.api.transport import Transport


@contextmanager
def dying(number: int, after: bool = True) -> Iterator[list[Any]]:
    """Let the process die at the nth request: before it is sent, or once Weld has carried it out.

    Gives what has been asked so far, and nothing dies at a number that does not come.
    """
    send = Transport._exchange
    asked: list[Any] = []

    def exchange(transport: Transport, *args: Any) -> Any:
        mine = len(asked)
        asked.append(args)
        if mine == number and not after:
            raise Crash
        answer = send(transport, *args)
        if mine == number:
            raise Crash
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "_exchange", exchange)
        yield asked
