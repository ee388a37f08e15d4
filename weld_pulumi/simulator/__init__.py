"""Weld on localhost: real HTTP, the endpoints of Weld's contract, and a switch for whatever nobody documents.

For tests and demos, with the extra ``simulator``::

    from weld_pulumi.simulator import Simulator

    with Simulator(auto_authorize=True) as weld:
        ...  # weld.url, weld.api_key
"""

from __future__ import annotations

try:
    import fastapi as _fastapi  # noqa: F401
    import uvicorn as _uvicorn  # noqa: F401
except ImportError as error:
    raise ImportError("The Weld simulator needs an extra: pip install 'weld-pulumi[simulator]'") from error

from .app import openapi_document
from .readings import TABLE as READINGS
from .requestlog import LoggedRequest
from .simulator import DEFAULT_API_KEY, Simulator, serve

__all__ = ["DEFAULT_API_KEY", "READINGS", "LoggedRequest", "Simulator", "openapi_document", "serve"]
