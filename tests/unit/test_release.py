"""`make release-check`: what it builds, and what it finds in a release that is not as it should be."""

from __future__ import annotations

import email
import io
import os
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from rich.console import Console

import weld_pulumi as weld
from tests.support.wording import says
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
)
from tools.release.environments import direct_requirements, extras_problems
from tools.release.pythons import find_pythons, supported
from tools.release.report import Check, Trial, show

ROOT = Path(__file__).resolve().parents[2]

CHANGELOG = "## [1.2.0] - Unreleased\n\n[1.2.0]: https://github.com/example/weld-pulumi/releases/tag/v1.2.0\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("release")


@pytest.fixture(scope="module")
def artifacts(place: Path) -> Artifacts:
    return build(copy_tracked(ROOT, place / "one", HERE.modified), place / "dist", epoch_of(ROOT), HERE)


def metadata(*lines: str, description: str = "# weld-pulumi") -> Message:
    return email.message_from_string("\n".join(lines) + f"\n\n{description}\n")


def wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name), data)
    return path


def sdist(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, data in files.items():
            member = tarfile.TarInfo(f"weld_pulumi-1.0.0/{name}")
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


class TestBuilding:
    def test_a_release_built_at_another_place_and_time_is_identical(self, artifacts: Artifacts, place: Path) -> None:
        source = copy_tracked(ROOT, place / "another place" / "two", ELSEWHERE.modified)
        again = build(source, place / "again", epoch_of(ROOT), ELSEWHERE)
        assert differences(artifacts.wheel, again.wheel) == []
        assert differences(artifacts.sdist, again.sdist) == []
        assert artifacts.digests() == again.digests()

    def test_the_source_distribution_builds_the_same_wheel(self, artifacts: Artifacts, place: Path) -> None:
        rebuilt = build_from_sdist(artifacts.sdist, place / "unpacked", epoch_of(ROOT))
        assert differences(artifacts.wheel, rebuilt) == []

    def test_a_difference_between_two_wheels_is_named(self, tmp_path: Path) -> None:
        first = wheel(tmp_path / "first.whl", {"same": b"1", "changed": b"1", "gone": b"1"})
        second = wheel(tmp_path / "second.whl", {"same": b"1", "changed": b"2"})
        third = wheel(tmp_path / "third.whl", {"changed": b"2", "same": b"1"})
        assert differences(first, second) == ["changed", "gone"]
        assert differences(second, third) == ["order, times or modes of the members"]


class TestContents:
    def test_this_release_has_what_belongs_there_and_nothing_else(self, artifacts: Artifacts) -> None:
        assert contents.wheel_problems(artifacts.wheel, tracked(ROOT)) == []
        assert contents.sdist_problems(artifacts.sdist, tracked(ROOT)) == []
        assert contents.metadata_problems(contents.metadata_of(artifacts.wheel)) == []
        assert contents.private_paths(artifacts.wheel, [ROOT]) == contents.private_paths(artifacts.sdist, [ROOT]) == []

    def test_the_package_index_accepts_this_release_and_shows_its_description(self, artifacts: Artifacts) -> None:
        assert contents.rendering_problems(artifacts) == []

    def test_links_of_the_description_lead_to_the_files_of_this_release(self, artifacts: Artifacts) -> None:
        text = str(contents.metadata_of(artifacts.wheel).get_payload())
        base = "github.com/example/weld-pulumi/blob"
        assert f"](https://{base}/v{weld.__version__}/docs/simulator.md)" in text
        assert f"https://raw.githubusercontent.com/example/weld-pulumi/v{weld.__version__}/docs/images/" in text

    def test_a_foreign_and_a_missing_file_of_a_wheel_are_named(self, tmp_path: Path) -> None:
        info = "weld_pulumi-1.0.0.dist-info"
        files = dict.fromkeys(("weld_pulumi/__init__.py", "tests/secret.py", f"{info}/WHEEL", f"{info}/RECORD"), b"")
        problems = contents.wheel_problems(
            wheel(tmp_path / "x.whl", files), ["weld_pulumi/__init__.py", "weld_pulumi/py.typed", "README.md"]
        )
        assert "the wheel has tests/secret.py, which does not belong there" in problems
        assert "the wheel lacks weld_pulumi/py.typed" in problems
        assert f"the wheel lacks {info}/licenses/LICENSE" in problems
        assert "the wheel has no entry point 'weld-pulumi = weld_pulumi.cli:main'" in problems
        assert not [problem for problem in problems if "README" in problem]

    def test_a_foreign_file_of_a_source_distribution_is_named(self, tmp_path: Path) -> None:
        built = sdist(tmp_path / "x.tar.gz", {"PKG-INFO": b"", "examples/README.md": b"", "weld_pulumi/a.py": b""})
        problems = contents.sdist_problems(built, ["weld_pulumi/a.py", "examples/README.md"])
        assert "the source distribution has examples/README.md, which does not belong there" in problems
        assert "the source distribution lacks LICENSE" in problems

    def test_a_relative_link_in_the_description_is_named(self) -> None:
        text = "[guide](docs/guide.md) [site](https://weld.app) [below](#more)"
        assert "the description has a relative link: docs/guide.md" in contents.metadata_problems(
            metadata("Name: weld-pulumi", description=text)
        )
        assert len([each for each in contents.metadata_problems(metadata(description=text)) if "link" in each]) == 1

    def test_a_path_of_the_machine_that_built_it_is_found(self, tmp_path: Path) -> None:
        built = wheel(tmp_path / "x.whl", {"a.py": b"open('/somewhere/checkout/a')", "b.py": b""})
        assert contents.private_paths(built, [Path("/somewhere/checkout")]) == ["a.py"]


class TestChangelog:
    def test_the_changelog_has_a_section_for_this_version(self) -> None:
        changelog = (ROOT / "CHANGELOG.md").read_text()
        assert contents.changelog_problems(changelog, weld.__version__, None) == []

    def test_a_version_without_a_section_or_a_link_is_named(self) -> None:
        assert contents.changelog_problems(CHANGELOG, "1.3.0", None) == [
            "CHANGELOG.md has no section '## [1.3.0] - DATE'"
        ]
        assert contents.changelog_problems("## [1.2.0] - 2027-01-31\n", "1.2.0", None) == [
            "CHANGELOG.md has no link for [1.2.0]"
        ]

    def test_a_tag_needs_a_date_and_the_version(self) -> None:
        assert contents.changelog_problems(CHANGELOG, "1.2.0", None) == []
        assert contents.changelog_problems(CHANGELOG, "1.2.0", "v1.2.0") == [
            "CHANGELOG.md has no date for 1.2.0, but 'Unreleased'"
        ]
        dated = CHANGELOG.replace("Unreleased", "2027-01-31")
        assert contents.changelog_problems(dated, "1.2.0", "v1.2.0") == []
        assert contents.changelog_problems(dated, "1.2.0", "v1.3.0") == ["the tag is v1.3.0, but the version is 1.2.0"]


class TestEnvironments:
    def test_the_lowest_dependencies_are_asked_for_one_by_one_for_each_python(self) -> None:
        needed = metadata(
            "Requires-Dist: pulumi<4,>=3.268",
            "Requires-Dist: pydantic<3,>=2.7",
            "Requires-Dist: pydantic>=2.12; python_version >= '3.14'",
            "Requires-Dist: fastapi>=0.115; extra == 'simulator'",
            "Requires-Dist: ruff>=0.9; extra == 'lint'",
        )
        assert direct_requirements(needed, "3.10") == ["pulumi<4,>=3.268", "pydantic<3,>=2.7", "fastapi>=0.115"]
        assert "pydantic>=2.12" in direct_requirements(needed, "3.14")

    def test_a_python_on_which_a_checkout_cannot_be_set_up_is_named(self, tmp_path: Path) -> None:
        newer = tmp_path / "newer"
        newer.mkdir()
        ours = f'optional-dependencies.lint = ["newer @ {newer.as_uri()}"]'
        for folder, name, python, more in ((tmp_path, "ours", "3.10", ours), (newer, "newer", "3.11", "")):
            text = f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">={python}"\n{more}\n'
            (folder / "pyproject.toml").write_text(text)
        [problem] = extras_problems(tmp_path / "pyproject.toml", ["3.10", "3.14"])
        assert says(problem, "Python 3.10: ", "newer==1 depends on Python>=3.11")

    def test_each_python_that_the_metadata_promise_is_tried_oldest_first(self) -> None:
        lines = [f"Classifier: Programming Language :: Python :: {each}" for each in ("3", "3.13", "3.9", "3.10")]
        assert supported(metadata(*lines, "Classifier: Programming Language :: Python :: 3 :: Only")) == [
            "3.9",
            "3.10",
            "3.13",
        ]

    def test_a_python_is_found_on_path_or_in_pyenv_and_one_that_does_not_start_is_passed_over(
        self, tmp_path: Path
    ) -> None:
        shims, home = tmp_path / "shims", tmp_path / "home"
        self._python(shims / "python3.41", "exit 127")
        self._python(shims / "python3.42", "echo 3.42.1 cpython")
        self._python(home / ".pyenv/versions/3.41.9/bin/python3.41", "echo 3.41.9 cpython")
        newest = self._python(home / ".pyenv/versions/3.41.10/bin/python3.41", "echo 3.41.10 cpython")
        self._python(home / ".pyenv/versions/3.43.0/bin/python3.43", "echo 3.43.0 pypy")
        env = {"PATH": str(shims), "HOME": str(home)}
        assert find_pythons(["3.41", "3.42", "3.43"], env) == {
            "3.41": newest,
            "3.42": shims / "python3.42",
            "3.43": None,
        }

    @staticmethod
    def _python(path: Path, answer: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{answer}\n")
        os.chmod(path, 0o755)
        return path


class TestReport:
    GOOD = Trial("3.10.13", "lowest", "pulumi 3.268.0", {"install": "ok", "imports": "ok"}, seconds=12.3)
    BAD = Trial("3.13.0", "lowest", "", {"install": "failed"}, "install: no wheel of pydantic-core", 1.0)

    def test_the_table_has_a_row_for_each_environment_and_the_pythons_that_were_not_tried(self) -> None:
        passed, text = self._show([Check("wheel built twice is identical")], [self.GOOD], ["3.14"])
        assert passed
        assert "wheel built twice is identical   ok" in text
        assert "3.10.13   lowest" in text
        assert "Not tried, since this machine has no Python 3.14." in text
        assert text.endswith("All passed.\n")

    def test_there_is_no_table_of_environments_where_none_was_asked_for(self) -> None:
        passed, text = self._show([Check("metadata")], [], ["3.14"])
        assert passed
        assert "Python" not in text

    @pytest.mark.parametrize("failure", ["check", "trial"])
    def test_a_failure_is_explained_and_fails_the_check(self, failure: str) -> None:
        check = Check("metadata", ["no Summary"] if failure == "check" else [])
        trials = [self.GOOD, self.BAD] if failure == "trial" else [self.GOOD]
        passed, text = self._show([check], trials, [])
        assert not passed
        reason = "metadata: no Summary" if failure == "check" else "3.13.0, lowest: install: no wheel of pydantic-core"
        assert reason in text
        assert "failed" in text
        assert text.endswith("Failed; see above.\n")

    @staticmethod
    def _show(checks: list[Check], trials: list[Trial], missing: list[str]) -> tuple[bool, str]:
        console = Console(file=io.StringIO(), width=140)
        passed = show(checks, trials, missing, console)
        assert isinstance(console.file, io.StringIO)
        return passed, console.file.getvalue()
