"""Adoption of streams: a stream of the same name in the same sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import WeldValidationError
from ...schema.attributes import Props
from ...schema.streams import by_name
from ...validation.problems import Problem, WholeProblem
from ..core.adoption import duplicate
from ..core.context import ProviderContext
from ..core.ownership import alias_advice, name_of
from .columns import WRITE_ONLY, exposed_columns, warn_of_exposure, warn_of_first_lists
from .streams import differs_from, stream_part

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = ["last_entry", "report_adoption", "stream_to_adopt"]


def stream_to_adopt(context: ProviderContext, urn: str, there: EltStreamInfo | None, inputs: Props) -> EltStreamInfo:
    """Return the stream to adopt, and reserve it for the resource.

    Raises:
        WeldValidationError: there is none, another resource has it, or it differs and ``adopt`` is not set.
    """
    sync_id, name = inputs["elt_sync_id"], inputs["name"]
    if there is None:
        listed = ", ".join(map(repr, sorted(context.reads.streams_of(sync_id))[:10])) or "none"
        raise WeldValidationError(
            f"adopt=True: sync {sync_id} has no stream {name!r}. It has: {listed}. Leave adopt out to create one."
        )
    rival = context.ownership.reserve(urn, there.id)
    if rival:
        raise WeldValidationError(duplicate(f"stream {name!r} ({there.id}) of sync {sync_id}", rival))
    differing = differs_from(there, stream_part(inputs))
    if differing and not inputs.get("adopt"):
        former = context.ownership.former_name(urn, there.id)
        advice = f"{alias_advice(urn, former)}; to adopt and change it" if former else "To adopt and change it"
        raise WeldValidationError(
            f"sync {sync_id} already has a stream {name!r} ({there.id}), which differs in {', '.join(differing)}. "
            f"{advice}, write adopt=True."
        )
    return there


def report_adoption(context: ProviderContext, urn: str, inputs: Props) -> list[Problem]:
    """Report which stream `create` will adopt, how it differs, and which columns that exposes; return why it cannot."""
    there = context.reads.streams_of(inputs["elt_sync_id"]).get(inputs["name"])
    replaced = context.ownership.previous_id(urn)
    if there is None and (replaced or not inputs.get("adopt")):
        return []
    if there is not None and there.id == replaced:
        return []
    try:
        there = stream_to_adopt(context, urn, there, inputs)
    except WeldValidationError as error:
        return [WholeProblem("name", str(error))]
    if former := context.ownership.former_name(urn, there.id):
        context.reporter.info(
            f"{name_of(former)} of this stack manages stream {there.name!r} ({there.id}). {alias_advice(urn, former)}; "
            "otherwise this resource adopts the stream."
        )
    _report_columns(context, urn, there, inputs)
    if inputs.get("adopt"):
        differing = ", ".join(differs_from(there, stream_part(inputs))) or "nothing"
        context.reporter.info(f"adopts stream {there.name!r} ({there.id}); different from the program: {differing}.")
    return []


def _report_columns(context: ProviderContext, urn: str, there: EltStreamInfo, inputs: Props) -> None:
    """Warn of columns that the adoption exposes: it sends the lists that the program gives, and keeps the others."""
    owner, known = f"sync {inputs['elt_sync_id']}", last_entry(context, urn, there)
    replaced = {name: known[name] for name in WRITE_ONLY if known.get(name) and inputs.get(name)}
    if exposed := exposed_columns(replaced, inputs):
        warn_of_exposure(context.reporter, owner, {there.name: exposed})
    if not known:
        warn_of_first_lists(context.reporter, owner, {there.name: {}}, {there.name: inputs})


def last_entry(context: ProviderContext, urn: str, stream: EltStreamInfo) -> Mapping[str, Any]:
    """Return the last arguments of a stream in this stack, separate or inline; empty if it is not managed."""
    known = context.ownership.last_outputs(urn, stream.id)
    inline = [entry.outs.get("source_streams") for entry in context.ownership.entries_in_state(urn, stream.id)]
    return known or next((found for each in inline if (found := by_name(each).get(stream.name))), {})
