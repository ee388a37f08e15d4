"""Runs in a clean environment, by its Python: imports each module, and runs the quickstart with Pulumi's mocks.

Usage: python -I inside.py imports | mocks PROGRAM
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import runpy
import sys

import pulumi


def imports() -> None:
    """Import every module of the package, also those that only commands or the simulator need."""
    package = importlib.import_module("weld_pulumi")
    assert str(package.__file__).startswith(sys.prefix), f"weld_pulumi is of {package.__file__}"
    modules = [module.name for module in pkgutil.walk_packages(package.__path__, "weld_pulumi.")]
    for name in modules:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    print(len(modules))


def mocks(program: str) -> None:
    """Run a program as a user's own unit test does: without an engine, and without Weld."""

    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
            seen.append(args.typ)
            return f"{args.name}-id", dict(args.inputs)

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[object, object], None]:
            return {}, None

    seen: list[str] = []
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(Mocks(), preview=False)
    run_program = pulumi.runtime.test(lambda: runpy.run_path(program, run_name="quickstart"))  # type: ignore[no-untyped-call]
    run_program()
    assert sorted(token.partition(":dynamic/")[2] for token in seen) == [
        *["weld:Connection", "weld:EltSync", "weld:EltSync", "weld:SourceStream", "weld:SourceStream"]
    ], seen
    print(len(seen))


if __name__ == "__main__":
    if sys.argv[1] == "imports":
        imports()
    else:
        mocks(sys.argv[2])
