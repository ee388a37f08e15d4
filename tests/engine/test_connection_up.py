"""A person authorizes a connection while `pulumi up` runs."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.waiting import (
    Running,
    answer,
    is_open,
    link_in,
    made,
    port_of,
    program,
    running,
    up,
    wait_until_closed,
)
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

LINK = r"Weld: open \S+ to authorize"

#: What nobody documents about connections, beyond what the simulator does by itself.
READINGS = [
    {},
    {"connections_envelope": "data"},
    {"connections_envelope": "list", "list_order": "oldest"},
    {"connection_label": "name", "connection_integration": "integrationId"},
    {"connection_label": "absent"},
    {"connection_integration": "absent"},
    {"connection_label": "absent", "connection_integration": "absent", "connection_created_at": "absent"},
    {"connection_label": "absent", "used_bridge_listed": "listed"},
    {"bridge_link": "url", "paging_fields": "camel", "absent_optional": "null"},
    {"bridge_link": "authorize_url_relative", "extra_fields": "present"},
    {"bridge_link": "url_relative", "list_lag_seconds": 1},
]


@pytest.mark.parametrize(
    "readings", first_quick(READINGS), ids=lambda readings: ",".join(map(str, readings.values())) or "default"
)
def test_up_waits_until_a_person_authorizes(weld: Simulator, stack: Stacks, readings: dict[str, object]) -> None:
    """The link shows while `up` runs; the list of connections tells that the person has acted."""
    weld.set_readings(readings)
    project = stack(program('label="Stripe (production)"'))
    with up(project) as running_up:
        line = running_up.until(LINK)
        assert running_up.process.poll() is None
        assert "'Stripe (production)' (stripe)" in line
        [bridge] = weld.pending_bridges()
        assert link_in(line) == bridge["authorize_url"]
        port = port_of(bridge)
        assert is_open(port)
        connection_id = weld.authorize()
        assert running_up.finish() == 0, running_up.text
    assert "token=" not in running_up.summary  # that link is used up
    assert not is_open(port)
    assert project.outputs()["c0"] == connection_id
    assert project.outputs()["c0_status"] == "AUTHORIZED"
    assert [c["id"] for c in made(weld)] == [connection_id]
    token, state = link_in(line).partition("token=")[2], bridge["state"]
    assert state not in running_up.text
    assert token not in project.raw_state()
    assert state not in project.raw_state()
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.requests() == []


@pytest.mark.parametrize("spelling", first_quick(["connectionId", "connection_id"]))
def test_up_goes_on_when_the_browser_comes_back_though_weld_lists_nothing(
    weld: Simulator, stack: Stacks, spelling: str
) -> None:
    """The browser is enough: Weld cannot even be asked for its connections meanwhile, which is said once."""
    weld.set_reading("redirect_parameter", spelling)
    project = stack(program(), config={"weld:maxRetries": "0"})
    with up(project) as running_up:
        link = link_in(running_up.until(LINK))
        weld.fault("status", "GET", "/connections", status=500, times=None)
        running_up.until("tried again")
        time.sleep(2)  # for some more of them
        page = answer(weld, link)
        assert page.status_code == 200
        assert "Authorized" in page.text
        assert running_up.finish() == 0, running_up.text
    weld.clear_faults()
    assert running_up.summary.count("tried again") == 1
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]]
    assert not is_open(urlsplit(page.url).port or 0)
    assert urlsplit(page.url).query.partition("state=")[2] not in running_up.text


def test_up_opens_a_fresh_link_when_the_person_refuses(weld: Simulator, stack: Stacks) -> None:
    """It is said in the browser and in the terminal, at once, and there is a fresh link: the old one is used up."""
    project = stack(program('label="Stripe"', sync=True))
    with up(project) as running_up:
        link = link_in(running_up.until(LINK))
        page = answer(weld, link, "refuse")
        assert "Not authorized" in page.text
        assert "access_denied" in page.text
        assert running_up.finish() != 0  # the sync cannot be made
    assert line_says(running_up.summary, "'Stripe' (stripe) was refused", "(access_denied)", "PENDING")
    assert line_says(running_up.summary, "the connection 'Stripe' is not authorized", "`weld-pulumi authorize`")
    fresh = project.outputs()["c0_authorize_url"]
    assert fresh != link
    assert fresh in running_up.summary
    assert [bridge["authorize_url"] for bridge in weld.pending_bridges()] == [fresh]
    weld.authorize()
    assert project.up().changed == {"c0": "replace", "sync": "create"}


@pytest.mark.long
def test_a_redirect_uri_of_the_user_is_sent_to_weld_as_it_is(weld: Simulator, stack: Stacks) -> None:
    project = stack(program('redirect_uri="https://example.com/done"'))
    with up(project) as running_up:
        running_up.until(LINK)
        [bridge] = weld.pending_bridges()
        assert bridge["redirect_uri"] == "https://example.com/done"
        assert bridge["state"] is None
        weld.authorize()
        assert running_up.finish() == 0, running_up.text


@pytest.mark.long
def test_up_ends_with_a_pending_connection_when_nobody_authorizes_in_time(weld: Simulator, stack: Stacks) -> None:
    project = stack(program('label="Stripe/eu", authorization_timeout=2'))
    with up(project) as running_up:
        running_up.until(LINK)
        port = port_of(weld.pending_bridges()[0])
        assert running_up.finish() == 0, running_up.text
    assert line_says(running_up.summary, "warning: Weld: ", "'Stripe/eu' (stripe) is not authorized")
    assert running_up.summary.count("/authorize?token=") == 1
    assert not is_open(port)
    outputs = project.outputs()
    assert outputs["c0_status"] == "PENDING"
    assert outputs["c0"].startswith("pending-")
    assert outputs["c0_authorize_url"] == weld.pending_bridges()[0]["authorize_url"]


@pytest.mark.long
@pytest.mark.parametrize("label", first_quick(["label", "absent"]))
def test_several_connections_are_authorized_at_the_same_time(weld: Simulator, stack: Stacks, label: str) -> None:
    """Where Weld tells no labels, the browser says which connection is which."""
    weld.set_reading("connection_label", label)
    project = stack(program('label="A"', 'label="B"', 'label="C"', 'integration_id="hubspot", label="A"'))
    with up(project) as running_up:
        links = {line.partition("to authorize ")[2]: link_in(line) for line in _lines(running_up, LINK, 4)}
        for name in ("'B' (stripe)", "'A' (stripe)", "'A' (hubspot)", "'C' (stripe)"):
            [link] = [link for asked, link in links.items() if asked.startswith(name)]
            assert "Authorized" in answer(weld, link).text
        assert running_up.finish() == 0, running_up.text
    outputs = project.outputs()
    expected = {c["label"]: c["id"] for c in made(weld)}
    assert {"A": outputs["c0"], "B": outputs["c1"], "C": outputs["c2"]} == expected
    assert [c["id"] for c in made(weld, "hubspot")] == [outputs["c3"]]
    assert "token=" not in running_up.summary
    assert "may be the connection" not in running_up.text


@pytest.mark.long
def test_more_connections_are_authorized_than_the_plugin_has_workers(weld: Simulator, stack: Stacks) -> None:
    project = stack(program(*(f'label="{letter}"' for letter in "ABCDEF")))
    with up(project) as running_up:
        for _ in _lines(running_up, LINK, 6):
            if len(weld.pending_bridges()) + len(made(weld)) >= 4:
                for bridge in weld.pending_bridges():
                    weld.authorize(bridge["id"])
        assert running_up.finish() == 0, running_up.text
    by_label = {c["label"]: c["id"] for c in made(weld)}
    assert {letter: project.outputs()[f"c{n}"] for n, letter in enumerate("ABCDEF")} == by_label


@pytest.mark.parametrize("sign", first_quick([signal.SIGINT, signal.SIGTERM]))
def test_one_interrupt_ends_every_wait_and_keeps_the_links(
    weld: Simulator, stack: Stacks, sign: signal.Signals
) -> None:
    """One Ctrl-C ends the wait at once, though all workers of the plugin are waiting; what was asked for is kept."""
    project = stack(program('label="A"', 'label="B"', 'label="C"', 'label="D"'))
    with up(project) as running_up:
        list(_lines(running_up, LINK, 4))
        bridges = weld.pending_bridges()
        assert len(bridges) == 4
        started = time.monotonic()
        running_up.interrupt(sign)
        for bridge in bridges:
            wait_until_closed(port_of(bridge))
        assert time.monotonic() - started < 30
        assert running_up.finish() != 0
    assert [r["outputs"]["status"] for r in project.resources()] == ["PENDING"] * 4
    for bridge in bridges:
        weld.authorize(bridge["id"])
    after = project.up()
    assert set(after.changed.values()) == {"replace"}
    assert sorted(c["id"] for c in made(weld)) == sorted(project.outputs()[f"c{n}"] for n in range(4))


def test_a_killed_up_closes_its_port_and_the_next_makes_one_connection(weld: Simulator, stack: Stacks) -> None:
    """The engine's plugins outlive it, but the port is closed soon, and running it again ends with one connection."""
    project = stack(program('label="A"'))
    with up(project) as running_up:
        running_up.until(LINK)
        [bridge] = weld.pending_bridges()
        running_up.interrupt(signal.SIGKILL)
        assert wait_until_closed(port_of(bridge)) < 20
    project.cli("cancel", "--yes", "--stack", "test", check=False)
    with up(project) as running_up:
        running_up.until(LINK)
        weld.authorize(weld.pending_bridges()[-1]["id"])
        assert running_up.finish() == 0, running_up.text
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]]


