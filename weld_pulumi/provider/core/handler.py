"""The shape of a handler: what the engine asks and what it is answered, as plain data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ...validation.problems import Problem
from .context import ProviderContext
from .ownership import CURRENT_URN
from .schema import Props, Schema
from .values import Rule

if TYPE_CHECKING:
    from ...api.client import WeldClient

__all__ = ["PRIVATE_STATE", "CheckResult", "DiffResult", "Handler", "ReadResult", "private_state", "with_private_state"]

#: Output under which a handler keeps what it must remember; the engine does not show names with two underscores.
PRIVATE_STATE = "__weld"


@dataclass
class CheckResult:
    """Canonical inputs, and what is wrong with them."""

    inputs: Props
    problems: list[Problem] = field(default_factory=list)


@dataclass
class DiffResult:
    """What has to happen: arguments that changed, those of them that need a new object, and in which order.

    ``hidden`` says that the change is not one of inputs, so that the engine cannot find it by itself.
    """

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False
    hidden: bool = False


@dataclass
class ReadResult:
    """An object as it is now: id, outputs, and the inputs that would describe it. ``id`` None: it is gone."""

    id: str | None
    outs: Props = field(default_factory=dict)
    inputs: Props = field(default_factory=dict)


class Handler(ABC):
    """One resource. Instances hold the context of the process and nothing else."""

    title: ClassVar[str]
    table: ClassVar[Schema]

    def __init__(self, context: ProviderContext) -> None:
        self.context = context

    @property
    def client(self) -> WeldClient:
        """Weld's endpoints; the first use loads what HTTP needs."""
        return self.context.client

    @property
    def urn(self) -> str:
        """The URN of the resource that is being handled."""
        return CURRENT_URN.get()

    def minded(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems that stop a resource: with ``weld:validation`` ``off`` none but those of types."""
        off = self.context.settings.validation == "off"
        return [problem for problem in problems if not (off and isinstance(problem, Rule))]

    @abstractmethod
    def check(self, olds: Props, news: Props) -> CheckResult:
        """Read the program's arguments; ``olds`` are the inputs of the last run, empty for a new resource."""

    @abstractmethod
    def diff(self, id: str, olds: Props, news: Props) -> DiffResult:
        """Compare the outputs of the last run with canonical inputs."""

    @abstractmethod
    def create(self, news: Props) -> tuple[str, Props]:
        """Make the object; return its id and outputs."""

    @abstractmethod
    def read(self, id: str, props: Props) -> ReadResult:
        """Look at the object; ``props`` are the last outputs, empty for ``.get``."""

    @abstractmethod
    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Change the object in place; return all outputs."""

    @abstractmethod
    def delete(self, id: str, props: Props) -> None:
        """Remove the object."""


def private_state(props: Mapping[str, Any]) -> Props:
    """Return what the handler remembered in the outputs."""
    memo = props.get(PRIVATE_STATE)
    return dict(memo) if isinstance(memo, dict) else {}


def with_private_state(outs: Props, **memo: Any) -> Props:
    """Return outputs that remember ``memo`` (falsy entries are left out)."""
    kept = {key: value for key, value in memo.items() if value}
    return {**{k: v for k, v in outs.items() if k != PRIVATE_STATE}, **({PRIVATE_STATE: kept} if kept else {})}
