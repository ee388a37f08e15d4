from __future__ import annotations

from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.validation.settings import settings_problems

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
OFFER = "'123456' (Name of account) or '77' (Bob's shop)"
ACCOUNTS = [{"const": "123456", "title": "Name of account"}, {"const": "77", "title": "Bob's shop"}]
NOT_OFFERED = "offers"


class Unknown:
    pass


def problems(properties: dict[str, Any], settings: Any, **more: Any) -> list[tuple[str, str]]:
    schema = {"$schema": DRAFT_07, "title": "x", "type": "object", "properties": properties, **more}
    found = settings_problems(schema, settings, lambda value: isinstance(value, Unknown))
    return [(problem.path, problem.reason) for problem in found]


def told(schema: dict[str, Any], value: Any) -> list[tuple[str, str]]:
    return [(path.removeprefix("elt_settings.x"), reason) for path, reason in problems({"x": schema}, {"x": value})]


def are(found: list[tuple[str, str]], expected: list[tuple[str, list[str]]]) -> bool:
    """Whether these are the paths of the problems, and their reasons name these parts."""
    assert [path for path, _ in found] == [path for path, _ in expected]
    return all(says(reason, *parts) for (_, reason), (_, parts) in zip(found, expected, strict=True))


# --- what has to be given ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [None, {}])
@pytest.mark.parametrize("dialect", [DRAFT_07, DRAFT_2020])
def test_missing_settings_are_told_with_what_to_write(settings: Any, dialect: str) -> None:
    properties = {
        "ad_accounts": {"type": "array", "title": "Ad accounts", "anyOf": ACCOUNTS},
        "months": {"type": "integer", "minimum": 3},
        "region": {"title": "Region", "oneOf": [{"const": "eu"}, {"const": "us"}], "default": "us"},
        "token": {"type": "string"},
        "options": {"type": "object", "required": ["deep"], "properties": {"deep": {"type": "boolean"}}},
        "optional": {"type": "string"},
    }
    required = ["token", "ad_accounts", "months", "region", "options", "nowhere"]
    expected = [
        ("elt_settings.ad_accounts", ["missing (Ad accounts)", f"list of {OFFER};", "write 'ad_accounts': ['123456']"]),
        ("elt_settings.months", ["missing", "whole number", "write 'months': 3"]),
        ("elt_settings.nowhere", ["missing", "write 'nowhere': '…'"]),
        ("elt_settings.options", ["missing", "dict", "write 'options': {'deep': True}"]),
        ("elt_settings.region", ["missing (Region)", "'eu' or 'us'", "write 'region': 'us'"]),
        ("elt_settings.token", ["missing", "string", "write 'token': '…'"]),
    ]
    assert are(problems(properties, settings, required=required, **{"$schema": dialect}), expected)


def test_a_missing_setting_deep_inside_is_told_by_its_path() -> None:
    inner = {"type": "object", "required": ["id"], "properties": {"id": {"type": "number"}}}
    found = problems({"rows": {"type": "array", "items": inner}}, {"rows": [{"id": 1.5}, {}]})
    assert are(found, [("elt_settings.rows[1].id", ["missing", "number", "write 'id': 1"])])


def test_a_missing_setting_that_another_one_needs_is_told() -> None:
    properties = {"account": {"type": "string"}, "report": {"type": "string"}, "zone": {"default": "eu"}}
    dependencies = {"report": ["account", "zone"]}
    assert problems(properties, {}, dependencies=dependencies) == []
    assert problems(properties, {"report": "x", "account": "y"}, dependencies=dependencies) == []
    expected = [("elt_settings.account", ["missing", "'report'", "string", "write 'account': '…'"])]
    for value in ("x", Unknown()):
        assert are(problems(properties, {"report": value}, dependencies=dependencies), expected)
    required = problems(properties, {"report": "x"}, dependencies=dependencies, required=["account"])
    assert are(required, [("elt_settings.account", ["missing", "requires", "string", "write 'account': '…'"])])
    assert "'report'" not in required[0][1]
    found = problems(properties, {"report": "x"}, dependentRequired=dependencies, **{"$schema": DRAFT_2020})
    assert are(found, expected)


