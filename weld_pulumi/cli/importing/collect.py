"""Read a Weld workspace through the handlers: for each object, its arguments in a program and its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...api.models import ConnectionInfo, EltSyncInfo
from ...provider.connection.handler import ConnectionHandler
from ...provider.core.context import ProviderContext
from ...provider.core.handler import Handler, private_state, with_private_state
from ...provider.elt_sync.candidates import DAILY
from ...provider.elt_sync.handler import EltSyncHandler
from ...provider.source_stream.handler import SourceStreamHandler
from ...provider.source_stream.streams import entry_of
from ...schema.attributes import Props
from ...validation.problems import Problem
from .managed import NOTHING, Managed
from .names import Names
from .secret_settings import without_secrets

__all__ = ["Imported", "Options", "Workspace", "collect"]

_COLUMNS = ("excluded_columns", "hashed_columns")
_COLUMNS_ADVICE = (
    "Weld never returns excluded_columns and hashed_columns. If columns are excluded or hashed in Weld, add them to "
    "the program: the next change of the stream could reset them otherwise."
)


@dataclass
class Imported:
    """One object of Weld.

    Attributes:
        kind: Connection, EltSync or SourceStream.
        id: Weld's id.
        integration: of the source; large programs are split by it.
        name: the resource name.
        variable: the Python variable that holds it.
        args: the arguments that a program has to set; no defaults.
        inputs: what the engine would have as inputs.
        outputs: what the engine would have as outputs.
        references: the variable of the resource whose id an argument is, by argument.
        comments: for readers of the program.
    """

    kind: str
    id: str
    integration: str
    name: str
    variable: str
    args: Props
    inputs: Props
    outputs: Props
    references: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """How a workspace is written as a program.

    Attributes:
        separate: whether each stream is a resource, instead of an entry of its sync.
        adopt: whether the program sets ``adopt``, instead of having an import file.
        managed: the resources to leave out.
        step: called after each object.
    """

    separate: bool = False
    adopt: bool = False
    managed: Managed = NOTHING
    step: Callable[[], None] = lambda: None


@dataclass
class Workspace:
    """What was read, and notes on it for the user."""

    resources: list[Imported] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add a note, unless it is there already."""
        if text not in self.notes:
            self.notes.append(text)


def collect(
    context: ProviderContext,
    connections: list[ConnectionInfo],
    syncs: list[EltSyncInfo],
    destinations: set[str],
    options: Options,
) -> Workspace:
    """Read objects of a workspace.

    Args:
        context: reads from Weld.
        connections: to read, in this order.
        syncs: to read, in this order.
        destinations: ids of the connections into which syncs of the workspace write.
        options: how they are written.
    """
    collector = _Collector(context, options)
    for connection in connections:
        if ("Connection", connection.id) not in options.managed.ids:
            collector.connection(connection, syncs, destinations)
        options.step()
    for sync in syncs:
        if ("EltSync", sync.id) not in options.managed.ids:
            collector.sync(sync)
        elif options.separate and sync.id not in options.managed.inline:
            collector.streams_of_managed(sync)
        options.step()
    return collector.found


