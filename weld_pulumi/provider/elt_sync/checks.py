"""Checks of an EltSync that need Weld: settings, orchestration, start date, streams, adoption, duplicates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..._property_paths import arguments_of
from ...api.lookup import by_id
from ...errors import WeldValidationError
from ...schema.attributes import Props
from ...schema.elt_sync import ELT_SYNC
from ...schema.streams import by_name
from ...schema.values import UNKNOWN, Rule, fingerprint, has_unknown
from ...validation.problems import Problem, WholeProblem
from ...validation.settings import misspelled_settings, settings_problems
from ...validation.streams import unknown_stream_problems
from ...validation.suggest import did_you_mean
from ..core.context import ProviderContext
from ..core.handler import Checking
from ..core.ownership import CURRENT_URN, name_of
from .candidates import DIFFER, adopted_sync, duplicate_problem, foreseen_adoption, warn_of_unreported
from .creation import CREATED
from .entries import available_streams, single_entries
from .neighbors import report_unseen_streams, warn_of_shared_schema, warn_of_streams_elsewhere
from .notices import named, report_adoption
from .view import describe_sync, is_inline

__all__ = ["problems_at_weld", "schedule_problem"]

_CHECKED = ELT_SYNC.names(lambda attribute: attribute.checked_by_weld)
_DUPLICATE = f"of this program would create the same sync; remove one of the two resources, or {DIFFER}"
#: Arguments that determine which sync a resource refers to.
_IDENTIFYING = frozenset((*ELT_SYNC.names(lambda attribute: attribute.identifies), "adopt"))


def schedule_problem(inputs: Mapping[str, Any]) -> list[Problem]:
    """Require one of the two arguments that determine when a sync runs."""
    if inputs.get("sync_interval") is None and inputs.get("orchestration_workflow_id") is None:
        reason = "is missing; write a cron expression such as '0 */6 * * *', or give orchestration_workflow_id"
        return [Rule("sync_interval", reason)]
    return []


def problems_at_weld(context: ProviderContext, urn: str, checking: Checking) -> list[Problem]:
    """Check what has changed and is valid so far.

    For a new resource, also report which sync `up` will adopt, and look for duplicates.
    """
    olds, inputs = checking.olds, checking.inputs
    changed = ELT_SYNC.changed(olds, inputs) if olds else [attribute.name for attribute in ELT_SYNC]
    names = [name for name in _CHECKED if name in changed]
    if olds and not names:
        return []
    wrong = set(arguments_of(problem.path for problem in checking.problems))
    valid = {name: UNKNOWN if name in wrong else value for name, value in inputs.items()}
    entries = single_entries(checking.given.get("source_streams"))
    rest = [valid.get(name) for name in (*_CHECKED, "adopt") if name not in ("connection_id", "source_streams")]
    if wrong and not any(entries) and all(value in (None, False, UNKNOWN) for value in rest):
        return []  # nothing valid is left that Weld could check
    if olds or wrong & _IDENTIFYING:
        return _check(context, valid, entries, olds, names)
    return _check_new(context, urn, inputs, valid, entries, is_valid=not wrong)


def _check_new(
    context: ProviderContext, urn: str, inputs: Props, valid: Props, entries: list[Props], is_valid: bool
) -> list[Problem]:
    """Check a sync that is to be created or adopted.

    Args:
        context: of this process.
        urn: of the resource.
        inputs: canonical inputs.
        valid: the same, in which invalid arguments are unknown.
        entries: ``source_streams`` in the order of the program.
        is_valid: all arguments are valid.
    """
    find = foreseen_adoption if has_unknown([inputs[name] for name in _IDENTIFYING if name in inputs]) else adopted_sync
    try:
        adopted = find(context, urn, inputs)
    except WeldValidationError as error:
        return [*_check(context, valid, entries, {}, _CHECKED), WholeProblem("adopt", str(error))]
    if adopted is None:
        found = _check(context, valid, entries, {}, _CHECKED)
        return [*found, *(_problems_beside_others(context, urn, inputs) if is_valid else ())]
    identity = {
        "connection_id": adopted.source_connection_id,
        "destination_schema_name": adopted.destination_schema_name,
    }
    # What is unknown in the program is taken from the adopted sync.
    seen = {name: value for name, value in identity.items() if inputs[name] is UNKNOWN and value is not None}
    if is_valid:
        wanted = {**inputs, **seen}
        streams = context.reads.streams_in(adopted) if is_inline(wanted) else {}
        report_adoption(context, urn, adopted, describe_sync(adopted, streams, wanted), wanted)
    return _check(context, {**valid, **seen}, entries, {}, _CHECKED)


def _problems_beside_others(context: ProviderContext, urn: str, inputs: Props) -> list[Problem]:
    """Compare a new sync, whose arguments are valid, with those that exist or are to be created."""
    if not has_unknown(inputs):
        problem = duplicate_problem(context, urn, inputs)
        if problem is not None:
            return [problem]
        rival = context.ownership.register_planned(urn, fingerprint(inputs.get(name) for name in CREATED))
        if rival:
            return [WholeProblem("destination_schema_name", f"{name_of(rival)} {_DUPLICATE}")]
        warn_of_unreported(context, inputs)
    warn_of_shared_schema(context, urn, inputs)
    return []


def _check(
    context: ProviderContext, inputs: Props, entries: list[Props], olds: Mapping[str, Any], names: Collection[str]
) -> list[Problem]:
    """Check arguments that only Weld can judge.

    Args:
        context: of this process.
        inputs: canonical inputs.
        entries: ``source_streams`` in the order of the program, so that a problem names the entry there.
        olds: inputs of the last run.
        names: the arguments to check.
    """
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str):
        if any(entries):
            report_unseen_streams(context)
        return []
    problems: list[Problem] = []
    if "connection_id" in names or "elt_settings" in names:
        schema = context.reads.settings_schema(connection_id)
        if schema is None and (missing := _missing_connection(context, connection_id)):
            return missing
        problems += settings_problems(schema or {}, inputs.get("elt_settings"), lambda value: value is UNKNOWN)
        for path, reason in misspelled_settings(schema or {}, inputs.get("elt_settings")):
            context.reporter.warn(f"sync {named(CURRENT_URN.get(), inputs)}: {path} {reason}")
    if "orchestration_workflow_id" in names:
        problems += _orchestration(context, inputs.get("orchestration_workflow_id"))
    if "start_date" in names and isinstance(inputs.get("start_date"), str):
        problems += _start_date(context, connection_id)
    if any(entries) and ("source_streams" in names or "connection_id" in names):
        problems += _streams(context, inputs, entries, olds)
    return problems


def _missing_connection(context: ProviderContext, connection_id: str) -> list[Problem]:
    known = context.reads.connections()
    if context.ownership.is_created(connection_id) or any(connection.id == connection_id for connection in known):
        return []
    near = did_you_mean(connection_id, [connection.id for connection in known])
    return [
        Problem(
            "connection_id",
            f"there is no connection {connection_id!r} in Weld{near and '; ' + near}; "
            "`weld-pulumi connections` lists them",
        )
    ]


def _orchestration(context: ProviderContext, workflow_id: Any) -> list[Problem]:
    if not isinstance(workflow_id, str):
        return []
    known = context.reads.orchestrations()
    if any(orchestration.id == workflow_id for orchestration in known):
        return []
    listed = ", ".join(f"{o.id!r} ({o.name})" for o in known[:10]) or "none"
    return [Problem("orchestration_workflow_id", f"there is no orchestration {workflow_id!r}; Weld has: {listed}")]


def _start_date(context: ProviderContext, connection_id: str) -> list[Problem]:
    connection = by_id(context.reads.connections(), connection_id)
    integration = by_id(context.reads.integrations(), connection.integration_id if connection else None)
    if integration is None or integration.supports_start_date is not False:
        return []
    return [Problem("start_date", f"is not supported by the integration {integration.id!r}; leave it out")]


def _streams(context: ProviderContext, inputs: Props, entries: list[Props], olds: Mapping[str, Any]) -> list[Problem]:
    available = available_streams(context, inputs)
    if available is None:
        warn_of_streams_elsewhere(context, inputs, entries)
        return []
    before = olds.get("source_streams")
    in_use = set(map(str, by_name(before))) if isinstance(before, list) else set()
    return unknown_stream_problems(entries, available, in_use=in_use)
