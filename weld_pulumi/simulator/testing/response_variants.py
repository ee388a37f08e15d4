"""The forms in which Weld may write its responses where its documents leave them open."""

from __future__ import annotations

import html
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from ..catalogue import Integration, Stream
from ..domain.streams import Upserted
from ..errors import ApiError
from ..serializers import JSON_TYPE, Json, Serializer
from ..store import Row
from ..values import to_json

__all__ = ["VariantSerializer", "normalized_interval"]

# Fields that Weld does not have today, of every type: a client must ignore them.
_UNKNOWN: Json = {"x_revision": 7, "x_links": {"self": "/"}, "x_tags": ["new"], "x_note": None}


class VariantSerializer(Serializer):
    """Writes each object in the form that the chosen API variants give it."""

    def _variant(self, name: str) -> str:
        return self.workspace.variants[name]

    def object(self, required: Json, optional: Json | None = None) -> Json:
        """Return an object with or without optional fields, null and unknown fields."""
        made = dict(required)
        reported = self._variant("optional_fields") == "reported"
        null = self._variant("absent_optional") == "null"
        for key, value in (optional or {}).items():
            value = value if reported else None
            if value is not None or null:
                made[key] = value
        if self._variant("extra_fields") == "present":
            made.update(_UNKNOWN)
        return made

    # Errors -----------------------------------------------------------------------------------------------------------

    def error(self, error: ApiError) -> Response:
        """Return an error in any of the forms that web frameworks and proxies give it."""
        status, form = error.status, self._variant("error_body")
        if error.code == "unauthorized":
            chosen, _, own_form = self._variant("refused_key").partition("_")
            status, form = int(chosen), own_form or form
        if form == "empty":
            return Response(None, status, error.headers)
        if form == "html":
            return Response(_error_page(status, error.message), status, error.headers, "text/html; charset=utf-8")
        body = {**_error_fields(form, status, error), **error.extra}
        return Response(to_json(body), status, error.headers, JSON_TYPE)

    # Lists ------------------------------------------------------------------------------------------------------------

    def page(self, items: list[Json], next_cursor: str | None) -> Json:
        """Return a page whose fields are in snake case or camel case."""
        made = super().page(items, next_cursor)
        if next_cursor is not None:
            made["next_cursor"] = next_cursor  # optional in the contract, but no page would follow without it
        if self._variant("paging_fields") == "camel":
            names = {"has_more": "hasMore", "next_cursor": "nextCursor"}
            made = {names.get(key, key): value for key, value in made.items()}
        return made

    def undocumented_page(self, items: list[Json], next_cursor: str | None = None) -> Json | list[Json]:
        """Return a page, an object that has only `data`, or a plain list."""
        form = self._variant("connections_envelope")
        if form == "list":
            return items
        return self.object({"data": items}) if form == "data" else self.page(items, next_cursor)

    # Connections ------------------------------------------------------------------------------------------------------

    def bridge(self, row: Row) -> Json:
        """Return a bridge with its link in one of two fields, absolute or relative."""
        made = super().bridge(row)
        link, form = made.pop("authorize_url"), self._variant("bridge_link")
        if form.endswith("_relative"):
            link = link.removeprefix(self.workspace.public_url)
        return {**made, form.removesuffix("_relative"): link}

    def connection(self, row: Row) -> Json:
        """Return a connection whose fields have other names, or are missing."""
        made = super().connection(row)
        for field in ("label", "integration_id"):
            value = made.pop(field)
            name = self._variant("connection_label" if field == "label" else "connection_integration")
            if name != "absent":
                made[name] = value
        if self._variant("connection_created_at") == "absent":
            del made["created_at"], made["updated_at"]
        return made

    def settings_schema(self, schema: Json) -> bytes:
        """Return the schema; where there are no settings, an object, null or nothing."""
        form = "object" if schema else self._variant("empty_settings")
        return {"object": to_json(schema), "null": b"null"}.get(form, b"")

    # Syncs ------------------------------------------------------------------------------------------------------------

    def sync(self, row: Row) -> Json:
        """Return a sync, with its streams where it contains them."""
        streams = None
        if self._contains_streams():
            streams = self.streams(self.workspace.store.find("streams", elt_sync_id=row["id"]))
        return {**self._without_streams(row), **self.object({}, {"source_streams": streams})}

    def sync_json(self, row: Row) -> bytes:
        """Return a sync as JSON, with its streams out of the cache."""
        if not self._contains_streams():
            return super().sync_json(row)
        return to_json(self._without_streams(row))[:-1] + b"," + self.streams_of_sync_json(row["id"])[1:]

    def _contains_streams(self) -> bool:
        return self._variant("sync_streams_read") == "present" and self._variant("optional_fields") == "reported"

    def _without_streams(self, row: Row) -> Json:
        if self._variant("schema_name_case") == "lower" and row["destination_schema_name"]:
            row = {**row, "destination_schema_name": row["destination_schema_name"].lower()}
        if self._variant("fill_in_values") == "filled":
            row = {**row, **self._defaults(row)}
        made = super().sync(row)
        if self._variant("start_date_read") == "null" and self._variant("optional_fields") == "reported":
            made["start_date"] = None
        return made

    def _defaults(self, row: Row) -> Row:
        integration = self.workspace.catalogue.get(row["source_integration_id"])
        if integration is None:
            return {}
        settings = {**_default_settings(integration), **(row["elt_settings"] or {})}
        start_date = integration.default_start_date if integration.supports_start_date else None
        return {"elt_settings": settings, "start_date": row["start_date"] or start_date}

    def enabled_field(self, row: Row) -> Json:
        """Return the field under one of two names, or none beside `status`."""
        field = self._variant("enabled_field")
        return {} if field == "status" else {field: bool(row["enabled"])}

    def settings_field(self, row: Row) -> Json:
        """Return the settings under `config`, under `elt_settings`, or not at all."""
        form = self._variant("settings_read")
        if form == "elt_settings":
            return {"elt_settings": dict(row["elt_settings"] or {})}
        return {} if form == "absent" else super().settings_field(row)

    def interval(self, row: Row) -> str | None:
        """Return the interval as it was sent, normalized, or not in an orchestration."""
        form = self._variant("sync_interval_read")
        if form == "absent_in_orchestration":
            return super().interval(row)
        interval: str | None = row["sync_interval"]
        return normalized_interval(interval) if interval and form == "normalized" else interval

    def start_date_field(self, row: Row) -> Json:
        """Return the start date as timestamp or date, or not at all."""
        form = self._variant("start_date_read")
        if form in ("null", "absent"):
            return {}
        return {"start_date": row["start_date"]} if form == "date" else super().start_date_field(row)

    # Streams ----------------------------------------------------------------------------------------------------------

    def stream(self, row: Row, offered: Stream | None) -> Json:
        """Return a stream with its pointer filled in, and with its columns."""
        if row["incremental_pointer_id"] is None and offered and self._variant("fill_in_values") == "filled":
            row = {**row, "incremental_pointer_id": offered.pointer}
        made = super().stream(row, offered)
        if self._variant("columns_read") == "present":
            columns = {key: row[key] or [] for key in ("excluded_columns", "hashed_columns")}
            made.update(self.object({}, columns))
        return made

    def upserted(self, upserted: Upserted) -> bytes:
        """Return all streams of the sync, those that were sent, those that are new, or none."""
        form = self._variant("upsert_answer")
        if form == "all":
            return super().upserted(upserted)
        return self.streams_json({"sent": upserted.sent, "new": upserted.new}.get(form, []))


