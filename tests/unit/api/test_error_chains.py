"""No error has the key with it: not in its text, nor in an error that hangs on it, nor in a request inside of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.raw_server import DROP, RawServer, answer, half, json_answer
from tests.unit.api.conftest import KEY, Connect
from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import load
from weld_pulumi.errors import WeldConfigError, WeldError

SECRET = "hunter2-of-the-settings"


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that hangs on it."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [current.__cause__, current.__context__]


def require_clean(error: BaseException, *secrets: str) -> None:
    for each in chain(error):
        assert isinstance(each, WeldError), f"{type(each).__name__} hangs on the error"
        shown = f"{each} {each!r} {each.args!r} {vars(each)!r}"
        assert not [secret for secret in (KEY, *secrets) if secret in shown]
        assert not {"request", "response", "headers"} & set(vars(each))


Ask = Callable[[WeldClient], Any]
SETTINGS = {"elt_settings": {"password": SECRET}}
ASKS: dict[str, Ask] = {
    "read": lambda client: client.get_sync("x"),
    "list": lambda client: client.list_connections(),
    "create": lambda client: client.create_sync(SETTINGS),
    "update": lambda client: client.update_sync("x", SETTINGS),
    "delete": lambda client: client.delete_stream("x"),
}
ANSWERS: dict[str, Any] = {
    "drop": DROP,
    "half": half(json_answer({"id": "x", "key": KEY, "settings": SECRET})[:-5]),
    "half of the headers": half(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "no http": half(f"{KEY}\r\n\r\n".encode()),
    "no json": answer(f"{KEY} {SECRET}"),
    "a page": answer(f"<html><title>{KEY}</title>{SECRET}"),
    "another shape": json_answer({"id": [KEY], "data": {"key": KEY, "settings": SECRET}}),
    "a list of other things": json_answer([{"id": [SECRET], "key": KEY}]),
    "not compressed": answer(f"{KEY}", 200, {"content-encoding": "gzip"}),
    "redirect": answer("", 307, {"location": f"https://{KEY}@example.invalid/{KEY}"}),
    "no address": answer("", 307, {"location": f"http://{KEY}\\@example.invalid/{KEY}"}),
    **{str(status): json_answer({"message": f"{KEY} {SECRET}"}, status) for status in (400, 401, 404, 409, 429, 500)},
}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("given", ANSWERS.values(), ids=ANSWERS)
def test_nothing_hangs_on_an_error_of_any_response(connect: Connect, given: Any, ask: str) -> None:
    secrets = [SECRET] if ask in ("create", "update") else []
    with RawServer(given) as server:
        try:
            ASKS[ask](connect(server.url, max_retries=1))
        except WeldError as error:
            require_clean(error, *secrets)


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_nothing_hangs_on_an_error_without_a_response(
    connect: Connect, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def error_at(url: str) -> WeldError:
        with pytest.raises(WeldError) as raised:
            ask(connect(url, max_retries=1, request_timeout=0.2))
        return raised.value

    with RawServer() as server:
        server.answers = [server.hang]
        require_clean(error_at(server.url))
        closed = server.url
    require_clean(error_at(closed))
    with RawServer() as plain:
        require_clean(error_at(plain.url.replace("http://", "https://")))
        monkeypatch.setenv("HTTPS_PROXY", plain.url)
        require_clean(error_at("https://connect.example.invalid"))
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    require_clean(error_at("https://connect.example.invalid"))


def test_nothing_hangs_on_an_error_of_the_settings() -> None:
    for given in (
        {"weld:apiKey": f"{KEY} {KEY}"},
        {"weld:apiUrl": f"https://{KEY}@a..b"},
        {"weld:apiUrl": f"https://user:{KEY}@[::1"},
    ):
        with pytest.raises(WeldConfigError) as raised:
            load(given.get, {})
        require_clean(raised.value)
