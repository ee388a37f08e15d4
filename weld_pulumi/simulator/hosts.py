"""Which names a simulator answers to: none that a web page may have made mean this machine (DNS rebinding)."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..config import is_loopback

__all__ = ["answers_to"]

_EVERY_NETWORK = ("0.0.0.0", "::")
_IPV4_IN_IPV6 = "::ffff:"


def answers_to(host_header: str, listens_on: str, reached_at: str) -> bool:
    """Whether a request was meant for this simulator.

    Args:
        host_header: whom the request was meant for.
        listens_on: the host that the simulator was given.
        reached_at: the address that the connection came in on; it counts where the simulator listens on every network.
    """
    host = _host_of(host_header)
    if host is None:
        return False
    wanted = reached_at.removeprefix(_IPV4_IN_IPV6) if listens_on in _EVERY_NETWORK else listens_on
    return is_loopback(host) or host == wanted.lower()


def _host_of(header: str) -> str | None:
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == header and "@" not in header else None
