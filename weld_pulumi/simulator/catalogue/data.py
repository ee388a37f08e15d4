"""Databases, files, and destinations."""

from __future__ import annotations

from .model import REVERSE, SOURCE, Integration, Stream, plain, schema

LOAD_TEST_STREAMS = 5000

_SCHEMAS = ("public", "sales", "billing", "inventory", "support", "hr", "analytics", "legacy")
_TABLES = (
    "accounts addresses approvals attachments audit_log batches campaigns carriers categories comments contacts "
    "contracts currencies customers departments discounts employees events exports faults forecasts groups "
    "invoices items jobs ledgers locations memos notes orders"
)


def _tables() -> tuple[Stream, ...]:
    """Return several hundred tables, as an old database has them."""
    return tuple(
        Stream(
            f"{database_schema}.{table}",
            pointer=None if table == "audit_log" else "updated_at",
            # A table without a primary key can only be loaded in full.
            primary_keys=() if table in ("batches", "memos") else ("id",),
            selectable=not (database_schema == "legacy" and table in ("faults", "jobs")),
        )
        for database_schema in _SCHEMAS
        for table in _TABLES.split()
    )


def _load_test() -> tuple[Stream, ...]:
    return tuple(Stream(f"table_{number:04d}", pointer="updated_at") for number in range(LOAD_TEST_STREAMS))


DATA = (
    Integration(
        "postgres",
        "PostgreSQL",
        settings=schema(
            "PostgreSQL Settings",
            {
                "replication_method": {
                    "type": "string",
                    "title": "Replication method",
                    "enum": ["standard", "logical_replication"],
                    "default": "standard",
                },
                "publication_name": {"type": "string", "title": "Publication"},
                "fetch_size": {"type": "number", "title": "Rows to fetch at once", "exclusiveMinimum": 0},
            },
            dependencies={"publication_name": ["replication_method"]},
        ),
        streams=_tables(),
    ),
    Integration(
        "mysql",
        "MySQL",
        settings=schema("MySQL Settings", {}),
        streams=plain("shop.customers shop.orders shop.order_lines shop.products shop.stock", "updated_at"),
    ),
    Integration(
        "mongodb",
        "MongoDB",
        min_required_plan="BUSINESS",
        settings=schema(
            "MongoDB Settings",
            {"sample_size": {"type": "integer", "title": "Documents to sample", "minimum": 1, "default": 1000}},
        ),
        streams=plain("users sessions carts orders reviews", "_id", keys=("_id",)),
    ),
    Integration(
        "google-drive",
        "Google Drive",
        settings=schema(
            "Google Drive Settings",
            {
                "folder_id": {"type": "string", "title": "Folder", "minLength": 1},
                "recursive": {"type": "boolean", "title": "Include sub-folders", "default": False},
            },
            required=["folder_id"],
        ),
        streams=(Stream("files", ("file_permissions",), "modifiedTime", preselect=True), Stream("spreadsheets")),
    ),
    Integration(
        "google-sheets",
        "Google Sheets",
        settings=schema(
            "Google Sheets Settings",
            {
                "spreadsheet_id": {"type": "string", "title": "Spreadsheet"},
                "worksheets": {"type": "array", "title": "Worksheets", "items": {"type": "string"}},
            },
            required=["spreadsheet_id"],
            dependencies={"worksheets": ["spreadsheet_id"]},
        ),
        streams=plain("Sheet1 Budget Targets", keys=()),
    ),
    Integration(
        "excel",
        "Excel",
        settings=schema("Excel Settings", {"file_id": {"type": "string", "title": "Workbook"}}),
        streams=plain("Sheet1 Sheet2 Forecast", keys=()),
    ),
    Integration(
        "rest-api",
        "REST API",
        settings=schema(
            "REST API Settings",
            {
                "base_url": {"type": "string", "title": "Base URL", "format": "uri"},
                "headers": {
                    "type": "object",
                    "title": "Headers",
                    "additionalProperties": {"type": "string", "format": "password"},
                },
                "paging": {
                    "type": "object",
                    "title": "Paging",
                    "properties": {
                        "style": {"type": "string", "enum": ["none", "page", "cursor"], "default": "none"},
                        "page_size": {"type": "integer", "minimum": 1, "default": 100},
                    },
                },
            },
            required=["base_url"],
        ),
        streams=plain("items pages records", "updated_at"),
    ),
    Integration(
        "load-test",
        "Load Test",
        settings=schema("Load Test Settings", {}),
        streams=_load_test(),
    ),
    # Destinations can be connected, but are no sources, and so in no list of integrations.
    Integration("databricks", "Databricks", abilities=(), destination=True),
    Integration("bigquery", "BigQuery", abilities=(), destination=True),
    Integration("snowflake", "Snowflake", abilities=(), destination=True),
    Integration("slack", "Slack", abilities=(REVERSE,)),
    Integration("airtable", "Airtable", abilities=(SOURCE, REVERSE), streams=plain("bases tables records")),
)
