"""Schemas that nobody should send: nothing is refused, nothing is raised, nothing hangs, nothing is fetched."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from weld_pulumi.validation.settings import settings_problems

SECRET = "hunter2-secret"


def problems(schema: Any, value: Any) -> list[str]:
    return [problem.path for problem in settings_problems(schema, value, lambda value: value is ...)]


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"properties": {"a": schema}, "items": schema}  # 2 ** levels parts
    return schema


def _deep_value(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


DOUBLING = {
    "$ref": "#/definitions/a0",
    "definitions": {"a40": {}, **{f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(40)}},
}


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": "https://json-schema.org/draft/2019-09/schema", "required": ["a"]},
        {"$schema": "http://json-schema.org/draft-04/schema#", "required": ["a"]},
        {"$schema": "https://evil.example/schema", "required": ["a"]},
        {"$schema": 5, "required": ["a"]},
        {"type": "text", "required": ["a"]},
        {"required": True},
        {"properties": ["a"]},
        {"properties": {"x": {"required": True}}, "required": ["a"]},
        {"$ref": "#", "required": ["a"]},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}], "required": ["a"]},
        {"$ref": "http://127.0.0.1:1/schema"},
        {"$ref": "#/definitions/nowhere"},
        {"$ref": "file:///etc/passwd"},
        {"$id": "http://[broken", "$ref": "x"},
        {"$id": "\ud800", "$ref": "\ud800"},
        {"$ref": "#/definitions/a", "definitions": {"a": {"if": {"$ref": "#"}, "else": {"$ref": "#/definitions/a"}}}},
        {},
        DOUBLING,
        _deep(20),
        {"properties": {"x": {"$schema": "http://json-schema.org/draft-03/schema#", "type": "string"}}},
    ],
)
def test_a_schema_that_cannot_be_used_refuses_nothing(schema: dict[str, Any]) -> None:
    start = time.perf_counter()
    assert problems(schema, {"x": "a"}) == []
    assert problems(schema, None) == []
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize(
    "dialect", ["http://json-schema.org/draft-07/schema", "https://json-schema.org/draft/2020-12/schema"]
)
@pytest.mark.parametrize("levels", [*range(20, 40), 100, 5000])
@pytest.mark.parametrize("keyword", ["allOf", "properties"])
def test_a_schema_of_any_depth_is_checked_or_let_pass(keyword: str, levels: int, dialect: str) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"allOf": [schema]} if keyword == "allOf" else {"properties": {"a": schema}}
    found = problems({"$schema": dialect, **schema}, {} if keyword == "allOf" else _deep_value(levels))
    assert len(found) == (1 if levels <= 30 else 0)
    tree = {"$schema": dialect, "properties": {"a": {"$ref": "#"}, "b": {"type": "string"}}}
    assert problems(tree, {"b": 1, **_deep_value(levels)}) == (["elt_settings.b"] if levels <= 100 else [])
    assert problems({"type": "object"}, _deep_value(levels)) == []


def test_an_unusable_reference_spoils_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("the network was touched"))
    schema = {
        "properties": {
            "a": {"$ref": "http://weld.example/x#/y"},
            "b": {"not": {"$ref": "urn:x"}},
            "c": {"type": "string"},
        },
        "required": ["d"],
    }
    assert problems(schema, {"a": 1, "b": 1, "c": 1}) == ["elt_settings.c", "elt_settings.d"]


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("^(a+)+$", "a" * 40 + "!"),
        ("a*a*a*a*a*a*b", "a" * 200),
        ("a?" * 40 + "a" * 40, "a" * 40),
        ("(a|a)" * 30 + "b", "a" * 40),
        (r"(x)\1", "yy"),
        ("[", "x"),
    ],
)
def test_slow_or_foreign_patterns_are_let_pass(pattern: str, value: str) -> None:
    start = time.perf_counter()
    schema = {"properties": {"a": {"pattern": pattern}}, "patternProperties": {pattern: False}, "required": ["b"]}
    assert problems(schema, {"a": value, value: 1}) == ["elt_settings.b"]
    assert time.perf_counter() - start < 60


def test_many_patterns_take_no_longer() -> None:
    start = time.perf_counter()
    schema = {"properties": {"a": {"allOf": [{"pattern": f"a*a*a*b{number}"} for number in range(1000)]}}}
    problems(schema, {"a": "a" * 170})
    assert time.perf_counter() - start < 60


#: Each takes more than ten milliseconds to compile, and none to search.
SLOW_TO_COMPILE = "".join(f"[a{chr(0x400 + number)}-\uffff]" for number in range(32))


def test_patterns_that_take_long_to_compile_do_not_hang_a_preview() -> None:
    start = time.perf_counter()
    schema = {
        "properties": {"a": {"allOf": [{"pattern": f"{SLOW_TO_COMPILE}{number}"} for number in range(2000)]}},
        "required": ["b"],
    }
    assert "elt_settings.b" in problems(schema, {"a": "x"})
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("a{1000}b", "a" * 100_000),
        ("(?=a{60000}b)", "a" * 60_000),
        ("[ab]*[ab]*[ab]*c", "a" * 90),
        (f"({'|'.join('a' * 30)})" * 3 + "b", "a" * 10_000),
        ("^a+a+a+$", "a" * 900 + "b"),
    ],
)
def test_two_thousand_patterns_that_take_long_to_compare_do_not_hang_a_preview(pattern: str, value: str) -> None:
    start = time.perf_counter()
    many = [{"pattern": f"{pattern}{'|x'[number % 2 :]}{number}"} for number in range(2000)]
    assert "elt_settings.b" in problems({"properties": {"a": {"allOf": many}}, "required": ["b"]}, {"a": value})
    assert time.perf_counter() - start < 10


def test_two_thousand_patterns_with_flags_do_not_hang_a_preview() -> None:
    start = time.perf_counter()
    slow = "(?i)" + "[\\u0000-\\U0010ffff]" * 7
    many = [{"pattern": f"{slow}{number}"} for number in range(2000)]
    assert "elt_settings.b" in problems({"properties": {"a": {"allOf": many}}, "required": ["b"]}, {"a": "x"})
    assert time.perf_counter() - start < 10


def test_thousands_of_choices_are_quick() -> None:
    start = time.perf_counter()
    offer = [{"const": str(number), "title": f"Account {number}"} for number in range(2000)]
    schema = {"properties": {"a": {"type": "array", "anyOf": offer}}}
    assert problems(schema, {"a": [str(number) for number in range(2000)]}) == []
    assert len(problems(schema, {"a": [f"x{number}" for number in range(1500)]})) == 1500
    assert time.perf_counter() - start < 60


def test_a_large_schema_for_a_long_list_does_not_hang_a_preview() -> None:
    start = time.perf_counter()
    items = {"allOf": [{"anyOf": [{"type": "string"}, {"minLength": number}]} for number in range(3000)]}
    assert problems({"properties": {"a": {"items": items}}}, {"a": ["x"] * 3000}) == []
    assert time.perf_counter() - start < 10


NAMES = st.sampled_from(["a", "b"])
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from(["a", "b", SECRET])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=6
)
TYPES = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    many = st.lists(inner, min_size=1, max_size=3)
    return (
        st.fixed_dictionaries(
            {},
            optional={
                "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
                "const": SCALARS,
                "enum": st.lists(SCALARS, max_size=3),
                "anyOf": many,
                "oneOf": many,
                "allOf": many,
                "not": inner,
                "if": inner,
                "then": inner,
                "else": inner,
                "items": inner | many,
                "contains": inner,
                "uniqueItems": st.booleans(),
                "minItems": st.integers(0, 3),
                "minimum": st.integers(-2, 2),
                "minLength": st.integers(0, 3),
                "pattern": st.sampled_from(["a", "^b$", "(a+)+"]),
                "required": st.lists(NAMES, unique=True),
                "properties": st.dictionaries(NAMES, inner, max_size=2),
                "patternProperties": st.dictionaries(st.just("a"), inner, max_size=1),
                "additionalProperties": inner,
                "propertyNames": inner,
                "dependencies": st.dictionaries(NAMES, inner | st.lists(NAMES, unique=True), max_size=1),
                "title": st.just("Title"),
                "default": SCALARS,
            },
        )
        | st.booleans()
    )


SCHEMAS = _schemas(st.recursive(st.just({}), _schemas, max_leaves=6)).filter(lambda schema: isinstance(schema, dict))


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, st.dictionaries(NAMES, VALUES))
def test_the_check_is_never_stricter_than_json_schema_itself(schema: dict[str, Any], value: dict[str, Any]) -> None:
    legal = Draft7Validator(schema).is_valid(value)
    found = settings_problems(schema, value, lambda value: value is ...)
    assert not (legal and found)
    schema_names_it = SECRET in repr(schema)
    assert all((schema_names_it or SECRET not in problem.reason) and "\n" not in problem.reason for problem in found)


@settings(max_examples=40, deadline=None)
@given(SCHEMAS, st.dictionaries(NAMES, VALUES), NAMES)
def test_a_value_not_known_yet_adds_no_problem(schema: dict[str, Any], value: dict[str, Any], name: str) -> None:
    """What is told of settings with something unknown would be told for any value of it."""
    with_unknown = problems(schema, {**value, name: ...})
    candidates: list[Any] = [None, 0, "a", [], {"a": 1}]
    for candidate in candidates:
        if not problems(schema, {**value, name: candidate}):
            assert with_unknown == []


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["properties", "type", "anyOf", "$id", "$schema", "enum", "required"]), VALUES))
def test_any_schema_is_survived(schema: dict[str, Any]) -> None:
    problems(schema, {"a": SECRET})


REFERENCES = st.sampled_from(["#", "#/properties/a", "#/properties/a/anyOf/0", "http://weld.example/x", "#x", "%"])


@settings(max_examples=40, deadline=None)
@given(SCHEMAS, SCHEMAS, REFERENCES, REFERENCES, st.dictionaries(NAMES, VALUES))
def test_any_reference_is_survived(one: Any, other: Any, here: str, there: str, value: dict[str, Any]) -> None:
    properties = {"a": {"anyOf": [{"$ref": here}, one]}, "b": {"$ref": there}}
    problems({"properties": properties, "not": other, "allOf": [{"$ref": "#/properties/b"}]}, value)
