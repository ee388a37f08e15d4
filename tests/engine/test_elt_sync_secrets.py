"""A secret in `elt_settings` stays one, also when it is nested and when Weld repeats it."""

from __future__ import annotations

import pytest

from tests.support.at_weld import sync_into
from tests.support.programs import Code, elt_sync, program
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

FIRST, SECOND, THEIRS = "hunter2-first", "hunter2-second", "hunter2-theirs"


@pytest.mark.long
def test_a_secret_nested_in_settings_stays_secret(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.set_settings_schema(
        "stripe", {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"page": {"type": "integer"}}}
    )

    def text(value: str, page: object = 5) -> str:
        # Built in the program, so that the engine does not know it from the configuration.
        secret = Code(f"pulumi.Output.secret({value[:4]!r} + {value[4:]!r})")
        settings = {"deep": {"tokens": [secret], "name": "shown"}, "page": page}
        return program(elt_sync("sync", stripe, elt_settings=settings))

    printed = []
    stacked = stack(text(FIRST))
    printed.append(stacked.up(diff=True).text)
    assert sync_into(weld, "weld_sync")["elt_settings"] == {"deep": {"tokens": [FIRST], "name": "shown"}, "page": 5}
    printed.append(stacked.up(expect_no_changes=True).text)

    # Weld repeats it in an error.
    stacked.write(text(SECOND))
    printed.append(stacked.preview(diff=True).text)
    weld.fault("status", "POST", r"/elt_syncs/[^/]+", status=400, body={"message": f"bad token {SECOND!r} given"})
    failed = stacked.up(check=False)
    assert line_says(failed.text, "400", "withheld", "WELD_TRACEBACK=1")
    printed.append(failed.text)
    printed.append(stacked.up().text)

    # Somebody changes it in Weld's pages.
    weld.patch_sync(sync_into(weld, "weld_sync")["id"], elt_settings={"deep": {"tokens": [THEIRS], "name": "shown"}})
    printed.append(stacked.up(refresh=True, diff=True).text)
    assert sync_into(weld, "weld_sync")["elt_settings"]["deep"] == {"tokens": [SECOND], "name": "shown"}

    # It is wrong by the schema.
    stacked.write(text(SECOND, Code(f"pulumi.Output.secret({SECOND[:4]!r} + {SECOND[4:]!r})")))
    refused = stacked.preview(check=False)
    assert "elt_settings.page: " in refused.text
    printed.append(refused.text)

    for value in (FIRST, SECOND, THEIRS):
        assert not [text for text in printed if value in text]
        assert value not in stacked.raw_state()
    state = stacked.resource("sync", show_secrets=True)
    assert state["outputs"]["elt_settings"]["deep"]["name"] == "shown"


@pytest.mark.long
def test_what_is_wrong_with_a_secret_is_told_without_it(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    secrets = {"destination_schema_name": "bad schema", "sync_interval": "bad cron"}
    given = {name: Code(f"pulumi.Output.secret({text + ' hunter'!r} + '2')") for name, text in secrets.items()}
    stacked = stack(program(elt_sync("sync", stripe, **given, start_date="bad date")))
    refused = stacked.preview("--debug", check=False)
    for name in secrets:
        assert line_says(refused.text, f"{name}: ", "secret", "withheld")
    assert line_says(refused.text, "property start_date value {bad date} ", "'bad date' ", "write YYYY-MM-DD")
    assert "hunter2" not in refused.text

    # What is only sent, and comes back in an error.
    given = {"destination_schema_name": Code("pulumi.Output.secret('raw_hunter' + '2')")}
    stacked.write(program(elt_sync("sync", stripe, **given)))
    weld.fault("status", "POST", "/elt_syncs", status=400, body={"message": "no schema raw_hunter2 for you"})
    failed = stacked.up(check=False)
    assert "no schema [secret] for you" in failed.text
    stacked.up()
    assert sync_into(weld, "raw_hunter2")
    stored = stacked.resource("sync")
    assert "__secrets" not in stored["inputs"]
    stacked.up(expect_no_changes=True)
    assert "hunter2" not in failed.text + stacked.raw_state()