def test_choices_that_depend_on_another_setting_are_not_told_by_the_schema() -> None:
    properties = {
        "report": {"type": "string", "oneOf": [{"const": "a"}]},
        "reports": {"type": "array", "items": {"type": "string", "enum": ["a"]}},
        "account": {"type": "string"},
    }
    dependencies = {"report": ["account"], "reports": ["account"]}
    settings = {"report": "b", "reports": ["b", 5], "account": "x"}
    expected = [("elt_settings.reports[1]", ["string", "for example '…'"])]
    assert are(problems(properties, settings, dependencies=dependencies), expected)


def test_a_setting_asks_for_the_form_that_goes_with_it() -> None:
    dependencies = {"kind": {"oneOf": [_form("a", "one"), _form("b", "two")]}}
    properties = {"kind": {"enum": ["a", "b"]}}
    assert problems(properties, {"kind": "a", "one": 1}, dependencies=dependencies) == []
    found = problems(properties, {"kind": "b", "one": 1}, dependencies=dependencies)
    assert are(found, [("elt_settings.two", ["missing", "write 'two': '…'"])])


def _form(kind: str, needs: str) -> dict[str, Any]:
    return {"properties": {"kind": {"const": kind}}, "required": [needs]}


# --- choices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "anyOf": ACCOUNTS},
        {"type": "array", "oneOf": ACCOUNTS},
        {"type": "array", "items": {"type": "string", "oneOf": ACCOUNTS}},
        {"type": "array", "items": {"anyOf": ACCOUNTS}, "uniqueItems": True},
        {"type": ["array", "null"], "anyOf": [*ACCOUNTS]},
    ],
)
def test_choices_of_a_list_are_found_wherever_weld_puts_them(schema: dict[str, Any]) -> None:
    assert told(schema, ["77", "123456"]) == []
    assert told(schema, []) == []
    bobs = ["did you mean '77' (Bob's shop)?", OFFER]
    is_typed = schema.get("items", {}).get("type")
    found = told(schema, ["77", "123457", "Bobs Shop", 77.0, "secret"])
    expected = [
        ("[1]", ["did you mean '123456' (Name of account)?", OFFER]),
        ("[2]", bobs),
        ("[3]", ["string", "for example '123456'"] if is_typed else bobs),
        ("[4]", [f"write {OFFER}"]),
    ]
    assert are(found, expected)


@pytest.mark.parametrize(
    "schema", [{"type": "array", "enum": ["a", "b"]}, {"type": "array", "items": {"enum": ["a", "b"]}}]
)
def test_enums_of_a_list_are_choices_too(schema: dict[str, Any]) -> None:
    assert are(told(schema, ["b", "x"]), [("[1]", [NOT_OFFERED, "write 'a' or 'b'"])])


@pytest.mark.parametrize(
    ("schema", "value", "parts"),
    [
        ({"type": "string", "oneOf": ACCOUNTS}, "78", [f"write {OFFER}"]),
        ({"enum": ["daily", "weekly"]}, "dayly", ["did you mean 'daily'?", "'daily' or 'weekly'"]),
        ({"enum": [1, 2]}, "1", ["did you mean 1?", "1 or 2"]),
        ({"enum": [1, 2]}, True, ["write 1 or 2"]),
        ({"const": "only"}, "other", ["write 'only'"]),
        (
            {"enum": [f"v{number}" for number in range(13)]},
            "x",
            ["write 'v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9' and 3 more"],
        ),
        ({"anyOf": [{"const": "a", "title": "two\nlines"}]}, "x", ["write 'a' (two\\nlines)"]),
    ],
)
def test_a_value_that_is_not_offered_is_refused_with_the_offer(
    schema: dict[str, Any], value: Any, parts: list[str]
) -> None:
    assert are(told(schema, value), [("", [NOT_OFFERED, *parts])])


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"oneOf": [{"const": "a", "title": "one"}, {"const": "a", "title": "other"}]}, "a"),
        ({"enum": [5]}, 5.0),
        ({"type": "number", "anyOf": [{"const": "5"}]}, 5.0),
        ({"type": "string", "enum": [1, 2]}, "anything"),
        ({"type": "object", "oneOf": [{"const": "a"}]}, {}),
        ({"type": "array", "anyOf": [{"type": "string"}]}, ["a"]),
        ({"type": "string", "enum": []}, "a"),
        ({"enum": []}, "a"),
        ({"type": "array", "anyOf": []}, ["a"]),
        ({"type": "string", "oneOf": []}, "a"),
        ({"anyOf": [{"enum": []}, {"const": "b"}]}, "a"),
    ],
)
def test_a_schema_that_weld_cannot_have_meant_refuses_nothing(schema: dict[str, Any], value: Any) -> None:
    assert told(schema, value) == []


