"""What `weld-pulumi import` writes; that the engine takes it is shown in test_import_engine."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.exported import encrypted
from tests.support.wording import saying, says
from weld_pulumi.simulator import Simulator

from .conftest import Run
from .fake_pulumi import FakePulumi, project


def declared(folder: Path = Path(), name: str = "__main__.py") -> dict[str, dict[str, str]]:
    """The program, as resource name to arguments in Python's spelling; `""` holds the class."""
    tree = ast.parse((folder / name).read_text("utf-8"))
    calls = [node.value for node in tree.body if isinstance(node, (ast.Expr, ast.Assign))][1:]
    found: dict[str, dict[str, str]] = {}
    for call in calls:
        assert isinstance(call, ast.Call)
        if not call.args:  # the options
            assert ast.unparse(call) == "pulumi.ResourceOptions(protect=True)"
            continue
        arguments = {str(word.arg): ast.unparse(word.value) for word in call.keywords}
        found[ast.literal_eval(call.args[0])] = {"": ast.unparse(call.func), **arguments}
    return found


def imported(folder: Path = Path()) -> dict[str, dict[str, Any]]:
    resources = json.loads((folder / "import.json").read_text("utf-8"))["resources"]
    return {resource["name"]: resource for resource in resources}


def test_import_writes_only_what_differs_from_the_defaults(weld: Simulator, run: Run) -> None:
    shop = weld.create_connection("stripe", "Shop (production)")
    streams = ["charges", {"name": "customers", "full_sync_at_midnight": True}]
    sync = weld.create_sync(shop["id"], destination_schema_name="raw_stripe", streams=streams, enabled=True)
    result = run("import")
    assert declared()["shop-production"] == {
        "": "weld.Connection",
        "integration_id": "'stripe'",
        "label": "'Shop (production)'",
    }
    assert declared()["raw-stripe"] == {
        "": "weld.EltSync",
        "connection_id": "shop_production.id",
        "destination_schema_name": "'raw_stripe'",
        "sync_interval": "'0 0 * * *'",
        "source_streams": "['charges', {'name': 'customers', 'full_sync_at_midnight': True}]",
    }
    entry = imported()["raw-stripe"]
    assert (entry["type"], entry["id"]) == ("pulumi-python:dynamic/weld:EltSync", sync["id"])
    assert entry["inputs"]["__provider"] == entry["outputs"]["__provider"]
    assert entry["inputs"]["deletion_policy"] == "delete"
    assert set(entry["outputs"]["stream_ids"]) == {"charges", "customers"}
    assert "pulumi import --file import.json --generate-code=false" in result.stdout
    assert weld.writes() == []


def test_import_tells_as_json_what_it_wrote(weld: Simulator, run: Run) -> None:
    shop = weld.create_connection("stripe", "Shop")
    weld.create_sync(shop["id"], destination_schema_name="raw", streams=["charges", "refunds"])
    told = json.loads(run("import", "--output", "out", "--json").stdout)
    assert told["written"] == [
        *("out/__main__.py", "out/import.json"),
        *("out/Pulumi.yaml", "out/requirements.txt", "out/README.md"),
    ]
    assert told["resources"] == {"Connection": 2, "EltSync": 1, "SourceStream": 0}  # the destination is one, too
    assert told["inline_streams"] == 2
    assert [text for text in told["notes"] if not isinstance(text, str)] == []


def test_separate_writes_streams_as_resources(weld: Simulator, run: Run) -> None:
    made = weld.create_sync(
        weld.create_connection("stripe", "Shop")["id"], destination_schema_name="raw", streams=["charges", "refunds"]
    )
    run("import", "--separate")
    assert "source_streams" not in declared()["raw"]
    assert declared()["raw-charges"] == {"": "weld.SourceStream", "elt_sync_id": "raw.id", "name": "'charges'"}
    assert imported()["raw-refunds"]["inputs"]["elt_sync_id"] == made["id"]


