"""Pulumi's dynamic-provider classes on one side, the handlers on the other: translation and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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

from .._property_paths import overlaps_any
from .._registry import PATTERNS, SECRETS
from .._text import printable
from ..config import Settings, load
from ..pulumi_internals import current_urn
from ..schema.attributes import Props
from ..validation.problems import Problem, WholeProblem
from .core.context import ProviderContext
from .core.handler import CheckResult as Checked
from .core.handler import Handler
from .core.interruption import watch_engine
from .core.ownership import CURRENT_URN
from .core.secret_inputs import SecretInputs
from .engine_values import from_engine, to_engine, unfit
from .error_presentation import hide_traceback, present_errors
from .process import collect_garbage_less_often, load_handler, shared_context

__all__ = ["DynamicProvider"]

T = TypeVar("T")

#: In the place of a reason that would quote a secret value.
_WITHHELD = (
    "is invalid. The reason is withheld because the value is secret; preview with a non-secret test value to see it"
)


class DynamicProvider(ResourceProvider):
    """The provider of one kind of resource, as Pulumi's plugin process calls it.

    Args:
        name: the kind of resource, such as ``EltSync``.
        context_of: returns the context for these settings.
    """

    def __init__(self, name: str, context_of: Callable[[Settings], ProviderContext] = shared_context) -> None:
        super().__init__()
        self.name = name
        self._context_of = context_of
        self._handler: Handler

    def configure(self, req: ConfigureRequest) -> None:
        """Read the configuration without sending a request, so that a preview needs no key."""
        hide_traceback()
        watch_engine()
        config = req.config
        context = present_errors("configuring weld", lambda: self._context_of(load(lambda key: _text(config.get(key)))))
        if context.settings.warning:
            context.reporter.warn(context.settings.warning)
        self._handler = load_handler(self.name)(context)
        collect_garbage_less_often()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        secrets = news.get(SECRETS) or []
        problems = [WholeProblem(name, reason) for name, value in news.items() if (reason := unfit(value))]
        if problems:
            return CheckResult({}, [self._failure(problem, secrets, news) for problem in problems])
        self._secret_inputs.mark_given(secrets, news)
        checked = self._run("checking", lambda: self._check(secrets, from_engine(_olds), from_engine(news)))
        failures = [self._failure(problem, secrets, news) for problem in checked.problems]
        return CheckResult(to_engine(checked.inputs), failures)

    def _check(self, secrets: list[str], olds: Props, news: Props) -> Checked:
        self._handler.context.ownership.note_checked(CURRENT_URN.get())
        if not secrets:
            return self._handler.check(olds, news)
        self._secret_inputs.mark_canonical(secrets, self._handler.schema, olds, news)
        checked = self._handler.check(olds, news)
        if overlaps_any("source_streams", secrets):
            checked.inputs.pop(PATTERNS, None)  # the engine encrypts only what the program gives
        self._secret_inputs.note(secrets, checked.inputs)
        return checked

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._secret_inputs.mark_stored(_olds)
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
        news = from_engine(props)
        secrets = self._secret_inputs.arguments(news)
        id, outs = self._run("creating", lambda: self._handler.create(news))
        return CreateResult(id, _stored(outs, secrets))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        secrets = self._secret_inputs.mark_stored(props)
        before = from_engine(props)
        live = self._run("reading", lambda: self._handler.read(id_, before), id_)
        if live.id is None:
            return ReadResult("", {})
        # Without inputs the engine keeps those of the state: thousands of streams need not travel again, and lists
        # keep the order of the program, which an old state may have in its inputs only.
        is_unchanged = live.inputs == self._handler.schema.declared(before)
        return ReadResult(live.id, _stored(live.outs, secrets), None if is_unchanged else to_engine(live.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._secret_inputs.mark_stored(_olds)
        news = from_engine(_news)
        secrets = self._secret_inputs.arguments(news)
        outs = self._run("updating", lambda: self._handler.update(_id, from_engine(_olds), news), _id)
        return UpdateResult(_stored(outs, secrets))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._secret_inputs.mark_stored(_props)
        self._run("deleting", lambda: self._handler.delete(_id, from_engine(_props)), _id)

    def _run(self, verb: str, operation: Callable[[], T], id: str = "") -> T:
        token = CURRENT_URN.set(current_urn() or (f"{self.name} {id}" if id else ""))
        try:
            return present_errors(f"{verb} the {self.name}", operation, self._handler.context.secrets)
        finally:
            CURRENT_URN.reset(token)

    def _failure(self, problem: Problem, secrets: list[str], news: Mapping[str, Any]) -> CheckFailure:
        """Translate a problem; name the property only if the engine may then print its value."""
        path, reason, redact = problem.path, problem.reason, self._handler.context.secrets
        is_secret = overlaps_any(path, secrets)
        if is_secret and not isinstance(problem, WholeProblem):
            reason = _WITHHELD
        if not is_secret and self._is_printable(path, news):
            return CheckFailure(path, printable(redact(reason)))
        return CheckFailure("", printable(redact(f"{path}: {reason}" if path else reason)))

    def _is_printable(self, path: str, news: Mapping[str, Any]) -> bool:
        """Tell whether a value may be printed: it is short, and no resource declares it secret."""
        schema, secrets = self._handler.schema, self._handler.context.secrets
        return path in schema and not schema[path].sensitive and not secrets.is_inside(news.get(path))

    @property
    def _secret_inputs(self) -> SecretInputs:
        return self._handler.context.secret_inputs


def _stored(outs: Mapping[str, Any], secrets: list[str]) -> dict[str, Any]:
    """Translate outputs, with the names of the secret arguments."""
    return to_engine({**outs, SECRETS: secrets}) if secrets else to_engine(outs)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