def _error_fields(form: str, status: int, error: ApiError) -> dict[str, Any]:
    if form == "nest_string":
        return {"statusCode": status, "message": error.message, "error": _phrase(status)}
    if form == "nest_list":
        return {"statusCode": status, "message": error.messages, "error": _phrase(status)}
    if form == "details":
        return {"details": error.message}
    return {"error_code": error.code, "message": error.message}


def _error_page(status: int, message: str) -> bytes:
    title = f"{status} {_phrase(status)}"
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1><p>{html.escape(message)}</p></body></html>".encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _default_settings(integration: Integration) -> Json:
    properties = integration.settings.get("properties", {})
    return {key: value["default"] for key, value in properties.items() if "default" in value}


_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def normalized_interval(expression: str) -> str:
    """Return the same schedule with single spaces, numbers for names, no leading zeros and no ``*/1``."""
    fields = expression.upper().split()
    for position, names, first in ((3, _MONTHS, 1), (4, _DAYS, 0)):
        for number, name in enumerate(names, first):
            fields[position] = fields[position].replace(name, str(number))
    return " ".join(_normalized_field(field) for field in fields)


def _normalized_field(field: str) -> str:
    made, digits = "", ""
    for character in [*field, ""]:
        if character.isdigit():
            digits += character
            continue
        made += (str(int(digits)) if digits else "") + character
        digits = ""
    return "*" if made == "*/1" else made
