"""HTTP to Weld: one kept-alive session for all threads, time limits, repetitions, redirects, redaction.

Decisions that concern safety:

* The key goes in the header ``x-api-key``, never to another host: redirects are followed only within the same origin.
* ``.netrc`` is not read. Proxies of the environment are used for https (the key stays inside the TLS tunnel), and
  never for a loopback host, where plain http is allowed.
* No cookie is stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from .._version import __version__
from ..config import Settings, is_loopback
from ..errors import WeldConnectionError
from .answers import AnswerLostError, parse_body, raise_for_status, without_secrets
from .retries import REPEATED_STATUSES, Backoff, Kind, retry_after

__all__ = ["Transport"]

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 64 * 1024 * 1024
_MOST_REDIRECTS = 3
_CONNECTIONS_KEPT = 8


class _NotSentError(WeldConnectionError):
    """The request never reached the host, so that even a creating one may be sent again."""


class _KeyHeader(requests.auth.AuthBase):
    """Puts the key on a request; its being there also keeps requests from reading ``.netrc``."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["x-api-key"] = self._key
        return request


class Transport:
    """Sends requests to one Weld workspace. May be used by several threads at once."""

    def __init__(
        self,
        settings: Settings,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.backoff = backoff or Backoff()
        self._clock = clock
        self._session = requests.Session()
        self._session.headers.update({"accept": "application/json", "user-agent": f"weld-pulumi/{__version__}"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.trust_env = not is_loopback(urlsplit(settings.api_url).hostname)
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=_CONNECTIONS_KEPT, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def request(
        self,
        kind: Kind,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        secrets: Iterable[str] = (),
    ) -> Any:
        """Send one request, repeat it where that is safe, and return the JSON of its answer (None if empty).

        Args:
            kind: how the request may be repeated.
            method: HTTP method.
            path: path below the base URL, already quoted.
            params: query parameters.
            body: JSON body.
            secrets: texts that must not appear in an error, besides the key.

        Raises:
            WeldConfigError: there is no key.
            WeldApiError: Weld refused it.
            AnswerLostError: it may have been carried out, but its answer is lost or cannot be read.
            WeldConnectionError: Weld was not reached.
        """
        key = self.settings.require_key()
        hidden = (key, *secrets)
        attempt = 0
        while True:
            last = attempt >= self.settings.max_retries
            advised: float | None = None
            try:
                response, content = self._send(key, method, path, params, body)
                status = response.status_code
                if status < 400:
                    return parse_body(method, path, content, response.headers.get("content-type", ""))
                repeatable = status in REPEATED_STATUSES and (kind is not Kind.ONCE or status == 429)
                if last or not repeatable:
                    raise_for_status(method, path, response, content, self.settings, hidden)
                advised = retry_after(response.headers.get("retry-after"))
            except AnswerLostError as error:
                if last or kind is Kind.ONCE:
                    raise AnswerLostError(without_secrets(str(error), hidden)) from None
            except _NotSentError as error:
                if last:
                    raise WeldConnectionError(without_secrets(str(error), hidden)) from None
            self.backoff.wait(attempt, advised)
            attempt += 1

    def _send(
        self,
        key: str,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[requests.Response, bytes]:
        url = self.settings.api_url + path
        for _ in range(_MOST_REDIRECTS + 1):
            response, content = self._exchange(key, method, url, path, params, body)
            if not response.is_redirect:
                return response, content
            url, params = self._redirected(method, path, url, response), None
        raise WeldConnectionError(f"{method} {path}: redirected more than {_MOST_REDIRECTS} times. Check weld:apiUrl.")

    def _exchange(
        self,
        key: str,
        method: str,
        url: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[requests.Response, bytes]:
        limit = self.settings.request_timeout
        deadline = self._clock() + limit
        host = urlsplit(url).netloc
        try:
            with self._session.request(
                method,
                url,
                params=params,
                json=body,
                auth=_KeyHeader(key),
                timeout=(min(_CONNECT_SECONDS, limit), limit),
                allow_redirects=False,
                stream=True,
            ) as response:
                return response, self._read(method, path, response, deadline)
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError, requests.ConnectTimeout) as error:
            raise _NotSentError(f"{method} {path}: {_unreachable(host, error)}") from None
        except requests.Timeout:
            raise AnswerLostError(
                f"{method} {path}: no answer from {host} within {limit:g} s. Try again, or raise weld:requestTimeout."
            ) from None
        except requests.ConnectionError as error:
            if _never_sent(error):
                raise _NotSentError(f"{method} {path}: {_unreachable(host, error)}") from None
            raise AnswerLostError(
                f"{method} {path}: the connection to {host} broke before the answer was complete. Try again."
            ) from None
        except requests.RequestException:
            raise AnswerLostError(f"{method} {path}: the answer of {host} was cut off. Try again.") from None

    def _read(self, method: str, path: str, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(65536):
            parts.append(part)
            size += len(part)
            if size > _LARGEST_BODY:
                raise WeldConnectionError(f"{method} {path}: the answer is larger than {_LARGEST_BODY} bytes.")
            if self._clock() > deadline:
                raise requests.Timeout
        return b"".join(parts)

    def _redirected(self, method: str, path: str, url: str, response: requests.Response) -> str:
        """Return where to go next, if that is the same origin and means the same request."""
        target = urljoin(url, response.headers["location"])
        here, there = urlsplit(url), urlsplit(target)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise WeldConnectionError(
                f"{method} {path}: {here.netloc} redirects to another host ({there.netloc}); the key was not sent "
                "there. Check weld:apiUrl (WELD_API_URL): it must name Weld's API itself, https://connect.weld.app."
            )
        if method != "GET" and response.status_code not in (307, 308):
            raise WeldConnectionError(
                f"{method} {path}: {here.netloc} redirects a request that writes. Check weld:apiUrl (WELD_API_URL)."
            )
        return target


def _never_sent(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _unreachable(host: str, error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return f"the TLS connection to {host} failed. Check weld:apiUrl, and clock and certificates of this machine."
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy on the way to {host} refused or failed. Check the proxy settings (HTTPS_PROXY, NO_PROXY)."
    return f"{host} cannot be reached. Check the network and weld:apiUrl (WELD_API_URL)."
