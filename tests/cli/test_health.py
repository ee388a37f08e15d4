"""`weld-pulumi health` shows what is wrong with the syncs of a stack, and how old their data is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.support.at_weld import short, streams_of
from tests.support.exported import encrypted, exported, stored
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

from .conftest import Run, data_of
from .fake_pulumi import FakePulumi, project, secret

Streams = list[Any]


class Around:
    """A stack with one sync of Weld's, whose runs are over."""

    def __init__(self, weld: Simulator, pulumi: FakePulumi, run: Run) -> None:
        self.weld, self.pulumi, self._run = weld, pulumi, run
        self.stripe = str(weld.create_connection("stripe", "Shop")["id"])
        self.resources: list[dict[str, Any]] = []
        project(Path())

    def sync(self, name: str, streams: Streams, hours: float = 1, **inputs: Any) -> str:
        """Make a sync at Weld and in the stack; its runs ended so many hours ago."""
        made = self.weld.create_sync(
            self.stripe, destination_schema_name=f"raw_{name}", streams=streams, enabled=bool(streams)
        )
        self.ended(made["id"], hours)
        given = {"connection_id": self.stripe, "destination_schema_name": f"raw_{name}", "enabled": True, **inputs}
        self.resources.append(stored("EltSync", name, made["id"], **given))
        return str(made["id"])

    def ended(self, sync_id: str, hours: float, **fields: Any) -> None:
        """Let the runs of a sync end in the past."""
        started = (datetime.now(timezone.utc) - timedelta(hours=hours)).timestamp()
        for row in self.weld.state()["runs"]:
            if row["elt_sync_id"] == sync_id:
                self.weld.patch_run(row["id"], started_at=started, seconds=0, **fields)

    def health(self, *words: str, code: int = 0, **env: str | None) -> Result:
        self.pulumi.answers("stack", "export", stdout=exported(self.resources))
        self.pulumi.answers("config", stdout={})
        return self._run("health", *words, code=code, **env)


@pytest.fixture
def around(weld: Simulator, pulumi: FakePulumi, run: Run) -> Around:
    return Around(weld, pulumi, run)


def test_syncs_that_are_well_end_with_0(around: Around) -> None:
    around.sync("shop", ["charges", "refunds"], hours=2)
    text = around.health("--max-age", "3h").stdout
    assert line_says(text, "shop", "raw_shop", "ok", "2 h")
    assert len(text.splitlines()) == 2


def test_a_failed_stream_is_shown_with_the_reason(around: Around) -> None:
    id = around.sync("shop", ["charges", "refunds"])
    around.sync("well", ["charges"])
    charges = streams_of(around.weld, id)["charges"]["id"]
    row = next(row for row in around.weld.state()["runs"] if row["elt_stream_id"] == charges)
    around.weld.patch_run(row["id"], error_message="The key of Stripe was revoked.")
    lines = around.health(code=1).stdout.splitlines()
    assert line_says(lines[1], "shop", "FAILED", "charges: The key of Stripe was revoked.")
    assert line_says(lines[2], "well", "ok")
    told = data_of(around.health("--json", code=1))
    assert told["healthy"] is False
    assert told["syncs"][0]["failed_streams"] == [{"name": "charges", "error": "The key of Stripe was revoked."}]
    assert told["syncs"][1]["problems"] == []


def test_data_older_than_the_limit_is_wrong(around: Around) -> None:
    around.sync("shop", ["charges", "refunds"], hours=7)
    assert line_says(around.health("--max-age", "8h").stdout, "shop", "ok", "7 h")
    assert line_says(around.health("--max-age", "6h", code=1).stdout, "shop", "too old", "6h", "charges, refunds")
    assert line_says(around.health().stdout, "shop", "ok", "7 h")
    assert data_of(around.health("--json"))["syncs"][0]["age_seconds"] in range(7 * 3600, 7 * 3600 + 60)


