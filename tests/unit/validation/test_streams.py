from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.validation.problems import Problem
from weld_pulumi.validation.streams import duplicate_problems, unknown_stream_problems

from .offered import Offered, Retirement

OFFERED = [
    Offered("customers", sub_streams=["customer_addresses", "customer_tags"]),
    Offered("orders", is_selectable=True, sub_streams=[]),
    Offered("hidden", is_selectable=False),
    Offered("old", retired=True),
    Offered("older", retired=True, retirement_details=Retirement("orders", "2026-03-01T00:00:00.000Z")),
    Offered("oldest", retired=True, retirement_details=Retirement(None, "next spring")),
    Offered("log[2024]", retired=True),
]
SOURCE = {stream.name: stream for stream in OFFERED}


def test_duplicates_name_both_places() -> None:
    entries = [
        {"name": "a"},
        {"name": "b"},
        {"name": "a"},
        {"name": "*"},
        {"name": "*"},
        {"name": object()},
        {},
        object(),
    ]
    found = duplicate_problems([*entries, {"name": "a", "exclude": True}])
    assert [problem.path for problem in found] == ["source_streams[2].name", "source_streams[8].name"]
    assert all(says(problem.reason, "'a'", "source_streams[0]", "remove") for problem in found)
    (problem,) = duplicate_problems(entries, "x")
    assert problem == Problem("x[2].name", found[0].reason.replace("source_streams", "x"))


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "customers", "excluded_substreams": ["customer_tags"]},
        {"name": "customers", "excluded_substreams": object()},
        {"name": "customers", "excluded_substreams": [object()]},
        {"name": "nothing_*"},
        {"name": "old", "exclude": True},
        {"name": "gone", "exclude": True},
        {"name": object()},
        {"name": ""},
        {},
    ],
)
def test_an_entry_that_can_be_synced_is_no_problem(entry: dict[str, Any]) -> None:
    assert unknown_stream_problems([entry], SOURCE) == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("custmers", ["did you mean 'customers'?"]),
        ("Order", ["did you mean 'orders' or 'older'?"]),
        ("x", ["write 'customers', 'hidden', 'log[2024]', 'old', 'older', 'oldest' or 'orders'"]),
        ("hidden", ["selected", "remove"]),
        ("old", ["retired", "no replacement", "remove"]),
        ("older", ["retired", "on 2026-03-01", "write 'orders'"]),
        ("oldest", ["retired", "'next spring'", "no replacement", "remove"]),
        ("log[2024]", ["retired", "no replacement", "remove"]),
    ],
)
def test_a_stream_that_cannot_be_synced_is_refused_with_a_reason(name: str, parts: list[str]) -> None:
    (problem,) = unknown_stream_problems([object(), {"name": name}], SOURCE)
    assert problem.path == "source_streams[1].name"
    assert says(problem.reason, f"'{name}' ", *parts)


def test_a_stream_that_the_sync_has_already_may_be_retired_or_not_selectable() -> None:
    entries = [{"name": "old"}, {"name": "hidden"}, {"name": "gone"}]
    found = unknown_stream_problems(entries, SOURCE, in_use={"old", "hidden", "gone"})
    assert [problem.path for problem in found] == ["source_streams[2].name"]


@pytest.mark.parametrize(
    ("name", "sub_stream", "advice"),
    [
        ("customers", "customer_tag", "did you mean 'customer_tags'?"),
        ("customers", "x", "write 'customer_addresses' or 'customer_tags'"),
        ("orders", "x", "remove the name"),
    ],
)
def test_an_unknown_sub_stream_is_refused_with_advice(name: str, sub_stream: str, advice: str) -> None:
    entry = {"name": name, "excluded_substreams": [object(), sub_stream]}
    (problem,) = unknown_stream_problems([entry], SOURCE, "streams")
    assert problem.path == "streams[0].excluded_substreams[1]"
    assert says(problem.reason, f"{sub_stream!r} ", repr(name), advice)


def test_sub_streams_that_weld_does_not_tell_are_not_checked() -> None:
    assert unknown_stream_problems([{"name": "a", "excluded_substreams": ["x"]}], {"a": Offered("a")}) == []


def test_a_source_that_offers_nothing_refuses_nothing() -> None:
    assert unknown_stream_problems([{"name": "a"}], {}) == []


def test_thousands_of_wrong_names_are_quick() -> None:
    source = {f"table_{number}": Offered(f"table_{number}") for number in range(5000)}
    start = time.perf_counter()
    assert len(unknown_stream_problems([{"name": f"tabel_{number}"} for number in range(5000)], source)) == 5000
    assert time.perf_counter() - start < 60
