"""Every valid declaration of a sync and its streams, as strategies of hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from weld_pulumi.simulator import READINGS

__all__ = ["readings", "separate", "syncs"]

STREAMS = ("charges", "customers", "invoices", "payouts", "refunds", "credit_notes")
SUB_STREAMS = {
    "invoices": ["invoice_line_items", "invoice_discounts"],
    "payouts": ["payout_balance_transactions"],
    "credit_notes": ["credit_note_line_items"],
}
COLUMNS = ("email", "phone", "iban", "Größe", "a b")
#: The open questions that affect what Weld returns of a sync and its streams.
ROWS = {9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 29, 31, 32, 35, 36}

flags = st.none() | st.booleans()
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def given_or_not(entry: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return dicts with any of these keys, in any order."""
    return st.fixed_dictionaries({}, optional=entry)


crons = st.sampled_from(
    ["0 */6 * * *", "  5\t4 * *  mon-fri ", "0 0 1 JAN *", "*/1 * * * *", "00 07 * * 1,3", "0 12 * * 7", "30 2 1-7 * 1"]
)
dates = st.dates().map(str).filter(lambda text: text > "1000") | st.sampled_from(
    ["2024-02-29T00:00:00.000Z", "2024-02-29T23:30:00-02:00", "2024-02-29 00:00"]
)
schemas = st.sampled_from(["weld_raw", "Weld_Raw", "weld-raw", "WELD", "schéma"])
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
elt_settings = st.none() | st.dictionaries(texts.filter(lambda key: key != "account"), json_values, max_size=3).flatmap(
    lambda rest: given_or_not({"account": st.none() | texts}).map(lambda own: {**own, **rest})
)
triggers = st.none() | st.lists(json_values, max_size=2) | st.dictionaries(texts, json_values, max_size=2)


@st.composite
def streams(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Return one stream without contradictions."""
    protected = draw(flags)
    full = st.none() | st.just(False) if protected else flags
    hashed = draw(st.lists(st.sampled_from(COLUMNS), max_size=3))
    columns = st.lists(st.sampled_from([column for column in COLUMNS if column not in hashed]), max_size=3)
    rest = draw(
        given_or_not(
            {
                "excluded_columns": st.none() | columns,
                "full_sync_always": full,
                "full_sync_at_midnight": full,
                "excluded_substreams": st.none() | st.lists(st.sampled_from(SUB_STREAMS[name]), unique=True)
                if name in SUB_STREAMS
                else st.just([]),
                "enabled_history_table": flags,
                "incremental_pointer_id": st.sampled_from([None, "", "created", "updated_at"]),
                "run_triggers": triggers,
                "full_refresh_triggers": triggers,
                "reset_history_table": flags,
            }
        )
    )
    return {"name": name, "hashed_columns": hashed, "protected_from_full_sync": protected, **rest}


entries = st.lists(st.sampled_from(STREAMS), unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(streams(name) for name in names)).map(list)
)
syncs = st.fixed_dictionaries(
    {"destination_schema_name": schemas, "sync_interval": crons},
    optional={
        "elt_settings": elt_settings,
        "start_date": dates,
        "enabled": flags,
        "orchestration_workflow_id": st.sampled_from([None, "Rr7vK2pQx0LmTd"]),
        "source_streams": st.none() | entries,
        "deletion_policy": st.sampled_from([None, "delete"]),
        "remove_destination_data": flags,
        "run_triggers": triggers,
        "full_refresh_triggers": triggers,
    },
)
separate = st.sampled_from(STREAMS).flatmap(streams)
readings = st.fixed_dictionaries(
    {each.name: st.sampled_from(each.values) for each in READINGS if each.row in ROWS and not each.numeric}
)
