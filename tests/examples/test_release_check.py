"""`make release-check` on one Python, as a maintainer runs it: clean environments, and the quickstart in them."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import weld_pulumi as weld

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_the_release_check_runs_the_quickstart_from_the_wheel_with_the_lowest_and_the_newest_dependencies(
    tmp_path: Path,
) -> None:
    """Needs the packages, from the index or from uv's cache."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = [sys.executable, "-m", "tools.release", "--python", python, "--output", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for dependencies in ("lowest", "newest"):
        [row] = re.findall(rf"^ {re.escape(python)}\S* +{dependencies} .*$", ran.stdout, re.MULTILINE)
        assert len(re.findall(r" ok ", row)) == 6, row
    assert re.search(r"^ a checkout can be set up on Python 3\.10 and \S+ +ok ", ran.stdout, re.MULTILINE)
    assert "All passed." in ran.stdout

    built = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert sorted(built) == [
        f"weld_pulumi-{weld.__version__}-py3-none-any.whl",
        f"weld_pulumi-{weld.__version__}.tar.gz",
    ]
    assert all(f"{digest}  {name}" in ran.stdout for name, digest in built.items())
