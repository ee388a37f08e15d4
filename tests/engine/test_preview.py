"""What is wrong is said in preview, all of it at once, as a person sees it."""

from __future__ import annotations

import pytest

from tests.support.at_weld import short
from tests.support.programs import Code, elt_sync, export, program, resource, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

WRONG_BY_ITSELF = {
    "sync_interval": "hourly",
    "start_date": "2024-13-01",
    "source_streams": [{"name": "charges"}, {"name": "charges"}],
}


def problems(errors: list[str], name: str) -> list[str]:
    """The problems with one resource, without what the engine writes before each."""
    before = f"resource '{name}': property "
    plain = f"resource '{name}' has a problem: "
    found = [error.partition(before)[2] or error.partition(plain)[2] for error in errors]
    return [text for text in found if text]


def test_a_preview_tells_all_problems_of_a_sync_at_once(weld: Simulator, stack: Stacks) -> None:
    connection = weld.create_connection("google-drive", "Files")["id"]
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(stripe, destination_schema_name="other")

    # Three that need no network, each in one line, and nothing is sent.
    stacked = stack(program(elt_sync("three", stripe, **WRONG_BY_ITSELF)))
    told = problems(stacked.preview(check=False).errors, "three")
    assert sorted(told) == [
        "source_streams[1].name: 'charges' is listed already at source_streams[0]; remove one of the two entries",
        "start_date value {2024-13-01} has a problem: '2024-13-01' is not a date; write YYYY-MM-DD, for example "
        "'2024-01-31'",
        "sync_interval value {hourly} has a problem: 'hourly' is not a cron expression: write '0 * * * *'",
    ]
    assert weld.requests() == []

    # With what only Weld knows, still all at once; entries are counted as the program counts them.
    entries = [
        {"name": "refunds", "excluded_columns": ["email"], "hashed_columns": ["email"]},
        {"name": "orders"},
        {"name": "sources"},
        {"name": "early_fraud_warnings"},
        {"name": "chargess"},
        {"name": "invoices", "excluded_substreams": ["invoice_line_item"]},
        {"name": "charges", "full_sync_always": True, "protected_from_full_sync": True},
        {"nmae": "plans"},
    ]
    stacked.write(
        program(
            elt_sync(
                "many",
                stripe,
                destination_schema_name="main.raw",
                sync_interval="0 0 * *",
                orchestration_workflow_id="no-such",
                elt_settings={"account": 5, "extra": None},
                source_streams=entries,
            )
        )
    )
    told = problems(stacked.preview(check=False).errors, "many")
    listed = ", ".join(
        f"{o['id']!r} ({o['name']})" for o in sorted(weld.state()["orchestrations"], key=lambda o: o["name"])
    )
    assert sorted(told) == sorted(
        [
            "destination_schema_name value {main.raw} has a problem: 'main.raw' names a catalog too, only the schema's "
            "own name goes here; write 'raw'",
            "sync_interval value {0 0 * *} has a problem: '0 0 * *' is not a cron expression: it has 4 fields, not "
            "the five minute, hour, day of month, month, day of week; write for example '0 */6 * * *'",
            "orchestration_workflow_id value {no-such} has a problem: there is no orchestration 'no-such'; Weld has: "
            f"{listed}",
            "elt_settings.account: must be a string; write for example '…'",
            "source_streams[0].hashed_columns: column 'email' is in excluded_columns too, so there is nothing to hash; "
            "keep it in one of the two lists",
            "source_streams[1].name: 'orders' is retired and stops syncing on 2026-12-31; write 'payment_intents' "
            "instead",
            "source_streams[2].name: 'sources' is retired; write 'payment_methods' instead",
            "source_streams[3].name: 'early_fraud_warnings' cannot be selected in Weld; remove the entry",
            "source_streams[4].name: 'chargess' is not a stream of this source; did you mean 'charges'?",
            "source_streams[5].excluded_substreams[0]: 'invoice_line_item' is not a sub-stream of 'invoices'; did you "
            "mean 'invoice_line_items'?",
            "source_streams[6].full_sync_always: contradicts protected_from_full_sync, which forbids full syncs; set "
            "only one of the two to True",
            "source_streams[7].name: is missing; it is required",
            "source_streams[7].nmae: is not an argument here; did you mean 'name'?",
        ]
    )
    assert weld.writes() == []

    # Left out, though the integration needs it; given, though it has none.
    stacked.write(program(elt_sync("drive", connection, start_date="2024-01-01")))
    told = problems(stacked.preview(check=False).errors, "drive")
    assert sorted(told) == [
        "elt_settings.folder_id: is missing (Folder): Weld requires it; a string; write 'folder_id': '…'",
        "start_date value {2024-01-01} has a problem: is not supported by the integration 'google-drive'; leave it out",
    ]


