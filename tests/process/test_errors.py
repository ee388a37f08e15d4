"""An error reaches the engine as one paragraph; and the process always answers, whatever happens in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.plugin import SECRET, Plugin, PluginError, with_statement_in_check
from tests.support.raw_server import RawServer, answer
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

CONNECTION = {"integration_id": "stripe", "label": "Shop"}
STREAM = {"elt_sync_id": "a", "name": "b"}
KEY = "weld-key-0123456789"


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(PluginError) as raised:
        act()
    return str(raised.value)


def test_a_refused_key_is_one_paragraph_in_every_operation(weld: Simulator) -> None:
    with Plugin({"weld:apiKey": SECRET("a-wrong-key"), "weld:apiUrl": weld.url}) as plugin:
        for act in (
            lambda: plugin.create("Connection", CONNECTION),
            lambda: plugin.read("EltSync", "x", {"connection_id": "y"}),
            lambda: plugin.update("SourceStream", "x", STREAM, {**STREAM, "full_sync_always": True}),
            lambda: plugin.delete("EltSync", "x", {"connection_id": "y"}),
        ):
            text = refusal(act)
            assert text.startswith("Weld: "), text
            assert text.count("\n") == 1, text
            assert text.endswith("\n")
            assert "Traceback" not in text
            assert "a-wrong-key" not in text
    assert says(text, "Weld: deleting the EltSync: DELETE /elt_syncs/x: ", "401")
    assert says(text, "weld:apiKey in the stack configuration", "--run-program")


def test_an_error_shows_the_traceback_on_demand_without_the_key(weld: Simulator) -> None:
    config = {"weld:apiKey": SECRET("a-wrong-key"), "weld:apiUrl": weld.url}
    with Plugin(config, env={"WELD_TRACEBACK": "1"}) as plugin:
        text = refusal(lambda: plugin.delete("EltSync", "x", {"connection_id": "y"}))
    assert text.startswith("Traceback (most recent call last):")
    assert "api/client.py" in text
    assert "weld_pulumi.errors.AuthenticationError: deleting the EltSync" in text
    assert "a-wrong-key" not in text


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"weld:apiUrl": "http://example.com"}, "weld:apiUrl in the stack configuration: 'http://example.com' "),
        ({"weld:validation": "foo"}, "weld:validation in the stack configuration: 'foo' "),
        (
            {"weld:validation": "foo", "weld:providerName": "team-b"},
            "weld:validation in the weld.Provider 'team-b': 'foo' ",
        ),
        ({"weld:apiKey": SECRET("two words")}, "weld:apiKey in the stack configuration: "),
    ],
)
def test_a_setting_that_cannot_be_used_stays_an_error_of_every_request(config: dict[str, Any], text: str) -> None:
    with Plugin(config) as plugin:
        for _ in range(2):  # it stays an error
            told = refusal(lambda: plugin.check("Connection", CONNECTION))
            assert told.startswith(f"Weld: configuring weld: {text}")
            assert told.count("\n") == 1
            assert "two words" not in told


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("raise SystemExit(3)", "SystemExit"),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_an_exception_that_would_end_the_process_is_answered(tmp_path: Path, statement: str, name: str) -> None:
    with Plugin(env=with_statement_in_check(tmp_path, statement)) as plugin:
        text = refusal(lambda: plugin.check("Connection", CONNECTION))
        assert says(text, "Weld: checking the Connection ", f"({name}).\n")
        assert text.count("\n") == 1
        assert plugin.check("SourceStream", {"elt_sync_id": "x", "name": "y"}).failures == []


def test_a_defect_of_ours_says_so(tmp_path: Path) -> None:
    env = with_statement_in_check(tmp_path, "raise KeyError('a secret of the program')")
    with Plugin(env=env) as plugin:
        text = refusal(lambda: plugin.check("Connection", CONNECTION))
    assert says(text, "Weld: checking the Connection ", "(KeyError)", "report", "WELD_TRACEBACK")
    assert text.count("\n") == 1
    assert "a secret" not in text
    with Plugin(env={**env, "WELD_TRACEBACK": "1"}) as plugin:
        text = refusal(lambda: plugin.check("Connection", CONNECTION))
    assert "sitecustomize.py" in text
    assert "KeyError: 'a secret of the program'" in text


def test_a_run_that_is_stopped_does_not_wait_to_send_again() -> None:
    with (
        RawServer(answer(status=429, headers={"Retry-After": "3600"})) as server,
        Plugin({"weld:apiKey": KEY, "weld:apiUrl": server.url}) as plugin,
    ):
        told: list[str] = []
        waiting = threading.Thread(
            target=lambda: told.append(refusal(lambda: plugin.delete("EltSync", "x", {"connection_id": "y"})))
        )
        waiting.start()
        deadline = time.monotonic() + 30
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        plugin.cancel()  # what the engine does on Ctrl-C
        waiting.join(15)
        (text,) = told
        assert says(text, "Weld: deleting the EltSync: interrupted")
        assert text.count("\n") == 1
        assert len(server.requests) == 1


def test_an_error_shows_no_class_of_python() -> None:
    asked = "Weld: reading the EltSync: GET /elt_syncs/x: "
    with (
        RawServer(answer("not JSON")) as server,
        Plugin({"weld:apiKey": KEY, "weld:apiUrl": server.url, "weld:maxRetries": "0"}) as plugin,
    ):
        lost = refusal(lambda: plugin.read("EltSync", "x", {"connection_id": "y"}))
    assert lost.startswith(asked)
    assert says(lost, "JSON")
    with Plugin({"weld:apiKey": KEY, "weld:apiUrl": "http://127.0.0.1:9", "weld:maxRetries": "0"}) as plugin:
        away = refusal(lambda: plugin.read("EltSync", "x", {"connection_id": "y"}))
    assert away.startswith(asked)
    assert says(away, "127.0.0.1:9", "refused")


def test_a_connection_that_is_not_there_is_an_error_that_names_the_list(plugin: Plugin) -> None:
    text = refusal(lambda: plugin.get("Connection", "nope"))
    assert text.startswith("Weld: reading the Connection: GET /connections: ")
    assert says(text, "no connection 'nope'", "`weld-pulumi connections`")


def test_one_sync_too_many_is_an_error_that_says_to_remove_one(weld: Simulator, plugin: Plugin) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    weld.fault("status", "POST", "/elt_syncs", status=409, body={}, times=None)
    news = {"connection_id": shop, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    text = refusal(lambda: plugin.create("EltSync", plugin.check("EltSync", news).inputs))
    assert text.startswith("Weld: creating the EltSync: POST /elt_syncs: ")
    assert says(text, "409", "maximum number of syncs", "`weld-pulumi syncs`")