def test_the_oldest_stream_determines_the_age(around: Around) -> None:
    id = around.sync("shop", ["charges"], hours=5)
    refunds = around.weld.create_stream(id, "refunds")["id"]
    for row in around.weld.state()["runs"]:
        if row["elt_stream_id"] == refunds:
            around.weld.patch_run(row["id"], seconds=1e6)
    assert data_of(around.health("--json"))["syncs"][0]["age_seconds"] >= 5 * 3600
    told = data_of(around.health("--json", "--max-age", "6h", code=1))["syncs"][0]
    assert (told["too_old_streams"], told["never_complete_streams"]) == ([], ["refunds"])


@pytest.mark.parametrize("age", ["6", "h", "0h", "6 h", "-1h", "6hours", ""])
def test_an_age_that_cannot_be_read_is_refused(around: Around, age: str) -> None:
    assert line_says(around.health("--max-age", age, code=2).stderr, repr(age), "6h")


def test_a_stream_that_the_source_has_retired_is_named_with_date_and_successor(around: Around) -> None:
    around.sync("shop", ["charges", "refunds"])
    successor = {"in_favor_of": "payment_intents", "removal_date": "2026-12-31"}
    around.weld.set_catalogue_stream("stripe", "charges", retired=True, **successor)
    text = around.health(code=1).stdout
    assert line_says(text, "shop", "retired", "charges", "use payment_intents", "2026-12-31")
    told = data_of(around.health("--json", code=1))["syncs"][0]["retired_streams"]
    assert told == [{"name": "charges", "removal_date": "2026-12-31", "in_favor_of": "payment_intents"}]


def test_a_sync_that_was_disabled_in_weld_is_wrong_and_one_that_the_program_disables_is_not(around: Around) -> None:
    wrong, right = around.sync("wrong", ["charges"]), around.sync("right", ["charges"], hours=50, enabled=False)
    for id in (wrong, right):
        around.weld.patch_sync(id, enabled=False)
    lines = around.health("--max-age", "6h", code=1).stdout.splitlines()
    assert line_says(lines[1], "wrong", "disabled", "disabled in Weld")
    assert lines[2].split() == ["right", "raw_right", "disabled", *lines[2].split()[3:4], "2", "d", "-"]


def test_a_sync_that_does_not_exist_in_weld_is_wrong(around: Around) -> None:
    around.weld.delete_sync(around.sync("shop", ["charges"]))
    assert line_says(around.health(code=1).stdout, "shop", "missing", "pulumi up --refresh")


def test_streams_that_a_pattern_matches_since_the_last_up_are_listed(around: Around) -> None:
    patterns = [{"name": "char*"}, {"name": "chart_secret", "exclude": True}]
    around.sync("shop", ["charges"], source_streams=[{"name": "charges"}], __patterns=patterns)
    assert "chart" not in around.health().stdout
    for name in ("charts", "chart_secret", "other"):
        around.weld.set_catalogue_stream("stripe", name, selectable=True)
    assert line_says(around.health().stdout, "'shop'", "match: charts.", "pulumi up")
    assert data_of(around.health("--json"))["syncs"][0]["new_streams"] == ["charts"]


@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_connection_that_waits_for_a_person_is_wrong_until_one_has_acted(around: Around) -> None:
    given = {"integration_id": "hubspot", "label": "CRM"}
    waiting = {"status": "PENDING", "authorize_url": encrypted(), "__weld": {"known": [around.stripe]}}
    around.resources.append(stored("Connection", "crm", "pending-0badcafe-CRM", waiting, **given))
    around.resources.append(stored("EltSync", "deals", "pending-0badcafd-deals", {"status": "PENDING"}, enabled=True))
    text = around.health(code=1).stdout
    assert line_says(text, "'crm'", "weld-pulumi authorize")
    assert line_says(text, "deals", "pending", "waits for its connection")
    around.weld.create_connection("hubspot", "CRM")
    assert line_says(around.health(code=1).stdout, "'crm'", "authorized", "pulumi up")
    assert data_of(around.health("--json", code=1))["connections"][0]["status"] == "AUTHORIZED"


