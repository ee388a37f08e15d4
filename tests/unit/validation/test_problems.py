from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weld_pulumi.validation.problems import Problem, is_plain, listed, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "'plain'"),
        ("two\nlines\x1b[31m", "'two\\nlines\\x1b[31m'"),
        ("right\u202eleft", "'right\\u202eleft'"),
        ("x" * 100, f"'{'x' * 56}…'"),
        (5.0, "5"),
        (5.5, "5.5"),
        (float("inf"), "inf"),
        (True, "True"),
        (None, "None"),
        (["a", 1], "['a', 1]"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,…]"),
    ],
)
def test_a_value_is_shown_short_and_quoted(value: object, text: str) -> None:
    assert show(value) == text


@given(st.text() | st.lists(st.text()) | st.floats() | st.dictionaries(st.text(), st.integers()))
def test_show_is_one_short_printable_line(value: object) -> None:
    assert len(show(value)) <= 60
    assert show(value).isprintable()


def test_alternatives_are_listed_in_words() -> None:
    assert [listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a or b", "a, b or c"]
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"


def test_plain_values_are_those_of_json() -> None:
    assert all(map(is_plain, (None, True, 1, 1.5, "", [], {})))
    assert not any(map(is_plain, (object(), (), b"")))


def test_problems_compare_by_value() -> None:
    assert Problem("a", "b") == Problem("a", "b")


def test_importing_the_validation_loads_the_standard_library_only() -> None:
    code = (
        "import sys, weld_pulumi; before = {*sys.modules}; import weld_pulumi.validation;"
        "print({name.split('.')[0] for name in {*sys.modules} - before} - {*sys.stdlib_module_names} - {'weld_pulumi'})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