@pytest.mark.parametrize(
    ("branches", "value", "expected"),
    [
        ([{"type": "string"}, {"type": "array", "minItems": 2}], ["a"], [("", ["2 items"])]),
        ([{"type": "string"}, {"type": "null"}], 5, [("", ["none of the 2 forms"])]),
        ([{"required": ["a"]}, {"required": ["b"]}], {}, [("", ["write 'a' or 'b'"])]),
        (
            [_form("a", "one"), _form("b", "two")],
            {"kind": "b"},
            [(".two", ["missing", "write 'two': '…'"])],
        ),
        ([{"const": "all"}, {"type": "array"}], ["x"], []),
    ],
)
def test_a_value_has_to_fit_one_of_several_forms(
    branches: list[Any], value: Any, expected: list[tuple[str, list[str]]]
) -> None:
    assert are(told({"anyOf": branches}, value), expected)
    assert are(told({"oneOf": branches}, value), expected)


# --- types, limits, unknown keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value", "parts"),
    [
        ({"type": "array", "anyOf": ACCOUNTS}, "77", ["a list", "for example ['123456']"]),
        ({"type": "array", "items": {"type": "string"}}, {}, ["a list", "for example ['…']"]),
        ({"type": "array"}, 1, ["a list", "for example ['…']"]),
        ({"type": "boolean"}, "true", ["True or False", "for example True"]),
        ({"type": "integer"}, 5.5, ["a whole number", "for example 1"]),
        ({"type": "integer"}, True, ["a whole number", "for example 1"]),
        ({"type": "number", "minimum": 2}, "3", ["a number", "for example 2"]),
        ({"type": "object"}, [], ["a dict", "for example {}"]),
        ({"type": ["string", "null"]}, 5, ["a string or None", "for example '…'"]),
        ({"type": "string", "enum": ["a"]}, 5, ["a string", "for example 'a'"]),
        ({"type": "string"}, None, ["a string", "for example '…'"]),
        ({"minimum": 3}, 2.0, ["3 or more"]),
        ({"maximum": 3}, 4, ["3 or less"]),
        ({"exclusiveMinimum": 3}, 3, ["more than 3"]),
        ({"exclusiveMaximum": 3}, 3, ["less than 3"]),
        ({"multipleOf": 5}, 7.0, ["multiple of 5"]),
        ({"minLength": 2}, "a", ["2 characters or more"]),
        ({"maxLength": 2}, "abc", ["2 characters or fewer"]),
        ({"minItems": 1}, [], ["1 items or more"]),
        ({"maxItems": 1}, [1, 2], ["1 items or fewer"]),
        ({"uniqueItems": True}, ["a", "b", "a"], ["twice", "remove"]),
        ({"minProperties": 1}, {}, ["1 settings or more"]),
        ({"maxProperties": 0}, {"a": 1}, ["0 settings or fewer"]),
        ({"pattern": r"^act_\d+$"}, "123", [r"'^act_\\d+$'"]),
        ({"contains": {"const": 1}}, [2], ["lacks"]),
        ({"not": {"const": 1}}, 1, ["not allowed", "remove"]),
        (False, 1, ["not allowed", "remove"]),
    ],
)
def test_a_value_of_a_wrong_type_or_beyond_a_limit_is_refused(schema: Any, value: Any, parts: list[str]) -> None:
    assert are(told(schema, value), [("", parts)])


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 5.0),
        ({"type": "integer", "multipleOf": 5, "minimum": 5}, 10.0),
        ({"type": "string", "format": "date"}, "no date, but Weld decides"),
        ({"pattern": r"^act_\d+$"}, "act_5"),
        ({"pattern": r"^\p{Letter}+$"}, "5"),
        ({"if": {"pattern": r"^\p{Letter}+$"}, "then": False}, "5"),
        ({"not": {"pattern": r"^\p{Letter}+$"}}, "5"),
        (True, 1),
    ],
)
def test_a_legal_value_is_no_problem(schema: Any, value: Any) -> None:
    assert told(schema, value) == []


