"""What the three resources share: frozen type tokens, registration, ``get``, and refusals of what cannot work."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from inspect import getfullargspec, isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import pulumi
import pulumi.dynamic
from pulumi.dynamic.dynamic import PROVIDER_KEY

from .._registry import OPTIONS, SECRETS, pickled_reference
from .._secret_inputs import arguments_of, outputs_in, secret_among
from ..errors import WeldValidationError
from ._warnings import warn_of_plain_key

__all__ = ["WeldResource", "or_name"]

R = TypeVar("R", bound="WeldResource")


class WeldResource(pulumi.dynamic.Resource, module="weld", name="Resource"):
    """Base of the resources."""

    _kind: ClassVar[str] = "Resource"
    _secret_outputs: ClassVar[tuple[str, ...]] = ()
    #: Output -> the argument of which it repeats something: where that is secret, so is the output.
    _derived: ClassVar[Mapping[str, str]] = {}
    #: What a constructor takes by name.
    _arguments: ClassVar[tuple[str, ...]] = ()
    _outputs: ClassVar[tuple[str, ...]] = ()
    #: What an argument means when it is left out: what the program sees where the engine does not tell.
    _defaults: ClassVar[Mapping[str, Any]] = {}
    _adopts_by_id: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # A user's subclass stays the same type: otherwise its URN would change.
        super().__init_subclass__(module="weld", name=cls._kind, **kwargs)
        if "_kind" in cls.__dict__:
            cls._arguments = tuple(getfullargspec(cls.__init__).kwonlyargs)

    @classmethod
    def get(cls: type[R], resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> R:
        """Read what is in Weld and not managed by this stack.

        Example::

            sync = weld.EltSync.get("theirs", "elt_sync_id_from_weld")

        Args:
            resource_name: name of the resource in the stack.
            id: Weld's id of the object. An id that does not exist is an error.
            opts: Pulumi's resource options.
        """
        resource = cls.__new__(cls)
        merged = pulumi.ResourceOptions.merge(opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(id=id))
        resource._register(resource_name, merged, dict.fromkeys(cls._arguments))
        return resource

    def _register(self, resource_name: str, opts: pulumi.ResourceOptions | None, local: Mapping[str, Any]) -> None:
        """Register the resource; every argument and every output becomes an attribute.

        A constructor hands over all its local names, of which those that are arguments count.

        The SDK waits for all outputs of all resources, over and over, so with a thousand streams each output counts.
        An argument that was left out is therefore made one only when it is asked for, unless the engine may know
        something else of it than the program.
        """
        opts = opts or pulumi.ResourceOptions()
        self._refuse_import(resource_name, opts)
        warn_of_plain_key()
        told_more = opts.id is not None or bool(opts.ignore_changes)
        given = {name: local[name] for name in self._arguments if local[name] is not None or told_more}
        for name, value in given.items():
            if _has_half_character(value):
                raise WeldValidationError(
                    f"{self._kind} {resource_name!r}: {name} holds a text with half a character in it (a lone "
                    "surrogate); write the whole character."
                )
        secret_outputs = [*self._secret_outputs, *(opts.additional_secret_outputs or ())]
        opts = pulumi.ResourceOptions.merge(opts, None)  # a copy
        opts.additional_secret_outputs = secret_outputs
        # The SDK reads the list of secret outputs when it has the values of all properties.
        ours = {PROVIDER_KEY: pickled_reference(self._kind), SECRETS: self._secret_inputs(given, secret_outputs)}
        ours |= _into_lists(opts, given)
        props = {**dict.fromkeys(self._outputs), **given, **ours}
        # Past the constructor of dynamic.Resource, which does no more than pickle a provider: the engine notes which
        # line made a resource, the SDK finds it by counting constructors, and with that one among them it would be
        # the next line, not the user's.
        super(pulumi.dynamic.Resource, self).__init__(
            f"pulumi-python:{self._resource_type_name}", resource_name, props, opts
        )
        for name in self._defaults.keys() & given.keys():
            if given[name] is None or isinstance(given[name], pulumi.Output):
                self.__dict__[name] = _or_default(self.__dict__[name], given[name], self._defaults[name])

    @classmethod
    def _secret_inputs(
        cls, given: Mapping[str, Any], secret_outputs: list[str]
    ) -> pulumi.Output[list[str] | None] | None:
        """Return the paths of what is secret, for the plugin to keep it out of its messages.

        Where outputs repeat something secret, they are added to ``secret_outputs`` meanwhile.
        """
        outputs = outputs_in(given)
        if not outputs:
            return None

        async def paths() -> list[str] | None:
            found = await secret_among(outputs)
            arguments = arguments_of(found)
            secret_outputs.extend(output for output, argument in cls._derived.items() if argument in arguments)
            return found or None

        async def is_known() -> bool:
            return True

        return pulumi.Output(set(), paths(), is_known())

    # Not for the type checker, which is to refuse names that are no arguments.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in self._arguments or "urn" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            default = self._defaults.get(name)
            # In a preview the URN is known, so the default is too.
            self.__dict__[name] = self.urn.apply(lambda _: copy(default))
            return self.__dict__[name]

    @classmethod
    def _refuse_import(cls, resource_name: str, opts: pulumi.ResourceOptions) -> None:
        if opts.import_ is None:
            return
        raise WeldValidationError(
            f"{cls._kind} {resource_name!r}: import_ does not work with dynamic resources such as this one. Write "
            f"adopt={opts.import_ if cls._adopts_by_id else True!r} among its arguments instead, or let `weld-pulumi "
            "import` write the program and an import file for what is in Weld."
        )


def _has_half_character(value: Any) -> bool:
    """Tell whether a text cannot be sent to the engine; the SDK would say so with a traceback, without the argument."""
    waiting = [value]
    for item in waiting:
        if isinstance(item, str):
            if not item.isascii() and any("\ud800" <= character <= "\udfff" for character in item):
                return True
        elif isinstance(item, Mapping):
            waiting += [*item, *item.values()]
        elif isinstance(item, (list, tuple)):
            waiting += item
    return False


def _into_lists(opts: pulumi.ResourceOptions, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that go by the index of a list, for the plugin to see whether the index still fits."""
    paths = {
        "ignore_changes": [path for path in opts.ignore_changes or () if "[" in path or "*" in path],
        "replace_on_changes": list(opts.replace_on_changes or ()),
    }
    if not any(paths.values()):
        return {}
    streams = arguments.get("source_streams")
    # What the engine ignores it puts back before the plugin sees it, names too.
    names = None if streams is None else pulumi.Output.from_input(streams).apply(_names_of)
    return {OPTIONS: {**paths, "names": names}}


def _names_of(streams: Any) -> Any:
    return [stream.get("name") if isinstance(stream, Mapping) else stream for stream in streams or ()]


def or_name(given: pulumi.Input[str] | None, resource_name: str) -> pulumi.Input[str]:
    """Return an argument that is the resource name where it is left out; None is left out inside an Output too."""
    if given is None:
        return resource_name
    if not isinstance(given, pulumi.Output) and not isawaitable(given):
        return given
    coming: pulumi.Output[str | None] = pulumi.Output.from_input(cast(Any, given))
    return coming.apply(lambda told: resource_name if told is None else told)


def _or_default(told: pulumi.Output[Any], given: pulumi.Input[Any], default: Any) -> pulumi.Output[Any]:
    """Return the output of an argument; left out it is known in a preview too, unlike what the engine leaves out."""
    said = pulumi.Output.from_input(given)

    async def left_out() -> bool:
        return await said.is_known() and await said.future() is None

    async def value() -> Any:
        found = await told.future()
        return copy(default) if found is None and await left_out() else found

    async def is_known() -> bool:
        return await told.is_known() or await left_out()

    return pulumi.Output(told.resources(), value(), is_known(), told.is_secret())
