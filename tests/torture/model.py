"""A model of Pulumi's engine, for thousands of runs: it drives the real provider classes against the real simulator.

The real engine takes seconds for each command, so it proves samples (`tests/engine`, and `test_engine*.py` here); the
model does what it does with a stack, in the order in which it does it: check and diff, creations and updates, then
deletions. Time does not pass by waiting: our clock and the simulator's are moved on.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.output import Unknown

from weld_pulumi import _dynamic
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.redaction import Hidden
from weld_pulumi.api.retries import Backoff
from weld_pulumi.api.transport import Transport
from weld_pulumi.config import Settings
from weld_pulumi.errors import WeldError
from weld_pulumi.lifecycle.notices import Notices
from weld_pulumi.lifecycle.session import Clock, Session
from weld_pulumi.simulator import Simulator

Props = dict[str, Any]


class RefusedError(Exception):
    """Check found something wrong."""


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
        return float(self._weld.world.now())

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._weld.advance(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        if not event.is_set():
            self.sleep(seconds)


class Process:
    """One plugin process: a session of its own."""

    def __init__(self, weld: Simulator, lines: list[str], request_timeout: float = 5) -> None:
        settings = Settings(
            api_key=weld.api_key, api_url=weld.url, key_source="the test", request_timeout=request_timeout
        )
        clock = _Clock(weld)
        backoff = Backoff(sleep=clock.sleep, chance=lambda: 0.5)

        def connect(hidden: Hidden) -> WeldClient:
            return WeldClient(settings, Transport(settings, backoff, hidden=hidden))

        session = Session(settings, connect, Notices(lines.append), clock)
        _dynamic._sessions.clear()
        _dynamic._sessions[settings] = session
        raw = {"weld:apiKey": weld.api_key, "weld:apiUrl": weld.url}
        self._providers: dict[str, _dynamic.DynamicProvider] = {}
        for kind in ("Connection", "EltSync", "SourceStream"):
            provider = _dynamic.DynamicProvider(kind)
            provider.configure(ConfigureRequest(Config(raw, "test")))
            provider._lifecycle = _dynamic._lifecycle_of(kind)(session)
            self._providers[kind] = provider

    def __getitem__(self, kind: str) -> _dynamic.DynamicProvider:
        return self._providers[kind]


def _wire(value: Any) -> Any:
    """Send a value over the wire: numbers become floats, None at the top is dropped by the caller."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    raise TypeError(f"{value!r} cannot go over the wire")


def _props(props: Props) -> Props:
    return {key: _wire(value) for key, value in props.items() if value is not None}


def _plain(props: Props) -> str:
    return json.dumps(props, sort_keys=True, default=lambda _: "unknown")


