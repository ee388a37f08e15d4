"""``weld-pulumi simulator``: run Weld on this machine, in the foreground."""

from __future__ import annotations

import sqlite3

import click

from ..errors import WeldConfigError

__all__ = ["simulator"]


def _readings(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise click.BadParameter(f"{name!r} is not NAME=VALUE, such as list_order=oldest")
    return {name: value for name, _, value in pairs}


@click.command(
    epilog="""\b
Examples:
  weld-pulumi simulator --auto-authorize
  weld-pulumi simulator --port 8400 --database weld.db --reading list_order=oldest
"""
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; requests to another host name are rejected.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 (default) chooses a free one."
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False),
    help="SQLite file for all data; without it, data is lost when the command ends.",
)
@click.option("--auto-authorize", is_flag=True, help="Authorize every connection without a person.")
@click.option("--latency-ms", type=click.FloatRange(0), default=0, help="Milliseconds to delay every response.")
@click.option("--api-key", metavar="K", help="API key to accept; the default is printed.")
@click.option(
    "--reading",
    "readings",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_readings,
    help="Simulate another reading of an undocumented point of Weld's API; may be repeated.",
)
def simulator(
    host: str,
    port: int,
    database: str | None,
    auto_authorize: bool,
    latency_ms: float,
    api_key: str | None,
    readings: dict[str, str],
) -> None:
    """Run a simulator of Weld on this machine, until Ctrl-C.

    Programs and commands that use its address (WELD_API_URL, weld:apiUrl) need no account and no network. The address
    is printed once the simulator is ready.
    """
    try:
        from ..simulator import DEFAULT_API_KEY, serve
    except ImportError as missing:
        raise WeldConfigError(f"{missing}.") from None
    try:
        serve(host, port, database, auto_authorize, latency_ms, api_key or DEFAULT_API_KEY, readings)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}.", param_hint="--reading") from None
    except OSError as problem:
        raise WeldConfigError(f"The simulator cannot listen on {host}:{port}: {problem.strerror or problem}.") from None
    except sqlite3.Error as problem:
        raise WeldConfigError(f"The simulator cannot use the database {database}: {problem}.") from None
