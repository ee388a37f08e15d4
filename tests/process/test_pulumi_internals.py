"""Canaries: each fails when the installed Pulumi is no longer as `weld_pulumi/pulumi_internals.py` assumes.

The message names the function there that has to change. What users see of it is tested elsewhere, on the plugin process
and on the real engine.
"""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent import futures
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi
import pulumi.dynamic
import pytest
from pulumi.output import Unknown
from pulumi.runtime import rpc, set_all_config, set_mocks
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

import weld_pulumi as weld
from tests.support.mocks import Weld, seen
from tests.support.plugin import Plugin, PluginError, with_statement_in_check
from weld_pulumi import _registry, pulumi_internals
from weld_pulumi._ending import process_is_ending

INTERNALS = "weld_pulumi/pulumi_internals.py"

pytestmark = pytest.mark.usefixtures("event_loop")


def assumption(function: Any, what: str) -> str:
    """The message of a canary."""
    return f"Pulumi {version('pulumi')} is not as assumed: {what}. See {function.__name__} in {INTERNALS}."


# In the program ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mocks() -> Iterator[Weld]:
    made = Weld()
    set_mocks(made)
    yield made
    set_all_config({}, [])


def test_a_dynamic_resource_carries_its_provider_in_the_input_that_we_fill(mocks: Weld) -> None:
    class Plain(pulumi.dynamic.Resource, module="weld", name="Plain"):
        pass

    reference = _registry.ProviderReference("EltSync")
    seen(lambda: [Plain(reference, "plain", {}).urn])
    made = mocks.made["plain"]
    message = assumption(pulumi_internals.register_dynamic, "a dynamic resource is registered in another way")
    assert made.typ == f"{pulumi_internals.PACKAGE}:dynamic/weld:Plain", message
    assert made.inputs == {pulumi_internals.PROVIDER_KEY: pulumi_internals.serialize_provider(reference)}, message


def test_the_constructor_that_is_passed_over_does_nothing_but_serialize_the_provider() -> None:
    written = dedent(inspect.getsource(pulumi.dynamic.Resource.__init__))
    function = ast.parse(written).body[0]
    assert isinstance(function, ast.FunctionDef)
    calls = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    known = {"Exception", "cast", "_serialize", "getattr", "pulumi.Output.secret", "super().__init__", "super"}
    message = assumption(pulumi_internals.register_dynamic, f"the constructor also calls {sorted(calls - known)}")
    assert calls <= known, message


