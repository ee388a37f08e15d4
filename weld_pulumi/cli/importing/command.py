"""``weld-pulumi import``: the command."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ...api.client import WeldClient
from ...api.models import ConnectionInfo, EltSyncInfo
from ...errors import WeldValidationError
from ...lifecycle.notices import Notices
from ...lifecycle.session import Session
from ..show import as_json, console, json_option, note, say, waiting
from ..weld import asks_weld
from .collect import Workspace, collect
from .program import program
from .state import import_file

__all__ = ["import_"]

_PROGRAM, _STATE, _PROJECT = "__main__.py", "import.json", "Pulumi.yaml"
_PROJECT_TEXT = """name: weld
runtime:
  name: python
  options:
    toolchain: pip
"""


@click.command(
    "import",
    short_help="Write a program for what is in Weld, and a file to import it.",
    epilog="""\b
Examples:
  weld-pulumi import --output weld
  weld-pulumi import --output stripe --connection X4ughggABSd3UY --separate
""",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    metavar="DIR",
    help="Folder to write to; default: this one.",
)
@click.option("--connection", "connection_ids", multiple=True, metavar="ID", help="Only this connection and its syncs.")
@click.option("--sync", "sync_ids", multiple=True, metavar="ID", help="Only this sync.")
@click.option(
    "--inline/--separate",
    default=True,
    help="Streams inside of their sync (default), or each as a resource of its own.",
)
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@json_option
@asks_weld
def import_(
    client: WeldClient,
    output: Path,
    connection_ids: tuple[str, ...],
    sync_ids: tuple[str, ...],
    inline: bool,
    force: bool,
    as_data: bool,
) -> None:
    """Write a program for what is in Weld already, and a file with which Pulumi takes it over.

    Nothing is changed in Weld. --connection and --sync may be repeated; together, they name exactly what is taken.
    """
    _require_free(output, force)
    with waiting(console(to_stderr=True), "Reading Weld"):
        found = _read(client, connection_ids, sync_ids, separate=not inline)
    if not found.resources:
        for text in found.notes:
            note(f"Note: {text}")
        raise WeldValidationError("There is nothing in Weld to import.")
    written = _write(output, found)
    counts = {kind: [r.kind for r in found.resources].count(kind) for kind in ("Connection", "EltSync", "SourceStream")}
    streams = sum(len(r.inputs.get("source_streams") or ()) for r in found.resources)
    if as_data:
        files = [str(path) for path in written]
        as_json({"written": files, "resources": counts, "inline_streams": streams, "notes": found.notes})
    else:
        _tell(output, found, written, counts, streams)


def _read(client: WeldClient, connection_ids: Sequence[str], sync_ids: Sequence[str], separate: bool) -> Workspace:
    session = Session(client.settings, lambda _: client, Notices(lambda _: None))
    connections, syncs = session.connections(), client.list_syncs()
    _require_known("connection", connection_ids, [connection.id for connection in connections])
    _require_known("sync", sync_ids, [sync.id for sync in syncs])
    if connection_ids or sync_ids:
        connections = [c for c in connections if c.id in connection_ids]
        syncs = [s for s in syncs if (s.id in sync_ids if sync_ids else s.source_connection_id in connection_ids)]
    return collect(session, sorted(connections, key=_of_connection), sorted(syncs, key=_of_sync), separate)


def _of_connection(connection: ConnectionInfo) -> tuple[str, ...]:
    return connection.integration_id or "", connection.label or "", connection.id


def _of_sync(sync: EltSyncInfo) -> tuple[str, ...]:
    return sync.source_integration_id or "", sync.destination_schema_name or "", sync.id


def _require_known(kind: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    for id in wanted:
        if id not in known:
            raise WeldValidationError(f"There is no {kind} {id!r} in Weld; `weld-pulumi {kind}s` lists them.")


def _require_free(output: Path, force: bool) -> None:
    there = [str(output / name) for name in (_PROGRAM, _STATE) if (output / name).exists()]
    if there and not force:
        verb = "is" if len(there) == 1 else "are"
        raise WeldValidationError(
            f"{' and '.join(there)} {verb} there already; give another folder with --output, or --force to overwrite."
        )


def _write(output: Path, found: Workspace) -> list[Path]:
    texts = {_PROGRAM: program(found), _STATE: import_file(found.resources)}
    if not any((output / name).exists() for name in (_PROJECT, "Pulumi.yml")):
        texts[_PROJECT] = _PROJECT_TEXT
    contents = {output / name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
    try:
        output.mkdir(parents=True, exist_ok=True)
        _replace(contents)
    except OSError as error:
        raise WeldValidationError(f"{error.filename or output} cannot be written: {error.strerror}.") from None
    return list(contents)


def _replace(contents: Mapping[Path, bytes]) -> None:
    """Write files that only their owner may read: all of them beside the old ones, and only then in their place."""
    written: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            descriptor, written[path] = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with open(descriptor, "wb") as file:
                file.write(content)
        for path in contents:
            os.replace(written[path], path)
            del written[path]
    finally:
        for left in written.values():
            os.unlink(left)


def _tell(output: Path, found: Workspace, written: Sequence[Path], counts: dict[str, int], streams: int) -> None:
    said = [f"{count} {kind}" for kind, count in counts.items() if count]
    said += [f"{streams} inline streams"] if streams else []
    say(f"Written: {', '.join(map(str, written))} ({', '.join(said)}).")
    for text in found.notes:
        note(f"Note: {text}")
    here = "" if output == Path(".") else f"  cd {output}\n"
    new = "  pulumi stack init NAME, and `pulumi config set --secret weld:apiKey`\n" if len(written) > 2 else ""
    click.echo(
        f"\nTo go on:\n{here}{new}"
        f"  pulumi import --file {_STATE} --generate-code=false --protect=false --yes\n"
        f"  pulumi preview      (shows no change; then {_STATE} can go)\n"
        "Leave --protect=false out to have Pulumi refuse to delete what was imported."
    )
