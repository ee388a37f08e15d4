"""Pulumi's dynamic-provider classes on one side, the handlers on the other: translation and nothing else."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from .._ending import process_is_ending
from .._registry import SECRETS
from .._secret_inputs import arguments_of, is_touched, values_at
from .._text import printable
from ..api.retries import Backoff, interruptible
from ..config import Settings, load
from ..schema.attributes import Props
from ..schema.values import fingerprint
from ..validation.problems import Problem, WholeProblem
from .core.context import ProviderContext
from .core.handler import CheckResult as Checked
from .core.handler import Handler
from .core.interruption import cancelled, is_abandoned, watch_engine
from .core.ownership import CURRENT_URN, OwnershipRegistry
from .core.reporter import Reporter
from .engine_values import from_engine, to_engine, unfit
from .error_presentation import hide_traceback, present_errors
from .pulumi_internals import current_urn, is_plugin
from .stack_state import StackState

if TYPE_CHECKING:
    from ..api.client import WeldClient
    from ..api.redaction import SecretRegistry

__all__ = ["DynamicProvider", "new_context"]

T = TypeVar("T")

#: The reason itself may quote the value.
_OF_A_SECRET = (
    "is invalid. The reason is withheld because the value is secret; preview with a non-secret test value to see it"
)
#: How many objects may come until garbage is looked for among them; some 10 MB.
_NEW_OBJECTS = 50_000
_contexts_lock = threading.Lock()


def new_context(settings: Settings) -> ProviderContext:
    """Return a context that shares nothing with others."""
    reporter = Reporter()
    ownership = OwnershipRegistry(StackState(reporter.warn))
    return ProviderContext(settings, partial(_connect, settings), reporter, ownership=ownership)


_kept_context = cache(new_context)


def _shared_context(settings: Settings) -> ProviderContext:
    """Return the context of this process: all resources of one provider share it."""
    with _contexts_lock:
        return _kept_context(settings)


def _handler_of(name: str) -> type[Handler]:
    """Load the handler of a kind where the program has one: a Connection brings a web server along."""
    if name == "Connection":
        from .connection.handler import ConnectionHandler

        return ConnectionHandler
    if name == "EltSync":
        from .elt_sync.handler import EltSyncHandler

        return EltSyncHandler
    if name == "SourceStream":
        from .source_stream.handler import SourceStreamHandler

        return SourceStreamHandler
    raise LookupError(f"weld_pulumi has no resource {name!r}; see whether there is a newer weld-pulumi")


def _connect(settings: Settings, hidden: SecretRegistry) -> WeldClient:
    from ..api.client import WeldClient
    from ..api.transport import Transport

    _collect_seldom()
    backoff = Backoff(interruptible(lambda: process_is_ending() or cancelled.is_set()))
    return WeldClient(settings, Transport(settings, backoff, is_abandoned, hidden))


class DynamicProvider(ResourceProvider):
    """The provider of one kind of resource, as the plugin process of Pulumi knows it.

    Args:
        name: of the resource, such as ``EltSync``.
        context_of: returns the context to work in.
    """

    def __init__(self, name: str, context_of: Callable[[Settings], ProviderContext] = _shared_context) -> None:
        super().__init__()
        self.name = name
        self._context_of = context_of
        self._handler: Handler

    def configure(self, req: ConfigureRequest) -> None:
        """Take the configuration; ask nothing of Weld, so that a preview without a key goes on."""
        hide_traceback()
        watch_engine()
        config = req.config
        context = present_errors("configuring weld", lambda: self._context_of(load(lambda key: _text(config.get(key)))))
        if context.settings.warning:
            context.reporter.warn(context.settings.warning)
        self._handler = _handler_of(self.name)(context)
        _collect_seldom()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        secrets = news.get(SECRETS) or []
        problems = [WholeProblem(name, reason) for name, value in news.items() if (reason := unfit(value))]
        if problems:
            return CheckResult({}, [self._failure(problem, secrets, news) for problem in problems])
        self._hidden.mark(values_at(secrets, news))
        checked = self._run("checking", lambda: self._check(secrets, from_engine(_olds), from_engine(news)))
        failures = [self._failure(problem, secrets, news) for problem in checked.problems]
        return CheckResult(to_engine(checked.inputs), failures)

    def _check(self, secrets: list[str], olds: Props, news: Props) -> Checked:
        self._handler.context.ownership.note_check(CURRENT_URN.get())
        if not secrets:
            return self._handler.check(olds, news)
        # A message may show the canonical form of a value; inside of lists there may be another order in it.
        canonical, _ = self._handler.schema.canonical(news)
        self._hidden.mark([canonical.get(path) for path in secrets])
        self._hidden.mark([olds.get(name) for name in arguments_of(secrets)])
        checked = self._handler.check(olds, news)
        self._handler.context.secret_inputs[_known_by(checked.inputs)] = arguments_of(secrets)
        return checked

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._mark_known(_olds)
        diffed = self._run("comparing", lambda: self._handler.diff(_id, from_engine(_olds), from_engine(_news)), _id)
        if not diffed.changed:
            return DiffResult(changes=False)
        # With None the engine compares the inputs itself, and so shows details and honors replace_on_changes.
        return DiffResult(
            changes=True if diffed.not_in_inputs else None,
            replaces=diffed.replaces,
            delete_before_replace=diffed.delete_first,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        id, outs = self._run("creating", lambda: self._handler.create(from_engine(props)))
        return CreateResult(id, self._stored(outs, self._secret_inputs(props)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        known = self._mark_known(props)
        before = from_engine(props)
        live = self._run("reading", lambda: self._handler.read(id_, before), id_)
        if live.id is None:
            return ReadResult("", {})
        outs = to_engine(live.outs)
        # Where no argument has changed the engine keeps its inputs: thousands of streams need not travel once more,
        # and lists keep the order of the program, which an old state may have in its inputs only.
        same = live.inputs == self._handler.schema.declared(before)
        return ReadResult(live.id, self._stored(outs, known), None if same else to_engine(live.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._mark_known(_olds)
        outs = self._run("updating", lambda: self._handler.update(_id, from_engine(_olds), from_engine(_news)), _id)
        return UpdateResult(self._stored(outs, self._secret_inputs(_news)))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._mark_known(_props)
        self._run("deleting", lambda: self._handler.delete(_id, from_engine(_props)), _id)

    def _run(self, verb: str, operation: Callable[[], T], id: str = "") -> T:
        token = CURRENT_URN.set(current_urn() or (f"{self.name} {id}" if id else ""))
        try:
            return present_errors(f"{verb} the {self.name}", operation, self._hidden)
        finally:
            CURRENT_URN.reset(token)

    def _failure(self, problem: Problem, secrets: list[str], news: Mapping[str, Any]) -> CheckFailure:
        """Name the property to the engine, unless it would then print a value that may be secret or huge."""
        path, reason, is_secret = problem.path, problem.reason, is_touched(problem.path, secrets)
        if is_secret and not isinstance(problem, WholeProblem):
            reason = _OF_A_SECRET
        if not is_secret and self._is_printable(path, news):
            return CheckFailure(path, printable(self._hidden(reason)))
        return CheckFailure("", printable(self._hidden(f"{path}: {reason}" if path else reason)))

    def _is_printable(self, path: str, news: Mapping[str, Any]) -> bool:
        """Tell whether the engine may print the value of a property; another resource may say that it is secret."""
        schema = self._handler.schema
        return path in schema and not schema[path].sensitive and not self._hidden.is_inside(news.get(path))

    # What is secret --------------------------------------------------------------------------------------------

    @property
    def _hidden(self) -> SecretRegistry:
        return self._handler.context.secrets

    def _mark_known(self, outs: Mapping[str, Any]) -> list[str]:
        """Mark what was secret in the last run: the program may not be there to say it again. Return the arguments."""
        known = outs.get(SECRETS) or []
        self._hidden.mark(values_at(known, outs))
        return known

    def _secret_inputs(self, inputs: Mapping[str, Any]) -> list[str]:
        """Return the arguments that were secret when these inputs were checked."""
        told = self._handler.context.secret_inputs
        return told.get(_known_by(from_engine(inputs)), []) if told else []

    def _stored(self, outs: Mapping[str, Any], secrets: list[str]) -> dict[str, Any]:
        return to_engine({**outs, SECRETS: secrets}) if secrets else to_engine(outs)


def _known_by(inputs: Props) -> str:
    return fingerprint([{name: value for name, value in inputs.items() if value is not None}])


def _collect_seldom() -> None:
    """Spare the plugin most of its garbage collection.

    What is loaded stays as long as the plugin, and of the thousands of streams of a sync none is garbage. Looking
    through them again and again takes 0.15 s of a command with 5,000 streams; and each command waits 0.15 s less for
    the plugin to exit.
    """
    if is_plugin():
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
