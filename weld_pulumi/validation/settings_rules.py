"""The keywords of JSON Schema, as strict as Weld's own page is and no stricter.

jsonschema does the work. Around each of its keywords: values not known yet are skipped, no reason holds a value, no
schema takes for ever, and what cannot be meant literally refuses nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from referencing.exceptions import Unresolvable

from .problems import listed, show
from .regexes import regex_cost
from .settings_branches import Reason, as_list, closest, some_may_be, told, without_choices
from .settings_words import Choice, literals, missing, not_offered, wanted_by, wrong_type
from .suggest import Hints, ask

_Check = Callable[..., Any]
_Errors = Iterator[ValidationError]

_STEPS = 5_000_000  # about two seconds; an ordinary schema takes thousands
_DEPTH = 50  # well before Python's own limit, which makes the references of jsonschema panic
_REGEX_STEPS = 1e9  # as many as a second takes
_NEED_THE_WHOLE = {"not", "if", "contains", "uniqueItems"}
_LITERAL = {"const", "enum", "title", "description", "type", "default", "examples", "$comment"}


class EndlessSchemaError(Exception):
    """The schema takes too long to check."""


class Rules:
    """The keywords for one check of one dict of settings."""

    def __init__(self, is_unknown: Callable[[object], bool], settings: object) -> None:
        self._is_unknown = is_unknown
        self._steps = 0
        self._depth = 0
        self._regex_left = _REGEX_STEPS
        self._hints = Hints()
        self._offers: dict[int, list[Choice]] = {}
        self._passes = 0  # how often a keyword was not enforced
        self._partial: set[int] = set()  # ids of lists and dicts that hold something unknown
        self._note_unknown(settings)

    def over(self, stock: Mapping[str, _Check]) -> dict[str, _Check]:
        """Return the keywords to use instead of jsonschema's."""
        own: dict[str, _Check] = {
            "additionalProperties": self._additional,
            "anyOf": self._any_of,
            "const": lambda validator, value, *rest: self._any_of(validator, [{"const": value}], *rest),
            "dependencies": self._dependencies,
            "dependentRequired": self._dependencies,
            "enum": lambda validator, values, *rest: values and self._any_of(validator, [{"enum": values}], *rest),
            "oneOf": self._any_of,  # two accounts with one id are no reason to refuse it
            "pattern": self._pattern,
            "patternProperties": self._pass,
            "properties": self._properties,
            "required": self._required,
            "type": self._type,
            "unevaluatedItems": self._pass,
            "unevaluatedProperties": self._pass,
        }
        return {keyword: self._guarded(keyword, check) for keyword, check in {**stock, **own}.items()}

    def _guarded(self, keyword: str, check: _Check) -> _Check:
        def run(validator: Any, value: Any, instance: Any, schema: Any) -> Iterable[ValidationError]:
            self._steps += 20 + (len(value) if isinstance(value, (list, dict)) else 0)
            if self._steps > _STEPS or self._depth > _DEPTH:
                raise EndlessSchemaError
            if self._is_unknown(instance) or (keyword in _NEED_THE_WHOLE and id(instance) in self._partial):
                return []
            passes = self._passes
            self._depth += 1
            try:
                errors = [
                    _in_our_words(keyword, value, error) for error in check(validator, value, instance, schema) or ()
                ]
            except Unresolvable:  # a reference to elsewhere; nothing is fetched
                self._pass()
                return []
            finally:
                self._depth -= 1
            # What was let pass inside would count as fitting, and turned round refuse.
            return [] if keyword in ("not", "if") and self._passes != passes else errors

        return run

    def _note_unknown(self, value: object) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        partial = max([self._note_unknown(each) for each in inner], default=False)  # each of them
        if partial:
            self._partial.add(id(value))
        return partial or self._is_unknown(value)

    def _pass(self, *_: Any) -> None:
        self._passes += 1

    def _type(self, validator: Any, types: Any, instance: Any, schema: Any) -> _Errors:
        if not any(validator.is_type(instance, name) for name in as_list(types)):
            yield told(wrong_type(types, schema))

    def _pattern(self, validator: Any, pattern: Any, instance: Any, schema: Any) -> _Errors:
        if not isinstance(instance, str):
            return
        cost = regex_cost(pattern, instance)
        if cost > self._regex_left:
            return self._pass()
        self._regex_left -= cost
        begun = time.perf_counter()
        try:
            compiled = re.compile(pattern)
        except (re.error, OverflowError):  # legal in JavaScript only
            return self._pass()
        finally:
            # How long this takes cannot be told from the pattern: a class of many characters becomes a table of them.
            self._regex_left -= (time.perf_counter() - begun) * _REGEX_STEPS
        if not compiled.search(instance):
            yield told(wanted_by("pattern", pattern))

    def _properties(self, validator: Any, properties: Any, instance: Any, schema: Any) -> _Errors:
        for name in properties if isinstance(instance, dict) else ():
            if name not in instance:
                continue
            subschema = properties[name]
            needs = schema.get("dependencies", {}).get(name)
            if needs and isinstance(needs, list):
                # Weld's contract: it can tell the choices of this field only to who names the other fields first.
                subschema = without_choices(subschema)
                self._pass()
            if subschema is False:
                yield told(wanted_by("false", None), name)  # jsonschema would leave the path out
            yield from validator.descend(instance[name], subschema, path=name) if subschema else ()

    def _required(self, validator: Any, names: Any, instance: Any, schema: Any) -> _Errors:
        for name in names if isinstance(instance, dict) else ():
            if name not in instance:
                yield told(missing(name, schema, "Weld requires it"), name)

    def _dependencies(self, validator: Any, needs: Any, instance: Any, schema: Any) -> _Errors:
        for name in needs if isinstance(instance, dict) else ():
            if name in instance and not isinstance(needs[name], list):
                yield from validator.descend(instance, needs[name])
            elif name in instance:
                for other in needs[name]:
                    if other not in instance and not _told_or_filled_in(schema, other):
                        yield told(missing(other, schema, f"{show(name)} needs it"), other)

    def _additional(self, validator: Any, allowed: Any, instance: Any, schema: Any) -> _Errors:
        if "patternProperties" in schema:
            return self._pass()
        known = schema.get("properties", {})
        for name in instance if isinstance(instance, dict) else ():
            if name in known:
                continue
            if allowed is not False:
                yield from validator.descend(instance[name], allowed, path=name)
                continue
            others = listed(list(known), show)
            advice = ask(self._hints(name, known)) or (f"write {others}" if known else "remove it")
            yield told(f"is not a setting that Weld knows here; {advice}", name)

    def _any_of(self, validator: Any, branches: Any, instance: Any, schema: Any) -> _Errors:
        types = as_list(schema.get("type", []))
        if types and not any(validator.is_type(instance, name) for name in types):
            return  # told already
        if isinstance(instance, list) and "array" in types and not some_may_be(validator, branches, ["array"]):
            # Choices on the list itself: each item is one of them.
            for index, item in enumerate(instance):
                yield from validator.descend(item, {"anyOf": branches}, path=index)
        elif id(instance) in self._partial:
            return
        elif types and not some_may_be(validator, branches, types):
            self._pass()
        elif offered := self._offered(branches):
            if not any(choice.is_value(instance) for choice in offered):
                yield told(not_offered(offered, instance, self._hints))
        else:
            found = [list(validator.descend(instance, branch)) for branch in branches]
            yield from closest(found) if all(found) else ()

    def _offered(self, branches: list[Any]) -> list[Choice]:
        """Return the choices that branches are, [] where one of them is more than that."""
        if id(branches) not in self._offers:
            simple = all(isinstance(each, dict) and {*each} <= _LITERAL and literals(each) for each in branches)
            offered = [choice for each in branches for choice in literals(each)] if simple else []
            if len(branches) < 2:
                return offered  # made on the way, so the id says nothing
            self._offers[id(branches)] = offered
        return self._offers[id(branches)]


def _in_our_words(keyword: str, value: object, error: ValidationError) -> ValidationError:
    if not isinstance(error.message, Reason):
        error.message = Reason(wanted_by(keyword, value))
    return error


def _told_or_filled_in(schema: Any, name: str) -> bool:
    wanted = schema.get("properties", {}).get(name)
    return name in schema.get("required", ()) or (isinstance(wanted, dict) and "default" in wanted)
