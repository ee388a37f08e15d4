"""The client's requests that switch and delete: repeated, refused, and of what is gone."""

from __future__ import annotations

import pytest

from tests.support.at_weld import short
from tests.support.raw_server import RawServer, answer, json_answer
from tests.unit.api.conftest import Connect
from weld_pulumi.api.client import WeldClient
from weld_pulumi.errors import (
    AuthenticationError,
    ConflictError,
    LostResponseError,
    NotFoundError,
    ServerError,
    WeldApiError,
    WeldConnectionError,
    WeldError,
)
from weld_pulumi.simulator import Simulator

# On and off ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["204", "409"])
@pytest.mark.parametrize("field", ["enabled", "active", "status"])
def test_a_switch_that_is_so_already_is_no_error(
    weld: Simulator, client: WeldClient, sync: str, again: str, field: str
) -> None:
    weld.set_readings({"enable_again": again, "enabled_field": field})
    for switch, wanted in ((client.enable_sync, True), (client.disable_sync, False), (client.disable_sync, False)):
        switch(sync)
        assert client.get_sync(sync).enabled is wanted


def test_a_conflict_that_means_something_else_is_an_error(weld: Simulator, client: WeldClient, sync: str) -> None:
    weld.patch_sync(sync, enabled=False)
    weld.fault("status", "POST", f"/elt_syncs/{sync}/enable", status=409, body={"message": "not now"})
    with pytest.raises(ConflictError, match="not now"):
        client.enable_sync(sync)


@pytest.mark.parametrize("action", ["drop_after", "truncate", "invalid_json"])
def test_a_switch_whose_response_is_lost_is_no_error(
    weld: Simulator, client: WeldClient, sync: str, action: str
) -> None:
    weld.set_reading("enable_again", "409")
    weld.fault(action, "POST", f"/elt_syncs/{sync}/disable")
    client.disable_sync(sync)
    assert client.get_sync(sync).enabled is False


def test_a_detachment_whose_response_is_lost_is_no_error(weld: Simulator, client: WeldClient, sync: str) -> None:
    client.attach_orchestration(sync, weld.create_orchestration("Nightly")["id"])
    path = f"/elt_syncs/{sync}/orchestration"
    weld.fault("drop_after", "DELETE", path)
    weld.fault("status", "DELETE", path, status=404, nth=2)
    client.detach_orchestration(sync)
    assert client.get_sync(sync).orchestration_workflow_id is None


def test_a_detachment_from_a_sync_that_is_gone_is_an_error(client: WeldClient) -> None:
    with pytest.raises(NotFoundError):
        client.detach_orchestration("nowhere")


def test_a_detachment_that_is_refused_is_an_error(weld: Simulator, client: WeldClient, sync: str) -> None:
    client.attach_orchestration(sync, weld.create_orchestration("Nightly")["id"])
    weld.fault("status", "DELETE", f"/elt_syncs/{sync}/orchestration", status=404)
    with pytest.raises(NotFoundError):
        client.detach_orchestration(sync)


# Deleting, and what is gone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("remove", [True, False])
def test_the_data_goes_only_if_asked_for(weld: Simulator, client: WeldClient, sync: str, remove: bool) -> None:
    client.delete_sync(sync, remove_data=remove)
    (request,) = weld.writes()
    assert request.query == ({"removeDataReferences": "true"} if remove else {})
    assert {row["data_removed"] for row in weld.state()["deleted"]} == {remove}


@pytest.mark.parametrize("remove", [True, False])
def test_a_running_sync_is_disabled_where_that_is_needed(
    weld: Simulator, client: WeldClient, sync: str, remove: bool
) -> None:
    weld.set_reading("delete_enabled_sync", "400")
    client.delete_sync(sync, remove_data=remove)
    path = f"/elt_syncs/{sync}"
    assert short(weld.requests()) == [f"DELETE {path}", f"GET {path}", f"POST {path}/disable", f"DELETE {path}"]
    assert {row["data_removed"] for row in weld.state()["deleted"]} == {remove}


