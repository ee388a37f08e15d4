"""Pulumi's dynamic-provider classes on one side, the life cycles on the other: translation and nothing else."""

from __future__ import annotations

import os
import sys
import threading
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
from pulumi.output import Unknown

from .api.client import WeldClient
from .config import Settings, load
from .errors import WeldError
from .lifecycle.base import MEMO, Lifecycle
from .lifecycle.connection import ConnectionLifecycle
from .lifecycle.elt_sync import EltSyncLifecycle
from .lifecycle.session import Session
from .lifecycle.source_stream import SourceStreamLifecycle
from .lifecycle.values import UNKNOWN
from .validation.problems import Problem

__all__ = ["DynamicProvider"]

T = TypeVar("T")

_LIFECYCLES: dict[str, type[Lifecycle]] = {
    "Connection": ConnectionLifecycle,
    "EltSync": EltSyncLifecycle,
    "SourceStream": SourceStreamLifecycle,
}
_sessions: dict[Settings, Session] = {}
_sessions_lock = threading.Lock()


def _session(settings: Settings) -> Session:
    """Return the session of this process: all resources of one provider share it."""
    with _sessions_lock:
        if settings not in _sessions:
            _sessions[settings] = Session(settings, WeldClient(settings))
        return _sessions[settings]


class DynamicProvider(ResourceProvider):
    """The provider of one kind of resource, as the plugin process of Pulumi knows it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._lifecycle: Lifecycle

    def configure(self, req: ConfigureRequest) -> None:
        """Take the configuration; ask nothing of Weld, so that a preview without a key goes on."""
        if os.environ.get("WELD_TRACEBACK") != "1":
            # An error then shows as its own text: the engine prints the whole traceback otherwise.
            sys.tracebacklimit = 0
        config = req.config
        session = _guarded("configuring weld", lambda: _session(load(lambda key: _text(config.get(key)))))
        self._lifecycle = _LIFECYCLES[self._name](session)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        checked = self._run("checking", lambda: self._lifecycle.check(_inward(_olds), _inward(news)))
        return CheckResult(_outward(checked.inputs), [self._failure(problem) for problem in checked.problems])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        diffed = self._run("comparing", lambda: self._lifecycle.diff(_id, _inward(_olds), _inward(_news)))
        if not diffed.changed:
            return DiffResult(changes=False)
        # With None the engine compares the inputs itself, and so shows details and honours replace_on_changes.
        return DiffResult(
            changes=True if diffed.hidden else None,
            replaces=diffed.replaces,
            delete_before_replace=diffed.delete_first,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        id, outs = self._run("creating", lambda: self._lifecycle.create(_inward(props)))
        return CreateResult(id, _outward(outs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        live = self._run("reading", lambda: self._lifecycle.read(id_, _inward(props)))
        if live.id is None:
            return ReadResult("", {})
        return ReadResult(live.id, _outward(live.outs), _outward(live.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        return UpdateResult(
            _outward(self._run("updating", lambda: self._lifecycle.update(_id, _inward(_olds), _inward(_news))))
        )

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._run("deleting", lambda: self._lifecycle.delete(_id, _inward(_props)))

    def _run(self, verb: str, operation: Callable[[], T]) -> T:
        return _guarded(f"{verb} the {self._name}", operation)

    def _failure(self, problem: Problem) -> CheckFailure:
        """Name the property to the engine, unless it would then print a value that may be secret or huge."""
        table = self._lifecycle.table
        if problem.path in table and not table[problem.path].hidden:
            return CheckFailure(problem.path, problem.reason)
        return CheckFailure("", f"{problem.path}: {problem.reason}" if problem.path else problem.reason)


def _guarded(operation: str, run: Callable[[], T]) -> T:
    try:
        return run()
    except WeldError as error:
        error.operation = error.operation or operation
        raise error from None
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        # The plugin would never answer the engine.
        raise WeldError(f"{operation} was interrupted ({type(error).__name__}).") from None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _inward(props: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what the engine sends: its unknowns are ours, and its own entries are none of our business."""
    return {key: _known(value) for key, value in props.items() if not key.startswith("__") or key == MEMO}


def _known(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return value


def _outward(props: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _engine_value(value) for key, value in props.items() if value is not None}


def _engine_value(value: Any) -> Any:
    if value is UNKNOWN:
        return Unknown()  # type: ignore[no-untyped-call]
    if isinstance(value, dict):
        return {key: _engine_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_engine_value(item) for item in value]
    return value
