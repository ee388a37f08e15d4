"""The application: all endpoints, strict by the document that it writes of itself."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .errors import ApiError, render_error
from .routes import connections, orchestrations, streams, syncs
from .routes.common import world_of

__all__ = ["BODY", "app", "openapi_document"]

# Where the front leaves the body of a request.
BODY = "weld_simulator.body"

# Queries that the document does not declare, but that a reading brings with it.
_PAGED_BY_READING = {
    "/elt_syncs/{id}/available_source_streams": ("available_paged", {"starting_after", "limit"}),
    "/integrations": ("integrations_paged", {"starting_after", "limit"}),
}
# Each begins with one letter, for which a body of thousands of streams is looked through fast.
_SUSPICIOUS = tuple(
    map(re.compile, (rb"\\u[dD][89a-fA-F]", rb"NaN", rb"Infinity", rb"e[+]?[0-9]{3}", rb"E[+]?[0-9]{3}"))
)


async def strict(request: Request) -> None:
    """Refuse what the document does not know: queries, bodies where there are none, what is no JSON."""
    path = request.scope["route"].path
    declared = _declared(request.method, path)
    _check_query(request, path, declared["parameters"])
    _check_body(request, declared["body"])


def _check_query(request: Request, path: str, declared: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    reading, more = _PAGED_BY_READING.get(path, ("", set[str]()))
    allowed = declared | more if reading and world_of(request).readings[reading] == "yes" else declared
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in allowed:
            raise ApiError(400, "invalid_request", f"{name}: this query parameter is not known here.")
        if name in seen:
            raise ApiError(400, "invalid_request", f"{name}: given more than once.")
        seen.add(name)


def _check_body(request: Request, allowed: bool) -> None:
    body: bytes = request.scope[BODY]
    if not body:
        return
    if not allowed and body.strip() != b"{}":
        raise ApiError(400, "invalid_request", "body: nothing is expected here.")
    if allowed and "json" not in request.headers.get("content-type", ""):
        raise ApiError(400, "invalid_request", "content-type: application/json is needed.")
    if body.strip() == b"null":
        raise ApiError(400, "invalid_request", "body: must not be null.")
    if any(pattern.search(body) for pattern in _SUSPICIOUS):
        _check_values(body)


def _check_values(body: bytes) -> None:
    """Python reads some JSON that is none, and numbers and strings that it cannot write again."""
    try:
        json.dumps(json.loads(body), allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ApiError(400, "invalid_request", "body: a string holds half a character (a lone surrogate).") from None
    except ValueError:
        raise ApiError(400, "invalid_request", "body: a number is out of range, or this is not JSON.") from None


class _Application(FastAPI):
    """FastAPI, but for what its own document says that Weld's does not."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = _tidy(super().openapi())
        return self.openapi_schema


def _tidy(document: dict[str, Any]) -> dict[str, Any]:
    """Take out the answer 422 that is never given, and null where nothing may be null; say what the key is."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    components = document["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["securitySchemes"] = {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
    document["security"] = [{"api_key": []}]
    tidy: dict[str, Any] = _without_null(document)
    return tidy


def _without_null(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _without_null(value) for key, value in node.items()}
    choices = made.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices and len(choices) == 2:
        del made["anyOf"]
        made.pop("default", None)
        made.update(next(choice for choice in choices if choice != {"type": "null"}))
    return made


app = _Application(title="Weld simulator", version="0.1", docs_url=None, redoc_url=None, redirect_slashes=False)
for _module in (connections, syncs, streams, orchestrations):
    app.include_router(_module.router, dependencies=[Depends(strict)])

_operations: dict[tuple[str, str], dict[str, Any]] = {}


def openapi_document() -> dict[str, Any]:
    """What the simulator says of itself, as OpenAPI."""
    return app.openapi()


def _declared(method: str, path: str) -> dict[str, Any]:
    if not _operations:
        for template, operations in openapi_document()["paths"].items():
            for name, operation in operations.items():
                queries = (item["name"] for item in operation.get("parameters", ()) if item["in"] == "query")
                found = {"parameters": frozenset(queries), "body": "requestBody" in operation}
                _operations[name.upper(), template] = found
    return _operations[method, path]


def _rendered(request: Request, error: ApiError, headers: Any = None) -> Response:
    media_type, body = render_error(world_of(request).readings, error)
    return Response(body, error.status, headers, media_type or None)


@app.exception_handler(ApiError)
async def _on_api_error(request: Request, error: ApiError) -> Response:
    return _rendered(request, error)


@app.exception_handler(RequestValidationError)
async def _on_validation_error(request: Request, error: RequestValidationError) -> Response:
    messages = [_told(item) for item in error.errors()]
    return _rendered(request, ApiError(400, "invalid_request", messages))


def _told(problem: dict[str, Any]) -> str:
    if problem["type"] == "json_invalid":
        return "body: this is not JSON."
    return f"{_place(problem['loc'])}: {problem['msg']}"


def _place(location: tuple[int | str, ...]) -> str:
    """The name of a field; only what is inside the body or the query has one."""
    inner = location[1:] if len(location) > 1 else location
    return ".".join(str(part) for part in inner)


@app.exception_handler(HTTPException)
async def _on_http_error(request: Request, error: HTTPException) -> Response:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    text = f"{request.method} {request.url.path}: {error.detail}"
    return _rendered(request, ApiError(error.status_code, code, text), error.headers)


@app.exception_handler(RecursionError)
async def _on_depth(request: Request, error: RecursionError) -> Response:
    return _rendered(request, ApiError(400, "invalid_request", "body: this is nested too deeply."))


@app.exception_handler(Exception)
async def _on_bug(request: Request, error: Exception) -> Response:
    text = f"The simulator failed: {type(error).__name__}"
    return _rendered(request, ApiError(500, "internal_error", text))
