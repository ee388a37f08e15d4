"""Redirects: followed only within one origin, and only if the request stays the same.

An address is parsed with urllib3, which opens the connection. Parsers disagree on malformed addresses: the host of
``http://a\\@b/`` is ``b`` for urllib.parse, and ``a`` for urllib3 and browsers. So an address with a backslash, a
control character or a user name is rejected before anything compares it.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from urllib3.util import Url, parse_url

from ..errors import LostResponseError, WeldConnectionError
from .endpoints import CHECK_URL

__all__ = ["Origin", "origin_of", "redirected"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x1f\x7f]")


class Origin(NamedTuple):
    """Scheme, host and port, which must stay the same for the key to be sent along."""

    scheme: str | None
    host: str | None
    port: int | None


def origin_of(url: str) -> Origin:
    """Return the origin of a URL.

    Raises:
        ValueError: it is not a plain address.
    """
    parts = _parsed(url)
    if parts.auth is not None:
        raise ValueError("a user name in an address")
    return _origin(parts)


def redirected(what: str, method: str, url: str, status: int, location: str) -> str:
    """Return the URL to send the request to next.

    Args:
        what: the request, for messages.
        method: its HTTP method.
        url: the URL that was requested.
        status: HTTP status of the redirect.
        location: the header, as received.

    Raises:
        LostResponseError: the request writes, and would turn into another one.
        WeldConnectionError: the redirect leads to another origin, or nowhere.
    """
    here = urlsplit(url).netloc
    target, parts = _resolved(url, location)
    if parts is None:
        raise WeldConnectionError(f"{what}: {here} redirects to an invalid address. {CHECK_URL}.", final=True)
    if method != "GET" and status not in (307, 308):
        # Some servers carry such a request out, and redirect to its result.
        raise LostResponseError(f"{what}: {here} redirects a request that writes. {CHECK_URL}.", final=True)
    if _origin(parts) != origin_of(url):
        raise WeldConnectionError(
            f"{what}: {here} redirects to another host ({parts.scheme}://{parts.netloc}); the key was not sent there. "
            f"{CHECK_URL}: it must be the address of Weld's API itself, https://connect.weld.app.",
            final=True,
        )
    return target


def _resolved(url: str, location: str) -> tuple[str, Url | None]:
    """Return the address of a location, and its parts; None if it is not a plain address."""
    try:
        # Before urljoin, which drops line breaks and tabs.
        target = "" if _AMBIGUOUS.search(location) else urljoin(url, location)
        parts = _parsed(target)
        # With another origin, that is what the error is about.
        return target, parts if parts.auth is None or _origin(parts) != origin_of(url) else None
    except ValueError:
        return "", None


def _parsed(url: str) -> Url:
    if not url or _AMBIGUOUS.search(url):
        raise ValueError("not a plain address")
    return parse_url(url)


def _origin(parts: Url) -> Origin:
    return Origin(parts.scheme, parts.host, parts.port or _DEFAULT_PORTS.get(parts.scheme or ""))
