"""A Weld on localhost that the settings in the environment name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi.runtime import set_all_config

from weld_pulumi._workspaces import client_for
from weld_pulumi.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture(autouse=True)
def surroundings(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings in the environment, nothing in the stack configuration."""
    monkeypatch.setenv("WELD_API_URL", simulator.url)
    monkeypatch.setenv("WELD_API_KEY", simulator.api_key)
    monkeypatch.setenv("WELD_MAX_RETRIES", "0")
    client_for.cache_clear()
    set_all_config({}, [])
    yield
    set_all_config({}, [])


@pytest.fixture
def there(simulator: Simulator) -> dict[str, str]:
    """What there is: two connections, a sync with two streams, an orchestration."""
    shop = simulator.create_connection("stripe", "Shop")["id"]
    crm = simulator.create_connection("hubspot", "CRM")["id"]
    sync = simulator.create_sync(shop, destination_schema_name="raw_shop", streams=["charges", "customers"])["id"]
    stream = next(row["id"] for row in simulator.state()["streams"] if row["name"] == "charges")
    workflow = simulator.create_orchestration("Nightly")["id"]
    return {"shop": shop, "crm": crm, "sync": sync, "stream": stream, "workflow": workflow}
