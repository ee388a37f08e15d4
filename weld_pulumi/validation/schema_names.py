"""Check names of destination schemas by the rules of Databricks (Unity Catalog).

https://docs.databricks.com/sql/language-manual/sql-ref-names.html: at most 255 characters; no period, space, slash,
control character or DELETE; stored in lower case. Everything else is legal, including hyphens and letters of any script
(queries quote such names with backticks).
"""

from __future__ import annotations

import re

from .problems import show

_LONGEST = 255
_WHOLE = 400  # characters of a suggestion, which is useless if it is truncated
_ILLEGAL = re.compile(r"[./ \x00-\x1f\x7f]")


def schema_name_problem(name: str) -> str | None:
    """Return why Databricks rejects a schema of this name and what to write instead; None if it does not."""
    if not name.strip():
        return "is empty; write the name of the schema that receives the tables, for example 'weld_stripe'"
    if len(name) > _LONGEST:
        return f"has {len(name)} characters, Databricks allows {_LONGEST}; write a shorter name"
    if name.lower() == "information_schema":
        return (
            f"{show(name)} is a schema that Databricks itself maintains; write another name, for example 'weld_stripe'"
        )
    illegal = _ILLEGAL.search(name)
    return f"{show(name)} {_why(name, illegal.group())}" if illegal else None


def same_schema(a: str | None, b: str | None) -> bool:
    """Return whether two names are the same schema: Databricks stores them in lower case."""
    return a == b or (a is not None and b is not None and a.lower() == b.lower())


def _why(name: str, character: str) -> str:
    parts = [part.strip("` ") for part in name.split(".")]
    if len(parts) == 2 and all(parts):
        return (
            f"includes a catalog, but only the schema's own name belongs here; write {show(_cleaned(parts[1]), _WHOLE)}"
        )
    what = {".": "a period", " ": "a space", "/": "a slash"}.get(character, f"the control character {character!r}")
    return f"has {what}, which Databricks rejects in a name; write {show(_cleaned(name), _WHOLE)}"


def _cleaned(name: str) -> str:
    cleaned = re.sub(rf"{_ILLEGAL.pattern}+", "_", name).strip("_")
    return "weld_stripe" if schema_name_problem(cleaned) else cleaned
