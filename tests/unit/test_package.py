"""The wheel that users install: what is in it, and what it says of itself."""

from __future__ import annotations

import email
import json
import re
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path
from textwrap import dedent

import pytest

import weld_pulumi as weld

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_bytes(wheel.read(f"weld_pulumi-{weld.__version__}.dist-info/METADATA"))


def test_the_wheel_is_for_every_python(wheel: zipfile.ZipFile) -> None:
    assert Path(str(wheel.filename)).name == f"weld_pulumi-{weld.__version__}-py3-none-any.whl"


def test_everything_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    kept = {"__pycache__"}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "weld_pulumi").rglob("*")
        if path.is_file() and not kept & set(path.parts)
    }
    packed = {name for name in wheel.namelist() if name.startswith("weld_pulumi/")}
    assert packed == there
    assert {"weld_pulumi/py.typed", "weld_pulumi/pulumi-plugin.json", "weld_pulumi/_registry.py"} <= packed


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    others = {name.split("/")[0] for name in wheel.namelist()} - {"weld_pulumi", "weld_pulumi_pytest.py"}
    assert others == {f"weld_pulumi-{weld.__version__}.dist-info"}
    assert f"weld_pulumi-{weld.__version__}.dist-info/licenses/LICENSE" in wheel.namelist()


def test_pulumi_looks_for_no_plugin(wheel: zipfile.ZipFile) -> None:
    assert json.loads(wheel.read("weld_pulumi/pulumi-plugin.json")) == {"resource": False}


def test_the_metadata_say_what_the_package_is_and_which_pythons_it_takes(metadata: Message) -> None:
    assert metadata["Name"] == "weld-pulumi"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == "<3.15,>=3.10"
    assert metadata["Summary"]
    assert str(metadata.get_payload()).startswith("# ")
    assert metadata["Description-Content-Type"] == "text/markdown"
    classifiers = metadata.get_all("Classifier") or []
    minors = {text.rpartition(" ")[2] for text in classifiers if "Python :: 3." in text}
    assert minors == {"3.10", "3.11", "3.12", "3.13", "3.14"}


def test_the_version_is_written_down_once(metadata: Message) -> None:
    assert metadata["Version"] == weld.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc|\.dev)\d+)?", weld.__version__)
    written = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "weld_pulumi").rglob("*.py")
        if re.search(rf"['\"]{re.escape(weld.__version__)}['\"]", path.read_text())
    ]
    assert written == ["weld_pulumi/_version.py"]


def test_the_package_needs_these_packages(metadata: Message) -> None:
    needed = metadata.get_all("Requires-Dist") or []
    core = {re.split(r"[<>=; \[]", line)[0] for line in needed if "extra ==" not in line}
    assert core == {"pulumi", "requests", "urllib3", "pydantic", "cronsim", "jsonschema", "click", "rich", "pyyaml"}
    pulumi = next(line for line in needed if line.startswith("pulumi") and "extra" not in line)
    assert ">=3.268" in pulumi
    assert "<4" in pulumi
    assert {"simulator", "test", "docs", "lint", "release"} == set(metadata.get_all("Provides-Extra") or [])


def test_the_package_installs_a_command_and_a_pytest_plugin(wheel: zipfile.ZipFile) -> None:
    points = wheel.read(f"weld_pulumi-{weld.__version__}.dist-info/entry_points.txt").decode()
    assert "[console_scripts]\nweld-pulumi = weld_pulumi.cli:main" in points
    assert "[pytest11]\nweld_pulumi = weld_pulumi_pytest" in points


def test_the_package_works_out_of_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = """
        import sys
        sys.path.insert(0, sys.argv[1])
        import weld_pulumi
        from weld_pulumi._registry import load
        assert weld_pulumi.__file__.startswith(sys.argv[1]), weld_pulumi.__file__
        for name in ("Connection", "EltSync", "SourceStream"):
            load(name)
        import weld_pulumi_pytest
        assert weld_pulumi_pytest.__file__.startswith(sys.argv[1]), weld_pulumi_pytest.__file__
        from weld_pulumi.testing import weld_simulator
        assert weld_simulator is weld_pulumi_pytest.weld_simulator
        from weld_pulumi.simulator import Simulator
        from weld_pulumi.api.client import WeldClient
        from weld_pulumi.config import Settings
        import urllib.request
        with Simulator() as weld:
            assert WeldClient(Settings(weld.api_key, weld.url)).list_integrations()
            assert b"<html" in urllib.request.urlopen(weld.url + "/").read().lower()
    """
    subprocess.run([sys.executable, "-c", dedent(program), str(tmp_path)], cwd=tmp_path, check=True, timeout=120)
