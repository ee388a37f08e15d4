"""The plugin process: a gRPC server that echoes inputs, and prints its port to standard output."""

from __future__ import annotations

import signal
import threading
from concurrent import futures
from importlib import metadata
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2, json_format, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime import rpc
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.support.databricks_stub.databricks import computed_outputs, identifier, problem

Props = dict[str, Any]


class DatabricksStub(ResourceProviderServicer):
    """The calls of the engine, served without Databricks."""

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802 - the engine's names, here and below
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi-databricks"))

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        found = problem(request.urn.split("::")[2], _plain(request.news))
        failures = [provider_pb2.CheckFailure(property=found[0], reason=found[1])] if found else []
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        before, after = _plain(request.old_inputs), _plain(request.news)
        changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        kinds = provider_pb2.DiffResponse
        return kinds(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE, diffs=changed)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind, props = request.urn.split("::")[2], _plain(request.properties)
        outputs = computed_outputs(kind, props)
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=_with(request.properties, _unknown(outputs)))
        return provider_pb2.CreateResponse(id=identifier(kind, props), properties=_with(request.properties, outputs))

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        outputs = computed_outputs(request.urn.split("::")[2], _plain(request.news))
        return provider_pb2.UpdateResponse(properties=_with(request.news, outputs))

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()


def _plain(properties: struct_pb2.Struct) -> Props:
    return dict(json_format.MessageToDict(properties))


def _with(properties: struct_pb2.Struct, outputs: Props) -> struct_pb2.Struct:
    merged = struct_pb2.Struct()
    merged.CopyFrom(properties)
    merged.update(outputs)
    return merged


def _unknown(outputs: Props) -> Props:
    """Mark computed outputs as unknown before the creation."""
    return dict.fromkeys(outputs, rpc.UNKNOWN)


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(DatabricksStub(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    over.wait()
    server.stop(0)


if __name__ == "__main__":
    main()
