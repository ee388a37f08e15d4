"""Write what follows from schemas and settings: parameters and docstrings of the resources, and README's tables.

``make format`` writes them, ``make lint`` checks that they are up to date (``--check``). So an argument is declared
once, in ``weld_pulumi/schema``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from weld_pulumi.config import SETTINGS, Setting
from weld_pulumi.schema.attributes import Attribute, Change, Output, Schema
from weld_pulumi.schema.connection import CONNECTION
from weld_pulumi.schema.elt_sync import ELT_SYNC
from weld_pulumi.schema.elt_sync_run import ELT_SYNC_RUN
from weld_pulumi.schema.streams import ENTRY, SOURCE_STREAM

ROOT = Path(__file__).parents[1]
RESOURCES = {
    "connection": CONNECTION,
    "elt_sync": ELT_SYNC,
    "source_stream": SOURCE_STREAM,
    "elt_sync_run": ELT_SYNC_RUN,
}
_WIDTH = 120
_CHANGES = {Change.REPLACE: "new", Change.UPDATE: "in place", Change.ACTION: "in place", Change.LOCAL: "–"}


# Python ------------------------------------------------------------------------------------------------------------


def _parameter(attribute: Attribute) -> str:
    optional = "" if attribute.required and not attribute.from_name else " | None = None"
    return f"{attribute.name}: pulumi.Input[{attribute.type.input}]{optional},"


def _property(attribute: Attribute) -> str:
    output = attribute.type.output
    always = attribute.required or attribute.default is not None or output == "Any"
    return f"{attribute.name}: pulumi.Output[{output}{'' if always else ' | None'}]"


def _field(attribute: Attribute) -> str:
    return f"{attribute.name}: pulumi.Input[{attribute.type.input}]{'' if attribute.required else ' | None'}"


def _key(attribute: Attribute) -> str:
    given = f"pulumi.Input[{attribute.type.input}]"
    return f"{attribute.name}: {given if attribute.required else f'NotRequired[{given} | None]'}"


def _meaning(attribute: Attribute, kind: str) -> str:
    """Describe an argument: what it is for, its default, and a change that is not made in place."""
    default = attribute.default
    written = f'"{default}"' if isinstance(default, str) else str(default)
    shown = "" if default in (None, []) else f" Default: `{written}`."
    change = f" A change creates a new {kind}." if attribute.on_change is Change.REPLACE and kind else ""
    return f"{attribute.description}{shown}{change}"


def _with_section(text: str, title: str, entries: Iterable[tuple[str, str]]) -> str:
    """Replace a section of the docstring in ``text``."""
    lines = [f"    {title}:"]
    for name, description in entries:
        marked = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", f"{name}: {description}")
        lines += textwrap.wrap(marked, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 12)
    return _replaced(text, rf"(\n)    {title}:\n.*?(\n\n|\n    \"\"\")", "\n".join(lines))


def _class(source: str, name: str) -> tuple[int, int]:
    """Return where the text of a class begins and ends."""
    begin = re.search(rf"^( *)class {name}\b", source, re.MULTILINE)
    if begin is None:
        raise LookupError(f"there is no class {name}")
    end = re.compile(rf"^ {{0,{len(begin[1])}}}\S", re.MULTILINE).search(source, begin.end())
    return begin.start(), end.start() if end else len(source)


def _replaced(text: str, pattern: str, new: str) -> str:
    changed, times = re.subn(pattern, lambda found: found[1] + new + found[2], text, count=1, flags=re.DOTALL)
    if times != 1:
        raise LookupError(f"there is no place for {new[:60]!r}")
    return changed


def _lines(attributes: Iterable[Attribute], write: Callable[[Attribute], str], indent: int) -> str:
    return "".join(f"{' ' * indent}{write(attribute)}\n" for attribute in attributes)


def _with_resource(source: str, schema: Schema) -> str:
    begin, end = _class(source, schema.kind)
    text, noun = source[begin:end], schema.noun
    instead = ", use ``adopt``" if "adopt" in schema else ""
    common = (
        ("resource_name", "name of the resource in the stack."),
        ("opts", f"Pulumi's resource options; ``import_`` does not work{instead}."),
    )
    arguments = [*common, *((attribute.name, _meaning(attribute, noun)) for attribute in schema)]
    outputs = [output for output in schema.outputs if not output.internal]
    described = [("id", schema.id_description), *((output.name, output.description) for output in outputs)]
    text = _with_section(text, "Args", arguments)
    text = _with_section(text, "Attributes", described)
    types = _lines(schema, _property, 8) + "".join(f"        {_typed(output)}\n" for output in outputs)
    text = _replaced(text, r"(\n    if TYPE_CHECKING:\n).*?(\n    def )", types)
    text = _replaced(text, r"(\n        \*,\n).*?(    \) -> None:\n)", _lines(schema, _parameter, 8))
    return source[:begin] + text + source[end:]


def _typed(output: Output) -> str:
    return f"{output.name}: pulumi.Output[{output.type}]"


def _with_entry(source: str) -> str:
    begin, end = _class(source, "SourceStreamArgsDict")
    text = _replaced(source[begin:end], r"(\"\"\"\n\n)(?:.*?)()\Z", _lines(ENTRY, _key, 8))
    source = source[:begin] + text + source[end:]
    begin, end = _class(source, "SourceStreamArgs")
    arguments = [(attribute.name, _meaning(attribute, "")) for attribute in ENTRY]
    text = _with_section(source[begin:end], "Args", arguments)
    text = _replaced(text, r"(    \"\"\"\n\n)(?:    \w+: pulumi[^\n]*\n)*(\n    def )", _lines(ENTRY, _field, 4))
    text = _replaced(text, r"(\n        \*,\n).*?(    \) -> None:\n)", _lines(ENTRY, _parameter, 8))
    return source[:begin] + text + source[end:]


# README ------------------------------------------------------------------------------------------------------------


def _row(attribute: Attribute, note: str = "") -> str:
    required = ", R" if attribute.required and not attribute.from_name else ""
    meaning = _meaning(attribute, "")
    if attribute.name == "name" and note == "":
        meaning += f" In entries: {ENTRY['name'].description}"
    cells = (f"`{attribute.name}`{note}", attribute.type.shown + required, _CHANGES[attribute.on_change], meaning)
    return f"| {' | '.join(cells)} |"


def table(schema: Schema) -> str:
    """Return the table of a resource's arguments, in Markdown."""
    title, rows = f"`{schema.kind}`", [_row(attribute) for attribute in schema]
    if schema is SOURCE_STREAM:
        title += ", and the entries of `source_streams`"
        rows = [_row(attribute, "" if attribute.name in ENTRY else " (not in entries)") for attribute in schema]
        rows += [_row(attribute, " (entries only)") for attribute in ENTRY if attribute.name not in schema]
    return "\n".join([f"| {title} | | change | |", "|---|---|---|---|", *rows]) + "\n"