@dataclass
class Stack:
    """A stack: its state, and what its runs printed."""

    weld: Simulator
    state: dict[str, Held] = field(default_factory=dict)
    pending_deletes: list[Held] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    request_timeout: float = 5

    def up(self, program: list[Res], *, preview_first: bool = True) -> dict[str, str]:
        """Bring Weld in line; return the operation on each resource that changed."""
        if preview_first:
            self.preview(program)
        return self._run(program, preview=False)

    def preview(self, program: list[Res]) -> dict[str, str]:
        """Say what `up` would do; fail where it writes."""
        before = len(self.weld.writes())
        steps = self._run(program, preview=True)
        assert len(self.weld.writes()) == before, "a preview wrote to Weld"
        return steps

    def _run(self, program: list[Res], preview: bool) -> dict[str, str]:
        process = Process(self.weld, self.lines, self.request_timeout)
        steps: dict[str, str] = {}
        ids: dict[str, Any] = {}
        if not preview:
            for held in list(self.pending_deletes):
                process[held.kind].delete(held.id, _props(held.outs))
                self.pending_deletes.remove(held)
        for res in program:
            news = _props(self._resolve(res.props, ids))
            op = self._step(process, res, news, self.state.get(res.name), preview, steps)
            if op in ("create", "replace") and preview:
                ids[res.name] = Unknown()  # type: ignore[no-untyped-call]
            else:
                ids[res.name] = self.state[res.name].id
        names = [res.name for res in program]
        for name in [name for name in reversed(list(self.state)) if name not in names]:
            steps[name] = "delete"
            if not preview:
                held = self.state[name]
                process[held.kind].delete(held.id, _props(held.outs))
                del self.state[name]
        if not preview:
            for held in list(self.pending_deletes):
                process[held.kind].delete(held.id, _props(held.outs))
                self.pending_deletes.remove(held)
        return steps

    def _step(
        self, process: Process, res: Res, news: Props, held: Held | None, preview: bool, steps: dict[str, str]
    ) -> str:
        provider = process[res.kind]
        inputs = self._check(provider, held.inputs if held else {}, news)
        if held is None:
            return self._create(provider, res, inputs, preview, steps)
        diff = provider.diff(held.id, _props(held.outs), _props(inputs))
        changed = diff.changes is True or (diff.changes is None and _plain(inputs) != _plain(_props(held.inputs)))
        if diff.changes is False or not changed:
            if not preview:
                held.inputs = inputs
            return "same"
        if diff.replaces:
            steps[res.name] = "replace"
            inputs = self._check(provider, {}, news)
            if preview:
                return "replace"
            if diff.delete_before_replace:
                provider.delete(held.id, _props(held.outs))
                del self.state[res.name]
            made = provider.create(_props(inputs))
            if not diff.delete_before_replace:
                self.pending_deletes.append(held)
            self.state[res.name] = Held(res.kind, made.id, inputs, _props(made.outs or {}))
            return "replace"
        steps[res.name] = "update"
        if not preview:
            updated = provider.update(held.id, _props(held.outs), _props(inputs))
            held.inputs, held.outs = inputs, _props(updated.outs or {})
        return "update"

    def _create(
        self, provider: _dynamic.DynamicProvider, res: Res, inputs: Props, preview: bool, steps: dict[str, str]
    ) -> str:
        steps[res.name] = "create"
        if not preview:
            made = provider.create(_props(inputs))
            assert isinstance(made.id, str)
            assert made.id
            self.state[res.name] = Held(res.kind, made.id, inputs, _props(made.outs or {}))
        return "create"

    def _check(self, provider: _dynamic.DynamicProvider, olds: Props, news: Props) -> Props:
        checked = provider.check(_props(olds), news)
        if checked.failures:
            raise RefusedError("; ".join(f"{f.property}: {f.reason}" for f in checked.failures))
        return _props(checked.inputs)

    def _resolve(self, value: Any, ids: dict[str, Any]) -> Any:
        if isinstance(value, Ref):
            return ids[value.name]
        if isinstance(value, dict):
            return {key: self._resolve(item, ids) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolve(item, ids) for item in value]
        return value

    def refresh(self) -> dict[str, str]:
        """Look at everything; return what was found different: "update" or "delete"."""
        process = Process(self.weld, self.lines, self.request_timeout)
        found: dict[str, str] = {}
        before = len(self.weld.writes())
        for name, held in list(self.state.items()):
            read = process[held.kind].read(held.id, _props(held.outs))
            if not read.id:
                found[name] = "delete"
                del self.state[name]
                continue
            inputs = _props(read.inputs if read.inputs is not None else held.inputs)
            if read.id != held.id or _plain(inputs) != _plain(_props(held.inputs)):
                found[name] = "update"
            held.id, held.outs, held.inputs = read.id, _props(read.outs or {}), inputs
        assert len(self.weld.writes()) == before, "a refresh wrote to Weld"
        return found

    def destroy(self) -> None:
        """Remove everything."""
        process = Process(self.weld, self.lines, self.request_timeout)
        for name, held in reversed(list(self.state.items())):
            process[held.kind].delete(held.id, _props(held.outs))
            del self.state[name]
        for held in list(self.pending_deletes):
            process[held.kind].delete(held.id, _props(held.outs))
            self.pending_deletes.remove(held)


__all__ = ["Crash", "Held", "Process", "Ref", "RefusedError", "Res", "Stack", "WeldError"]
