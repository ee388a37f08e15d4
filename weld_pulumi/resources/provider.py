"""``weld.Provider``: a second Weld workspace in one program."""

from __future__ import annotations

from typing import Any, Literal

import pulumi

from ..config import PROVIDER_NAME_KEY, SETTINGS
from ..pulumi_internals import PACKAGE

__all__ = ["Provider"]


class Provider(pulumi.ProviderResource):
    """A Weld workspace with a key of its own, for ``ResourceOptions(provider=…)``.

    Example::

        import pulumi
        import weld_pulumi as weld

        team = weld.Provider("team-b", api_key=pulumi.Config().require_secret("teamBKey"))
        hubspot = weld.Connection(
            "hubspot", integration_id="hubspot", opts=pulumi.ResourceOptions(provider=team)
        )

    Args:
        resource_name: name of the provider in the stack.
        opts: Pulumi's resource options.
        api_key: key of the Weld workspace (Weld: Settings -> API Keys); always kept secret.
        api_url: base URL of Weld's API; default: ``weld:apiUrl``, ``WELD_API_URL``, ``https://connect.weld.app``.
        request_timeout: seconds for one HTTP request; default: ``weld:requestTimeout``, ``WELD_REQUEST_TIMEOUT``, 30.
        max_retries: repetitions of a request that is safe to repeat; default: ``weld:maxRetries``,
            ``WELD_MAX_RETRIES``, 4.
        validation: ``"full"``, ``"offline"`` or ``"off"``; default: ``weld:validation``, ``WELD_VALIDATION``, full.

    A value that cannot be used is an error of the first resource that uses the provider.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        api_key: pulumi.Input[str],
        api_url: pulumi.Input[str] | None = None,
        request_timeout: pulumi.Input[float] | None = None,
        max_retries: pulumi.Input[int] | None = None,
        validation: pulumi.Input[Literal["full", "offline", "off"]] | None = None,
    ) -> None:
        given: dict[str, Any] = {
            "api_key": pulumi.Output.secret(api_key),
            "api_url": api_url,
            "request_timeout": request_timeout,
            "max_retries": max_retries,
            "validation": validation,
        }
        config = pulumi.Config("weld")
        props: dict[str, pulumi.Input[str | None]] = {PROVIDER_NAME_KEY: resource_name}
        # As given, for look-ups: the plain twins accept a provider without Outputs only.
        self._weld_settings: dict[str, Any] = {PROVIDER_NAME_KEY: resource_name}
        for setting in SETTINGS:
            value = given.get(setting.attribute)
            if value is None and not setting.secret:
                value = config.get(setting.key)
            if value is not None:
                self._weld_settings[setting.config_key] = api_key if setting.secret else value
                props[setting.config_key] = pulumi.Output.from_input(value).apply(_text)
        super().__init__(PACKAGE, resource_name, props, opts)


def _text(value: object) -> str | None:
    """Return a value as text, which properties of a provider have to be."""
    return None if value is None else str(value)
