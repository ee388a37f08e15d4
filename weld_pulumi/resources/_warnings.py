"""A warning about the configuration that only the program can give: the plugin gets all values in plain text."""

from __future__ import annotations

from functools import cache

import pulumi

from ..pulumi_internals import is_config_secret

__all__ = ["warn_of_plain_key", "warn_once"]

_KEY = "weld:apiKey"


def warn_of_plain_key() -> None:
    """Warn, once, where the API key is stored without encryption."""
    if pulumi.Config("weld").get("apiKey") is not None and not is_config_secret(_KEY):
        warn_once(
            f"{_KEY} is stored in plain text. Run `pulumi config set --secret {_KEY}` and paste the key again, and "
            "make a new key in Weld if the file was shared."
        )


@cache
def warn_once(text: str) -> None:
    """Warn, unless this program has already warned of the same."""
    pulumi.log.warn(text)