def test_names_are_unique_and_valid(weld: Simulator, run: Run) -> None:
    for label in ("Shop", "shop!", "東京", "1st", "class", "weld", "pulumi", " "):
        weld.create_sync(weld.create_connection("stripe", label)["id"], destination_schema_name="raw")
    run("import")
    names = set(declared()) - {f"raw-{number}" for number in range(2, 9)}
    wanted = {"shop", "shop-2", "stripe", "stripe-2", "1st", "class", "weld", "pulumi", "raw", "databricks-simulator"}
    assert names == wanted
    references = {each["connection_id"] for each in declared().values() if "connection_id" in each}
    assert len(references) == 8
    assert {"connection_1st.id", "connection_class.id", "weld_2.id", "pulumi_2.id"} <= references


def test_import_says_which_columns_weld_never_tells(weld: Simulator, run: Run) -> None:
    weld.create_sync(weld.create_connection("stripe", "Shop")["id"], streams=[{"name": "charges"}])
    for text in (run("import").stderr, Path("__main__.py").read_text().replace("\n# ", " ")):
        assert says(text, "never returns", "excluded_columns", "hashed_columns")
    weld.set_reading("columns_read", "present")
    weld.patch_stream(weld.state()["streams"][0]["id"], hashed_columns=["email"])
    assert "never returns" not in run("import", "--force").stderr
    assert "'hashed_columns': ['email']" in declared()["weld"]["source_streams"]


def test_settings_that_may_be_secret_are_not_written(weld: Simulator, run: Run) -> None:
    settings = {
        "base_url": "https://user:s3cr3t-0@example.com",
        "headers": {"Authorization": "Bearer s3cr3t-1"},
        "api_token": "s3cr3t-2",
        "masked": "********",
        "paging": {"page_size": 50, "style": "cursor", "cursor": "s3cr3t-3"},
        "hooks": [{"passphrase": "s3cr3t-4"}],
    }
    connection = weld.create_connection("rest-api", "API")
    weld.create_sync(connection["id"], destination_schema_name="raw", elt_settings=settings, streams=["items"])
    result = run("import")
    for text in (Path("__main__.py").read_text(), Path("import.json").read_text(), result.output):
        assert "s3cr3t" not in text
        assert "****" not in text
    assert declared()["raw"]["elt_settings"] == "{'paging': {'page_size': 50, 'style': 'cursor'}}"
    left_out = "base_url, headers.Authorization, api_token, masked, paging.cursor, hooks[].passphrase"
    for text in (result.stderr, Path("__main__.py").read_text().replace("\n# ", " ")):
        assert left_out in text


def test_what_is_written_is_for_its_owner_alone(run: Run) -> None:
    run("import", "--output", "out")
    assert {path.name: path.stat().st_mode & 0o777 for path in Path("out").iterdir()} == {
        "__main__.py": 0o600,
        "import.json": 0o600,
        "Pulumi.yaml": 0o600,
        "requirements.txt": 0o600,
        "README.md": 0o600,
    }


def test_a_sync_in_an_orchestration_is_written_without_an_interval(weld: Simulator, run: Run) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "Shop")["id"], destination_schema_name="raw")
    workflow = weld.create_orchestration('Night "shift"\nimport os')
    weld.patch_sync(sync["id"], orchestration_workflow_id=workflow["id"])
    run("import")
    assert declared()["raw"]["orchestration_workflow_id"] == repr(workflow["id"])
    assert "sync_interval" not in declared()["raw"]
    assert "\nimport os" not in Path("__main__.py").read_text()


def test_flags_and_names_that_a_program_could_not_have_are_left_out_and_told(weld: Simulator, run: Run) -> None:
    shop = weld.create_connection("stripe", "Shop")
    odd = weld.create_sync(shop["id"], destination_schema_name="fine", streams=["charges"])
    weld.patch_stream(weld.state()["streams"][0]["id"], full_sync_always=True, protected_from_full_sync=True)
    bad = weld.create_sync(shop["id"], destination_schema_name="not fine.")
    result = run("import")
    assert "source_streams" not in declared()["fine"]
    assert set(declared()) == {"shop", "fine", "databricks-simulator"}
    lines = result.stderr.splitlines()
    assert saying(lines, f"streams of sync {odd['id']} ", "source_streams[0].full_sync_always")
    assert saying(lines, f"EltSync {bad['id']} ", "left out", "destination_schema_name")
    result = run("import", "--separate", "--force")
    assert "raw-charges" not in declared()
    assert "protected_from_full_sync" in result.stderr


