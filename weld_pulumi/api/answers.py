"""What became of a request: the JSON of its answer, or the error that a person can act on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from ..config import Settings
from ..errors import (
    AuthenticationError,
    RateLimitError,
    ServerError,
    WeldApiError,
    WeldConnectionError,
    api_error_class,
    shown_as_its_base,
)
from .redaction import Redactor, shorten

__all__ = ["AnswerLostError", "NotSentError", "read_answer"]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "cf-ray")
#: Of an error's body more than this is not looked at.
_LARGEST_ERROR = 64 * 1024
_LONGEST_CODE = 80
#: Dicts, lists and their entries in one answer: each takes some hundred bytes of memory, however short it is written.
_MOST_PARTS = 1_000_000
_DEEPEST = 100
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_WITHHELD = "what it says is withheld, since it may repeat elt_settings; WELD_TRACEBACK=1 shows it"


@shown_as_its_base
class NotSentError(WeldConnectionError):
    """The request never reached Weld, so that even a creating one may be sent again."""


@shown_as_its_base
class AnswerLostError(WeldConnectionError):
    """The request may have been carried out, but its answer never came or cannot be read.

    Attributes:
        final: sending the request again would bring the same.
    """

    def __init__(self, text: str, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


def read_answer(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    settings: Settings,
    redact: Redactor,
) -> Any:
    """Return the JSON of a successful answer; None where the body is empty.

    Raises:
        WeldApiError: Weld refused the request; the class that fits the status.
        AnswerLostError: the body is a web page or no JSON, or the status means nothing here.
    """
    if status >= 400:
        raise _refusal(method, path, status, headers, body, settings, redact)
    if not 200 <= status < 300:
        raise AnswerLostError(
            f"{method} {path}: the answer has the status {status}, which Weld does not give. Check weld:apiUrl "
            "(WELD_API_URL).",
            final=True,
        )
    if sum(body.count(mark) for mark in (b"{", b"[", b",")) > _MOST_PARTS:
        raise AnswerLostError(
            f"{method} {path}: the answer has more parts than any of Weld's. {_CHECK_URL}.", final=True
        )
    text = body.decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = _UNREADABLE
    # Not above: the original error holds the whole answer, and would hang on this one as its context.
    if value is _UNREADABLE:
        raise AnswerLostError(f"{method} {path}: {_no_json(text, headers, redact)}")
    if oddity := _oddity(text, value):
        raise AnswerLostError(f"{method} {path}: the answer {oddity}, as none of Weld's is. {_CHECK_URL}.", final=True)
    return value


def _oddity(text: str, value: Any) -> str:
    """Say what makes an answer impossible to work with, although it is JSON; empty where nothing does."""
    level: list[Any] = [[value]]
    for _ in range(_DEEPEST + 1):
        entries = (each for item in level for each in (item.values() if isinstance(item, dict) else item))
        level = [each for each in entries if isinstance(each, (dict, list))]
        if not level:
            break
    else:
        return f"is nested more than {_DEEPEST} levels deep"
    # Only an escape can stand for half a character; two of them are a whole one.
    if _HALF_CHARACTER.search(text) and not _is_encodable(value):
        return "is not proper Unicode (it holds a lone surrogate)"
    return ""


def _is_encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("too large a number")
    return value


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number)
_UNREADABLE = object()


def _no_json(text: str, headers: Mapping[str, str], redact: Redactor) -> str:
    if _is_html(text, headers):
        return (
            f"a web page came back{_title(text, redact)} instead of Weld's answer. A proxy or a wrong host answers in "
            "Weld's place: check weld:apiUrl (WELD_API_URL) and the proxy settings."
        )
    return (
        "the answer cannot be read: it is not JSON, or was cut off. Try again; if it stays, check weld:apiUrl "
        "(WELD_API_URL)."
    )


def _refusal(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    settings: Settings,
    redact: Redactor,
) -> WeldApiError:
    text = body[:_LARGEST_ERROR].decode("utf-8", errors="replace").strip()
    code, message = _code_and_message(text, headers, redact)
    cls = api_error_class(status)
    request_id = next((headers[name] for name in _REQUEST_ID_HEADERS if headers.get(name)), None)
    if redact.withhold:
        code, request_id = (each if each and _PLAIN_WORD.fullmatch(each) else None for each in (code, request_id))
    error = cls(
        status,
        shorten(redact(code), _LONGEST_CODE) if code else None,
        shorten(redact(message)) if not (redact.withhold and message) else _WITHHELD,
        method,
        path,
        shorten(redact(request_id), _LONGEST_CODE) if request_id else None,
        _advice(cls, settings),
    )
    if not error.advice:
        error.hint = _hint(error, is_page=_is_html(text, headers))
    return error


def _advice(cls: type[WeldApiError], settings: Settings) -> str:
    if cls is AuthenticationError:
        return (
            f"The key in use is {settings.key_source or 'of unknown origin'}. Make a new one in Weld under Settings -> "
            f"API Keys, then {settings.way_to_give_a_key}."
        )
    if cls is RateLimitError:
        return "Weld asks for fewer requests: wait a minute and run it again."
    if cls is ServerError:
        return "Weld itself failed: run it again in a while; https://status.weld.app tells of known trouble."
    return ""


_CHECK_URL = "Check weld:apiUrl (WELD_API_URL)"
_LOOK = "Look in Weld for what stands against it, then run it again."


def _hint(error: WeldApiError, is_page: bool) -> str:
    """Return a next step for a refusal that has no advice of its own: what is true whatever the body says."""
    method, path, status = error.method, error.path, error.status_code
    if (method, path, status) == ("POST", "/elt_syncs", 409):
        # The contract: "The connection reached the maximum number of allowed syncs."
        return (
            "By Weld's contract this means that the connection has reached the maximum number of syncs it allows: "
            "remove one of them (`weld-pulumi syncs` lists them), or use another connection."
        )
    if is_page:
        return ""  # the message says what to check
    if status == 404:
        return _hint_of_missing(method, path)
    if status in (400, 422) and method == "POST" and not path.endswith(_WITHOUT_ARGUMENTS):
        return _hint_of_arguments(path, error.message not in ("", _WITHHELD))
    if status == 409 or (status in (400, 422) and method != "GET"):
        return _LOOK
    if status == 402:
        return "See in Weld whether the plan of the workspace covers it."
    if status in (408, 425):
        return "Run it again."
    return f"{_CHECK_URL}, and see whether there is a newer weld-pulumi."


_WITHOUT_ARGUMENTS = ("/enable", "/disable", "/request_run", "/request_full_refresh", "/cancel_full_refresh")


def _hint_of_missing(method: str, path: str) -> str:
    if (method, path) == ("POST", "/elt_syncs"):
        return f"See whether the connection exists (`weld-pulumi connections` lists them). {_CHECK_URL}."
    if path.count("/") > 1 or path == "/elt_stream_runs":
        return "Check the id, and whether the key is that of the workspace that has it."
    return f"{_CHECK_URL}."


def _hint_of_arguments(path: str, is_explained: bool) -> str:
    compare = "Compare the arguments with what Weld says" if is_explained else "Check the arguments"
    # A sync is made, and changed, with settings.
    if path.startswith("/elt_syncs") and path.count("/") <= 2:
        return f"{compare}; `weld-pulumi settings CONNECTION_ID` shows which elt_settings it takes."
    return f"{compare}."


def _code_and_message(text: str, headers: Mapping[str, str], redact: Redactor) -> tuple[str | None, str]:
    """Read an error body of any shape that Weld is known to use, or may use (weld-api: nobody documents it)."""
    if not text:
        return None, ""
    try:
        return _from_json(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if _is_html(text, headers):
        return None, f"a web page{_title(text, redact)}, not one of Weld's answers (check weld:apiUrl and the proxy)"
    return None, text


def _from_json(body: Any) -> tuple[str | None, str]:
    if not isinstance(body, dict):
        return None, _words(body)
    code = body.get("error_code") or body.get("code")
    told = next((body[key] for key in ("details", "message", "error") if body.get(key)), None)
    # Of an unknown shape all is shown, since a person may still make sense of it.
    message = _words(told) if told is not None else ("" if code or not body else _dumped(body))
    return (str(code) if code else None), message


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_words(item) for item in value)
    if isinstance(value, dict):
        return _words(value["message"]) if value.get("message") else _dumped(value)
    return str(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_html(text: str, headers: Mapping[str, str]) -> bool:
    begins = text[:200].lstrip().lower().startswith(("<!doctype", "<html", "<head"))
    return begins or "html" in headers.get("content-type", "").lower()


def _title(text: str, redact: Redactor) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", text[:5000], re.IGNORECASE | re.DOTALL)
    title = shorten(redact(found.group(1)), 80) if found and not redact.withhold else ""
    return f" ({title})" if title else ""
