"""The application: all endpoints of Weld's API, with strict checks of each request against its OpenAPI document."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .errors import ApiError
from .routes import connections, orchestrations, streams, syncs
from .routes.common import body_of, serializer_of, workspace_of

__all__ = ["app", "openapi_document"]

# Query parameters that the document does not declare, and the open question that allows them.
_PAGED_BY_VARIANT = {
    "/elt_syncs/{id}/available_source_streams": ("available_paged", {"starting_after", "limit"}),
    "/integrations": ("integrations_paged", {"starting_after", "limit"}),
}
# What Python reads but JSON does not allow, or what it cannot write again. Each pattern begins with a literal letter,
# so that a body of thousands of streams is searched fast.
_SUSPICIOUS = tuple(
    map(re.compile, (rb"\\u[dD][89a-fA-F]", rb"NaN", rb"Infinity", rb"e[+]?[0-9]{3}", rb"E[+]?[0-9]{3}"))
)


# Checks of a request --------------------------------------------------------------------------------------------------


async def strict(request: Request) -> None:
    """Reject undeclared query parameters, undeclared bodies, and what is not JSON."""
    path = request.scope["route"].path
    declared = _declared(request.method, path)
    _check_query(request, path, declared["parameters"])
    _check_body(request, declared["body"])


def _check_query(request: Request, path: str, declared: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    question, more = _PAGED_BY_VARIANT.get(path, ("", set[str]()))
    allowed = declared | more if question and workspace_of(request).variants[question] == "yes" else declared
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in allowed:
            raise ApiError(400, "invalid_request", f"{name}: there is no such query parameter here.")
        if name in seen:
            raise ApiError(400, "invalid_request", f"{name}: given more than once.")
        seen.add(name)


def _check_body(request: Request, allowed: bool) -> None:
    body = body_of(request)
    if not body:
        return
    if not allowed and body.strip() != b"{}":
        raise ApiError(400, "invalid_request", "body: must be empty here.")
    if allowed and "json" not in request.headers.get("content-type", ""):
        raise ApiError(400, "invalid_request", "content-type: must be application/json.")
    if body.strip() == b"null":
        raise ApiError(400, "invalid_request", "body: must not be null.")
    if any(pattern.search(body) for pattern in _SUSPICIOUS):
        _check_values(body)


def _check_values(body: bytes) -> None:
    try:
        json.dumps(json.loads(body), allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ApiError(400, "invalid_request", "body: a string contains a lone surrogate.") from None
    except ValueError:
        raise ApiError(400, "invalid_request", "body: not JSON, or a number is out of range.") from None


# The application ------------------------------------------------------------------------------------------------------


class _Application(FastAPI):
    """FastAPI, without what its OpenAPI document adds to that of Weld."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = _tidy(super().openapi())
        return self.openapi_schema


app = _Application(title="Weld simulator", version="0.1", docs_url=None, redoc_url=None, redirect_slashes=False)
for _module in (connections, syncs, streams, orchestrations):
    app.include_router(_module.router, dependencies=[Depends(strict)])


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of the simulator."""
    return app.openapi()


def _tidy(document: dict[str, Any]) -> dict[str, Any]:
    """Remove the status 422, which is never sent, and null from optional fields; declare the API key."""
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


_operations: dict[tuple[str, str], dict[str, Any]] = {}


def _declared(method: str, path: str) -> dict[str, Any]:
    """Return the query parameters of an operation, and whether it has a body."""
    if not _operations:
        for template, operations in openapi_document()["paths"].items():
            for name, operation in operations.items():
                queries = (item["name"] for item in operation.get("parameters", ()) if item["in"] == "query")
                found = {"parameters": frozenset(queries), "body": "requestBody" in operation}
                _operations[name.upper(), template] = found
    return _operations[method, path]


# Errors ---------------------------------------------------------------------------------------------------------------


@app.exception_handler(ApiError)
async def _on_api_error(request: Request, error: ApiError) -> Response:
    return serializer_of(request).error(error)


@app.exception_handler(RequestValidationError)
async def _on_validation_error(request: Request, error: RequestValidationError) -> Response:
    messages = [_message(item) for item in error.errors()]
    return serializer_of(request).error(ApiError(400, "invalid_request", messages))


def _message(problem: dict[str, Any]) -> str:
    if problem["type"] == "json_invalid":
        return "body: not JSON."
    return f"{_place(problem['loc'])}: {problem['msg']}"


def _place(location: tuple[int | str, ...]) -> str:
    """Return the path of a field, without the leading `body` or `query`."""
    inner = location[1:] if len(location) > 1 else location
    return ".".join(str(part) for part in inner)


@app.exception_handler(HTTPException)
async def _on_http_error(request: Request, error: HTTPException) -> Response:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    text = f"{request.method} {request.url.path}: {error.detail}"
    return serializer_of(request).error(ApiError(error.status_code, code, text, error.headers))


@app.exception_handler(RecursionError)
async def _on_depth(request: Request, error: RecursionError) -> Response:
    return serializer_of(request).error(ApiError(400, "invalid_request", "body: nested too deeply."))


@app.exception_handler(Exception)
async def _on_bug(request: Request, error: Exception) -> Response:
    text = f"The simulator failed: {type(error).__name__}"
    return serializer_of(request).error(ApiError(500, "internal_error", text))
