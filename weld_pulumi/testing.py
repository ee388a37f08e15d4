"""A pytest fixture for your own tests: Weld on localhost.

pytest finds it automatically if ``weld-pulumi[simulator]`` is installed. A test requests it by name::

    def test_my_program(weld_simulator):
        run_my_program(api_url=weld_simulator.url, api_key=weld_simulator.api_key)
        assert [sync["destination_schema_name"] for sync in weld_simulator.state()["syncs"]] == ["raw_stripe"]

Each test gets a workspace of its own on a free port, which is removed after the test. Connections are authorized
immediately. A marker sets any argument of `weld_pulumi.simulator.Simulator`::

    @pytest.mark.weld_simulator(auto_authorize=False, readings={"list_order": "oldest"})
    def test_a_person_has_to_act(weld_simulator):
        ...
        weld_simulator.authorize()

The fixture is a `weld_pulumi.simulator.Simulator`: ``requests()`` and ``writes()`` return the requests that were sent,
``state()`` returns all objects, ``patch_sync(id, …)`` and similar methods change an object outside of the program,
``fault(…)`` makes a request fail, and ``advance(seconds)`` moves the clock.
"""

from __future__ import annotations

from weld_pulumi_pytest import pytest_configure, weld_simulator

__all__ = ["pytest_configure", "weld_simulator"]
