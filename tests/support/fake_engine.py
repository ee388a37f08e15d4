"""A model of Pulumi's engine, for thousands of runs: it drives the real provider classes against the real simulator.

The real engine takes seconds for each command, so it proves samples (`tests/engine`, and `test_engine*.py` here); the
model does what it does with a stack, in the order in which it does it: check and diff, creations and updates, then
deletions. Time does not pass by waiting: our clock and the simulator's are moved on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.output import Unknown

from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.redaction import SecretRegistry
from weld_pulumi.api.retries import Backoff
from weld_pulumi.api.transport import Transport, open_session
from weld_pulumi.api.wire import WireSession
from weld_pulumi.config import Settings
from weld_pulumi.errors import WeldError
from weld_pulumi.provider.core.context import Clock, ProviderContext
from weld_pulumi.provider.core.ownership import Entry, OwnershipRegistry
from weld_pulumi.provider.core.reporter import Reporter
from weld_pulumi.provider.dynamic import DynamicProvider
from weld_pulumi.simulator import Simulator

Props = dict[str, Any]


class RefusedError(Exception):
    """Check reported problems."""


class Crash(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Ref:
    """The id of another resource of the program."""

    name: str


@dataclass(frozen=True)
class Res:
    """One resource of a program."""

    kind: str
    name: str
    props: Props


@dataclass
class Held:
    """One resource in the state."""

    kind: str
    id: str
    inputs: Props
    outs: Props


class _Clock(Clock):
    def __init__(self, weld: Simulator) -> None:
        self._weld = weld

    def now(self) -> float:
        return float(self._weld.workspace.now())

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._weld.advance(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        if not event.is_set():
            self.sleep(seconds)


@dataclass(frozen=True)
class _Request:
    """The part of the engine's request that the provider reads."""

    urn: str


class Caller:
    """Call a provider as Pulumi's servicer does: the URN is only in the request, where the provider reads it."""

    def __init__(self, provider: DynamicProvider, urn: str) -> None:
        self._provider = provider
        self._urn = urn

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            request = _Request(self._urn)  # noqa: F841
            return getattr(self._provider, method)(*args)

        return call


class Process:
    """One plugin process, with a context of its own."""

    def __init__(
        self,
        weld: Simulator,
        lines: list[str],
        request_timeout: float = 5,
        entries: Callable[[], list[Entry]] = list,
        open_session: Callable[[Settings], WireSession] = open_session,
        validation: str = "full",
    ) -> None:
        settings = Settings(
            api_key=weld.api_key,
            api_url=weld.url,
            key_source="the test",
            request_timeout=request_timeout,
            validation=validation,
        )
        clock = _Clock(weld)
        backoff = Backoff(sleep=clock.sleep, chance=lambda: 0.5)

        def connect(hidden: SecretRegistry) -> WeldClient:
            return WeldClient(settings, Transport(settings, backoff, secrets=hidden, open_session=open_session))

        ownership = OwnershipRegistry(lambda _: entries())
        self.context = ProviderContext(settings, connect, Reporter(lines.append), clock, ownership=ownership)
        raw = {"weld:apiKey": weld.api_key, "weld:apiUrl": weld.url}
        self._providers: dict[str, DynamicProvider] = {}
        for kind in ("Connection", "EltSync", "EltSyncRun", "SourceStream"):
            provider = DynamicProvider(kind, lambda _: self.context)
            provider.configure(ConfigureRequest(Config(raw, "test")))
            self._providers[kind] = provider

    def __getitem__(self, kind: str) -> DynamicProvider:
        return self._providers[kind]

    def call(self, kind: str, name: str) -> Caller:
        """Return the provider of one resource, called with its URN."""
        return Caller(self._providers[kind], urn_of(kind, name))


def urn_of(kind: str, name: str) -> str:
    """Return the URN of a resource of the model's stack."""
    return f"urn:pulumi:test::model::pulumi-python:dynamic/weld:{kind}::{name}"


