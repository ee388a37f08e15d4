"""Commands that look at the stack around, on the real engine."""

from __future__ import annotations

import threading
import time

import pytest

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.on_engine import weld_pulumi
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

PENDING = """
    import pulumi
    import weld_pulumi as weld

    shop = weld.Connection("shop", integration_id="stripe", label="Shop", authorization_timeout=0)
    team = weld.Provider("team-b", api_key=pulumi.Config().require_secret("teamBKey"))
    crm = weld.Connection(
        "crm", integration_id="hubspot", label="CRM", authorization_timeout=0,
        opts=pulumi.ResourceOptions(provider=team),
    )
    pulumi.export("status", [shop.status, crm.status])
    pulumi.export("id", shop.id)
"""


@pytest.mark.long
def test_authorize_shows_what_a_stack_waits_for_and_ends_when_people_agree(weld: Simulator, stack: Project) -> None:
    stack.write(PENDING)
    stack.configure(secrets={"testing:teamBKey": weld.api_key})
    stack.up()
    assert stack.outputs()["status"] == ["PENDING", "PENDING"]
    links = [each["authorize_url"] for each in weld.pending_bridges()]
    shown = weld_pulumi(stack, "authorize", "--timeout", "0")
    assert all(link in shown.stderr for link in links)
    weld.clear_requests()
    people = threading.Thread(target=everybody_agrees, args=(weld,))
    people.start()
    ids = weld_pulumi(stack, "authorize").stdout.split()
    people.join()
    assert sorted(ids) == sorted(each["id"] for each in weld.state()["connections"] if each["label"] in ("Shop", "CRM"))
    stack.up()
    assert stack.outputs()["status"] == ["AUTHORIZED", "AUTHORIZED"]
    assert stack.outputs()["id"] in ids
    assert "No connection" in weld_pulumi(stack, "authorize").stderr


def everybody_agrees(weld: Simulator) -> None:
    """As soon as somebody waits for it."""
    while not weld.requests(path="/connections"):
        time.sleep(0.05)
    for bridge in weld.pending_bridges():
        weld.authorize(bridge["id"])


@pytest.mark.long
def test_doctor_finds_a_healthy_stack_well(weld: Simulator, stack: Project) -> None:
    text = weld_pulumi(stack, "doctor").stdout
    assert "✗" not in text
    assert "weld:apiKey in the stack configuration" in text
    stack.cli("config", "set", "--plaintext", "weld:apiKey", weld.api_key, "--stack", STACK)
    assert says(weld_pulumi(stack, "doctor").stdout, "! Stored key: weld:apiKey", "plain text")


NAMED = """
    import weld_pulumi as weld

    shop = weld.Connection("shop-account", integration_id="stripe", label="Shop", adopt=True)
    daily = "0 0 * * *"
    weld.EltSync("payments", connection_id=shop.id, destination_schema_name="raw", adopt=True, sync_interval=daily)
"""


@pytest.mark.long
def test_names_of_resources_stand_for_ids(weld: Simulator, stack: Project) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(shop, destination_schema_name="raw", streams=["charges"], enabled=True)["id"]
    weld.create_sync(shop, destination_schema_name="other")
    stack.write(NAMED)
    stack.up()
    assert sync in weld_pulumi(stack, "status", "payments", "--json").stdout
    assert "elt_settings" in weld_pulumi(stack, "settings", "shop-account").stdout
    assert sync in weld_pulumi(stack, "syncs", "--connection-id", "shop-account").stdout
    assert "'payment'" in weld_pulumi(stack, "status", "payment", code=1).stderr
