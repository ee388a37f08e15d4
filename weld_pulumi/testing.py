"""A pytest fixture for your own tests: Weld on localhost.

pytest finds it by itself where ``weld-pulumi[simulator]`` is installed. A test asks for it by name::

    def test_my_program(weld_simulator):
        run_my_program(api_url=weld_simulator.url, api_key=weld_simulator.api_key)
        assert [sync["destination_schema_name"] for sync in weld_simulator.state()["syncs"]] == ["raw_stripe"]

Each test gets a workspace of its own, on a free port, and it is gone after the test. Connections authorize
themselves at once. A marker sets anything that `weld_pulumi.simulator.Simulator` takes::

    @pytest.mark.weld_simulator(auto_authorize=False, readings={"list_order": "oldest"})
    def test_a_person_has_to_act(weld_simulator):
        ...
        weld_simulator.authorize()

The fixture is the `weld_pulumi.simulator.Simulator` itself: ``requests()`` and ``writes()`` tell what was asked,
``state()`` what there is, ``patch_sync(id, …)`` and its like change something behind the program's back,
``fault(…)`` lets a request go wrong, ``advance(seconds)`` lets time pass.
"""

from __future__ import annotations

from weld_pulumi_pytest import pytest_configure, weld_simulator

__all__ = ["pytest_configure", "weld_simulator"]