# What is taken


@pytest.fixture
def several(weld: Simulator) -> dict[str, str]:
    ids = {}
    for name in ("one", "two"):
        ids[name] = weld.create_connection("stripe", name)["id"]
        for number in (1, 2):
            sync = weld.create_sync(ids[name], destination_schema_name=f"{name}_{number}")
            ids[f"{name}-{number}"] = sync["id"]
    return ids


def test_a_connection_that_is_named_is_imported_with_its_syncs(run: Run, several: dict[str, str]) -> None:
    run("import", "--connection", several["one"])
    assert set(declared()) == {"one", "one-1", "one-2"}


def test_syncs_that_are_named_are_imported_without_their_connections(run: Run, several: dict[str, str]) -> None:
    run("import", "--sync", several["one-1"], "--sync", several["two-2"])
    assert set(declared()) == {"one-1", "two-2"}
    assert declared()["one-1"]["connection_id"] == repr(several["one"])


def test_a_connection_and_a_sync_that_are_named_are_imported_alone(run: Run, several: dict[str, str]) -> None:
    run("import", "--connection", several["one"], "--sync", several["one-2"])
    assert set(declared()) == {"one", "one-2"}
    assert declared()["one-2"]["connection_id"] == "one.id"


def test_an_id_that_is_not_there_is_an_error_and_writes_nothing(run: Run, several: dict[str, str]) -> None:
    assert "weld-pulumi connections" in run("import", "--connection", "nope", code=1).stderr
    assert "weld-pulumi syncs" in run("import", "--sync", "nope", code=1).stderr
    assert list(Path().iterdir()) == []


def test_an_empty_weld_is_an_error_and_writes_nothing(weld: Simulator, run: Run) -> None:
    weld.delete_connection(weld.state()["connections"][0]["id"])
    assert "nothing in Weld" in run("import", code=1).stderr
    assert list(Path().iterdir()) == []


def test_names_serve_import_as_ids(run: Run, several: dict[str, str]) -> None:
    run("import", "--connection", "one", "--sync", "two_2")
    assert set(declared()) == {"one", "two-2"}


def test_only_unmanaged_needs_a_stack(weld: Simulator, run: Run) -> None:
    assert "--only-unmanaged" in run("import", "--only-unmanaged", code=1).stderr
    assert list(Path().iterdir()) == []


def test_only_unmanaged_writes_only_the_streams_that_a_stack_does_not_have(
    weld: Simulator, run: Run, pulumi: FakePulumi, tmp_path: Path
) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(shop, destination_schema_name="raw", streams=["charges", "refunds"])["id"]
    inline = weld.create_sync(shop, destination_schema_name="inline", streams=["charges"])["id"]
    hidden = weld.create_sync(shop, destination_schema_name="hidden", streams=["charges"])["id"]
    ids = {row["name"]: row["id"] for row in weld.state()["streams"] if row["elt_sync_id"] == sync}
    connections: list[tuple[str, str, str, object]] = [
        ("Connection", row["label"], row["id"], {}) for row in weld.state()["connections"]
    ]
    stacked = [
        *connections,
        ("EltSync", "raw", sync, {}),
        ("EltSync", "inline", inline, {"source_streams": [{"name": "charges"}]}),
        ("EltSync", "hidden", hidden, {"source_streams": encrypted()}),
        ("SourceStream", "raw-refunds", ids["charges"], {}),  # its name is taken
    ]
    resources = [
        {"type": f"pulumi-python:dynamic/weld:{kind}", "id": id, "urn": f"urn:pulumi:a::b::c::{name}", "inputs": inputs}
        for kind, name, id, inputs in stacked
    ]
    project(tmp_path / "here")
    pulumi.answers("stack", "export", stdout={"deployment": {"resources": resources}})
    run("import", "--only-unmanaged", "--separate")
    assert declared(name="weld_unmanaged.py") == {
        "raw-refunds-2": {"": "weld.SourceStream", "elt_sync_id": repr(sync), "name": "'refunds'"}
    }
    assert not Path("README.md").exists()


