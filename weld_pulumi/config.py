"""Settings of a Weld workspace: one line a setting, and the order of their sources.

A setting is read from the Pulumi configuration (``weld:apiKey`` …, or the arguments of :class:`weld_pulumi.Provider`),
else from the environment, else it has its default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .errors import WeldConfigError

__all__ = ["NAMESPACE", "PROVIDER_NAME_KEY", "SETTINGS", "Setting", "Settings", "is_loopback", "load"]

NAMESPACE = "weld"
#: Set by weld.Provider for its plugin process, so that an error can name the provider.
PROVIDER_NAME_KEY = f"{NAMESPACE}:providerName"

_OF_PROVIDER = "the weld.Provider "

VALIDATION_LEVELS = ("full", "offline", "off")
OPEN_BROWSER = ("auto", "true", "false")


def is_loopback(host: str | None) -> bool:
    """Return whether a host name or address can only mean this machine; ``localhost.`` is looked up in DNS."""
    if (host or "").lower() == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _text(value: str) -> str:
    text = value.strip()
    if not text or any(ord(character) < 33 or ord(character) > 126 for character in text):
        raise ValueError("is empty or contains blanks or non-ASCII characters: copy the key from Weld again")
    return text


#: All URL parsers find the same host in it: no user, no backslash, brackets around the whole host or none.
_PLAIN_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]@:/?#%\\]+)(:\d*)?")


def _url(value: str) -> str:
    url = value.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        host = None
    odd = any(character.isspace() or not character.isprintable() or character == "\\" for character in url)
    if not host or parts.scheme not in ("http", "https") or odd:
        raise ValueError("is not a URL; write for example https://connect.weld.app")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise ValueError("must be a plain URL without user, query or fragment, for example https://connect.weld.app")
    if not _PLAIN_HOST.fullmatch(parts.netloc):
        raise ValueError("is not a URL; write for example https://connect.weld.app")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"must begin with https:// because the key is sent to it; write https://{parts.netloc}")
    return url


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 3600:
        raise ValueError("must be a number of seconds above 0 and up to 3600, for example 30")
    return seconds


def _count(value: str) -> int:
    try:
        count = float(value)
    except ValueError:
        count = -1.0
    if not 0 <= count <= 20 or not count.is_integer():
        raise ValueError("must be a whole number from 0 to 20, for example 4")
    return int(count)


def _level(value: str) -> str:
    level = value.strip().lower()
    if level not in VALIDATION_LEVELS:
        raise ValueError("must be full, offline or off")
    return level


def _open_browser(value: str) -> str:
    choice = value.strip().lower()
    if choice not in OPEN_BROWSER:
        raise ValueError("must be auto, true or false")
    return choice


class Setting(NamedTuple):
    """One setting.

    Attributes:
        attribute: its name in :class:`Settings`.
        key: its name in the Pulumi configuration.
        env: its environment variable.
        parse: reads its text; raises ValueError with a reason that reads on after the value.
        default: its value if it is not set.
        description: what it is, for the documentation.
        secret: whether it must never be shown.
    """

    attribute: str
    key: str
    env: str
    parse: Callable[[str], Any]
    default: Any
    description: str
    secret: bool = False

    @property
    def config_key(self) -> str:
        """Return the key with its namespace, as in ``pulumi config set weld:apiKey``."""
        return f"{NAMESPACE}:{self.key}"


SETTINGS = (
    Setting("api_key", "apiKey", "WELD_API_KEY", _text, None, "key of the Weld workspace", secret=True),
    Setting("api_url", "apiUrl", "WELD_API_URL", _url, "https://connect.weld.app", "https, except on a loopback host"),
    Setting(
        "request_timeout", "requestTimeout", "WELD_REQUEST_TIMEOUT", _seconds, 30.0, "seconds for one HTTP request"
    ),
    Setting("max_retries", "maxRetries", "WELD_MAX_RETRIES", _count, 4, "retries of a request that is safe to repeat"),
    Setting(
        "validation",
        "validation",
        "WELD_VALIDATION",
        _level,
        "full",
        "`full` validates with Weld during preview; `offline` applies only rules that need no network; `off` checks "
        "types only",
    ),
    Setting(
        "open_browser",
        "openBrowser",
        "WELD_OPEN_BROWSER",
        _open_browser,
        "auto",
        "whether `up` opens the link to authorize in a browser: `true`, `false`, or `auto` (if a person sits at the "
        "machine that runs `up`)",
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one Weld workspace.

    Attributes:
        api_key: the key of the workspace, or None.
        api_url: base URL, without a slash at its end.
        request_timeout: seconds for one HTTP request.
        max_retries: most repetitions of a request that is safe to repeat.
        validation: ``full``, ``offline`` or ``off``.
        key_source: where the key comes from, for messages; without a key, where one was expected.
        warning: why the combination of settings may be an attack, or empty.
        open_browser: ``auto``, ``true`` or ``false``: whether an authorization link opens in a browser.
    """

    api_key: str | None = field(default=None, repr=False)
    api_url: str = "https://connect.weld.app"
    request_timeout: float = 30.0
    max_retries: int = 4
    validation: str = "full"
    key_source: str = ""
    warning: str = ""
    open_browser: str = "auto"

    @property
    def way_to_give_a_key(self) -> str:
        """Return what to do with a new key, for messages."""
        _, is_own, provider = self.key_source.partition(_OF_PROVIDER)
        if is_own:
            return f"give it to the weld.Provider {provider} as its argument `api_key`"
        return (
            "either run `pulumi config set --secret weld:apiKey` and paste it, or set the environment variable "
            "WELD_API_KEY"
        )

    def require_key(self) -> str:
        """Return the API key.

        Raises:
            WeldConfigError: there is none; the message names both ways to set one.
        """
        if self.api_key is None:
            empty = f" ({self.key_source} is empty)" if self.key_source else ""
            raise WeldConfigError(
                f"There is no API key for Weld{empty}. Create one in Weld under Settings -> API Keys, then "
                f"{self.way_to_give_a_key}."
            )
        return self.api_key


