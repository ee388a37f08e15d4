"""Weld on localhost: real HTTP, the endpoints of Weld's API, and pages for people.

For tests and demos, with the extra ``simulator``::

    from weld_pulumi.simulator import Simulator

    with Simulator(auto_authorize=True) as weld:
        ...  # weld.url, weld.api_key

`app`, `routes`, `domain`, `store` and `pages` are Weld. `testing` is what only tests need: faults, recorded requests,
and other forms of responses. `api_variants` lists what Weld's documents leave open.
"""

from __future__ import annotations

try:
    import fastapi as _fastapi  # noqa: F401
    import uvicorn as _uvicorn  # noqa: F401
except ImportError as error:
    raise ImportError("The Weld simulator needs an extra: pip install 'weld-pulumi[simulator]'") from error

from .api_variants import OPEN_QUESTIONS as READINGS
from .app import openapi_document
from .simulator import DEFAULT_API_KEY, Simulator, serve
from .testing.request_log import LoggedRequest

__all__ = ["DEFAULT_API_KEY", "READINGS", "LoggedRequest", "Simulator", "openapi_document", "serve"]
