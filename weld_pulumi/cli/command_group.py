"""A click group that lists commands in sections and prints errors as one paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from .._traceback import wants_traceback
from ..errors import WeldError

__all__ = ["SectionGroup"]


class SectionGroup(click.Group):
    """List commands by section, in the order given, and print a :class:`WeldError` without a traceback."""

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Command]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for commands in sections.values():
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See :class:`click.Group`."""
        return [str(command.name) for commands in self.sections.values() for command in commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See :class:`click.Group`."""
        widest = max(map(len, self.list_commands(ctx)))
        for title, commands in self.sections.items():
            with formatter.section(title):
                limit = formatter.width - 6 - widest
                formatter.write_dl([(str(c.name).ljust(widest), c.get_short_help_str(limit)) for c in commands])

    def invoke(self, ctx: click.Context) -> Any:
        """See :class:`click.Group`."""
        try:
            return super().invoke(ctx)
        except WeldError as error:
            if wants_traceback():
                raise
            raise click.ClickException(str(error)) from None
