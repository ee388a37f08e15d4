"""Compare requests with an OpenAPI document: path, method, parameters, fields and types of the body.

assert violations(weld.requests(), openapi_document()) == []
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema

from weld_pulumi.simulator import LoggedRequest

__all__ = ["operations", "operations_called", "violations"]

Document = Mapping[str, Any]


def operations(document: Document) -> set[str]:
    """Return every operation of a document, such as ``GET /elt_syncs/{id}``."""
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


def operations_called(requests: Iterable[LoggedRequest], document: Document) -> set[str]:
    """Return the operations of the document that the requests use."""
    found = (_operation(request, document) for request in requests)
    return {name for name, _ in filter(None, found)}


def violations(requests: Iterable[LoggedRequest], document: Document) -> list[str]:
    """Return every violation of the document, each with its request."""
    return [
        f"{request.method} {request.path}: {problem}"
        for request in requests
        for problem in _problems(request, document)
    ]


def _operation(request: LoggedRequest, document: Document) -> tuple[str, Mapping[str, Any]] | None:
    """Return the matching operation with the fewest placeholders: ``/a/b`` before ``/a/{id}``."""
    for path in sorted(document["paths"], key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path):
            operation = document["paths"][path].get(request.method.lower())
            return (f"{request.method} {path}", operation) if operation else None
    return None


def _problems(request: LoggedRequest, document: Document) -> Iterator[str]:
    found = _operation(request, document)
    if found is None:
        yield "there is no such operation"
        return
    _, operation = found
    yield from _query_problems(request, document, operation)
    yield from _body_problems(request, document, operation)


def _query_problems(request: LoggedRequest, document: Document, operation: Mapping[str, Any]) -> Iterator[str]:
    declared = {item["name"]: item for item in operation.get("parameters", ()) if item["in"] == "query"}
    for name in set(request.query) - set(declared):
        yield f"the parameter {name} is not declared"
    for name, item in declared.items():
        if name in request.query:
            value = _typed(request.query[name], item["schema"])
            yield from (f"{name}: {text}" for text in _mismatches(value, item["schema"], document))
        elif item.get("required"):
            yield f"the parameter {name} is missing"


def _typed(text: Any, schema: Mapping[str, Any]) -> Any:
    """Convert a value of a query, which is always a text, to the type of its schema."""
    if schema.get("type") in ("integer", "number"):
        try:
            return int(text)
        except (TypeError, ValueError):
            return text
    return text


def _body_problems(request: LoggedRequest, document: Document, operation: Mapping[str, Any]) -> Iterator[str]:
    declared = operation.get("requestBody")
    if declared is None:
        if request.body is not None:
            yield "a body is sent where none is declared"
    elif request.body is None:
        if declared.get("required"):
            yield "the body is missing"
    elif "json" not in request.headers.get("content-type", ""):
        yield "the body is not sent as JSON"
    else:
        schema = declared["content"]["application/json"]["schema"]
        yield from _mismatches(request.body, schema, document)


def _mismatches(value: Any, schema: Any, document: Document) -> Iterator[str]:
    whole = {**_closed(schema), "components": _closed(document.get("components", {}))}
    for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
        yield f"{'.'.join(map(str, error.absolute_path)) or 'value'}: {error.message}"


def _closed(node: Any) -> Any:
    """Return the same schemas, without additional fields."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _closed(value) for key, value in node.items()}
    if isinstance(made.get("properties"), dict) and "additionalProperties" not in made and "allOf" not in made:
        made["additionalProperties"] = False
    return made
