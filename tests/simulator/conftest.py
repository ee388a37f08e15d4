from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from weld_pulumi.simulator import Simulator


class Api:
    """A minimal HTTP client that checks the status of each response."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.headers["x-api-key"] = simulator.api_key

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.simulator.url + path, timeout=10, **options)

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        answer = self.ask(method, path, **options)
        assert answer.status_code == status, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.text

    def bridge(self, **fields: Any) -> Any:
        body = {"integration_id": "stripe", "label": "Shop", "redirect_uri": "http://localhost:9999/back", **fields}
        return self("POST", "/connection_bridges", body, status=201)

    def sync(self, integration_id: str = "stripe", *streams: Any, enabled: bool = False, **fields: Any) -> Any:
        connection = self.simulator.create_connection(integration_id, "Shop")
        body = {
            "connection_id": connection["id"],
            "destination_schema_name": "weld_shop",
            "sync_interval": "0 */6 * * *",
            **fields,
        }
        made = self("POST", "/elt_syncs", body, status=201)
        if streams:
            self.upsert(made["id"], *streams)
        if enabled:
            self("POST", f"/elt_syncs/{made['id']}/enable", status=204)
        return made

    def upsert(self, sync_id: str, *streams: Any, status: int = 201) -> Any:
        entries = [{"name": item} if isinstance(item, str) else item for item in streams]
        return self("POST", f"/elt_syncs/{sync_id}/source_streams", {"source_streams": entries}, status=status)

    def streams(self, sync_id: str) -> dict[str, Any]:
        page = self("GET", f"/elt_streams?elt_sync_id={sync_id}&limit=100")
        return {stream["name"]: stream for stream in page["data"]}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture
def api(simulator: Simulator) -> Iterator[Api]:
    client = Api(simulator)
    with client.session:
        yield client
