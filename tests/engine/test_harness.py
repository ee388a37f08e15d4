"""The harness itself, on a dynamic resource that keeps its objects in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.engine import EngineError, Project

THING = """
    import json
    from pathlib import Path

    from pulumi import dynamic

    WORLD = Path(__file__).with_name("world.json")


    class ThingProvider(dynamic.ResourceProvider):
        serialize_as_secret_always = False

        def check(self, olds, news):
            bad = [dynamic.CheckFailure("size", "too big")] if news["size"] > 9 else []
            return dynamic.CheckResult(news, bad)

        def diff(self, id, olds, news):
            return dynamic.DiffResult(changes=None if olds["size"] != news["size"] else False)

        def create(self, props):
            print("making it", flush=True)
            self.save(props["size"])
            return dynamic.CreateResult("thing-1", props)

        def update(self, id, olds, news):
            self.save(news["size"])
            return dynamic.UpdateResult(news)

        def read(self, id, props):
            live = {**props, "size": json.loads(WORLD.read_text())}
            return dynamic.ReadResult(id, live, live)

        def delete(self, id, props):
            WORLD.unlink()

        def save(self, size):
            WORLD.write_text(json.dumps(size))


    class Thing(dynamic.Resource, module="testing", name="Thing"):
        def __init__(self, name, size):
            super().__init__(ThingProvider(), name, {"size": size})
"""


def program(size: int) -> str:
    return f"""
        import pulumi
        from thing import Thing

        pulumi.export("id", Thing("a", size={size}).id)
        pulumi.export("hidden", pulumi.Config("some").require_secret("password"))
    """


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, program(1), secrets={"some:password": "open sesame"}, files={"thing.py": THING})


def test_the_harness_leads_a_resource_through_its_life(project: Project) -> None:
    created = project.up()
    assert created.changed == {"a": "create"}
    assert created.changes == {"create": 2}  # the engine counts the stack
    assert "making it" in [each.message for each in created.diagnostics]
    assert project.outputs() == {"id": "thing-1", "hidden": "open sesame"}
    assert project.resource("a")["inputs"]["size"] == 1
    assert "open sesame" not in created.text + project.raw_state()

    assert project.up(expect_no_changes=True).changed == {}

    (project.folder / "world.json").write_text("2")
    drift = project.preview(refresh=True)
    assert drift.refreshed["a"].op == "update"
    assert drift.step("a", "update").detailed_diff == {"size": "update"}

    destroyed = project.destroy()
    assert destroyed.changed == {"a": "delete"}
    assert project.resources() == []
    assert not (project.folder / "world.json").exists()


@pytest.mark.long
def test_failures_of_the_engine_come_back_as_text(project: Project) -> None:
    project.write(program(99))
    result = project.preview(check=False)
    assert (result.ok, result.exit_code) == (False, 1)
    assert result.errors == [
        "pulumi-python:dynamic/testing:Thing resource 'a': property size value {99} has a problem: too big"
    ]
    with pytest.raises(EngineError, match="too big") as raised:
        project.up()
    assert raised.value.result.changed == {}


def test_settings_of_the_developer_do_not_reach_the_harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "WELD_API_KEY"):
        monkeypatch.setenv(name, "of the developer")
    project = Project(tmp_path, "", env={"EXTRA": "given"})
    assert "of the developer" not in json.dumps(project.env)
    assert project.env["EXTRA"] == "given"
    assert project.cli("stack", "ls", "--json").ok
