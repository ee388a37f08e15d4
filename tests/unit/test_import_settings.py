"""Which settings `weld-pulumi import` writes down: what the schema shows to be harmless, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weld_pulumi.cli.importing.secret_settings import without_secrets

STRING = {"type": "string"}
PASSWORD = {"type": "string", "format": "password"}


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


HARMLESS: list[tuple[Any, Any]] = [
    ({"type": "boolean"}, True),
    ({"type": "integer"}, 5),
    ({"type": "number"}, 2.5),
    ({"type": ["integer", "null"]}, None),
    ({"type": "string", "enum": ["eu", "us"]}, "eu"),
    ({"const": "v2"}, "v2"),
    ({"type": "string", "default": "https://example.com"}, "https://example.com"),
    ({"type": "string", "format": "date"}, "2024-01-31"),
    ({"type": "string", "format": "date-time"}, "2024-01-31T00:00:00Z"),
    ({"anyOf": [{"type": "null"}, {"type": "string", "enum": ["eu"]}]}, "eu"),
    ({"$ref": "#/definitions/count"}, 7),
    ({"allOf": [{"$ref": "#/definitions/count"}, {"minimum": 1}]}, 7),
    ({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, ["b", "a"]),
    ({"type": "array", "items": of(page={"type": "integer"})}, [{"page": 1}, {"page": 2}]),
    (of(deep=of(page={"type": "integer"})), {"deep": {"page": 1}}),
    (STRING, {}),
    (STRING, []),
]


@pytest.mark.parametrize(("schema", "value"), HARMLESS)
def test_a_setting_that_the_schema_shows_to_be_harmless_is_written(schema: Any, value: Any) -> None:
    root = {**of(a=schema), "definitions": {"count": {"type": "integer"}}}
    assert without_secrets({"a": value}, root) == ({"a": value}, [])


SECRET: list[tuple[Any, Any, list[str]]] = [
    (None, "s3cr3t", ["a"]),
    ({}, 5, ["a"]),
    (STRING, "s3cr3t", ["a"]),
    (PASSWORD, "s3cr3t", ["a"]),
    ({"type": "integer", "writeOnly": True}, 1234, ["a"]),
    ({"type": "integer", "format": "password"}, 1234, ["a"]),
    ({"type": "string", "enum": ["eu", "us"]}, "s3cr3t", ["a"]),
    ({"type": "string", "format": "date"}, "s3cr3t", ["a"]),
    ({"anyOf": [PASSWORD, {"type": "null"}]}, "s3cr3t", ["a"]),
    ({"anyOf": [PASSWORD, {"type": "integer"}]}, 1234, ["a"]),
    ({"oneOf": [{"type": "integer"}, {"type": "integer", "writeOnly": True}]}, 1234, ["a"]),
    ({"type": "integer", "allOf": [{"$ref": "#/definitions/hidden"}]}, 1234, ["a"]),
    ({"type": "integer", "$ref": "https://example.com/unread.json"}, 1234, ["a"]),
    ({"type": "integer", "$ref": "#/nowhere"}, 1234, ["a"]),
    ({"$ref": "#"}, "s3cr3t", ["a"]),
    ({"anyOf": [{"$ref": "#/properties/a"}, {"$ref": "#/properties/a"}]}, "s3cr3t", ["a"]),
    ({"type": "array", "items": PASSWORD}, ["s3cr3t"], ["a[]"]),
    ({"type": "array", "items": of(p=PASSWORD, n={"type": "integer"})}, [{"n": 1, "p": "s3cr3t"}], ["a[].p"]),
    ({"type": "array", "prefixItems": [{"type": "integer"}, PASSWORD]}, [1, "s3cr3t"], ["a[]"]),
    ({"type": "object", "patternProperties": {"^x": PASSWORD}}, {"x1": "s3cr3t"}, ["a.x1"]),
    ({"type": "object", "patternProperties": {"(": PASSWORD}}, {"x1": 5}, ["a.x1"]),
    ({"type": "object", "additionalProperties": PASSWORD}, {"x1": "s3cr3t"}, ["a.x1"]),
    (of(b={"allOf": [{"type": "integer"}, {"writeOnly": True}]}), {"b": 1234}, ["a.b"]),
    ({"if": {}, "then": of(b={"type": "integer", "writeOnly": True}), **of(b={"type": "integer"})}, {"b": 1}, ["a.b"]),
]


@pytest.mark.parametrize(("schema", "value", "left_out"), SECRET)
def test_every_other_setting_is_left_out_and_named(schema: Any, value: Any, left_out: list[str]) -> None:
    root = {**of(a=schema), "definitions": {"hidden": {"type": "integer", "writeOnly": True}}}
    kept, out = without_secrets({"a": value}, root)
    assert (kept, out) == ({}, left_out)


NAMES = """api-key apiKey passphrase access_key dsn client_key clientKey jwt service_account_json password Token pin
auth credentials private-key key"""


@pytest.mark.parametrize("name", NAMES.split())
def test_a_number_with_the_name_of_a_secret_is_left_out(name: str) -> None:
    schema = of(**{name: {"type": "integer"}})
    assert without_secrets({name: 1234}, schema) == ({}, [name])
    assert without_secrets({name: 1}, of(**{name: {"enum": [1, 2]}})) == ({name: 1}, [])
    assert without_secrets({name: True}, of(**{name: {"type": "boolean"}})) == ({name: True}, [])


def test_of_a_dict_the_harmless_part_is_written() -> None:
    schema = of(api=of(page={"type": "integer"}, key=PASSWORD))
    assert without_secrets({"api": {"page": 5, "key": "s3cr3t"}}, schema) == ({"api": {"page": 5}}, ["api.key"])


@pytest.mark.parametrize("schema", [None, True, [], "x", {"properties": []}, {"properties": {"a": True}}])
def test_a_schema_that_says_nothing_shows_nothing_to_be_harmless(schema: Any) -> None:
    assert without_secrets({"a": 5}, schema) == ({}, ["a"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_no_free_text_is_ever_written(value: Any) -> None:
    """Whatever the schema has of types, a text that it does not list stays out."""
    anything: dict[str, Any] = {"type": ["string", "boolean", "integer", "null", "array", "object"]}
    anything |= {"items": anything, "additionalProperties": anything}
    kept, _ = without_secrets({"a": value}, anything)

    def texts(held: Any) -> list[str]:
        inside = list(held.values()) if isinstance(held, dict) else held if isinstance(held, list) else []
        return [held] if isinstance(held, str) else [text for item in inside for text in texts(item)]

    assert texts(kept) == []
