"""Which Weld a command speaks to, and with which key.

With ``--stack`` it is that of the stack's configuration; else that of the environment if WELD_API_KEY is set; else
that of the stack that is selected in the Pulumi project around the current folder. A key is never an option: all
users of a machine see the arguments of a process.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import click

from ..api.client import WeldClient
from ..config import NAMESPACE, SETTINGS, Settings, load
from ..errors import WeldConfigError
from .output import print_note
from .project import PulumiFailedError, find_project, stack_config

__all__ = ["api_url_option", "client_of", "pass_client", "read_settings", "stack_option"]

_URL = next(setting for setting in SETTINGS if setting.attribute == "api_url")
_KEY = next(setting for setting in SETTINGS if setting.secret)


def _url(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else str(_URL.parse(value))
    except ValueError as reason:
        raise click.BadParameter(f"{value!r} {reason}.") from None


api_url_option = click.option("--api-url", metavar="URL", callback=_url, help="Address of Weld, for this command only.")
stack_option = click.option(
    "--stack",
    metavar="NAME",
    help="Use the configuration of this stack (default: the environment, else the selected stack).",
)


def read_settings(stack: str | None, api_url: str | None, prefer_stack: bool = False) -> tuple[Settings, str]:
    """Return the settings, of which the key may be missing, and why the selected stack could not be read, if so.

    Args:
        stack: whose configuration counts most; None for the selected one.
        api_url: counts more than any configuration.
        prefer_stack: the selected stack counts more than the environment, as it does for `pulumi up`.

    Raises:
        WeldConfigError: a setting cannot be used.
        PulumiFailedError: the stack that was asked for cannot be read.
    """
    config, problem = {}, ""
    if stack:
        config = stack_config(stack)
    elif (prefer_stack or not os.environ.get(_KEY.env)) and find_project():
        try:
            config = stack_config(None)
        except PulumiFailedError as error:
            problem = str(error)
    given = {key: entry.get("value") for key, entry in config.items() if key.startswith(f"{NAMESPACE}:")}
    if api_url:
        given[_URL.config_key] = api_url
    settings = load(given.get)
    if settings.warning and not api_url:
        print_note(f"Warning: {settings.warning}")
    return settings, problem


def pass_client(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose a Weld, and a client for it as first argument."""

    @api_url_option
    @stack_option
    @functools.wraps(command)
    def with_client(*args: Any, api_url: str | None, stack: str | None, **options: Any) -> Any:
        return command(client_of(stack, api_url), *args, **options)

    return with_client


def client_of(stack: str | None, api_url: str | None, prefer_stack: bool = False) -> WeldClient:
    """Return a client with a key; the arguments are those of :func:`read_settings`.

    Raises:
        WeldConfigError: there is no key, or a setting cannot be used.
        PulumiFailedError: the stack that was asked for cannot be read.
    """
    settings, problem = read_settings(stack, api_url, prefer_stack)
    try:
        settings.require_key()
    except WeldConfigError as error:
        if problem:
            error.advise(f"(The selected stack could not be read: {problem}.)")
        raise
    return WeldClient(settings)
