"""Pulumi's dynamic-provider classes on one side, the life cycles on the other: translation and nothing else."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
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

from ._ending import process_is_ending
from ._engine_values import inward, outward, printable, unfit
from ._registry import SECRETS
from .api.retries import Backoff, interruptible
from .config import Settings, load
from .errors import WeldError
from .lifecycle.base import Lifecycle
from .lifecycle.interruption import is_abandoned, is_cancelled, watch_engine
from .lifecycle.session import Session
from .validation.problems import Problem

if TYPE_CHECKING:
    from .api.client import WeldClient
    from .api.redaction import Hidden

__all__ = ["DynamicProvider"]

T = TypeVar("T")

#: The reason itself would quote the value.
_OF_A_SECRET = "is not valid. It is secret, so the reason is not told here; try its value once where it is no secret"
#: How many objects may come until garbage is looked for among them; some 10 MB.
_NEW_OBJECTS = 50_000
_sessions: dict[Settings, Session] = {}
_sessions_lock = threading.Lock()


def _session(settings: Settings) -> Session:
    """Return the session of this process: all resources of one provider share it."""
    with _sessions_lock:
        if settings not in _sessions:
            _sessions[settings] = Session(settings, partial(_connect, settings))
        return _sessions[settings]


def _lifecycle_of(name: str) -> type[Lifecycle]:
    """Load the life cycle of a kind where the program has one: a Connection brings a web server along."""
    if name == "Connection":
        from .lifecycle.connection import ConnectionLifecycle

        return ConnectionLifecycle
    if name == "EltSync":
        from .lifecycle.elt_sync import EltSyncLifecycle

        return EltSyncLifecycle
    if name == "SourceStream":
        from .lifecycle.source_stream import SourceStreamLifecycle

        return SourceStreamLifecycle
    raise LookupError(f"weld_pulumi has no resource {name!r}; see whether there is a newer weld-pulumi")


def _connect(settings: Settings, hidden: Hidden) -> WeldClient:
    from .api.client import WeldClient
    from .api.transport import Transport

    _collect_seldom()
    backoff = Backoff(interruptible(lambda: process_is_ending() or is_cancelled()))
    return WeldClient(settings, Transport(settings, backoff, is_abandoned, hidden))


class DynamicProvider(ResourceProvider):
    """The provider of one kind of resource, as the plugin process of Pulumi knows it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._lifecycle: Lifecycle

    def configure(self, req: ConfigureRequest) -> None:
        """Take the configuration; ask nothing of Weld, so that a preview without a key goes on."""
        if _is_plugin() and not _wants_traceback():
            # An error then shows as its own text: the engine prints the whole traceback otherwise.
            sys.tracebacklimit = 0
        watch_engine()
        config = req.config
        session = _guarded("configuring weld", lambda: _session(load(lambda key: _text(config.get(key)))))
        if session.settings.warning:
            session.notices.warn(session.settings.warning)
        self._lifecycle = _lifecycle_of(self._name)(session)
        _collect_seldom()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        secrets = news.get(SECRETS) or []
        self._lifecycle.session.hidden.add([news.get(name) for name in secrets])
        problems = [Problem(name, reason) for name, value in news.items() if (reason := unfit(value))]
        if problems:
            return CheckResult({}, [self._failure(problem, secrets) for problem in problems])
        checked = self._run("checking", lambda: self._lifecycle.check(inward(_olds), inward(news)))
        return CheckResult(outward(checked.inputs), [self._failure(problem, secrets) for problem in checked.problems])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        diffed = self._run("comparing", lambda: self._lifecycle.diff(_id, inward(_olds), inward(_news)))
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
        id, outs = self._run("creating", lambda: self._lifecycle.create(inward(props)))
        return CreateResult(id, outward(outs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        before = inward(props)
        live = self._run("reading", lambda: self._lifecycle.read(id_, before))
        if live.id is None:
            return ReadResult("", {})
        outs = outward(live.outs)
        # Where nothing has changed the engine keeps its inputs: thousands of streams need not travel once more.
        return ReadResult(live.id, outs, None if outs == before else outward(live.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        return UpdateResult(
            outward(self._run("updating", lambda: self._lifecycle.update(_id, inward(_olds), inward(_news))))
        )

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """See :class:`pulumi.dynamic.ResourceProvider`."""
        self._run("deleting", lambda: self._lifecycle.delete(_id, inward(_props)))

    def _run(self, verb: str, operation: Callable[[], T]) -> T:
        return _guarded(f"{verb} the {self._name}", operation)

    def _failure(self, problem: Problem, secrets: list[str]) -> CheckFailure:
        """Name the property to the engine, unless it would then print a value that may be secret or huge."""
        path, reason, table = problem.path, problem.reason, self._lifecycle.table
        quoted = path in table and not table[path].hidden
        if quoted and path not in secrets:
            return CheckFailure(path, printable(reason))
        reason = _OF_A_SECRET if quoted else reason
        return CheckFailure("", printable(f"{path}: {reason}" if path else reason))


def _guarded(operation: str, run: Callable[[], T]) -> T:
    try:
        return run()
    except WeldError as error:
        error.operation = error.operation or operation
        raise error from None
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        # The plugin would never answer the engine.
        raise WeldError(f"{operation} was interrupted ({type(error).__name__}).") from None
    except Exception as error:
        # Its text is not shown: it may quote anything.
        raise WeldError(
            f"{operation} failed by a defect of weld-pulumi ({type(error).__name__}). Please report it, with what is "
            "printed when the environment variable WELD_TRACEBACK is set to 1."
        ) from (error if _wants_traceback() else None)


def _collect_seldom() -> None:
    """Spare the plugin most of its garbage collection.

    What is loaded stays as long as the plugin, and of the thousands of streams of a sync none is garbage. Looking
    through them again and again takes 0.15 s of a command with 5,000 streams; and each command waits 0.15 s less for
    the plugin to exit.
    """
    if _is_plugin():
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS)


def _is_plugin() -> bool:
    """Tell whether this is the engine's process, and not a test that drives a provider itself."""
    return hasattr(sys.modules.get("__main__"), "DynamicResourceProviderServicer")


def _wants_traceback() -> bool:
    return os.environ.get("WELD_TRACEBACK") == "1"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
