"""The base of the handlers: the operations of the engine, and the steps of check and diff that all resources share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, final

from ..._registry import OPTIONS
from ...errors import WeldValidationError
from ...schema.attributes import Props, Schema
from ...schema.values import Rule
from ...validation.problems import Problem
from .adoption import duplicate
from .context import ProviderContext
from .option_paths import option_problems
from .ownership import CURRENT_URN, name_of
from .pending_connections import is_pending

if TYPE_CHECKING:
    from ...api.client import WeldClient

__all__ = [
    "PRIVATE_STATE",
    "CheckResult",
    "Checking",
    "DiffResult",
    "Handler",
    "ReadResult",
    "private_state",
    "with_private_state",
]

#: Output in which a handler keeps its private state; the engine does not show names with two underscores.
PRIVATE_STATE = "__weld"


@dataclass
class CheckResult:
    """Canonical inputs, and what is wrong with them."""

    inputs: Props
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Checking:
    """A check under way.

    Attributes:
        olds: canonical inputs of the last run; empty for a new resource.
        given: arguments as the engine passes them, with what it ignores put back.
        inputs: canonical inputs.
        problems: what has been found so far.
    """

    olds: Props
    given: Props
    inputs: Props
    problems: list[Problem]

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to compare with: a new resource, or the new half of a replacement."""
        return not self.olds


@dataclass
class DiffResult:
    """What has to happen: arguments that changed, those of them that need a new object, and in which order.

    ``not_in_inputs``: the change is not one of inputs, so the engine cannot find it by comparing them.
    """

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False
    not_in_inputs: bool = False


@dataclass
class ReadResult:
    """An object as it is now: id, outputs, and the inputs that would describe it. ``id`` None: it does not exist."""

    id: str | None
    outs: Props = field(default_factory=dict)
    inputs: Props = field(default_factory=dict)