def load(configured: Callable[[str], str | None], environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings.

    Args:
        configured: returns the value of a configuration key such as ``weld:apiKey``, or None.
        environment: environment variables; default ``os.environ``.

    Raises:
        WeldConfigError: a value is invalid; the message names the setting and a valid value.
    """
    env = os.environ if environment is None else environment
    provider = configured(PROVIDER_NAME_KEY)
    where = f"{_OF_PROVIDER}{provider!r}" if provider else "the stack configuration"
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text, source = configured(setting.config_key), f"{setting.config_key} in {where}"
        # The key of another workspace must not replace the one that an explicit provider lacks.
        own_key = setting.secret and provider is not None
        if not text and not own_key:
            text, source = env.get(setting.env), _from_environment(setting)
        if setting.secret and (text or own_key):
            values["key_source"] = source
        values[setting.attribute] = _parsed(setting, text, source) if text else setting.default
    settings = Settings(**values)
    if configured(_URL.config_key) and not provider and settings.key_source == _from_environment(_KEY):
        return replace(settings, warning=_strange_address(settings))
    return settings


_KEY, _URL = SETTINGS[:2]


def _from_environment(setting: Setting) -> str:
    return f"the environment variable {setting.env}"


def _strange_address(settings: Settings) -> str:
    """Return a warning if a stack file, perhaps of somebody else, decides where the key of this user is sent."""
    if settings.api_url == _URL.default or is_loopback(urlsplit(settings.api_url).hostname):
        return ""
    return (
        f"the key of the environment variable {_KEY.env} is sent to {settings.api_url}, an address from "
        f"{_URL.config_key} in the stack configuration. If you do not know that address, create a new key in Weld; if "
        f"you do, store the key beside it (`pulumi config set --secret {_KEY.config_key}`) or set {_URL.env} instead."
    )


def _parsed(setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError as error:
        reason = str(error)
    # Not above: the original error may hold the value, and would become the context of this one. A user name and a
    # password in a URL are not shown either.
    shown = "" if setting.secret else f" {re.sub('//.*@', '//…@', text)!r}"
    raise WeldConfigError(f"{source}:{shown} {reason}.")
