"""Settings on the real engine: two workspaces in one program, a key that stays secret, values that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator

OTHER_KEY = "key-of-the-other-workspace"

TWO_WORKSPACES = """
    import pulumi
    import weld_pulumi as weld

    config = pulumi.Config("testing")
    key, url = config.require("otherKey"), config.require("otherUrl")
    team = weld.Provider("team-b", api_key=key, api_url=url, max_retries=1)
    there = pulumi.ResourceOptions(provider=team)

    shop = weld.Connection("shop", integration_id="stripe", label="Shop")
    crm = weld.Connection("crm", there, integration_id="hubspot", label="CRM")
    weld.EltSync("shop-sync", connection_id=shop.id, destination_schema_name="shop", sync_interval="0 0 * * *")
    weld.EltSync("crm-sync", there, connection_id=crm.id, destination_schema_name="crm", sync_interval="0 0 * * *")
    pulumi.export("ids", [shop.id, crm.id])
"""


@pytest.fixture
def other() -> Iterator[Simulator]:
    with Simulator(auto_authorize=True, authorize_delay=0.05, api_key=OTHER_KEY) as simulator:
        yield simulator


def labels(weld: Simulator) -> set[str]:
    return {row["label"] for row in weld.state()["connections"]} - {"Databricks (simulator)"}


@pytest.mark.long
def test_one_program_deploys_to_two_workspaces(stack: Stacks, weld: Simulator, other: Simulator) -> None:
    # The key is given in plain text here, and is a secret all the same.
    project = stack(TWO_WORKSPACES, config={"testing:otherKey": OTHER_KEY, "testing:otherUrl": other.url})
    project.up()
    assert (labels(weld), labels(other)) == ({"Shop"}, {"CRM"})
    assert [len(each.state()["syncs"]) for each in (weld, other)] == [1, 1]
    assert all(request.key_ok for each in (weld, other) for request in each.requests())

    assert project.up(expect_no_changes=True).changed == {}
    assert project.refresh(expect_no_changes=True).refreshed == {}

    deployment = project.state()["deployment"]["resources"]
    stored = next(each for each in deployment if each["urn"].endswith("::team-b"))
    assert stored["inputs"]["weld:apiUrl"] == other.url
    assert stored["inputs"]["weld:maxRetries"] == "1"
    for part in ("inputs", "outputs"):
        assert set(stored[part]["weld:apiKey"]) >= {"ciphertext"}, part
    # The program's own configuration is in plain text here; but for that the key is nowhere.
    resources = [each for each in deployment if not each["type"].startswith("pulumi:providers:pulumi-python::default")]
    others = [each for each in resources if "::default" not in each["urn"]]
    assert OTHER_KEY not in str(others)

    project.destroy()
    assert (labels(weld), labels(other)) == (set(), set())


@pytest.mark.long
def test_a_refused_key_is_named_with_its_provider(stack: Stacks, weld: Simulator, other: Simulator) -> None:
    project = stack(TWO_WORKSPACES, config={"testing:otherKey": "a-wrong-key", "testing:otherUrl": other.url})
    result = project.preview(check=False)
    assert not result.ok
    (error,) = [text for text in result.errors if "401" in text]
    assert says(error, "weld:apiKey in the weld.Provider 'team-b'", "to the weld.Provider 'team-b'", "`api_key`")
    assert "pulumi config set" not in error
    assert "a-wrong-key" not in result.text


LOOK_UPS_ELSEWHERE = """
    import pulumi
    import weld_pulumi as weld

    config = pulumi.Config("testing")
    url = config.require("otherUrl")
    team = weld.Provider("team-b", api_key=config.require("otherKey"), api_url=url)
    crew = weld.Provider("crew-c", api_key=config.require_secret("secretKey"), api_url=url)
    team, crew = (pulumi.InvokeOptions(provider=each) for each in (team, crew))
    pulumi.export("plain", weld.get_connection(label="Theirs", opts=team).id)
    pulumi.export("twin", weld.get_connection_output(label="Theirs", opts=crew).id)
    pulumi.export("ours", [found.label for found in weld.get_connections("stripe")])
