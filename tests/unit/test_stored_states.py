"""The states that releases stored never change: the stacks of users hold the like of them."""

from __future__ import annotations

import hashlib

from tests.fixtures import stored_state

#: SHA-256 by version. A new release adds a line; no line ever changes (CONTRIBUTING.md, "Release").
FROZEN = {"0.1.0": "ae8c7ccc34b0c0f6192247adf21c1763ac078159c68723542cdb86d3b9d2a2da"}


def test_the_stored_state_of_each_release_is_what_it_was() -> None:
    found = {
        path.stem.removeprefix("state-"): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in stored_state.FOLDER.glob("state-*.json")
    }
    assert found == FROZEN
