"""Where a redirect may lead: only to the same origin, and only where the request stays the same.

An address is parsed as urllib3 parses it, since that opens the connection. Parsers disagree on what is no proper
address: in ``http://a\\@b/`` the host is ``b`` for urllib.parse, and ``a`` for urllib3 and browsers. So an address with
a backslash, a control character or a user name is refused before anything compares it.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from urllib3.util import Url, parse_url

from ..errors import WeldConnectionError
from .answers import AnswerLostError

__all__ = ["Origin", "origin_of", "redirected"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x1f\x7f]")


class Origin(NamedTuple):
    """What has to be the same for the key to be sent along."""

    scheme: str | None
    host: str | None
    port: int | None


def origin_of(url: str) -> Origin:
    """Return the origin to which a request for this URL goes.

    Raises:
        ValueError: it is no plain address.
    """
    parts = _parsed(url)
    if parts.auth is not None:
        raise ValueError("a user name in an address")
    return _origin(parts)


def redirected(what: str, method: str, url: str, status: int, location: str) -> str:
    """Return where to go next.

    Args:
        what: the request, for messages.
        method: its HTTP method.
        url: the URL that was asked.
        status: of the redirect.
        location: where it leads, as the server wrote it.

    Raises:
        AnswerLostError: the request writes, and would become another one.
        WeldConnectionError: it leads to another origin, or nowhere.
    """
    here = urlsplit(url).netloc
    target, parts = _resolved(url, location)
    if parts is None:
        raise WeldConnectionError(f"{what}: {here} redirects to what is no address. Check weld:apiUrl (WELD_API_URL).")
    if method != "GET" and status not in (307, 308):
        # To some servers this means: done, and look there.
        raise AnswerLostError(
            f"{what}: {here} redirects a request that writes. Check weld:apiUrl (WELD_API_URL).", final=True
        )
    if _origin(parts) != origin_of(url):
        raise WeldConnectionError(
            f"{what}: {here} redirects to another host ({parts.scheme}://{parts.netloc}); the key was not sent there. "
            "Check weld:apiUrl (WELD_API_URL): it must name Weld's API itself, https://connect.weld.app."
        )
    return target


def _resolved(url: str, location: str) -> tuple[str, Url | None]:
    """Return the address that a location stands for, and its parts; None where it is no plain address."""
    try:
        # The location itself: urljoin drops line breaks and tabs.
        target = "" if _AMBIGUOUS.search(location) else urljoin(url, location)
        parts = _parsed(target)
        # On another host a user name is no more wrong than all the rest.
        return target, parts if parts.auth is None or _origin(parts) != origin_of(url) else None
    except ValueError:
        return "", None


def _parsed(url: str) -> Url:
    if not url or _AMBIGUOUS.search(url):
        raise ValueError("no plain address")
    return parse_url(url)


def _origin(parts: Url) -> Origin:
    return Origin(parts.scheme, parts.host, parts.port or _DEFAULT_PORTS.get(parts.scheme or ""))
