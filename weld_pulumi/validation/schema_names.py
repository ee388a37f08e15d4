"""Names of destination schemas, by the rules of Databricks (Unity Catalog).

https://docs.databricks.com/sql/language-manual/sql-ref-names.html: at most 255 characters; no period, space, slash,
control character or DELETE; stored in lower case. Anything else is legal, hyphens and letters of any script too
(queries quote such names with back-ticks), so it is not refused here.
"""

from __future__ import annotations

import re

from .problems import show

_LONGEST = 255
_WHOLE = 400  # characters of a suggestion, which is of no use when it is cut
_REFUSED = re.compile(r"[./ \x00-\x1f\x7f]")


def schema_name_problem(name: str) -> str | None:
    """Return why Databricks refuses a schema of this name and what to write instead, or None."""
    if not name.strip():
        return "is empty; write the name of the schema that receives the tables, for example 'weld_stripe'"
    if len(name) > _LONGEST:
        return f"has {len(name)} characters, Databricks allows {_LONGEST}; write a shorter name"
    if name.lower() == "information_schema":
        return f"{show(name)} is a schema that Databricks itself fills; write another name, for example 'weld_stripe'"
    refused = _REFUSED.search(name)
    return f"{show(name)} {_why(name, refused.group())}" if refused else None


def same_schema(a: str | None, b: str | None) -> bool:
    """Tell whether two names mean one schema: Databricks keeps them in lower case."""
    return a == b or (a is not None and b is not None and a.lower() == b.lower())


def _why(name: str, character: str) -> str:
    parts = [part.strip("` ") for part in name.split(".")]
    if len(parts) == 2 and all(parts):
        return f"names a catalog too, only the schema's own name goes here; write {show(_cleaned(parts[1]), _WHOLE)}"
    what = {".": "a period", " ": "a space", "/": "a slash"}.get(character, f"the control character {character!r}")
    return f"has {what}, which Databricks refuses in a name; write {show(_cleaned(name), _WHOLE)}"


def _cleaned(name: str) -> str:
    cleaned = re.sub(rf"{_REFUSED.pattern}+", "_", name).strip("_")
    return "weld_stripe" if schema_name_problem(cleaned) else cleaned
