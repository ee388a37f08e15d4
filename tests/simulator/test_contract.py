"""The OpenAPI document of the simulator compared with Weld's contract, which is beside the repository and not in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.machine import IN_CI
from weld_pulumi.simulator import openapi_document

CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract" / "weld-connect-openapi.json"
PARTS = (
    "connection_bridges",
    "connections",
    "integrations",
    "elt_syncs",
    "elt_streams",
    "elt_stream_runs",
    "orchestrations",
)
LIMITS = ("minimum", "maximum", "minLength", "maxLength", "default")


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    if not CONTRACT.exists():
        if IN_CI:
            pytest.fail(f"the contract is missing: ../shared/contract/{CONTRACT.name}")
        pytest.skip(f"the contract is not on this machine (../shared/contract/{CONTRACT.name})")
    document: dict[str, Any] = json.loads(CONTRACT.read_text())
    return document


def outline(document: dict[str, Any]) -> dict[str, Any]:
    """Return what two documents must agree on: no texts, examples or names of schemas."""
    return {
        f"{method.upper()} {path}": {
            "parameters": {
                (item["in"], item["name"]): (item.get("required", False), shape(document, item["schema"]))
                for item in operation.get("parameters", ())
            },
            "body": body(document, operation.get("requestBody")),
            "answers": {status: content(document, answer) for status, answer in operation["responses"].items()},
        }
        for path, operations in document["paths"].items()
        if path.split("/")[1] in PARTS
        for method, operation in operations.items()
    }


def body(document: dict[str, Any], declared: dict[str, Any] | None) -> Any:
    return None if declared is None else (declared.get("required", False), content(document, declared))


def content(document: dict[str, Any], declared: dict[str, Any]) -> Any:
    return {kind: shape(document, item["schema"]) for kind, item in declared.get("content", {}).items()}


def shape(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with everything it refers to, by type, required, enum and limits."""
    schema = resolved(document, schema)
    made: dict[str, Any] = {"type": schema.get("type")}
    made |= {key: schema[key] for key in LIMITS if key in schema}
    if "enum" in schema:
        made["enum"] = sorted(schema["enum"])
    if "properties" in schema:
        made["properties"] = {name: shape(document, item) for name, item in schema["properties"].items()}
        made["required"] = sorted(schema.get("required", ()))
    if "items" in schema:
        made["items"] = shape(document, schema["items"])
    return made


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for part in schema.get("allOf", ()):
        schema = {**schema, **resolved(document, part)}
    if "$ref" in schema:
        target = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return {**schema, **resolved(document, target)}
    return schema


def test_the_document_has_the_operations_of_the_contract(contract: dict[str, Any]) -> None:
    assert sorted(outline(openapi_document())) == sorted(outline(contract))


def test_the_document_has_the_parameters_bodies_and_answers_of_the_contract(contract: dict[str, Any]) -> None:
    ours, theirs = outline(openapi_document()), outline(contract)
    differing = {name: (ours[name], theirs[name]) for name in theirs if ours[name] != theirs[name]}
    assert not differing, json.dumps(
        {name: [repr(part) for part in pair] for name, pair in differing.items()}, indent=1
    )


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("EltSyncDto", lambda schema: schema["required"].remove("status")),
        ("EltSyncDto", lambda schema: schema["properties"].pop("config")),
        ("SourceStreamDto", lambda schema: schema["properties"]["full_sync_always"].update(type="string")),
        ("ConnectionBridgeCreateDto", lambda schema: schema["properties"]["state"].update(maxLength=254)),
        ("SourceStreamSnapshotDto", lambda schema: schema["properties"]["operation_mode"]["enum"].append("MERGE")),
    ],
)
def test_a_difference_from_the_contract_is_seen(name: str, change: Callable[[Any], None]) -> None:
    document = copy.deepcopy(openapi_document())
    change(document["components"]["schemas"][name])
    assert outline(document) != outline(openapi_document())


def test_the_document_asks_for_the_key_as_the_contract_does(contract: dict[str, Any]) -> None:
    ours, theirs = openapi_document(), contract
    assert ours["security"] == theirs["security"]
    keys = [document["components"]["securitySchemes"]["api_key"] for document in (ours, theirs)]
    assert {(key["type"], key["in"], key["name"]) for key in keys} == {("apiKey", "header", "x-api-key")}


def test_no_sentence_of_the_contract_is_repeated(contract: dict[str, Any]) -> None:
    """The text of the contract is not ours."""
    theirs = {text for text in sentences(contract) if len(text) > 30}
    assert not theirs & set(sentences(openapi_document()))


def sentences(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node[key] for key in ("description", "summary") if isinstance(node.get(key), str)]
        return own + [text for item in node.values() for text in sentences(item)]
    return [text for item in node for text in sentences(item)] if isinstance(node, list) else []