@pytest.mark.long
def test_a_connection_authorized_after_a_killed_up_is_named_for_adoption(weld: Simulator, stack: Stacks) -> None:
    """What came of the killed run is named, with the line that takes it over."""
    project = stack(program('label="A"'))
    with up(project) as running_up:
        running_up.until(LINK)
        running_up.interrupt(signal.SIGKILL)
    project.cli("cancel", "--yes", "--stack", "test", check=False)
    connection_id = weld.authorize()
    preview = project.preview()
    assert f"adopt={connection_id!r}" in preview.text
    project.write(program(f'label="A", adopt="{connection_id}"'))
    project.up()
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]] == [connection_id]


@pytest.mark.long
def test_a_lost_answer_leaves_one_link(weld: Simulator, stack: Stacks) -> None:
    weld.fault("drop_after", "POST", "/connection_bridges")
    project = stack(program())
    with up(project) as running_up:
        line = running_up.until(LINK)
        [bridge] = weld.pending_bridges()
        assert link_in(line) == bridge["authorize_url"]
        weld.authorize()
        assert running_up.finish() == 0, running_up.text


@pytest.mark.long
def test_up_needs_no_list_of_bridges(weld: Simulator, stack: Stacks) -> None:
    """The list of bridges is only good for looking something up."""
    weld.fault("html_200", "GET", "/connection_bridges", times=None)
    project = stack(program())
    with up(project) as running_up:
        running_up.until(LINK)
        weld.authorize()
        assert running_up.finish() == 0, running_up.text


@pytest.mark.long
def test_the_link_is_printed_once_by_a_whole_up(weld: Simulator, stack: Stacks) -> None:
    """With its preview, as people run it; each of the two is a process of its own, and the preview opens no link."""
    project = stack(program())
    with running(project, "up", "--yes") as running_up:
        running_up.until("Updating")
        assert weld.writes() == []
        running_up.until(LINK)
        weld.authorize()
        assert running_up.finish() == 0, running_up.text
    assert len(weld.writes()) == 1


def _lines(running_up: Running, pattern: str, count: int) -> Iterator[str]:
    """The lines that hold different links, so many of them."""
    seen: set[str] = set()
    while len(seen) < count:
        line = running_up.until(pattern)
        if link_in(line) not in seen:
            seen.add(link_in(line))
            yield line
