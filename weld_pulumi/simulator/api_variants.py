"""What Weld's API does where its documents leave it open: one switch for each open question.

One line of `OPEN_QUESTIONS` is one question. Its first value is the default: what the documents suggest, or else what
is most likely. The other values are the API variants that tests choose. On the command line, and in the control API,
the value of a question is called a reading.

A new question is a line here, the code that differs (a method of `testing.response_variants`, or a line of `domain`),
and a test under ``@reading(…)`` in tests/simulator. The resilience tests then try each of its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NUMBER", "OPEN_QUESTIONS", "ApiVariants", "Question"]

NUMBER = ("number",)


@dataclass(frozen=True)
class Question:
    """One question that Weld's documents leave open, and its possible answers.

    Attributes:
        row: the number of the question in the project's list; None for a further setting of the same kind.
        name: the name of the reading.
        values: the possible answers, or `NUMBER` for any number from 0.
        question: what is asked, in a few words.
        initial: the default of a question whose answer is a number.
    """

    row: int | None
    name: str
    values: tuple[str, ...]
    question: str
    initial: str = ""

    @property
    def default(self) -> str:
        """Return the answer that holds unless another one is chosen."""
        return self.initial or self.values[0]

    @property
    def numeric(self) -> bool:
        """Return whether the answer is a number."""
        return self.values == NUMBER

    def check(self, value: object) -> str:
        """Return the canonical form of a value; raise ValueError if it is not an answer."""
        text = str(value)
        if self.numeric:
            if not _is_number(text):
                raise ValueError(f"reading {self.name} must be a number, 0 or greater, not {text!r}")
        elif text not in self.values:
            raise ValueError(f"reading {self.name} must be one of {', '.join(self.values)}, not {text!r}")
        return text


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False


OPEN_QUESTIONS: tuple[Question, ...] = (
    Question(1, "connections_envelope", ("paged", "data", "list"), "envelope of the lists of connections and bridges"),
    Question(2, "connection_label", ("label", "name", "absent"), "field of a listed connection that holds its label"),
    Question(
        3, "connection_integration", ("integration_id", "integrationId", "absent"), "field that holds its integration"
    ),
    Question(4, "connection_created_at", ("present", "absent"), "whether it has its creation time"),
    Question(
        5,
        "bridge_link",
        ("authorize_url", "url", "authorize_url_relative", "url_relative"),
        "field of a bridge that holds the link to open",
    ),
    Question(
        6,
        "redirect_parameter",
        ("connectionId", "connection_id"),
        "query parameter of the redirect that holds the new id",
    ),
    Question(7, "used_bridge_listed", ("gone", "listed"), "whether a used bridge stays in the list of bridges"),
    Question(
        8, "reauthorize_renames", ("yes", "no"), "whether reauthorizing with another label renames the connection"
    ),
    Question(9, "enable_empty", ("204", "400"), "status of enabling a sync without streams"),
    Question(10, "enable_again", ("204", "409"), "status of enabling an enabled sync, and of disabling a disabled one"),
    Question(11, "new_sync_enabled", ("no", "yes"), "whether a new sync is enabled"),
    Question(12, "delete_enabled_sync", ("204", "400"), "status of deleting an enabled sync"),
    Question(13, "delete_gone", ("404", "204"), "status of deleting an object that does not exist"),
    Question(
        14,
        "delete_connection_with_syncs",
        ("200", "400", "removes_syncs"),
        "what deleting a connection with syncs does",
    ),
    Question(None, "delete_connection_answer", ("200", "204"), "status of deleting a connection"),
    Question(15, "upsert_missing_fields", ("kept", "reset"), "fields that the upsert of an existing stream omits"),
    Question(16, "upsert_answer", ("all", "sent", "new", "empty"), "streams in the response to an upsert"),
    Question(17, "available_paged", ("no", "yes"), "whether the list of available streams has pages"),
    Question(None, "integrations_paged", ("no", "yes"), "whether the list of integrations has pages"),
    Question(18, "paging_fields", ("snake", "camel"), "spelling of has_more and next_cursor"),
    Question(19, "list_order", ("newest", "oldest"), "order of a list"),
    Question(20, "settings_update", ("replaced", "merged"), "what an update does with elt_settings"),
    Question(21, "settings_read", ("config", "elt_settings", "absent"), "field of a sync that holds its settings"),
    Question(
        22, "sync_interval_read", ("absent_in_orchestration", "as_sent", "normalized"), "form of the interval of a sync"
    ),
    Question(23, "start_date_read", ("timestamp", "date", "null", "absent"), "form of the start date of a sync"),
    Question(24, "enabled_field", ("enabled", "active", "status"), "field of a sync that shows whether it is enabled"),
    Question(None, "sync_streams_read", ("absent", "present"), "whether a sync contains its streams"),
    Question(25, "refused_key", ("401", "403", "401_empty", "403_html"), "response to a wrong or missing key"),
    Question(
        26,
        "error_body",
        ("error_code", "nest_string", "nest_list", "details", "html", "empty"),
        "form of the body of an error",
    ),
    Question(
        27,
        "rate_limit",
        ("none", "seconds", "date", "bare"),
        "whether requests are limited, and the Retry-After header of a 429",
    ),
    Question(None, "rate_limit_every", NUMBER, "with a rate limit: every nth request is rejected", "7"),
    Question(None, "rate_limit_seconds", NUMBER, "with a rate limit: seconds to wait", "1"),
    Question(28, "unknown_stream", ("refused", "accepted"), "an unknown stream in an upsert"),
    Question(29, "columns_read", ("absent", "present"), "whether a stream has excluded_columns and hashed_columns"),
    Question(30, "duplicate_sync", ("allowed", "refused"), "a second sync of a connection into the same schema"),
    Question(None, "max_syncs_per_connection", NUMBER, "most syncs of a connection (0: no limit)", "0"),
    Question(31, "absent_optional", ("absent", "null"), "optional fields without a value"),
    Question(None, "optional_fields", ("reported", "left_out"), "optional fields with a value"),
    Question(32, "extra_fields", ("none", "present"), "fields that Weld does not have today"),
    Question(
        33,
        "max_streams_per_upsert",
        NUMBER,
        "most streams in one upsert; more are rejected with 413 (0: no limit)",
        "0",
    ),
    Question(34, "list_lag_seconds", NUMBER, "seconds until lists show a new object", "0"),
    Question(35, "fill_in_values", ("absent", "filled"), "values that were omitted"),
    Question(36, "schema_name_case", ("kept", "lower"), "case of destination_schema_name in responses"),
    Question(
        None, "empty_settings", ("object", "empty_body", "null"), "settings schema of a connection without settings"
    ),
    Question(
        None, "refresh_disabled", ("400", "204"), "status of requesting a full refresh while the sync is disabled"
    ),
    Question(None, "refresh_protected", ("204", "400"), "status of requesting a full refresh of a protected stream"),
)

_BY_NAME = {question.name: question for question in OPEN_QUESTIONS}


class ApiVariants:
    """The chosen answer to each open question.

    `version` grows with each change, so that what was made under other answers can be recognized.
    """

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self.version = 0
        self._values = _defaults()
        self.update(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def number(self, name: str) -> float:
        """Return the answer to a question whose answers are numbers."""
        return float(self._values[name])

    def update(self, values: Mapping[str, object]) -> None:
        """Choose some answers, all of them or none; raise ValueError if one is invalid."""
        checked = {name: _question(name).check(value) for name, value in values.items()}
        self._values.update(checked)
        self.version += 1

    def reset(self) -> None:
        """Choose every default."""
        self._values = _defaults()
        self.version += 1

    def as_dict(self) -> dict[str, str]:
        """Return the answers by name."""
        return dict(self._values)


def _defaults() -> dict[str, str]:
    return {question.name: question.default for question in OPEN_QUESTIONS}


def _question(name: str) -> Question:
    if name not in _BY_NAME:
        raise ValueError(f"there is no reading {name!r}; the readings are: {', '.join(sorted(_BY_NAME))}")
    return _BY_NAME[name]
