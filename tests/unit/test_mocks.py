"""A user's program under Pulumi's mocks, as in a unit test of theirs: no engine, no Weld, no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown
from pulumi.runtime import set_all_config, set_mocks

import weld_pulumi as weld
from tests.support.mocks import ANSWERED, TABLES, TOKEN, Weld, seen
from tests.support.wording import says
from weld_pulumi.resources._warnings import warn_once

pytestmark = pytest.mark.usefixtures("event_loop")


@pytest.fixture
def mocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Weld]:
    monkeypatch.delenv("WELD_API_KEY", raising=False)
    warn_once.cache_clear()
    made = Weld()
    set_mocks(made)
    set_all_config({}, [])
    yield made
    set_all_config({}, [])


def test_a_program_under_mocks_needs_no_key(mocks: Weld) -> None:
    def program() -> list[Any]:
        stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (production)")
        sync = weld.EltSync(
            "payments",
            connection_id=stripe.id,
            destination_schema_name="weld_stripe",
            sync_interval="0 */6 * * *",
            elt_settings={"account": "acct_1"},
            source_streams=[{"name": "charges"}, weld.SourceStreamArgs(name="customers", hashed_columns=["email"])],
        )
        refunds = weld.SourceStream("refunds", elt_sync_id=sync.id, full_sync_at_midnight=True)
        return [stripe.id, sync.connection_id, sync.source_streams, refunds.elt_sync_id, refunds.name]

    assert seen(program) == [
        "stripe-id",
        "stripe-id",
        [{"name": "charges"}, {"name": "customers", "hashed_columns": ["email"]}],
        "payments-id",
        "refunds",
    ]
    assert {name: args.typ for name, args in mocks.made.items() if args.typ != "pulumi:pulumi:Stack"} == {
        "stripe": f"{TOKEN}Connection",
        "payments": f"{TOKEN}EltSync",
        "refunds": f"{TOKEN}SourceStream",
    }
    assert mocks.made["stripe"].inputs["label"] == "Stripe (production)"
    assert isinstance(mocks.made["stripe"].inputs["__provider"], str)  # by reference, and no secret


LEAST: dict[Any, dict[str, Any]] = {
    weld.Connection: {"integration_id": "stripe"},
    weld.EltSync: {"connection_id": "x", "destination_schema_name": "weld"},
    weld.SourceStream: {"elt_sync_id": "x"},
}


def left_out_of(resource: Any) -> dict[str, Any]:
    """The arguments that a program may leave out, and what each of a resource "it" means then."""
    defaults = {field.name: field.default for field in TABLES[resource] if field.name not in LEAST[resource]}
    return {**defaults, **{name: "it" for name in ("label", "name") if name in defaults}}


@pytest.mark.parametrize("resource", list(LEAST))
def test_every_attribute_resolves(mocks: Weld, resource: Any) -> None:
    left_out, outputs = left_out_of(resource), ANSWERED[resource.__name__]
    names = ["id", "urn", *LEAST[resource], *left_out, *outputs]

    def program() -> list[Any]:
        made = resource("it", **LEAST[resource])
        return [getattr(made, name) for name in names]

    found = dict(zip(names, seen(program), strict=True))
    assert {name: found[name] for name in outputs} == outputs
    assert {name: found[name] for name in LEAST[resource]} == LEAST[resource]
    assert {name: found[name] for name in left_out} == left_out


@pytest.mark.parametrize("resource", list(LEAST))
def test_an_output_that_comes_to_none_is_left_out(mocks: Weld, resource: Any) -> None:
    left_out = left_out_of(resource)
    nothing: pulumi.Output[Any] = pulumi.Output.from_input(None)

    def program() -> list[Any]:
        made = resource("it", **LEAST[resource], **dict.fromkeys(left_out, nothing))
        return [getattr(made, name) for name in left_out]

    assert dict(zip(left_out, seen(program), strict=True)) == left_out
    sent = {name: value for name, value in mocks.made["it"].inputs.items() if name in left_out and value is not None}
    assert sent == {name: "it" for name in left_out if name in ("label", "name")}


async def _later(value: Any) -> Any:
    return value


NAMED: list[tuple[Any, str]] = [(weld.Connection, "label"), (weld.SourceStream, "name")]


@pytest.mark.parametrize(("resource", "name"), NAMED)
def test_a_name_may_come_later(mocks: Weld, resource: Any, name: str) -> None:
    secret = pulumi.Output.secret("hidden")

    def program() -> list[Any]:
        made = [
            resource("one", **LEAST[resource], **{name: _later(None)}),
            resource("two", **LEAST[resource], **{name: _later("given")}),
            resource("three", **LEAST[resource], **{name: secret}),
        ]
        return [*(getattr(each, name) for each in made), made[2].__dict__[name].is_secret()]

    assert seen(program) == ["one", "given", "hidden", True]


@pytest.mark.parametrize(("resource", "name"), NAMED)
def test_a_name_that_is_unknown_stays_unknown(mocks: Weld, resource: Any, name: str) -> None:
    set_mocks(mocks, preview=True)
    unknown = pulumi.Output.from_input(Unknown())  # type: ignore[no-untyped-call]

    def program() -> list[Any]:
        made = resource("it", **LEAST[resource], **{name: unknown})
        return [made.urn, getattr(made, name).is_known()]

    assert seen(program)[1:] == [False]
    assert isinstance(mocks.made["it"].inputs[name], Unknown)


def test_an_authorized_connection_has_no_link(mocks: Weld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERED["Connection"], "status", "AUTHORIZED")

    def program() -> list[Any]:
        source = weld.Connection("source", integration_id="stripe")
        return [source.status, source.authorize_url, source.authorize_expires_at]

    assert seen(program) == ["AUTHORIZED", None, None]


@pytest.mark.parametrize("resource", list(LEAST))
def test_get_under_mocks_reads_by_id(mocks: Weld, resource: Any) -> None:
    def program() -> list[Any]:
        found = resource.get("it", "the-id", opts=pulumi.ResourceOptions(protect=True))
        assert type(found) is resource
        return [getattr(found, name) for name in ("urn", *ANSWERED[resource.__name__])]

    values = seen(program)
    assert values[0].endswith(f"{TOKEN}{resource.__name__}::it")
    assert mocks.made["it"].resource_id == "the-id"
    assert set(mocks.made["it"].inputs) == {"__provider"}


@pytest.mark.parametrize("resource", list(LEAST))
def test_import_is_refused_with_what_to_do_instead(mocks: Weld, resource: Any) -> None:
    def program() -> list[Any]:
        options = pulumi.ResourceOptions(import_="the-id")
        with pytest.raises(weld.WeldValidationError) as raised:
            resource("it", options, **LEAST[resource])
        return [str(raised.value)]

    (text,) = seen(program)
    assert says(text, f"{resource.__name__} 'it': ", "import_", "adopt=", "`weld-pulumi import`")


def test_a_refused_import_advises_what_the_resource_takes(mocks: Weld) -> None:
    with pytest.raises(weld.WeldValidationError, match="adopt=True "):
        weld.SourceStream("it", pulumi.ResourceOptions(import_="the-id"), elt_sync_id="x")
    with pytest.raises(weld.WeldValidationError, match="adopt='the-id' "):
        weld.EltSync("it", pulumi.ResourceOptions(import_="the-id"), connection_id="x", destination_schema_name="y")


def test_a_users_subclass_stays_the_same_type(mocks: Weld) -> None:
    class Ours(weld.EltSync):
        def __init__(self, name: str, **arguments: Any) -> None:
            super().__init__(name, sync_interval="0 0 * * *", **arguments)
            self.ours = True

    seen(lambda: [Ours("it", connection_id="x", destination_schema_name="y").urn, Ours.get("there", "id").urn])
    assert {mocks.made[name].typ for name in ("it", "there")} == {f"{TOKEN}EltSync"}


def test_the_program_s_own_values_are_not_touched(mocks: Weld) -> None:
    settings = {"account": "acct_1"}
    streams = [{"name": "charges"}]
    options = pulumi.ResourceOptions(additional_secret_outputs=["status"])

    def program() -> list[Any]:
        made = [
            weld.EltSync(
                name,
                options,
                connection_id="x",
                destination_schema_name=name,
                elt_settings=settings,
                source_streams=streams,  # type: ignore[arg-type]
            )
            for name in ("one", "two")
        ]
        source = weld.Connection("source", options, integration_id="stripe")
        return [*(each.urn for each in made), source.urn]

    assert len(seen(program)) == 3
    assert (settings, streams) == ({"account": "acct_1"}, [{"name": "charges"}])
    assert options.additional_secret_outputs == ["status"]


def test_a_provider_takes_its_settings_as_text_and_its_key_as_a_secret(mocks: Weld) -> None:
    def program() -> list[Any]:
        team = weld.Provider("team-b", api_key="plain-text-key", request_timeout=12.5, max_retries=2, validation=None)
        source = weld.Connection("source", pulumi.ResourceOptions(provider=team), integration_id="stripe")
        return [team.urn, source.urn]

    seen(program)
    given = mocks.made["team-b"].inputs
    assert {name: value for name, value in given.items() if name != "weld:apiKey"} == {
        "weld:providerName": "team-b",
        "weld:requestTimeout": "12.5",
        "weld:maxRetries": "2",
    }
    assert mocks.made["team-b"].typ == "pulumi:providers:pulumi-python"
    assert given["weld:apiKey"]["value"] == "plain-text-key"  # wrapped: a secret
    assert "team-b" in (mocks.made["source"].provider or "")


def test_a_provider_takes_what_it_is_not_given_from_the_stack_but_never_the_key(mocks: Weld) -> None:
    set_all_config({"weld:apiKey": "of-the-stack", "weld:apiUrl": "https://a.example", "weld:maxRetries": "1"}, [])
    nothing: pulumi.Output[Any] = pulumi.Output.from_input(None)

    def program() -> list[Any]:
        made = [
            weld.Provider("one", api_key="k", max_retries=3),
            weld.Provider("two", api_key=nothing, api_url=nothing, max_retries=nothing),
        ]
        return [each.urn for each in made]

    seen(program)
    assert mocks.made["one"].inputs["weld:apiUrl"] == "https://a.example"
    assert mocks.made["one"].inputs["weld:maxRetries"] == "3"
    assert set(mocks.made["two"].inputs) - {"weld:apiKey"} == {"weld:providerName"}
    assert "of-the-stack" not in str(mocks.made["two"].inputs)


@pytest.mark.parametrize(("secret", "told"), [([], 1), (["weld:apiKey"], 0)])
def test_a_key_in_plain_text_is_told_once(
    mocks: Weld, secret: list[str], told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all_config({"weld:apiKey": "a-key"}, secret)
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    seen(lambda: [weld.Connection(name, integration_id="stripe").urn for name in ("a", "b")])
    assert len(warnings) == told
    assert all("`pulumi config set --secret weld:apiKey`" in text and "a-key" not in text for text in warnings)
