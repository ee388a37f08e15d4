"""Apply jsonschema to settings, and turn its errors into paths and reasons.

Its own messages would quote the settings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError, validators

from .problems import listed, show
from .regexes import PatternBudget
from .settings_messages import Choice, choices, missing, not_allowed, not_offered, requirement, wrong_type
from .settings_schema import SchemaPreparation
from .suggest import NameSuggestions

_DIALECT = re.compile(r"https?://json-schema\.org/draft[-/](07|2020-12)/schema#?")
_CHOICES = ("anyOf", "const", "enum", "oneOf")
# Keywords whose errors no value of an unknown part can undo.
_CERTAIN = {
    *("additionalProperties", "dependencies", "dependentRequired", "required", "type"),
    *("maxItems", "maxProperties", "minItems", "minProperties"),
}

_Path = tuple["str | int", ...]


def validate(
    schema: Mapping[str, Any], settings: Mapping[str, Any], is_unknown: Callable[[object], bool]
) -> set[tuple[_Path, str]]:
    """Return path and reason of each problem; see :func:`weld_pulumi.validation.settings_problems`.

    Raises:
        Exception: the schema cannot be used.
    """
    dialect = _DIALECT.fullmatch(str(schema.get("$schema", "http://json-schema.org/draft-07/schema#")))
    if not dialect:
        return set()
    validator: Any = Draft7Validator
    if dialect[1] != "07":  # Weld writes `dependencies` in both
        extend: Any = validators.extend
        validator = extend(Draft202012Validator, {"dependencies": validator.VALIDATORS["dependencies"]})
    values = list(_values(settings, ()))
    unknown = {path for path, value in values if is_unknown(value)}
    patterns = PatternBudget([len(value) for _, value in values if isinstance(value, str)])
    prepared = SchemaPreparation(schema, len(values) // 2 + 1, patterns, bool(unknown)).schema(schema)
    validator.check_schema(prepared, format_checker=None)
    errors = [error for error in validator(prepared).iter_errors(settings) if not _may_be_undone(error, unknown)]
    return {(finding.path, finding.reason) for finding in _explain(errors)}


def _values(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    """Yield the settings, each value in them and each key, with its path."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*path, step), step
        yield from _values(each, (*path, step))


def _may_be_undone(error: ValidationError, unknown: set[_Path]) -> bool:
    """Return whether the error may go away once the unknown values are known."""
    path = tuple(error.path)
    if path in unknown:
        return True
    return error.validator not in _CERTAIN and any(path == each[: len(path)] for each in unknown)


class _Finding(NamedTuple):
    """One problem; its path begins where the schema of the error was applied."""

    path: _Path
    reason: str
    keyword: str


def _explain(errors: Iterable[ValidationError]) -> list[_Finding]:
    """Return the problems that the errors of one check stand for."""
    explainer = _Explainer()
    found = [finding for error in errors for finding in explainer.findings(error)]
    wrong_types = {finding.path for finding in found if finding.keyword == "type"}
    return [each for each in found if each.keyword not in _CHOICES or each.path not in wrong_types]


class _Explainer:
    def __init__(self) -> None:
        self._suggest = NameSuggestions()
        self._offers: dict[int, list[Choice]] = {}  # by id of the schema, since there can be thousands of choices

    def findings(self, error: Any) -> list[_Finding]:
        here = tuple(error.path)
        found = self._branches(error) if error.validator in ("anyOf", "oneOf") else self._plain(error)
        return [finding._replace(path=here + finding.path) for finding in found]

    def _plain(self, error: Any) -> Iterator[_Finding]:
        keyword, wanted, schema, value = str(error.validator), error.validator_value, error.schema, error.instance
        if keyword == "required":
            for name in wanted:
                if name not in value:
                    yield _Finding((name,), missing(name, schema, "Weld requires it"), keyword)
        elif keyword in ("dependencies", "dependentRequired"):
            for name, others in wanted.items():
                for other in others if name in value and isinstance(others, list) else ():
                    if other not in value:
                        yield _Finding((other,), missing(other, schema, f"{show(name)} needs it"), keyword)
        elif keyword == "additionalProperties":
            for name in value:
                if name not in schema.get("properties", {}):
                    yield _Finding((name,), not_allowed(name, schema, self._suggest), keyword)
        elif keyword in ("const", "enum"):
            if id(schema) not in self._offers:
                self._offers[id(schema)] = choices(schema)
            yield _Finding((), not_offered(self._offers[id(schema)], value, self._suggest), keyword)
        else:
            yield _Finding(
                (), wrong_type(wanted, schema) if keyword == "type" else requirement(keyword, wanted), keyword
            )

    def _branches(self, error: Any) -> Iterable[_Finding]:
        """Return the problems with the branch that was clearly meant, else one for all branches."""
        if not error.context:  # several branches of oneOf fit: two accounts with one id are no reason to reject it
            return []
        by_branch: dict[object, list[_Finding]] = defaultdict(list)
        for cause in error.context:
            by_branch[cause.schema_path[0]] += self.findings(cause)
        meant = [found for found in by_branch.values() if not any(_is_of_another_form(finding) for finding in found)]
        if len(meant) == 1:
            return meant[0]
        every = [finding for found in by_branch.values() for finding in found]
        if all(finding.keyword == "required" and len(finding.path) == 1 for finding in every):
            names = listed(list(dict.fromkeys(finding.path[0] for finding in every)), show)
            return [_Finding((), f"lacks a setting; write {names}", error.validator)]
        reason = f"fits none of the {len(error.validator_value)} forms that Weld's schema allows"
        return [_Finding((), reason, error.validator)]


def _is_of_another_form(finding: _Finding) -> bool:
    return (finding.keyword in _CHOICES and len(finding.path) < 2) or (finding.keyword == "type" and not finding.path)
