"""The tables of the simulator in SQLite, in a file or in memory; rows are dictionaries.

The column ``seq`` grows in the order of creation; lists are ordered and paged by it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["RUN_FIGURES", "TABLES", "Row", "Store"]

Row = dict[str, Any]

_STREAM_FLAGS = {
    "full_sync_always": "BOOL",
    "full_sync_at_midnight": "BOOL",
    "protected_from_full_sync": "BOOL",
    "enabled_history_table": "BOOL",
}

# Of a run; null means the default: bytes in proportion to the rows, and an estimate that is right.
RUN_FIGURES = {
    "rows_total": "INTEGER",
    "bytes_total": "INTEGER",
    "estimated_total": "INTEGER",
    "error_message": "TEXT",
}

# Table -> column -> type. JSON columns hold lists and objects, BOOL columns true, false or null.
TABLES: dict[str, dict[str, str]] = {
    "bridges": {
        "token": "TEXT",
        "integration_id": "TEXT",
        "label": "TEXT",
        "redirect_uri": "TEXT",
        "connection_id": "TEXT",
        "state": "TEXT",
        "status": "TEXT",
        "authorize_at": "REAL",
        "expires_at": "REAL",
    },
    "connections": {"integration_id": "TEXT", "label": "TEXT", "authorized_count": "INTEGER"},
    "syncs": {
        "source_connection_id": "TEXT",
        "source_integration_id": "TEXT",
        "destination_connection_id": "TEXT",
        "destination_integration_id": "TEXT",
        "destination_schema_name": "TEXT",
        "sync_interval": "TEXT",
        "elt_settings": "JSON",
        "start_date": "TEXT",
        "enabled": "BOOL",
        "status": "TEXT",
        "orchestration_workflow_id": "TEXT",
    },
    "streams": {
        "elt_sync_id": "TEXT",
        "name": "TEXT",
        "incremental_pointer_id": "TEXT",
        "excluded_columns": "JSON",
        "hashed_columns": "JSON",
        **_STREAM_FLAGS,
        "excluded_substreams": "JSON",
        "refresh_requested": "BOOL",
        "reset_history": "BOOL",
        "history_resets": "INTEGER",
    },
    "runs": {
        "elt_sync_id": "TEXT",
        "elt_stream_id": "TEXT",
        "started_at": "REAL",
        "seconds": "REAL",
        "operation_mode": "TEXT",
        "full_sync_trigger": "TEXT",
        **RUN_FIGURES,
    },
    # By the id of a stream or a sync, or by "*" for all: what is to become of the next runs; null is the default.
    "run_settings": {**RUN_FIGURES, "seconds": "REAL", "delay": "REAL"},
    "orchestrations": {"name": "TEXT"},
    "orchestration_runs": {"orchestration_id": "TEXT", "started_at": "REAL", "seconds": "REAL"},
    "deletions": {"kind": "TEXT", "name": "TEXT", "data_removed": "BOOL", "was": "JSON"},
    "catalogue_changes": {"integration_id": "TEXT", "stream": "TEXT", "change": "JSON"},
}

_INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS stream_names ON streams (elt_sync_id, name)",
    "CREATE INDEX IF NOT EXISTS syncs_of_connection ON syncs (source_connection_id)",
    "CREATE INDEX IF NOT EXISTS runs_of_stream ON runs (elt_stream_id, started_at)",
    "CREATE INDEX IF NOT EXISTS runs_of_sync ON runs (elt_sync_id)",
)
_SQL_TYPES = {"BOOL": "INTEGER", "JSON": "TEXT"}
# Also older versions of SQLite accept as many in one statement.
_MOST_PARAMETERS = 999
_COMMON = {"id": "TEXT", "created_at": "REAL", "updated_at": "REAL"}


class Store:
    """Rows by table. It has no lock of its own: callers hold that of the workspace."""

    def __init__(self, database: str | None = None) -> None:
        if database and database != ":memory:":
            _close_to_others(database)
        # The server and the threads of a test take turns under the lock of the workspace.
        self._db = sqlite3.connect(database or ":memory:", isolation_level=None, check_same_thread=False)
        self._depth = 0
        # Write-ahead log: a commit costs no wait for the disk, and a killed process loses nothing.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._columns = {name: ["seq", *_COMMON, *columns] for name, columns in TABLES.items()}
        self._coded = {
            name: [(key, kind) for key, kind in columns.items() if kind in ("JSON", "BOOL")]
            for name, columns in TABLES.items()
        }
        for name, columns in TABLES.items():
            self._create(name, columns)
        self._db.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT)")
        for statement in _INDEXES:
            self._db.execute(statement)

    def _create(self, name: str, columns: dict[str, str]) -> None:
        body = ", ".join(f"{key} {_SQL_TYPES.get(kind, kind)}" for key, kind in {**_COMMON, **columns}.items())
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} (seq INTEGER PRIMARY KEY AUTOINCREMENT, {body})")
        self._db.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {name}_ids ON {name} (id)")
        # The file may be that of an earlier version.
        present = {column[1] for column in self._db.execute(f"PRAGMA table_info({name})")}
        for key, kind in columns.items():
            if key not in present:
                self._db.execute(f"ALTER TABLE {name} ADD COLUMN {key} {_SQL_TYPES.get(kind, kind)}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all changes made inside, or after an exception none."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._db.execute("COMMIT")

    def meta(self, key: str) -> str | None:
        """Return a value that is kept beside the tables, or None."""
        found = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value beside the tables."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that have the same columns."""
        if not rows:
            return
        keys = self._known(table, rows[0])
        line = f"({', '.join('?' * len(keys))})"
        at_once = _MOST_PARAMETERS // len(keys)  # one by one takes half as long again
        for start in range(0, len(rows), at_once):
            some = self._encode_all(table, rows[start : start + at_once], keys)
            statement = f"INSERT INTO {table} ({', '.join(keys)}) VALUES {', '.join([line] * len(some))}"
            self._db.execute(statement, [value for values in some for value in values])

    def get(self, table: str, identifier: str) -> Row | None:
        """Return the row with this id, or None."""
        rows = self._select(table, "WHERE id = ?", [identifier])
        return rows[0] if rows else None

    def find(self, table: str, only: Sequence[str] = (), **equal: Any) -> list[Row]:
        """Return rows with these values, oldest first, with all columns or only some."""
        where = self._where(table, equal)
        rest = f"WHERE {where} ORDER BY seq" if where else "ORDER BY seq"
        return self._select(table, rest, list(equal.values()), only)

    def find_any(self, table: str, column: str, values: Sequence[str], **equal: Any) -> list[Row]:
        """Return rows with these values and one of several values in one column, oldest first."""
        where = self._where(table, equal)
        (column,) = self._known(table, [column])
        # As JSON, since the number of parameters in a statement is limited.
        among = f"{column} IN (SELECT value FROM json_each(?))"
        return self._select(table, f"WHERE {where} AND {among} ORDER BY seq", [*equal.values(), json.dumps(values)])

    def ids(self, table: str, **equal: Any) -> list[str]:
        """Return the ids of rows with these values, oldest first."""
        where = self._where(table, equal)
        found = self._db.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY seq", list(equal.values()))
        return [str(identifier) for (identifier,) in found]

    def count(self, table: str, **equal: Any) -> int:
        """Return the number of rows with these values."""
        where = self._where(table, equal)
        clause = f" WHERE {where}" if where else ""
        found = self._db.execute(f"SELECT count(*) FROM {table}{clause}", list(equal.values())).fetchone()
        return int(found[0])

    def page(
        self,
        table: str,
        *,
        limit: int,
        newest_first: bool,
        before: float,
        after: float | None = None,
        by: str = "seq",
        since: float = 0.0,
        equal: Mapping[str, str] | None = None,
    ) -> list[Row]:
        """Return at most `limit` rows ordered by the column `by`, after a value of it, created between two times."""
        (by,) = self._known(table, [by])
        terms = ["created_at <= ?", "created_at >= ?", *filter(None, [self._where(table, equal or {})])]
        values: list[Any] = [before, since, *(equal or {}).values()]
        if after is not None:
            terms.append(f"{by} {'<' if newest_first else '>'} ?")
            values.append(after)
        order = f"ORDER BY {by} {'DESC' if newest_first else 'ASC'} LIMIT ?"
        return self._select(table, f"WHERE {' AND '.join(terms)} {order}", [*values, limit])

    def update(self, table: str, identifier: str, fields: Row) -> None:
        """Change columns of a row."""
        if fields:
            keys = self._known(table, fields)
            assignments = ", ".join(f"{key} = ?" for key in keys)
            values = self._encode_all(table, [fields], keys)[0]
            self._db.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", [*values, identifier])

    def rewrite(self, table: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
        """Write these columns of rows; rows with the same values share a statement."""
        assignments = ", ".join(f"{key} = ?" for key in self._known(table, columns))
        statement = f"UPDATE {table} SET {assignments} WHERE id IN (SELECT value FROM json_each(?))"
        alike: dict[tuple[Any, ...], list[str]] = {}
        for line, row in zip(self._encode_all(table, rows, columns), rows, strict=True):
            alike.setdefault(tuple(line), []).append(row["id"])
        for values, identifiers in alike.items():
            self._db.execute(statement, [*values, json.dumps(identifiers)])

    def delete(self, table: str, **equal: Any) -> None:
        """Delete rows with these values."""
        where = self._where(table, equal)
        self._db.execute(f"DELETE FROM {table} WHERE {where}", list(equal.values()))

    def clear(self) -> None:
        """Delete all rows of all tables."""
        with self.transaction():
            for name in (*TABLES, "meta"):
                self._db.execute(f"DELETE FROM {name}")

    def columns(self, table: str) -> list[str]:
        """Return the names of the columns of a table."""
        return self._columns[table]

    def _known(self, table: str, keys: Iterable[str]) -> list[str]:
        """Return the keys, which become part of a statement; raise ValueError if one is not a column of the table."""
        keys = list(keys)
        if unknown := sorted(set(keys) - set(self._columns[table])):
            raise ValueError(f"{table} have no {', '.join(unknown)}")
        return keys

    def _where(self, table: str, equal: Mapping[str, Any]) -> str:
        return " AND ".join(f"{key} = ?" for key in self._known(table, equal))

    def _encode_all(self, table: str, rows: Sequence[Row], keys: Sequence[str]) -> list[list[Any]]:
        """Encode these columns of rows for SQLite, which itself writes booleans as 1 and 0."""
        kinds = TABLES[table]
        lines = [list(map(row.__getitem__, keys)) for row in rows]
        for number in [number for number, key in enumerate(keys) if kinds.get(key) == "JSON"]:
            for line in lines:
                line[number] = _text(line[number])
        return lines

    def _select(self, table: str, rest: str, values: Sequence[Any], only: Sequence[str] = ()) -> list[Row]:
        columns = self._known(table, only) or self._columns[table]
        found = self._db.execute(f"SELECT {', '.join(columns)} FROM {table} {rest}", values).fetchall()
        rows = [dict(zip(columns, line, strict=True)) for line in found]
        for key, kind in self._coded[table]:
            if key not in columns:
                continue
            convert = _json if kind == "JSON" else bool
            for row in rows:
                if row[key] is not None:
                    row[key] = convert(row[key])
        return rows


def _close_to_others(database: str) -> None:
    """Make the file readable for its owner only, since it holds settings and links; so are the files beside it."""
    beside = (f"{database}-wal", f"{database}-shm")
    # Where this fails, SQLite reports why, or the file belongs to someone else.
    with suppress(OSError):
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))
        for name in filter(os.path.exists, (database, *beside)):
            os.chmod(name, 0o600)


def _json(text: str) -> Any:
    # Most lists are empty, and there can be thousands of them.
    return [] if text == "[]" else json.loads(text)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return "[]" if value == [] else json.dumps(value, allow_nan=False)
