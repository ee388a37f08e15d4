"""Everything one simulator knows: its store, its readings, its clock, and the lock around them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .catalogue import Catalogue
from .readings import Readings
from .store import Row, Store
from .values import Clock, new_id, timestamp

__all__ = ["DESTINATION_LABEL", "ORCHESTRATIONS", "World"]

ACCOUNT_ID = "acc_simulator0"
DESTINATION_LABEL = "Databricks (simulator)"
# Orchestrations are made in Weld's pages only, so a workspace without any could not be attached to one.
ORCHESTRATIONS = {
    "Rr7vK2pQx0LmTd": "Daily refresh",
    "hB3_zN8wYc5JsE": "Hourly marketing",
    "Ua9-fG1kOe6XiV": "Month end",
}
_OFFSET = "clock_offset"


class World:
    """One workspace of Weld. Take `read` or `write` before touching it: tests do so from other threads."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        *,
        auto_authorize: bool = False,
        authorize_delay: float = 0.5,
        run_seconds: float = 2.0,
        clock: Clock = time.time,
    ) -> None:
        self.store = store
        self.readings = readings
        self.catalogue = Catalogue(store)
        self.auto_authorize = auto_authorize
        self.authorize_delay = authorize_delay
        self.run_seconds = run_seconds
        self.account_id = ACCOUNT_ID
        self.public_url = ""
        self._clock = clock
        self._lock = threading.RLock()
        self._rendered: dict[str, bytes] = {}
        self._rendered_under: tuple[int, int] = (-1, -1)
        self._offset = float(store.meta(_OFFSET) or 0)
        self._seed()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Nobody else changes anything meanwhile."""
        with self._lock:
            yield

    @contextmanager
    def write(self) -> Iterator[None]:
        """The same, and what is written inside is kept whole or not at all."""
        with self._lock, self.store.transaction():
            yield

    def now(self) -> float:
        """The simulator's time: the machine's, and as far ahead of it as `advance` has moved it."""
        return self._clock() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass at once; ValueError where that leads out of the years that can be written."""
        try:
            timestamp(self.now() + seconds)
        except (ValueError, OverflowError):
            raise ValueError(f"time cannot move by {seconds} seconds") from None
        with self.write():
            self._offset += seconds
            self.store.set_meta(_OFFSET, str(self._offset))

    def moment(self) -> Row:
        """The times of what begins its life now."""
        now = self.now()
        return {"created_at": now, "updated_at": now}

    def new_row(self, **fields: Any) -> Row:
        """A row that begins its life now."""
        return {"id": new_id(), **self.moment(), **fields}

    def change(self, table: str, row: Row, **fields: Any) -> None:
        """Change a row, here and in the store, and its time of change."""
        fields = {**fields, "updated_at": self.now()}
        row.update(fields)
        self.store.update(table, row["id"], fields)
        self._rendered.pop(row["id"], None)

    def rendered_streams(self) -> dict[str, bytes]:
        """Streams by id as they were last written out, as long as nothing has changed that they depend on."""
        under = (self.readings.version, self.catalogue.version)
        if under != self._rendered_under:
            self._rendered, self._rendered_under = {}, under
        return self._rendered

    def visible_before(self) -> float:
        """Lists show what was made up to this moment."""
        return self.now() - self.readings.number("list_lag_seconds")

    def reset(self) -> None:
        """Back to the workspace of the first start; readings stay."""
        with self.write():
            self.store.clear()
            self._offset = 0.0
            self.catalogue.forget()
            self._rendered.clear()
            self._seed()

    def _seed(self) -> None:
        if self.store.meta("seeded"):
            return
        with self.store.transaction():
            destination = {"integration_id": "databricks", "label": DESTINATION_LABEL, "authorized_count": 1}
            self.store.insert("connections", [self.new_row(**destination)])
            rows = [{**self.new_row(name=name), "id": identifier} for identifier, name in ORCHESTRATIONS.items()]
            self.store.insert("orchestrations", rows)
            self.store.set_meta("seeded", "yes")
