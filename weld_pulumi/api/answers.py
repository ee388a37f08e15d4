"""What an HTTP answer means: its body, or the error that a person can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import requests

from ..config import Settings
from ..errors import AuthenticationError, WeldApiError, WeldConnectionError, api_error_class

__all__ = ["AnswerLostError", "parse_body", "raise_for_status", "without_secrets"]

_LONGEST_MESSAGE = 400
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "cf-ray")


class AnswerLostError(WeldConnectionError):
    """The request may have been carried out, but its answer never came or cannot be read."""


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Fold ``text`` into one line of bounded length in which no secret is left."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if secret:
            text = text.replace(secret, "[secret]")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"


def parse_body(method: str, path: str, body: bytes, content_type: str) -> Any:
    """Return the JSON of a successful answer; None where the body is empty.

    Raises:
        AnswerLostError: the body is a web page or no JSON.
    """
    text = body.decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    if _is_html(text, content_type):
        raise AnswerLostError(
            f"{method} {path}: a web page came back{_title(text)} instead of Weld's answer. A proxy or a wrong host "
            "answers in Weld's place: check weld:apiUrl (WELD_API_URL) and the proxy settings."
        )
    raise AnswerLostError(
        f"{method} {path}: the answer cannot be read: it is not JSON, or was cut off. Try again; if it stays, check "
        "weld:apiUrl (WELD_API_URL)."
    )


def raise_for_status(
    method: str, path: str, response: requests.Response, body: bytes, settings: Settings, secrets: Iterable[str]
) -> None:
    """Raise the typed error for a refused request.

    Raises:
        WeldApiError: the class that fits the status.
    """
    status = response.status_code
    text = body.decode("utf-8", errors="replace").strip()
    code, message = _code_and_message(text, response.headers.get("content-type", ""))
    cls = api_error_class(status)
    request_id = next((response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), None)
    raise cls(
        status,
        without_secrets(code, secrets) if code else None,
        without_secrets(message, secrets),
        method,
        path,
        without_secrets(request_id, secrets) if request_id else None,
        _advice(cls, settings),
    )


def _advice(cls: type[WeldApiError], settings: Settings) -> str:
    if cls is AuthenticationError:
        return (
            f"The key in use is {settings.key_source or 'unknown'}. Make a new one in Weld under Settings -> API Keys "
            "and set it with `pulumi config set --secret weld:apiKey` (or WELD_API_KEY). Note that `pulumi refresh` "
            "and `pulumi destroy` use the key of the last `pulumi up`, unless --run-program is given."
        )
    if cls.__name__ == "RateLimitError":
        return "Weld asks for fewer requests: wait a minute and run it again."
    if cls.__name__ == "ServerError":
        return "Weld itself failed: run it again in a while; https://status.weld.app tells of known trouble."
    return ""


def _code_and_message(text: str, content_type: str) -> tuple[str | None, str]:
    """Read an error body of any shape that Weld is known to use, or may use (weld-api: nobody documents it)."""
    if not text:
        return None, ""
    try:
        body = json.loads(text)
    except ValueError:
        if _is_html(text, content_type):
            return None, f"a web page{_title(text)}, not one of Weld's answers (check weld:apiUrl and the proxy)"
        return None, text
    if not isinstance(body, dict):
        return None, body if isinstance(body, str) else json.dumps(body)
    code = body.get("error_code") or body.get("code")
    message = next((_words(body[key]) for key in ("details", "message", "error") if body.get(key)), "")
    return (str(code) if code else None), message


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_words(item) for item in value)
    if isinstance(value, dict):
        return _words(value.get("message") or json.dumps(value))
    return str(value)


def _is_html(text: str, content_type: str) -> bool:
    return "html" in content_type.lower() or text[:200].lstrip().lower().startswith(("<!doctype", "<html", "<head"))


def _title(text: str) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    title = " ".join(found.group(1).split())[:80] if found else ""
    return f" ({title})" if title else ""
