"""Write the files of an import: the program, the import file, and the files beside them."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import WeldValidationError
from .collect import Workspace
from .files import PROJECT, README, REQUIREMENTS, STATE, NextSteps, is_ours, project, readme, requirements
from .import_file import import_file
from .program import programs

__all__ = ["Target"]

_PROGRAM, _ADDITION = "__main__.py", "weld_unmanaged.py"


@dataclass(frozen=True)
class Target:
    """What to write, and where.

    Attributes:
        output: the folder.
        protect: whether the program protects its resources.
        adopt: whether the program sets ``adopt``, so that there is no import file.
        only_unmanaged: whether to write an addition to the program of the current stack.
        force: whether to overwrite files.
    """

    output: Path
    protect: bool
    adopt: bool
    only_unmanaged: bool
    force: bool

    @property
    def main(self) -> str:
        """The main file of the program; an addition to an existing program has another name."""
        return _ADDITION if self.only_unmanaged else _PROGRAM

    @property
    def has_project(self) -> bool:
        """Whether the folder has a Pulumi.yaml."""
        return any((self.output / name).exists() for name in (PROJECT, "Pulumi.yml"))

    def next_steps(self, api_url: str) -> NextSteps:
        """Return the next steps for the user."""
        return NextSteps(
            is_new=not self.only_unmanaged and not self.has_project,
            api_url=api_url,
            adopt=self.adopt,
            protect=self.protect,
            addition=_ADDITION.removesuffix(".py") if self.only_unmanaged else None,
            # Pulumi runs in the folder of the stack.
            state=str(self.output / STATE) if self.only_unmanaged else STATE,
        )

    def require_free(self, names: Sequence[str] | None = None) -> None:
        """Check that files do not exist yet, unless they may be overwritten.

        Args:
            names: of the files; by default those that are always written.

        Raises:
            WeldValidationError: one of them exists.
        """
        if names is None:
            names = [self.main] if self.adopt else [self.main, STATE]
        there = [str(self.output / name) for name in names if (self.output / name).exists()]
        if there and not self.force:
            verb = "exists" if len(there) == 1 else "exist"
            raise WeldValidationError(
                f"{' and '.join(there)} {verb} already; choose another folder with --output, or use --force to "
                "overwrite."
            )

    def write(self, found: Workspace, next_steps: NextSteps) -> list[Path]:
        """Write all files and return their paths.

        Raises:
            WeldValidationError: one of them exists, or cannot be written.
        """
        texts = programs(found, self.main, self.protect)
        if not self.adopt:
            texts[STATE] = import_file(found.resources)
        self.require_free(list(texts))
        output = self.output
        if not self.only_unmanaged:
            beside = {PROJECT: project(output), REQUIREMENTS: requirements(), README: readme(next_steps)}
            if self.has_project:
                del beside[PROJECT]
            texts |= {n: text for n, text in beside.items() if not (output / n).exists() or is_ours(output / n)}
        contents = {output / name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
        try:
            output.mkdir(parents=True, exist_ok=True)
            _replace(contents)
        except OSError as error:
            raise WeldValidationError(f"{error.filename or output} cannot be written: {error.strerror}.") from None
        return list(contents)


def _replace(contents: Mapping[Path, bytes]) -> None:
    """Write files that only their owner may read: first all of them beside the old ones, then replace these."""
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
