"""The names that users write: what there is, how it is called, that it is documented, and that nothing drifts apart."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Awaitable
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args, get_origin, get_type_hints

import pulumi
import pytest

import weld_pulumi as weld
from tests.support.mocks import TABLES, registered
from tests.support.wording import naming
from weld_pulumi.api import models
from weld_pulumi.config import SETTINGS
from weld_pulumi.schema.streams import ENTRY

pytestmark = pytest.mark.usefixtures("event_loop")

FUNCTIONS = {
    "get_available_source_streams": ["elt_sync_id"],
    "get_connection": ["id", "label", "integration_id"],
    "get_connection_settings_schema": ["connection_id"],
    "get_connections": ["integration_id"],
    "get_elt_sync": ["id"],
    "get_elt_sync_status": ["id"],
    "get_elt_syncs": ["connection_id"],
    "get_integrations": ["ability"],
    "get_orchestrations": [],
    "get_source_stream_runs": ["elt_stream_id", "limit"],
    "get_source_streams": ["elt_sync_id"],
}
ERRORS = {
    "AuthenticationError",
    "AuthorizationPendingError",
    "ConflictError",
    "NotFoundError",
    "RateLimitError",
    "ServerError",
    "WeldApiError",
    "WeldConfigError",
    "WeldConnectionError",
    "WeldError",
    "WeldValidationError",
}
CLASSES = {
    "Connection",
    "EltSync",
    "EltSyncRun",
    "Provider",
    "SourceStream",
    "SourceStreamArgs",
    "SourceStreamArgsDict",
    "__version__",
}
ALL = ERRORS | CLASSES | set(FUNCTIONS) | {f"{name}_output" for name in FUNCTIONS}

ARGUMENTS = {
    weld.Connection: [
        "integration_id",
        "label",
        "redirect_uri",
        "authorization_timeout",
        "reauthorize_triggers",
        "adopt",
        "deletion_policy",
    ],
    weld.EltSync: [
        "connection_id",
        "destination_schema_name",
        "sync_interval",
        "orchestration_workflow_id",
        "elt_settings",
        "start_date",
        "enabled",
        "source_streams",
        "adopt",
        "deletion_policy",
        "remove_destination_data",
        "run_triggers",
        "full_refresh_triggers",
        "on_pending_connection",
        "on_new_streams",
    ],
    weld.SourceStream: [
        "elt_sync_id",
        "name",
        "incremental_pointer_id",
        "excluded_columns",
        "hashed_columns",
        "full_sync_always",
        "full_sync_at_midnight",
        "protected_from_full_sync",
        "excluded_substreams",
        "enabled_history_table",
        "adopt",
        "run_triggers",
        "full_refresh_triggers",
        "reset_history_table",
    ],
    weld.EltSyncRun: ["elt_sync_id", "streams", "full_refresh", "triggers", "timeout"],
}
OUTPUTS = {
    weld.Connection: {"status", "authorize_url", "authorize_expires_at", "created_at"},
    weld.EltSync: {
        "status",
        "account_id",
        "source_integration_id",
        "destination_integration_id",
        "destination_connection_id",
        "stream_ids",
        "created_at",
    },
    weld.SourceStream: {"incremental_primary_key_name", "created_at"},
    weld.EltSyncRun: {"status", "streams_result", "rows_synced", "finished_at"},
}
REQUIRED = {
    weld.Connection: {"integration_id"},
    weld.EltSync: {"connection_id", "destination_schema_name"},
    weld.SourceStream: {"elt_sync_id"},
    weld.EltSyncRun: {"elt_sync_id"},
}
RESOURCES: list[Any] = list(ARGUMENTS)


def section(documented: Any, title: str) -> set[str]:
    """The names that a section of a docstring describes."""
    text = inspect.getdoc(documented) or ""
    found = re.search(rf"^{title}:\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)
    return set(re.findall(r"^    (\w+):", found.group(1), re.MULTILINE)) if found else set()


def keywords(function: Any) -> list[str]:
    kinds = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in kinds if parameter.kind is parameter.KEYWORD_ONLY]


# What there is ------------------------------------------------------------------------------------------------------


def test_the_package_offers_these_names() -> None:
    assert set(weld.__all__) == ALL
    assert weld.__all__ == sorted(weld.__all__)
    assert all(hasattr(weld, name) for name in weld.__all__)


def test_every_public_name_is_documented() -> None:
    for name in sorted(ALL - {"__version__", "SourceStreamArgsDict"}):
        text = inspect.getdoc(getattr(weld, name)) or ""
        assert len(text) > 20, name
        assert text.splitlines()[0].endswith("."), name


def test_every_public_method_is_documented_too() -> None:
    for resource in RESOURCES:
        assert section(resource.get, "Args") == {"resource_name", "id", "opts"}


# Constructors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [*RESOURCES, weld.Provider])
def test_a_resource_takes_its_name_then_opts_then_keywords(resource: Any) -> None:
    name, opts, *others = list(inspect.signature(resource).parameters.values())
    assert (name.name, name.kind, name.default) == ("resource_name", name.POSITIONAL_OR_KEYWORD, name.empty)
    assert (opts.name, opts.kind, opts.default) == ("opts", opts.POSITIONAL_OR_KEYWORD, None)
    assert {parameter.kind for parameter in others} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("resource", RESOURCES)
def test_signature_table_and_docstring_name_the_same_arguments(resource: Any) -> None:
    """The signature, the handler's table, the registered properties and the docstring name the same arguments."""
    wanted = ARGUMENTS[resource]
    assert keywords(resource) == wanted
    assert [field.name for field in TABLES[resource]] == wanted
    assert section(resource, "Args") == {"resource_name", "opts", *wanted}
    assert section(resource, "Attributes") == {"id", *OUTPUTS[resource]}
    assert registered(resource)[1] == {"id", "urn", *wanted, *OUTPUTS[resource]}
    # The SDK evaluates annotations anew for each resource, so only the type checker sees them.
    assert inspect.get_annotations(resource) == {}
    assert _attributes_for_the_type_checker(resource) == {*wanted, *OUTPUTS[resource]}


