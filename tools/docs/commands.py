"""The reference of the commands, from click's own help: by sections as in ``weld-pulumi --help``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from sphinx.application import Sphinx

from weld_pulumi.cli import app

__all__ = ["commands", "on_text"]

_OPTION = re.compile(r"(?<![\w`-])(--[a-z][a-z-]*)(?![\w`-])")
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def commands() -> Iterator[str]:
    """Return the page below its title."""
    yield from (f".. click:: {app.__name__}:cli", "   :prog: weld-pulumi", "   :nested: none", "")
    names = {id(command): name for name, command in vars(app).items() if isinstance(command, click.Command)}
    for title, section in app.cli.sections.items():
        yield from (title, "-" * len(title), "")
        for command in section:
            yield from (f".. click:: {app.__name__}:{names[id(command)]}", f"   :prog: weld-pulumi {command.name}", "")


def on_text(_: Sphinx, ctx: click.Context, lines: list[str]) -> None:
    """Turn the text of a help page into reStructuredText: examples into blocks, words of commands into code."""
    lines[:] = list(_converted(lines))


def _converted(lines: list[str]) -> Iterator[str]:
    in_example = False
    for line in lines:
        kept_together = line.startswith("| ")
        text = line.removeprefix("| ")
        example = re.match(r"(Examples?:)\s*(.*)", text)
        if example:
            in_example = True
            yield from ("", example[1], "", ".. code-block:: console", "")
            if example[2]:
                yield f"   $ {example[2]}"
        elif in_example and text.strip() and (kept_together or text.startswith(" ")):
            yield f"   $ {text.strip()}"
        else:
            in_example = False
            yield _OPTION.sub(r"``\1``", _CODE.sub(r"``\1``", line))