def test_a_waiting_connection_whose_label_is_secret_does_not_show_it(around: Around) -> None:
    waiting = {"status": "PENDING", "__weld": encrypted(), "__secrets": ["label"]}
    hidden = stored("Connection", "crm", "pending-0badcafe-", waiting, integration_id="hubspot", label=encrypted())
    around.resources.append(hidden)
    told = data_of(around.health("--json", code=1))["connections"][0]
    assert (told["label"], told["status"]) == (None, "PENDING")


def test_the_whole_workspace_needs_no_stack(weld: Simulator, run: Run) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    on = weld.create_sync(stripe, destination_schema_name="on", streams=["charges"], enabled=True)["id"]
    weld.patch_run(weld.state()["runs"][0]["id"], seconds=1e6)
    off = weld.create_sync(stripe, destination_schema_name="off", streams=["charges"])["id"]
    assert {
        each["elt_sync_id"]: each["state"] for each in data_of(run("health", "--workspace", "--json"))["syncs"]
    } == {
        on: "running",
        off: "disabled",
    }


def test_without_a_project_the_error_names_the_options(run: Run) -> None:
    assert line_says(run("health", code=1).stderr, "Pulumi.yaml", "--stack", "--workspace")


def test_each_sync_takes_two_requests_and_all_together_one_list(around: Around) -> None:
    ids = [around.sync(f"s{number}", ["charges"]) for number in range(3)]
    around.weld.clear_requests()
    around.health()
    sent = short(around.weld.requests())
    assert sorted(sent) == sorted(
        [
            "GET /elt_syncs",
            *(f"GET /elt_syncs/{id}/{what}" for id in ids for what in ("status", "available_source_streams")),
        ]
    )


def test_markdown_is_a_table_in_which_no_text_of_weld_is_markup(around: Around) -> None:
    id = around.sync("shop", ["charges"])
    around.ended(id, 1, error_message="see <b>|x| [here](https://evil.test)\n@team `rm`")
    text = around.health("--markdown", code=1).stdout
    title, _, *table = text.splitlines()
    assert title == "### Weld: 1 problem, 1 sync checked"
    assert len(table) == 3
    assert all(line.count("|") == 7 for line in table)
    for markup in ("<b>", "](", "https:", "@team", "`"):
        assert markup not in text
    around.ended(id, 1, error_message=None)
    assert around.health("--markdown").stdout.startswith("### Weld: 1 sync checked, no problem\n")


def test_json_and_markdown_exclude_each_other(around: Around) -> None:
    assert line_says(around.health("--json", "--markdown", code=2).stderr, "--json", "--markdown")


def test_a_sync_with_a_provider_of_its_own_is_read_with_its_key(around: Around) -> None:
    id = around.sync("shop", ["charges"])
    [resource] = around.resources
    urn = "urn:pulumi:test::testing::pulumi:providers:pulumi-python::team"
    resource["provider"] = f"{urn}::id"
    provider = {"urn": urn, "type": "pulumi:providers:pulumi-python", "id": "id"}
    key, url = {"weld:apiKey": secret(around.weld.api_key)}, {"weld:apiUrl": around.weld.url}
    around.resources.append({**provider, "inputs": {**key, **url}})
    told = around.health("--json", WELD_API_KEY=None, WELD_API_URL=None)
    assert data_of(told)["syncs"][0]["elt_sync_id"] == id
    # Everything else is exported with its secrets encrypted.
    assert [words for words in around.pulumi.asked() if "--show-secrets" not in words]


def test_an_error_of_weld_ends_the_command(around: Around) -> None:
    around.sync("shop", ["charges"])
    around.weld.fault("status", "GET", "/elt_syncs", status=500)
    result = around.health(code=1)
    assert (result.stdout, line_says(result.stderr, "Error: GET /elt_syncs", "500")) == ("", True)
