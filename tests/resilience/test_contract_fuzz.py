"""The simulator under generated requests, from its own OpenAPI document: never a 500, never an undeclared shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from weld_pulumi.simulator import Simulator, openapi_document

schema = schemathesis.openapi.from_dict(openapi_document())


@pytest.fixture(scope="module")
def weld() -> Iterator[Simulator]:
    with Simulator(auto_authorize=True) as simulator:
        connection = simulator.create_connection("stripe", "fuzz")
        simulator.create_sync(connection["id"], streams=["charges"])
        yield simulator


def _call(case: schemathesis.Case[Any], weld: Simulator) -> None:
    # Statuses such as 401 are not declared by Weld's document, so that check is left out.
    case.call_and_validate(
        base_url=weld.url,
        headers={"x-api-key": weld.api_key},
        checks=[not_a_server_error, content_type_conformance, response_schema_conformance],
    )


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_simulator_answers_generated_requests_as_declared(case: schemathesis.Case[Any], weld: Simulator) -> None:
    _call(case, weld)


@pytest.mark.long
@schema.parametrize()
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_simulator_answers_many_generated_requests_as_declared(
    case: schemathesis.Case[Any], weld: Simulator
) -> None:
    _call(case, weld)
