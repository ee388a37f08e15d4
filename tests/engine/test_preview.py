"""What is wrong is said in preview, all of it at once, as a person sees it."""

from __future__ import annotations

import pytest

from tests.support.at_weld import short
from tests.support.programs import Code, elt_sync, export, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import each_says, line_says, says
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
    assert each_says(
        told,
        ("source_streams[1].name: 'charges' ", "source_streams[0]", "remove"),
        ("start_date value {2024-13-01} ", "'2024-13-01' ", "write YYYY-MM-DD"),
        ("sync_interval value {hourly} ", "'hourly' ", "write '0 * * * *'"),
    )
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
    assert each_says(
        told,
        ("destination_schema_name value {main.raw} ", "'main.raw' ", "catalog", "write 'raw'"),
        ("sync_interval value {0 0 * *} ", "'0 0 * *' ", "4 fields", "for example '0 */6 * * *'"),
        ("orchestration_workflow_id value {no-such} ", "no orchestration 'no-such'", listed),
        ("elt_settings.account: ", "string", "for example '…'"),
        ("source_streams[0].hashed_columns: ", "'email'", "excluded_columns"),
        ("source_streams[1].name: 'orders' ", "retired", "2026-12-31", "write 'payment_intents'"),
        ("source_streams[2].name: 'sources' ", "retired", "write 'payment_methods'"),
        ("source_streams[3].name: 'early_fraud_warnings' ", "selected", "remove"),
        ("source_streams[4].name: 'chargess' ", "did you mean 'charges'?"),
        (
            "source_streams[5].excluded_substreams[0]: 'invoice_line_item' ",
            "'invoices'",
            "did you mean 'invoice_line_items'?",
        ),
        ("source_streams[6].full_sync_always: ", "protected_from_full_sync", "only one"),
        ("source_streams[7].name: ", "missing", "required"),
        ("source_streams[7].nmae: ", "did you mean 'name'?"),
    )
    assert weld.writes() == []

    # Left out, though the integration needs it; given, though it has none.
    stacked.write(program(elt_sync("drive", connection, start_date="2024-01-01")))
    told = problems(stacked.preview(check=False).errors, "drive")
    assert each_says(
        told,
        ("elt_settings.folder_id: ", "missing (Folder)", "string", "write 'folder_id': '…'"),
        ("start_date value {2024-01-01} ", "'google-drive'", "leave it out"),
    )


@pytest.mark.long
def test_a_preview_tells_all_problems_of_a_stream_at_once(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe)["id"]
    wrong = {"hashed_columns": ["a"], "excluded_columns": ["a"], "excluded_substreams": ["nothing"]}
    stacked = stack(program(source_stream("invoice", repr(sync), **wrong)))
    assert each_says(
        problems(stacked.preview(check=False).errors, "invoice"),
        ("hashed_columns value {[{a}]} ", "'a'", "excluded_columns"),
        ("name value {invoice} ", "'invoice' ", "did you mean 'invoices' or 'invoice_items'?"),
    )
    stacked.write(program(source_stream("lost", repr("no-such-sync"))))
    told = problems(stacked.preview(check=False).errors, "lost")
    assert each_says(told, ("elt_sync_id value {no-such-sync} ", "no sync 'no-such-sync'", "`weld-pulumi syncs`"))
    assert weld.writes() == []


@pytest.mark.long
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
    (told,) = [line.message for line in preview.diagnostics if "no API key" in line.message]
    assert says(told, "warning: Weld: ", "`pulumi config set --secret weld:apiKey`", "WELD_API_KEY")
    stacked.write(wrong)
    assert len(problems(stacked.preview(check=False).errors, "sync")) == 3
    stacked.write(unknown)
    refused = stacked.up(check=False)
    assert line_says(
        refused.text,
        "creating the EltSync: ",
        "no API key",
        "`pulumi config set --secret weld:apiKey`",
        "environment variable WELD_API_KEY",
    )

    stacked.configure({"weld:validation": "offline"}, {"weld:apiKey": weld.api_key})
    assert stacked.preview().changed == {"sync": "create", "other": "create"}
    stacked.configure({"weld:validation": "off"})
    stacked.write(wrong)
    assert stacked.preview().changed == {"sync": "create"}
    assert short(weld.requests()) == []

    # Types are checked all the same.
    stacked.write(program(elt_sync("sync", stripe, enabled="yes", source_streams=[5])))
    assert each_says(
        problems(stacked.preview(check=False).errors, "sync"),
        ("enabled value {yes} ", "'yes' ", "True nor False"),
        ("source_streams[0]: ", "write 'charges' or {'name': 'charges', …}"),
    )


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
