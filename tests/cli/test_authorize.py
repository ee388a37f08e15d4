from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run, data_of
from .fake_pulumi import FakePulumi, project, secret

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

URN = "urn:pulumi:dev::testing::"
PROVIDER = URN + "pulumi:providers:pulumi-python::"


class Browser:
    """The browser of this machine, which writes down what it is to open; with `acts`, a person agrees in it."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "opened"
        self._log.touch()
        self.script = folder / "browser"
        self.script.write_text(f'#!/bin/sh\necho "$1" >> {self._log}\n')
        self.script.chmod(0o755)
        self.acts: Callable[[], object] | None = None
        self._over = threading.Event()
        self._person = threading.Thread(target=self._sit)
        self._person.start()

    @property
    def opened(self) -> list[str]:
        return self._log.read_text().split()

    def _sit(self) -> None:
        while not self._over.wait(0.02):
            if self.acts and self.opened:
                self.acts()
                return

    def close(self) -> None:
        self._over.set()
        self._person.join()


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    made = Browser(tmp_path)
    monkeypatch.setenv("BROWSER", str(made.script))
    yield made
    made.close()


@pytest.fixture
def somebody(weld: Simulator) -> Iterator[Callable[[Callable[[str], object]], None]]:
    """Lets a person act on the first link that is there."""
    over = threading.Event()
    people: list[threading.Thread] = []

    def somebody(does: Callable[[str], object]) -> None:
        def act() -> None:
            while not over.wait(0.05):
                if waiting := weld.pending_bridges():
                    does(waiting[0]["id"])
                    return

        people.append(threading.Thread(target=act))
        people[-1].start()

    yield somebody
    over.set()
    for person in people:
        person.join(10)


# A new connection


def test_authorize_opens_the_browser_and_prints_the_id_of_the_new_connection(
    weld: Simulator, run: Run, browser: Browser
) -> None:
    old = weld.create_connection("stripe", "Shop")
    browser.acts = weld.authorize
    result = run("authorize", "--integration-id", "stripe", "--label", "Shop")
    id = result.stdout.strip()
    assert id in {each["id"] for each in weld.state()["connections"]} - {old["id"]}
    assert "/authorize?token=" in result.stderr  # the link is there to read too
    assert [urlsplit(url).hostname for url in browser.opened] == ["localhost"]
    assert f"adopt={id!r}" in result.stderr


@pytest.mark.parametrize("label", ["x [/y]", "[bold]x", "[link=https://evil.example]x[/link]", "\x1b[2Jx"])
def test_a_label_is_shown_as_text_and_no_markup(weld: Simulator, run: Run, browser: Browser, label: str) -> None:
    browser.acts = weld.authorize
    result = run("authorize", "--integration-id", "stripe", "--label", label)
    assert result.stdout.strip() in {each["id"] for each in weld.state()["connections"]}
    assert repr(label) in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("label", ["name", "absent"])
@pytest.mark.parametrize("used", ["gone", "listed"])
def test_authorize_finds_a_new_connection_of_which_weld_tells_little(
    weld: Simulator, run: Run, browser: Browser, label: str, used: str
) -> None:
    weld.set_readings({"connection_label": label, "connection_integration": "absent", "used_bridge_listed": used})
    weld.create_connection("stripe", "Shop")
    browser.acts = weld.authorize
    id = run("authorize", "--integration-id", "stripe", "--label", "Shop", "--timeout", "20").stdout.strip()
    assert id == weld.state()["connections"][-1]["id"]


def test_without_a_screen_the_link_is_only_shown(
    weld: Simulator, run: Run, browser: Browser, somebody: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BROWSER")
    somebody(weld.authorize)
    assert "/authorize?token=" in run("authorize", "--integration-id", "stripe", "--label", "Shop").stderr
    assert browser.opened == []


def test_authorize_opens_no_browser_when_none_is_wanted(
    weld: Simulator, run: Run, browser: Browser, somebody: Any
) -> None:
    somebody(weld.authorize)
    result = run("authorize", "--integration-id", "stripe", "--label", "Shop", "--no-browser", "--json")
    told = data_of(result)
    assert [(each["status"], each["label"], each["authorize_url"]) for each in told] == [("AUTHORIZED", "Shop", None)]
    assert told[0]["connection_id"] in {each["id"] for each in weld.state()["connections"]}
    assert browser.opened == []


def test_authorize_ends_with_an_error_when_nobody_acts_in_time(weld: Simulator, run: Run, browser: Browser) -> None:
    result = run("authorize", "--integration-id", "stripe", "--label", "Shop", "--timeout", "0.2", code=1)
    assert result.stdout == ""
    assert says(result.stderr, "Not authorized yet", "the connection 'Shop' (stripe)")


def test_a_timeout_of_zero_only_shows_the_link(weld: Simulator, run: Run, browser: Browser) -> None:
    told = data_of(run("authorize", "--integration-id", "stripe", "--label", "Shop", "--timeout", "0", "--json"))
    assert told[0]["status"] == "PENDING"
    assert told[0]["authorize_url"] == weld.pending_bridges()[0]["authorize_url"]
    assert browser.opened == []


def test_authorize_needs_both_an_integration_and_a_label(run: Run) -> None:
    assert "--label" in run("authorize", "--integration-id", "stripe", code=2).stderr
    assert "--label" in run("authorize", "--label", "Shop", code=2).stderr


def test_an_unknown_integration_is_an_error(run: Run) -> None:
    assert "Error: " in run("authorize", "--integration-id", "nonsense", "--label", "Shop", code=1).stderr


# The connections of a stack


class State:
    """The state of a stack, as `pulumi stack export` gives it."""

    def __init__(self, weld: Simulator, pulumi: FakePulumi) -> None:
        self._weld = weld
        self._pulumi = pulumi
        self.resources: list[dict[str, Any]] = [
            {"urn": URN + "pulumi:pulumi:Stack::dev", "type": "pulumi:pulumi:Stack"}
        ]

    def add(self, name: str, label: str, id: str = "", provider: str = "default", **outputs: Any) -> str:
        """A pending connection with an open link; gives the link."""
        body = {"integration_id": "stripe", "label": label, "redirect_uri": "http://localhost:1/x"}
        bridge = self._bridge(body if not id else {**body, "connection_id": id})
        before = [each["id"] for each in self._weld.state()["connections"]]
        props = {
            "integration_id": "stripe",
            "label": label,
            "status": "PENDING",
            "authorize_url": secret(bridge["authorize_url"]),
            "authorize_expires_at": bridge["expires_at"],
            "__provider": "text",
            "__weld": {"known": before},
            **outputs,
        }
        self.put(
            urn=f"{URN}pulumi-python:dynamic/weld:Connection::{name}",
            type="pulumi-python:dynamic/weld:Connection",
            id=id or f"pending-00000000-{label}",
            outputs=props,
            provider=f"{PROVIDER}{provider}::some-id",
        )
        return str(bridge["authorize_url"])

    def put(self, **resource: Any) -> None:
        self.resources.append(resource)
        self._pulumi.answers("stack", "export", stdout={"version": 3, "deployment": {"resources": self.resources}})

    def _bridge(self, body: dict[str, str]) -> Any:
        headers = {"x-api-key": self._weld.api_key}
        return requests.post(f"{self._weld.url}/connection_bridges", json=body, headers=headers, timeout=10).json()


@pytest.fixture
def state(weld: Simulator, pulumi: FakePulumi) -> State:
    project(Path.cwd())
    return State(weld, pulumi)


def test_authorize_says_when_no_connection_of_the_stack_waits(run: Run, state: State, pulumi: FakePulumi) -> None:
    state.put(urn="u", type="pulumi-python:dynamic/weld:Connection", id="c", outputs={"status": "AUTHORIZED"})
    result = run("authorize")
    assert (result.stdout, "No connection" in result.stderr) == ("", True)


def test_authorize_opens_the_link_of_a_connection_that_waits(
    weld: Simulator, run: Run, state: State, browser: Browser
) -> None:
    link = state.add("shop", "Shop")
    browser.acts = weld.authorize
    result = run("authorize")
    [address] = browser.opened
    assert address in result.stderr
    assert "token" not in address
    assert link in result.stderr
    assert [result.stdout.strip()] == [c["id"] for c in weld.state()["connections"] if c["label"] == "Shop"]
    assert "pulumi refresh" in result.stderr
    # The same again, before the stack has noticed.
    assert run("authorize").stdout == result.stdout


def test_every_link_is_shown_before_anybody_is_waited_for(weld: Simulator, run: Run, state: State) -> None:
    links = [state.add("one", "One"), state.add("two", "Two")]
    second = next(each["id"] for each in weld.pending_bridges() if each["authorize_url"] == links[1])
    weld.authorize(second)
    result = run("authorize", "--timeout", "0.3", code=1)
    assert links[0] in result.stderr
    assert len(result.stdout.splitlines()) == 1
    assert "'One'" in result.stderr.splitlines()[-2]


def test_a_timeout_of_zero_only_shows_what_waits(run: Run, state: State, browser: Browser) -> None:
    link = state.add("shop", "Shop")
    told = data_of(run("authorize", "--timeout", "0", "--json"))
    assert [(each["label"], each["connection_id"], each["authorize_url"]) for each in told] == [("Shop", None, link)]
    assert browser.opened == []


def test_a_link_that_has_expired_is_replaced(weld: Simulator, run: Run, state: State, browser: Browser) -> None:
    link = state.add("shop", "Shop", authorize_expires_at="2020-01-01T00:00:00Z")
    for bridge in weld.pending_bridges():
        weld.refuse(bridge["id"])
    browser.acts = weld.authorize
    result = run("authorize")
    assert link not in result.stderr
    assert "expired" in result.stderr
    assert result.stdout.strip() in {each["id"] for each in weld.state()["connections"]}


def test_authorize_waits_until_an_authorization_is_renewed(
    weld: Simulator, run: Run, state: State, browser: Browser
) -> None:
    there = weld.create_connection("stripe", "Shop")
    before = {"updated_at": there["updated_at"], "label": "Shop"}
    state.add("shop", "Shop", id=there["id"], __weld={"before": before})
    assert run("authorize", "--timeout", "0.2", "--no-browser", code=1).stdout == ""
    browser.acts = weld.authorize
    assert run("authorize").stdout.strip() == there["id"]


def test_a_connection_of_another_workspace_is_looked_up_with_its_own_key(
    weld: Simulator, run: Run, state: State, browser: Browser
) -> None:
    """Its key is that of its own weld.Provider, as the state has it."""
    with Simulator(api_key="key-of-team-b") as other:
        inputs = {"weld:apiKey": secret("key-of-team-b"), "weld:apiUrl": other.url, "weld:providerName": "team-b"}
        state.put(urn=PROVIDER + "team-b", type="pulumi:providers:pulumi-python", id="some-id", inputs=inputs)
        state.add("shop", "Shop", provider="team-b", __weld={"known": []})
        other.create_connection("stripe", "Shop")
        found = run("authorize").stdout.strip()
        assert found in {each["id"] for each in other.state()["connections"]}


def test_the_stack_counts_more_than_the_environment(
    weld: Simulator, run: Run, state: State, browser: Browser, pulumi: FakePulumi
) -> None:
    """As it does for `pulumi up`: the connection waits in the workspace of the stack."""
    state.add("shop", "Shop")
    values = {"weld:apiKey": {"value": weld.api_key, "secret": True}, "weld:apiUrl": {"value": weld.url}}
    pulumi.answers("config", stdout=values)
    browser.acts = weld.authorize
    assert run("authorize", WELD_API_KEY="another", WELD_API_URL="https://other.invalid").stdout.strip()


def test_a_stack_is_chosen_by_its_name(run: Run, state: State, pulumi: FakePulumi) -> None:
    pulumi.answers("config", "--stack", "prod", stdout={})
    pulumi.answers("stack", "export", "--stack", "prod", stdout={"deployment": {"resources": []}})
    assert "No connection" in run("authorize", "--stack", "prod").stderr


def test_authorize_says_when_there_is_no_stack(run: Run, pulumi: FakePulumi) -> None:
    assert "no Pulumi.yaml" in run("authorize", code=1).stderr
    project(Path.cwd())
    pulumi.answers("stack", "export", stderr="error: no stack selected", code=255)
    assert "no stack selected" in run("authorize", code=1).stderr


def test_a_link_that_is_not_for_a_browser_is_not_opened(run: Run, state: State, browser: Browser) -> None:
    state.add("shop", "Shop", authorize_url="file:///etc/passwd")
    run("authorize", "--timeout", "0.1", code=1)
    assert browser.opened == []
