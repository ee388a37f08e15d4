"""``weld.SourceStream`` and the entries of ``source_streams``: one table or object that a sync copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

from ..schema.streams import SOURCE_STREAM
from ._base import WeldResource

Names = Sequence[pulumi.Input[str]]
Triggers = Sequence[Any] | Mapping[str, Any]

if TYPE_CHECKING:
    from typing_extensions import NotRequired, TypedDict

    class SourceStreamArgsDict(TypedDict):
        """The dict form of :class:`SourceStreamArgs`."""

        name: pulumi.Input[str]
        incremental_pointer_id: NotRequired[pulumi.Input[str] | None]
        excluded_columns: NotRequired[pulumi.Input[Names] | None]
        hashed_columns: NotRequired[pulumi.Input[Names] | None]
        full_sync_always: NotRequired[pulumi.Input[bool] | None]
        full_sync_at_midnight: NotRequired[pulumi.Input[bool] | None]
        protected_from_full_sync: NotRequired[pulumi.Input[bool] | None]
        excluded_substreams: NotRequired[pulumi.Input[Names] | None]
        enabled_history_table: NotRequired[pulumi.Input[bool] | None]
        run_triggers: NotRequired[pulumi.Input[Triggers] | None]
        full_refresh_triggers: NotRequired[pulumi.Input[Triggers] | None]
        reset_history_table: NotRequired[pulumi.Input[bool] | None]
        exclude: NotRequired[pulumi.Input[bool] | None]
else:
    SourceStreamArgsDict = dict

__all__ = ["SourceStream", "SourceStreamArgs", "SourceStreamArgsDict"]


class SourceStreamArgs(dict[str, Any]):
    """An entry of ``EltSync(source_streams=…)``; a plain dict with the same keys serves as well.

    It is a dict of what was given, and has every argument as an attribute (None: not given).

    Example::

        import weld_pulumi as weld

        customers = weld.SourceStreamArgs(name="customers", hashed_columns=["email"])
        customers.full_sync_at_midnight = True

    Args:
        name: name of the stream in the source, or a pattern (``*``, ``order_*``, ``[ab]*``) that stands for every
            selectable stream that matches.
        incremental_pointer_id: column by which Weld finds new and changed rows; not managed when omitted.
        excluded_columns: columns that are not copied. Write-only in Weld's API, so drift is not detected.
        hashed_columns: columns that are copied as a hash. Write-only in Weld's API, so drift is not detected.
        full_sync_always: copy everything in every run. Default: ``False``.
        full_sync_at_midnight: copy everything once a night. Default: ``False``.
        protected_from_full_sync: never copy everything. Default: ``False``.
        excluded_substreams: substreams that are not copied.
        enabled_history_table: keep a history table ``<table>__history``. Default: ``False``.
        run_triggers: list or dict; any change requests one run of this stream.
        full_refresh_triggers: list or dict; any change requests a full refresh of this stream.
        reset_history_table: a full refresh requested by a trigger also discards the history permanently. Default:
            ``False``.
        exclude: remove the streams that ``name`` matches from what other patterns match. Default: ``False``.
    """

    name: pulumi.Input[str]
    incremental_pointer_id: pulumi.Input[str] | None
    excluded_columns: pulumi.Input[Names] | None
    hashed_columns: pulumi.Input[Names] | None
    full_sync_always: pulumi.Input[bool] | None
    full_sync_at_midnight: pulumi.Input[bool] | None
    protected_from_full_sync: pulumi.Input[bool] | None
    excluded_substreams: pulumi.Input[Names] | None
    enabled_history_table: pulumi.Input[bool] | None
    run_triggers: pulumi.Input[Triggers] | None
    full_refresh_triggers: pulumi.Input[Triggers] | None
    reset_history_table: pulumi.Input[bool] | None
    exclude: pulumi.Input[bool] | None

    def __init__(
        self,
        *,
        name: pulumi.Input[str],
        incremental_pointer_id: pulumi.Input[str] | None = None,
        excluded_columns: pulumi.Input[Names] | None = None,
        hashed_columns: pulumi.Input[Names] | None = None,
        full_sync_always: pulumi.Input[bool] | None = None,
        full_sync_at_midnight: pulumi.Input[bool] | None = None,
        protected_from_full_sync: pulumi.Input[bool] | None = None,
        excluded_substreams: pulumi.Input[Names] | None = None,
        enabled_history_table: pulumi.Input[bool] | None = None,
        run_triggers: pulumi.Input[Triggers] | None = None,
        full_refresh_triggers: pulumi.Input[Triggers] | None = None,
        reset_history_table: pulumi.Input[bool] | None = None,
        exclude: pulumi.Input[bool] | None = None,
    ) -> None:
        given = locals()
        super().__init__({name: given[name] for name in SourceStreamArgs.__annotations__ if given[name] is not None})

    # Hidden from the type checker, so that it rejects unknown names.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            _require_argument(name)
            return self.get(name)

        def __setattr__(self, name: str, value: Any) -> None:
            _require_argument(name)
            self[name] = value


def _require_argument(name: str) -> None:
    if name not in SourceStreamArgs.__annotations__:
        raise AttributeError(f"SourceStreamArgs has no argument {name!r}")


class SourceStream(WeldResource):
    """One stream of a sync, as a resource of its own.

    For teams that own single streams. A sync has either separate SourceStream resources or inline
    ``source_streams``, not both; thousands of streams are much faster inline. (Source: POST
    /elt_syncs/{id}/source_streams and /elt_streams of Weld's OpenAPI document.)

    Example::

        import weld_pulumi as weld

        sync = weld.EltSync.get("shop", "q4Rk8vp_fhTjqf")
        refunds = weld.SourceStream("refunds", elt_sync_id=sync.id, full_sync_at_midnight=True)

    Args:
        resource_name: name of the resource in the stack.
        opts: Pulumi's resource options; ``import_`` does not work, use ``adopt``.
        elt_sync_id: Weld's id of the sync. A change creates a new stream.
        name: name of the stream in the source; default: the resource name. A change creates a new stream.
        incremental_pointer_id: column by which Weld finds new and changed rows; not managed when omitted.
        excluded_columns: columns that are not copied. Write-only in Weld's API, so drift is not detected.
        hashed_columns: columns that are copied as a hash. Write-only in Weld's API, so drift is not detected.
        full_sync_always: copy everything in every run. Default: ``False``.
        full_sync_at_midnight: copy everything once a night. Default: ``False``.
        protected_from_full_sync: never copy everything. Default: ``False``.
        excluded_substreams: substreams that are not copied.
        enabled_history_table: keep a history table ``<table>__history``. Default: ``False``.
        adopt: take over an existing stream of that name whose arguments differ. (One whose arguments are the same is
            taken over without it.) Default: ``False``.
        run_triggers: list or dict; any change requests one run of this stream.
        full_refresh_triggers: list or dict; any change requests a full refresh of this stream.
        reset_history_table: a full refresh requested by a trigger also discards the history permanently. Default:
            ``False``.

    Attributes:
        id: Weld's id of the stream; begins with ``pending-`` while a person has to authorize first.
        incremental_primary_key_name: columns of the primary key, as Weld found them.
        created_at: ISO 8601 time.

    Raises:
        WeldValidationError: ``import_`` is among the options.
    """

    _schema = SOURCE_STREAM

    # Outputs, for the type checker only; see WeldResource.
    if TYPE_CHECKING:
        elt_sync_id: pulumi.Output[str]
        name: pulumi.Output[str]
        incremental_pointer_id: pulumi.Output[str | None]
        excluded_columns: pulumi.Output[list[str]]
        hashed_columns: pulumi.Output[list[str]]
        full_sync_always: pulumi.Output[bool]
        full_sync_at_midnight: pulumi.Output[bool]
        protected_from_full_sync: pulumi.Output[bool]
        excluded_substreams: pulumi.Output[list[str]]
        enabled_history_table: pulumi.Output[bool]
        adopt: pulumi.Output[bool]
        run_triggers: pulumi.Output[Any]
        full_refresh_triggers: pulumi.Output[Any]
        reset_history_table: pulumi.Output[bool]
        incremental_primary_key_name: pulumi.Output[list[str]]
        created_at: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        elt_sync_id: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        incremental_pointer_id: pulumi.Input[str] | None = None,
        excluded_columns: pulumi.Input[Names] | None = None,
        hashed_columns: pulumi.Input[Names] | None = None,
        full_sync_always: pulumi.Input[bool] | None = None,
        full_sync_at_midnight: pulumi.Input[bool] | None = None,
        protected_from_full_sync: pulumi.Input[bool] | None = None,
        excluded_substreams: pulumi.Input[Names] | None = None,
        enabled_history_table: pulumi.Input[bool] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        run_triggers: pulumi.Input[Triggers] | None = None,
        full_refresh_triggers: pulumi.Input[Triggers] | None = None,
        reset_history_table: pulumi.Input[bool] | None = None,
    ) -> None:
        self._construct(resource_name, opts, locals())
