"""A person authorizes a connection, or refuses."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.support.authorize_page import decide
from weld_pulumi.simulator import Simulator

from .conftest import Api

BACK = "http://localhost:9999/back"


def test_a_person_authorizes_in_the_page(api: Api) -> None:
    made = api.bridge(label="Shop <b>&amp;</b> more", state="s/t&a=1")
    assert set(made) == {"id", "authorize_url", "created_at", "expires_at"}
    assert api("GET", "/connection_bridges")["data"] == [made]
    page = requests.get(made["authorize_url"], timeout=5).text
    assert "Authorize Stripe" in page
    assert "Shop &lt;b&gt;&amp;amp;&lt;/b&gt; more" in page
    answer = decide(made["authorize_url"], "authorize")
    assert answer.status_code == 303
    newest = api("GET", "/connections")["data"][0]
    assert (newest["integration_id"], newest["label"]) == ("stripe", "Shop <b>&amp;</b> more")
    target = urlsplit(answer.headers["location"])
    assert target._replace(query="").geturl() == BACK
    assert parse_qs(target.query) == {"connectionId": [newest["id"]], "state": ["s/t&a=1"]}
    assert api("GET", "/connection_bridges")["data"] == []


def test_a_person_refuses_in_the_page(api: Api) -> None:
    answer = decide(api.bridge(state="s")["authorize_url"], "refuse")
    assert answer.headers["location"] == f"{BACK}?error=access_denied&state=s"
    assert len(api("GET", "/connections")["data"]) == 1
    assert api("GET", "/connection_bridges")["data"] == []


def test_a_bridge_without_a_state_is_answered_without_one(api: Api) -> None:
    assert decide(api.bridge()["authorize_url"], "refuse").headers["location"] == f"{BACK}?error=access_denied"


@pytest.mark.parametrize("decision", ["authorize", "refuse"])
def test_a_link_works_once(api: Api, decision: str) -> None:
    link = api.bridge()["authorize_url"]
    decide(link, decision)
    for answer in (requests.get(link, timeout=5), again(link)):
        assert answer.status_code == 410
        assert "has been used" in answer.text
    assert len(api("GET", "/connections")["data"]) == (2 if decision == "authorize" else 1)


def again(link: str) -> requests.Response:
    address, _, token = link.partition("?token=")
    return requests.post(address, data={"token": token, "decision": "authorize"}, timeout=5)


def test_a_link_expires(api: Api) -> None:
    link = api.bridge()["authorize_url"]
    api.simulator.advance(24 * 3600 + 1)
    for answer in (requests.get(link, timeout=5), again(link)):
        assert answer.status_code == 410
        assert "expired" in answer.text
    assert api("GET", "/connection_bridges")["data"] == []
    assert api.simulator.pending_bridges() == []


@pytest.mark.parametrize("query", ["", "?token=", "?token=nonsense", "?other=1"])
def test_an_unknown_link_is_answered_with_404(api: Api, query: str) -> None:
    answer = requests.get(f"{api.simulator.url}/authorize{query}", timeout=5)
    assert (answer.status_code, "Unknown link" in answer.text) == (404, True)
    assert again(f"{api.simulator.url}/authorize?token=nonsense").status_code == 404


def test_a_form_without_a_decision_decides_nothing(api: Api) -> None:
    link = api.bridge()["authorize_url"]
    address, _, token = link.partition("?token=")
    assert requests.post(address, data={"token": token}, timeout=5).status_code == 400
    assert requests.get(link, timeout=5).status_code == 200


def test_the_page_is_fit_for_people(api: Api) -> None:
    answer = requests.get(api.bridge()["authorize_url"], timeout=5)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert '<html lang="en">' in answer.text
    assert answer.text.count("<h1>") == 1
    assert "<script" not in answer.text


def test_a_connection_that_is_authorized_again_keeps_its_id(api: Api) -> None:
    connection = api.simulator.create_connection("stripe", "Old")
    made = api.bridge(connection_id=connection["id"], label="New")
    assert connection["id"] in requests.get(made["authorize_url"], timeout=5).text
    answer = decide(made["authorize_url"], "authorize")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["connectionId"] == [connection["id"]]
    found = {item["id"]: item for item in api("GET", "/connections")["data"]}
    assert len(found) == 2
    assert found[connection["id"]]["label"] == "New"
    assert found[connection["id"]]["created_at"] == connection["created_at"]
    assert found[connection["id"]]["updated_at"] >= connection["updated_at"]
    assert api.simulator.state()["connections"][-1]["authorized_count"] == 2


def test_a_connection_of_another_integration_cannot_be_authorized_again(api: Api) -> None:
    connection = api.simulator.create_connection("hubspot", "Other")
    body = {"integration_id": "stripe", "label": "x", "redirect_uri": BACK, "connection_id": connection["id"]}
    assert "connection_id" in api("POST", "/connection_bridges", body, status=400)["message"]


def test_a_connection_that_is_gone_cannot_be_authorized_again(api: Api) -> None:
    connection = api.simulator.create_connection("stripe", "Old")
    link = api.bridge(connection_id=connection["id"])["authorize_url"]
    api.simulator.delete_connection(connection["id"])
    assert decide(link, "authorize").status_code == 404


def test_a_destination_can_be_connected(api: Api) -> None:
    made = api.bridge(integration_id="databricks", label="Lakehouse")
    identifier = api.simulator.authorize(made["id"])
    assert api.sync()["destination_connection_id"] == identifier


def test_a_test_authorizes_and_refuses_without_a_browser(api: Api) -> None:
    first, second = api.bridge(label="a"), api.bridge(label="b")
    assert [item["id"] for item in api.simulator.pending_bridges()] == [first["id"], second["id"]]
    assert api.simulator.pending_bridges()[0]["authorize_url"] == first["authorize_url"]
    with pytest.raises(ValueError, match="2 bridges wait"):
        api.simulator.authorize()
    api.simulator.refuse(first["id"])
    identifier = api.simulator.authorize()
    assert api("GET", "/connections")["data"][0]["id"] == identifier


def test_a_bridge_is_authorized_automatically_after_the_delay() -> None:
    moment = [1_700_000_000.0]
    with Simulator(auto_authorize=True, authorize_delay=0.5, clock=lambda: moment[0]) as simulator:
        api = Api(simulator)
        with api.session:
            made = api.bridge()
            assert len(api("GET", "/connections")["data"]) == 1
            assert api("GET", "/connection_bridges")["data"] == [made]
            moment[0] += 0.6
            newest, _ = api("GET", "/connections")["data"]
            assert (newest["label"], newest["created_at"]) == ("Shop", "2023-11-14T22:13:20.500Z")
            assert api("GET", "/connection_bridges")["data"] == []
            assert requests.get(made["authorize_url"], timeout=5).status_code == 410
