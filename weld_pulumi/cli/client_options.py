"""Options that choose a Weld workspace, and the client for it.

The address and the key come from the configuration of the stack in ``--stack``; or else from the environment, if
WELD_API_KEY is set; or else from the selected stack of the Pulumi project in the current folder or above. No option
takes the key: all users of a machine can see the arguments of a process.
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


api_url_option = click.option("--api-url", metavar="URL", callback=_url, help="Weld's address, for this command only.")
stack_option = click.option(
    "--stack",
    metavar="NAME",
    help="Use the configuration of this stack (default: the environment, else the selected stack).",
)


def read_settings(stack: str | None, api_url: str | None, prefer_stack: bool = False) -> tuple[Settings, str]:
    """Return the settings, which may lack a key, and why the selected stack could not be read ('' if it was).

    Args:
        stack: name of the stack to read; None for the selected one.
        api_url: takes precedence over every configuration.
        prefer_stack: whether the selected stack takes precedence over the environment, as in `pulumi up`.

    Raises:
        WeldConfigError: a setting is invalid.
        PulumiFailedError: the stack in `stack` cannot be read.
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
    """Add --api-url and --stack to a command, and pass it a client as first argument."""

    @api_url_option
    @stack_option
    @functools.wraps(command)
    def with_client(*args: Any, api_url: str | None, stack: str | None, **options: Any) -> Any:
        return command(client_of(stack, api_url), *args, **options)

    return with_client


def client_of(stack: str | None, api_url: str | None, prefer_stack: bool = False) -> WeldClient:
    """Return a client with a key; the arguments are those of :func:`read_settings`.

    Raises:
        WeldConfigError: there is no key, or a setting is invalid.
        PulumiFailedError: the stack in `stack` cannot be read.
    """
    settings, problem = read_settings(stack, api_url, prefer_stack)
    try:
        settings.require_key()
    except WeldConfigError as error:
        if problem:
            error.add_next_step(f"(The selected stack could not be read: {problem}.)")
        raise
    return WeldClient(settings)
