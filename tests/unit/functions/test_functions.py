"""The look-ups for programs, plain and with Outputs, against Weld on localhost."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown
from pulumi.runtime import set_all_config

import weld_pulumi as weld
from tests.support.wording import naming, says
from weld_pulumi._workspaces import client_for, client_of
from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import Settings
from weld_pulumi.simulator import Simulator

from .calls import CALLS, outcome

pytestmark = pytest.mark.usefixtures("event_loop")


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
