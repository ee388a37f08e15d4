from __future__ import annotations

from typing import Any

import pytest

from weld_pulumi.validation import settings_problems

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
OFFER = "'123456' (Name of account) or '77' (Bob's shop)"
ACCOUNTS = [{"const": "123456", "title": "Name of account"}, {"const": "77", "title": "Bob's shop"}]
NOT_OFFERED = "is not one of the values that Weld offers"


class Unknown:
    pass


def problems(properties: dict[str, Any], settings: Any, **more: Any) -> list[tuple[str, str]]:
    schema = {"$schema": DRAFT_07, "title": "x", "type": "object", "properties": properties, **more}
    found = settings_problems(schema, settings, lambda value: isinstance(value, Unknown))
    return [(problem.path, problem.reason) for problem in found]


def told(schema: dict[str, Any], value: Any) -> list[tuple[str, str]]:
    return [(path.removeprefix("elt_settings.x"), reason) for path, reason in problems({"x": schema}, {"x": value})]


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
    assert problems(properties, settings, required=required, **{"$schema": dialect}) == [
        (
            "elt_settings.ad_accounts",
            f"is missing (Ad accounts): Weld requires it; a list of {OFFER}; write 'ad_accounts': ['123456']",
        ),
        ("elt_settings.months", "is missing: Weld requires it; a whole number; write 'months': 3"),
        ("elt_settings.nowhere", "is missing: Weld requires it; write 'nowhere': '…'"),
        ("elt_settings.options", "is missing: Weld requires it; a dict; write 'options': {'deep': True}"),
        ("elt_settings.region", "is missing (Region): Weld requires it; one of 'eu' or 'us'; write 'region': 'us'"),
        ("elt_settings.token", "is missing: Weld requires it; a string; write 'token': '…'"),
    ]


def test_a_missing_setting_deep_inside_is_told_by_its_path() -> None:
    inner = {"type": "object", "required": ["id"], "properties": {"id": {"type": "number"}}}
    assert problems({"rows": {"type": "array", "items": inner}}, {"rows": [{"id": 1.5}, {}]}) == [
        ("elt_settings.rows[1].id", "is missing: Weld requires it; a number; write 'id': 1")
    ]


def test_a_missing_setting_that_another_one_needs_is_told() -> None:
    properties = {"account": {"type": "string"}, "report": {"type": "string"}, "zone": {"default": "eu"}}
    dependencies = {"report": ["account", "zone"]}
    assert problems(properties, {}, dependencies=dependencies) == []
    assert problems(properties, {"report": "x", "account": "y"}, dependencies=dependencies) == []
    expected = [("elt_settings.account", "is missing: 'report' needs it; a string; write 'account': '…'")]
    for value in ("x", Unknown()):
        assert problems(properties, {"report": value}, dependencies=dependencies) == expected
    required = problems(properties, {"report": "x"}, dependencies=dependencies, required=["account"])
    assert required == [("elt_settings.account", "is missing: Weld requires it; a string; write 'account': '…'")]
    assert problems(properties, {"report": "x"}, dependentRequired=dependencies, **{"$schema": DRAFT_2020}) == expected


def test_choices_that_depend_on_another_setting_are_not_told_by_the_schema() -> None:
    properties = {
        "report": {"type": "string", "oneOf": [{"const": "a"}]},
        "reports": {"type": "array", "items": {"type": "string", "enum": ["a"]}},
        "account": {"type": "string"},
    }
    dependencies = {"report": ["account"], "reports": ["account"]}
    settings = {"report": "b", "reports": ["b", 5], "account": "x"}
    expected = [("elt_settings.reports[1]", "must be a string; write for example '…'")]
    assert problems(properties, settings, dependencies=dependencies) == expected


def test_a_setting_asks_for_the_form_that_goes_with_it() -> None:
    dependencies = {"kind": {"oneOf": [_form("a", "one"), _form("b", "two")]}}
    properties = {"kind": {"enum": ["a", "b"]}}
    assert problems(properties, {"kind": "a", "one": 1}, dependencies=dependencies) == []
    assert problems(properties, {"kind": "b", "one": 1}, dependencies=dependencies) == [
        ("elt_settings.two", "is missing: Weld requires it; write 'two': '…'")
    ]


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
    assert told(schema, ["77", "123457", "Bobs Shop", 77.0, "secret"]) == [
        ("[1]", f"{NOT_OFFERED}; did you mean '123456' (Name of account)? Weld offers {OFFER}"),
        ("[2]", f"{NOT_OFFERED}; did you mean '77' (Bob's shop)? Weld offers {OFFER}"),
        (
            "[3]",
            "must be a string; write for example '123456'"
            if schema.get("items", {}).get("type")
            else f"{NOT_OFFERED}; did you mean '77' (Bob's shop)? Weld offers {OFFER}",
        ),
        ("[4]", f"{NOT_OFFERED}; write {OFFER}"),
    ]


