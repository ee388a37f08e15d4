"""Weld's objects, in one shape for every API variant.

Weld's API document leaves much open, so each model accepts every spelling that is known or plausible, ignores unknown
fields, and treats null as absent. Times are ISO 8601 texts in UTC.
Source: Weld's OpenAPI document ("Weld REST API" 0.1) and Weld's own example client.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = [
    "AvailableSourceStream",
    "ConnectionBridge",
    "ConnectionInfo",
    "EltStreamInfo",
    "EltStreamRun",
    "EltSyncInfo",
    "EltSyncStatus",
    "IntegrationInfo",
    "OrchestrationInfo",
    "OrchestrationRun",
    "RequestedRun",
    "RetirementDetails",
    "StreamSnapshot",
    "StreamStatus",
]

#: Statuses of a disabled sync; used only if Weld reports neither ``enabled`` nor ``active``.
_OFF = frozenset({"NOT_STARTED", "PAUSED"})


class WeldModel(BaseModel):
    """Base of all models: unknown fields are ignored, null means absent, a number is accepted as a text."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        defer_build=True,  # spares a plugin 10 ms of CPU time, or 20 ms if nothing has changed and no model is needed
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict) or None not in value.values():
            return value
        return {k: v for k, v in value.items() if v is not None}

    @field_validator("id", check_fields=False)
    @classmethod
    def _id_is_plain(cls, value: str | None) -> str | None:
        # The engine prints ids unchanged: one with terminal commands could forge a link.
        if value is not None and not value.isprintable():
            raise ValueError("has characters that are not printable")
        return value


class ConnectionInfo(WeldModel):
    """An authorized account. Weld does not document the fields, so all but ``id`` may be None."""

    id: str
    label: str | None = Field(default=None, validation_alias=AliasChoices("label", "name"))
    integration_id: str | None = Field(default=None, validation_alias=AliasChoices("integration_id", "integrationId"))
    created_at: str | None = Field(default=None, validation_alias=AliasChoices("created_at", "createdAt"))
    updated_at: str | None = Field(default=None, validation_alias=AliasChoices("updated_at", "updatedAt"))

    def describe(self) -> str:
        """Describe the connection in one phrase, for messages."""
        label = "not reported" if self.label is None else repr(self.label)
        return f"{self.id} ({self.integration_id or 'integration not reported'}, label {label})"


class ConnectionBridge(WeldModel):
    """A session of 24 hours in which a person can authorize a connection."""

    id: str | None = None
    authorize_url: str | None = Field(default=None, validation_alias=AliasChoices("authorize_url", "url"), repr=False)
    created_at: str | None = None
    expires_at: str | None = None
    integration_id: str | None = Field(default=None, validation_alias=AliasChoices("integration_id", "integrationId"))
    label: str | None = None
    state: str | None = Field(default=None, repr=False)
    connection_id: str | None = Field(default=None, validation_alias=AliasChoices("connection_id", "connectionId"))


class IntegrationInfo(WeldModel):
    """A source or destination that the plan of the workspace includes."""

    id: str
    name: str = ""
    min_required_plan: str | None = None
    supports_start_date: bool | None = None
    abilities: list[str] = []


class EltStreamInfo(WeldModel):
    """A stream of a sync. The two lists of columns are write-only in Weld's API, hence usually None."""

    id: str
    name: str
    elt_sync_id: str | None = None
    incremental_primary_key_name: list[str] = []
    incremental_pointer_id: str | None = None
    excluded_columns: list[str] | None = None
    hashed_columns: list[str] | None = None
    full_sync_always: bool = False
    full_sync_at_midnight: bool = False
    protected_from_full_sync: bool = False
    excluded_substreams: list[str] = []
    enabled_history_table: bool = False
    created_at: str | None = None
    updated_at: str | None = None


class EltSyncInfo(WeldModel):
    """A sync: copies tables of one source connection into one schema of the destination.

    ``elt_settings`` is None if Weld does not report the settings; ``source_streams`` is None if this response does not
    include the streams.
    """

    id: str
    source_connection_id: str | None = None
    source_integration_id: str | None = None
    destination_connection_id: str | None = None
    destination_integration_id: str | None = None
    destination_schema_name: str | None = None
    account_id: str | None = None
    enabled: bool
    status: str | None = None
    sync_interval: str | None = None
    orchestration_workflow_id: str | None = None
    elt_settings: dict[str, Any] | None = Field(default=None, repr=False)
    start_date: str | None = None
    source_streams: list[EltStreamInfo] | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def reports_schedule(self) -> bool:
        """Whether Weld reports what runs the sync: each has an interval or an orchestration."""
        return self.sync_interval is not None or self.orchestration_workflow_id is not None

    @model_validator(mode="before")
    @classmethod
    def _one_shape(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        shape = {k: v for k, v in value.items() if v is not None}
        status = shape.get("status")
        shape.setdefault("enabled", shape.get("active", not isinstance(status, str) or status not in _OFF))
        config = shape.get("config")
        if isinstance(config, dict) and isinstance(config.get("sourceSettings"), dict):
            shape.setdefault("elt_settings", config["sourceSettings"])
        return shape


class RetirementDetails(WeldModel):
    """Why a stream is retired, and what to use instead."""

    in_favor_of: str | None = None
    removal_date: str | None = None
    details: str | None = None
    link: str | None = None


class AvailableSourceStream(WeldModel):
    """A stream that can be added to a sync. None means that Weld does not report the field."""

    name: str
    retired: bool = False
    is_selectable: bool | None = None
    preselect: bool | None = None
    sub_streams: list[str] | None = None
    retirement_details: RetirementDetails | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_sub_stream(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("sub_streams"), str):
            return {**value, "sub_streams": [value["sub_streams"]] if value["sub_streams"] else []}
        return value


class StreamSnapshot(WeldModel):
    """The progress of a running or finished run of one stream."""

    status: str | None = None
    operation_mode: str | None = None
    full_sync_trigger: str | None = None
    bytes_synced: float = 0
    records_synced: float | None = None
    estimated_total_count: float | None = None
    retry_attempt: float | None = None
    started_at: str | None = None
    finished_at: str | None = None
    error_message: str | None = None
    details: str | None = None


class StreamStatus(WeldModel):
    """The running and the last finished run of one stream, or None."""

    name: str
    active_sync: StreamSnapshot | None = None
    latest_sync: StreamSnapshot | None = None


class EltSyncStatus(WeldModel):
    """What each stream of a sync is doing."""

    elt_sync_id: str
    source_streams: list[StreamStatus] = []


class EltStreamRun(WeldModel):
    """One run of a stream. Weld keeps runs for three months."""

    id: str
    elt_sync_id: str | None = None
    elt_stream_id: str | None = None
    status: Literal["CHUNK_COMPLETED", "COMPLETED", "FAILED", "RUNNING"] | str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    rows_synced: float | None = None


class RequestedRun(WeldModel):
    """A run that was requested, and the address of its status."""

    status_url: str | None = None


class OrchestrationInfo(WeldModel):
    """A workflow, created in Weld's web app, that can run syncs."""

    id: str
    name: str = ""


class OrchestrationRun(WeldModel):
    """One run of an orchestration."""

    id: str
    orchestration_id: str | None = None
    status: str | None = None
    due_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
