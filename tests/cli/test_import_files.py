"""Where `weld-pulumi import` writes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run


def test_import_keeps_a_readme_and_requirements_that_are_there(weld: Simulator, run: Run) -> None:
    for name in ("README.md", "requirements.txt"):
        Path(name).write_text("mine\n")
    run("import")
    run("import", "--force")
    assert [Path(name).read_text() for name in ("README.md", "requirements.txt")] == ["mine\n", "mine\n"]


@pytest.mark.parametrize(("inside", "named"), [(True, "../tools/env"), (False, "/opt/env")])
def test_the_project_names_the_virtual_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, inside: bool, named: str
) -> None:
    monkeypatch.setattr("sys.prefix", str(Path.cwd() / "tools" / "env") if inside else "/opt/env")
    run("import", "--output", "out")
    assert f'virtualenv: "{named}"' in Path("out/Pulumi.yaml").read_text()


def test_commands_name_the_weld_that_was_read(weld: Simulator, run: Run) -> None:
    assert f"pulumi config set weld:apiUrl {weld.url}" in run("import").stdout
    assert "pulumi up" in run("import", "--adopt", "--output", "adopting").stdout
    assert "pulumi import --file" not in Path("adopting/README.md").read_text()


def test_import_makes_the_folder_that_it_is_told(run: Run) -> None:
    result = run("import", "--output", "deep/er")
    assert {path.name for path in Path("deep/er").iterdir()} == {
        *("__main__.py", "import.json", "Pulumi.yaml", "requirements.txt", "README.md")
    }
    assert "cd deep/er" in result.stdout


@pytest.mark.parametrize("name", ["__main__.py", "import.json"])
def test_nothing_is_overwritten_unless_told(weld: Simulator, run: Run, name: str) -> None:
    Path(name).write_text("mine")
    assert says(run("import", code=1).stderr, name, "already", "--output", "--force")
    assert weld.requests() == []
    assert [path.name for path in Path().iterdir()] == [name]
    run("import", "--force")
    assert Path(name).read_text() != "mine"


def test_a_project_that_is_there_stays_as_it_is(run: Run) -> None:
    Path("Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    result = run("import", "--force")
    assert Path("Pulumi.yaml").read_text() == "name: mine\nruntime: python\n"
    assert "pulumi stack init" not in result.stdout


def test_a_folder_that_cannot_be_written_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Error: " in run("import", "--output", str(tmp_path / "file" / "x"), code=1).stderr


def test_only_the_owner_may_read_what_was_written(weld: Simulator, run: Run) -> None:
    weld.create_connection("stripe", "Shop")
    run("import", "--output", "out")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in Path("out").iterdir()} == {
        "__main__.py": "0o600",
        "import.json": "0o600",
        "Pulumi.yaml": "0o600",
        "requirements.txt": "0o600",
        "README.md": "0o600",
    }


def test_a_write_that_fails_leaves_the_old_files_as_they_are(
    weld: Simulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    weld.create_connection("stripe", "Shop")
    for name in ("__main__.py", "import.json"):
        Path(name).write_text("old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        assert says(run("import", "--force", code=1).stderr, "written", "No space left")
    assert not [path.name for path in Path().iterdir() if path.name.startswith((".__main__", ".import", ".Pulumi"))]
    assert [Path(name).read_text() for name in ("__main__.py", "import.json")] == ["old", "old"]
    Path("import.json").unlink()
    Path("import.json").mkdir()
    assert says(run("import", "--force", code=1).stderr, "import.json", "written")
    assert Path("__main__.py").read_text() == "old"