"""


@pytest.mark.long
def test_look_ups_ask_the_workspace_of_their_provider(stack: Stacks, weld: Simulator, other: Simulator) -> None:
    weld.create_connection("stripe", "Ours")
    theirs = other.create_connection("hubspot", "Theirs")["id"]
    config = {"testing:otherKey": OTHER_KEY, "testing:otherUrl": other.url}
    project = stack(LOOK_UPS_ELSEWHERE, config=config, secrets={"testing:secretKey": OTHER_KEY})
    project.preview()
    project.up()
    assert project.outputs() == {"plain": theirs, "twin": theirs, "ours": ["Ours"]}
    # The id is no secret, though the key is.
    (state,) = [each for each in project.state()["deployment"]["resources"] if each["type"] == "pulumi:pulumi:Stack"]
    assert state["outputs"]["twin"] == theirs

    project.write(LOOK_UPS_ELSEWHERE.replace("get_connection_output", "get_connection"))
    refused = project.preview(check=False).text
    assert "Call get_connection_output" in refused
    assert "'crew-c'" in refused


@pytest.mark.long
def test_a_provider_that_is_exported_keeps_its_key_secret(stack: Stacks, weld: Simulator, other: Simulator) -> None:
    made = f"weld.Provider('team-b', api_key={OTHER_KEY!r}, api_url={other.url!r})"
    project = stack(f"import pulumi\nimport weld_pulumi as weld\npulumi.export('team', {made})\n")
    assert OTHER_KEY not in project.up().text
    assert OTHER_KEY not in project.raw_state()


ONE = """
    import weld_pulumi as weld

    weld.Connection("shop", integration_id="stripe")
"""


@pytest.mark.parametrize(
    ("config", "parts"),
    first_quick(
        [
            (
                {"weld:validation": "foo"},
                ["weld:validation in the stack configuration: 'foo' ", "full, offline or off"],
            ),
            (
                {"weld:apiUrl": "http://example.com"},
                ["weld:apiUrl in the stack configuration: 'http://example.com' ", "write https://example.com."],
            ),
        ],
        several=True,
    ),
)
def test_a_setting_that_cannot_be_used_ends_a_preview_before_any_request(
    stack: Stacks, weld: Simulator, config: dict[str, str], parts: list[str]
) -> None:
    result = stack(ONE, config=config).preview(check=False)
    assert not result.ok
    (error,) = [each for each in result.errors if "weld:" in each]
    assert says(error, *parts)
    assert "Traceback" not in result.text
    assert weld.requests() == []


@pytest.mark.long
def test_a_wrong_setting_of_a_provider_is_named_with_that_provider(stack: Stacks) -> None:
    program = """
        import pulumi
        import weld_pulumi as weld

        team = weld.Provider("team-b", api_key="k", api_url="http://example.com", validation="foo")
        weld.Connection("shop", pulumi.ResourceOptions(provider=team), integration_id="stripe")
    """
    result = stack(program).preview(check=False)
    assert not result.ok
    told = "weld:apiUrl in the weld.Provider 'team-b': 'http://example.com' "
    assert line_says(result.text, told, "write https://example.com")
    assert "Traceback" not in result.text


@pytest.mark.long
@pytest.mark.parametrize("secret", first_quick([True, False]))
def test_a_key_without_encryption_is_told(stack: Stacks, weld: Simulator, secret: bool) -> None:
    in_plain_text = {"config": {"weld:apiKey": weld.api_key}, "secrets": {"weld:apiKey": ""}}
    project = stack(ONE, **({} if secret else in_plain_text))
    warned = [text for text in project.preview().warnings if "plain text" in text]
    assert len(warned) == (0 if secret else 1)
    assert all("`pulumi config set --secret weld:apiKey`" in text for text in warned)


LOOK_UPS = """
    import pulumi
    import weld_pulumi as weld

    there = weld.get_connection(label="Shop", integration_id="stripe")
    sync = weld.EltSync(
        "shop",
        connection_id=there.id,
        destination_schema_name="raw_shop",
        sync_interval="0 0 * * *",
        source_streams=[{"name": "charges"}],
    )
    # In the first preview the id is unknown: the look-up has to wait, and not to fail.
    streams = weld.get_source_streams_output(elt_sync_id=sync.id)
    status = weld.get_elt_sync_status_output(sync.id)
    pulumi.export("label", there.label)
    pulumi.export("streams", streams.apply(lambda found: [stream.name for stream in found]))
    pulumi.export("watched", status.apply(lambda found: [stream.name for stream in found.source_streams]))
"""


@pytest.mark.long
def test_look_ups_find_what_is_there_and_leave_it_alone(stack: Stacks, weld: Simulator) -> None:
    weld.create_connection("stripe", "Shop")
    project = stack(LOOK_UPS)
    preview = project.preview()
    assert preview.changed == {"shop": "create"}
    assert weld.writes() == []
    project.up()
    assert project.outputs() == {"label": "Shop", "streams": ["charges"], "watched": ["charges"]}
    assert project.up(expect_no_changes=True).changed == {}
    project.destroy()
    assert labels(weld) == {"Shop"}  # it was only looked at


@pytest.mark.long
def test_a_look_up_that_fails_says_what_there_is(stack: Stacks, weld: Simulator) -> None:
    weld.create_connection("stripe", "Shop")
    program = 'import weld_pulumi as weld\nweld.get_connection(label="Shopp")'
    result = stack(program).preview(check=False)
    assert not result.ok
    assert line_says(result.text, "get_connection(label='Shopp'): ", "no connection matches", "(stripe, label 'Shop')")
