"""Every spelling of an answer has one shape behind the models."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from weld_pulumi.api import models
from weld_pulumi.api.models import (
    AvailableSourceStream,
    ConnectionBridge,
    ConnectionInfo,
    EltStreamInfo,
    EltSyncInfo,
    EltSyncStatus,
)

MODELS = [
    model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, models.WeldModel) and model is not models.WeldModel
]
LEAST: dict[str, Any] = {"id": "x", "name": "n", "elt_sync_id": "s"}


@pytest.mark.parametrize("model", MODELS)
def test_null_means_absent_and_unknown_fields_are_passed_over(model: type[BaseModel]) -> None:
    bare = model.model_validate(LEAST)
    nulls = dict.fromkeys(set(model.model_fields) - set(LEAST))
    assert model.model_validate({**LEAST, **nulls}) == bare
    assert model.model_validate({**LEAST, "x_new": {"deep": [1]}, "__proto__": None}) == bare


@pytest.mark.parametrize(
    ("told", "field", "value"),
    [
        ({"label": "Shop"}, "label", "Shop"),
        ({"name": "Shop"}, "label", "Shop"),
        ({"label": None, "name": "Shop"}, "label", "Shop"),
        ({}, "label", None),
        ({"integration_id": "stripe"}, "integration_id", "stripe"),
        ({"integrationId": "stripe"}, "integration_id", "stripe"),
        ({"createdAt": "2026-01-01"}, "created_at", "2026-01-01"),
        ({"updatedAt": "2026-01-01"}, "updated_at", "2026-01-01"),
    ],
)
def test_every_spelling_of_a_connection_is_read(told: dict[str, Any], field: str, value: str | None) -> None:
    assert getattr(ConnectionInfo.model_validate({"id": "x", **told}), field) == value


def test_an_undocumented_field_may_be_a_number() -> None:
    told = ConnectionInfo.model_validate({"id": 7, "label": 2026, "created_at": 1767225600})
    assert (told.id, told.label, told.created_at) == ("7", "2026", "1767225600")


def test_a_connection_describes_itself_in_words() -> None:
    assert ConnectionInfo(id="c1", integration_id="stripe", label="Shop").describe() == "c1 (stripe, label 'Shop')"
    assert ConnectionInfo(id="c1").describe() == "c1 (integration not reported, label not reported)"


def test_bridges_do_not_show_their_link() -> None:
    for told in ({"authorize_url": "https://x/?token=t0k"}, {"url": "https://x/?token=t0k"}):
        bridge = ConnectionBridge.model_validate({**told, "state": "st4te"})
        assert bridge.authorize_url == "https://x/?token=t0k"
        assert "t0k" not in repr(bridge)
        assert "st4te" not in repr(bridge)


@pytest.mark.parametrize(
    ("told", "enabled"),
    [
        ({"enabled": True, "status": "NOT_STARTED"}, True),
        ({"enabled": False, "status": "RUNNING"}, False),
        ({"active": True, "status": "PAUSED"}, True),
        ({"active": False, "status": "RUNNING"}, False),
        ({"enabled": None, "active": False, "status": "RUNNING"}, False),
        ({"status": "RUNNING"}, True),
        ({"status": "FAILED"}, True),
        ({"status": "PAUSED"}, False),
        ({"status": "NOT_STARTED"}, False),
    ],
)
def test_a_sync_is_on_as_its_fields_or_its_status_say(told: dict[str, Any], enabled: bool) -> None:
    assert EltSyncInfo.model_validate({"id": "x", **told}).enabled is enabled


@pytest.mark.parametrize(
    ("told", "settings"),
    [
        ({"config": {"sourceSettings": {"a": 1}}}, {"a": 1}),
        ({"config": {"sourceSettings": {}}}, {}),
        ({"elt_settings": {"a": 1}}, {"a": 1}),
        ({"elt_settings": {"a": 1}, "config": {"sourceSettings": {"b": 1}}}, {"a": 1}),
        ({"elt_settings": None, "config": {"sourceSettings": {"b": 1}}}, {"b": 1}),
        ({"config": {}}, None),
        ({"config": {"sourceSettings": None}}, None),
        ({"config": None}, None),
        ({}, None),
    ],
)
def test_the_settings_of_a_sync_are_read_from_each_place(told: dict[str, Any], settings: dict[str, Any] | None) -> None:
    sync = EltSyncInfo.model_validate({"id": "x", "status": "RUNNING", **told})
    assert sync.elt_settings == settings
    assert "sourceSettings" not in repr(sync)


def test_the_streams_of_a_sync_are_told_or_not() -> None:
    assert EltSyncInfo.model_validate({"id": "x", "enabled": True}).source_streams is None
    assert EltSyncInfo.model_validate({"id": "x", "enabled": True, "source_streams": []}).source_streams == []


def test_columns_of_a_stream_are_told_or_not() -> None:
    assert EltStreamInfo.model_validate(LEAST).excluded_columns is None
    assert EltStreamInfo.model_validate({**LEAST, "excluded_columns": []}).excluded_columns == []


@pytest.mark.parametrize(("told", "names"), [(["a", "b"], ["a", "b"]), ("a", ["a"]), ("", []), (None, None), ([], [])])
def test_sub_streams_are_a_list_in_every_spelling(told: Any, names: list[str] | None) -> None:
    assert AvailableSourceStream.model_validate({"name": "n", "sub_streams": told}).sub_streams == names


def test_a_status_is_read_with_and_without_runs() -> None:
    status = EltSyncStatus.model_validate(
        {
            "elt_sync_id": "x",
            "source_streams": [
                {"name": "a", "active_sync": None},
                {"name": "b", "latest_sync": {"bytes_synced": 7, "status": "SOMETHING_NEW"}},
            ],
        }
    )
    assert [stream.active_sync for stream in status.source_streams] == [None, None]
    assert status.source_streams[1].latest_sync is not None
    assert status.source_streams[1].latest_sync.bytes_synced == 7
