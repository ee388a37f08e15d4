"""A warning about the configuration that only the program can give: the plugin sees every value in plain text."""

from __future__ import annotations

import pulumi
from pulumi.runtime.config import is_config_secret

__all__ = ["warn_of_plain_key"]

_KEY = "weld:apiKey"
_told = False


def warn_of_plain_key() -> None:
    """Warn, once, where the API key is stored without encryption."""
    global _told
    if _told or pulumi.Config("weld").get("apiKey") is None or is_config_secret(_KEY):
        return
    _told = True
    pulumi.log.warn(
        f"{_KEY} is stored in plain text. Run `pulumi config set --secret {_KEY}` and paste the key again, and "
        "make a new key in Weld if the file was shared."
    )
