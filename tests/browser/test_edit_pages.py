"""Drift made by hand: a person changes a sync on the simulator's pages, and Pulumi sees it and puts it back."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

PROGRAM = """
    import weld_pulumi as weld

    shop = weld.Connection("shop", integration_id="stripe", label="Shop", adopt=True)
    weld.EltSync(
        "sync",
        connection_id=shop.id,
        destination_schema_name="raw",
        sync_interval="0 6 * * *",
        source_streams=["charges", "refunds"],
        elt_settings={"account": "acct_1"},
    )
"""


def press(browser: Chrome, button: str) -> None:
    """Press a button and wait for the page that comes then."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.XPATH, f"//button[text()='{button}']").click()
    WebDriverWait(browser, 60).until(lambda _: browser.find_element(By.TAG_NAME, "html") != page)


@pytest.mark.long
def test_what_a_person_changes_on_a_page_is_drift_that_up_puts_back(
    weld: Simulator, stack: Stacks, browser: Chrome
) -> None:
    weld.create_connection("stripe", "Shop")
    project = stack(PROGRAM)
    project.up()
    sync = weld.state()["syncs"][0]
    browser.get(weld.url)
    browser.find_element(By.LINK_TEXT, sync["id"]).click()
    interval = browser.find_element(By.NAME, "sync_interval")
    interval.clear()
    interval.send_keys("0 1 * * *")
    browser.find_element(By.NAME, "enabled").click()
    press(browser, "Save")
    assert weld.state()["syncs"][0]["enabled"] is False
    browser.find_element(By.LINK_TEXT, "charges").click()
    press(browser, "Delete")
    drifted = project.preview(refresh=True, diff=True)
    assert drifted.changed == {"sync": "update"}
    for name in ("sync_interval", "enabled", "source_streams"):
        assert name in drifted.text
    project.up(refresh=True)
    now = weld.state()["syncs"][0]
    assert (now["sync_interval"], now["enabled"]) == ("0 6 * * *", True)
    assert {row["name"] for row in weld.state()["streams"]} == {"charges", "refunds"}
