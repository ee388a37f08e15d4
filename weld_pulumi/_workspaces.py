"""The client of a look-up function: for the workspace of its provider, or else of the stack configuration."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pulumi

from .config import NAMESPACE, PROVIDER_NAME_KEY, SETTINGS, Settings, load
from .errors import WeldValidationError
from .resources.provider import Provider

if TYPE_CHECKING:
    from .api.client import WeldClient

__all__ = ["client_for", "client_of", "twin"]

P = ParamSpec("P")
T = TypeVar("T")

_lock = threading.Lock()


class _ResolvedOptions(pulumi.InvokeOptions):
    """Options with the settings of a provider, once a twin function has waited for them."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.settings = settings


def client_of(function: Callable[..., Any], opts: pulumi.InvokeOptions | None) -> WeldClient:
    """Return the client for a look-up function.

    Raises:
        WeldValidationError: a setting of the provider is an Output, which a plain function cannot wait for.
        WeldConfigError: a setting is invalid.
    """
    settings = _settings(function.__name__, opts)
    with _lock:
        return client_for(settings)


@functools.cache
def client_for(settings: Settings) -> WeldClient:
    """Return the client of a workspace; all look-ups of a program share it."""
    from .api.client import WeldClient

    if settings.warning:
        pulumi.log.warn(settings.warning)
    return WeldClient(settings)


def _settings(name: str, opts: pulumi.InvokeOptions | None) -> Settings:
    if isinstance(opts, _ResolvedOptions):
        return _load(opts.settings)
    provider = _provider_of(name, opts)
    if provider is None:
        config = pulumi.Config(NAMESPACE)
        return load(lambda key: config.get(key.partition(":")[2]))
    given = provider._weld_settings
    for setting in SETTINGS:
        if _must_be_awaited(given.get(setting.config_key)):
            raise WeldValidationError(
                f"{name}: the {setting.attribute} of the weld.Provider {given[PROVIDER_NAME_KEY]!r} is an Output, "
                f"which a plain function cannot wait for. Call {name}_output with the same arguments instead."
            )
    return _load(given)


def _load(given: Mapping[str, Any]) -> Settings:
    return load({key: None if value is None else str(value) for key, value in given.items()}.get)


def _must_be_awaited(value: Any) -> bool:
    return isinstance(value, pulumi.Output) or isawaitable(value)


def _provider_of(name: str, opts: pulumi.InvokeOptions | None) -> Provider | None:
    """Return the provider in the options, or the one inherited from a parent."""
    if opts is None:
        return None
    if opts.provider is None:
        inherited = opts.parent.get_provider("pulumi-python:dynamic:Resource") if opts.parent else None
        return inherited if isinstance(inherited, Provider) else None
    if not isinstance(opts.provider, Provider):
        raise WeldValidationError(f"{name}: the provider in opts is not a weld.Provider; pass one, or omit it.")
    return opts.provider


def twin(function: Callable[P, T]) -> Callable[..., pulumi.Output[T]]:
    """Return the variant of a look-up that takes Inputs, waits for its provider, and returns an Output."""

    @functools.wraps(function)
    def with_outputs(*args: Any, **kwargs: Any) -> pulumi.Output[T]:
        opts = kwargs.pop("opts", None)
        if args and isinstance(args[-1], pulumi.InvokeOptions):
            args, opts = args[:-1], args[-1]
        provider = _provider_of(function.__name__, opts)
        # The key is secret, but what is looked up with it need not be.
        known = pulumi.Output.unsecret(pulumi.Output.all(**provider._weld_settings)) if provider else None
        named: Any = pulumi.Output.all(**kwargs) if kwargs else {}
        given: list[Any] = [pulumi.Output.all(*args), named, known, _depended_on(opts)]
        return pulumi.Output.all(*given).apply(lambda all: _called(function, all[0], all[1], all[2]))

    with_outputs.__name__ = with_outputs.__qualname__ = f"{function.__name__}_output"
    with_outputs.__doc__ = (
        f"Do what :func:`{function.__name__}` does, with Inputs as arguments and an Output as result."
    )
    return with_outputs


def _called(function: Callable[..., T], args: Any, kwargs: Any, settings: Mapping[str, Any] | None) -> T:
    return function(*args, **kwargs, opts=None if settings is None else _ResolvedOptions(settings))


def _depended_on(opts: pulumi.InvokeOptions | None) -> pulumi.Output[Any]:
    """Return an Output that is known once the resources of ``depends_on`` exist."""
    awaited = getattr(opts, "depends_on", None)
    found = pulumi.Output.from_input([] if awaited is None else awaited)
    return found.apply(
        lambda resources: pulumi.Output.all(
            *(getattr(each, "id", each.urn) for each in (resources if isinstance(resources, list) else [resources]))
        )
    )
