"""The readings: what nobody documents about Weld, as switches.

One line in `TABLE` is one open question. ``row`` is its number in the project's list of open questions; rows are
covered by one or two switches each, and switches without a row are further knobs of the same kind. ``values`` are the
possible answers, the first one being the default: what the documents say, or else what is most likely. Switches whose
values are ``NUMBER`` take any number from 0 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NUMBER", "TABLE", "Reading", "Readings"]

NUMBER = ("number",)


@dataclass(frozen=True)
class Reading:
    """One switch: its name, what it may be set to, and what it is at first."""

    row: int | None
    name: str
    values: tuple[str, ...]
    question: str
    initial: str = ""

    @property
    def default(self) -> str:
        """The value that holds unless somebody says otherwise."""
        return self.initial or self.values[0]

    @property
    def numeric(self) -> bool:
        """Whether any number is a value."""
        return self.values == NUMBER

    def check(self, value: object) -> str:
        """Give the value in its canonical form, or raise ValueError with what would be right."""
        text = str(value)
        if self.numeric:
            try:
                fine = 0 <= float(text) < float("inf")
            except ValueError:
                fine = False
            if not fine:
                raise ValueError(f"reading {self.name} takes a number from 0 on, not {text!r}")
        elif text not in self.values:
            raise ValueError(f"reading {self.name} is one of {', '.join(self.values)}, not {text!r}")
        return text


TABLE: tuple[Reading, ...] = (
    Reading(1, "connections_envelope", ("paged", "data", "list"), "envelope of the lists of connections and bridges"),
    Reading(2, "connection_label", ("label", "name", "absent"), "where a listed connection has its label"),
    Reading(3, "connection_integration", ("integration_id", "integrationId", "absent"), "and its integration"),
    Reading(4, "connection_created_at", ("present", "absent"), "and its creation time"),
    Reading(
        5,
        "bridge_link",
        ("authorize_url", "url", "authorize_url_relative", "url_relative"),
        "where a bridge has the link to open",
    ),
    Reading(6, "redirect_parameter", ("connectionId", "connection_id"), "the new id on the redirect"),
    Reading(7, "used_bridge_listed", ("gone", "listed"), "a bridge that has been used, in the list of bridges"),
    Reading(8, "reauthorize_renames", ("yes", "no"), "does authorizing again with another label rename"),
    Reading(9, "enable_empty", ("204", "400"), "enable a sync that has no stream"),
    Reading(10, "enable_again", ("204", "409"), "enable what is enabled, disable what is disabled"),
    Reading(11, "new_sync_enabled", ("no", "yes"), "does a new sync run at once"),
    Reading(12, "delete_enabled_sync", ("204", "400"), "delete a sync that is enabled"),
    Reading(13, "delete_gone", ("404", "204"), "delete what is gone"),
    Reading(
        14, "delete_connection_with_syncs", ("200", "400", "removes_syncs"), "delete a connection that still has syncs"
    ),
    Reading(None, "delete_connection_answer", ("200", "204"), "status of a deleted connection"),
    Reading(15, "upsert_missing_fields", ("kept", "reset"), "fields left out of the upsert of a known stream"),
    Reading(16, "upsert_answer", ("all", "sent", "new", "empty"), "which streams an upsert answers with"),
    Reading(17, "available_paged", ("no", "yes"), "do available streams come in pages"),
    Reading(None, "integrations_paged", ("no", "yes"), "do integrations come in pages"),
    Reading(18, "paging_fields", ("snake", "camel"), "has_more and next_cursor, or hasMore and nextCursor"),
    Reading(19, "list_order", ("newest", "oldest"), "what a list begins with"),
    Reading(20, "settings_update", ("replaced", "merged"), "elt_settings in an update"),
    Reading(21, "settings_read", ("config", "elt_settings", "absent"), "where a sync shows its settings"),
    Reading(
        22,
        "sync_interval_read",
        ("absent_in_orchestration", "as_sent", "normalized"),
        "how a sync shows its interval",
    ),
    Reading(23, "start_date_read", ("timestamp", "date", "null", "absent"), "how a sync shows its start date"),
    Reading(24, "enabled_field", ("enabled", "active", "status"), "what tells that a sync is on"),
    Reading(None, "sync_streams_read", ("absent", "present"), "does a sync show its streams"),
    Reading(25, "refused_key", ("401", "403", "401_empty", "403_html"), "the answer to a key that is wrong or missing"),
    Reading(
        26,
        "error_body",
        ("error_code", "nest_string", "nest_list", "details", "html", "empty"),
        "what the body of an error looks like",
    ),
    Reading(27, "rate_limit", ("none", "seconds", "date", "bare"), "Retry-After of a 429, where there are any"),
    Reading(None, "rate_limit_every", NUMBER, "with a rate limit, each how many-th request is refused", "7"),
    Reading(None, "rate_limit_seconds", NUMBER, "how long Retry-After tells to wait", "1"),
    Reading(28, "unknown_stream", ("refused", "accepted"), "an unknown stream in an upsert"),
    Reading(29, "columns_read", ("absent", "present"), "excluded_columns and hashed_columns of a stream, on reading"),
    Reading(30, "duplicate_sync", ("allowed", "refused"), "a second sync of a connection into the same schema"),
    Reading(None, "max_syncs_per_connection", NUMBER, "the quota of syncs (0: none)", "0"),
    Reading(31, "absent_optional", ("absent", "null"), "optional fields that have no value"),
    Reading(None, "optional_fields", ("reported", "left_out"), "optional fields of the contract that have a value"),
    Reading(32, "extra_fields", ("none", "present"), "fields that do not exist yet"),
    Reading(
        33, "max_streams_per_upsert", NUMBER, "streams in one upsert before it is refused with 413 (0: no end)", "0"
    ),
    Reading(34, "list_lag_seconds", NUMBER, "how long lists do not show what is new", "0"),
    Reading(35, "fill_in_values", ("absent", "filled"), "values that were not given"),
    Reading(36, "schema_name_case", ("kept", "lower"), "the case of destination_schema_name on reading"),
    Reading(None, "empty_settings", ("object", "empty_body", "null"), "the schema where there is nothing to set"),
    Reading(None, "refresh_disabled", ("400", "204"), "ask for a full refresh while the sync is not enabled"),
    Reading(None, "refresh_protected", ("204", "400"), "ask for a full refresh of a protected stream"),
)

_BY_NAME = {reading.name: reading for reading in TABLE}


class Readings:
    """The present value of every switch."""

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self.version = 0
        self._values = {reading.name: reading.default for reading in TABLE}
        self.update(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def number(self, name: str) -> float:
        """The value of a switch that takes numbers."""
        return float(self._values[name])

    def update(self, values: Mapping[str, object]) -> None:
        """Set some switches, all of them or none; ValueError says what is wrong."""
        checked = {name: self._declaration(name).check(value) for name, value in values.items()}
        self._values.update(checked)
        self.version += 1

    def reset(self) -> None:
        """Set every switch to its default."""
        self._values = {reading.name: reading.default for reading in TABLE}
        self.version += 1

    def as_dict(self) -> dict[str, str]:
        """Name and value of every switch."""
        return dict(self._values)

    @staticmethod
    def _declaration(name: str) -> Reading:
        if name not in _BY_NAME:
            raise ValueError(f"there is no reading {name!r}; there are: {', '.join(sorted(_BY_NAME))}")
        return _BY_NAME[name]
