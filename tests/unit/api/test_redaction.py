"""However a secret is repeated, it is taken out; and our own words stay readable."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.raw_server import RawServer, json_answer
from tests.unit.api.conftest import Connect
from weld_pulumi.api.redaction import Redactor, SecretRegistry
from weld_pulumi.errors import WeldApiError

SECRET = "pa/ss<w>&\"rd'\\ünï-0123456789abcdef"


def go(text: str) -> str:
    """As Go's encoding/json writes a text."""
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def javascript(text: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else f"\\x{ord(c):02x}" if ord(c) < 256 else c for c in text)


def every(escape: str) -> Any:
    return lambda text: "".join(escape.format(ord(c)) for c in text)


SPELLINGS: dict[str, Any] = {
    "php": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "php in json": lambda text: json.dumps(json.dumps(text)[1:-1].replace("/", "\\/"))[1:-1],
    "go": go,
    "javascript": javascript,
    "every letter in javascript": every("\\u{{{:x}}}"),
    "every letter in python": every("\\U{:08x}"),
    "every letter in json": every("\\u{:04x}"),
    "every letter in html": every("&#{};"),
    "every letter in a url": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "json in json": lambda text: json.dumps(json.dumps({"a": text})),
    "json in json in json": lambda text: json.dumps(json.dumps(json.dumps({"a": text}))),
    "html in go": lambda text: go(html.escape(text)),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of a url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of more": lambda text: base64.b64encode(f"user:{text}:more".encode()).decode(),
    "base64 without its beginning": lambda text: base64.b64encode(f"user:{text}".encode()).decode()[5:],
    "upper case": str.upper,
    "broken in lines": lambda text: "\n".join(text[at : at + 5] for at in range(0, len(text), 5)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_recognized_however_it_is_spelled(spelling: str) -> None:
    written = SPELLINGS[spelling](SECRET)
    for text in (written, f"the token {written} is wrong", f'{{"token":"{written}"}}'):
        shown = Redactor([SECRET])(text)
        assert "[secret]" in shown
        for part in ("0123456789", "abcdef", "ABCDEF", written[3:-3]):
            assert part not in shown


@pytest.mark.parametrize("end", ["…", "...", "", " [truncated]", '..."'])
@pytest.mark.parametrize("length", [4, 6, 8, 12])
def test_a_secret_that_is_cut_off_is_recognized(length: int, end: str) -> None:
    secret = "hunter2-and-more"
    shown = Redactor([secret])(f"the token {secret[:length]}{end}")
    assert shown in (f"the token [secret]{end}", f"the token [secret]-{end}")


@given(st.integers(0, 30), st.integers(8, 40))
def test_no_part_of_a_long_secret_is_shown(start: int, length: int) -> None:
    secret = "q7Wd0ZbX3kTn9vRf5mLs1pHy6cJg2eAu8iOx4zQ"
    part = secret[start : start + length]
    assert len(part) < 8 or part not in Redactor([secret])(f"bad: {part}, look")


def test_our_own_words_stay_readable_beside_a_secret() -> None:
    hidden = SecretRegistry()
    hidden.mark(["connection_of_a_stream", "ab", 600.0, True, None, ["nested", {"deep": "deeper"}]])
    assert hidden("the connection of a sync has a stream") == "the connection of a sync has a stream"
    assert hidden("schema 'connection_of_a_stream'") == "schema '[secret]'"
    assert hidden("schema 'Connection_Of_A_Stream'") == "schema '[secret]'"
    assert hidden("schema 'connection_of…'") == "schema '[secret]…'"
    assert hidden("name 'ab', about") == "name '[secret]', about"
    assert hidden("it is nested and deeper") == "it is [secret] and [secret]"


def test_nothing_changes_where_nothing_is_secret() -> None:
    hidden = SecretRegistry()
    hidden.add({"a": "settings are for what Weld says"})
    assert hidden("settings are for  what Weld says") == "settings are for  what Weld says"
    assert "settings are for what Weld says" in set(hidden)


# What Weld says to settings -------------------------------------------------------------------------------------------

SETTINGS = {"elt_settings": {"password": "hunter2"}}


def refusal(connect: Connect, body: Any, answer: Any, headers: dict[str, str] | None = None) -> WeldApiError:
    with RawServer(json_answer(answer, 422)) as server, pytest.raises(WeldApiError) as raised:
        connect(server.url).create_sync(body)
    return raised.value


def test_a_message_of_weld_about_settings_is_withheld(connect: Connect) -> None:
    error = refusal(connect, SETTINGS, {"error_code": "invalid_settings", "message": "no account 2retnuh"})
    assert (error.status_code, error.error_code) == (422, "invalid_settings")
    assert "2retnuh" not in f"{error} {error.args} {vars(error)}"
    assert "WELD_TRACEBACK=1" in str(error)
    assert "2retnuh" in str(refusal(connect, {"connection_id": "c"}, {"message": "no account 2retnuh"}))


def test_a_code_that_is_no_plain_word_is_withheld_too(connect: Connect) -> None:
    error = refusal(connect, SETTINGS, {"error_code": "no account '2retnuh'", "message": "no"})
    assert error.error_code is None
    assert refusal(connect, SETTINGS, {"error_code": "hunter2", "message": "no"}).error_code == "[secret]"


def test_a_refusal_of_settings_without_a_word_says_so(connect: Connect) -> None:
    error = refusal(connect, SETTINGS, {})
    assert "without a message" in str(error)
    assert "withheld" not in str(error)


def test_a_message_of_weld_about_settings_can_be_shown_on_demand(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELD_TRACEBACK", "1")
    error = refusal(connect, SETTINGS, {"message": "no account 2retnuh for hunter2"})
    assert error.message == "no account 2retnuh for [secret]"
