"""Commands that take one of Weld's ids, which may begin with a dash."""

from __future__ import annotations

import re

import click

__all__ = ["IdCommand"]

# No option of these commands has a single dash and more than one letter.
_ID = re.compile(r"-[^-].+")


class IdCommand(click.Command):
    """Parse ``-x4ughggABSd3U`` as an argument, not as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See :class:`click.Command`."""
        if "--" not in args and any(map(_ID.fullmatch, args)):
            ids = [text for text in args if _ID.fullmatch(text)]
            args = [*(text for text in args if text not in ids), "--", *ids]
        return super().parse_args(ctx, args)
