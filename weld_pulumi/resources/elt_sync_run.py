"""``weld.EltSyncRun``: a run of a sync that ``pulumi up`` waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from ..schema.elt_sync_run import ELT_SYNC_RUN
from ._base import WeldResource
from .source_stream import Names, Triggers

__all__ = ["EltSyncRun"]


class EltSyncRun(WeldResource):
    """A run of streams that ``up`` waits for, so that other resources can depend on the data.

    Creation requests a run of each stream that is not running, and ends once each has completed. A failed stream and a
    time-out are errors; neither undoes anything at Weld, and the next ``up`` waits for what is still running. Deletion
    and ``refresh`` do nothing at Weld. (Source: POST /elt_streams/{id}/request_run and GET /elt_syncs/{id}/status of
    Weld's OpenAPI document.)

    Example::

        import pulumi
        import pulumi_databricks as databricks
        import weld_pulumi as weld

        sync = weld.EltSync.get("shop", "q4Rk8vp_fhTjqf")
        first_load = weld.EltSyncRun("first-load", elt_sync_id=sync.id, triggers=["2026-11-29"])
        databricks.Grant(
            "analysts",
            table="raw.weld_stripe.charges",
            principal="analysts",
            privileges=["SELECT"],
            opts=pulumi.ResourceOptions(depends_on=[first_load]),
        )

    Args:
        resource_name: name of the resource in the stack.
        opts: Pulumi's resource options; ``import_`` does not work.
        elt_sync_id: Weld's id of the sync. A change creates a new run.
        streams: names of the streams to run; default: all streams that the sync has then. A change creates a new run.
        full_refresh: copy everything again. Default: ``False``. A change creates a new run.
        triggers: list or dict; any change runs the streams again. A change creates a new run.
        timeout: seconds that ``up`` waits for the end of the runs, from 1 to 604800. The runs go on afterwards.
            Default: ``3600``.

    Attributes:
        id: made by this package: Weld has no id for the runs of several streams.
        status: ``COMPLETED``.
        streams_result: by stream name: ``status``, ``rows_synced``, ``bytes_synced`` and ``finished_at``.
        rows_synced: rows of all streams; None if Weld does not report them.
        finished_at: ISO 8601 time when the last stream ended.

    Raises:
        WeldValidationError: ``import_`` is among the options.
    """

    _schema = ELT_SYNC_RUN

    # Outputs, for the type checker only; see WeldResource.
    if TYPE_CHECKING:
        elt_sync_id: pulumi.Output[str]
        streams: pulumi.Output[list[str] | None]
        full_refresh: pulumi.Output[bool]
        triggers: pulumi.Output[Any]
        timeout: pulumi.Output[float]
        status: pulumi.Output[str]
        streams_result: pulumi.Output[dict[str, dict[str, Any]]]
        rows_synced: pulumi.Output[int | None]
        finished_at: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        elt_sync_id: pulumi.Input[str],
        streams: pulumi.Input[Names] | None = None,
        full_refresh: pulumi.Input[bool] | None = None,
        triggers: pulumi.Input[Triggers] | None = None,
        timeout: pulumi.Input[float] | None = None,
    ) -> None:
        self._construct(resource_name, opts, locals())
