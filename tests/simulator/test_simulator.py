"""Start, stop, and database; the control API; the fixture for users' tests."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from tests.support.wording import says
from weld_pulumi.simulator import DEFAULT_API_KEY, Simulator, openapi_document
from weld_pulumi.simulator.store import Store

from .conftest import Api

ROOT = Path(__file__).resolve().parents[2]


def test_a_simulator_with_a_database_survives_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "weld.db")
    with Simulator(database=database) as simulator:
        api = Api(simulator)
        with api.session:
            made = api.sync("stripe", "charges", enabled=True)
            bridge = api.bridge()
            simulator.set_catalogue_stream("stripe", "brand_new", retired=True, in_favor_of="charges")
            simulator.advance(3600)
            before = simulator.state()
    with Simulator(database=database) as simulator:
        after = simulator.state()
        assert after["now"] >= before["now"]
        assert {**after, "now": ""} == {**before, "now": ""}
        api = Api(simulator)
        with api.session:
            assert api("GET", f"/elt_syncs/{made['id']}")["enabled"]
            assert simulator.authorize() != bridge["id"]
            streams = api("GET", f"/elt_syncs/{made['id']}/available_source_streams")["data"]
            assert {item["name"]: item["retired"] for item in streams}["brand_new"]


def test_a_simulator_that_is_started_again_listens_where_it_did(simulator: Simulator) -> None:
    url = simulator.url
    connection = simulator.create_connection("stripe", "Shop")
    simulator.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    simulator.start()
    assert simulator.url == url
    api = Api(simulator)
    with api.session:
        assert api("GET", "/connections")["data"][0]["id"] == connection["id"]


def test_a_simulator_that_is_misused_raises_an_error(simulator: Simulator) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        simulator.start()
    with pytest.raises(RuntimeError, match="not been started"):
        Simulator().state()
    with pytest.raises(OSError, match=r"."):
        Simulator(port=simulator.port).start()


def test_a_transaction_that_fails_leaves_nothing() -> None:
    store = Store()

    def fail() -> None:
        with store.transaction():
            store.set_meta("a", "1")
            with store.transaction():
                store.set_meta("b", str(1 // 0))

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (store.meta("a"), store.meta("b")) == (None, None)
    store.close()


def test_reset_leaves_a_fresh_workspace(api: Api) -> None:
    api.sync("stripe", "charges")
    api.simulator.set_catalogue_stream("stripe", "brand_new")
    api.simulator.fault("status", path="/nowhere")
    api.simulator.reset()
    assert api.simulator.requests() == []
    assert api.simulator.faults() == []
    assert len(api("GET", "/connections")["data"]) == 1
    made = api.sync()
    api.upsert(made["id"], "brand_new", status=400)


def test_a_test_changes_objects_outside_of_the_api(api: Api) -> None:
    weld = api.simulator
    connection = weld.create_connection("stripe", "Shop")
    sync = weld.create_sync(
        connection["id"], streams=["charges", {"name": "customers", "hashed_columns": ["email"]}], enabled=True
    )
    path = f"/elt_syncs/{sync['id']}"
    stream = weld.create_stream(sync["id"], "refunds", full_sync_always=True)
    assert set(api.streams(sync["id"])) == {"charges", "customers", "refunds"}
    weld.patch_stream(stream["id"], full_sync_always=False, incremental_pointer_id="created")
    found = api("GET", f"/elt_streams/{stream['id']}")
    assert (found["full_sync_always"], found["incremental_pointer_id"]) == (False, "created")
    weld.patch_sync(sync["id"], enabled=False, sync_interval="0 0 * * *", elt_settings={"account": "a"})
    shown = api("GET", path)
    assert (shown["enabled"], shown["status"], shown["config"]) == (
        False,
        "PAUSED",
        {"sourceSettings": {"account": "a"}},
    )
    weld.patch_sync(sync["id"], status="FAILED")
    assert api("GET", path)["status"] == "FAILED"
    weld.patch_connection(connection["id"], label="Renamed")
    assert api("GET", "/connections")["data"][0]["label"] == "Renamed"
    weld.delete_stream(stream["id"])
    weld.delete_sync(sync["id"])
    weld.delete_connection(connection["id"])
    weld.delete_orchestration(api("GET", "/orchestrations")["data"][0]["id"])
    assert (api("GET", "/elt_streams")["data"], api("GET", "/elt_syncs")["data"]) == ([], [])
    assert len(api("GET", "/orchestrations")["data"]) == 2
    with pytest.raises(Exception, match="not found"):
        weld.patch_sync(sync["id"], enabled=True)
    with pytest.raises(Exception, match="has no nonsense"):
        weld.patch_connection(api("GET", "/connections")["data"][0]["id"], nonsense=1)


def test_a_test_changes_the_catalogue(api: Api) -> None:
    made = api.sync("stripe", "charges")
    weld = api.simulator
    weld.set_catalogue_stream("stripe", "charges", retired=True, in_favor_of="payment_intents")
    weld.set_catalogue_stream("stripe", "brand_new", sub_streams=["a"], pointer="updated")
    weld.remove_catalogue_stream("stripe", "customers")
    path = f"/elt_syncs/{made['id']}/available_source_streams"
    found = {item["name"]: item for item in api("GET", path)["data"]}
    assert found["charges"]["retirement_details"] == {"in_favor_of": "payment_intents"}
    assert found["brand_new"]["sub_streams"] == ["a"]
    assert "customers" not in found
    # A stream that is there already can still be changed.
    api.upsert(made["id"], {"name": "charges", "full_sync_always": True}, "brand_new")
    api.upsert(made["id"], "customers", status=400)
    weld.set_settings_schema("stripe", {})
    assert api("GET", f"/connections/{made['source_connection_id']}/settings") == {}
    with pytest.raises(ValueError, match="no integration"):
        weld.set_catalogue_stream("strype", "x")
    with pytest.raises(ValueError, match="no integration"):
        weld.remove_catalogue_stream("x", "y")
    with pytest.raises(ValueError, match="stream has no color"):
        weld.set_catalogue_stream("stripe", "charges", color="red")


def control(api: Api, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
    """Send a request to the control API, without a key."""
    answer = requests.request(method, f"{api.simulator.url}/_simulator/{path}", json=body, timeout=5)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def test_the_control_endpoints_do_what_a_test_needs(api: Api) -> None:
    assert control(api, "PUT", "readings", {"list_order": "oldest"})["readings"]["list_order"] == "oldest"
    control(api, "PUT", "readings", {"list_order": "random"}, status=400)
    table = {item["name"]: item for item in control(api, "GET", "readings")["table"]}
    assert (table["list_order"]["row"], table["list_order"]["value"]) == (19, "oldest")
    control(api, "DELETE", "readings", status=204)
    connection = control(api, "POST", "connections", {"integration_id": "stripe", "label": "x"}, status=201)
    sync = control(api, "POST", "syncs", {"connection_id": connection["id"], "streams": ["charges"]}, status=201)
    stream = control(api, "POST", "streams", {"elt_sync_id": sync["id"], "name": "refunds"}, status=201)
    control(api, "PATCH", f"streams/{stream['id']}", {"full_sync_always": True})
    control(api, "DELETE", f"streams/{stream['id']}", status=204)
    control(api, "PATCH", "streams/nowhere", {}, status=404)
    control(api, "POST", "connections", {"label": "x"}, status=400)
    control(api, "POST", "nonsense", {}, status=404)
    control(api, "PUT", "integrations/stripe/streams/brand_new", {"retired": True}, status=204)
    control(api, "DELETE", "integrations/stripe/streams/customers", status=204)
    control(api, "PUT", "integrations/stripe/settings", {}, status=204)
    control(api, "PUT", "integrations/strype/settings", {}, status=400)
    first, second = api.bridge(), api.bridge(state="s")
    assert [item["id"] for item in control(api, "GET", "bridges")["bridges"]] == [first["id"], second["id"]]
    made = control(api, "POST", f"bridges/{first['id']}/authorize")
    assert made["redirect"].endswith(f"?connectionId={made['connection_id']}")
    assert control(api, "POST", f"bridges/{second['id']}/refuse")["redirect"].endswith("?error=access_denied&state=s")
    control(api, "POST", f"bridges/{first['id']}/authorize", status=409)
    control(api, "POST", "bridges/nowhere/authorize", status=404)
    rule = {"action": "status", "status": 503, "path": "/elt_syncs"}
    assert control(api, "POST", "faults", rule, status=201)["id"]
    for wrong in ({}, {"action": "x"}, {"action": "slow", "fired": 1}, {"action": "slow", "color": "red"}):
        control(api, "POST", "faults", wrong, status=400)
    api("GET", "/elt_syncs", status=503)
    assert control(api, "GET", "faults")["faults"][0]["fired"] == 1
    control(api, "DELETE", "faults", status=204)
    logged = control(api, "GET", "requests")["requests"]
    assert (logged[-1]["path"], logged[-1]["status"], logged[-1]["key_ok"]) == ("/elt_syncs", 503, True)
    assert control(api, "GET", f"requests?after={logged[-1]['number']}")["requests"] == []
    control(api, "DELETE", "requests", status=204)
    assert api.simulator.requests() == []
    control(api, "PUT", "latency", {"ms": 1}, status=204)
    control(api, "PUT", "latency", {"ms": "slow"}, status=400)
    assert control(api, "POST", "clock", {"advance_seconds": 3600})["now"] > sync["created_at"]
    state = control(api, "GET", "state")
    assert {"connections", "syncs", "streams", "runs", "deleted", "bridges", "readings"} <= set(state)
    assert "token" not in state["bridges"][0]
    control(api, "POST", "reset", status=204)
    assert control(api, "GET", "state")["syncs"] == []
    control(api, "POST", "reset", "x", status=204)
    control(api, "PUT", "latency", [], status=400)
    control(api, "GET", "nowhere", status=405)


def test_other_sites_do_not_control_the_simulator(api: Api) -> None:
    path = f"{api.simulator.url}/_simulator/reset"
    assert requests.post(path, headers={"origin": "https://example.com"}, timeout=5).status_code == 403
    assert requests.post(path, headers={"origin": api.simulator.url}, timeout=5).status_code == 204


def test_the_overview_shows_all_objects_and_runs_no_script(api: Api) -> None:
    empty = requests.get(api.simulator.url, timeout=5)
    assert empty.headers["content-type"] == "text/html; charset=utf-8"
    api.simulator.create_connection("stripe", "<script>alert(1)</script>")
    made = api.sync("stripe", "charges", {"name": "refunds", "full_sync_always": True}, enabled=True)
    bridge = api.bridge(label="Waiting")
    page = requests.get(api.simulator.url, timeout=5).text
    for shown in (made["id"], "weld_shop", "charges", "RUNNING", "Waiting", "always"):
        assert shown in page
    assert bridge["authorize_url"].removeprefix(api.simulator.url) in page
    assert "<script>" not in page
    assert requests.get(f"{api.simulator.url}/openapi.json", timeout=5).json() == openapi_document()


def test_responses_match_the_openapi_document(api: Api) -> None:
    made = api.sync("stripe", "charges", elt_settings={"account": "a"}, start_date="2024-01-31", enabled=True)
    stream = api.streams(made["id"])["charges"]["id"]
    orchestration = api("GET", "/orchestrations")["data"][0]["id"]
    run = api("GET", f"/elt_stream_runs?elt_stream_id={stream}")["data"][0]["id"]
    sync = f"/elt_syncs/{made['id']}"
    for method, path, body, status in (
        ("GET", "/integrations", None, 200),
        ("GET", f"/connections/{made['source_connection_id']}/settings", None, 200),
        ("GET", "/elt_syncs", None, 200),
        ("GET", sync, None, 200),
        ("POST", sync, {}, 200),
        ("GET", f"{sync}/status", None, 200),
        ("GET", f"{sync}/available_source_streams", None, 200),
        ("POST", f"{sync}/source_streams", {"source_streams": [{"name": "refunds"}]}, 201),
        ("POST", f"{sync}/orchestration", {"orchestration_workflow_id": orchestration}, 200),
        ("DELETE", f"{sync}/orchestration", None, 200),
        ("GET", "/elt_streams", None, 200),
        ("GET", f"/elt_streams/{stream}", None, 200),
        ("GET", "/elt_streams/nowhere", None, 404),
        ("POST", f"/elt_streams/{stream}/request_run", None, 409),
        ("GET", f"/elt_stream_runs?elt_stream_id={stream}", None, 200),
        ("GET", f"/elt_stream_runs/{run}", None, 200),
        ("GET", "/orchestrations", None, 200),
        ("GET", f"/orchestrations/{orchestration}", None, 200),
        ("POST", f"/orchestrations/{orchestration}/request_run", None, 200),
    ):
        check_answer(method, path, api(method, path, body, status=status), status)


def check_answer(method: str, path: str, answer: Any, status: int) -> None:
    document = openapi_document()
    (template,) = [item for item in document["paths"] if fits(item, path) and method.lower() in document["paths"][item]]
    declared = document["paths"][template][method.lower()]["responses"][str(status)]
    schema = declared["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": closed(document["components"])}).validate(answer)


def fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path.partition("?")[0]) is not None


def closed(components: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas without additional properties: by default no response has undocumented fields."""
    schemas = {
        name: {"additionalProperties": False, **schema} if "properties" in schema else schema
        for name, schema in components["schemas"].items()
    }
    return {"schemas": schemas}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_serve_runs_in_the_foreground_until_ctrl_c() -> None:
    code = "from weld_pulumi.simulator import serve; serve(readings={'list_order': 'oldest'})"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            found = re.fullmatch(r"Weld simulator on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert found is not None
            answer = requests.get(f"{found[1]}/connections", headers={"x-api-key": DEFAULT_API_KEY}, timeout=5)
            assert answer.status_code == 200
            hints = process.stdout.readline() + process.stdout.readline()
            assert DEFAULT_API_KEY in hints
            assert f"{found[1]}/" in hints
        finally:
            process.send_signal(2)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_an_import_without_the_extra_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "try:\n    import weld_pulumi.simulator\nexcept ImportError as error:\n    print(error)"
    )
    assert says(run("-c", code).stdout, "simulator", "pip install 'weld-pulumi[simulator]'")


