"""The site in a real browser: on a telephone, a tablet and a screen, by day and by night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.chromium import launched
from tests.support.site import Site

pytestmark = pytest.mark.xdist_group("site")

WIDTHS = (360, 800, 1440)
PAGES = ("index.html", "reference/elt-sync.html", "guides/streams.html", "reference/commands.html")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Serve the site on localhost."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a browser that records requests and what pages write to the console."""
    with launched(tmp_path_factory.mktemp("browser"), performance="ALL", browser="ALL") as driver:
        driver.get("about:blank")
        recorded(driver, "performance")  # what the browser loaded for itself
        yield driver


def recorded(browser: Any, kind: str) -> list[dict[str, Any]]:
    """Return what the browser has recorded since the last time."""
    return list(browser.get_log(kind))


@pytest.fixture(autouse=True)
def _only_this_machine(browser: Chrome) -> Iterator[None]:
    """After each test: nothing was requested from another host, and no page has an error."""
    yield
    messages = [json.loads(entry["message"])["message"] for entry in recorded(browser, "performance")]
    requested = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    elsewhere = [url for url in requested if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert requested
    assert elsewhere == []
    assert [entry["message"] for entry in recorded(browser, "browser") if entry["level"] == "SEVERE"] == []


def look(browser: Chrome, width: int, scheme: str = "light") -> None:
    """Give the browser the width of a device, and a preference of its owner."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)


def overflow(browser: Chrome) -> int:
    return int(browser.execute_script("return document.documentElement.scrollWidth - innerWidth"))


def is_dark(browser: Chrome) -> bool:
    """Return whether the page has light text on a dark ground."""
    colors = browser.execute_script("const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]")
    ground, text = (sum(map(int, re.findall(r"\d+", color)[:3])) for color in colors)
    assert abs(ground - text) > 300
    return ground < text


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(width: int, browser: Chrome, address: str) -> None:
    look(browser, width)
    for page in PAGES:
        browser.get(f"{address}/{page}")
        assert overflow(browser) <= 0, page
        assert browser.find_element(By.TAG_NAME, "h1").is_displayed()


@pytest.mark.long
def test_no_page_at_all_scrolls_sideways_on_a_telephone(browser: Chrome, address: str, site: Site) -> None:
    look(browser, WIDTHS[0])
    for page in site.pages:
        browser.get(f"{address}/{page}")
        assert overflow(browser) <= 0, page


def test_search_finds_elt_sync_and_leads_to_its_reference(browser: Chrome, address: str) -> None:
    look(browser, 1440)
    browser.get(f"{address}/index.html")
    box = browser.find_element(By.CSS_SELECTOR, ".sidebar-search")
    box.send_keys("EltSync")
    box.submit()
    results = "#search-results li a"
    links = WebDriverWait(browser, 30).until(lambda _: browser.find_elements(By.CSS_SELECTOR, results))
    assert "EltSync" in links[0].text
    links[0].click()
    WebDriverWait(browser, 30).until(lambda _: "/reference/elt-sync" in browser.current_url)


def test_on_a_telephone_a_menu_leads_to_every_part(browser: Chrome, address: str) -> None:
    look(browser, 360)
    browser.get(f"{address}/guides/streams.html")
    link = browser.find_element(By.CSS_SELECTOR, ".sidebar-tree a[href$='reference/connection.html']")
    assert browser.execute_script("return arguments[0].getBoundingClientRect().right <= 0", link)
    browser.find_element(By.CSS_SELECTOR, ".mobile-header .nav-overlay-icon").click()
    visible = "return arguments[0].getBoundingClientRect().left >= 0"
    WebDriverWait(browser, 30).until(lambda _: browser.execute_script(visible, link))
    browser.execute_script("arguments[0].scrollIntoView()", link)
    link.click()
    WebDriverWait(browser, 30).until(lambda _: browser.current_url.endswith("/reference/connection.html"))


def test_the_page_is_dark_by_preference_and_by_the_switch_which_is_remembered(browser: Chrome, address: str) -> None:
    look(browser, 1440, "dark")
    browser.get(f"{address}/index.html")
    assert is_dark(browser)
    look(browser, 1440, "light")
    assert not is_dark(browser)
    switch = next(each for each in browser.find_elements(By.CSS_SELECTOR, ".theme-toggle") if each.is_displayed())
    switch.click()
    assert is_dark(browser)
    browser.get(f"{address}/{PAGES[1]}")
    assert is_dark(browser)
    browser.execute_script("localStorage.clear()")
