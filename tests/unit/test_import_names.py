"""How the program of `weld-pulumi import` writes values and names."""

from __future__ import annotations

import ast

import pytest

from weld_pulumi.cli.importing.names import Names
from weld_pulumi.cli.importing.program import literal


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        'with "quotes"',
        "it's",
        "both \" and '",
        "back\\slash",
        "new\nline\ttab",
        "\x00\x1b\u202e",
        "東京 😀",
        "",
        "{x}",
        "# no",
    ],
)
def test_any_text_is_one_line_of_python(value: str) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert literal(value).isprintable()


def test_long_values_are_spread_over_lines() -> None:
    value = {"list": [{"name": f"stream_{number}", "columns": ["a", "b"]} for number in range(9)], "x": {}, "y": []}
    text = literal(value, 4)
    assert ast.literal_eval(text) == value
    assert max(map(len, text.splitlines())) <= 100


def test_names_of_different_kinds_may_be_equal() -> None:
    names = Names()
    assert [names.resource(kind, "Übung! 1") for kind in ("Connection", "EltSync", "EltSync")] == [
        "ubung-1",
        "ubung-1",
        "ubung-1-2",
    ]
    assert [names.variable(name, "sync") for name in ("a-b", "a-b", "1", "for", "weld")] == [
        "a_b",
        "a_b_2",
        "sync_1",
        "sync_for",
        "weld_2",
    ]
