"""An object is deleted only by the last resource that stands for it, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.engine import Project
from tests.support.programs import connection, elt_sync, options, program, source_stream
from weld_pulumi.simulator import Simulator

from .conftest import Stacks

PARALLEL = pytest.mark.parametrize("parallel", [(), ("-p", "1"), ("-p", "64")], ids=["default", "p1", "p64"])

#: A resource that fails after all others, so that the deletions of its run never come.
FAILS = 'weld.SourceStream("fails", elt_sync_id=owner.id, name="no_such_stream", opts=pulumi.ResourceOptions(depends_on=[last]))\n'


def urn(stacked: Project, name: str) -> str:
    return str(stacked.resource(name)["urn"])


def interrupted_between(stacked: Project, after: str, new: str, how: str) -> None:
    """The new name takes over; the deletion of the old one is left for a later run."""
    stacked.write(after)
    if how == "target":
        stacked.up(f"--target={stacked.state_urn_of(new)}")
    ...