def shown_default(setting: Setting) -> str:
    """Return the default of a setting as a person writes it."""
    return f"{setting.default:g}" if isinstance(setting.default, float) else str(setting.default)


def _setting_row(setting: Setting) -> str:
    text = shown_default(setting)
    default = "none" if setting.default is None else text if text.isdigit() else f"`{text}`"
    key = f"`{setting.config_key}`{' (secret)' if setting.secret else ''}"
    return f"| {key} | `{setting.env}` | {default} | {setting.description} |"


def settings_table() -> str:
    """Return the table of the settings, in Markdown."""
    head = "| stack configuration | environment | default | meaning |\n|---|---|---|---|"
    return "\n".join([head, *map(_setting_row, SETTINGS)]) + "\n"


def _with_tables(readme: str) -> str:
    readme = _replaced(readme, r"(<!-- configuration -->\n).*?(<!-- end -->)", f"\n{settings_table()}\n")
    for schema in RESOURCES.values():
        readme = _replaced(readme, rf"(<!-- arguments of {schema.kind} -->\n).*?(<!-- end -->)", f"\n{table(schema)}\n")
    return readme


# Both --------------------------------------------------------------------------------------------------------------


def _formatted(source: str, path: Path) -> str:
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    return subprocess.run(ruff, input=source, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def written() -> dict[Path, str]:
    """Return the text of each file that has parts which follow from the schemas."""
    texts: dict[Path, str] = {}
    for module, schema in RESOURCES.items():
        path = ROOT / "weld_pulumi" / "resources" / f"{module}.py"
        source = _with_resource(path.read_text(encoding="utf-8"), schema)
        texts[path] = _formatted(_with_entry(source) if schema is SOURCE_STREAM else source, path)
    readme = ROOT / "README.md"
    texts[readme] = _with_tables(readme.read_text(encoding="utf-8"))
    return texts


def main() -> int:
    """Write the files, or with ``--check`` name those that are out of date."""
    old = {path: text for path, text in written().items() if path.read_text(encoding="utf-8") != text}
    if "--check" not in sys.argv:
        for path, text in old.items():
            path.write_text(text, encoding="utf-8")
        return 0
    for path in old:
        print(f"{path.relative_to(ROOT)} does not match the schemas; run `make format`")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
