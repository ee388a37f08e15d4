"""EltSyncRun: what is refused before anything is requested."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import Ref, RefusedError, Res, Stack, WeldError
from tests.support.wording import naming, saying, says
from weld_pulumi.simulator import Simulator

from .runs import loaded_sync, run


@pytest.fixture
def sync(weld: Simulator) -> str:
    return loaded_sync(weld)


def test_a_sync_that_is_disabled_is_refused_in_preview_and_in_up(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.patch_sync(sync, enabled=False)
    with pytest.raises(RefusedError) as refused:
        stack.preview([run(sync)])
    assert says(refused.value, "elt_sync_id", sync, "disabled", "enabled=True")
    weld.patch_sync(sync, enabled=True)
    stack.preview([run(sync)])
    weld.patch_sync(sync, enabled=False)
    process = stack.process()
    with pytest.raises(WeldError) as caught:
        process.call("EltSyncRun", "load").create({"elt_sync_id": sync, "full_refresh": False, "timeout": 60.0})
    assert says(caught.value, sync, "disabled", "enabled=True")
    assert weld.writes() == []


def test_a_sync_that_this_up_disables_is_refused(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    base = {"connection_id": stripe, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    stack.up([Res("EltSync", "sync", {**base, "source_streams": ["charges"]})])
    weld.advance(60)
    off = Res("EltSync", "sync", {**base, "source_streams": ["charges"], "enabled": False})
    with pytest.raises(RefusedError, match="disabled"):
        stack.preview([off, run(Ref("sync"))])


@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_sync_that_waits_for_a_person_is_an_error_before_anything_is_requested(weld: Simulator, stack: Stack) -> None:
    shop = Res("Connection", "shop", {"integration_id": "stripe", "label": "Shop", "authorization_timeout": 0})
    sync = Res(
        "EltSync",
        "sync",
        {
            "connection_id": Ref("shop"),
            "destination_schema_name": "raw",
            "sync_interval": "0 * * * *",
            "on_pending_connection": "skip",
        },
    )
    with pytest.raises(WeldError) as caught:
        stack.up([shop, sync, run(Ref("sync"))])
    assert says(caught.value, "'sync'", "a person has to authorize", "`weld-pulumi authorize`")
    stack.lines.clear()
    stack.preview([shop, sync, run(Ref("sync"))])
    assert saying(stack.lines, "warning", "'sync'", "`pulumi up` stops at this run")


def test_an_unknown_stream_is_refused_with_its_nearest_name(weld: Simulator, stack: Stack, sync: str) -> None:
    with pytest.raises(RefusedError) as caught:
        stack.preview([run(sync, streams=["charges", "refund"])])
    assert says(caught.value, "streams[1]", "'refund'", "did you mean 'refunds'?")
    with pytest.raises(RefusedError, match=naming("streams[0]", "'c*'", "is a pattern")):
        stack.preview([run(sync, streams=["c*"])])
    with pytest.raises(RefusedError, match="there is no sync 'nothing'"):
        stack.preview([run("nothing")])


@pytest.mark.parametrize(
    ("props", "named"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": "1 h"}, "timeout"),
        ({"streams": []}, "streams"),
        ({"streams": "charges"}, "streams"),
        ({"triggers": "now"}, "triggers"),
        ({"adopt": True}, "adopt"),
    ],
)
def test_a_wrong_argument_is_named(stack: Stack, sync: str, props: dict[str, Any], named: str) -> None:
    with pytest.raises(RefusedError, match=rf"\b{named}\b"):
        stack.preview([run(sync, **props)])


def test_a_sync_without_streams_is_an_error_that_names_depends_on(weld: Simulator, stack: Stack) -> None:
    empty = weld.create_sync(weld.create_connection("stripe", "Shop")["id"], enabled=True)
    with pytest.raises(WeldError) as caught:
        stack.up([run(empty["id"])])
    assert says(caught.value, empty["id"], "no streams", "depends_on")


def test_what_is_unknown_in_a_preview_is_not_asked_about(weld: Simulator, stack: Stack, sync: str) -> None:
    late = Res("SourceStream", "late", {"elt_sync_id": sync, "name": "plans"})
    stack.preview([late, run(Ref("late")), Res("EltSyncRun", "other", {"elt_sync_id": sync, "streams": [Ref("late")]})])


def test_get_of_a_run_says_what_to_use_instead(stack: Stack, sync: str) -> None:
    with pytest.raises(WeldError) as caught:
        stack.process().call("EltSyncRun", "load").read("some-id", {})
    assert says(caught.value, "'some-id'", "get_elt_sync_status")
