"""The base of the resources: type token, registration, ``get``, and errors for what dynamic resources cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import pulumi
import pulumi.dynamic

from .._registry import OPTIONS, SECRETS, pickled_reference
from .._text import has_half_character
from ..errors import WeldValidationError
from ..pulumi_internals import register_dynamic
from ..schema.attributes import Schema
from ..schema.values import ID_OR_FLAG
from ._secrets import secret_paths
from ._warnings import warn_of_plain_key

__all__ = ["WeldResource"]

R = TypeVar("R", bound="WeldResource")


class WeldResource(pulumi.dynamic.Resource, module="weld", name="Resource"):
    """Register a Weld resource; the base of all of them.

    Subclasses annotate their outputs for the type checker only. The SDK would evaluate the annotations for each
    resource, and compare each of thousands of entries with its type; hiding them saves 0.3 ms of the program for each
    SourceStream.
    """

    #: Arguments and outputs.
    _schema: ClassVar[Schema] = Schema("Resource", "object")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # A subclass of a user keeps the type, so that its URN stays the same.
        super().__init_subclass__(module="weld", name=cls._schema.kind, **kwargs)

    @classmethod
    def get(cls: type[R], resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> R:
        """Read an object of Weld that this stack does not manage.

        Example::

            import weld_pulumi as weld

            sync = weld.EltSync.get("theirs", "q4Rk8vp_fhTjqf")

        Args:
            resource_name: name of the resource in the stack.
            id: Weld's id of the object. An id that does not exist is an error.
            opts: Pulumi's resource options.
        """
        resource = cls.__new__(cls)
        merged = pulumi.ResourceOptions.merge(opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(id=id))
        resource._register(resource_name, merged, dict.fromkeys(attribute.name for attribute in cls._schema))
        return resource

    def _construct(self, resource_name: str, opts: pulumi.ResourceOptions | None, local: Mapping[str, Any]) -> None:
        """Register a new resource; ``local`` are the constructor's local variables, arguments among them."""
        given = {attribute.name: local[attribute.name] for attribute in self._schema}
        for attribute in self._schema:
            if attribute.from_name:
                given[attribute.name] = _or_name(given[attribute.name], resource_name)
        self._register(resource_name, opts, given)

    def _register(self, resource_name: str, opts: pulumi.ResourceOptions | None, arguments: Mapping[str, Any]) -> None:
        """Register the resource; every argument and every output becomes an attribute.

        An omitted argument becomes an output only when the program reads it (`__getattr__`), unless the engine may have
        a value for it that the program does not. The SDK repeatedly waits for all outputs of all resources; this saves
        3 ms of the program for each SourceStream.
        """
        opts = opts or pulumi.ResourceOptions()
        self._reject_import(resource_name, opts)
        warn_of_plain_key()
        engine_has_values = opts.id is not None or bool(opts.ignore_changes)
        given = {name: value for name, value in arguments.items() if value is not None or engine_has_values}
        self._reject_half_characters(resource_name, given)
        opts = pulumi.ResourceOptions.merge(opts, None)  # a copy
        outputs = [output for output in self._schema.outputs if not output.internal]
        secret_outputs = [*(o.name for o in outputs if o.secret), *(opts.additional_secret_outputs or ())]

        def note_secret_arguments(names: list[str]) -> None:
            secret_outputs.extend(output.name for output in self._schema.outputs if output.derived_from in names)

        props = {
            **dict.fromkeys(output.name for output in outputs),
            **given,
            SECRETS: secret_paths(given, note_secret_arguments),
            **_options_into_lists(opts, given),
        }
        provider = pickled_reference(self._schema.kind)
        register_dynamic(self, resource_name, provider, props, opts, secret_outputs)
        for name, default in self._schema.defaults.items():
            if name in given and (given[name] is None or isinstance(given[name], pulumi.Output)):
                self.__dict__[name] = _or_default(self.__dict__[name], given[name], default)

    # Hidden from the type checker, so that it rejects unknown names.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in self._schema or "urn" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            default = self._schema[name].default
            # The URN is known in a preview, and so is the default.
            self.__dict__[name] = self.urn.apply(lambda _: copy(default))
            return self.__dict__[name]

    @classmethod
    def _reject_import(cls, resource_name: str, opts: pulumi.ResourceOptions) -> None:
        if opts.import_ is None:
            return
        if "adopt" not in cls._schema:
            raise WeldValidationError(
                f"{cls._schema.kind} {resource_name!r}: import_ does not work, since a {cls._schema.noun} is not an "
                "object of Weld. Leave it out."
            )
        adopt = opts.import_ if cls._schema["adopt"].type is ID_OR_FLAG else True
        raise WeldValidationError(
            f"{cls._schema.kind} {resource_name!r}: import_ does not work with dynamic resources such as this one. "
            f"Write adopt={adopt!r} among its arguments instead, or let `weld-pulumi import` write the program and an "
            "import file for what is in Weld."
        )

    @classmethod
    def _reject_half_characters(cls, resource_name: str, given: Mapping[str, Any]) -> None:
        """Reject text that cannot be encoded; the error of the SDK would not name the argument."""
        for name, value in given.items():
            if _contains_half_character(value):
                raise WeldValidationError(
                    f"{cls._schema.kind} {resource_name!r}: {name} contains half a character (a lone surrogate). Write "
                    "the whole character."
                )


def _contains_half_character(value: Any) -> bool:
    """Tell whether a value contains text that cannot be encoded."""
    waiting = [value]
    for item in waiting:
        if isinstance(item, str):
            if has_half_character(item):
                return True
        elif isinstance(item, Mapping):
            waiting += [*item, *item.values()]
        elif isinstance(item, (list, tuple)):
            waiting += item
    return False


def _options_into_lists(opts: pulumi.ResourceOptions, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that refer to list items by index, so that the plugin can check the index."""
    paths = {
        "ignore_changes": [path for path in opts.ignore_changes or () if "[" in path or "*" in path],
        "replace_on_changes": list(opts.replace_on_changes or ()),
    }
    if not any(paths.values()):
        return {}
    streams = arguments.get("source_streams")
    # With ignore_changes, the plugin gets the names of the last run instead.
    names = None if streams is None else pulumi.Output.from_input(streams).apply(_names_of)
    return {OPTIONS: {**paths, "names": names}}


def _names_of(streams: Any) -> Any:
    return [stream.get("name") if isinstance(stream, Mapping) else stream for stream in streams or ()]


def _or_name(given: pulumi.Input[str] | None, resource_name: str) -> pulumi.Input[str]:
    """Return an argument that defaults to the resource name; an Output of None counts as omitted too."""
    if given is None:
        return resource_name
    if not isinstance(given, pulumi.Output) and not isawaitable(given):
        return given
    coming: pulumi.Output[str | None] = pulumi.Output.from_input(cast(Any, given))
    return coming.apply(lambda value: resource_name if value is None else value)


def _or_default(output: pulumi.Output[Any], given: pulumi.Input[Any], default: Any) -> pulumi.Output[Any]:
    """Return the output of an argument that, when omitted, is known in a preview too."""
    written = pulumi.Output.from_input(given)

    async def is_omitted() -> bool:
        return await written.is_known() and await written.future() is None

    async def value() -> Any:
        found = await output.future()
        return copy(default) if found is None and await is_omitted() else found

    async def is_known() -> bool:
        return await output.is_known() or await is_omitted()

    return pulumi.Output(output.resources(), value(), is_known(), output.is_secret())