def test_a_pytest_run_without_the_fixture_loads_nothing_for_it(tmp_path: Path) -> None:
    """pytest itself loads only one small module of ours, which imports only what pytest has imported already."""
    (tmp_path / "test_mine.py").write_text(
        "import sys\n"
        "def test_what_is_loaded(pytestconfig):\n"
        "    assert pytestconfig.pluginmanager.has_plugin('weld_pulumi')\n"
        "    mine = {name for name in sys.modules if name.startswith('weld_pulumi')}\n"
        "    assert mine == {'weld_pulumi_pytest'}\n"
        "    assert not {'pulumi', 'grpc', 'pydantic', 'fastapi', 'uvicorn'} & set(sys.modules)\n"
    )
    # Only the plugin of this package among those that are installed: others may load anything.
    (point,) = importlib.metadata.entry_points(group="pytest11", name="weld_pulumi")
    arguments = ("-q", "-p", point.name, "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path))
    done = run("-m", "pytest", *arguments, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("plugin", ["weld_pulumi.testing", "weld_pulumi_pytest"])
def test_the_fixture_serves_other_peoples_tests(tmp_path: Path, plugin: str) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import pytest, requests, sys\n"
        "assert 'fastapi' not in sys.modules\n"
        "def ask(weld, method, path, **more):\n"
        "    return requests.request(method, weld.url + path, headers={'x-api-key': weld.api_key}, **more).json()\n"
        "BRIDGE = {'integration_id': 'stripe', 'label': 'x', 'redirect_uri': 'http://localhost:1/'}\n"
        "def count(weld):\n"
        "    ask(weld, 'POST', '/connection_bridges', json=BRIDGE)\n"
        "    return len(ask(weld, 'GET', '/connections')['data'])\n"
        "def test_by_itself(weld_simulator):\n"
        "    assert count(weld_simulator) == 2\n"
        "@pytest.mark.weld_simulator(auto_authorize=False, api_key='other')\n"
        "def test_by_hand(weld_simulator):\n"
        "    assert weld_simulator.api_key == 'other'\n"
        "    assert count(weld_simulator) == 1\n"
    )
    # Without plugins that are installed, since this one may be among them under its other name.
    arguments = ("-q", "--strict-markers", "-W", "error", "-p", plugin, "-p", "no:cacheprovider")
    done = run(
        "-m", "pytest", *arguments, "--rootdir", str(tmp_path), str(tmp_path), PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
