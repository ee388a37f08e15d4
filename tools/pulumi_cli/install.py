"""Gets the Pulumi CLI where there is none."""

from __future__ import annotations

from pathlib import Path

from tools.console import SetupError, say, step
from tools.locking import exclusive
from tools.pulumi_cli.find import Cli, cache_folder, find_cli, find_in_cache
from tools.pulumi_cli.official import install_official
from tools.pulumi_cli.source import build_from_source
from tools.pulumi_cli.staging import TITLE, remove_leftovers


def ensure_cli(*, quiet: bool = False) -> Cli:
    """Return the CLI on PATH, else the cached one, else download the official one, else build one with Go."""
    found = find_cli()
    if found is None:
        found = _make(cache_folder())
        say(f"    {found.executable}")
    elif not quiet:
        step(TITLE, f"ready, {found}")
    return found


def _make(cache: Path) -> Cli:
    step(TITLE, "none on PATH that is recent enough, and none in the cache")
    with exclusive(cache / ".lock", TITLE):
        remove_leftovers(cache)
        found = find_in_cache(cache)  # the last holder of the lock may have made it
        if found is None and install_official(cache):
            found = find_in_cache(cache)
        if found is None:
            build_from_source(cache)
            found = find_in_cache(cache)
    if found is None:
        raise SetupError(f"The Pulumi CLI in {cache} is incomplete; remove that folder, then run this again.")
    return found
