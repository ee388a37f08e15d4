"""The command line as a whole: all commands, in the order in which help lists them."""

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
from .drift import drift
from .health import health
from .importing import import_
from .lists import connections, integrations, orchestrations, runs, streams, syncs
from .settings import settings
from .simulator import simulator
from .status import status

__all__ = ["cli", "main"]


@click.group(
    cls=SectionGroup,
    sections={
        "Getting started": [doctor, authorize, import_],
        "Inspect Weld": [connections, integrations, settings, syncs, streams, status, runs, orchestrations],
        "Check a stack": [health, drift],
        "Run and control": [run, full_refresh, run_orchestration, enable, disable],
        "Local development": [simulator],
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="weld-pulumi")
def cli() -> None:
    """Inspect Weld, write a Pulumi program for what is there, and find problems.

    The API key comes from the environment (WELD_API_KEY, with WELD_API_URL), or else from the configuration of the
    selected stack (weld:apiKey, weld:apiUrl) of the Pulumi project in this folder or above. --stack NAME uses the
    configuration of another stack. No option takes the key.

    \b
    Examples:
      weld-pulumi doctor
      weld-pulumi settings X4ughggABSd3UY
      weld-pulumi import --output weld
    """


def main() -> None:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal whose encoding lacks ✓ shows a ? instead of a traceback.
        with contextlib.suppress(AttributeError, io.UnsupportedOperation):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    cli(prog_name="weld-pulumi")