def _attributes_for_the_type_checker(resource: Any) -> set[str]:
    body = ast.parse(dedent(inspect.getsource(resource))).body[0].body  # type: ignore[attr-defined]
    hidden = [node for part in body if isinstance(part, ast.If) for node in part.body]
    return {node.target.id for node in hidden if isinstance(node, ast.AnnAssign)}  # type: ignore[union-attr]


@pytest.mark.parametrize("resource", RESOURCES)
def test_these_arguments_are_required(resource: Any) -> None:
    parameters = inspect.signature(resource).parameters
    needed = {name for name in ARGUMENTS[resource] if parameters[name].default is inspect.Parameter.empty}
    assert needed == REQUIRED[resource]
    named_after_the_resource = {"label", "name"}
    assert {field.name for field in TABLES[resource] if field.required} - named_after_the_resource == needed
    assert all(parameters[name].default is None for name in ARGUMENTS[resource] if name not in needed)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_argument_takes_an_input(resource: Any) -> None:
    parameters = inspect.signature(resource, eval_str=True).parameters
    for name in ARGUMENTS[resource]:
        # pulumi.Input[T] is T, an awaitable of T or an Output of T.
        assert Awaitable in {get_origin(choice) for choice in get_args(parameters[name].annotation)}, name


def test_the_provider_takes_every_setting_but_that_of_the_browser() -> None:
    """Whether a browser opens is a matter of the machine, not of a workspace."""
    assert keywords(weld.Provider) == [each.attribute for each in SETTINGS if each.attribute != "open_browser"]
    assert section(weld.Provider, "Args") == {"resource_name", "opts", *keywords(weld.Provider)}
    parameters = inspect.signature(weld.Provider).parameters
    assert parameters["api_key"].default is inspect.Parameter.empty
    assert all(parameters[name].default is None for name in keywords(weld.Provider)[1:])