def test_a_resource_may_add_to_its_secret_outputs_until_its_properties_are_resolved(
    mocks: Weld, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pulumi.runtime.resource as sdk

    found: list[list[str]] = []
    translate = sdk._translate_additional_secret_outputs  # noqa: SLF001 - it is what this canary is about

    def translated(resource: Any, kind: Any, names: list[str] | None) -> Any:
        found.append(list(names or ()))
        return translate(resource, kind, names)

    monkeypatch.setattr("pulumi.runtime.resource._translate_additional_secret_outputs", translated)
    streams: Any = pulumi.Output.secret([{"name": "charges"}])
    seen(lambda: [weld.EltSync("it", connection_id="x", destination_schema_name="y", source_streams=streams).urn])
    message = assumption(pulumi_internals.register_dynamic, "additional_secret_outputs is read before the properties")
    assert ["stream_ids"] in found, message


def test_the_line_of_a_resource_is_found_by_counting_three_constructors(
    mocks: Weld, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pulumi.runtime.resource as sdk

    found: list[str] = []
    frames = sdk._get_stack_trace  # noqa: SLF001 - it is what this canary is about

    def traced() -> Any:
        stack = frames()
        found.append(stack.frames[0].pc.uri)
        return stack

    monkeypatch.setattr("pulumi.runtime.resource._get_stack_trace", traced)
    seen(lambda: [weld.Connection("it", integration_id="stripe").urn])
    message = assumption(pulumi_internals.register_dynamic, "the line that creates a resource is found in another way")
    assert Path(__file__).as_uri() in found, message


def test_a_secret_of_the_configuration_can_be_told_from_plain_text() -> None:
    set_all_config({"weld:apiKey": "k", "weld:apiUrl": "u"}, ["weld:apiKey"])
    message = assumption(pulumi_internals.is_config_secret, "secret configuration values are kept elsewhere")
    assert pulumi_internals.is_config_secret("weld:apiKey"), message
    assert not pulumi_internals.is_config_secret("weld:apiUrl"), message
    set_all_config({}, [])


def test_an_error_of_a_user_can_become_a_run_error_and_stays_what_it_is() -> None:
    class MiddleError(Exception):
        pass

    class OursError(MiddleError):
        pass

    pulumi_internals.print_without_traceback(OursError)
    message = assumption(pulumi_internals.print_without_traceback, "RunError cannot be added as a base")
    error = OursError("text")
    assert isinstance(error, pulumi.RunError), message
    assert isinstance(error, MiddleError), message
    assert str(error) == "text", message
    assert OursError.__bases__ == (MiddleError, pulumi.RunError), message


def test_what_is_unknown_in_a_preview_is_an_unknown_in_the_plugin() -> None:
    message = assumption(pulumi_internals.new_unknown, "an unknown property value has another class")
    assert isinstance(rpc.deserialize_property(rpc.UNKNOWN, keep_unknowns=True), Unknown), message
    assert pulumi_internals.Unknown is Unknown, message
    assert isinstance(pulumi_internals.new_unknown(), Unknown), message


# In the plugin process ---------------------------------------------------------------------------------------------


def servicer_source() -> ast.Module:
    """The code that Pulumi runs as the plugin process."""
    spec = find_spec("pulumi.dynamic.__main__")
    assert spec is not None, assumption(pulumi_internals.servicer, "`python -m pulumi.dynamic` is no longer the plugin")
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_text())


def servicer_methods() -> dict[str, ast.FunctionDef]:
    """The methods of the class that serves the engine."""
    name = "DynamicResourceProviderServicer"
    classes = [node for node in servicer_source().body if isinstance(node, ast.ClassDef) and node.name == name]
    assert classes, assumption(pulumi_internals.servicer, f"there is no class {name} in pulumi/dynamic/__main__.py")
    return {node.name: node for node in classes[0].body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_the_request_with_the_urn_is_a_local_variable_of_the_servicer(method: str) -> None:
    arguments = [argument.arg for argument in servicer_methods()[method].args.args]
    message = assumption(pulumi_internals.current_urn, f"{method} has no argument named `request`")
    assert "request" in arguments, message


def test_a_plugin_process_knows_itself_its_engine_and_the_resource_of_a_request(tmp_path: Path) -> None:
    urn = "urn:pulumi:dev::shop::pulumi-python:dynamic/weld:Connection::it"
    statement = (
        "return CheckResult({'urn': internals.current_urn(), 'engine': internals.engine_address(), "
        "'is_plugin': internals.is_plugin()})"
    )
    with Plugin(env=with_statement_in_check(tmp_path, statement)) as plugin:
        found = plugin.check("Connection", {}, urn=urn).inputs
    assert found["is_plugin"] is True, assumption(pulumi_internals.servicer, "the servicer is not in `__main__`")
    assert found["engine"] == "127.0.0.1:1", assumption(pulumi_internals.engine_address, "it is not the first argument")
    assert found["urn"] == urn, assumption(pulumi_internals.current_urn, "no frame has the request")
    assert not pulumi_internals.is_plugin()
    assert pulumi_internals.engine_address() is None
    assert pulumi_internals.current_urn() == ""


def test_an_error_of_a_plugin_begins_with_its_class_and_has_no_traceback_where_that_is_limited(tmp_path: Path) -> None:
    statement = "raise internals.show_as('Shown')(type('Defined', (Exception,), {}))('the text')"
    env = {**with_statement_in_check(tmp_path, statement), "WELD_TRACEBACK": "1"}
    message = assumption(pulumi_internals.show_as, "the servicer does not send `traceback.format_exc()`")
    with Plugin(env=env) as plugin, pytest.raises(PluginError, match="Traceback") as raised:
        plugin.check("Connection", {})
    assert "__main__.py" in str(raised.value), message
    wrapper = ast.unparse(servicer_source())
    assert "traceback.format_exc()" in wrapper, assumption(pulumi_internals.omit_tracebacks, "it is not used")
    renamed: type[Exception] = pulumi_internals.show_as("Shown")(type("Defined", (Exception,), {}))
    assert traceback.format_exception_only(renamed("the text")) == ["Shown: the text\n"], message


def test_a_cancel_is_seen_while_all_workers_of_the_plugin_are_busy(tmp_path: Path) -> None:
    """With a real server of gRPC in this process, whose only worker is occupied."""
    from google.protobuf import empty_pb2  # type: ignore[import-untyped]
    from pulumi.runtime.proto import provider_pb2_grpc

    class Servicer(provider_pb2_grpc.ResourceProviderServicer):
        def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
            return empty_pb2.Empty()

    cancelled, release = threading.Event(), threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["__main__"], "DynamicResourceProviderServicer", Servicer, raising=False)
        pulumi_internals.on_cancel(cancelled.set)
    workers = futures.ThreadPoolExecutor(1)
    server = grpc.server(workers)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    workers.submit(release.wait)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            provider_pb2_grpc.ResourceProviderStub(channel).Cancel(empty_pb2.Empty(), timeout=10)
        assert cancelled.is_set(), assumption(pulumi_internals.on_cancel, "gRPC ignores `experimental_thread_pool`")
    finally:
        release.set()
        server.stop(0).wait()
        workers.shutdown()
    cancel = servicer_methods()["Cancel"]
    assert ast.unparse(cancel.body[-1]) == "return empty_pb2.Empty()", assumption(
        pulumi_internals.on_cancel, "Cancel of the servicer does something; use that instead"
    )


def test_a_plugin_that_is_interrupted_ends(tmp_path: Path) -> None:
    message = assumption(pulumi_internals.end_plugin, "SIGINT does not end the plugin process")
    with Plugin(env=with_statement_in_check(tmp_path, "internals.end_plugin(); return CheckResult({})")) as plugin:
        with suppress(PluginError):  # the response may or may not arrive
            plugin.check("Connection", {})
        try:
            plugin.process.wait(30)
        except subprocess.TimeoutExpired:
            pytest.fail(message)


def test_a_live_line_reaches_the_engine_as_an_ephemeral_log(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[Any] = []

    class Engine(engine_pb2_grpc.EngineServicer):
        def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
            from google.protobuf import empty_pb2

            received.append(request)
            return empty_pb2.Empty()

    server = grpc.server(futures.ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setattr(sys.modules["__main__"], "DynamicResourceProviderServicer", object, raising=False)
    monkeypatch.setattr(sys, "argv", ["plugin", f"127.0.0.1:{port}"])
    message = assumption(pulumi_internals.log_live, "the engine's Log has another request")
    try:
        assert pulumi_internals.log_live("a line", "urn:it"), message
    finally:
        server.stop(0).wait()
    (request,) = received
    assert (request.message, request.urn, request.ephemeral) == ("a line", "urn:it", True), message
    assert request.severity == engine_pb2.INFO, message


def test_a_worker_thread_sees_that_the_interpreter_ends() -> None:
    """Of Python, not of Pulumi: `weld_pulumi/_ending.py`."""
    program = """
        import threading, time
        from concurrent.futures import ThreadPoolExecutor
        from weld_pulumi._ending import process_is_ending

        def work():
            while not process_is_ending():
                time.sleep(0.01)
            print("ends", flush=True)

        ThreadPoolExecutor(1).submit(work)
    """
    assert not process_is_ending()
    ran = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "ends\n", "Python has changed: see process_is_ending in weld_pulumi/_ending.py."
