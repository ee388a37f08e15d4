"""The JSON of responses, in the form that Weld documents or, where it documents none, most likely uses.

`testing.response_variants` changes these forms as a test chooses.
"""

from __future__ import annotations

from typing import Any

import pydantic_core
from starlette.responses import Response

from .catalogue import Integration, Stream
from .domain import runs
from .domain.streams import Upserted
from .errors import ApiError
from .store import Row
from .values import timestamp, to_json
from .workspace import Workspace

__all__ = ["JSON_TYPE", "Json", "Serializer"]

Json = dict[str, Any]

JSON_TYPE = "application/json; charset=utf-8"


class Serializer:
    """Writes the objects of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def object(self, required: Json, optional: Json | None = None) -> Json:
        """Return an object; optional fields without a value are omitted."""
        return {**required, **{key: value for key, value in (optional or {}).items() if value is not None}}

    def error(self, error: ApiError) -> Response:
        """Return the response for a rejected request."""
        body = {"error_code": error.code, "message": error.message, **error.extra}
        return Response(to_json(body), error.status, error.headers, JSON_TYPE)

    # Lists ------------------------------------------------------------------------------------------------------------

    def page(self, items: list[Json], next_cursor: str | None) -> Json:
        """Return a page of a list."""
        return self.object({"data": items, "has_more": next_cursor is not None}, {"next_cursor": next_cursor})

    def undocumented_page(self, items: list[Json], next_cursor: str | None = None) -> Json | list[Json]:
        """Return a page of connections or bridges, whose lists Weld does not document."""
        return self.page(items, next_cursor)

    # Connections ------------------------------------------------------------------------------------------------------

    def bridge(self, row: Row) -> Json:
        """Return a bridge with its link."""
        return self.object(
            {
                "id": row["id"],
                "authorize_url": f"{self.workspace.public_url}/authorize?token={row['token']}",
                "created_at": timestamp(row["created_at"]),
                "expires_at": timestamp(row["expires_at"]),
            }
        )

    def connection(self, row: Row) -> Json:
        """Return a connection; Weld documents none of its fields."""
        return self.object(
            {
                "id": row["id"],
                "label": row["label"],
                "integration_id": row["integration_id"],
                "created_at": timestamp(row["created_at"]),
                "updated_at": timestamp(row["updated_at"]),
            }
        )

    def settings_schema(self, schema: Json) -> bytes:
        """Return the JSON Schema of the settings of a connection."""
        return to_json(schema)

    def integration(self, integration: Integration) -> Json:
        """Return an integration."""
        return self.object(
            {
                "id": integration.id,
                "name": integration.name,
                "supports_start_date": integration.supports_start_date,
                "abilities": list(integration.abilities),
            },
            {"min_required_plan": integration.min_required_plan},
        )

    def available_stream(self, stream: Stream) -> Json:
        """Return a stream that can be added to a sync."""
        details = {"in_favor_of": stream.in_favor_of, "removal_date": stream.removal_date, "details": stream.details}
        return self.object(
            {"name": stream.name, "retired": stream.retired},
            {
                "is_selectable": stream.selectable and not stream.retired,
                "preselect": stream.preselect,
                "sub_streams": list(stream.sub_streams),
                "retirement_details": self.object({}, details) if stream.retired else None,
            },
        )

    # Syncs ------------------------------------------------------------------------------------------------------------

    def sync(self, row: Row) -> Json:
        """Return a sync; its streams have an endpoint of their own."""
        copied = ("id", "source_connection_id", "source_integration_id", "status")
        destination = ("destination_connection_id", "destination_integration_id")
        return self.object(
            {
                **{key: row[key] for key in (*copied, *destination)},
                "account_id": self.workspace.account_id,
                "created_at": timestamp(row["created_at"]),
                "updated_at": timestamp(row["updated_at"]),
                **self.enabled_field(row),
            },
            {
                "destination_schema_name": row["destination_schema_name"],
                "orchestration_workflow_id": row["orchestration_workflow_id"],
                "sync_interval": self.interval(row),
                **self.settings_field(row),
                **self.start_date_field(row),
            },
        )

    def sync_json(self, row: Row) -> bytes:
        """Return a sync as JSON."""
        return to_json(self.sync(row))

    def enabled_field(self, row: Row) -> Json:
        """Return the field that shows whether a sync is enabled."""
        return {"enabled": bool(row["enabled"])}

    def settings_field(self, row: Row) -> Json:
        """Return the field that holds the settings of a sync."""
        return {"config": {"sourceSettings": dict(row["elt_settings"] or {})}}

    def interval(self, row: Row) -> str | None:
        """Return the interval of a sync, or None while an orchestration runs it."""
        return None if row["orchestration_workflow_id"] else row["sync_interval"]

    def start_date_field(self, row: Row) -> Json:
        """Return the field that holds the start date of a sync."""
        start = row["start_date"]
        return {"start_date": start and f"{start}T00:00:00.000Z"}

    def status(self, sync: Row) -> Json:
        """Return the current and the last run of each stream of a sync."""
        latest = runs.latest_runs(self.workspace, sync["id"])
        streams = [
            self.object({"name": stream["name"]}, self._current_and_last(latest.get(stream["id"], [])))
            for stream in self.workspace.store.find("streams", elt_sync_id=sync["id"])
        ]
        return self.object({"elt_sync_id": sync["id"], "source_streams": streams})

    def _current_and_last(self, newest_first: list[Row]) -> Json:
        running = [run for run in newest_first if runs.status_of(self.workspace, run) == "RUNNING"]
        finished = [run for run in newest_first if run not in running]
        return {
            "active_sync": self._run_in_status(running[0]) if running else None,
            "latest_sync": self._run_in_status(finished[0]) if finished else None,
        }

    def _run_in_status(self, run: Row) -> Json:
        status = runs.status_of(self.workspace, run)
        rows = runs.rows_synced(self.workspace, run)
        finished = status != "RUNNING"
        return self.object(
            {"bytes_synced": runs.bytes_synced(self.workspace, run)},
            {
                "records_synced": rows,
                "estimated_total_count": runs.estimated_total(run),
                "retry_attempt": 0,
                "status": status,
                "operation_mode": run["operation_mode"],
                "full_sync_trigger": run["full_sync_trigger"],
                "started_at": timestamp(run["started_at"]),
                "finished_at": timestamp(run["started_at"] + run["seconds"]) if finished else None,
                "error_message": run["error_message"] if finished else None,
            },
        )

    # Streams ----------------------------------------------------------------------------------------------------------

    def streams(self, rows: list[Row]) -> list[Json]:
        """Return streams, of one sync or of several."""
        offered: dict[str, dict[str, Stream]] = {}
        for sync_id in {row["elt_sync_id"] for row in rows}:
            sync = self.workspace.store.get("syncs", sync_id)
            offered[sync_id] = self.workspace.catalogue.streams(sync["source_integration_id"]) if sync else {}
        return [self.stream(row, offered[row["elt_sync_id"]].get(row["name"])) for row in rows]

    def stream(self, row: Row, offered: Stream | None) -> Json:
        """Return a stream; `offered` is its entry in the catalogue."""
        keys = list(offered.primary_keys) if offered and offered.primary_keys else None
        return self.object(
            {
                "id": row["id"],
                "elt_sync_id": row["elt_sync_id"],
                "name": row["name"],
                "full_sync_at_midnight": bool(row["full_sync_at_midnight"]),
                "full_sync_always": bool(row["full_sync_always"]),
                "protected_from_full_sync": bool(row["protected_from_full_sync"]),
                "excluded_substreams": row["excluded_substreams"] or [],
                "enabled_history_table": bool(row["enabled_history_table"]),
                "created_at": timestamp(row["created_at"]),
                "updated_at": timestamp(row["updated_at"]),
            },
            # An upsert removes the pointer by sending an empty one.
            {"incremental_pointer_id": row["incremental_pointer_id"] or None, "incremental_primary_key_name": keys},
        )

    def upserted(self, upserted: Upserted) -> bytes:
        """Return the response to an upsert: all streams of the sync."""
        return self.streams_of_sync_json(upserted.sync["id"])

    def streams_of_sync_json(self, sync_id: str) -> bytes:
        """Return all streams of a sync as JSON; there can be thousands, so only those not in the cache are read."""
        encoded = self.workspace.encoded_streams()
        identifiers = self.workspace.store.ids("streams", elt_sync_id=sync_id)
        missing = [identifier for identifier in identifiers if identifier not in encoded]
        if len(missing) > 10:
            return self.streams_json(self.workspace.store.find("streams", elt_sync_id=sync_id))
        self.streams_json([row for one in missing if (row := self.workspace.store.get("streams", one))])
        return _listed([encoded[identifier] for identifier in identifiers])

    def streams_json(self, rows: list[Row]) -> bytes:
        """Return these streams as JSON."""
        encoded = self.workspace.encoded_streams()
        missing = [row for row in rows if row["id"] not in encoded]
        for row, made in zip(missing, self.streams(missing), strict=True):
            encoded[row["id"]] = pydantic_core.to_json(made)  # four times as fast as Python's own
        return _listed([encoded[row["id"]] for row in rows])

    # Runs and orchestrations ------------------------------------------------------------------------------------------

    def run(self, run: Row) -> Json:
        """Return a run of a stream."""
        status = runs.status_of(self.workspace, run)
        finished = None if status == "RUNNING" else timestamp(run["started_at"] + run["seconds"])
        return self.object(
            {
                "id": run["id"],
                "elt_sync_id": run["elt_sync_id"],
                "elt_stream_id": run["elt_stream_id"],
                "started_at": timestamp(run["started_at"]),
            },
            {"status": status, "rows_synced": runs.rows_synced(self.workspace, run), "finished_at": finished},
        )

    def orchestration(self, row: Row) -> Json:
        """Return an orchestration."""
        return self.object({"id": row["id"], "name": row["name"]})

    def orchestration_run(self, row: Row) -> Json:
        """Return a run of an orchestration."""
        end = row["started_at"] + row["seconds"]
        running = self.workspace.now() < end
        return self.object(
            {
                "id": row["id"],
                "orchestration_id": row["orchestration_id"],
                "status": "RUNNING" if running else "COMPLETED",
                "due_at": timestamp(row["started_at"]),
            },
            {"started_at": timestamp(row["started_at"]), "finished_at": None if running else timestamp(end)},
        )


def _listed(items: list[bytes]) -> bytes:
    return b'{"source_streams":[' + b",".join(items) + b"]}"
