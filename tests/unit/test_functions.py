"""The look-ups for programs, plain and with Outputs, against Weld on localhost."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown
from pulumi.runtime import set_all_config, set_mocks

import weld_pulumi as weld
from tests.support.mocks import Weld
from tests.support.wording import naming, says
from weld_pulumi import errors, functions
from weld_pulumi._workspaces import client_for, client_of
from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import Settings
from weld_pulumi.simulator import Simulator

# Pulumi's own, on Python 3.12 and newer.
pytestmark = pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture(autouse=True)
def surroundings(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings in the environment, nothing in the stack configuration."""
    monkeypatch.setenv("WELD_API_URL", simulator.url)
    monkeypatch.setenv("WELD_API_KEY", simulator.api_key)
    monkeypatch.setenv("WELD_MAX_RETRIES", "0")
    client_for.cache_clear()
    set_all_config({}, [])
    yield
    set_all_config({}, [])


@pytest.fixture
def there(simulator: Simulator) -> dict[str, str]:
    """What there is: two connections, a sync with two streams, an orchestration."""
    shop = simulator.create_connection("stripe", "Shop")["id"]
    crm = simulator.create_connection("hubspot", "CRM")["id"]
    sync = simulator.create_sync(shop, destination_schema_name="raw_shop", streams=["charges", "customers"])["id"]
    stream = next(row["id"] for row in simulator.state()["streams"] if row["name"] == "charges")
    workflow = simulator.create_orchestration("Nightly")["id"]
    return {"shop": shop, "crm": crm, "sync": sync, "stream": stream, "workflow": workflow}


Ask = Callable[[dict[str, str]], tuple[dict[str, Any], Any]]

# Function -> its arguments, and how to see in its result that it is right.
CALLS: dict[str, tuple[Ask, Callable[[Any], Any]]] = {
    "get_connections": (lambda at: ({"integration_id": "stripe"}, [at["shop"]]), lambda found: [c.id for c in found]),
    "get_connection": (lambda at: ({"id": at["crm"]}, "CRM"), lambda found: found.label),
    "get_connection_settings_schema": (
        lambda at: ({"connection_id": at["crm"]}, "object"),
        lambda found: found["type"],
    ),
    "get_integrations": (
        lambda at: ({"ability": "EltSource"}, True),
        lambda found: {"stripe", "hubspot"} <= {integration.id for integration in found},
    ),
    "get_elt_syncs": (lambda at: ({"connection_id": at["shop"]}, [at["sync"]]), lambda found: [s.id for s in found]),
    "get_elt_sync": (lambda at: ({"id": at["sync"]}, "raw_shop"), lambda found: found.destination_schema_name),
    "get_elt_sync_status": (
        lambda at: ({"id": at["sync"]}, {"charges", "customers"}),
        lambda found: {stream.name for stream in found.source_streams},
    ),
    "get_available_source_streams": (
        lambda at: ({"elt_sync_id": at["sync"]}, True),
        lambda found: {"charges", "customers", "refunds"} <= {stream.name for stream in found},
    ),
    "get_source_streams": (
        lambda at: ({"elt_sync_id": at["sync"]}, {"charges", "customers"}),
        lambda found: {stream.name for stream in found},
    ),
    "get_source_stream_runs": (lambda at: ({"elt_stream_id": at["stream"], "limit": 5}, []), list),
    "get_orchestrations": (
        lambda at: ({}, True),
        lambda found: "Nightly" in [orchestration.name for orchestration in found],
    ),
}


def example_in(documented: Any) -> str:
    """The code below the last "::" of a docstring, as a program."""
    _, found, code = str(inspect.getdoc(documented)).rpartition("::\n\n")
    assert found, "no example"
    return dedent(re.split(r"^\S", code, maxsplit=1, flags=re.MULTILINE)[0])


DOCUMENTED = {
    **{name: getattr(weld, name) for name in CALLS},
    "functions": functions,
    "errors": errors,
    "api": WeldClient,
}


