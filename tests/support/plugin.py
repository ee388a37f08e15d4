"""The plugin process over gRPC, started and called as the engine does.

with Plugin({"weld:apiKey": key, "weld:apiUrl": url}) as plugin:
    inputs = plugin.check("Connection", {"integration_id": "stripe", "label": "Shop"}).inputs
    id, outs = plugin.create("Connection", inputs)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import TracebackType
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2, json_format, struct_pb2  # type: ignore[import-untyped]
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from weld_pulumi._registry import ProviderReference

__all__ = ["SECRET", "UNKNOWN", "Checked", "DiffResult", "Plugin", "PluginError", "pickled", "with_statement_in_check"]

#: The engine's mark for a value that is unknown until the next `up`.
UNKNOWN = rpc.UNKNOWN
_SECONDS = 60.0

Props = dict[str, Any]


def SECRET(value: Any) -> Props:  # noqa: N802 - reads as a constant
    """Return a secret in the form in which the engine sends one in the configuration."""
    secret: Props = rpc.wrap_rpc_secret(value)
    return secret


def pickled(kind: str) -> str:
    """Return what a program puts into ``__provider``."""
    return str(serialize_provider(ProviderReference(kind)))


def with_statement_in_check(folder: Path, statement: str) -> dict[str, str]:
    """Return the environment of a plugin process in which a check of a Connection runs a statement.

    Python runs the file that this writes into the folder when it starts.
    """
    code = f"""
        import weld_pulumi.pulumi_internals as internals
        from weld_pulumi.provider.connection.handler import ConnectionHandler
        from weld_pulumi.provider.core.handler import CheckResult

        def check(self, olds, news):
            {statement}

        ConnectionHandler.check = check
    """
    (folder / "sitecustomize.py").write_text(dedent(code))
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))}


class PluginError(Exception):
    """An error; the text is what the engine would print."""


@dataclass(frozen=True)
class Checked:
    """The response to Check."""

    inputs: Props
    failures: list[tuple[str, str]]


@dataclass(frozen=True)
class DiffResult:
    """The response to Diff; ``changes`` is NONE, SOME or UNKNOWN."""

    changes: str
    replaces: list[str]
    delete_first: bool


class Plugin:
    """One process, from the start of the ``with`` block to its end."""

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._config = dict(config or {})
        base = {key: value for key, value in os.environ.items() if not key.startswith(("WELD_", "PULUMI_"))}
        self._env = {**base, "PULUMI_PROJECT": "testing", "PULUMI_CONFIG": "{}", **(env or {})}
        self._folder = folder
        self._lines: list[str] = []
        self._pickled: dict[str, str] = {}

    def __enter__(self) -> Plugin:
        self._start()
        return self

    def restart(self) -> None:
        """End the process and start another, as the next command of the engine does."""
        self._stop()
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic", "127.0.0.1:1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._env,
            cwd=self._folder,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self._reader = threading.Thread(target=self._lines.extend, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._call("Configure", provider_pb2.ConfigureRequest(args=_struct(self._config), acceptSecrets=True))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._channel.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(_SECONDS)
        self._reader.join(_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def printed(self) -> str:
        """Return what it has printed, complete once it has ended; the engine shows that to the person."""
        return "".join(self._lines)

    def check(self, kind: str, news: Props, olds: Props | None = None, urn: str = "") -> Checked:
        request = provider_pb2.CheckRequest(urn=urn, news=self._props(kind, news), olds=self._props(kind, olds))
        response = self._call("Check", request)
        return Checked(self._plain(kind, response.inputs), [(f.property, f.reason) for f in response.failures])

    def diff(self, kind: str, id: str, olds: Props, news: Props) -> DiffResult:
        request = provider_pb2.DiffRequest(id=id, olds=self._props(kind, olds), news=self._props(kind, news))
        response = self._call("Diff", request)
        changes = provider_pb2.DiffResponse.DiffChanges.Name(response.changes).removeprefix("DIFF_")
        return DiffResult(changes, list(response.replaces), response.deleteBeforeReplace)

    def create(self, kind: str, props: Props) -> tuple[str, Props]:
        response = self._call("Create", provider_pb2.CreateRequest(properties=self._props(kind, props)))
        return response.id, self._plain(kind, response.properties)

    def read(self, kind: str, id: str, props: Props) -> tuple[str, Props, Props]:
        """Read as in a refresh: ``props`` are the last outputs. Return id, outputs and inputs."""
        return self._read(kind, provider_pb2.ReadRequest(id=id, properties=self._props(kind, props)))

    def get(self, kind: str, id: str) -> tuple[str, Props, Props]:
        """Read as for ``X.get``: without state, and with ``__provider`` as the only input."""
        return self._read(kind, provider_pb2.ReadRequest(id=id, inputs=self._props(kind, {})))

    def update(self, kind: str, id: str, olds: Props, news: Props) -> Props:
        request = provider_pb2.UpdateRequest(id=id, olds=self._props(kind, olds), news=self._props(kind, news))
        return self._plain(kind, self._call("Update", request).properties)

    def delete(self, kind: str, id: str, props: Props) -> None:
        self._call("Delete", provider_pb2.DeleteRequest(id=id, properties=self._props(kind, props)))

    def cancel(self) -> None:
        """Cancel, as the engine does when a person stops it."""
        self._call("Cancel", empty_pb2.Empty())

    def use(self, kind: str, provider: str) -> None:
        """Send another value for ``__provider``, for example one from an old state."""
        self._pickled[kind] = provider

    def _read(self, kind: str, request: Any) -> tuple[str, Props, Props]:
        response = self._call("Read", request)
        inputs = self._plain(kind, response.inputs) if response.HasField("inputs") else {}
        return response.id, self._plain(kind, response.properties), inputs

    def _provider(self, kind: str) -> str:
        return self._pickled.setdefault(kind, pickled(kind))

    def _props(self, kind: str, props: Props | None) -> struct_pb2.Struct:
        return _struct({} if props is None else {**props, "__provider": self._provider(kind)})

    def _plain(self, kind: str, struct: struct_pb2.Struct) -> Props:
        """Return the properties as the engine stores them, without the provider, which must be unchanged."""
        props: Props = json_format.MessageToDict(struct)
        if props:
            assert props.pop("__provider") == self._provider(kind)
        return props

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=_SECONDS)
        except grpc.RpcError as error:
            raise PluginError(error.details()) from None


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(props)
    return struct
