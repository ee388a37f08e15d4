"""``elt_settings`` against the schema that Weld gives."""

from __future__ import annotations

from typing import Any

from weld_pulumi.validation.settings import misspelled_settings, settings_problems

from .stage import Table

TABLE = Table()

ACCOUNTS = [{"const": "123456", "title": "Name of account"}, {"const": "77", "title": "Bob's shop"}]
REGION = {"title": "Region", "oneOf": [{"const": "eu"}, {"const": "us"}]}


def told(schema: Any, value: Any) -> str:
    """What is said of a value."""
    return problems({"properties": {"x": schema}}, {"x": value})


def required(name: str, **schema: Any) -> str:
    """What is said where a setting is missing."""
    return problems({"required": [name], "properties": {name: schema}}, {})


def problems(schema: dict[str, Any], settings: Any) -> str:
    """What is said of the settings."""
    found = settings_problems({"type": "object", **schema}, settings, lambda _: False)
    return "\n".join(f"{problem.path}: {problem.reason}" for problem in found)


def form(kind: str, needs: str) -> dict[str, Any]:
    """One of several forms."""
    return {"properties": {"kind": {"const": kind}}, "required": [needs]}


TABLE.add(
    (
        "elt_settings.accounts: is missing (Ad accounts): Weld requires it; a list of '123456' (Name of account) "
        "or '77' (Bob's shop); write 'accounts': ['123456']"
    ),
    lambda _: required("accounts", type="array", title="Ad accounts", anyOf=ACCOUNTS),
)
TABLE.add(
    "elt_settings.months: is missing: Weld requires it; a whole number; write 'months': 3",
    lambda _: required("months", type="integer", minimum=3),
)
TABLE.add(
    "elt_settings.region: is missing (Region): Weld requires it; one of 'eu' or 'us'; write 'region': 'eu'",
    lambda _: required("region", **REGION),
)
TABLE.add(
    "elt_settings.token: is missing: Weld requires it; a string; write 'token': '…'",
    lambda _: required("token", type="string"),
)
TABLE.add("elt_settings.anything: is missing: Weld requires it; write 'anything': '…'", lambda _: required("anything"))
TABLE.add(
    "elt_settings.account: is missing: 'report' needs it; write 'account': '…'",
    lambda _: problems({"dependencies": {"report": ["account"]}}, {"report": "x"}),
)

TABLE.add(
    (
        "elt_settings.x: is not one of the values that Weld offers; did you mean '123456' (Name of account)? Weld "
        "offers '123456' (Name of account) or '77' (Bob's shop)"
    ),
    lambda _: told({"oneOf": ACCOUNTS}, "123457"),
)
TABLE.add(
    "elt_settings.x: is not one of the values that Weld offers; write 'daily' or 'weekly'",
    lambda _: told({"enum": ["daily", "weekly"]}, "x"),
)
TABLE.add(
    (
        "elt_settings.x: is not one of the values that Weld offers; write 'v0', 'v1', 'v2', 'v3', 'v4', 'v5', "
        "'v6', 'v7', 'v8', 'v9' and 3 more"
    ),
    lambda _: told({"enum": [f"v{number}" for number in range(13)]}, "x"),
)
TABLE.add(
    "elt_settings.x: fits none of the 2 forms that Weld's schema allows",
    lambda _: told({"anyOf": [{"type": "string"}, {"type": "null"}]}, 5),
)
TABLE.add(
    "elt_settings.x: lacks a setting; write 'a' or 'b'",
    lambda _: told({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}),
)

TABLE.add(
    "elt_settings.x: must be a list; write for example ['…']",
    lambda _: told({"type": "array", "items": {"type": "string"}}, "77"),
)
TABLE.add("elt_settings.x: must be True or False; write for example True", lambda _: told({"type": "boolean"}, "true"))
TABLE.add("elt_settings.x: must be a whole number; write for example 1", lambda _: told({"type": "integer"}, 5.5))
TABLE.add(
    "elt_settings.x: must be a number; write for example 2", lambda _: told({"type": "number", "minimum": 2}, "3")
)
TABLE.add("elt_settings.x: must be a dict; write for example {}", lambda _: told({"type": "object"}, []))
TABLE.add(
    "elt_settings.x: must be a string or None; write for example '…'", lambda _: told({"type": ["string", "null"]}, 5)
)
TABLE.add("elt_settings.x: must be 3 or more", lambda _: told({"minimum": 3}, 2))
TABLE.add("elt_settings.x: must be 3 or less", lambda _: told({"maximum": 3}, 4))
TABLE.add("elt_settings.x: must be more than 3", lambda _: told({"exclusiveMinimum": 3}, 3))
TABLE.add("elt_settings.x: must be less than 3", lambda _: told({"exclusiveMaximum": 3}, 3))
TABLE.add("elt_settings.x: must be a multiple of 5", lambda _: told({"multipleOf": 5}, 7))
TABLE.add("elt_settings.x: must have 2 characters or more", lambda _: told({"minLength": 2}, "a"))
TABLE.add("elt_settings.x: must have 2 characters or fewer", lambda _: told({"maxLength": 2}, "abc"))
TABLE.add("elt_settings.x: must have 1 items or more", lambda _: told({"minItems": 1}, []))
TABLE.add("elt_settings.x: must have 1 items or fewer", lambda _: told({"maxItems": 1}, [1, 2]))
TABLE.add("elt_settings.x: must have 1 settings or more", lambda _: told({"minProperties": 1}, {}))
TABLE.add("elt_settings.x: must have 0 settings or fewer", lambda _: told({"maxProperties": 0}, {"a": 1}))
TABLE.add(
    "elt_settings.x: contains the same item twice; remove one of the two",
    lambda _: told({"uniqueItems": True}, ["a", "a"]),
)
TABLE.add(
    "elt_settings.x: must match the regular expression '^act_\\\\d+$'", lambda _: told({"pattern": r"^act_\d+$"}, "123")
)
TABLE.add("elt_settings.x: lacks an item that Weld's schema requires", lambda _: told({"contains": {"const": 1}}, [2]))
TABLE.add("elt_settings.x: is not allowed here by Weld's schema; remove it", lambda _: told({"not": {"const": 1}}, 1))

CLOSED = {"additionalProperties": False}
TABLE.add(
    "elt_settings.Region: is not a setting that Weld accepts here; did you mean 'region'?",
    lambda _: problems({**CLOSED, "properties": {"region": {}}}, {"Region": 1}),
)
TABLE.add(
    "elt_settings.zzz: is not a setting that Weld accepts here; write 'region'",
    lambda _: problems({**CLOSED, "properties": {"region": {}}}, {"zzz": 1}),
)
TABLE.add(
    "elt_settings.zzz: is not a setting that Weld accepts here; remove it", lambda _: problems(CLOSED, {"zzz": 1})
)
TABLE.add(
    "elt_settings.regoin: is not a setting in Weld's schema; did you mean 'region'?",
    lambda _: ": ".join(misspelled_settings({"properties": {"region": {}}}, {"regoin": 1})[0]),
)
