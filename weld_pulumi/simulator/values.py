"""Ids, timestamps, cursors and JSON in the form that Weld uses."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

Clock = Callable[[], float]

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def new_id() -> str:
    """Return a new id of 14 URL-safe characters."""
    return secrets.token_urlsafe(10)


def new_token() -> str:
    """Return a new token for the link of a bridge."""
    return secrets.token_urlsafe(32)


@lru_cache(maxsize=1024)
def timestamp(seconds: float) -> str:
    """Return seconds since 1970 as a timestamp in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds_of(text: str) -> float:
    """Return the seconds since 1970 of a timestamp; raise ValueError if it is not one."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def encode(text: str) -> str:
    """Encode text as an opaque string for a URL."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(opaque: str) -> str | None:
    """Decode the result of `encode`; return None for any other string."""
    try:
        return base64.b64decode(opaque + "=" * (-len(opaque) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def to_json(value: Any) -> bytes:
    """Encode a value as JSON without spaces; raise ValueError for NaN and lone surrogates."""
    return _ENCODER.encode(value).encode()
