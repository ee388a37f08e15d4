"""The Weld resources in the state of a stack, and a provider context for the Weld workspace of each.

The state is exported with its secrets encrypted: a command that prints what it compares must not have them. Only the
key of a :class:`weld_pulumi.Provider` is decrypted, where the stack has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._registry import PATTERNS, SECRETS
from .._text import printable
from ..api.client import WeldClient
from ..config import load
from ..errors import WeldConfigError
from ..provider.core.context import ProviderContext
from ..provider.core.handler import PRIVATE_STATE, Handler, ReadResult
from ..provider.core.ownership import CURRENT_URN, short_name
from ..provider.core.reporter import Reporter
from ..provider.process import load_handler
from ..schema.attributes import Props
from ..schema.values import plain
from .client_options import client_of
from .project import ENCRYPTED, export_stack, find_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["StackResource", "StackWorkspaces", "client_of_provider", "read_stack"]

_TYPE = "pulumi-python:dynamic/weld:"
#: Seconds for which one read of a sync serves the sync and its streams: all of a command, however slow Weld is.
_WHOLE_COMMAND = 3600.0


@dataclass(frozen=True)
class StackResource:
    """A resource that the stack manages.

    Attributes:
        urn: its URN.
        kind: such as ``EltSync``.
        id: Weld's id, or one that begins with ``pending-``.
        inputs: those of the last `up`, without what is encrypted.
        outs: its outputs, without what is encrypted.
        encrypted: the paths of what is left out.
        secrets: the names of the arguments and outputs that contain a secret.
        ignored: the paths of its option ``ignore_changes``.
        patterns: the patterns and exclusions of ``source_streams``, which the inputs have in resolved form.
        provider: reference to its provider, as the state has it.
    """

    urn: str
    kind: str
    id: str
    inputs: Props
    outs: Props
    encrypted: Sequence[str]
    secrets: Sequence[str]
    ignored: Sequence[str]
    patterns: Sequence[Mapping[str, Any]]
    provider: str

    @property
    def name(self) -> str:
        """The name of the resource in the program."""
        return short_name(self.urn)


def read_stack(stack: str | None, command: str, instead: str = "") -> list[StackResource]:
    """Return the Weld resources that a stack (default: the selected one) manages, without those it only reads.

    Args:
        stack: its name.
        command: the command that needs it, for the error.
        instead: what else the user can do without a project, as a sentence.

    Raises:
        WeldConfigError: there is no project around the current folder.
        PulumiFailedError: the stack cannot be read.
    """
    if not stack and find_project() is None:
        raise WeldConfigError(
            f"`weld-pulumi {command}` reads the state of a stack, but no Pulumi.yaml is in this folder or above. Run "
            f"the command in the folder of the project, or name the stack with --stack.{instead}"
        )
    return [_resource(each) for each in export_stack(stack, show_secrets=False) if _is_managed(each)]


def _is_managed(resource: Mapping[str, Any]) -> bool:
    """Tell whether the stack manages an object; not for `.get`, nor for the old half of a replacement."""
    gone = resource.get("external") or resource.get("delete") or resource.get("pendingReplacement")
    return str(resource.get("type")).startswith(_TYPE) and bool(resource.get("id")) and not gone


def _resource(resource: Mapping[str, Any]) -> StackResource:
    encrypted: dict[str, None] = {}
    inputs = _readable(resource.get("inputs") or {}, "", encrypted)
    outs = _readable(resource.get("outputs") or {}, "", encrypted)
    return StackResource(
        str(resource["urn"]),
        str(resource["type"]).removeprefix(_TYPE),
        str(resource["id"]),
        plain({name: value for name, value in inputs.items() if not name.startswith("__")}),
        plain({name: value for name, value in outs.items() if not name.startswith("__") or name == PRIVATE_STATE}),
        list(encrypted),
        [*(outs.get(SECRETS) or ()), *(path.partition(".")[0] for path in encrypted)],
        list(resource.get("ignoreChanges") or ()),
        list(inputs.get(PATTERNS) or ()),
        str(resource.get("provider")),
    )


def _readable(value: Any, path: str, encrypted: dict[str, None]) -> Any:
    """Return a value without what is encrypted in it; a list is left out as a whole."""
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        if item is ENCRYPTED or (isinstance(item, list) and _has_encrypted(item)):
            encrypted[here] = None
        else:
            kept[key] = _readable(item, here, encrypted)
    return kept


def _has_encrypted(value: Any) -> bool:
    if isinstance(value, (list, Mapping)):
        return any(map(_has_encrypted, value.values() if isinstance(value, Mapping) else value))
    return value is ENCRYPTED


def client_of_provider(
    provider: str, resources: Sequence[Mapping[str, Any]], stack: str | None, api_url: str | None
) -> WeldClient:
    """Return a client for the Weld workspace of a resource: that of its weld.Provider, if it has one.

    Args:
        provider: reference to the provider of the resource.
        resources: of the stack, with secrets in plain text.
        stack: name of the stack; None for the selected one.
        api_url: takes precedence over every configuration, except for a weld.Provider.
    """
    if _is_default(provider):
        return client_of(stack, api_url, prefer_stack=True)
    urn = provider.rpartition("::")[0]
    inputs: Mapping[str, Any] = next((r.get("inputs") or {} for r in resources if r["urn"] == urn), {})
    return WeldClient(load(inputs.get))


def _is_default(provider: str) -> bool:
    return short_name(provider.rpartition("::")[0]) in ("", "default")


class StackWorkspaces:
    """The Weld workspaces of a stack, one for each provider. Several threads may call :meth:`read`.

    Args:
        resources: those of which the workspaces are needed.
        stack: name of the stack; None for the selected one.
        api_url: takes precedence over every configuration.
        report: receives each line that a handler reports, and the URN of its resource.
    """

    def __init__(
        self,
        resources: Sequence[StackResource],
        stack: str | None,
        api_url: str | None,
        report: Callable[[str, str], None] = lambda urn, line: None,
    ) -> None:
        providers = list(dict.fromkeys(resource.provider for resource in resources))
        decrypted = [] if all(map(_is_default, providers)) else export_stack(stack)
        self._contexts: dict[str, ProviderContext] = {}
        for provider in providers:
            client = client_of_provider(provider, decrypted, stack, api_url)
            self._contexts[provider] = _context(client, report)

    @property
    def providers(self) -> list[str]:
        """The references to the providers."""
        return list(self._contexts)

    def context(self, provider: str) -> ProviderContext:
        """Return the context of a provider."""
        return self._contexts[provider]

    def handler(self, resource: StackResource) -> Handler:
        """Return the handler of a resource.

        Raises:
            WeldConfigError: a newer version of weld-pulumi deployed the resource.
        """
        try:
            handler = load_handler(resource.kind)
        except LookupError as error:
            raise WeldConfigError(f"{resource.name!r} cannot be read: {error}.") from None
        return handler(self._contexts[resource.provider])

    def read(self, resource: StackResource) -> ReadResult:
        """Read a resource as `pulumi refresh` does."""
        with _handling(resource.urn):
            return self.handler(resource).read(resource.id, resource.outs)


def _context(client: WeldClient, report: Callable[[str, str], None]) -> ProviderContext:
    def write(line: str) -> None:
        report(CURRENT_URN.get(), printable(line.removeprefix("warning: ").removeprefix("Weld: ")))

    # Offline: only the object itself is read, and nothing for advice. `weld-pulumi health` reports retired streams.
    settings = replace(client.settings, validation="offline")
    context = ProviderContext(settings, lambda _: client, Reporter(write))
    context.reads.sync_max_age = _WHOLE_COMMAND
    return context


@contextmanager
def _handling(urn: str) -> Iterator[None]:
    token = CURRENT_URN.set(urn)
    try:
        yield
    finally:
        CURRENT_URN.reset(token)