@pytest.mark.parametrize(
    "schema", [{"type": "array", "enum": ["a", "b"]}, {"type": "array", "items": {"enum": ["a", "b"]}}]
)
def test_enums_of_a_list_are_choices_too(schema: dict[str, Any]) -> None:
    assert told(schema, ["b", "x"]) == [("[1]", f"{NOT_OFFERED}; write 'a' or 'b'")]


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"type": "string", "oneOf": ACCOUNTS}, "78", f"{NOT_OFFERED}; write {OFFER}"),
        (
            {"enum": ["daily", "weekly"]},
            "dayly",
            f"{NOT_OFFERED}; did you mean 'daily'? Weld offers 'daily' or 'weekly'",
        ),
        ({"enum": [1, 2]}, "1", f"{NOT_OFFERED}; did you mean 1? Weld offers 1 or 2"),
        ({"enum": [1, 2]}, True, f"{NOT_OFFERED}; write 1 or 2"),
        ({"const": "only"}, "other", f"{NOT_OFFERED}; write 'only'"),
        (
            {"enum": [f"v{number}" for number in range(13)]},
            "x",
            f"{NOT_OFFERED}; write 'v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9' and 3 more",
        ),
        ({"anyOf": [{"const": "a", "title": "two\nlines"}]}, "x", f"{NOT_OFFERED}; write 'a' (two\\nlines)"),
    ],
)
def test_a_value_that_is_not_offered_is_refused_with_the_offer(schema: dict[str, Any], value: Any, reason: str) -> None:
    assert told(schema, value) == [("", reason)]


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
        ([{"type": "string"}, {"type": "array", "minItems": 2}], ["a"], [("", "must have 2 items or more")]),
        ([{"type": "string"}, {"type": "null"}], 5, [("", "fits none of the 2 forms that Weld's schema allows here")]),
        ([{"required": ["a"]}, {"required": ["b"]}], {}, [("", "lacks a setting; write 'a' or 'b'")]),
        (
            [_form("a", "one"), _form("b", "two")],
            {"kind": "b"},
            [(".two", "is missing: Weld requires it; write 'two': '…'")],
        ),
        ([{"const": "all"}, {"type": "array"}], ["x"], []),
    ],
)
def test_a_value_has_to_fit_one_of_several_forms(
    branches: list[Any], value: Any, expected: list[tuple[str, str]]
) -> None:
    assert told({"anyOf": branches}, value) == expected
    assert told({"oneOf": branches}, value) == expected


# --- types, limits, unknown keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"type": "array", "anyOf": ACCOUNTS}, "77", "must be a list; write for example ['123456']"),
        ({"type": "array", "items": {"type": "string"}}, {}, "must be a list; write for example ['…']"),
        ({"type": "array"}, 1, "must be a list; write for example ['…']"),
        ({"type": "boolean"}, "true", "must be True or False; write for example True"),
        ({"type": "integer"}, 5.5, "must be a whole number; write for example 1"),
        ({"type": "integer"}, True, "must be a whole number; write for example 1"),
        ({"type": "number", "minimum": 2}, "3", "must be a number; write for example 2"),
        ({"type": "object"}, [], "must be a dict; write for example {}"),
        ({"type": ["string", "null"]}, 5, "must be a string or None; write for example '…'"),
        ({"type": "string", "enum": ["a"]}, 5, "must be a string; write for example 'a'"),
        ({"type": "string"}, None, "must be a string; write for example '…'"),
        ({"minimum": 3}, 2.0, "must be 3 or more"),
        ({"maximum": 3}, 4, "must be 3 or less"),
        ({"exclusiveMinimum": 3}, 3, "must be more than 3"),
        ({"exclusiveMaximum": 3}, 3, "must be less than 3"),
        ({"multipleOf": 5}, 7.0, "must be a multiple of 5"),
        ({"minLength": 2}, "a", "must have 2 characters or more"),
        ({"maxLength": 2}, "abc", "must have 2 characters or fewer"),
        ({"minItems": 1}, [], "must have 1 items or more"),
        ({"maxItems": 1}, [1, 2], "must have 1 items or fewer"),
        ({"uniqueItems": True}, ["a", "b", "a"], "has one item twice; remove one of the two"),
        ({"minProperties": 1}, {}, "must have 1 settings or more"),
        ({"maxProperties": 0}, {"a": 1}, "must have 0 settings or fewer"),
        ({"pattern": r"^act_\d+$"}, "123", r"must match the regular expression '^act_\\d+$'"),
        ({"contains": {"const": 1}}, [2], "lacks an item that Weld's schema asks for"),
        ({"not": {"const": 1}}, 1, "is not allowed here by Weld's schema; remove it"),
        (False, 1, "is not allowed here by Weld's schema; remove it"),
    ],
)
def test_a_value_of_a_wrong_type_or_beyond_a_limit_is_refused(schema: Any, value: Any, reason: str) -> None:
    assert told(schema, value) == [("", reason)]


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


def test_the_whole_has_to_be_a_dict() -> None:
    properties = {"a": {"type": "string"}}
    expected = [("elt_settings", "must be a dict; write for example {'a': '…'}")]
    assert problems(properties, ["x"], required=["a"]) == expected


def test_a_key_that_the_schema_does_not_allow_is_refused() -> None:
    properties: dict[str, Any] = {"ad_accounts": {}, "region": {}}
    settings = {"adAccounts": 1, "Region": 1, "zzz": 1, "a b": 1}
    write = "is not a setting that Weld knows here; write 'ad_accounts' or 'region'"
    assert problems(properties, settings) == []
    assert problems(properties, settings, additionalProperties=False) == [
        ("elt_settings.Region", "is not a setting that Weld knows here; did you mean 'region'?"),
        ("elt_settings['a b']", write),
        ("elt_settings.adAccounts", "is not a setting that Weld knows here; did you mean 'ad_accounts'?"),
        ("elt_settings.zzz", write),
    ]
    nothing_known = problems({}, {"a": 1}, additionalProperties=False)
    assert nothing_known == [("elt_settings.a", "is not a setting that Weld knows here; remove it")]
    patterned = problems({}, {"a": 1}, additionalProperties=False, patternProperties={"^x": {}})
    assert patterned == []
    typed = problems({}, {"a": 1}, additionalProperties={"type": "string"})
    assert typed == [("elt_settings.a", "must be a string; write for example '…'")]


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
    assert told(schema, [Unknown(), "zzz"]) == [("[1]", f"{NOT_OFFERED}; write {OFFER}")]
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
    assert found == [("elt_settings.tree.child.child.name", "must be a string; write for example '…'")]
