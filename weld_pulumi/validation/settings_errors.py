"""Turn jsonschema's errors into paths and reasons; its own messages would quote the settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jsonschema import ValidationError

from .problems import listed, show
from .settings_messages import Choice, choices, missing, not_allowed, not_offered, requirement, wrong_type
from .suggest import Hints

_CHOICES = ("anyOf", "const", "enum", "oneOf")


class Finding(NamedTuple):
    """One problem; its path begins where the schema of the error was applied."""

    path: tuple[str | int, ...]
    reason: str
    keyword: str


def explain(errors: Iterable[ValidationError]) -> list[Finding]:
    """Return the problems that the errors of one check stand for."""
    explainer = _Explainer()
    found = [finding for error in errors for finding in explainer.findings(error)]
    wrong_types = {finding.path for finding in found if finding.keyword == "type"}
    return [each for each in found if each.keyword not in _CHOICES or each.path not in wrong_types]


class _Explainer:
    def __init__(self) -> None:
        self._hints = Hints()
        self._offers: dict[int, list[Choice]] = {}  # by id of the schema, since there can be thousands of choices

    def findings(self, error: Any) -> list[Finding]:
        here = tuple(error.path)
        found = self._branches(error) if error.validator in ("anyOf", "oneOf") else self._plain(error)
        return [finding._replace(path=here + finding.path) for finding in found]

    def _plain(self, error: Any) -> Iterator[Finding]:
        keyword, wanted, schema, value = str(error.validator), error.validator_value, error.schema, error.instance
        if keyword == "required":
            for name in wanted:
                if name not in value:
                    yield Finding((name,), missing(name, schema, "Weld requires it"), keyword)
        elif keyword in ("dependencies", "dependentRequired"):
            for name, others in wanted.items():
                for other in others if name in value and isinstance(others, list) else ():
                    if other not in value:
                        yield Finding((other,), missing(other, schema, f"{show(name)} needs it"), keyword)
        elif keyword == "additionalProperties":
            for name in value:
                if name not in schema.get("properties", {}):
                    yield Finding((name,), not_allowed(name, schema, self._hints), keyword)
        elif keyword in ("const", "enum"):
            if id(schema) not in self._offers:
                self._offers[id(schema)] = choices(schema)
            yield Finding((), not_offered(self._offers[id(schema)], value, self._hints), keyword)
        else:
            yield Finding(
                (), wrong_type(wanted, schema) if keyword == "type" else requirement(keyword, wanted), keyword
            )

    def _branches(self, error: Any) -> Iterable[Finding]:
        """Return the problems with the branch that was clearly meant, else one for all branches."""
        if not error.context:  # several branches of oneOf fit: two accounts with one id are no reason to reject it
            return []
        by_branch: dict[object, list[Finding]] = defaultdict(list)
        for cause in error.context:
            by_branch[cause.schema_path[0]] += self.findings(cause)
        meant = [found for found in by_branch.values() if not any(_is_of_another_form(finding) for finding in found)]
        if len(meant) == 1:
            return meant[0]
        every = [finding for found in by_branch.values() for finding in found]
        if all(finding.keyword == "required" and len(finding.path) == 1 for finding in every):
            names = listed(list(dict.fromkeys(finding.path[0] for finding in every)), show)
            return [Finding((), f"lacks a setting; write {names}", error.validator)]
        reason = f"fits none of the {len(error.validator_value)} forms that Weld's schema allows"
        return [Finding((), reason, error.validator)]


def _is_of_another_form(finding: Finding) -> bool:
    return (finding.keyword in _CHOICES and len(finding.path) < 2) or (finding.keyword == "type" and not finding.path)