def test_a_refusal_of_another_kind_leaves_the_sync_enabled(weld: Simulator, client: WeldClient, sync: str) -> None:
    weld.fault("status", "DELETE", f"/elt_syncs/{sync}", status=403, times=None)
    with pytest.raises(AuthenticationError):
        client.delete_sync(sync)
    weld.clear_faults()
    assert client.get_sync(sync).enabled is True
    weld.patch_sync(sync, enabled=False)
    weld.fault("status", "DELETE", f"/elt_syncs/{sync}", status=400, times=None)
    with pytest.raises(WeldApiError, match="400"):
        client.delete_sync(sync)


@pytest.mark.parametrize("enabling_fails", [False, True])
def test_a_sync_that_was_disabled_in_vain_is_enabled_again(
    weld: Simulator, client: WeldClient, sync: str, enabling_fails: bool
) -> None:
    weld.fault("status", "DELETE", f"/elt_syncs/{sync}", status=400, times=None)
    if enabling_fails:
        weld.fault("status", "POST", f"/elt_syncs/{sync}/enable", status=500)
    with pytest.raises(WeldApiError, match="400") as raised:
        client.delete_sync(sync)
    assert client.get_sync(sync).enabled is not enabling_fails
    assert (f"The sync {sync} was disabled" in str(raised.value)) is enabling_fails


@pytest.mark.parametrize("gone", ["404", "204"])
def test_deleting_what_is_gone_is_no_error(weld: Simulator, client: WeldClient, gone: str) -> None:
    weld.set_reading("delete_gone", gone)
    client.delete_sync("nowhere")
    client.delete_stream("nowhere")
    client.delete_connection("nowhere")


@pytest.mark.parametrize("status", ["200", "204"])
def test_both_responses_to_a_deleted_connection_are_understood(
    weld: Simulator, client: WeldClient, connection: str, status: str
) -> None:
    weld.set_reading("delete_connection_answer", status)
    client.delete_connection(connection)
    assert connection not in {found.id for found in client.list_connections()}


def test_a_404_is_believed_of_a_host_that_has_shown_a_list(weld: Simulator, client: WeldClient) -> None:
    client.delete_sync("nowhere")
    client.delete_stream("nowhere")
    assert short(weld.requests()) == ["DELETE /elt_syncs/nowhere", "GET /elt_syncs", "DELETE /elt_streams/nowhere"]
    assert weld.requests()[1].query == {"limit": "1"}


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (json_answer({"message": "Cannot GET"}, 404), WeldConnectionError),
        (answer("<html>nothing here</html>", 404), WeldConnectionError),
        (answer(status=401), AuthenticationError),
        (answer(status=500), ServerError),
        (answer("<html>hello</html>"), LostResponseError),
        (json_answer({"hello": "world"}), LostResponseError),
        (json_answer([{"hello": "world"}]), LostResponseError),
    ],
)
def test_a_404_of_a_host_that_is_not_weld_is_an_error(connect: Connect, other: bytes, error: type[WeldError]) -> None:
    with RawServer(answer(status=404), other) as server:
        client = connect(server.url, max_retries=0)
        with pytest.raises(error):
            client.delete_sync("x")


def test_a_404_of_a_list_is_an_error(weld: Simulator, client: WeldClient) -> None:
    client.list_connections()
    weld.fault("status", "GET", "/connections", status=404)
    with pytest.raises(NotFoundError):
        client.list_connections()


def test_only_the_runs_that_are_wanted_are_read(weld: Simulator, client: WeldClient, sync: str) -> None:
    stream = client.list_streams(sync)[0]
    for _ in range(4):
        weld.advance(60)
        client.request_run(stream.id)
    weld.clear_requests()
    assert len(client.list_runs(stream.id, limit=2)) == 2
    assert [request.query["limit"] for request in weld.requests()] == ["2"]
    runs = client.list_runs(stream.id)
    assert len(runs) == 5
    assert [run.started_at for run in runs] == sorted([str(run.started_at) for run in runs], reverse=True)
