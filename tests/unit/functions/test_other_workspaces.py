"""Look-ups in the workspace of a provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

import weld_pulumi as weld
from weld_pulumi.simulator import Simulator

from .calls import CALLS, outcome

pytestmark = pytest.mark.usefixtures("event_loop")


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