def _wire(value: Any) -> Any:
    """Return a value as gRPC passes it on: numbers become floats; the caller drops None at the top."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    raise TypeError(f"{value!r} cannot go over the wire")


def as_sent(props: Props) -> Props:
    return {key: _wire(value) for key, value in props.items() if value is not None}


def _plain(props: Props) -> str:
    return json.dumps(props, sort_keys=True, default=lambda _: "unknown")


@dataclass
class Stack:
    """A stack: its state, and what its runs printed.

    Attributes:
        late: a step runs only when another one needs it, as may happen with parallel steps; otherwise at once.
        pending_deletes: the old halves of replacements, by the name of their resource.
        open_session: opens the HTTP session of its processes.
        validation: as the configuration ``weld:validation``.
    """

    weld: Simulator
    state: dict[str, Held] = field(default_factory=dict)
    pending_deletes: list[tuple[str, Held]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    request_timeout: float = 5
    late: bool = False
    open_session: Callable[[Settings], WireSession] = open_session
    validation: str = "full"

    def up(
        self,
        program: list[Res],
        *,
        preview_first: bool = True,
        targets: Collection[str] | None = None,
        refresh: bool = False,
    ) -> dict[str, str]:
        """Deploy the program; return the operation on each resource that changed."""
        if preview_first:
            self.preview(program, targets=targets)
        return self._run(program, False, targets, refresh)

    def preview(self, program: list[Res], *, targets: Collection[str] | None = None) -> dict[str, str]:
        """Return what `up` would do; fail if it writes."""
        before = len(self.weld.writes())
        steps = self._run(program, True, targets)
        assert len(self.weld.writes()) == before, "a preview wrote to Weld"
        return steps

    def process(self) -> Process:
        """Start the plugin process of the next command."""
        return Process(self.weld, self.lines, self.request_timeout, self._entries, self.open_session, self.validation)

    def _entries(self) -> list[Entry]:
        held = [*self.state.items(), *self.pending_deletes]
        return [Entry(urn_of(each.kind, name), each.id, each.outs) for name, each in held]

    def _run(
        self, program: list[Res], preview: bool, targets: Collection[str] | None, refresh: bool = False
    ) -> dict[str, str]:
        process = self.process()
        if refresh:
            self._refresh(process)
        steps: dict[str, str] = {}
        ids: dict[str, Any] = {}
        waiting: list[tuple[str, Callable[[], None]]] = []

        def settle() -> None:
            for name, step in waiting:
                step()
                ids[name] = self.state[name].id
            waiting.clear()

        for res in program:
            if any(name not in ids for name in _refs(res.props)):
                settle()
            if targets is not None and res.name not in targets:
                if res.name in self.state:
                    ids[res.name] = self.state[res.name].id
                continue
            if any(name not in ids for name in _refs(res.props)):
                continue  # a dependency was left out
            step = self._step(process, res, as_sent(self._resolve(res.props, ids)), preview, steps)
            if preview and steps.get(res.name) in ("create", "replace"):
                ids[res.name] = Unknown()  # type: ignore[no-untyped-call]
            elif preview:
                ids[res.name] = self.state[res.name].id
            else:
                waiting.append((res.name, step))
                if not self.late:
                    settle()
        settle()
        names = [res.name for res in program]
        for name in [name for name in reversed(list(self.state)) if name not in names]:
            if targets is None or name in targets:
                steps[name] = "delete"
        if not preview:
            self._delete(process, [name for name, op in steps.items() if op == "delete"], targets)
        return steps

    def _delete(self, process: Process, names: list[str], targets: Collection[str] | None) -> None:
        for name, held in list(self.pending_deletes):
            if targets is None or name in targets:
                process.call(held.kind, name).delete(held.id, as_sent(held.outs))
                self.pending_deletes.remove((name, held))
        for name in names:
            held = self.state[name]
            process.call(held.kind, name).delete(held.id, as_sent(held.outs))
            del self.state[name]

    def _step(
        self, process: Process, res: Res, news: Props, preview: bool, steps: dict[str, str]
    ) -> Callable[[], None]:
        """Check and compare a resource; return the operation on it."""
        provider, held = process.call(res.kind, res.name), self.state.get(res.name)
        inputs = self._check(provider, held.inputs if held else {}, news)
        if held is None:
            steps[res.name] = "create"
            return lambda: self._create(provider, res, inputs)
        diff = provider.diff(held.id, as_sent(held.outs), as_sent(inputs))
        changed = diff.changes is True or (diff.changes is None and _plain(inputs) != _plain(as_sent(held.inputs)))
        if diff.changes is False or not changed:
            return lambda: None if preview else held.__dict__.update(inputs=inputs)
        if diff.replaces:
            steps[res.name] = "replace"
            again = self._check(provider, {}, news)
            return lambda: self._replace(provider, res, again, held, bool(diff.delete_before_replace))
        steps[res.name] = "update"
        return lambda: self._update(provider, held, inputs)

    def _create(self, provider: Caller, res: Res, inputs: Props) -> None:
        made = provider.create(as_sent(inputs))
        assert isinstance(made.id, str)
        assert made.id
        self.state[res.name] = Held(res.kind, made.id, inputs, as_sent(made.outs or {}))

    def _replace(self, provider: Caller, res: Res, inputs: Props, held: Held, delete_first: bool) -> None:
        if delete_first:
            provider.delete(held.id, as_sent(held.outs))
            del self.state[res.name]
        made = provider.create(as_sent(inputs))
        if not delete_first:
            self.pending_deletes.append((res.name, held))
        self.state[res.name] = Held(res.kind, made.id, inputs, as_sent(made.outs or {}))

    def _update(self, provider: Caller, held: Held, inputs: Props) -> None:
        updated = provider.update(held.id, as_sent(held.outs), as_sent(inputs))
        held.inputs, held.outs = inputs, as_sent(updated.outs or {})

    def _check(self, provider: Caller, olds: Props, news: Props) -> Props:
        checked = provider.check(as_sent(olds), news)
        if checked.failures:
            raise RefusedError("; ".join(f"{f.property}: {f.reason}" for f in checked.failures))
        return as_sent(checked.inputs)

    def _resolve(self, value: Any, ids: dict[str, Any]) -> Any:
        if isinstance(value, Ref):
            return ids[value.name]
        if isinstance(value, dict):
            return {key: self._resolve(item, ids) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolve(item, ids) for item in value]
        return value

    def refresh(self) -> dict[str, str]:
        """Read everything; return what differs: "update" or "delete"."""
        return self._refresh(self.process())

    def _refresh(self, process: Process) -> dict[str, str]:
        found: dict[str, str] = {}
        before = len(self.weld.writes())
        for name, held in list(self.state.items()):
            provider = process.call(held.kind, name)
            read = provider.read(held.id, as_sent(held.outs))
            if not read.id:
                found[name] = "delete"
                del self.state[name]
                continue
            provider.diff(read.id, as_sent(read.outs or {}), as_sent(held.inputs))
            inputs = as_sent(read.inputs if read.inputs is not None else held.inputs)
            if read.id != held.id or _plain(inputs) != _plain(as_sent(held.inputs)):
                found[name] = "update"
            held.id, held.outs, held.inputs = read.id, as_sent(read.outs or {}), inputs
        assert len(self.weld.writes()) == before, "a refresh wrote to Weld"
        return found

    def destroy(self, targets: Collection[str] | None = None) -> None:
        """Delete everything, or only the targets."""
        names = [name for name in reversed(list(self.state)) if targets is None or name in targets]
        self._delete(self.process(), names, targets)


def _refs(value: Any) -> list[str]:
    if isinstance(value, Ref):
        return [value.name]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for item in items for name in _refs(item)]


__all__ = ["Crash", "Held", "Process", "Ref", "RefusedError", "Res", "Stack", "WeldError"]
