"""Connection: check, diff, create, read, update, delete; authorized or pending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ...api.lookup import by_id
from ...errors import NotListedError, WeldApiError, WeldConnectionError, WeldValidationError
from ...validation.integrations import integration_problem
from ...validation.problems import Problem, WholeProblem
from ..core.handler import CheckResult, DiffResult, Handler, ReadResult, private_state, with_private_state
from ..core.ownership import name_of
from ..core.schema import Props
from ..core.values import has_unknown
from ..elt_sync.checks import is_pending
from ..source_stream.triggers import fired
from .adoption import adoption_of, duplicate, tell_adoption, warn_of_same
from .authorization import Outcome, Request, authorize
from .matching import BridgeTracker, fitting, newly_authorized, unlisted
from .pending import (
    Look,
    Pending,
    claim,
    doubled,
    key_of,
    link_of,
    named,
    settle,
    tell_candidates,
    tell_pending,
    wait_for,
)
from .reauthorization import Watch
from .schema import CONNECTION

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge, ConnectionInfo

__all__ = ["ConnectionHandler"]

AUTHORIZED, PENDING = "AUTHORIZED", "PENDING"
#: Integrations that serve as destination; Weld lists sources only.
_DESTINATIONS = ("databricks",)


class ConnectionHandler(Handler):
    """A connection."""

    title = "Connection"
    table = CONNECTION

    # Check -----------------------------------------------------------------------------------------------------

    def check(self, olds: Props, news: Props) -> CheckResult:
        """See :class:`.base.Handler`."""
        inputs, found = CONNECTION.canonical(news)
        problems = self.minded(found)
        if not olds:
            self.context.ownership.replacing(self.urn)
        wrong = {problem.path for problem in problems}
        sound = {name: value for name, value in inputs.items() if name not in wrong and not has_unknown(value)}
        is_whole = sound.keys() >= {"integration_id", "label", "adopt"}
        if not olds and is_whole and not inputs["adopt"] and not claim(self.context, key_of(inputs)):
            problems.append(WholeProblem("label", doubled(key_of(inputs))))
        changed = not olds or "integration_id" in CONNECTION.changed(olds, inputs)
        if changed and "integration_id" in sound and self.context.may_ask():
            problems += self._integration_problems(inputs["integration_id"])
            # Which connection an id means does not depend on the label.
            if not olds and (is_whole or isinstance(sound.get("adopt"), str)):
                problems += self._same_or_adopted(inputs, tell="label" in sound)
        return CheckResult(inputs, problems)

    def _integration_problems(self, wanted: str) -> list[Problem]:
        known = [*(integration.id for integration in self.context.integrations()), *_DESTINATIONS]
        problem = integration_problem(wanted, known)
        if problem is None and wanted not in known:
            self.context.reporter.warn(
                f"Weld does not list an integration {wanted!r} for this workspace (`weld-pulumi integrations` shows "
                "those it lists); it is tried all the same."
            )
        return [problem] if problem else []

    def _same_or_adopted(self, inputs: Props, tell: bool) -> list[Problem]:
        connections = self.context.connections()
        if not inputs["adopt"]:
            warn_of_same(self.context, connections, inputs)
            return []
        try:
            found = adoption_of(self.context, connections, inputs)
        except WeldValidationError as error:
            return [WholeProblem("adopt", str(error))]
        if tell:
            tell_adoption(self.context, found, inputs)
        return []

    # Diff ------------------------------------------------------------------------------------------------------

    def diff(self, id: str, olds: Props, news: Props) -> DiffResult:
        """See :class:`.base.Handler`."""
        changed = CONNECTION.changed(olds, news)
        replaces = CONNECTION.replacing(changed)
        rival = self.context.ownership.hold(self.urn, id, olds, leaves=bool(replaces))
        if rival:
            raise WeldValidationError(duplicate(f"{id} ({olds.get('label')!r})", rival))
        if olds.get("status") == PENDING:
            return self._diff_pending(Pending(self.context, id, olds), olds, news, changed, replaces)
        asks = not replaces and {"label", "reauthorize_triggers"} & set(changed)
        if asks and self.context.may_ask() and self._needs_person(self._find(id), olds, news):
            self.context.reporter.info(
                f"a person has to authorize connection {id} ({olds.get('label')!r}) again; `pulumi up` shows the link."
            )
        return DiffResult(changed, replaces)

    def _diff_pending(
        self, pending: Pending, olds: Props, news: Props, changed: list[str], replaces: list[str]
    ) -> DiffResult:
        if not pending.hold(key_of(news)):
            raise WeldValidationError(doubled(key_of(news)))
        adopts = ["adopt"] if news["adopt"] and is_pending(pending.id) else []
        if replaces or adopts:
            pending.release()
            return DiffResult([*changed, *adopts], [*replaces, *adopts], hidden=bool(adopts))
        seen = self._look(pending)
        if seen.found is None:
            pending.tell(seen)
            return DiffResult([*changed, "status"], [], hidden=True) if seen.dead else DiffResult(changed, replaces)
        if not is_pending(pending.id):
            return DiffResult([*changed, "status"], [], hidden=True)
        pending.recognized(seen.found.id)
        self.context.authorized[key_of(news)] = seen.found.id
        self.context.reporter.info(
            f"{named(olds)} is authorized now; `pulumi up` puts {seen.found.id} in the place of {pending.id}. (Where "
            "the resource is protected, run `pulumi refresh` instead: it changes the id in place.)"
        )
        return DiffResult(["status"], ["status"], hidden=True)

    def _look(self, pending: Pending) -> Look:
        if self.context.settings.api_key is None:
            return Look()
        try:
            return pending.look()
        except (WeldApiError, WeldConnectionError) as error:
            if self.context.settings.validation == "full":
                raise
            self.context.reporter.warn(f"Weld could not be asked whether a person has acted: {error}")
            return Look()

    @staticmethod
    def _needs_person(live: ConnectionInfo | None, olds: Props, news: Props) -> bool:
        """Tell whether a change can only be made by authorizing again; not so for a label that Weld has already."""
        if fired("reauthorize_triggers", olds, news):
            return True
        return bool(olds.get("label") != news["label"]) and (live is None or live.label != news["label"])

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Handler`."""
        key = key_of(news)
        connections = self.client.list_connections()
        authorized = self.context.authorized.get(key)
        if news["adopt"] or authorized is not None:
            connection = self._adopted(connections, news) if news["adopt"] else _among(connections, str(authorized))
            settle(self.context, key, connection.id)
            said = connection.label if news["adopt"] else None
            return connection.id, self._authorized(news, connection, told_label=said)
        pending_id = wait_for(self.context, key)
        warn_of_same(self.context, connections, news)
        try:
            outcome, outs = self._ask(news, [connection.id for connection in connections])
        except BaseException:
            settle(self.context, key)
            raise
        if outcome.connection is None:
            self.context.pending_told.add(pending_id)
            return pending_id, outs
        settle(self.context, key, outcome.connection.id)
        return outcome.connection.id, outs

    def _adopted(self, connections: list[ConnectionInfo], news: Props) -> ConnectionInfo:
        with self.context.lock:  # two resources must not adopt the same one
            connection = adoption_of(self.context, connections, news)
            self.context.ownership.make(self.urn, connection.id)
        tell_adoption(self.context, connection, news)
        return connection

    def _ask(self, news: Props, known: list[str], wait: bool = True) -> tuple[Outcome, Props]:
        """Ask a person for a new connection; return what came of it, and the outputs."""
        track, key = BridgeTracker(self.context), key_of(news)
        candidates: list[ConnectionInfo] = []

        def done(_: ConnectionBridge) -> ConnectionInfo | None:
            connections = self.client.list_connections()
            candidates[:] = fitting(self.context, connections, known, *key)
            return newly_authorized(self.context, connections, known, *key, track.bridge_id)

        outcome = authorize(self.context, _request(news, known=known, wait=wait), done, track.follow)
        if outcome.connection is not None:
            return outcome, self._authorized(news, outcome.connection)
        tell_pending(self.context, news, outcome)
        tell_candidates(self.context, news, candidates)
        outs = {**CONNECTION.declared(news), "status": PENDING, **link_of(outcome)}
        return outcome, with_private_state(outs, known=known, bridge=track.bridge_id, port=outcome.port)

    def _authorized(self, declared: Mapping[str, Any], connection: ConnectionInfo, **before: Any) -> Props:
        """Return the outputs of a connection; ``before`` are facts of the last run that Weld may not tell now.

        That Weld has another label than the program is said here, and remembered, so that it is said once.
        """
        told = before.get("told_label")
        self._tell_label(connection, declared, told)
        created_at = connection.created_at or before.get("created_at")
        if connection.label is not None:
            told = connection.label if connection.label != declared["label"] else None
        outs = {**CONNECTION.declared(declared), "status": AUTHORIZED, "created_at": created_at}
        return with_private_state(outs, told_label=told)

    def _tell_label(self, connection: ConnectionInfo, declared: Mapping[str, Any], told: str | None) -> None:
        if connection.label not in (None, declared["label"], told):
            self.context.reporter.info(
                f"connection {connection.id} has the label {connection.label!r} in Weld, the program says "
                f"{declared['label']!r}; renaming takes a person, so it is left as it is."
            )

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """See :class:`.base.Handler`."""
        declared = CONNECTION.declared(props)
        if is_pending(id) and declared:
            return self._read_pending(Pending(self.context, id, props), props, declared)
        connection = self._find(id)
        if connection is None:
            return self._read_missing(id, props, declared)
        if not declared:
            outs = {"integration_id": connection.integration_id, "label": connection.label}
            return ReadResult(id, {**outs, "status": AUTHORIZED, "created_at": connection.created_at})
        if props.get("status") == PENDING:
            return self._read_pending(Pending(self.context, id, props), props, declared)
        told = private_state(props).get("told_label")
        self._tell_label(connection, declared, told)
        created_at = connection.created_at or props.get("created_at")
        outs = {**declared, "status": AUTHORIZED, "created_at": created_at}
        return ReadResult(id, with_private_state(outs, told_label=told), declared)

    def _read_pending(self, pending: Pending, props: Props, declared: Props) -> ReadResult:
        pending.hold()
        seen = pending.look()
        if seen.found is None:
            pending.tell(seen)
            return ReadResult(pending.id, props, declared)
        pending.recognized(seen.found.id)
        # The engine says nothing of a change that is not one of inputs.
        self.context.reporter.info(f"{named(props)} is authorized now: {seen.found.id}.")
        return ReadResult(
            seen.found.id, self._authorized(declared, seen.found, created_at=props.get("created_at")), declared
        )

    def _read_missing(self, id: str, props: Props, declared: Props) -> ReadResult:
        if not declared:
            raise _gone(id, "`weld-pulumi connections` lists those that are there.")
        # Weld's lists may show a new connection only after a moment; its settings are there at once.
        if self._has_settings(id):
            return ReadResult(id, props, declared)
        return ReadResult(None)

    def _has_settings(self, id: str) -> bool:
        try:
            return self.context.settings_schema(id) is not None
        except WeldApiError as error:
            if error.is_invalid or error.status_code == 405:
                return False  # a destination has none
            raise

    # Update ----------------------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Handler`."""
        if is_pending(id):
            return self._update_pending(id, olds, news)
        changed = olds.get("label") != news["label"] or fired("reauthorize_triggers", olds, news)
        live = self._find(id, fresh=True) if changed else None
        if changed and live is None:
            raise _gone(id, "`pulumi up --refresh` makes it anew.")
        if self._needs_person(live, olds, news):
            return self._authorize_again(id, olds, news)
        if olds.get("status") == PENDING and not changed:
            return self._update_waiting(id, olds, news)
        told = private_state(olds).get("told_label")
        return self._authorized(news, live or unlisted(id), created_at=olds.get("created_at"), told_label=told)

    def _update_pending(self, id: str, olds: Props, news: Props) -> Props:
        """Give a resource that waits a fresh link, where the old one is of no use or asks for something else."""
        pending, renamed = Pending(self.context, id, olds), olds.get("label") != news["label"]
        if not (renamed or fired("reauthorize_triggers", olds, news) or pending.look().dead):
            return _still_waiting(olds, news)
        if renamed:
            pending.tell_useless()
        self.context.pending_labels[id] = news["label"]
        self.context.pending_told.add(id)
        # A person may have used the old link meanwhile, so what was unknown then is unknown now.
        return self._ask(news, list(private_state(olds).get("known", [])), wait=False)[1]

    def _update_waiting(self, id: str, olds: Props, news: Props) -> Props:
        """See whether a person has authorized a connection again."""
        seen = Pending(self.context, id, olds).look()
        if seen.found is not None:
            return self._authorized_again(seen.found, olds, news)
        if not seen.dead:
            return _still_waiting(olds, news)
        if (private_state(olds).get("before") or {}).get("updated_at"):
            return self._authorize_again(id, olds, news, wait=False)  # Weld would have told
        self.context.reporter.warn(
            f"the link to authorize {news['label']!r} again has expired, and Weld does not tell whether it was "
            "used. The connection stays as it is; change reauthorize_triggers to ask again."
        )
        return self._authorized(news, unlisted(id), created_at=olds.get("created_at"))

    def _authorize_again(self, id: str, olds: Props, news: Props, wait: bool = True) -> Props:
        watch = Watch(self.context, id, news["label"])
        outcome = authorize(self.context, _request(news, connection_id=id, wait=wait), watch, watch.track.follow)
        if outcome.connection is not None:
            return self._authorized_again(outcome.connection, olds, news)
        tell_pending(self.context, news, outcome)
        outs = {**CONNECTION.declared(news), "status": PENDING, **link_of(outcome)}
        outs["created_at"] = olds.get("created_at")
        return with_private_state(outs, bridge=watch.track.bridge_id, before=watch.before, port=outcome.port)

    def _authorized_again(self, found: ConnectionInfo, olds: Props, news: Props) -> Props:
        if found.label not in (None, news["label"]):
            self.context.reporter.warn(
                f"connection {found.id} is authorized again, but Weld keeps its label {found.label!r} instead of "
                f"{news['label']!r}."
            )
        self.context.forget("connections")
        return self._authorized(news, found, created_at=olds.get("created_at"), told_label=found.label)

    # Delete ----------------------------------------------------------------------------------------------------

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Handler`."""
        if is_pending(id):
            if id not in self.context.recognized:
                Pending(self.context, id, props).tell_leftover()
        elif (keeper := self.context.ownership.let_go(self.urn, id)) is not None:
            self.context.reporter.warn(
                f"connection {id} is not deleted: {name_of(keeper)} of this stack stands for it too."
            )
        elif props.get("deletion_policy") == "retain":
            self.context.reporter.info(f"connection {id} stays in Weld (deletion_policy='retain').")
        else:
            self._delete(id)
            self.context.ownership.note_deleted(id)
            self.context.forget("connections")

    def _delete(self, id: str) -> None:
        try:
            self.client.delete_connection(id)
        except WeldApiError as error:
            syncs = [sync.id for sync in self.context.syncs_of(id, max_age=0.0)] if error.is_refusal else []
            if syncs:
                error.next_step = f"Syncs still use it: {first_few(syncs)}. Remove them first."
            raise

    def _find(self, id: str, fresh: bool = False) -> ConnectionInfo | None:
        connections = self.client.list_connections() if fresh else self.context.connections()
        return by_id(connections, id)


def _request(
    news: Props, *, connection_id: str | None = None, known: list[str] | None = None, wait: bool = True
) -> Request:
    return Request(
        news["integration_id"],
        news["label"],
        news["authorization_timeout"] if wait else 0,
        news.get("redirect_uri"),
        connection_id,
        known or (),
    )


def _still_waiting(olds: Props, news: Props) -> Props:
    """Return the outputs of a resource that goes on waiting with the same link."""
    kept = {name: olds.get(name) for name in ("status", "authorize_url", "authorize_expires_at", "created_at")}
    return with_private_state({**CONNECTION.declared(news), **kept}, **private_state(olds))


def _among(connections: list[ConnectionInfo], id: str) -> ConnectionInfo:
    return by_id(connections, id) or unlisted(id)


def _gone(id: str, next_step: str) -> NotListedError:
    text = f"there is no connection {id!r} in Weld's list."
    return NotListedError(404, None, text, "GET", "/connections", next_step=next_step)
