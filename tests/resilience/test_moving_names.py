"""Resources renamed, exchanged, moved, targeted, failed and repeated at random lose and double nothing."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import event, given, seed, settings
from hypothesis import strategies as st

from tests.support.fake_engine import RefusedError, Stack
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator

from .moving import HOW, MOVES, Moves, Step, as_declared, nothing_lost, run, strangers, untouched

NUMBERS = st.integers(0, 11)
STEPS = st.lists(
    st.tuples(st.sampled_from(MOVES), NUMBERS, NUMBERS, st.sampled_from(HOW), NUMBERS), min_size=1, max_size=5
)

ID = re.compile(r"[A-Za-z0-9_-]{14}")


def settled(stack: Stack, moves: Moves, left: set[str], *, previewed: bool) -> bool:
    """Whether `up` goes through, as often as it takes until there is nothing left to do.

    A program that was not ``previewed`` yet is previewed first.

    Where it names a sync that a killed run has left (``left``), that is adopted as the message advises.
    """
    for attempt in range(6):
        try:
            if not stack.up(moves.program(), preview_first=attempt == 0 and not previewed):
                return True
        except (RefusedError, WeldError) as error:
            event("refused: " + ID.sub("", str(error))[:60])
            if not moves.adopt_as_advised(str(error), left):
                return False
        stack.weld.advance(30)
    raise AssertionError("there is always something left to do")


def live(steps: list[Step]) -> None:
    """Carry out the steps; after each run nothing that the program declares is lost, and nobody else's is touched."""
    with Simulator(auto_authorize=True, authorize_delay=0) as weld:
        theirs = strangers(weld)
        stack, moves = Stack(weld), Moves.start()
        stack.up(moves.program())
        accepted = copy.deepcopy(moves)
        for move, a, b, how, number in steps:
            moves.apply(move, a, b, stack)
            known = {sync["id"] for sync in weld.state()["syncs"]}
            went = run(stack, moves.program(), how, number)
            event(f"{how}: {'went through' if went else 'ended'}")
            weld.advance(60)
            untouched(weld, theirs)
            nothing_lost(weld, stack, moves.program())
            made = {sync["id"] for sync in weld.state()["syncs"]} - known
            if settled(stack, moves, made, previewed=went):
                as_declared(weld, stack, moves.program(), theirs)
                accepted = copy.deepcopy(moves)
            else:
                nothing_lost(weld, stack, moves.program())
                if how == "dies":
                    return  # Weld keeps what the killed run made; nothing knows of it once that program is withdrawn
                moves = copy.deepcopy(accepted)
                event(f"taken back: {move}")
        untouched(weld, theirs)
        weld.clear_requests()
        stack.destroy()
        deleted = [r.path for r in weld.requests() if r.method == "DELETE" and (r.status or 0) < 400]
        assert len(deleted) == len(set(deleted))
        weld.advance(30)
        now = weld.state()
        untouched(weld, theirs)
        assert [row["id"] for row in now["syncs"]] == [row["id"] for row in theirs["syncs"]]
        assert [row["id"] for row in now["connections"]] == [row["id"] for row in theirs["connections"]]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(STEPS)
def test_whatever_moves_in_a_program_nothing_is_lost_or_doubled(steps: list[Step]) -> None:
    live(steps)


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_whatever_moves_in_two_thousand_programs_nothing_is_lost_or_doubled(part: int) -> None:
    """In eight parts, so that they run side by side."""
    seed(part)(settings(max_examples=250, deadline=None, database=None)(given(STEPS)(live)))()
