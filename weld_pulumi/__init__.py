"""Weld's ELT connections, syncs and streams as Pulumi resources.

::

    import weld_pulumi as weld

    stripe = weld.Connection("stripe", integration_id="stripe")
    weld.EltSync(
        "stripe-to-databricks",
        connection_id=stripe.id,
        destination_schema_name="weld_stripe",
        sync_interval="0 */6 * * *",
        source_streams=[{"name": "charges"}],
    )
"""

from ._traceback import wants_traceback
from ._version import __version__
from .errors import (
    AuthenticationError,
    AuthorizationPendingError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    ServerError,
    WeldApiError,
    WeldConfigError,
    WeldConnectionError,
    WeldError,
    WeldValidationError,
)
from .functions import (
    get_available_source_streams,
    get_available_source_streams_output,
    get_connection,
    get_connection_output,
    get_connection_settings_schema,
    get_connection_settings_schema_output,
    get_connections,
    get_connections_output,
    get_elt_sync,
    get_elt_sync_output,
    get_elt_sync_status,
    get_elt_sync_status_output,
    get_elt_syncs,
    get_elt_syncs_output,
    get_integrations,
    get_integrations_output,
    get_orchestrations,
    get_orchestrations_output,
    get_source_stream_runs,
    get_source_stream_runs_output,
    get_source_streams,
    get_source_streams_output,
)
from .pulumi_internals import print_without_traceback
from .resources.connection import Connection
from .resources.elt_sync import EltSync
from .resources.elt_sync_run import EltSyncRun
from .resources.provider import Provider
from .resources.source_stream import SourceStream, SourceStreamArgs, SourceStreamArgsDict

if not wants_traceback():
    print_without_traceback(WeldError)

__all__ = [
    "AuthenticationError",
    "AuthorizationPendingError",
    "ConflictError",
    "Connection",
    "EltSync",
    "EltSyncRun",
    "NotFoundError",
    "Provider",
    "RateLimitError",
    "ServerError",
    "SourceStream",
    "SourceStreamArgs",
    "SourceStreamArgsDict",
    "WeldApiError",
    "WeldConfigError",
    "WeldConnectionError",
    "WeldError",
    "WeldValidationError",
    "__version__",
    "get_available_source_streams",
    "get_available_source_streams_output",
    "get_connection",
    "get_connection_output",
    "get_connection_settings_schema",
    "get_connection_settings_schema_output",
    "get_connections",
    "get_connections_output",
    "get_elt_sync",
    "get_elt_sync_output",
    "get_elt_sync_status",
    "get_elt_sync_status_output",
    "get_elt_syncs",
    "get_elt_syncs_output",
    "get_integrations",
    "get_integrations_output",
    "get_orchestrations",
    "get_orchestrations_output",
    "get_source_stream_runs",
    "get_source_stream_runs_output",
    "get_source_streams",
    "get_source_streams_output",
]
