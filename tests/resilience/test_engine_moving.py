"""Samples of the random programs of `test_moving_names` on the real engine."""

from __future__ import annotations

import copy
import random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.engine import Project
from tests.support.fake_engine import Ref, Res, urn_of
from tests.support.programs import Code, options, program, resource
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

from .moving import MOVES, Moves, as_declared, first_sync, nothing_lost, strangers, untouched

HOW = ("plain", "one at a time", "many at once", "target", "fails", "refreshed")
ARGS = {"one at a time": ["--parallel=1"], "many at once": ["--parallel=64"]}


def text(resources: list[Res], *more: str) -> str:
    """The program as Python writes it."""
    lines = []
    for res in resources:
        props = {key: Code(f"{value.name}.id") if isinstance(value, Ref) else value for key, value in res.props.items()}
        lines.append(resource(res.kind, res.name, **props))
    return program(*lines, *more)


def state_of(stacked: Project) -> Any:
    """What the checks ask of a stack: the objects that its resources stand for, by name."""
    live = [each for each in stacked.resources() if not each.get("delete")]
    return SimpleNamespace(state={each["urn"].rpartition("::")[2]: SimpleNamespace(id=each["id"]) for each in live})


def run(stacked: Project, resources: list[Res], how: str, number: int) -> None:
    stacked.write(text(resources))
    if how == "target":
        chosen = resources[number % len(resources) :]
        urns = [urn_of(res.kind, res.name).replace("::model::", "::testing::") for res in chosen]
        stacked.up(*(f"--target={urn}" for urn in urns), check=False)
    elif how == "fails":
        after = options(depends_on=Code(f"[{', '.join(res.name for res in resources)}]"))
        wrong = {"elt_sync_id": Code(f"{first_sync(resources)}.id"), "name": "no_such_stream", "opts": after}
        stacked.write(text(resources, resource("SourceStream", "wrong", **wrong)))
        assert not stacked.up(check=False).ok
        stacked.write(text(resources))
    else:
        stacked.up(*ARGS.get(how, []), refresh=how == "refreshed", check=False)


def live(weld: Simulator, stack: Stacks, seed: int, steps: int) -> None:
    chance, theirs, moves = random.Random(seed), strangers(weld), Moves.start()
    stacked = stack(text(moves.program()))
    stacked.up()
    accepted = copy.deepcopy(moves)
    for _ in range(steps):
        moves.apply(chance.choice(MOVES), chance.randrange(12), chance.randrange(12), state_of(stacked))
        run(stacked, moves.program(), chance.choice(HOW), chance.randrange(12))
        untouched(weld, theirs)
        nothing_lost(weld, state_of(stacked), moves.program())
        if stacked.preview(check=False).ok:
            # What was taken over as it was is brought in line by the second one.
            if stacked.up().changed and stacked.up().changed:
                stacked.up(expect_no_changes=True)
            as_declared(weld, state_of(stacked), moves.program(), theirs)
            accepted = copy.deepcopy(moves)
        else:
            assert not stacked.up(check=False).ok
            nothing_lost(weld, state_of(stacked), moves.program())
            moves = copy.deepcopy(accepted)
    weld.clear_requests()
    stacked.destroy()
    deleted = [r.path for r in weld.requests() if r.method == "DELETE" and (r.status or 0) < 400]
    assert len(deleted) == len(set(deleted))
    untouched(weld, theirs)
    assert [row["id"] for row in weld.state()["syncs"]] == [row["id"] for row in theirs["syncs"]]


@pytest.mark.long
def test_a_random_program_on_the_real_engine_loses_and_doubles_nothing(weld: Simulator, stack: Stacks) -> None:
    live(weld, stack, seed=0, steps=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 9))
def test_random_programs_on_the_real_engine_lose_and_double_nothing(weld: Simulator, stack: Stacks, seed: int) -> None:
    live(weld, stack, seed, steps=4)
