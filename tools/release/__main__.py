"""`make release-check`: is this commit ready to be released?

Builds the wheel and the source distribution twice and compares them, looks into them, and installs the wheel into clean
environments: each Python of this machine, with the lowest and the newest dependencies. What it built is in dist/.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from email.message import Message
from pathlib import Path

from rich.console import Console

from tools.console import SetupError, say
from tools.local_env import ROOT
from tools.pulumi_cli.find import find_cli
from tools.release import contents
from tools.release.building import (
    ELSEWHERE,
    HERE,
    Artifacts,
    build,
    build_from_sdist,
    copy_tracked,
    differences,
    epoch_of,
    tracked,
    uncommitted,
)
from tools.release.environments import RESOLUTIONS, extras_problems
from tools.release.pythons import find_pythons, supported
from tools.release.report import Check, Trial, show
from tools.release.trial import try_wheel


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; the exit code is 1 where something failed."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="weld-release-") as folder:
            return _check(options, Path(folder))
    except SetupError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tag", help="check what a release needs too: date in the changelog, this tag, real URLs")
    parser.add_argument("--python", action="append", metavar="3.N", help="try this one only (may be repeated)")
    parser.add_argument("--dependencies", choices=[*RESOLUTIONS, "both", "none"], default="both")
    parser.add_argument("--quickstart", choices=["all", "oldest", "none"], default="all", help="on which Pythons")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where the checked files are kept: dist/")
    return parser


def _check(options: argparse.Namespace, folder: Path) -> int:
    console = Console(width=None if sys.stdout.isatty() else 160)
    say("==> Building twice, and from the source distribution")
    epoch = epoch_of(ROOT)
    artifacts = build(copy_tracked(ROOT, folder / "one", HERE.modified), folder / "dist", epoch, HERE)
    checks = [*_reproducible(artifacts, folder, epoch), *_contents(artifacts, folder, options.tag)]
    kept = _keep(artifacts, options.output.absolute())
    metadata = contents.metadata_of(kept.wheel)
    minors = options.python or supported(metadata)
    pythons = find_pythons(minors)
    missing = [minor for minor, python in pythons.items() if python is None]
    trials = []
    if options.dependencies != "none":
        checks.append(_set_up(supported(metadata)))
        trials = list(_trials(kept.wheel, metadata, pythons, folder, options))
    if options.python and missing:
        checks.append(Check("Pythons", [f"this machine has no Python {', '.join(missing)}"]))
    passed = show(checks, trials, missing, console)
    for name, digest in kept.digests().items():
        say(f"{digest}  {name}")
    return 0 if passed else 1


def _reproducible(artifacts: Artifacts, folder: Path, epoch: int) -> Iterator[Check]:
    source = copy_tracked(ROOT, folder / "another place" / "two", ELSEWHERE.modified)
    again = build(source, folder / "again", epoch, ELSEWHERE)
    yield Check("wheel built twice is identical", differences(artifacts.wheel, again.wheel))
    yield Check("sdist built twice is identical", differences(artifacts.sdist, again.sdist))
    rebuilt = build_from_sdist(artifacts.sdist, folder / "sdist", epoch)
    yield Check("sdist builds the same wheel", differences(artifacts.wheel, rebuilt))


def _contents(artifacts: Artifacts, folder: Path, tag: str | None) -> Iterator[Check]:
    files, metadata = tracked(ROOT), contents.metadata_of(artifacts.wheel)
    yield Check("wheel holds the package only", contents.wheel_problems(artifacts.wheel, files))
    yield Check("sdist holds its sources only", contents.sdist_problems(artifacts.sdist, files))
    places = (ROOT, folder)
    paths = [name for file in (artifacts.wheel, artifacts.sdist) for name in contents.private_paths(file, places)]
    yield Check("no path of this machine", paths)
    yield Check("metadata", contents.metadata_problems(metadata))
    yield Check("description renders (twine)", contents.rendering_problems(artifacts))
    changelog = (ROOT / "CHANGELOG.md").read_text()
    yield Check("changelog", contents.changelog_problems(changelog, metadata["Version"], tag), metadata["Version"])
    yield _ready(metadata, tag)


def _ready(metadata: Message, tag: str | None) -> Check:
    """Return what may be open until there is a tag."""
    open_points = []
    if uncommitted(ROOT):
        open_points.append("the checkout has changes that are not committed")
    if contents.PLACEHOLDER in str(metadata):
        open_points.append("the project URLs are placeholders")
    return Check("ready for a tag", open_points if tag else [], "" if tag else "; ".join(open_points))


def _set_up(minors: Sequence[str]) -> Check:
    ends = (minors[0], minors[-1])
    name = f"a checkout can be set up on Python {' and '.join(ends)}"
    return Check(name, extras_problems(ROOT / "pyproject.toml", ends))


def _keep(artifacts: Artifacts, output: Path) -> Artifacts:
    output.mkdir(parents=True, exist_ok=True)
    for old in (*output.glob("*.whl"), *output.glob("*.tar.gz")):
        old.unlink()  # of another version: an upload takes all that is there
    wheel, sdist = (Path(shutil.copy(file, output)) for file in (artifacts.wheel, artifacts.sdist))
    return Artifacts(wheel, sdist)


def _trials(
    wheel: Path, metadata: Message, pythons: dict[str, Path | None], folder: Path, options: argparse.Namespace
) -> Iterator[Trial]:
    cli = None if options.quickstart == "none" else find_cli()
    if cli is None and options.quickstart != "none":
        raise SetupError("There is no Pulumi CLI for the quickstart; `make setup` gets one.")
    found = {minor: python for minor, python in pythons.items() if python is not None}
    chosen = list(RESOLUTIONS) if options.dependencies == "both" else [options.dependencies]
    for number, (minor, python) in enumerate(found.items()):
        with_quickstart = options.quickstart == "all" or number == 0
        for dependencies in chosen:
            place = folder / f"{minor}-{dependencies}"
            place.mkdir()
            yield try_wheel(wheel, metadata, minor, python, dependencies, place, cli if with_quickstart else None)
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
