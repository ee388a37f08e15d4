from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weld_pulumi.validation.patterns import is_pattern, resolve

from .offered import Offered

SOURCE = [
    Offered("customers"),
    Offered("order_items", is_selectable=True),
    Offered("orders"),
    Offered("order_hidden", is_selectable=False),
    Offered("order_old", retired=True),
    Offered("log[2024]"),
    Offered("tmp_orders"),
]


def _names(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in resolve(entries, SOURCE).entries]


@pytest.mark.parametrize(
    ("name", "pattern"), [("*", True), ("order_?", True), ("[ab]x", True), ("orders", False), ("", False)]
)
def test_a_name_with_wildcards_is_a_pattern(name: str, pattern: bool) -> None:
    assert is_pattern(name) is pattern


@pytest.mark.parametrize(
    ("names", "resolved"),
    [
        (["*"], ["customers", "log[2024]", "order_items", "orders", "tmp_orders"]),
        (["order*"], ["order_items", "orders"]),
        (["[co]*s"], ["customers", "order_items", "orders"]),
        (["ORDER*"], []),
        (["order?"], ["orders"]),
        (["log[2024]"], ["log[2024]"]),
        (["log[[]2024]"], ["log[2024]"]),
        (["not_there", "orders"], ["not_there", "orders"]),
        (["order_old", "order_hidden"], ["order_old", "order_hidden"]),
        (
            ["tmp_orders", "c*", "orders", "o*", "another"],
            ["tmp_orders", "customers", "orders", "order_items", "another"],
        ),
    ],
)
def test_names_and_patterns_stand_for_the_streams_that_fit(names: list[str], resolved: list[str]) -> None:
    assert _names([{"name": name} for name in names]) == resolved


def test_an_entry_stands_for_a_copy_of_each_match() -> None:
    pattern = {"name": "order*", "hashed_columns": ["email"], "exclude": False}
    found = resolve([pattern], SOURCE).entries
    assert found == [
        {"name": "order_items", "hashed_columns": ["email"]},
        {"name": "orders", "hashed_columns": ["email"]},
    ]
    assert pattern["name"] == "order*"


def test_a_plain_name_wins_and_of_several_patterns_the_last() -> None:
    entries: list[dict[str, Any]] = [
        {"name": "orders", "full_sync_always": True},
        {"name": "order*", "hashed_columns": ["a"]},
        {"name": "*s", "hashed_columns": ["b"]},
    ]
    assert resolve(entries, SOURCE).entries == [
        {"name": "orders", "full_sync_always": True},
        {"name": "customers", "hashed_columns": ["b"]},
        {"name": "order_items", "hashed_columns": ["b"]},
        {"name": "tmp_orders", "hashed_columns": ["b"]},
    ]


def test_exclude_takes_matches_of_patterns_away_but_no_plain_name() -> None:
    entries: list[dict[str, Any]] = [
        {"name": "tmp_*", "exclude": True},
        {"name": "*orders"},
        {"name": "customers", "exclude": True},
    ]
    assert _names(entries) == ["orders"]
    assert _names([*entries, {"name": "tmp_orders"}]) == ["orders", "tmp_orders"]


def test_patterns_and_excludes_that_match_nothing_are_told() -> None:
    entries: list[dict[str, Any]] = [
        {"name": "x*"},
        {"name": "order_old*"},
        {"name": "orders"},
        {"name": "order*"},
        {"name": "y*", "exclude": True},
        {"name": "gone", "exclude": True},
        {"name": "order_old", "exclude": True},
    ]
    found = resolve(entries, SOURCE)
    assert found.unmatched == ["x*", "order_old*"]
    assert found.unmatched_excludes == ["y*", "gone"]


def test_a_name_that_is_not_known_yet_stays() -> None:
    unknown: dict[str, Any] = {"name": object(), "hashed_columns": ["a"]}
    assert resolve([unknown, {"name": "orders"}], SOURCE).entries == [unknown, {"name": "orders"}]


def test_thousands_of_streams_and_dozens_of_patterns_are_quick() -> None:
    source = [Offered(f"table_{number}") for number in range(5000)]
    start = time.perf_counter()
    found = resolve([{"name": f"*a*b*{number}*"} for number in range(49)] + [{"name": "table_*"}], source)
    assert len(found.entries) == 5000
    assert time.perf_counter() - start < 60


NAMES = st.text(alphabet="ab[", max_size=3)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"name": st.text(alphabet="ab*?[]", max_size=3)},
        optional={"exclude": st.booleans(), "hashed_columns": st.lists(st.just("x"), max_size=1)},
    ),
    max_size=6,
)
OFFERS = st.lists(
    st.builds(Offered, NAMES, st.sampled_from([None, True, False]), st.booleans()),
    max_size=8,
    unique_by=lambda o: o.name,
)


@given(ENTRIES, OFFERS)
def test_every_resolution_is_unique_and_stable_and_the_last_pattern_counts(
    entries: list[dict[str, Any]], offers: list[Offered]
) -> None:
    found = resolve(entries, offers)
    names = [entry["name"] for entry in found.entries]
    assert len(names) == len(set(names))
    assert all("exclude" not in entry for entry in found.entries)
    assert resolve(found.entries, [Offered(name) for name in names]).entries == found.entries
    literal = {offer.name for offer in offers}
    kept = {e["name"] for e in entries if not e.get("exclude") and (e["name"] in literal or not is_pattern(e["name"]))}
    assert kept <= set(names)
    usable = {offer.name for offer in offers if offer.is_selectable is not False and not offer.retired}
    assert set(names) - kept <= usable
    for name in set(names) - kept:
        assert not any(e.get("exclude") and (e["name"] == name or _fits(e, name, literal)) for e in entries)
        last = [e for e in entries if not e.get("exclude") and _fits(e, name, literal)][-1]
        entry = next(entry for entry in found.entries if entry["name"] == name)
        assert {**entry, "name": ""} == {k: v for k, v in {**last, "name": ""}.items() if k != "exclude"}


@given(ENTRIES, OFFERS)
def test_an_entry_before_the_first_pattern_keeps_its_index(
    entries: list[dict[str, Any]], offers: list[Offered]
) -> None:
    written = {entry["name"]: entry for entry in entries}.values()
    plain = [e for e in written if not is_pattern(e["name"]) and not e.get("exclude")]
    found = resolve([*plain, *entries], offers).entries
    assert [entry["name"] for entry in found[: len(plain)]] == [entry["name"] for entry in plain]


@given(ENTRIES, OFFERS)
def test_the_streams_of_one_pattern_stand_together_by_name(
    entries: list[dict[str, Any]], offers: list[Offered]
) -> None:
    numbered = [{**entry, "incremental_pointer_id": number} for number, entry in enumerate(entries)]
    found = [(entry["incremental_pointer_id"], entry["name"]) for entry in resolve(numbered, offers).entries]
    assert found == sorted(found)


def _fits(entry: dict[str, Any], name: str, literal: set[str]) -> bool:
    return entry["name"] not in literal and fnmatchcase(name, entry["name"])


@given(ENTRIES, OFFERS)
def test_the_order_of_what_is_offered_means_nothing(entries: list[dict[str, Any]], offers: list[Offered]) -> None:
    assert resolve(entries, offers) == resolve(entries, reversed(offers))