# What it protects


def test_everything_is_protected_and_destinations_stay(weld: Simulator, run: Run) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(shop, destination_schema_name="raw", streams=["charges"])
    weld.create_connection("slack", "Slack")  # no source
    run("import")
    text = Path("__main__.py").read_text()
    assert text.count("    protected,\n") == 4
    retained = {name for name, arguments in declared().items() if "deletion_policy" in arguments}
    assert retained == {"databricks-simulator", "slack"}
    assert imported()["slack"]["inputs"]["deletion_policy"] == "retain"
    assert "--protect" not in run("import", "--force").stdout
    told = run("import", "--force", "--no-protect").stdout
    assert "--protect=false" in told
    assert "protected" not in Path("__main__.py").read_text()
    assert "import pulumi\n" not in Path("__main__.py").read_text()


def test_nothing_in_the_program_or_on_the_terminal_acts(weld: Simulator, run: Run) -> None:
    """Neither for who reads the program nor for who is told of it: controls, line ends, bidi, what has no width."""
    acts = "\x1b]8;;https://evil.example\x07\x00\x9b2K\x85\u2028import os\u2029\u202eabc\u2066\u200b\r"
    weld.set_readings({"connection_label": "label"})
    shop = weld.create_connection("stripe", f"Shop{acts}")
    orchestration = weld.create_orchestration(f"Nightly{acts}")
    sync = weld.create_sync(shop["id"], destination_schema_name="raw", streams=["charges"])
    settings = {f"password{acts}": "x", f"plain{acts}": f"x{acts}"}
    weld.patch_sync(sync["id"], orchestration_workflow_id=orchestration["id"], elt_settings=settings)
    other = weld.create_sync(shop["id"], destination_schema_name="other")
    weld.patch_sync(other["id"], sync_interval=f"never{acts}", destination_schema_name=f"other{acts}")
    result = run("import")
    for text in (Path("__main__.py").read_text("utf-8"), result.stdout, result.stderr):
        assert [line for line in text.split("\n") if not line.isprintable()] == []
    assert "Nightly" in Path("__main__.py").read_text("utf-8")
    # No schema shows them to be harmless, so they are named and not written.
    assert "elt_settings" not in declared()["raw"]
    assert "plain" in Path("__main__.py").read_text("utf-8")
    assert "\\x1b]8;;" in result.stderr


def test_import_leaves_out_a_sync_that_weld_hardly_reports_and_other_commands_work(weld: Simulator, run: Run) -> None:
    weld.set_reading("optional_fields", "left_out")
    shop = weld.create_connection("stripe", "Shop")
    sync = weld.create_sync(shop["id"], destination_schema_name="raw", streams=["charges"], enabled=True)["id"]
    told = json.loads(run("import", "--json").stdout)
    assert told["resources"]["EltSync"] == 0
    assert saying(told["notes"], f"EltSync {sync} ", "left out", f"adopt={sync!r}")
    assert "raw" not in declared()
    for words in (["syncs"], ["streams", sync], ["streams", sync, "--available"], ["status", sync], ["connections"]):
        run(*words)
        json.loads(run(*words, "--json").stdout)
    run("disable", sync, "--yes")


def test_names_with_characters_of_no_use_make_a_program_all_the_same(weld: Simulator, run: Run) -> None:
    labels = ("nul\x00", "line\nfeed", "\u202eright", "\x1b[31m")
    for label in labels:
        weld.create_connection("stripe", label)
    run("import")
    compile(Path("__main__.py").read_text("utf-8"), "__main__.py", "exec")
    assert {entry["inputs"]["label"] for entry in imported().values()} >= set(labels)