@pytest.mark.long
def test_a_preview_tells_all_problems_of_a_stream_at_once(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe)["id"]
    wrong = {"hashed_columns": ["a"], "excluded_columns": ["a"], "excluded_substreams": ["nothing"]}
    stacked = stack(program(source_stream("invoice", repr(sync), **wrong)))
    assert sorted(problems(stacked.preview(check=False).errors, "invoice")) == [
        "hashed_columns value {[{a}]} has a problem: column 'a' is in excluded_columns too, so there is nothing to "
        "hash; keep it in one of the two lists",
        "name value {invoice} has a problem: 'invoice' is not a stream of this source; did you mean 'invoices' or "
        "'invoice_items'?",
    ]
    stacked.write(program(source_stream("lost", repr("no-such-sync"))))
    assert problems(stacked.preview(check=False).errors, "lost") == [
        "elt_sync_id value {no-such-sync} has a problem: there is no sync 'no-such-sync' in Weld; `weld-pulumi syncs` "
        "lists them",
    ]
    assert weld.writes() == []


def test_a_preview_checks_as_much_as_its_level_and_key_allow(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(stripe)
    unknown = program(
        elt_sync("sync", stripe, source_streams=[{"name": "chargess"}, {"name": "re*"}]),
        elt_sync("other", stripe),
    )
    wrong = program(elt_sync("sync", stripe, **WRONG_BY_ITSELF))

    # Without a key: by the rules that need no network, with one warning.
    stacked = stack(unknown, secrets={"weld:apiKey": ""})
    preview = stacked.preview()
    assert preview.changed == {"sync": "create", "other": "create"}
    told = [line.message for line in preview.diagnostics if "there is no API key" in line.message]
    assert told == [
        "warning: Weld: there is no API key, so only the rules that need no network are checked. Set it with `pulumi "
        "config set --secret weld:apiKey` or WELD_API_KEY."
    ]
    stacked.write(wrong)
    assert len(problems(stacked.preview(check=False).errors, "sync")) == 3
    stacked.write(unknown)
    refused = stacked.up(check=False)
    assert (
        "creating the EltSync: There is no API key for Weld. Make one in Weld under Settings -> API Keys, then either "
        "run `pulumi config set --secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY."
    ) in refused.text

    stacked.configure({"weld:validation": "offline"}, {"weld:apiKey": weld.api_key})
    assert stacked.preview().changed == {"sync": "create", "other": "create"}
    stacked.configure({"weld:validation": "off"})
    stacked.write(wrong)
    assert stacked.preview().changed == {"sync": "create"}
    assert short(weld.requests()) == []

    # Types are checked all the same.
    stacked.write(program(elt_sync("sync", stripe, enabled="yes", source_streams=[5])))
    assert sorted(problems(stacked.preview(check=False).errors, "sync")) == [
        "enabled value {yes} has a problem: 'yes' is neither True nor False",
        "source_streams[0]: is neither a name nor a dict; write 'charges' or {'name': 'charges', …}",
    ]


@pytest.mark.long
def test_none_inside_an_output_is_left_out(weld: Simulator, stack: Stacks) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "Shop")["id"])["id"]
    nothing = Code("pulumi.Output.from_input(None)")
    stacked = stack(
        program(
            resource("Connection", "lab", integration_id="stripe", label=nothing, authorization_timeout=nothing),
            source_stream("charges", repr(sync), name=nothing, hashed_columns=nothing),
            export("names", "[lab.label, lab.authorization_timeout, charges.name, charges.hashed_columns]"),
        )
    )
    assert stacked.preview().changed == {"lab": "create", "charges": "create"}
    stacked.up()
    assert stacked.outputs() == {"names": ["lab", 600, "charges", []]}
    assert "lab" in {row["label"] for row in weld.state()["connections"]}
    assert stacked.up(expect_no_changes=True).changed == {}