@pytest.mark.parametrize("documented", DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_developer_can_run_the_example_of_a_docstring(
    simulator: Simulator, there: dict[str, str], monkeypatch: pytest.MonkeyPatch, documented: Any
) -> None:
    WeldClient(Settings(simulator.api_key, simulator.url)).enable_sync(there["sync"])  # which starts a run
    simulator.create_orchestration("nightly")
    monkeypatch.setattr(pulumi, "export", lambda name, value: exported.update({name: value}))
    exported: dict[str, Any] = {}
    example = example_in(documented)
    for placeholder, id in (("con_1a2b", "shop"), ("q4Rk8vp_fhTjqf", "sync"), ("SCTVdLAcyDTgNx", "stream")):
        example = example.replace(placeholder, there[id])
    variables: dict[str, Any] = {}
    exec(example, variables)
    assert exported or variables.keys() - {"weld", "pulumi", "__builtins__"}


def outcome(twin: Callable[..., pulumi.Output[Any]], *args: Any, preview: bool = False, **kwargs: Any) -> list[Any]:
    """What an Output comes to: its value, or nothing where it is unknown."""
    set_mocks(Weld(), preview=preview)
    values: list[Any] = []
    as_pulumi_does: Any = pulumi.runtime.test
    as_pulumi_does(lambda: twin(*args, **kwargs).apply(values.append))()
    return values


def test_there_is_a_call_for_every_function() -> None:
    assert set(CALLS) == {name for name in weld.__all__ if name.startswith("get_") and not name.endswith("_output")}


@pytest.mark.parametrize("name", list(CALLS))
def test_a_function_and_its_twin_find_the_same(there: dict[str, str], name: str) -> None:
    ask, look = CALLS[name]
    arguments, expected = ask(there)
    assert look(getattr(weld, name)(**arguments)) == expected
    assert look(getattr(weld, name)(*arguments.values())) == expected
    twin = getattr(weld, f"{name}_output")
    as_outputs = {key: pulumi.Output.from_input(value) for key, value in arguments.items()} if arguments else {}
    for given in (arguments, as_outputs):
        (found,) = outcome(twin, **given)
        assert look(found) == expected
    (found,) = outcome(twin, *arguments.values())
    assert look(found) == expected


@pytest.mark.parametrize("name", [name for name in CALLS if name != "get_orchestrations"])
def test_a_twin_is_not_run_on_what_is_unknown(simulator: Simulator, there: dict[str, str], name: str) -> None:
    arguments, _ = CALLS[name][0](there)

    def unknown() -> pulumi.Output[Any]:
        return pulumi.Output.from_input(Unknown())  # type: ignore[no-untyped-call]

    simulator.clear_requests()
    first = next(iter(arguments))
    assert outcome(lambda: getattr(weld, f"{name}_output")(unknown()), preview=True) == []
    assert outcome(lambda: getattr(weld, f"{name}_output")(**{first: unknown()}), preview=True) == []
    assert simulator.requests() == []


def test_the_result_of_a_twin_is_an_output_with_attributes(there: dict[str, str]) -> None:
    label: list[Any] = outcome(lambda: weld.get_connection_output(id=there["shop"]).label)
    assert label == ["Shop"]


def test_secrets_stay_secret_through_a_twin(there: dict[str, str]) -> None:
    async def secret() -> bool:
        return await weld.get_connection_output(id=pulumi.Output.secret(there["shop"])).is_secret()

    assert outcome(lambda: pulumi.Output.from_input(secret())) == [True]


def test_an_error_of_a_twin_is_the_error_of_its_function(there: dict[str, str]) -> None:
    with pytest.raises(weld.NotFoundError):
        outcome(weld.get_elt_sync_output, id="nowhere")


# Where the settings come from ---------------------------------------------------------------------------------------


def test_the_stack_configuration_wins_in_a_look_up(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELD_API_KEY", "a-wrong-key")
    monkeypatch.setenv("WELD_API_URL", "http://127.0.0.1:9")
    set_all_config({"weld:apiKey": simulator.api_key, "weld:apiUrl": simulator.url}, ["weld:apiKey"])
    weld.get_connections()
    assert all(request.key_ok for request in simulator.requests())


def test_a_look_up_without_a_key_says_how_to_set_one(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WELD_API_KEY")
    with pytest.raises(weld.WeldConfigError, match=r"pulumi config set --secret weld:apiKey.*WELD_API_KEY"):
        weld.get_connections()
    assert simulator.requests() == []


def test_a_refused_key_is_named_by_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELD_API_KEY", "a-wrong-key")
    with pytest.raises(weld.AuthenticationError, match="environment variable WELD_API_KEY") as e:
        weld.get_orchestrations()
    assert "a-wrong-key" not in str(e.value)


def test_one_client_serves_all_calls(there: dict[str, str]) -> None:
    weld.get_connections()
    weld.get_elt_syncs()
    assert client_of(weld.get_connections, None) is client_of(weld.get_elt_syncs, None)
    assert client_for.cache_info().currsize == 1


# Another workspace --------------------------------------------------------------------------------------------------

OTHER_KEY = "key-of-the-other-workspace"


@pytest.fixture
def other() -> Iterator[Simulator]:
    """A second workspace, with one connection."""
    with Simulator(api_key=OTHER_KEY) as made:
        made.create_connection("hubspot", "Theirs")
        yield made


def labels(connections: Any) -> list[str]:
    return [connection.label for connection in connections if connection.integration_id != "databricks"]


def asking(other: Simulator, key: Any, form: str = "get_connections", **given: Any) -> Any:
    """What a look-up in a provider's workspace returns, within a program."""
    team = weld.Provider("team-b", api_key=key, api_url=other.url)
    return getattr(weld, form)(**given, opts=pulumi.InvokeOptions(provider=team))


def test_a_plain_function_asks_the_workspace_of_a_provider(other: Simulator) -> None:
    def program() -> pulumi.Output[Any]:
        return pulumi.Output.from_input(labels(asking(other, OTHER_KEY)))

    assert outcome(program) == [["Theirs"]]


@pytest.mark.parametrize("secret", [False, True])
def test_a_twin_waits_for_the_key_of_a_provider(other: Simulator, secret: bool) -> None:
    def program() -> pulumi.Output[Any]:
        key = pulumi.Output.secret(OTHER_KEY) if secret else OTHER_KEY
        found = asking(other, key, "get_connections_output", integration_id=pulumi.Output.from_input("hubspot"))
        return pulumi.Output.all(found.apply(labels), pulumi.Output.from_input(found.is_secret()))

    assert outcome(program) == [[["Theirs"], False]]  # what is looked up with a secret key is no secret


def test_a_twin_takes_options_in_any_place(other: Simulator, there: dict[str, str]) -> None:
    def program() -> pulumi.Output[Any]:
        team = weld.Provider("team-b", api_key=OTHER_KEY, api_url=other.url)
        there = pulumi.InvokeOptions(provider=team)
        return weld.get_connections_output("hubspot", there).apply(labels)

    assert outcome(program) == [["Theirs"]]


def test_a_provider_is_inherited_from_a_parent(other: Simulator) -> None:
    def program() -> pulumi.Output[Any]:
        team = weld.Provider("team-b", api_key=OTHER_KEY, api_url=other.url)
        parent = pulumi.ComponentResource("my:Team", "team", opts=pulumi.ResourceOptions(providers=[team]))
        return pulumi.Output.from_input(labels(weld.get_connections(opts=pulumi.InvokeOptions(parent=parent))))

    assert outcome(program) == [["Theirs"]]


@pytest.mark.parametrize("name", list(CALLS))
def test_a_plain_function_that_would_have_to_wait_names_its_twin(
    other: Simulator, there: dict[str, str], name: str
) -> None:
    arguments, _ = CALLS[name][0](there)
    with pytest.raises(weld.WeldValidationError, match=rf"'team-b'.* Call {name}_output ") as raised:
        outcome(lambda: asking(other, pulumi.Output.secret(OTHER_KEY), name, **arguments))
    assert "api_key" in str(raised.value)
    assert OTHER_KEY not in str(raised.value)
    assert other.requests() == []


def test_a_twin_is_not_run_with_an_unknown_key(other: Simulator) -> None:
    unknown = Unknown()  # type: ignore[no-untyped-call]
    assert (
        outcome(lambda: asking(other, pulumi.Output.from_input(unknown), "get_connections_output"), preview=True) == []
    )
    assert other.requests() == []


def test_a_twin_waits_for_what_it_depends_on(other: Simulator) -> None:
    def program() -> pulumi.Output[Any]:
        team = weld.Provider("team-b", api_key=OTHER_KEY, api_url=other.url)
        first = weld.Connection("first", integration_id="stripe")
        opts = pulumi.InvokeOutputOptions(provider=team, depends_on=[first])
        return weld.get_connections_output(opts=opts).apply(labels)

    assert outcome(program) == [["Theirs"]]


def test_a_key_of_a_provider_that_is_refused_is_named_so(other: Simulator) -> None:
    with pytest.raises(weld.AuthenticationError, match=r"weld:apiKey in the weld\.Provider 'team-b'"):
        outcome(lambda: asking(other, "a-wrong-key"))


def test_a_provider_of_something_else_is_refused(simulator: Simulator) -> None:
    def program() -> Any:
        elsewhere = pulumi.ProviderResource("databricks", "elsewhere")
        return weld.get_connections(opts=pulumi.InvokeOptions(provider=elsewhere))

    with pytest.raises(weld.WeldValidationError, match=r"get_connections: .* weld\.Provider"):
        outcome(program)
    assert simulator.requests() == []


# Errors -------------------------------------------------------------------------------------------------------------


def refusal(**wanted: Any) -> str:
    with pytest.raises(weld.WeldValidationError) as raised:
        weld.get_connection(**wanted)
    return str(raised.value)


def test_candidates_are_named_where_no_connection_fits(there: dict[str, str]) -> None:
    text = refusal(label="Shopp", integration_id="stripe")
    assert says(text, "get_connection(label='Shopp', integration_id='stripe'): ", "no connection matches")
    assert says(
        text, f"{there['shop']} (stripe, label 'Shop')", f"{there['crm']} (hubspot, label 'CRM')", "Give the id"
    )


def test_those_that_fit_are_named_where_several_connections_do(simulator: Simulator, there: dict[str, str]) -> None:
    twin = simulator.create_connection("stripe", "Shop")["id"]
    text = refusal(label="Shop")
    assert says(text, "several connections match", twin, there["shop"])
    assert there["crm"] not in text
    assert weld.get_connection(id=twin).id == twin


def test_a_workspace_without_connections_has_no_candidates(simulator: Simulator) -> None:
    for row in simulator.state()["connections"]:
        simulator.delete_connection(row["id"])
    assert says(refusal(id="x"), "no connection matches", ": none.")


def test_a_workspace_with_many_connections_does_not_flood(simulator: Simulator) -> None:
    for number in range(30):
        simulator.create_connection("stripe", f"Shop {number}")
    assert refusal(label="x").count("stripe") == 20


def test_get_connection_without_arguments_says_what_it_needs() -> None:
    assert says(refusal(), "get_connection", "id", "label", "integration_id")


@pytest.mark.parametrize("reading", ["label", "name", "absent"])
def test_a_connection_is_found_by_its_label_only_where_weld_tells_it(
    simulator: Simulator, there: dict[str, str], reading: str
) -> None:
    simulator.set_reading("connection_label", reading)
    if reading == "absent":
        assert "label not reported" in refusal(label="Shop")
    else:
        assert weld.get_connection(label="Shop").id == there["shop"]
    assert weld.get_connection(id=there["shop"]).id == there["shop"]


def test_a_look_up_of_an_unknown_id_says_what_lists_the_ids(there: dict[str, str]) -> None:
    with pytest.raises(weld.NotFoundError, match=naming("no sync 'nowhere'", "`weld-pulumi syncs`")):
        weld.get_elt_sync("nowhere")
    for ask, parts in (
        (weld.get_elt_sync_status, ("no sync 'nowhere'", "`weld-pulumi syncs`")),
        (weld.get_available_source_streams, ("no sync 'nowhere'", "`weld-pulumi syncs`")),
        (weld.get_source_stream_runs, ("no stream 'nowhere'", "`weld-pulumi streams SYNC_ID`")),
        (weld.get_connection_settings_schema, ("no connection 'nowhere'", "`weld-pulumi connections`")),
    ):
        with pytest.raises(weld.NotFoundError) as raised:
            ask("nowhere")
        assert says(raised.value, *parts)
        assert "WELD_API_URL" not in str(raised.value)
    with pytest.raises(weld.WeldValidationError, match="is not a valid Weld id"):
        weld.get_elt_sync("")


def test_a_host_that_is_not_weld_does_not_pass_for_an_empty_weld(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELD_API_URL", f"{simulator.url}/wrong")
    with pytest.raises(weld.WeldConnectionError, match=naming("GET /elt_syncs: ", "weld:apiUrl (WELD_API_URL)")):
        weld.get_elt_sync("nowhere")


def test_as_many_runs_are_read_as_are_asked_for(simulator: Simulator, there: dict[str, str]) -> None:
    simulator.patch_sync(there["sync"], enabled=True)
    for _ in range(12):
        simulator.advance(60)
        WeldClient(Settings(simulator.api_key, simulator.url)).request_run(there["stream"])
    assert len(weld.get_source_stream_runs(there["stream"])) == 10
    assert len(weld.get_source_stream_runs(there["stream"], limit=3)) == 3
    assert len(weld.get_source_stream_runs(there["stream"], limit=3.0)) == 3  # type: ignore[arg-type]
    assert len(weld.get_source_stream_runs(there["stream"], limit=None)) == 12
    for limit in (0, -1):
        with pytest.raises(weld.WeldValidationError, match=naming("get_source_stream_runs", f"limit={limit}", "None")):
            weld.get_source_stream_runs(there["stream"], limit=limit)


def test_without_arguments_all_are_listed(simulator: Simulator, there: dict[str, str]) -> None:
    simulator.create_sync(there["crm"], streams=["contacts"])
    assert {c.integration_id for c in weld.get_connections()} == {"databricks", "stripe", "hubspot"}
    assert len(weld.get_elt_syncs()) == 2
    assert len(weld.get_source_streams()) == 3
