"""What an import costs: a program loads neither HTTP nor models nor validation; the plugin does when it asks Weld."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

HEAVY = ("requests", "urllib3", "pydantic", "jsonschema", "cronsim", "fastapi", "uvicorn", "starlette", "rich", "click")
OURS = (
    "weld_pulumi.simulator",
    "weld_pulumi.api",
    "weld_pulumi.provider",
    "weld_pulumi.provider.dynamic",
    "weld_pulumi.cli",
)


def loaded(program: str) -> set[str]:
    """The modules that a program loads beyond those of pulumi itself."""
    script = f"""
        import sys
        import pulumi, pulumi.dynamic
        before = set(sys.modules)
        {program}
        print("\\n".join(set(sys.modules) - before))
    """
    ran = subprocess.run(
        [sys.executable, "-c", dedent(script)], capture_output=True, text=True, check=True, timeout=120
    )
    return set(ran.stdout.split())


def test_a_program_imports_little() -> None:
    modules = loaded("import weld_pulumi")
    assert not {name for name in modules if name.split(".")[0] in HEAVY}
    assert not {name for name in modules if name.startswith(OURS)}


def test_a_program_that_makes_resources_imports_little_too() -> None:
    program = """
        import asyncio
        import weld_pulumi as weld
        from pulumi.runtime import Mocks, set_mocks

        class Nothing(Mocks):
            def new_resource(self, args): return args.name, args.inputs
            def call(self, args): return {}, None

        asyncio.set_event_loop(asyncio.new_event_loop())
        set_mocks(Nothing())

        @pulumi.runtime.test
        def run():
            team = weld.Provider("p", api_key="k")
            a = weld.Connection("a", pulumi.ResourceOptions(provider=team), integration_id="stripe")
            b = weld.EltSync("b", connection_id=a.id, destination_schema_name="x", source_streams=[{"name": "y"}])
            return weld.SourceStream("c", elt_sync_id=b.id).urn

        run()
    """
    indented = dedent(program).replace("\n", "\n" + " " * 8)
    modules = loaded(indented)
    assert not {name for name in modules if name.split(".")[0] in HEAVY}
    assert not {name for name in modules if name.startswith(OURS)}


def test_the_plugin_loads_http_only_when_it_asks_weld() -> None:
    """A preview in which nothing has changed asks nothing."""
    program = """
        from pulumi.dynamic import Config, ConfigureRequest
        from weld_pulumi._registry import load
        provider = load("EltSync")
        provider.configure(ConfigureRequest(Config({"weld:apiKey": "k"}, "test")))
        props = {"connection_id": "a", "destination_schema_name": "b", "sync_interval": "0 0 * * *", "enabled": True,
                 "source_streams": [{"name": "c"}], "adopt": False, "deletion_policy": "delete",
                 "remove_destination_data": False}
        checked = provider.check(props, props)
        assert not checked.failures
        assert not provider.diff("id", props, checked.inputs).changes
    """
    modules = loaded(dedent(program).replace("\n", "\n" + " " * 8))
    assert not {name.split(".")[0] for name in modules} & (set(HEAVY) - {"cronsim"})


@pytest.mark.parametrize("module", ["weld_pulumi.provider.dynamic", "weld_pulumi.api.client"])
def test_the_plugin_loads_no_simulator_and_no_commands(module: str) -> None:
    modules = loaded(f"import {module}")
    others = ("fastapi", "uvicorn", "starlette", "rich", "click", "weld_pulumi.simulator", "weld_pulumi.cli")
    assert not {name for name in modules if name.startswith(others)}


def test_the_client_can_be_used_without_the_plugin() -> None:
    modules = loaded("import weld_pulumi.api.client")
    assert not {name for name in modules if name.startswith(("weld_pulumi.provider", "weld_pulumi.provider.dynamic"))}
