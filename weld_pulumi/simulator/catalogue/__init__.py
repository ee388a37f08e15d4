"""The integrations that Weld offers, with the streams and settings of each source.

The integrations are invented after real ones: ids are spelled as Weld spells them, and streams and settings resemble
the real ones. `Catalogue` adds the changes made while the simulator runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..store import Store
from ..values import new_id
from .business import BUSINESS
from .data import DATA, LOAD_TEST_STREAMS
from .marketing import MARKETING
from .model import Integration, Stream

__all__ = ["INTEGRATIONS", "LOAD_TEST_STREAMS", "Catalogue", "Integration", "Stream"]

INTEGRATIONS: dict[str, Integration] = {made.id: made for made in (*BUSINESS, *MARKETING, *DATA)}

_SETTINGS = ""  # the stream name under which a change of settings is kept
_STREAM_FIELDS = frozenset(Stream.__dataclass_fields__) - {"name"}


class Catalogue:
    """The integrations with the changes made to them; `version` grows with each change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.version = 0
        self._made: dict[str, tuple[Integration, dict[str, Stream]]] = {}

    def all(self) -> list[Integration]:
        """Return all integrations, sorted by name."""
        found = [self._changed(identifier)[0] for identifier in INTEGRATIONS]
        return sorted(found, key=lambda integration: integration.name.lower())

    def get(self, integration_id: str) -> Integration | None:
        """Return an integration, or None."""
        return self._changed(integration_id)[0] if integration_id in INTEGRATIONS else None

    def streams(self, integration_id: str) -> dict[str, Stream]:
        """Return the streams of an integration by name."""
        return self._changed(integration_id)[1] if integration_id in INTEGRATIONS else {}

    def set_stream(self, integration_id: str, name: str, **fields: Any) -> None:
        """Add a stream, or change it; raise ValueError if a field or the integration does not exist."""
        self._known(integration_id)
        if unknown := sorted(set(fields) - _STREAM_FIELDS):
            raise ValueError(f"a stream has no {', '.join(unknown)}; it has {', '.join(sorted(_STREAM_FIELDS))}")
        present = self.streams(integration_id).get(name, Stream(name))
        lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
        changed = replace(present, **{**fields, **lists})
        self._keep(integration_id, name, {key: getattr(changed, key) for key in _STREAM_FIELDS})

    def remove_stream(self, integration_id: str, name: str) -> None:
        """Remove a stream."""
        self._known(integration_id)
        self._keep(integration_id, name, {"gone": True})

    def set_settings(self, integration_id: str, schema: dict[str, Any]) -> None:
        """Replace the JSON Schema of the settings of an integration."""
        self._known(integration_id)
        self._keep(integration_id, _SETTINGS, schema)

    def forget(self) -> None:
        """Read the changes from the store again."""
        self._made.clear()
        self.version += 1

    def _known(self, integration_id: str) -> None:
        if integration_id not in INTEGRATIONS:
            raise ValueError(f"there is no integration {integration_id!r}")

    def _keep(self, integration_id: str, name: str, change: dict[str, Any]) -> None:
        with self._store.transaction():
            self._store.delete("catalogue_changes", integration_id=integration_id, stream=name)
            row = {"id": new_id(), "created_at": 0.0, "updated_at": 0.0}
            self._store.insert(
                "catalogue_changes", [{**row, "integration_id": integration_id, "stream": name, "change": change}]
            )
        self._made.pop(integration_id, None)
        self.version += 1

    def _changed(self, integration_id: str) -> tuple[Integration, dict[str, Stream]]:
        if integration_id not in self._made:
            integration = INTEGRATIONS[integration_id]
            streams = {stream.name: stream for stream in integration.streams}
            for row in self._store.find("catalogue_changes", integration_id=integration_id):
                change = row["change"]
                if row["stream"] == _SETTINGS:
                    integration = replace(integration, settings=change)
                elif change.get("gone"):
                    streams.pop(row["stream"], None)
                else:
                    lists = {key: tuple(value) for key, value in change.items() if isinstance(value, list)}
                    streams[row["stream"]] = Stream(row["stream"], **{**change, **lists})
            self._made[integration_id] = (integration, streams)
        return self._made[integration_id]
