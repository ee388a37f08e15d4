"""A plugin process that dies during a request to Weld."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests import PreparedRequest, Response

from tests.support.fake_engine import Crash, Stack
from weld_pulumi.api.transport import open_session
from weld_pulumi.api.wire import Adapter, WireSession
from weld_pulumi.config import Settings

__all__ = ["Dying", "dying"]


class Dying(Adapter):
    """End the process at the nth request: before it is sent, or after Weld has carried it out."""

    def __init__(self, number: int, after: bool) -> None:
        super().__init__()
        self.count = 0
        self._number = number
        self._after = after

    def open_session(self, settings: Settings) -> WireSession:
        session = open_session(settings)
        session.mount("http://", self)
        return session

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        mine, self.count = self.count, self.count + 1
        if mine == self._number and not self._after:
            raise Crash
        answer = super().send(request, *args, **kwargs)
        if mine == self._number:
            answer.close()
            raise Crash
        return answer


@contextmanager
def dying(stack: Stack, number: int, after: bool = True) -> Iterator[Dying]:
    """Make the plugin processes of a stack die like that until the block ends."""
    adapter = Dying(number, after)
    stack.open_session = adapter.open_session
    try:
        yield adapter
    finally:
        stack.open_session = open_session
