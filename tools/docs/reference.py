"""The reference: resources from their schemas, errors and functions from the package, settings from their table."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import weld_pulumi as weld
import weld_pulumi.simulator  # autodoc would import it with TYPE_CHECKING set, which FastAPI does not survive
from tools.arguments import shown_default
from tools.docs.commands import commands
from weld_pulumi import errors
from weld_pulumi.api import models
from weld_pulumi.config import SETTINGS, Setting
from weld_pulumi.schema.attributes import Attribute, Change, Schema
from weld_pulumi.schema.streams import ENTRY

__all__ = ["CHANGES", "FromCode", "on_docstring", "on_signature", "schema_of"]

#: What a change of an argument does, in words; {noun} is what the resource is at Weld.
CHANGES = {
    Change.REPLACE: "a change creates a new {noun}",
    Change.UPDATE: "a change updates it in place",
    Change.ACTION: "a change requests an action, in place",
    Change.LOCAL: "a change sends nothing to Weld",
}
_EFFECTS = {
    Change.REPLACE: "Pulumi replaces the resource: it creates a new object in Weld, then deletes the old one.",
    Change.UPDATE: "The object stays, and Weld updates it.",
    Change.ACTION: "Weld does not store the argument: its change asks for something, such as a run.",
    Change.LOCAL: "The argument tells the provider how to act. Nothing changes in Weld until it does.",
}
_MODELS = {
    name: model
    for name, model in sorted(vars(models).items())
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == models.__name__
}
_LINKED = re.compile(rf"\b(?<!\.)({'|'.join(_MODELS)})\b")


def schema_of(documented: object) -> Schema | None:
    """Return the schema behind a class, or None."""
    return ENTRY if documented is weld.SourceStreamArgs else getattr(documented, "_schema", None)


# Docstrings --------------------------------------------------------------------------------------------------------


def on_docstring(app: Sphinx, what: str, name: str, documented: Any, options: Any, lines: list[str]) -> None:
    """Replace the arguments and outputs in the docstring of a resource by those of its schema."""
    schema = schema_of(documented) if what == "class" else None
    if schema is not None:
        kept, raises, errors_raised = _without_sections("\n".join(lines), "Args", "Attributes").partition("\nRaises:\n")
        lines[:] = [*kept.split("\n"), "", *_members(schema), *(raises + errors_raised).split("\n")]


def on_signature(
    app: Sphinx, what: str, name: str, documented: Any, options: Any, signature: str | None, result: str | None
) -> tuple[str | None, str | None] | None:
    """Show a resource without the types, which stand with each argument; link what a function returns."""
    if what == "class" and schema_of(documented) is not None:
        return _without_types(documented), None
    if what == "function" and signature and result:
        result = _linked(result)
        if not name.endswith("_output"):
            return re.sub(r"\b(?<!\.)InvokeOptions", "pulumi.InvokeOptions", signature), result
        return _without_types(documented), f"pulumi.Output[{result}]"
    return None


def _without_types(function: Callable[..., Any]) -> str:
    parameters = inspect.signature(function).parameters.values()
    return str(inspect.Signature([each.replace(annotation=inspect.Parameter.empty) for each in parameters]))


def _linked(annotation: str) -> str:
    """Return an annotation in which the results of functions are links."""
    return _LINKED.sub(rf"~{models.__name__}.\1", annotation)


def _without_sections(text: str, *titles: str) -> str:
    for title in titles:
        text = re.sub(rf"^{title}:\n(?:[ ]+.*\n?|\n(?=[ ]))*", "", text, count=1, flags=re.MULTILINE)
    return text


def _members(schema: Schema) -> Iterator[str]:
    yield from (".. rubric:: Arguments", "")
    for attribute in schema:
        yield from _member(attribute.name, _facts(attribute, schema.noun), attribute.description)
    if schema is ENTRY:
        return
    yield from (".. rubric:: Outputs", "", "Every argument is an output too; beside them there are:", "")
    yield from _member("id", "str", schema.id_description)
    for output in schema.outputs:
        if not output.internal:
            secret = " · secret" if output.secret else ""
            yield from _member(output.name, _code(output.type) + secret, output.description)


def _member(name: str, facts: str, description: str) -> Iterator[str]:
    yield from (f".. py:attribute:: {name}", "", "   .. rst-class:: facts", "", f"   {facts}", "")
    yield from (f"   {_rst(_sentence(description))}", "")


def _facts(attribute: Attribute, noun: str) -> str:
    default = attribute.default
    written = f'"{default}"' if isinstance(default, str) else str(default)
    facts = [_rst(attribute.type.shown) if "`" in attribute.type.shown else attribute.type.shown]
    if attribute.required and not attribute.from_name:
        facts.append("**required**")
    elif default not in (None, []):
        facts.append(f"default ``{written}``")
    facts.append(CHANGES[attribute.on_change].format(noun=noun))
    return " · ".join(facts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code(text: str) -> str:
    return f"``{text}``"


def _rst(markdown: str) -> str:
    """Return a description of the schemas, which has code between single backticks, as reStructuredText."""
    without_link = re.sub(r"(?<![`\w])(http://localhost)(?!\w)", r"`\1`", markdown)
    return re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", without_link)


# Lists -------------------------------------------------------------------------------------------------------------


def _function_names() -> list[str]:
    return [name for name in weld.__all__ if name.startswith("get_") and not name.endswith("_output")]


def _functions() -> Iterator[str]:
    for name in _function_names():
        yield from (f".. autofunction:: weld_pulumi.{name}", "", f".. autofunction:: weld_pulumi.{name}_output", "")


def _errors() -> Iterator[str]:
    def below(error: type[Exception]) -> Iterator[type[Exception]]:
        yield error
        for child in error.__subclasses__():
            if child.__name__ in errors.__all__:
                yield from below(child)

    for error in below(weld.WeldError):
        module = "weld_pulumi" if error.__name__ in weld.__all__ else errors.__name__
        yield from (f".. autoexception:: {module}.{error.__name__}", "   :members:", "")


def _results() -> Iterator[str]:
    yield from (f".. py:currentmodule:: {models.__name__}", "")
    for name in _returned():
        model = _MODELS[name]
        yield from (f".. py:class:: {name}", "")
        yield from (f"   {line}" for line in inspect.cleandoc(model.__doc__ or "").split("\n"))
        for field in model.model_fields:
            yield from ("", f"   .. py:attribute:: {field}", f"      :type: {_linked(model.__annotations__[field])}")
        yield ""


def _returned() -> Iterator[str]:
    """Name what functions return, and what that consists of."""
    waiting = [inspect.signature(getattr(weld, name)).return_annotation for name in _function_names()]
    seen: set[str] = set()
    for annotation in waiting:
        for name in _LINKED.findall(annotation):
            if name not in seen:
                seen.add(name)
                waiting.extend(_MODELS[name].__annotations__.values())
                yield name


def _settings() -> Iterator[str]:
    for setting in SETTINGS:
        yield from (f".. confval:: {setting.config_key}", "", "   .. rst-class:: facts", "")
        yield from (f"   {_setting_facts(setting)}", "", f"   {_rst(_sentence(setting.description))}", "")


def _setting_facts(setting: Setting) -> str:
    default = "no default" if setting.default is None else f"default ``{shown_default(setting)}``"
    facts = [f"environment: ``{setting.env}``", default, *(["**secret**"] if setting.secret else [])]
    return " · ".join(facts)


def _changes() -> Iterator[str]:
    for change, words in CHANGES.items():
        yield from (
            f"{words.format(noun='object')[:1].upper() + words.format(noun='object')[1:]}",
            f"   {_EFFECTS[change]}",
            "",
        )


def _entry_dict() -> Iterator[str]:
    yield from (".. py:currentmodule:: weld_pulumi", "", ".. py:class:: SourceStreamArgsDict", "")
    yield from ("   The dict form of :class:`~weld_pulumi.SourceStreamArgs`, for type checkers: the same keys.", "")


_LISTS: dict[str, Callable[[], Iterator[str]]] = {
    "commands": commands,
    "functions": _functions,
    "errors": _errors,
    "results": _results,
    "settings": _settings,
    "changes": _changes,
    "entry-dict": _entry_dict,
}


class FromCode(SphinxDirective):
    """Write a part of the reference from the code: ``.. from-code:: functions``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse what the list holds."""
        return self.parse_text_to_nodes("\n".join(_LISTS[self.arguments[0]]()), allow_section_headings=True)
