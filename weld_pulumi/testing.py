"""A pytest fixture for your own tests: Weld on localhost.

pytest finds it automatically if ``weld-pulumi[simulator]`` is installed. A test requests it by name::

    import weld_pulumi as weld

    def test_a_program_finds_the_sync(weld_simulator, monkeypatch):
        monkeypatch.setenv("WELD_API_URL", weld_simulator.url)
        monkeypatch.setenv("WELD_API_KEY", weld_simulator.api_key)
        stripe = weld_simulator.create_connection("stripe", "Shop")
        weld_simulator.create_sync(stripe["id"], destination_schema_name="raw_stripe")
        assert [sync.destination_schema_name for sync in weld.get_elt_syncs()] == ["raw_stripe"]

Each test gets a workspace of its own on a free port, which is removed after the test. Connections are authorized
immediately. A marker sets any argument of `weld_pulumi.simulator.Simulator`::

    import pytest

    @pytest.mark.weld_simulator(auto_authorize=False, api_key="another-key")
    def test_nobody_has_authorized_yet(weld_simulator):
        assert weld_simulator.api_key == "another-key"
        assert weld_simulator.pending_bridges() == []

The fixture is a `weld_pulumi.simulator.Simulator`: ``requests()`` and ``writes()`` return the requests that were sent,
``state()`` returns all objects, ``patch_sync(id, …)`` and similar methods change an object outside of the program,
``fault(…)`` makes a request fail, and ``advance(seconds)`` moves the clock.
"""

from __future__ import annotations

from weld_pulumi_pytest import pytest_configure, weld_simulator

__all__ = ["pytest_configure", "weld_simulator"]
