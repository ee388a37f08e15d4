"""What a person reads when Weld refuses, fails, or is not there: one short paragraph, and never a secret."""

from __future__ import annotations

import re

import pytest

from tests.support.engine import Project, Result
from tests.support.programs import elt_sync, program
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator

KEY = "weld-key-with-c0nspicuous-letters"


def paragraph(result: Result) -> str:
    """The one error that is the provider's; it stands in one line, without a traceback."""
    assert not result.ok
    assert "Traceback" not in result.text
    assert 'File "' not in result.text
    (found,) = [error for error in result.errors if "Weld: " in error]
    assert "weld_pulumi" not in found  # no name of a class
    text = re.sub(r"\s+", " ", found).strip()
    assert "\n" not in text
    assert len(text) < 700
    return text


def assert_no_key(stacked: Project, *results: Result) -> None:
    for result in results:
        assert KEY not in result.text
    assert KEY not in stacked.raw_state()


@pytest.fixture
def stacked(weld: Simulator, stack: Stacks) -> Project:
    """A stack with a key that Weld does not know."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    return stack(program(elt_sync("sync", stripe)), secrets={"weld:apiKey": KEY})


@pytest.mark.parametrize("reading", first_quick(["401", "403_html"]))
def test_a_refused_key_is_one_paragraph_that_names_its_source(weld: Simulator, stacked: Project, reading: str) -> None:
    weld.set_reading("refused_key", reading)
    refused = stacked.preview(check=False)
    text = paragraph(refused)
    assert says(text, reading[:3], "weld:apiKey in the stack configuration", "Settings -> API Keys")
    assert says(text, "`pulumi refresh` and `pulumi destroy`", "--run-program")
    assert_no_key(stacked, refused)


@pytest.mark.long
def test_a_weld_that_fails_or_is_away_is_one_paragraph_without_the_key(weld: Simulator, stacked: Project) -> None:
    stacked.configure(secrets={"weld:apiKey": weld.api_key})
    weld.fault("status", "POST", "/elt_syncs", status=500, body={"message": f"broken by {weld.api_key}"}, times=None)
    failed = stacked.up(check=False)
    text = paragraph(failed)
    assert says(text, "creating the EltSync: POST /elt_syncs: ", "500: broken by [secret].", "https://status.weld.app")
    assert weld.api_key not in failed.text + stacked.raw_state()

    weld.stop()
    stacked.configure({"weld:maxRetries": "0"}, {"weld:apiKey": KEY})
    away = stacked.preview(check=False)
    host = weld.url.removeprefix("http://")
    assert says(paragraph(away), f"{host} cannot be reached", "refused")
    assert_no_key(stacked, away)

    # Who wants to see where it comes from can.
    stacked.env["WELD_TRACEBACK"] = "1"
    shown = stacked.preview(check=False)
    assert "Traceback" in shown.text
    assert_no_key(stacked, shown)


@pytest.mark.long
def test_half_a_character_names_its_argument(weld: Simulator, stack: Stacks) -> None:
    text = program(elt_sync("it", "c", elt_settings={"accounts": ["\ud800"]}))
    refused = stack(text).preview(check=False)
    assert not refused.ok
    assert line_says(refused.text, "EltSync 'it': elt_settings ", "surrogate")
    assert "Traceback" not in refused.text