class _Collector:
    def __init__(self, context: ProviderContext, options: Options) -> None:
        self._context = context
        self._options = options
        self._names = Names(options.managed.names)
        self._imported: dict[str, Imported] = {}
        self.found = Workspace()

    def connection(self, connection: ConnectionInfo, syncs: list[EltSyncInfo], destinations: set[str]) -> None:
        handler = ConnectionHandler(self._context)
        reported = handler.read(connection.id, {}).outs
        integration = reported.get("integration_id") or _integration_of(connection.id, syncs)
        name = self._names.resource(handler.schema.kind, reported.get("label"), integration)
        args = {**_beyond_defaults(handler, reported), "integration_id": integration, "label": reported.get("label")}
        comments = []
        if connection.id in destinations:
            args["deletion_policy"] = "retain"
            comments.append("Syncs write into this destination, so removing the resource leaves it in Weld.")
        self._resource(handler, connection.id, str(integration), name, args, comments)

    def sync(self, sync: EltSyncInfo) -> None:
        handler = EltSyncHandler(self._context)
        args = _beyond_defaults(handler, handler.read(sync.id, {}).outs)
        if "destination_schema_name" not in args:
            self.found.note(
                f"EltSync {sync.id} is left out: Weld does not report its destination_schema_name. Declare it in the "
                f"program by hand, with adopt={sync.id!r}."
            )
            return
        comments = [*self._settings(sync.id, args), *self._schedule(sync.id, args)]
        inline = None if self._options.separate else args.get("source_streams", [])
        args.pop("source_streams", None)
        if inline is not None:
            problems = _problems(handler, {**args, "source_streams": inline})
            if any(problem.path.startswith("source_streams") for problem in problems):
                self.found.note(f"The streams of sync {sync.id} stay out of the program: {_listed(problems)}.")
            else:
                args["source_streams"] = inline
                self._note_columns(inline)
        name = self._names.resource(handler.schema.kind, sync.destination_schema_name)
        connection = self._imported.get(str(args.get("connection_id")))
        integration = connection.integration if connection else str(sync.source_integration_id)
        made = self._resource(handler, sync.id, integration, name, args, comments)
        if made is not None and self._options.separate:
            self._streams(sync.id, made.name, integration)

    def streams_of_managed(self, sync: EltSyncInfo) -> None:
        self._streams(sync.id, sync.destination_schema_name or "", str(sync.source_integration_id))

    def _streams(self, sync_id: str, sync_name: str, integration: str) -> None:
        handler = SourceStreamHandler(self._context)
        for stream in sorted(self._context.reads.streams_of(sync_id).values(), key=lambda each: each.name):
            if ("SourceStream", stream.id) in self._options.managed.ids:
                continue
            args = {"elt_sync_id": sync_id, **entry_of(stream, None)}
            name = self._names.resource(handler.schema.kind, f"{sync_name} {stream.name}")
            if self._resource(handler, stream.id, integration, name, args):
                self._note_columns([args])

    def _resource(
        self,
        handler: Handler,
        id: str,
        integration: str,
        name: str,
        args: Props,
        comments: list[str] | None = None,
    ) -> Imported | None:
        """Describe one object as the engine would after a first `up`; None if the program cannot declare it."""
        kind = handler.schema.kind
        args = {key: value for key, value in args.items() if value is not None}
        if "label" in handler.schema and not str(args.get("label", "")).strip():
            args["label"] = name
        problems = _problems(handler, args)
        if problems:
            self.found.note(f"{kind} {id} is left out: {_listed(problems)}.")
            return None
        canonical, _ = handler.schema.canonical(args)
        inputs = handler.check(canonical, args).inputs
        live = handler.read(id, inputs)
        differing = handler.diff(id, live.outs, inputs).changed
        if differing:
            self.found.note(f"{kind} {id} will show a change in {', '.join(differing)}.")
        if self._options.adopt:
            args["adopt"] = True if kind == "SourceStream" else id
        variable = self._names.variable(name, kind.lower())
        # Column lists may be set in Weld, which does not report them.
        outs = (
            live.outs if kind == "Connection" else with_private_state(live.outs, **private_state(live.outs), found=True)
        )
        made = Imported(kind, id, integration, name, variable, args, inputs, outs)
        made.comments += comments or []
        for argument in ("connection_id", "elt_sync_id"):
            if args.get(argument) in self._imported:
                made.references[argument] = self._imported[args[argument]].variable
        self._imported[id] = made
        self.found.resources.append(made)
        return made

    def _settings(self, sync_id: str, args: Props) -> list[str]:
        settings = args.pop("elt_settings", None)
        if not settings:
            return []
        kept, left_out = without_secrets(settings, self._context.reads.settings_schema(str(args.get("connection_id"))))
        if kept:
            args["elt_settings"] = kept
        if not left_out:
            return []
        listed = ", ".join(left_out)
        self.found.note(
            f"Settings of sync {sync_id} that may be secret are left out: {listed}. Weld keeps them. To manage "
            "them, add them to the program, secrets with pulumi.Config().require_secret(…)."
        )
        return [
            f"Left out of elt_settings, because by Weld's schema they may be secret: {listed}. Weld keeps them; they "
            "are not managed until they are added here."
        ]

    def _schedule(self, sync_id: str, args: Props) -> list[str]:
        workflow = args.get("orchestration_workflow_id")
        if workflow:
            names = {each.id: each.name for each in self._context.reads.orchestrations()}
            return [f"Run by the orchestration {names[workflow]!r}."] if names.get(workflow) else []
        if args.get("sync_interval"):
            return []
        args["sync_interval"] = DAILY
        self.found.note(f"Weld does not report when sync {sync_id} runs; the program sets daily.")
        return ["Weld does not report when this sync runs; daily is its default."]

    def _note_columns(self, entries: list[Props]) -> None:
        """Add a note on column lists, which Weld does not report, if there are streams."""
        if entries and not any(entry.get(name) for entry in entries for name in _COLUMNS):
            self.found.note(_COLUMNS_ADVICE)


def _beyond_defaults(handler: Handler, reported: Mapping[str, Any]) -> Props:
    """Return the reported arguments that a program has to set."""
    return {f.name: reported[f.name] for f in handler.schema if reported.get(f.name) not in (None, f.default)}


def _problems(handler: Handler, args: Props) -> list[Problem]:
    """Return the problems that a preview would report."""
    canonical, problems = handler.schema.canonical(args)
    return problems or handler.check(canonical, args).problems


def _integration_of(connection_id: str, syncs: list[EltSyncInfo]) -> str | None:
    """Return the integration of a connection by its syncs, if Weld's list of connections lacks it."""
    for sync in syncs:
        if sync.source_connection_id == connection_id:
            return sync.source_integration_id
        if sync.destination_connection_id == connection_id:
            return sync.destination_integration_id
    return None


def _listed(problems: list[Problem]) -> str:
    return "; ".join(f"{problem.path} {problem.reason}" for problem in problems)
