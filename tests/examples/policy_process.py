"""Runs a policy pack as Pulumi runs it, in an environment of its own, and asks it about resources over gRPC."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tools.locking import exclusive
from tools.pulumi_cli import cache_folder

_SECONDS = 30.0


def environment_for(requirements: Path) -> Path:
    """The Python of an environment with what a pack requires, which does not fit beside our own.

    Made once a machine and kept in the user's cache: it takes a Python package index and half a minute.
    """
    content = requirements.read_bytes() + f"{sys.version_info[:2]}".encode()
    folder = cache_folder() / f"policy-{hashlib.sha256(content).hexdigest()[:12]}"
    python, stamp = folder / "bin" / "python", folder / ".complete"
    with exclusive(folder.with_suffix(".lock"), "Environment for policy packs"):
        if not stamp.exists():
            venv.create(folder, clear=True, with_pip=True)
            command = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "-r", str(requirements)]
            subprocess.run(command, check=True)
            stamp.touch()
    return python


class PolicyPack:
    """A running pack."""

    def __init__(self, analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
        self._analyzer = analyzer

    def violations(
        self, kind: str, props: Mapping[str, Any], *, stack: str = "dev", protect: bool = False
    ) -> dict[str, str]:
        """What it reports about a resource: name of the policy to the text of its last report."""
        properties = struct_pb2.Struct()
        properties.update(props)
        request = analyzer_pb2.AnalyzeRequest(
            type=kind,
            name="a",
            urn=f"urn:pulumi:{stack}::project::{kind}::a",
            properties=properties,
            options=analyzer_pb2.AnalyzerResourceOptions(protect=protect),
        )
        found = self._analyzer.Analyze(request, timeout=_SECONDS)
        return {each.policyName: each.message for each in found.diagnostics}


@contextlib.contextmanager
def running_pack(python: Path, folder: Path) -> Iterator[PolicyPack]:
    """Starts the pack in a folder; it says its port, and ends when it is told to."""
    # The address is that of an engine, which a pack needs only to write to its log.
    command = [str(python), "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port.isdigit(), f"the pack did not start: {port}"
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield PolicyPack(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.terminate()
