"""``weld-pulumi doctor``: check everything that `pulumi up` needs."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.text import Text

from .._text import printable
from .client_options import api_url_option, stack_option
from .doctor_checks import FAILED, OK, SKIPPED, WARNING, Finding, run_checks
from .output import console, json_option, print_json

__all__ = ["doctor"]

_SIGNS = {OK: ("✓", "green"), WARNING: ("!", "yellow"), FAILED: ("✗", "red"), SKIPPED: ("-", "dim")}


@click.command(
    short_help="Check this machine, the project, the API key and Weld.",
    epilog="Example: weld-pulumi doctor --stack dev",
)
@json_option
@api_url_option
@stack_option
@click.pass_context
def doctor(ctx: click.Context, as_data: bool, api_url: str | None, stack: str | None) -> None:
    """Check this machine, the Pulumi project in this folder or above, the API key and Weld, and suggest fixes.

    To find out whether weld-pulumi is installed for the project, this runs the project's Python, without the API key;
    except in a project that belongs to another user.

    Exits with 1 if a check fails (✗).
    """
    findings: list[Finding] = []
    for finding in run_checks(stack, api_url):
        findings.append(finding)
        if not as_data:
            _print(finding)
    if as_data:
        print_json([asdict(finding) for finding in findings])
    if any(finding.status == FAILED for finding in findings):
        ctx.exit(1)


def _print(finding: Finding) -> None:
    sign, style = _SIGNS[finding.status]
    text = f" {finding.check}: {finding.detail}".rstrip(".")
    line = Text.assemble((sign, style), printable(f"{text}. {finding.advice}" if finding.advice else text))
    console().print(line, soft_wrap=True)
