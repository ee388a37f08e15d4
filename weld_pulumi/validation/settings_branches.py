"""Branches of ``anyOf`` and ``oneOf``: which can fit at all, and which was meant when none does."""

from __future__ import annotations

from typing import Any

from jsonschema.exceptions import ValidationError

from .problems import listed, show
from .settings_words import literals

_NUMBERS = {"integer", "number"}


class Reason(str):
    """A message of ours; jsonschema's own would quote the value."""

    __slots__ = ()


def told(reason: str, *path: str) -> ValidationError:
    """Return an error with a reason of ours, at a property below the value."""
    return ValidationError(Reason(reason), path=path)


def as_list(types: Any) -> list[Any]:
    """Return the types that ``type`` names."""
    return types if isinstance(types, list) else [types]


def some_may_be(validator: Any, branches: Any, types: list[Any]) -> bool:
    """Tell whether a value of one of the types can fit one of the branches at all."""
    wide = {*types, *(_NUMBERS if _NUMBERS & {*types} else ())}
    for branch in branches:
        values = literals(branch)
        if any(validator.is_type(each.value, name) for each in values for name in types):
            return True
        own = as_list(branch.get("type", types)) if isinstance(branch, dict) else types if branch else []
        if not values and wide & {*own}:
            return True
    return False


def closest(found: list[list[ValidationError]]) -> list[ValidationError]:
    """Return what to tell when no branch fits: the errors of the branch that was meant, if one clearly was."""
    meant = [errors for errors in found if not any(_is_another_form(error) for error in errors)]
    if len(meant) == 1:
        return meant[0]
    every = [error for errors in found for error in errors]
    if all(error.validator == "required" and len(error.path) == 1 for error in every):
        names = listed(list(dict.fromkeys(error.path[0] for error in every)), show)
        return [told(f"lacks a setting; write {names}")]
    return [told(f"fits none of the {len(found)} forms that Weld's schema allows here")]


def _is_another_form(error: ValidationError) -> bool:
    choice = error.validator in ("const", "enum", "anyOf", "oneOf")
    return (choice and len(error.path) < 2) or (error.validator == "type" and not error.path)


def without_choices(schema: Any) -> Any:
    """Return a schema that takes any value of its type."""
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if key not in ("anyOf", "oneOf", "enum", "const")}
    return {key: without_choices(part) if key == "items" else part for key, part in kept.items()}
