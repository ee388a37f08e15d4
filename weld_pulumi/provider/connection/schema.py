"""The arguments of a Connection."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ...validation.problems import show
from ..core.schema import Attribute, Change, Schema
from ..core.values import choice, kind, text, triggers
from ..elt_sync.schema import adopt

__all__ = ["CONNECTION"]


def _seconds(value: Any) -> float:
    reason = f"{show(value)} is not a number of seconds from 0 to 86400; write 600, or 0 for not waiting"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(reason)
    if not 0 <= value <= 86400:
        raise ValueError(reason)
    return int(value) if float(value).is_integer() else value


def _redirect_uri(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{show(value)} is not a text; write a URL in quotes, such as 'https://example.com/done'")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f"{show(value)} is not a URL; write for example 'https://example.com/done'") from None
    local = parts.scheme in ("http", "https") and parts.hostname == "localhost"
    if "?" in value or not (local or (parts.scheme == "https" and parts.hostname and port is None)):
        raise ValueError(
            f"{show(value)}: Weld takes https:// without port and query, or http://localhost with any port; "
            "leave it out to have this run listen"
        )
    return value


CONNECTION = Schema(
    Attribute("integration_id", text, Change.REPLACE, required=True),
    Attribute("label", text, Change.UPDATE, required=True),
    Attribute("redirect_uri", kind(_redirect_uri), Change.LOCAL),
    Attribute("authorization_timeout", kind(_seconds), Change.LOCAL, default=600),
    Attribute("reauthorize_triggers", triggers, Change.UPDATE, hidden=True),
    Attribute("adopt", adopt, Change.LOCAL, default=False),
    Attribute("deletion_policy", choice("delete", "retain"), Change.LOCAL, default="delete"),
)
