"""Faults of networks and servers, on request: rules that say which request goes wrong, and how."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["ACTIONS", "Fault", "Faults"]

# Action -> whether the request is carried out before its answer goes wrong, unless the rule says otherwise.
ACTIONS: dict[str, bool] = {
    "status": False,  # answer with this status, these headers, this body
    "drop_before": False,  # close the connection
    "drop_after": True,  # the same, after the deed
    "truncate": True,  # half of the answer, then close
    "invalid_json": True,  # the right status, a body that is no JSON
    "html_200": False,  # a page, as a proxy or a log-in portal gives it
    "slow": True,  # the right answer, but late
    "redirect": False,  # to this URL
}


@dataclass
class Fault:
    """A rule. It counts the requests that it matches, and acts from the nth on, so many times (None: always)."""

    action: str
    method: str | None = None
    path: str | None = None
    nth: int = 1
    times: int | None = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    url: str | None = None
    act: bool | None = None
    id: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"a fault's action is one of {', '.join(ACTIONS)}, not {self.action!r}")
        if self.action == "redirect" and not self.url:
            raise ValueError("a redirect needs a url")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError("nth and times count from 1")
        try:
            self._path = re.compile(self.path) if self.path is not None else None
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None

    @property
    def acts(self) -> bool:
        """Whether the request is carried out."""
        return ACTIONS[self.action] if self.act is None else self.act

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one that this rule is about; the path has to match whole."""
        if self.method is not None and self.method.upper() != method:
            return False
        return self._path is None or self._path.fullmatch(path) is not None

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain data."""
        return asdict(self)


class Faults:
    """The rules in force, oldest first; of several that would act on a request the first one does."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> int:
        """Put a rule in force; gives its number."""
        with self._lock:
            self._number += 1
            fault.id = self._number
            self._rules.append(fault)
            return fault.id

    def add_plain(self, fields: Mapping[str, Any]) -> int:
        """The same from plain data."""
        if unknown := sorted(set(fields) - set(Fault.__dataclass_fields__) | set(fields) & {"id", "seen", "fired"}):
            raise ValueError(f"a fault has no {', '.join(unknown)}")
        if "action" not in fields:
            raise ValueError("a fault needs an action")
        return self.add(Fault(**fields))

    def clear(self) -> None:
        """Take all rules out of force."""
        with self._lock:
            self._rules.clear()

    def list(self) -> list[dict[str, Any]]:
        """The rules, with how often they matched and acted."""
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    def match(self, method: str, path: str) -> Fault | None:
        """The rule that acts on this request, if any; every rule that matches counts it."""
        if not self._rules:
            return None
        with self._lock:
            chosen = None
            for rule in self._rules:
                if not rule.matches(method, path):
                    continue
                rule.seen += 1
                due = rule.seen >= rule.nth and (rule.times is None or rule.fired < rule.times)
                if due and chosen is None:
                    rule.fired += 1
                    chosen = rule
            return chosen
