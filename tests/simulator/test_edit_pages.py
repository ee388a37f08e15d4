"""The pages to change objects, over HTTP as a browser uses them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from weld_pulumi.simulator import Simulator


class Form(HTMLParser):
    """A form of a page, by default the first, with the fields that a browser sends if nothing is changed."""

    def __init__(self, page: str, number: int = 0) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action = ""
        self.offered: list[str] = []
        self._select = ""
        self._left = number
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._left -= 1
            self.action = given["action"] if self._left == -1 else self.action
        if self._left != -1:
            return
        if tag == "input" and (given["type"] != "checkbox" or "checked" in given):
            self.fields[given["name"]] = given.get("value", "on")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option":
            self.offered.append(given["value"])
            if "selected" in given:
                self.fields[self._select] = given["value"]


class Pages:
    """A person with a browser on this machine."""

    def __init__(self, weld: Simulator) -> None:
        self.weld = weld

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.weld.url}{path}", timeout=30)

    def submit(self, path: str, do: str = "save", number: int = 0, code: int = 200, **changed: str | None) -> str:
        """Change some fields of a form (None: a box that is not checked), press a button, and return the next page."""
        form = Form(self.get(path).text, number)
        fields = {key: value for key, value in {**form.fields, **changed, "do": do}.items() if value is not None}
        answer = requests.post(
            f"{self.weld.url}{form.action}", data=fields, headers={"origin": self.weld.url}, timeout=30
        )
        assert answer.status_code == code, answer.text
        return answer.text


@pytest.fixture
def pages(weld: Simulator) -> Pages:
    return Pages(weld)


@pytest.fixture
def sync(weld: Simulator) -> dict[str, Any]:
    shop = weld.create_connection("stripe", "Shop <b>")
    streams = ["charges", {"name": "customers", "hashed_columns": ["email"]}]
    return weld.create_sync(shop["id"], destination_schema_name="raw", streams=streams, enabled=True)


def stream(weld: Simulator, name: str) -> dict[str, Any]:
    return next(row for row in weld.state()["streams"] if row["name"] == name)


def test_everything_is_reached_from_the_overview(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    page = pages.get("/").text
    for kinds in ("connections", "syncs", "streams"):
        for row in weld.state()[kinds]:
            assert f'href="/_simulator/edit/{kinds}/{row["id"]}"' in page
            assert pages.get(f"/_simulator/edit/{kinds}/{row['id']}").status_code == 200
    assert "Shop <b>" not in page


def test_a_form_that_is_sent_as_it_is_changes_nothing(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    weld.patch_sync(sync["id"], status="FAILED")
    before = weld.state()
    for kinds in ("connections", "syncs", "streams"):
        for row in before[kinds]:
            pages.submit(f"/_simulator/edit/{kinds}/{row['id']}")
    for kinds in ("connections", "syncs", "streams"):
        for then, now in zip(before[kinds], weld.state()[kinds], strict=True):
            differing = {key for key in then if key != "updated_at" and (then[key] or None) != (now[key] or None)}
            assert differing == set()


def test_a_person_changes_a_label(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    path = f"/_simulator/edit/connections/{sync['source_connection_id']}"
    assert "Shop (new)" in pages.submit(path, label="Shop (new)")
    assert "Shop (new)" in [row["label"] for row in weld.state()["connections"]]


def test_a_person_changes_the_schedule_and_the_switch_of_a_sync(
    weld: Simulator, pages: Pages, sync: dict[str, Any]
) -> None:
    path = f"/_simulator/edit/syncs/{sync['id']}"
    pages.submit(path, sync_interval="0 1 * * *", enabled=None)
    changed = weld.state()["syncs"][0]
    assert (changed["sync_interval"], changed["enabled"], changed["status"]) == ("0 1 * * *", False, "PAUSED")
    workflow = weld.create_orchestration("Night")["id"]
    pages.submit(path, orchestration_workflow_id=workflow, enabled="on")
    changed = weld.state()["syncs"][0]
    assert (changed["orchestration_workflow_id"], changed["enabled"]) == (workflow, True)
    assert "cron" in pages.submit(path, sync_interval="now and then", code=400).lower()
    assert weld.state()["syncs"][0]["sync_interval"] == "0 1 * * *"


def test_streams_are_added_changed_and_removed(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    path = f"/_simulator/edit/syncs/{sync['id']}"
    offered = Form(pages.get(path).text, 1).offered
    assert "refunds" in offered
    assert "charges" not in offered
    pages.submit(path, "add", number=1, name="refunds")
    assert stream(weld, "refunds")["elt_sync_id"] == sync["id"]
    changed = f"/_simulator/edit/streams/{stream(weld, 'customers')['id']}"
    pages.submit(changed, full_sync_at_midnight="on", hashed_columns="email, phone", incremental_pointer_id="updated")
    now = stream(weld, "customers")
    assert now["full_sync_at_midnight"] is True
    assert now["hashed_columns"] == ["email", "phone"]
    assert now["incremental_pointer_id"] == "updated"
    pages.submit(f"/_simulator/edit/streams/{stream(weld, 'charges')['id']}", "delete")
    assert {row["name"] for row in weld.state()["streams"]} == {"customers", "refunds"}


def test_a_person_sets_starts_and_ends_the_runs_of_a_stream(
    weld: Simulator, pages: Pages, sync: dict[str, Any]
) -> None:
    weld.advance(60)
    id = stream(weld, "charges")["id"]
    path = f"/_simulator/edit/streams/{id}"
    page = pages.submit(path, "set-runs", number=1, rows_total="10100000", seconds="120", error_message="No space")
    assert 'value="10100000"' in page
    assert "not a number" in pages.submit(path, "set-runs", number=1, code=400, seconds="soon")
    page = pages.submit(path, "run", number=1)
    assert "RUNNING" in page
    assert "10100000" in page
    weld.advance(130)
    assert "No space" in pages.get(path).text
    pages.submit(path, "set-runs", number=1, seconds="900", rows_total="", error_message="")
    pages.submit(path, "run", number=1)
    pages.submit(path, "fail-run", number=1, error_message="The account is locked")
    assert "The account is locked" in pages.get(path).text


def test_a_person_starts_and_ends_the_runs_of_a_sync(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    path = f"/_simulator/edit/syncs/{sync['id']}"
    weld.advance(60)
    pages.submit(path, "set-runs", number=2, seconds="900")
    assert pages.submit(path, "run", number=2).count("RUNNING") == 2
    assert "RUNNING" not in pages.submit(path, "end-run", number=2)
    assert len(weld.state()["runs"]) == 4


def test_a_sync_and_a_connection_are_deleted(weld: Simulator, pages: Pages, sync: dict[str, Any]) -> None:
    pages.submit(f"/_simulator/edit/syncs/{sync['id']}", "delete")
    pages.submit(f"/_simulator/edit/connections/{sync['source_connection_id']}", "delete")
    assert weld.state()["syncs"] == []
    assert [row["integration_id"] for row in weld.state()["connections"]] == ["databricks"]
    assert pages.get(f"/_simulator/edit/syncs/{sync['id']}").status_code == 404


def test_another_site_can_change_nothing(weld: Simulator, sync: dict[str, Any]) -> None:
    address = f"{weld.url}/_simulator/edit/syncs/{sync['id']}"
    for origin in ("https://evil.example", "null"):
        answer = requests.post(address, data={"do": "delete"}, headers={"origin": origin}, timeout=30)
        assert answer.status_code == 403
    assert len(weld.state()["syncs"]) == 1
