"""Faults of networks and servers: rules for which request goes wrong, and how."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["ACTIONS", "Fault", "Faults"]

# Action -> whether the request is carried out before its response is spoiled, unless the rule sets `act`.
ACTIONS: dict[str, bool] = {
    "status": False,  # respond with this status, these headers, this body
    "drop_before": False,  # close the connection
    "drop_after": True,  # carry out the request, then close the connection
    "truncate": True,  # send half of the response, then close the connection
    "invalid_json": True,  # the right status, a body that is not JSON
    "html_200": False,  # a web page, as from a proxy or a sign-in portal
    "slow": True,  # the right response, but late
    "redirect": False,  # to this URL
}
_COUNTED = {"id", "seen", "fired"}


@dataclass
class Fault:
    """A rule. It counts the requests that it matches, and acts from the nth on.

    Attributes:
        action: one of `ACTIONS`.
        method: the method that it matches; None for any.
        path: a regular expression that matches the whole path; None for any.
        nth: the first matching request on which it acts, from 1.
        times: how often it acts; None for always.
        status: the status of the response.
        headers: headers of the response.
        body: the body of the response: text, or data that is sent as JSON.
        seconds: how late a slow response is.
        url: the target of a redirect.
        act: whether the request is carried out; None for the default of the action.
        id: the number of the rule.
        seen: how many requests it has matched.
        fired: how often it has acted.
    """

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
            raise ValueError(f"the action of a fault must be one of {', '.join(ACTIONS)}, not {self.action!r}")
        if self.action == "redirect" and not self.url:
            raise ValueError("a redirect needs a url")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError("nth and times must be 1 or greater")
        try:
            self._path = re.compile(self.path) if self.path is not None else None
        except re.error as error:
            raise ValueError(f"path is not a regular expression: {error}") from None

    @property
    def acts(self) -> bool:
        """Return whether the request is carried out."""
        return ACTIONS[self.action] if self.act is None else self.act

    def matches(self, method: str, path: str) -> bool:
        """Return whether the rule applies to a request."""
        if self.method is not None and self.method.upper() != method:
            return False
        return self._path is None or self._path.fullmatch(path) is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as plain data."""
        return asdict(self)


class Faults:
    """The rules in force, oldest first, and the latency. Of several rules that apply to a request the first acts."""

    def __init__(self, latency_ms: float = 0) -> None:
        self.latency_ms = latency_ms
        self._rules: list[Fault] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> int:
        """Add a rule and return its number."""
        with self._lock:
            self._number += 1
            fault.id = self._number
            self._rules.append(fault)
            return fault.id

    def add_plain(self, fields: Mapping[str, Any]) -> int:
        """Add a rule given as plain data and return its number; raise ValueError if it is invalid."""
        known = set(Fault.__dataclass_fields__) - _COUNTED
        if unknown := sorted(set(fields) - known):
            raise ValueError(f"a fault has no {', '.join(unknown)}")
        if "action" not in fields:
            raise ValueError("a fault needs an action")
        return self.add(Fault(**fields))

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def list(self) -> list[dict[str, Any]]:
        """Return the rules as plain data."""
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    def match(self, method: str, path: str) -> Fault | None:
        """Count a request in each rule that it matches, and return the rule that acts on it, or None."""
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