class Handler(ABC):
    """Check, diff, create, read, update and delete one resource.

    ``check`` and ``diff`` are final: they call the hooks below them. Instances hold the context of the process and
    nothing else.
    """

    schema: ClassVar[Schema]

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

    # Check -----------------------------------------------------------------------------------------------------

    @final
    def check(self, olds: Props, news: Props) -> CheckResult:
        """Read the program's arguments into canonical form, and find out what is wrong with them.

        Args:
            olds: inputs of the last run; empty for a new resource.
            news: arguments as the engine passes them.
        """
        checking = Checking(olds, news, *self.schema.canonical(news))
        checking.problems = self._blocking(self.offline_problems(checking))
        self.resolve(checking)
        checking.problems += option_problems(self.schema, news.get(OPTIONS), news, olds, checking.inputs)
        if checking.is_new:
            self._report_replacement(checking.inputs)
        if self.asks_weld(checking) and self.context.may_ask():
            checking.problems += self.online_problems(checking)
        return CheckResult(checking.inputs, checking.problems)

    def _blocking(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems that block the operation. With ``weld:validation=off``, only type errors do."""
        off = self.context.settings.validation == "off"
        return [problem for problem in problems if not (off and isinstance(problem, Rule))]

    def _report_replacement(self, inputs: Props) -> None:
        """Report what a replacement loses and copies, whether an argument or an option of the program asks for it."""
        replaced = self.context.ownership.begin_replacement(self.urn)
        if replaced is not None and not is_pending(replaced.id):
            loss = self.loss(replaced.id, replaced.outs)
            if loss:
                self.context.reporter.warn(loss)
            self.report_replacement(replaced.id, dict(replaced.outs), inputs)

    def offline_problems(self, checking: Checking) -> list[Problem]:
        """Return the problems found so far and those that need no network: contradictions between arguments."""
        return checking.problems

    def resolve(self, checking: Checking) -> None:  # noqa: B027 - a hook
        """Replace in ``checking.inputs`` what stands for something that only Weld, or the last run, knows."""

    def loss(self, id: str, outs: Mapping[str, Any]) -> str:
        """Say what is lost when this object is replaced; "" for nothing."""
        return ""

    def report_replacement(self, id: str, outs: Props, inputs: Props) -> None:  # noqa: B027 - a hook
        """Report how much Weld copies and drops when this object is replaced by one with the inputs."""

    def asks_weld(self, checking: Checking) -> bool:
        """Tell whether these inputs have to be checked with Weld."""
        return True

    @abstractmethod
    def online_problems(self, checking: Checking) -> list[Problem]:
        """Return the problems that only Weld can find; report what ``up`` will take over."""

    # Diff ------------------------------------------------------------------------------------------------------

    @final
    def diff(self, id: str, olds: Props, news: Props) -> DiffResult:
        """Compare the outputs of the last run with canonical inputs.

        Raises:
            WeldValidationError: another resource of the program manages the same object.
        """
        wanted = self.wanted(id, olds, news)
        self.plan(id, wanted)
        changed = self.schema.changed(olds, wanted)
        replaces = self.schema.replacing(changed)
        rival = self.context.ownership.note_compared(self.urn, id, olds, is_replaced=bool(replaces))
        if rival:
            raise WeldValidationError(duplicate(self.describe(id, olds), rival))
        if changed and not replaces and self.context.ownership.is_in_program(self.urn):
            self.report_changes(id, olds, wanted, changed)
        adopted = bool(private_state(olds).get("adopted"))
        found = DiffResult(changed, replaces, bool(changed) and self.deletes_first(olds, wanted, replaces), adopted)
        return self.refined(id, olds, wanted, found)

    def wanted(self, id: str, olds: Props, news: Props) -> Props:
        """Return the inputs to compare: with what the last run resolved filled in."""
        return news

    def plan(self, id: str, wanted: Props) -> None:  # noqa: B027 - a hook
        """Leave in the context what resources that come later need."""

    @abstractmethod
    def describe(self, id: str, props: Mapping[str, Any]) -> str:
        """Name an object in a message."""

    def report_changes(self, id: str, olds: Props, wanted: Props, changed: list[str]) -> None:  # noqa: B027 - a hook
        """Report what a change in place means, where the engine's own diff does not show it."""

    def deletes_first(self, olds: Props, wanted: Props, replaces: list[str]) -> bool:
        """Tell whether a replacement has to delete the old object first."""
        return False

    def refined(self, id: str, olds: Props, wanted: Props, found: DiffResult) -> DiffResult:
        """Return the result, with changes that are not in the inputs."""
        return found

    # Create, read, update, delete ------------------------------------------------------------------------------

    @abstractmethod
    def create(self, news: Props) -> tuple[str, Props]:
        """Create or adopt the object; return its id and outputs."""

    @abstractmethod
    def read(self, id: str, props: Props) -> ReadResult:
        """Read the object; ``props`` are the last outputs, empty for ``.get``."""

    @abstractmethod
    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Change the object in place; return all outputs."""

    @abstractmethod
    def delete(self, id: str, props: Props) -> None:
        """Delete the object."""

    def release(self, id: str, props: Props) -> bool:
        """Release an object; return whether it may be deleted. If another resource still manages it, warn."""
        keeper = self.context.ownership.release(self.urn, id)
        if keeper is None:
            return True
        self.context.reporter.warn(
            f"{self.describe(id, props)} is not deleted: {name_of(keeper)} of this stack also manages it."
        )
        return False


def private_state(props: Mapping[str, Any]) -> Props:
    """Return the private state in the outputs."""
    state = props.get(PRIVATE_STATE)
    return dict(state) if isinstance(state, dict) else {}


def with_private_state(outs: Props, **state: Any) -> Props:
    """Return outputs with this private state (falsy entries are omitted)."""
    kept = {key: value for key, value in state.items() if value}
    return {**{k: v for k, v in outs.items() if k != PRIVATE_STATE}, **({PRIVATE_STATE: kept} if kept else {})}
