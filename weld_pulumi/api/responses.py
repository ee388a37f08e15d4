"""Reads a response: its JSON, or the error that a person can act on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from ..config import Settings
from ..errors import LostResponseError, WeldApiError, api_error_class
from .endpoints import CHECK_URL, Endpoint
from .redaction import Redactor, shorten
from .retries import retry_after

__all__ = ["read_response"]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "cf-ray")
#: Bytes of an error's body that are read.
_LARGEST_ERROR = 64 * 1024
_LONGEST_CODE = 80
#: Dicts, lists and their entries in one response; each takes some hundred bytes of memory, however short its JSON.
_MOST_PARTS = 1_000_000
_DEEPEST = 100
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_WITHHELD = "the message is withheld because it may repeat elt_settings; WELD_TRACEBACK=1 shows it"


def read_response(
    endpoint: Endpoint,
    path: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    settings: Settings,
    redact: Redactor,
) -> Any:
    """Return the JSON of a successful response; None if the body is empty.

    Args:
        endpoint: what was requested.
        path: of the request.
        status: HTTP status.
        headers: by name in lower case, or case-insensitive.
        body: as received, decompressed.
        settings: of the workspace, for messages.
        redact: takes secrets out of what a message quotes.

    Raises:
        WeldApiError: Weld returned an error; of the class for the status.
        LostResponseError: the body is a web page or not JSON, or the status is none of Weld's.
    """
    request = f"{endpoint.method} {path}"
    if status >= 400:
        raise _api_error(endpoint, path, status, headers, body, settings, redact)
    if not 200 <= status < 300:
        raise _foreign(request, f"has status {status}")
    return _json_of(request, headers, body, redact)


def _json_of(request: str, headers: Mapping[str, str], body: bytes, redact: Redactor) -> Any:
    if sum(body.count(mark) for mark in (b"{", b"[", b",")) > _MOST_PARTS:
        raise _foreign(request, f"has more than {_MOST_PARTS:,} parts")
    text = body.decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = _UNREADABLE
    # Not above: the original error holds the whole response, and would become the context of this one.
    if value is _UNREADABLE:
        raise LostResponseError(f"{request}: {_not_json(text, headers, redact)}")
    if oddity := _oddity(text, value):
        raise _foreign(request, oddity)
    return value


def _foreign(request: str, oddity: str) -> LostResponseError:
    return LostResponseError(f"{request}: the response {oddity}, so it is not Weld's. {CHECK_URL}.", final=True)


def _oddity(text: str, value: Any) -> str:
    """Describe what makes a response unusable although it is JSON; empty if it is usable."""
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


def _not_json(text: str, headers: Mapping[str, str], redact: Redactor) -> str:
    if _is_html(text, headers):
        return (
            f"a web page came back{_title(text, redact)} instead of Weld's response. Probably a proxy or a wrong host "
            "responded: check weld:apiUrl (WELD_API_URL) and the proxy settings."
        )
    return (
        "the response cannot be read: it is not JSON, or was cut off. Try again; if the problem persists, check "
        "weld:apiUrl (WELD_API_URL)."
    )


def _api_error(
    endpoint: Endpoint,
    path: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    settings: Settings,
    redact: Redactor,
) -> WeldApiError:
    text = body[:_LARGEST_ERROR].decode("utf-8", errors="replace").strip()
    code, message = _code_and_message(text, headers, redact)
    request_id = next((headers[name] for name in _REQUEST_ID_HEADERS if headers.get(name)), None)
    if redact.withhold:
        code, request_id = (each if each and _PLAIN_WORD.fullmatch(each) else None for each in (code, request_id))
    shown = shorten(redact(message)) if not (redact.withhold and message) else _WITHHELD
    return api_error_class(status)(
        status,
        shorten(redact(code), _LONGEST_CODE) if code else None,
        shown,
        endpoint.method,
        path,
        shorten(redact(request_id), _LONGEST_CODE) if request_id else None,
        _next_step(endpoint, status, settings, shown, is_page=_is_html(text, headers)),
        retry_after(headers.get("retry-after")),
    )


def _next_step(endpoint: Endpoint, status: int, settings: Settings, message: str, is_page: bool) -> str:
    if status in (401, 403):
        return (
            f"The key in use comes from {settings.key_source or 'an unknown source'}. Create a new one in Weld under "
            f"Settings -> API Keys, then {settings.way_to_give_a_key}."
        )
    if status == 429:
        return "Too many requests: wait a minute, then retry."
    if status >= 500:
        return "Weld failed internally: retry later; https://status.weld.app lists known incidents."
    if is_page and (status == 404 or status not in endpoint.steps):
        return ""  # the message says to check the address
    return endpoint.next_step(status, is_explained=message not in ("", _WITHHELD))


def _code_and_message(text: str, headers: Mapping[str, str], redact: Redactor) -> tuple[str | None, str]:
    """Read an error body in any shape that Weld is known to use or may use; it is not documented."""
    if not text:
        return None, ""
    try:
        return _from_json(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if _is_html(text, headers):
        return None, f"a web page{_title(text, redact)}, not a response of Weld's (check weld:apiUrl and the proxy)"
    return None, text


def _from_json(body: Any) -> tuple[str | None, str]:
    if not isinstance(body, dict):
        return None, _words(body)
    code = body.get("error_code") or body.get("code")
    given = next((body[key] for key in ("details", "message", "error") if body.get(key)), None)
    # An unknown shape is shown whole: a person may still make sense of it.
    message = _words(given) if given is not None else ("" if code or not body else _dumped(body))
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
