"""One workspace of Weld: its store, its catalogue, its clock, and the lock around them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .api_variants import ApiVariants
from .catalogue import Catalogue
from .store import Row, Store
from .values import Clock, new_id, timestamp

__all__ = ["DESTINATION_LABEL", "ORCHESTRATIONS", "Workspace"]

ACCOUNT_ID = "acc_simulator0"
DESTINATION_LABEL = "Databricks (simulator)"
# Only Weld's pages create orchestrations; a workspace without any would offer none to attach a sync to.
ORCHESTRATIONS = {
    "Rr7vK2pQx0LmTd": "Daily refresh",
    "hB3_zN8wYc5JsE": "Hourly marketing",
    "Ua9-fG1kOe6XiV": "Month end",
}
_OFFSET = "clock_offset"


class Workspace:
    """One workspace of Weld. Hold `read` or `write` while using it: tests use it from other threads."""

    def __init__(
        self,
        store: Store,
        variants: ApiVariants,
        *,
        auto_authorize: bool = False,
        authorize_delay: float = 0.5,
        run_seconds: float = 2.0,
        clock: Clock = time.time,
    ) -> None:
        self.store = store
        self.variants = variants
        self.catalogue = Catalogue(store)
        self.auto_authorize = auto_authorize
        self.authorize_delay = authorize_delay
        self.run_seconds = run_seconds
        self.account_id = ACCOUNT_ID
        self.public_url = ""
        self._clock = clock
        self._lock = threading.RLock()
        self._encoded: dict[str, bytes] = {}
        self._encoded_under: tuple[int, int] = (-1, -1)
        self._offset = float(store.meta(_OFFSET) or 0)
        self._seed()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Keep others from changing the workspace."""
        with self._lock:
            yield

    @contextmanager
    def write(self) -> Iterator[None]:
        """Keep others out, and store either all changes or, after an exception, none."""
        with self._lock, self.store.transaction():
            yield

    def now(self) -> float:
        """Return the time of the workspace: that of the machine, moved forward by `advance`."""
        return self._clock() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the time forward; raise ValueError if it cannot be written as a timestamp then."""
        try:
            timestamp(self.now() + seconds)
        except (ValueError, OverflowError):
            raise ValueError(f"time cannot move by {seconds} seconds") from None
        with self.write():
            self._offset += seconds
            self.store.set_meta(_OFFSET, str(self._offset))

    def created_now(self) -> Row:
        """Return the timestamps of an object that is created now."""
        now = self.now()
        return {"created_at": now, "updated_at": now}

    def new_row(self, **fields: Any) -> Row:
        """Return a row with a new id that is created now."""
        return {"id": new_id(), **self.created_now(), **fields}

    def change(self, table: str, row: Row, **fields: Any) -> None:
        """Change fields and `updated_at` of a row, in memory and in the store."""
        fields = {**fields, "updated_at": self.now()}
        row.update(fields)
        self.store.update(table, row["id"], fields)
        self._encoded.pop(row["id"], None)

    def encoded_streams(self) -> dict[str, bytes]:
        """Return the cache of streams as JSON, by id; `change` and changes of what they depend on empty it."""
        under = (self.variants.version, self.catalogue.version)
        if under != self._encoded_under:
            self._encoded, self._encoded_under = {}, under
        return self._encoded

    def visible_before(self) -> float:
        """Return the time up to which lists show what was created."""
        return self.now() - self.variants.number("list_lag_seconds")

    def reset(self) -> None:
        """Return to the workspace of the first start; the API variants stay."""
        with self.write():
            self.store.clear()
            self._offset = 0.0
            self.catalogue.forget()
            self._encoded.clear()
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
