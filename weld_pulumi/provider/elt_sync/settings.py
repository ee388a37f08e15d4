"""``elt_settings``: only the keys that the program declares are managed, at every depth."""

from __future__ import annotations

import re
from typing import Any

from ...schema.attributes import Props
from ...schema.values import fingerprint, plain

__all__ = ["as_declared", "is_within", "merged", "removed_keys"]

#: A masked secret. ("XXX" may be a value.)
_MASKED = re.compile(r"[*•●]{3,}")


def as_declared(declared: Any, live: Any) -> Any:
    """Return the live settings, limited to the keys that the program declares.

    An equivalent value keeps the program's form: a list in another order, a secret that Weld masks.
    """
    live = plain(live)
    if isinstance(declared, dict) and isinstance(live, dict):
        return {key: as_declared(value, live[key]) for key, value in declared.items() if key in live}
    if isinstance(declared, list) and isinstance(live, list):
        same = sorted(fingerprint([i]) for i in declared) == sorted(fingerprint([i]) for i in live)
        return declared if same else live
    if isinstance(declared, str) and isinstance(live, str) and _MASKED.fullmatch(live):
        return declared
    return live


def is_within(declared: Any, live: Any) -> bool:
    """Tell whether live settings have everything that is declared."""
    return bool(as_declared(declared, live) == declared)


def merged(live: Any, before: Any, wanted: Props) -> Props:
    """Return the settings to send: those of the program, and others that Weld has.

    Weld may merge what is sent or replace everything with it; a complete dict has the same effect in both cases.
    """
    base = dict(live) if isinstance(live, dict) else {}
    for key in before if isinstance(before, dict) else {}:
        if key not in wanted:
            base.pop(key, None)
    for key, value in wanted.items():
        old = before.get(key) if isinstance(before, dict) else None
        base[key] = merged(base.get(key), old, value) if isinstance(value, dict) else value
    return base


def removed_keys(before: Any, wanted: Any) -> list[tuple[str, ...]]:
    """Return the paths of keys that the program no longer sets."""
    return [tuple(p) for p in _removed(before, wanted, [])]


def _removed(before: Any, wanted: Any, path: list[str]) -> list[list[str]]:
    if not isinstance(before, dict):
        return []
    found: list[list[str]] = []
    for key, value in before.items():
        if not isinstance(wanted, dict) or key not in wanted:
            found.append([*path, key])
        elif isinstance(value, dict):
            found += _removed(value, wanted[key], [*path, key])
    return found


def has_path(settings: Any, path: tuple[str, ...]) -> bool:
    """Tell whether settings have a key."""
    for key in path:
        if not isinstance(settings, dict) or key not in settings:
            return False
        settings = settings[key]
    return True
