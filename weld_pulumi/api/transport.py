"""HTTP to Weld: one kept-alive session for all threads, time limits, retries, redirects, redaction.

Security decisions:

* The key is sent in the header ``x-api-key``, never to another host: redirects are followed only within one origin.
* ``.netrc`` is not read. Proxies of the environment are used for https (the key stays inside the TLS tunnel), and
  never for a loopback host, where plain http is allowed.
* No cookie is stored.
* A forked process opens connections of its own.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from .._traceback import wants_traceback
from .._version import __version__
from ..config import Settings, is_loopback
from ..errors import LostResponseError, WeldConnectionError
from .endpoints import CHECK_URL, Endpoint
from .redaction import Redactor, SecretRegistry
from .redirects import Origin, origin_of, redirected
from .responses import read_response
from .retries import Backoff, Lookup, send_until_done
from .wire import Adapter, HandshakeError, WireSession

__all__ = ["Transport", "open_session"]

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 64 * 1024 * 1024
_MOST_REDIRECTS = 3
_CONNECTIONS_KEPT = 8
_UNSENDABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidJSONError,
)

Params = Mapping[str, "str | int"]
Body = Mapping[str, Any]


class _KeyHeader(requests.auth.AuthBase):
    """Puts the key on a request to one origin. An auth object also keeps requests from reading ``.netrc``."""

    def __init__(self, key: str, origin: Origin) -> None:
        self._key = key
        self._origin = origin

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # Checked before, but this is the address that is used.
        if origin_of(request.url or "") != self._origin:
            raise requests.exceptions.InvalidURL("not the origin that the key belongs to")
        request.headers["x-api-key"] = self._key
        return request


class _Call(NamedTuple):
    """One request, with what it takes to send it and to read its response."""

    endpoint: Endpoint
    path: str
    params: Params | None
    body: Body | None
    key: str
    redact: Redactor
    received: Callable[[int], None]

    @property
    def name(self) -> str:
        return f"{self.endpoint.method} {self.path}"


def open_session(settings: Settings) -> WireSession:
    """Return a session with Weld, which keeps its connections alive."""
    session = WireSession()
    session.headers.update({"accept": "application/json", "user-agent": f"weld-pulumi/{__version__}"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = not is_loopback(urlsplit(settings.api_url).hostname)
    adapter = Adapter(pool_connections=2, pool_maxsize=_CONNECTIONS_KEPT, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class Transport:
    """Sends requests to one Weld workspace. May be used by several threads at once.

    Args:
        settings: key, URL and limits.
        backoff: waits between repetitions.
        is_abandoned: returns True once nobody is left who wants anything written.
        secrets: what no error may show, besides the key.
        open_session: opens the session, once in each process.
    """

    def __init__(
        self,
        settings: Settings,
        backoff: Backoff | None = None,
        is_abandoned: Callable[[], bool] = lambda: False,
        secrets: SecretRegistry | None = None,
        open_session: Callable[[Settings], WireSession] = open_session,
    ) -> None:
        self.settings = settings
        self.backoff = backoff or Backoff()
        self.secrets = secrets or SecretRegistry()
        self._is_abandoned = is_abandoned
        self._open_session = open_session
        self._kept = open_session(settings)
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._session.close()

    def request(
        self,
        endpoint: Endpoint,
        *ids: str,
        params: Params | None = None,
        body: Body | None = None,
        secrets: Iterable[str] = (),
        received: Callable[[int], None] = lambda _: None,
        parse: Callable[[Any], Any] = lambda value: value,
        lookup: Lookup[Any] | None = None,
    ) -> Any:
        """Send one request, repeat it where that is safe, and return its parsed response.

        Args:
            endpoint: what to request.
            ids: those in its path.
            params: query parameters.
            body: JSON body.
            secrets: texts that no error may show, besides the key.
            received: called with the size in bytes of each part of a response; may raise.
            parse: turns the JSON (None if the body is empty) into the result; raises LostResponseError if it cannot.
            lookup: finds what a creating request has made whose response is lost; without it, the request is not
                repeated then.

        Raises:
            WeldConfigError: there is no key.
            WeldApiError: Weld returned an error.
            LostResponseError: the request may have been carried out, but its response is lost or unreadable.
            WeldConnectionError: Weld was not reached.
        """
        path = endpoint.path_of(*ids)
        key = self.settings.require_key()
        # Weld's message may repeat the settings in forms that no redactor recognizes.
        withhold = bool(body and body.get("elt_settings")) and not wants_traceback()
        redact = Redactor((key, *secrets, *self.secrets), withhold=withhold)
        call = _Call(endpoint, path, params, body, key, redact, received)
        most = self.settings.max_retries
        return send_until_done(lambda: parse(self._send(call)), endpoint.idempotent, most, self.backoff, lookup)

    def _send(self, call: _Call) -> Any:
        """Send a request once and read its response."""
        if call.endpoint.method != "GET" and self._is_abandoned():
            raise WeldConnectionError(f"{call.name}: not sent, because the run that asked for it is gone.", final=True)
        try:
            response, content = self._follow(call)
            status, headers = response.status_code, response.headers
            return read_response(call.endpoint, call.path, status, headers, content, self.settings, call.redact)
        except WeldConnectionError as error:
            # The text is our own, except for the name of a host in a redirect. Settings may hold any word.
            error.redact(Redactor((call.key,)))
            raise

    def _follow(self, call: _Call) -> tuple[requests.Response, bytes]:
        """Send a request and follow redirects."""
        url = self.settings.api_url + call.path
        for _ in range(_MOST_REDIRECTS + 1):
            response, content = self._exchange(url, call)
            if not response.is_redirect:
                return response, content
            url = redirected(call.name, call.endpoint.method, url, response.status_code, response.headers["location"])
            call = call._replace(params=None)
        raise WeldConnectionError(
            f"{call.name}: redirected more than {_MOST_REDIRECTS} times. Check weld:apiUrl.", final=True
        )

    def _exchange(self, url: str, call: _Call) -> tuple[requests.Response, bytes]:
        limit = self.settings.request_timeout
        try:
            with self._session.request(
                call.endpoint.method,
                url,
                params=call.params,
                json=call.body,
                auth=_KeyHeader(call.key, origin_of(self.settings.api_url)),
                timeout=(min(_CONNECT_SECONDS, limit), limit),
                allow_redirects=False,
                stream=True,
            ) as response:
                return response, _read(call, response)
        except (OSError, ValueError, HTTPError) as error:
            failure = _failure(call.name, urlsplit(url).netloc, limit, error)
        # Not above: the original error holds the request with the key, and would become the context of this one.
        raise failure

    @property
    def _session(self) -> WireSession:
        if self._process != os.getpid():
            self._kept = self._open_session(self.settings)
            self._process = os.getpid()
        return self._kept


def _read(call: _Call, response: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(65536):
        parts.append(part)
        size += len(part)
        call.received(len(part))
        if size > _LARGEST_BODY:
            megabytes = _LARGEST_BODY // 1024**2
            raise LostResponseError(
                f"{call.name}: the response is larger than {megabytes} MB, so it is not Weld's. {CHECK_URL}.",
                final=True,
            )
    return b"".join(parts)


def _failure(what: str, host: str, limit: float, error: Exception) -> WeldConnectionError:
    """Return the error for a request without a response, by whether it can have been carried out."""
    reason = _reason(error)
    if isinstance(error, requests.exceptions.ProxyError):
        return WeldConnectionError(
            f"{what}: the proxy on the way to {host} refused or failed. Check the proxy settings (HTTPS_PROXY, "
            "NO_PROXY)."
        )
    if isinstance(reason, HandshakeError):
        return WeldConnectionError(
            f"{what}: the TLS connection to {host} failed. Check weld:apiUrl, and clock and certificates of this "
            "machine.",
            final=isinstance(reason.__cause__, ssl.SSLCertVerificationError),
        )
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return WeldConnectionError(f"{what}: {_unreachable(host, reason)}")
    if isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError):
        return LostResponseError(
            f"{what}: no complete response from {host} within {limit:g} s. Try again, or raise weld:requestTimeout."
        )
    if isinstance(error, requests.RequestException) and not isinstance(error, _UNSENDABLE):
        return LostResponseError(f"{what}: the response of {host} broke off, or cannot be read. Try again.")
    # All others were found before anything was sent: the URL, the proxy's URL, a file of certificates.
    return WeldConnectionError(
        f"{what}: the request to {host} cannot be sent ({type(error).__name__}). Check weld:apiUrl (WELD_API_URL), the "
        "proxy settings (HTTPS_PROXY, ALL_PROXY) and REQUESTS_CA_BUNDLE.",
        final=True,
    )


def _unreachable(host: str, reason: object) -> str:
    start, address = f"{host} cannot be reached:", "weld:apiUrl (WELD_API_URL)"
    if isinstance(reason, NameResolutionError):
        return f"{start} its name cannot be resolved (DNS). Check {address} for a typo, and the network."
    if isinstance(reason, NewConnectionError) and isinstance(reason.__cause__, ConnectionRefusedError):
        return f"{start} it refused the connection, so nothing listens there. Check {address} and its port."
    if isinstance(reason, NewConnectionError):
        return f"{host} cannot be reached. Check the network and {address}."
    limit = f"{_CONNECT_SECONDS:g} s at most"
    return f"{start} it did not accept a connection in time ({limit}). Check network, firewall and VPN, and {address}."


def _reason(error: Exception) -> Any:
    """Return the error of urllib3 inside one of requests."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", None) or inner
