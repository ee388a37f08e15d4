"""Live settings seen through the declared ones: what counts as a secret that Weld shows masked."""

from __future__ import annotations

import pytest

from weld_pulumi.provider.elt_sync.settings import as_declared, is_within


@pytest.mark.parametrize("live", ["***", "********", "•••", "●●●●", "*•●"])
def test_a_mask_hides_no_difference_and_shows_none(live: str) -> None:
    assert as_declared({"token": "t0ps3cret"}, {"token": live}) == {"token": "t0ps3cret"}
    assert is_within({"token": "t0ps3cret"}, {"token": live})


@pytest.mark.parametrize("live", ["XXX", "xxxx", "xXxX", "**", "*", "***x", "***\n", "", "other"])
def test_a_text_that_may_be_a_value_is_no_mask(live: str) -> None:
    assert as_declared({"region": "EU"}, {"region": live}) == {"region": live}
    assert not is_within({"region": "EU"}, {"region": live})
