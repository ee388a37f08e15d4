"""Small values in Weld's spelling: ids, times, cursors."""

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
    """An id of 14 URL-safe characters."""
    return secrets.token_urlsafe(10)


def new_token() -> str:
    """A token that nobody guesses, for the link of a bridge."""
    return secrets.token_urlsafe(32)


@lru_cache(maxsize=1024)
def timestamp(seconds: float) -> str:
    """Seconds since 1970 as a time stamp in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds_of(text: str) -> float:
    """The way back from `timestamp`; ValueError where it is none."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def encode(text: str) -> str:
    """Text as an opaque string that may stand in a URL."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(opaque: str) -> str | None:
    """The way back from `encode`; None where it is none."""
    try:
        return base64.b64decode(opaque + "=" * (-len(opaque) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def to_json(value: Any) -> bytes:
    """JSON without spaces; ValueError for what JSON has no word for (NaN, lone surrogates)."""
    return _ENCODER.encode(value).encode()
