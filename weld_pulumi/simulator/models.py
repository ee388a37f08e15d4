"""The bodies of requests and responses, for checks of requests and for the OpenAPI document.

Fields have no descriptions: a client depends on names and types.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema


def _absent() -> Any:
    return None


def optional(**constraints: Any) -> Any:
    """Declare a field that may be omitted but not be null."""
    return Field(default_factory=_absent, **constraints)


class Body(BaseModel):
    """The body of a request, without unknown fields and conversions."""

    model_config = ConfigDict(strict=True, extra="forbid")

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ConnectionBridgeCreateDto(Body):
    """Opens a bridge."""

    redirect_uri: str
    integration_id: str
    label: str = Field(min_length=1)
    connection_id: str = optional()
    state: str = optional(max_length=255)


class EltSyncCreateRequestDto(Body):
    """Makes a sync."""

    connection_id: str
    destination_schema_name: str
    sync_interval: str
    elt_settings: dict[str, Any] = optional()
    start_date: str = optional()


class EltSyncUpdateRequestDto(Body):
    """Changes a sync."""

    elt_settings: dict[str, Any] = optional()
    sync_interval: str = optional()


class EltSyncAttachOrchestrationRequestDto(Body):
    """Attaches a sync."""

    orchestration_workflow_id: str


class SourceStreamDto(Body):
    """One stream of an upsert."""

    name: str
    incremental_pointer_id: str = optional()
    excluded_columns: list[str] = optional()
    hashed_columns: list[str] = optional()
    full_sync_always: bool = optional()
    full_sync_at_midnight: bool = optional()
    protected_from_full_sync: bool = optional()
    excluded_substreams: list[str] = optional()
    enabled_history_table: bool = False


class EltSyncAddSourceStreamsRequestDto(Body):
    """Adds and changes streams."""

    source_streams: list[SourceStreamDto] = optional()


class EltStreamFullRefreshRequestDto(Body):
    """Requests a full refresh."""

    reset_history_table: bool = False


class IntegrationAbility(str, Enum):
    """What an integration can be used for."""

    ELT_SOURCE = "EltSource"
    REVERSE_ETL_DESTINATION = "ReverseEtlDestination"


class ErrorDto(BaseModel):
    """An error."""

    error_code: str
    message: str


class EltStreamRequestRunConflictResponseDto(ErrorDto):
    """The error for a stream that is already running."""

    active_run_id: str = optional()


class EltStreamDto(BaseModel):
    """A stream."""

    id: str
    elt_sync_id: str
    name: str
    incremental_primary_key_name: list[str] = optional()
    incremental_pointer_id: str = optional()
    full_sync_at_midnight: bool
    full_sync_always: bool
    protected_from_full_sync: bool
    created_at: str
    updated_at: str
    excluded_substreams: list[str]
    enabled_history_table: bool


class EltSyncDto(BaseModel):
    """A sync."""

    account_id: str
    config: dict[str, Any] = optional()
    created_at: str
    destination_connection_id: str
    destination_integration_id: str
    destination_schema_name: str = optional()
    enabled: bool
    id: str
    orchestration_workflow_id: str = optional()
    source_connection_id: str
    source_integration_id: str
    source_streams: list[EltStreamDto] = optional()
    start_date: str = optional()
    status: Literal["NOT_STARTED", "RUNNING", "FAILED", "PAUSED"]
    sync_interval: str = optional()
    updated_at: str


class EltSyncAddSourceStreamsResponseDto(BaseModel):
    """The streams in the response to an upsert."""

    source_streams: list[EltStreamDto]


class RetirementDetails(BaseModel):
    """Why a stream is retired."""

    in_favor_of: str = optional()
    removal_date: str = optional()
    details: str = optional()
    link: str = optional()


class AvailableStreamDto(BaseModel):
    """A stream that can be added to a sync."""

    name: str
    is_selectable: bool = optional()
    preselect: bool = optional()
    sub_streams: list[str] = optional()
    retired: bool
    retirement_details: RetirementDetails = optional()


Number = Annotated[float, WithJsonSchema({"type": "number"})]


class SourceStreamSnapshotDto(BaseModel):
    """A run in the status of a sync."""

    bytes_synced: Number
    error_message: str = optional()
    estimated_total_count: Number = optional()
    finished_at: str = optional()
    full_sync_trigger: Literal[
        "ALWAYS_FULL",
        "ERROR",
        "INITIAL_SYNC",
        "LOOKBACK",
        "MIDNIGHT",
        "MIGRATION",
        "NONE",
        "SCHEMA_CHANGE",
        "USER",
    ] = optional()
    operation_mode: Literal["APPEND", "FULL", "INCREMENTAL"] = optional()
    records_synced: Number = optional()
    retry_attempt: Number = optional()
    started_at: str = optional()
    status: Literal["COMPLETED", "DELAYED", "FAILED", "RETRYING", "RUNNING", "SCHEDULED"] = optional()
    details: str = optional()


class SourceStreamSnapshotStatesDto(BaseModel):
    """The current and the last run of a stream."""

    name: str
    active_sync: SourceStreamSnapshotDto = optional()
    latest_sync: SourceStreamSnapshotDto = optional()


class EltSyncStatusDto(BaseModel):
    """The status of the streams of a sync."""

    elt_sync_id: str
    source_streams: list[SourceStreamSnapshotStatesDto]


class EltStreamRunDto(BaseModel):
    """A run of a stream."""

    id: str
    elt_sync_id: str
    elt_stream_id: str
    started_at: str
    finished_at: str = optional()
    status: Literal["CHUNK_COMPLETED", "COMPLETED", "FAILED", "RUNNING"] = optional()
    rows_synced: Number = optional()


class EltStreamRequestRunResponseDto(BaseModel):
    """Where a requested run can be followed."""

    status_url: str


class IntegrationDto(BaseModel):
    """An integration."""

    id: str
    name: str
    min_required_plan: str = optional()
    supports_start_date: bool
    abilities: list[IntegrationAbility]


class OrchestrationDto(BaseModel):
    """An orchestration."""

    id: str
    name: str


class OrchestrationRunDto(BaseModel):
    """A run of an orchestration."""

    id: str
    orchestration_id: str
    status: Literal["CANCELED", "COMPLETED", "FAILED", "NOT_STARTED", "RUNNING"]
    due_at: str
    started_at: str = optional()
    finished_at: str = optional()


class SettingsSchemaDto(BaseModel):
    """The JSON Schema of the settings of a connection."""

    model_config = ConfigDict(extra="allow")

    schema_uri: str = Field(alias="$schema")
    title: str
    type: str
    properties: dict[str, Any]
    required: list[str] = optional()
    dependencies: dict[str, Any] = optional()


class Paged(BaseModel):
    """The fields that all pages have."""

    has_more: bool
    next_cursor: str = optional()


class PagedIntegrationDto(Paged):
    """A page of integrations."""

    data: list[IntegrationDto]


class PagedEltSyncDto(Paged):
    """A page of syncs."""

    data: list[EltSyncDto]


class PagedEltStreamDto(Paged):
    """A page of streams."""

    data: list[EltStreamDto]


class PagedAvailableEltStreamDto(Paged):
    """A page of streams that can be added."""

    data: list[AvailableStreamDto]


class PagedEltStreamRunDto(Paged):
    """A page of runs."""

    data: list[EltStreamRunDto]


class PagedOrchestrationDto(Paged):
    """A page of orchestrations."""

    data: list[OrchestrationDto]
