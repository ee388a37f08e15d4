"""The parts of the forms that change an object."""

from __future__ import annotations

from typing import Any

from ..store import Row
from .markup import Markup, element, joined, text

__all__ = ["button", "choice", "form", "link", "switch", "text_field"]


def form(kinds: str, row: Row, fields: Markup, *buttons: Markup) -> Markup:
    """Return a form that changes an object."""
    inside = joined(element("div", fields, style="width: 100%"), *buttons)
    return element("form", inside, method="post", action=f"/_simulator/edit/{kinds}/{row['id']}")


def link(path: str, shown: Any) -> Markup:
    """Return a link."""
    return element("a", shown, href=path)


def button(shown: str, does: str, look: str = "") -> Markup:
    """Return a button; the form then sends what it does as `do`."""
    return element("button", shown, type="submit", name="do", value=does, class_=look)


def text_field(name: str, about: str, value: Any) -> Markup:
    """Return a field for a text."""
    return element(
        "label", joined(Markup(text(about)), Markup(f'<input type="text" name="{name}" value="{text(value)}">'))
    )


def switch(name: str, about: str, value: Any) -> Markup:
    """Return a box to check."""
    on = " checked" if value else ""
    return element("label", joined(Markup(f'<input type="checkbox" name="{name}"{on}> '), Markup(text(about))))


def choice(name: str, about: str, choices: list[tuple[str, str]], value: str) -> Markup:
    """Return a list to choose from."""
    options = (
        Markup(f'<option value="{text(key)}"{" selected" if key == value else ""}>{text(shown)}</option>')
        for key, shown in choices
    )
    return element("label", joined(Markup(text(about)), element("select", joined(*options), name=name)))
