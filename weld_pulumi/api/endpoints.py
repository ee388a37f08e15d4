"""Weld's endpoints, one line each: whether a request may be repeated, and what to do after an error.

Source: Weld's OpenAPI document ("Weld REST API" 0.1). On 409 of ``POST /elt_syncs`` it reads: "The connection
reached the maximum number of allowed syncs."
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from ..errors import WeldValidationError

__all__ = ["CHECK_URL", "Endpoint"]

CHECK_URL = "Check weld:apiUrl (WELD_API_URL)"
_CHECK_ID = "Check the id, and whether the key belongs to the workspace that has this object."
_CHECK_CONNECTION = f"Check whether the connection exists (`weld-pulumi connections` lists them). {CHECK_URL}."
_QUOTA = (
    "By Weld's contract, the connection has reached the maximum number of syncs it allows: remove one of them "
    "(`weld-pulumi syncs` lists them), or use another connection."
)
_BLOCKED = "Check in Weld what is blocking this, then retry."
_SETTINGS = "; `weld-pulumi settings CONNECTION_ID` shows which elt_settings it accepts"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Attributes:
        method: HTTP method.
        path: path below the base URL; ``{}`` stands for an id.
        idempotent: whether carrying a request out twice has the effect of carrying it out once.
        accepts: what a rejected request (400, 422) may have got wrong.
        steps: next steps by status, where they differ from those of other endpoints.
    """

    method: str
    path: str
    idempotent: bool = True
    accepts: Literal["nothing", "arguments", "settings"] = "nothing"
    steps: Mapping[int, str] = field(default_factory=dict)

    def path_of(self, *ids: str) -> str:
        """Return the path for these ids.

        Raises:
            WeldValidationError: an id cannot be one of Weld's.
        """
        return self.path.format(*map(_quoted, ids))

    def describe(self, *ids: str) -> str:
        """Return method and path, for messages."""
        return f"{self.method} {self.path_of(*ids)}"

    def next_step(self, status: int, is_explained: bool) -> str:
        """Return what to do after an error, whatever its message.

        Args:
            status: HTTP status, from 400.
            is_explained: Weld's message is shown.
        """
        if status in self.steps:
            return self.steps[status]
        if status == 404:
            return _CHECK_ID if "{}" in self.path else f"{CHECK_URL}."
        if status in (400, 422) and self.accepts != "nothing":
            compare = "Compare the arguments with Weld's message" if is_explained else "Check the arguments"
            return f"{compare}{_SETTINGS if self.accepts == 'settings' else ''}."
        if status == 409 or (status in (400, 422) and self.method != "GET"):
            return _BLOCKED
        if status == 402:
            return "Check in Weld whether the plan of the workspace includes this."
        if status in (408, 425):
            return "Retry."
        return f"{CHECK_URL}, and whether there is a newer weld-pulumi."


def _quoted(identifier: str) -> str:
    if identifier.strip(".") == "":
        # "" and ".." would turn the path into another one.
        raise WeldValidationError(f"{identifier!r} is not a valid Weld id.")
    return quote(identifier, safe="", errors="backslashreplace")


LIST_CONNECTIONS = Endpoint("GET", "/connections")
DELETE_CONNECTION = Endpoint("DELETE", "/connections/{}")
GET_CONNECTION_SETTINGS = Endpoint("GET", "/connections/{}/settings")
LIST_BRIDGES = Endpoint("GET", "/connection_bridges")
CREATE_BRIDGE = Endpoint("POST", "/connection_bridges", idempotent=False, accepts="arguments")
LIST_INTEGRATIONS = Endpoint("GET", "/integrations")

LIST_SYNCS = Endpoint("GET", "/elt_syncs")
GET_SYNC = Endpoint("GET", "/elt_syncs/{}")
CREATE_SYNC = Endpoint(
    "POST", "/elt_syncs", idempotent=False, accepts="settings", steps={404: _CHECK_CONNECTION, 409: _QUOTA}
)
UPDATE_SYNC = Endpoint("POST", "/elt_syncs/{}", accepts="settings")
DELETE_SYNC = Endpoint("DELETE", "/elt_syncs/{}")
ENABLE_SYNC = Endpoint("POST", "/elt_syncs/{}/enable")
DISABLE_SYNC = Endpoint("POST", "/elt_syncs/{}/disable")
GET_SYNC_STATUS = Endpoint("GET", "/elt_syncs/{}/status")
ATTACH_ORCHESTRATION = Endpoint("POST", "/elt_syncs/{}/orchestration", accepts="arguments")
DETACH_ORCHESTRATION = Endpoint("DELETE", "/elt_syncs/{}/orchestration")

LIST_AVAILABLE_STREAMS = Endpoint("GET", "/elt_syncs/{}/available_source_streams")
UPSERT_STREAMS = Endpoint("POST", "/elt_syncs/{}/source_streams", accepts="arguments")
LIST_STREAMS = Endpoint("GET", "/elt_streams")
GET_STREAM = Endpoint("GET", "/elt_streams/{}")
DELETE_STREAM = Endpoint("DELETE", "/elt_streams/{}")
REQUEST_RUN = Endpoint("POST", "/elt_streams/{}/request_run", idempotent=False)
# Marking twice is the same as marking once.
REQUEST_FULL_REFRESH = Endpoint("POST", "/elt_streams/{}/request_full_refresh")
CANCEL_FULL_REFRESH = Endpoint("POST", "/elt_streams/{}/cancel_full_refresh")
LIST_RUNS = Endpoint("GET", "/elt_stream_runs", steps={404: _CHECK_ID})
GET_RUN = Endpoint("GET", "/elt_stream_runs/{}")

LIST_ORCHESTRATIONS = Endpoint("GET", "/orchestrations")
GET_ORCHESTRATION = Endpoint("GET", "/orchestrations/{}")
REQUEST_ORCHESTRATION_RUN = Endpoint("POST", "/orchestrations/{}/request_run", idempotent=False)