@pytest.mark.parametrize("dialect", [DRAFT_07, DRAFT_2020])
def test_annotations_of_a_setting_do_not_stop_its_check(dialect: str) -> None:
    annotated = {
        **{"type": "string", "readOnly": False, "writeOnly": True, "deprecated": True, "x-secret": True},
        **{"default": True, "examples": [True], "description": "a key", "format": "password", "$comment": "x"},
    }
    found = problems({"a": annotated}, {"a": 5}, **{"$schema": dialect})
    assert are(found, [("elt_settings.a", ["a string"])])


def test_the_whole_has_to_be_a_dict() -> None:
    properties = {"a": {"type": "string"}}
    assert are(problems(properties, ["x"], required=["a"]), [("elt_settings", ["a dict", "for example {'a': '…'}"])])


def test_a_key_that_the_schema_does_not_allow_is_refused() -> None:
    properties: dict[str, Any] = {"ad_accounts": {}, "region": {}}
    settings = {"adAccounts": 1, "Region": 1, "zzz": 1, "a b": 1}
    assert problems(properties, settings) == []
    expected = [
        ("elt_settings.Region", ["did you mean 'region'?"]),
        ("elt_settings['a b']", ["write 'ad_accounts' or 'region'"]),
        ("elt_settings.adAccounts", ["did you mean 'ad_accounts'?"]),
        ("elt_settings.zzz", ["write 'ad_accounts' or 'region'"]),
    ]
    assert are(problems(properties, settings, additionalProperties=False), expected)
    nothing_known = problems({}, {"a": 1}, additionalProperties=False)
    assert are(nothing_known, [("elt_settings.a", ["remove it"])])
    patterned = problems({}, {"a": 1}, additionalProperties=False, patternProperties={"^x": {}})
    assert patterned == []
    typed = problems({}, {"a": 1}, additionalProperties={"type": "string"})
    assert are(typed, [("elt_settings.a", ["a string", "for example '…'"])])


# --- values not known yet ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "enum": ["a"], "minLength": 5, "not": {}}, Unknown()),
        ({"type": "array", "items": {"type": "string"}, "anyOf": ACCOUNTS}, ["77", Unknown()]),
        ({"type": "array", "uniqueItems": True, "contains": {"const": 1}}, [Unknown(), Unknown()]),
        ({"anyOf": [{"required": ["a"]}, {"properties": {"b": {"const": 1}}, "required": ["b"]}]}, {"b": Unknown()}),
        ({"not": {"properties": {"a": {"const": 1}}}}, {"a": Unknown()}),
        ({"if": {"properties": {"a": {"const": 1}}}, "then": False, "else": False}, {"a": Unknown()}),
        ({"const": {"a": [1]}}, {"a": [Unknown()]}),
        ({"required": ["a"], "properties": {"a": {"type": "string"}}}, {"a": Unknown()}),
    ],
)
def test_a_value_that_is_not_known_yet_is_not_checked(schema: Any, value: Any) -> None:
    assert told(schema, value) == []


def test_settings_that_are_not_known_yet_are_no_problem() -> None:
    assert problems({}, Unknown(), required=["a"]) == []


def test_what_is_known_beside_unknown_values_is_checked() -> None:
    schema = {"type": "array", "anyOf": ACCOUNTS}
    assert are(told(schema, [Unknown(), "zzz"]), [("[1]", [f"write {OFFER}"])])
    properties = {"a": {"type": "string"}, "b": {"type": "string"}}
    found = problems(properties, {"a": Unknown(), "b": 5}, required=["a", "c"], minProperties=4)
    assert [path for path, _ in found] == ["elt_settings", "elt_settings.b", "elt_settings.c"]


def test_problems_are_in_order_and_told_once() -> None:
    inner = {"type": "array", "items": {"type": "string"}}
    found = problems({"b": inner, "a": {"allOf": [inner, inner]}}, {"b": [1] * 11, "a": [1]})
    assert [path for path, _ in found] == ["elt_settings.a[0]", *(f"elt_settings.b[{index}]" for index in range(11))]


def test_references_to_definitions_are_followed() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/definitions/tree"}, "name": {"type": "string"}}}
    found = problems(
        {"tree": {"$ref": "#/definitions/tree"}},
        {"tree": {"child": {"child": {"name": 5}}}},
        definitions={"tree": tree},
    )
    assert are(found, [("elt_settings.tree.child.child.name", ["a string", "for example '…'"])])
