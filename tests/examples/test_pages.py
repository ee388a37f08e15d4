"""The pages of the documentation that show commands: each is followed on the real engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.cli import STACK, surroundings
from tests.support.engine import Project
from tests.support.examples import with_databricks_stub
from tests.support.pages import Reader, blocks, free_port
from tests.support.person import agreeing
from tests.support.stacks import Stacks
from tests.support.waiting import made
from weld_pulumi.simulator import Simulator

OTHER_KEY = "key-of-the-subsidiary"
STRIPE = """
    import weld_pulumi as weld

    stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
    weld.EltSync("sync", connection_id=stripe.id, destination_schema_name="raw", sync_interval="0 6 * * *")
"""


def reader(project: Project, **instead: str) -> Reader:
    """Return a reader who has a project with this stack."""
    (project.folder / ".venv").symlink_to(sys.prefix)
    return Reader(project.folder, {**project.env, "PULUMI_STACK": STACK}, instead)


def read(person: Reader, page: str, section: str | None = None) -> None:
    """Follow a section in which nothing is done by hand."""
    assert list(person.follow(page, section)), f"{page} has no code in {section!r}"


def names(weld: Simulator) -> list[str]:
    return sorted(sync["destination_schema_name"] for sync in weld.state()["syncs"])


@pytest.mark.long
def test_the_front_page_shows_a_program_that_loads_data(stack: Stacks, weld: Simulator) -> None:
    project = stack("")
    with reader(project) as person:
        read(person, "docs/index.md")
    project.up()
    assert project.outputs()["rows"] > 0
    assert names(weld) == ["weld_stripe"]


@pytest.mark.long
def test_existing_syncs_leads_a_reader_to_a_program_of_the_whole_workspace_and_of_parts_of_it(
    tmp_path: Path, weld: Simulator
) -> None:
    stripe = weld.create_connection("stripe", "Stripe (production)")
    weld.create_sync(stripe["id"], destination_schema_name="weld_stripe", streams=["charges"], enabled=True)
    env = {**surroundings(tmp_path / "pulumi"), "WELD_API_URL": weld.url}
    key = {"pulumi config set --secret weld:apiKey": [("value", weld.api_key)]}
    weld.clear_requests()
    with Reader(tmp_path, env, {"WELD_API_KEY=…": f"WELD_API_KEY={weld.api_key}"}, key) as person:
        for block in person.follow("docs/existing-syncs.md", "Import"):
            if "expect-no-changes" in block.text:
                assert weld.writes() == []
                weld.create_sync(stripe["id"], destination_schema_name="raw", streams=["refunds"], enabled=True)
    assert weld.writes() == []
    assert 'destination_schema_name="raw"' in (tmp_path / "weld" / "weld_unmanaged.py").read_text()
    assert "weld_stripe" in (tmp_path / "weld" / "one-sync" / "__main__.py").read_text()


@pytest.mark.long
def test_existing_syncs_leads_a_reader_to_adopt_one_sync_and_see_what_would_go(stack: Stacks, weld: Simulator) -> None:
    hubspot = weld.create_connection("hubspot", "HubSpot")
    streams = ["contacts", "companies", "tickets"]
    there = {"destination_schema_name": "raw_hubspot", "sync_interval": "0 0 * * *", "streams": streams}
    sync = weld.create_sync(hubspot["id"], **there, enabled=True)
    with reader(stack("")) as person:
        read(person, "docs/existing-syncs.md", "Adopt")
    assert [each["id"] for each in weld.state()["syncs"]] == [sync["id"]]
    assert not [request for request in weld.writes() if request.method == "DELETE"]


@pytest.mark.long
def test_a_reviewer_sees_in_a_preview_what_the_page_on_pull_requests_shows(stack: Stacks, weld: Simulator) -> None:
    shop = weld.create_connection("stripe", "Shop")
    project = stack(
        f"""
        import weld_pulumi as weld

        weld.EltSync("shop", connection_id="{shop["id"]}", destination_schema_name="raw_shop",
                     sync_interval="0 */6 * * *", source_streams=["charges", "customers"])
        """
    )
    weld.set_runs(seconds=11_400, rows_total=340_000)
    project.up()
    weld.advance(20_000)
    before = weld.writes()
    with reader(project) as person:
        read(person, "docs/pull-requests.md", "What a reviewer sees")
    assert weld.writes() == before


@pytest.mark.long
def test_a_fork_previews_without_a_key_and_without_a_request(stack: Stacks, weld: Simulator) -> None:
    project = stack(STRIPE, secrets={"weld:apiKey": ""})
    with reader(project) as person:
        read(person, "docs/pull-requests.md", "Forks")
    assert weld.requests() == []


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_deployment_succeeds_before_a_person_authorizes_and_a_later_one_creates_the_sync(
    stack: Stacks, weld: Simulator
) -> None:
    with reader(stack("")) as person:
        for block in person.follow("docs/pull-requests.md", "Deploy on merge"):
            if "PENDING" in block.text:
                assert weld.state()["syncs"] == []
                weld.authorize(weld.pending_bridges()[0]["id"])
        assert names(weld) == ["raw_crm"]
        read(person, "docs/pull-requests.md", "At night")


@pytest.mark.long
def test_the_guide_on_workspaces_leads_to_syncs_in_two_of_them(stack: Stacks, weld: Simulator) -> None:
    with Simulator(auto_authorize=True, authorize_delay=0.0, api_key=OTHER_KEY) as subsidiary:
        url = {'"subsidiaryKey")': f'"subsidiaryKey"), api_url="{subsidiary.url}"'}
        subsidiary.create_orchestration("Night")
        with reader(stack(""), **url) as person:
            read(person, "docs/guides/workspaces.md", "Two workspaces in one program")
        assert (len(made(weld)), names(subsidiary)) == (1, ["weld_hubspot"])
        assert weld.state()["syncs"] == []
    with Reader(person.folder, {**surroundings(person.folder / "pulumi")}) as again:
        read(again, "docs/guides/workspaces.md", "A stack for each workspace")


@pytest.mark.long
def test_a_resource_gets_to_another_workspace_under_another_name_only(stack: Stacks, weld: Simulator) -> None:
    with Simulator(auto_authorize=True, authorize_delay=0.0, api_key=OTHER_KEY) as subsidiary:
        there = STRIPE.replace("label=", "opts=there, label=").replace('"sync", ', '"sync", there, ')
        provider = f"""
    import pulumi
    import weld_pulumi as weld

    team = weld.Provider("team", api_key="{OTHER_KEY}", api_url="{subsidiary.url}")
    there = pulumi.ResourceOptions(provider=team)
        """
        project = stack(STRIPE)
        project.up()
        project.write(provider.rstrip() + there)
        assert project.preview().changed == {"team": "create"}
        project.write(provider.rstrip() + there.replace('("stripe"', '("stripe-2"').replace('("sync"', '("sync-2"'))
        project.up()
        assert (names(weld), names(subsidiary)) == ([], ["raw"])
        assert (len(made(weld)), len(made(subsidiary))) == (0, 1)


@pytest.mark.long
def test_a_key_of_another_workspace_leaves_the_objects_of_the_first_without_a_stack(
    stack: Stacks, weld: Simulator
) -> None:
    with Simulator(auto_authorize=True, authorize_delay=0.0, api_key=OTHER_KEY) as other:
        project = stack(STRIPE)
        project.up()
        project.configure({"weld:apiUrl": other.url}, {"weld:apiKey": OTHER_KEY})
        project.refresh("--run-program")
        assert project.resources() == []
        project.up()
        assert (names(weld), names(other)) == (["raw"], ["raw"])


@pytest.mark.long
def test_the_tests_that_the_guide_on_testing_shows_pass(stack: Stacks) -> None:
    with reader(stack(""), **{"pytest -q": "pytest -q -p no:cacheprovider -p no:schemathesis"}) as person:
        read(person, "docs/guides/testing.md")
        assert "3 passed" in person.printed


@pytest.mark.long
def test_the_guide_on_rotating_the_key_leads_to_a_stack_that_uses_the_new_one(tmp_path: Path) -> None:
    stored = {"database": str(tmp_path / "weld.db"), "auto_authorize": True, "authorize_delay": 0.0}
    with Simulator(api_key="old-key", **stored) as weld:  # type: ignore[arg-type]
        project = Project(tmp_path, STRIPE, config={"weld:apiUrl": weld.url}, secrets={"weld:apiKey": "old-key"})
        project.up()
        port = weld.port
    with Simulator(api_key="new-key", port=port, **stored) as weld:  # type: ignore[arg-type]
        with reader(project) as person:
            read(person, "docs/guides/rotate-key.md")
        assert project.up(expect_no_changes=True).changed == {}
        assert weld.writes() == []
    assert "new-key" not in project.raw_state()


@pytest.mark.long
def test_the_guide_on_upgrading_finds_no_change_and_leads_back(stack: Stacks, weld: Simulator) -> None:
    project = stack(STRIPE)
    project.up()
    written = weld.writes()
    with reader(project, **{".venv/bin/pip install --upgrade weld-pulumi": "true"}) as person:
        read(person, "docs/guides/upgrading.md")
    assert weld.writes() == written


@pytest.mark.long
@pytest.mark.parametrize(("section", "left"), [("Keep the objects", 1), ("Stop or delete the syncs", 0)])
def test_the_guide_on_leaving_keeps_or_deletes_what_it_says(
    tmp_path: Path, weld: Simulator, section: str, left: int
) -> None:
    config, secrets = {"weld:apiUrl": weld.url}, {"weld:apiKey": weld.api_key}
    project = Project(tmp_path, "", config=config, secrets=secrets, name="leaving")
    with reader(project, **{"urn:pulumi:dev": f"urn:pulumi:{STACK}", "rm dev": f"rm {STACK}"}) as person:
        read(person, "docs/guides/leaving.md", "")
        project.up()
        read(person, "docs/guides/leaving.md", section)
    assert (len(made(weld)), len(weld.state()["syncs"])) == (left, left)


@pytest.mark.long
def test_the_guide_on_databricks_shows_a_program_that_comes_up(tmp_path: Path, stack: Stacks, weld: Simulator) -> None:
    project = with_databricks_stub(stack(""), tmp_path)
    with reader(project) as person:
        read(person, "docs/guides/databricks.md")
    order = [each["urn"].rpartition("::")[2] for each in project.resources()]
    assert order.index("first-load") < order.index("finance")
    assert names(weld) == ["weld_stripe"]


@pytest.mark.long
def test_the_page_on_the_simulator_leads_a_reader_to_one_that_keeps_what_was_changed(tmp_path: Path) -> None:
    instead = {"pip install 'weld-pulumi[simulator]'": "true", "8400": str(free_port())}
    with Reader(tmp_path, surroundings(tmp_path / "pulumi"), instead) as person:
        read(person, "docs/simulator.md")
    with Simulator(database=str(tmp_path / "weld.db")) as weld:
        assert [row["label"] for row in weld.state()["connections"]][-1] == "Shop (production)"


@pytest.mark.long
def test_the_commands_of_the_guide_on_data_wait_for_runs_and_follow_them(tmp_path: Path, weld: Simulator) -> None:
    stripe = weld.create_connection("stripe", "Stripe")
    weld.create_sync(stripe["id"], destination_schema_name="weld_stripe", streams=["charges"], enabled=True)
    weld.advance(60)
    weld.set_runs(seconds=0.2)
    env = {**surroundings(tmp_path / "pulumi"), "WELD_API_URL": weld.url, "WELD_API_KEY": weld.api_key}
    with Reader(tmp_path, env) as person:
        read(person, "docs/guides/data-has-arrived.md", "On the command line")
    asked = [request for request in weld.writes() if request.path.endswith("/request_run")]
    assert len(asked) == 2  # by the two that request runs; the others follow


@pytest.mark.long
def test_the_jobs_of_the_guide_on_health_write_a_comment_and_a_summary(stack: Stacks, weld: Simulator) -> None:
    project = stack(STRIPE.replace("sync_interval", "source_streams=['charges'], sync_interval"))
    project.up()
    weld.advance(5)
    project.env["GITHUB_STEP_SUMMARY"] = str(project.folder / "summary.md")
    with reader(project) as person:
        read(person, "docs/guides/health-and-drift.md", "Pull requests and nightly checks")
        summary = (project.folder / "summary.md").read_text()
        assert "raw" in summary
        assert "no drift in 2 resources" in summary
        weld.patch_sync(weld.state()["syncs"][0]["id"], sync_interval="0 3 * * *")
        person.run("weld-pulumi drift --markdown > drift.md || [ $? -eq 2 ]")
    assert "| sync | EltSync | changed |" in (project.folder / "drift.md").read_text()


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_the_commands_of_the_guide_on_authorizing_lead_a_person_to_the_page(
    tmp_path: Path, stack: Stacks, weld: Simulator
) -> None:
    project = stack("")
    (parts,) = [block for block in blocks("docs/guides/authorize.md") if "pulumi.export" in block.text]
    project.write(parts.text.replace('production)"', 'production)", authorization_timeout=0'))
    project.up()
    project.env |= agreeing(tmp_path)
    for section in ("Later", "From a pull request"):
        with Reader(project.folder, {**project.env, "PULUMI_STACK": STACK}, in_terminal=True) as person:
            read(person, "docs/guides/authorize.md", section)
        assert "token=" in person.printed or made(weld)[-1]["id"] in person.printed
    assert len(made(weld)) == 2
