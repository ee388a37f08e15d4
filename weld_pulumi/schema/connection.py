"""The schema of Connection."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..validation.problems import show
from .attributes import Attribute, Change, Output, Schema
from .values import ID_OR_FLAG, TEXT, TRIGGERS, ValueType, choice, parser, text_type

__all__ = ["CONNECTION"]


def _seconds(value: Any) -> float:
    reason = f"{show(value)} is not a number of seconds from 0 to 86400; write 600, or 0 not to wait"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(reason)
    if not 0 <= value <= 86400:
        raise ValueError(reason)
    return int(value) if float(value).is_integer() else value


def _redirect_uri(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f"{show(value)} is not a URL; write for example 'https://example.com/done'") from None
    local = parts.scheme in ("http", "https") and parts.hostname == "localhost"
    if "?" in value or not (local or (parts.scheme == "https" and parts.hostname and port is None)):
        raise ValueError(
            f"{show(value)}: Weld accepts https:// without port and query, or http://localhost with any port; "
            "leave it out, and this run listens"
        )
    return value


CONNECTION = Schema(
    "Connection",
    "connection",
    Attribute(
        "integration_id",
        TEXT,
        Change.REPLACE,
        "Weld's id of the integration, for example `stripe` or `databricks`; sent as written.",
        required=True,
        identifies=True,
    ),
    Attribute(
        "label",
        TEXT,
        Change.UPDATE,
        "name shown in Weld; default: the resource name. After a change a person has to authorize again.",
        required=True,
        from_name=True,
        identifies=True,
    ),
    Attribute(
        "redirect_uri",
        text_type("URL", _redirect_uri, "a URL in quotes, such as 'https://example.com/done'"),
        Change.LOCAL,
        "where Weld sends the browser afterwards: https without port and query, or http://localhost. Default: a "
        "listener on loopback that this run opens.",
    ),
    Attribute(
        "authorization_timeout",
        ValueType("seconds", "number", "float", "float", parser(_seconds)),
        Change.LOCAL,
        "seconds that `up` waits for the person, from 0 (does not wait) to 86400.",
        default=600,
    ),
    Attribute(
        "reauthorize_triggers",
        TRIGGERS,
        Change.ACTION,
        "list or dict; any change asks for a new authorization of the same connection.",
        sensitive=True,
    ),
    Attribute(
        "adopt",
        ID_OR_FLAG,
        Change.LOCAL,
        "take over an existing connection: its id, or `True` for the only one with this integration and label. "
        "Removing the resource then deletes it, unless `deletion_policy` is `retain`.",
        default=False,
    ),
    Attribute(
        "deletion_policy",
        choice("delete", "retain"),
        Change.LOCAL,
        "what removing the resource does to the connection in Weld.",
        default="delete",
    ),
    outputs=(
        Output("status", "str", "`AUTHORIZED` or `PENDING`."),
        Output("authorize_url", "str | None", "the link to open (secret); None once authorized.", secret=True),
        Output("authorize_expires_at", "str | None", "ISO 8601 time at which the link expires; None once authorized."),
        Output("created_at", "str | None", "ISO 8601 time; None where Weld does not report it."),
        # The labels in Weld are part of it.
        Output("__weld", "", "private state", derived_from="label", internal=True),
    ),
)
