"""The commands, and the order in which help lists them."""

from __future__ import annotations

import contextlib
import io
import sys

import click

from .._version import __version__
from .actions import disable, enable, full_refresh, run, run_orchestration
from .authorize import authorize
from .command_group import SectionGroup
from .doctor import doctor
from .importing import import_
from .lists import connections, integrations, orchestrations, runs, streams, syncs
from .settings import settings
from .simulator import simulator
from .status import status

__all__ = ["cli", "main"]


@click.group(
    cls=SectionGroup,
    sections={
        "To begin with": [doctor, authorize, import_],
        "What is in Weld": [connections, integrations, settings, syncs, streams, status, runs, orchestrations],
        "To make Weld do something once": [run, full_refresh, run_orchestration, enable, disable],
        "To try and to test": [simulator],
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="weld-pulumi")
def cli() -> None:
    """Look at Weld, prepare a Pulumi program for it, and find out why something does not work.

    The key comes from the environment (WELD_API_KEY, with WELD_API_URL), else from the configuration of the stack that
    is selected in the Pulumi project around the current folder (weld:apiKey, weld:apiUrl); --stack NAME takes that of
    another one. It is never an option.

    \b
    Examples:
      weld-pulumi doctor
      weld-pulumi settings X4ughggABSd3UY
      weld-pulumi import --output weld
    """


def main() -> None:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no ✓ shows a ? instead of a traceback.
        with contextlib.suppress(AttributeError, io.UnsupportedOperation):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    cli(prog_name="weld-pulumi")