@pytest.mark.parametrize("resource", RESOURCES)
def test_get_takes_a_name_an_id_and_opts(resource: Any) -> None:
    parameters = list(inspect.signature(resource.get).parameters.values())
    assert [parameter.name for parameter in parameters] == ["resource_name", "id", "opts"]
    assert parameters[2].default is None


@pytest.mark.parametrize("resource", [*RESOURCES, weld.Provider, weld.SourceStreamArgs])
def test_a_misspelled_argument_is_an_error_of_python(resource: Any) -> None:
    needed = dict.fromkeys(keywords(resource), "x")
    name = [] if resource is weld.SourceStreamArgs else ["x"]
    with pytest.raises(TypeError, match="unexpected keyword argument 'lable'"):
        resource(*name, **needed, lable="y")


# Entries of source_streams ------------------------------------------------------------------------------------------


def test_entries_of_source_streams_take_the_arguments_of_a_stream() -> None:
    wanted = [field.name for field in ENTRY]
    assert keywords(weld.SourceStreamArgs) == wanted
    assert section(weld.SourceStreamArgs, "Args") == set(wanted)
    assert list(weld.SourceStreamArgs.__annotations__) == wanted
    source = Path(inspect.getfile(weld.SourceStreamArgs)).read_text()
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    typed_dict = next(node for node in classes if node.name == "SourceStreamArgsDict")
    declared = [node.target.id for node in typed_dict.body if isinstance(node, ast.AnnAssign)]  # type: ignore[union-attr]
    assert declared == wanted
    shared = [name for name in wanted if name != "exclude"]
    assert [name for name in ARGUMENTS[weld.SourceStream] if name in wanted] == shared


def test_entries_are_dicts_with_attributes() -> None:
    entry = weld.SourceStreamArgs(name="customers", hashed_columns=["email"], full_sync_always=False)
    assert entry == {"name": "customers", "hashed_columns": ["email"], "full_sync_always": False}
    assert (entry.name, entry.hashed_columns, entry.full_sync_always, entry.exclude) == (
        "customers",
        ["email"],
        False,
        None,
    )
    entry.exclude = True
    assert entry["exclude"] is True
    with pytest.raises(AttributeError, match=naming("SourceStreamArgs", "'exlude'")):
        _ = entry.exlude  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=naming("SourceStreamArgs", "'exlude'")):
        entry.exlude = True  # type: ignore[attr-defined]


# Type tokens --------------------------------------------------------------------------------------------------------


def tokens(cls: type[Any]) -> str:
    return registered(cls)[0]


def test_type_tokens_are_frozen() -> None:
    class MyConnection(weld.Connection):
        pass

    class MySync(weld.EltSync):
        pass

    class MyOtherSync(MySync):
        pass

    class MyStream(weld.SourceStream):
        pass

    assert {tokens(weld.Connection), tokens(MyConnection)} == {"pulumi-python:dynamic/weld:Connection"}
    assert {tokens(weld.EltSync), tokens(MySync), tokens(MyOtherSync)} == {"pulumi-python:dynamic/weld:EltSync"}
    assert {tokens(weld.SourceStream), tokens(MyStream)} == {"pulumi-python:dynamic/weld:SourceStream"}
    assert tokens(weld.EltSyncRun) == "pulumi-python:dynamic/weld:EltSyncRun"


# Functions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_functions_and_their_twins_take_the_same_arguments(name: str) -> None:
    function, twin = getattr(weld, name), getattr(weld, f"{name}_output")
    assert list(inspect.signature(function).parameters) == [*FUNCTIONS[name], "opts"]
    assert (twin.__name__, twin.__qualname__) == (f"{name}_output", f"{name}_output")
    assert name in (twin.__doc__ or "")
    documented = section(function, "Args")
    assert documented in (set(), {*FUNCTIONS[name], "opts"})


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_the_result_of_every_function_has_a_type(name: str) -> None:
    function = getattr(weld, name)
    names = {**vars(models), **vars(pulumi)}
    returned = get_type_hints(function, localns=names)["return"]
    assert "Any" not in str(returned) or name == "get_connection_settings_schema"


# Types, as a user's checker sees them -------------------------------------------------------------------------------

FINE = """
    import pulumi
    import weld_pulumi as weld

    schema: pulumi.Output[str] = pulumi.Output.from_input("weld")
    names: list[pulumi.Output[str]] = [schema]
    source = weld.Connection("a", integration_id="stripe", authorization_timeout=0, adopt=True)
    again = weld.Connection("b", pulumi.ResourceOptions(), integration_id=schema, reauthorize_triggers=["x", 1])
    customers = weld.SourceStreamArgs(name=schema, hashed_columns=["email", schema])
    customers.full_sync_always = False
    sync = weld.EltSync(
        "c",
        connection_id=source.id,
        destination_schema_name=schema,
        sync_interval="0 * * * *",
        elt_settings={"account": schema, "deep": {"list": [1]}},
        source_streams=[{"name": "charges"}, {"name": schema, "exclude": True}, customers, "refunds", schema],
        run_triggers={"version": 1},
    )
    only = weld.EltSync("d", connection_id="x", destination_schema_name="y", source_streams=[customers])
    named = weld.EltSync("n", connection_id="x", destination_schema_name="y", source_streams=["charges", "order_*"])
    none: pulumi.Output[list[weld.SourceStreamArgs]] = pulumi.Output.from_input([])
    other = weld.EltSync("e", connection_id="x", destination_schema_name="y", source_streams=none)
    protected = pulumi.ResourceOptions(protect=True)
    stream = weld.SourceStream("f", elt_sync_id=sync.id, excluded_columns=names, opts=protected)
    team = weld.Provider("g", api_key=schema, request_timeout=10, max_retries=3, validation="off")
    found = weld.EltSync.get("h", sync.id, opts=pulumi.ResourceOptions(provider=team))
    url: pulumi.Output[str | None] = source.authorize_url
    ids: pulumi.Output[dict[str, str]] = found.stream_ids
    label: str | None = weld.get_connection(label="x").label
    twin = weld.get_connections_output(integration_id=schema)
    theirs = weld.get_connections(opts=pulumi.InvokeOptions(provider=team))
    kept = weld.Connection("k", integration_id="stripe", deletion_policy="retain")
    loaded = weld.EltSyncRun("r", elt_sync_id=sync.id, streams=["charges", schema], triggers=[1], timeout=60)
    rows: pulumi.Output[int | None] = loaded.rows_synced
    error = weld.WeldApiError(404, "code", "message", "GET", "/x", None)
"""
WRONG = """
    import weld_pulumi as weld

    weld.Connection("a")
    weld.Connection("a", integration_id=1)
    weld.Connection("a", None, "stripe")
    weld.EltSync("b", connection_id="x", destination_schema_name="y", source_streams=[{"nam": "z"}])
    weld.EltSync("b", connection_id="x", destination_schema_name="y", enabled="yes")
    weld.SourceStream("c", elt_sync_id="x", hashed_column=["email"])
    weld.SourceStreamArgs(name="x").exlude
    weld.SourceStreamArgs(name="x").exclude = "yes"
    weld.get_connection(name="x")
    weld.EltSync("b", connection_id="x", destination_schema_name="y", deletion_policy="keep")
    weld.Connection("a", integration_id="stripe", deletion_policy="disable")
    weld.Provider("d", api_key="k", validation="on")
    weld.get_integrations("EltDestination")
"""


def test_a_users_type_checker_accepts_right_programs_and_refuses_wrong_ones(tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text(dedent(FINE))
    (tmp_path / "wrong.py").write_text(dedent(WRONG))
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "fine.py", "wrong.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
    )
    refused = [line for line in ran.stdout.splitlines() if ": error:" in line]
    assert [line for line in refused if line.startswith("fine.py")] == []
    lines = {int(line.split(":")[1]) for line in refused}
    statements = {number for number, text in enumerate(dedent(WRONG).splitlines(), 1) if text.startswith("weld.")}
    assert lines == statements
