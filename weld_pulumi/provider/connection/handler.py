"""Connection: check, diff, create, read, update and delete.

A person has to authorize a connection, so a resource is in one of three states, which docs/guides/authorize.md draws:

* ``AUTHORIZED``: its id is Weld's.
* ``PENDING`` and new: nobody has authorized it yet, so its id begins with ``pending-``.
* ``PENDING`` again: its id is Weld's, and a person is to authorize it once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...schema.connection import CONNECTION
from ..core.handler import Checking, DiffResult, Handler, ReadResult, private_state, with_private_state
from . import lookup
from .adoption import adopt, adoption_problems, warn_of_same
from .authorization import Authorization, asks_for_person, authorize_again, authorize_new, needs_person
from .pending import PENDING, PendingConnection, reserve, take_authorized

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo
    from ...schema.attributes import Props
    from ...validation.problems import Problem

__all__ = ["ConnectionHandler"]

AUTHORIZED = "AUTHORIZED"


class ConnectionHandler(Handler):
    """A connection."""

    schema = CONNECTION

    def offline_problems(self, checking: Checking) -> list[Problem]:
        """Refuse a second resource that asks a person for the same connection: nobody could tell the two apart."""
        known = _known(checking)
        if not checking.is_new or not _is_complete(known) or known["adopt"]:
            return checking.problems
        return [*checking.problems, *reserve(self.context, known)]

    def asks_weld(self, checking: Checking) -> bool:
        """Tell whether the integration is known and has changed."""
        is_changed = checking.is_new or "integration_id" in CONNECTION.changed(checking.olds, checking.inputs)
        return is_changed and "integration_id" in _known(checking)

    def online_problems(self, checking: Checking) -> list[Problem]:
        """Check the integration; for a new resource, look for a connection to adopt."""
        known = _known(checking)
        problems = lookup.integration_problems(self.context, known["integration_id"])
        # Which connection an id means does not depend on the label.
        if checking.is_new and (_is_complete(known) or isinstance(known.get("adopt"), str)):
            problems += self._existing_problems(checking.inputs, report="label" in known)
        return problems

    def _existing_problems(self, inputs: Props, report: bool) -> list[Problem]:
        if inputs["adopt"]:
            return adoption_problems(self.context, inputs, report)
        warn_of_same(self.context, self.context.reads.connections(), inputs)
        return []

    def describe(self, id: str, props: Mapping[str, Any]) -> str:
        """Name the connection by id and label."""
        return f"connection {id} ({props.get('label')!r})"

    def refined(self, id: str, olds: Props, wanted: Props, found: DiffResult) -> DiffResult:
        """Look whether a person has authorized the connection; report where one has to do so again."""
        pending = PendingConnection.of(self.context, id, olds)
        if pending:
            return self._diff_pending(pending, wanted, found.changed, found.replaces)
        may_need = not found.replaces and {"label", "reauthorize_triggers"} & set(found.changed)
        if may_need and self.context.may_ask() and needs_person(lookup.find(self.context, id), olds, wanted):
            self.context.reporter.info(
                f"a person has to authorize connection {id} ({olds.get('label')!r}) again; `pulumi up` shows the link."
            )
        return found

    def _diff_pending(
        self, pending: PendingConnection, news: Props, changed: list[str], replaces: list[str]
    ) -> DiffResult:
        pending.require_no_other(news)
        adopts = ["adopt"] if news["adopt"] and pending.is_new else []
        if replaces or adopts:
            pending.remove()
            return DiffResult([*changed, *adopts], [*replaces, *adopts], not_in_inputs=bool(adopts))
        pending.poll_for_diff()
        if pending.connection is None:
            pending.report()
            return DiffResult([*changed, "status"], not_in_inputs=True) if pending.link_problem else DiffResult(changed)
        if not pending.is_new:
            return DiffResult([*changed, "status"], not_in_inputs=True)
        pending.match(replaced_by=news)
        self.context.reporter.info(
            f"{pending.describe()} is authorized now; `pulumi up` replaces {pending.id} with {pending.connection.id}. "
            "(If the resource is protected, run `pulumi refresh` instead: it changes the id in place.)"
        )
        return DiffResult(["status"], ["status"], not_in_inputs=True)

    def create(self, news: Props) -> tuple[str, Props]:
        """Adopt a connection, return the one that a person has authorized, or ask a person for a new one."""
        connections = self.client.list_connections()
        if news["adopt"]:
            connection = adopt(self.context, connections, news)
            return connection.id, self._authorized(news, connection, reported_label=connection.label)
        authorized = take_authorized(self.context, news)
        if authorized is not None:
            return authorized, self._authorized(news, lookup.listed_or_unlisted(connections, authorized))
        pending = PendingConnection.create(self.context, news)
        warn_of_same(self.context, connections, news)
        try:
            authorization = authorize_new(self.context, news, [connection.id for connection in connections])
        except BaseException:
            pending.finish()
            raise
        if authorization.connection is None:
            self.context.pending_connections.note_reported(pending.id)
            return pending.id, self._pending(news, authorization)
        pending.finish(authorization.connection.id)
        return authorization.connection.id, self._authorized(news, authorization.connection)

    def read(self, id: str, props: Props) -> ReadResult:
        """Read the connection; look whether a person has authorized one that waits."""
        declared = CONNECTION.declared(props)
        pending = PendingConnection.of(self.context, id, props)
        if pending and pending.is_new and declared:
            return self._read_pending(pending, props, declared)
        connection = lookup.find(self.context, id)
        if connection is None:
            return self._read_missing(id, props, declared)
        if not declared:
            outs = {"integration_id": connection.integration_id, "label": connection.label}
            return ReadResult(id, {**outs, "status": AUTHORIZED, "created_at": connection.created_at})
        if pending:
            return self._read_pending(pending, props, declared)
        reported = private_state(props).get("told_label")
        self._report_label(connection, declared, reported)
        outs = {**declared, "status": AUTHORIZED, "created_at": connection.created_at or props.get("created_at")}
        return ReadResult(id, with_private_state(outs, told_label=reported), declared)

    def _read_pending(self, pending: PendingConnection, props: Props, declared: Props) -> ReadResult:
        pending.restore()
        pending.poll()
        found = pending.connection
        if found is None:
            pending.report()
            return ReadResult(pending.id, props, declared)
        pending.match()
        # The engine does not report a change that is not one of inputs.
        self.context.reporter.info(f"{pending.describe()} is authorized now: {found.id}.")
        outs = self._authorized(declared, found, created_at=props.get("created_at"))
        return ReadResult(found.id, outs, declared)

    def _read_missing(self, id: str, props: Props, declared: Props) -> ReadResult:
        if not declared:
            raise lookup.not_listed(id, "`weld-pulumi connections` lists those that are there.")
        # Weld may list a new connection only after a moment, but returns its settings at once.
        return ReadResult(id, props, declared) if lookup.has_settings(self.context, id) else ReadResult(None)

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Ask a person where a change needs one; otherwise only the state changes."""
        pending = PendingConnection.of(self.context, id, olds)
        if pending and pending.is_new:
            return self._update_new(pending, olds, news)
        is_asked = asks_for_person(olds, news)
        live = lookup.find(self.context, id, fresh=True) if is_asked else None
        if is_asked and live is None:
            raise lookup.not_listed(id, "`pulumi up --refresh` creates it again.")
        if needs_person(live, olds, news):
            return self._authorize_again(id, olds, news)
        if pending and not is_asked:
            return self._update_again(pending, olds, news)
        reported = private_state(olds).get("told_label")
        connection = live or lookup.unlisted(id)
        return self._authorized(news, connection, created_at=olds.get("created_at"), reported_label=reported)

    def _update_new(self, pending: PendingConnection, olds: Props, news: Props) -> Props:
        """Open a fresh link for a new connection, if the old one is of no use or asks for something else."""
        if not asks_for_person(olds, news):
            pending.poll()
            if not pending.link_problem:
                return self._still_pending(olds, news)
        if olds.get("label") != news["label"]:
            pending.report_open_link()
        self.context.pending_connections.rename(pending.id, news["label"])
        self.context.pending_connections.note_reported(pending.id)
        # A person may have used the old link meanwhile, so what was unknown then is unknown now.
        known = list(private_state(olds).get("known", []))
        return self._pending(news, authorize_new(self.context, news, known, wait=False))

    def _update_again(self, pending: PendingConnection, olds: Props, news: Props) -> Props:
        """See whether a person has authorized the connection again."""
        pending.poll()
        if pending.connection is not None:
            return self._authorized_again(pending.connection, olds, news)
        if not pending.link_problem:
            return self._still_pending(olds, news)
        if (private_state(olds).get("before") or {}).get("updated_at"):
            # Weld reports the time of a change, and there was none.
            return self._authorize_again(pending.id, olds, news, wait=False)
        self.context.reporter.warn(
            f"the link to authorize {news['label']!r} again has expired, and Weld does not report whether it was "
            "used. The connection stays as it is; change reauthorize_triggers to ask again."
        )
        return self._authorized(news, lookup.unlisted(pending.id), created_at=olds.get("created_at"))

    def _authorize_again(self, id: str, olds: Props, news: Props, wait: bool = True) -> Props:
        authorization = authorize_again(self.context, id, news, wait)
        if authorization.connection is not None:
            return self._authorized_again(authorization.connection, olds, news)
        return self._pending(news, authorization, created_at=olds.get("created_at"))

    def _authorized_again(self, connection: ConnectionInfo, olds: Props, news: Props) -> Props:
        if connection.label not in (None, news["label"]):
            self.context.reporter.warn(
                f"connection {connection.id} is authorized again, but Weld keeps its label {connection.label!r} "
                f"instead of {news['label']!r}."
            )
        self.context.reads.forget_connections()
        created_at = olds.get("created_at")
        return self._authorized(news, connection, created_at=created_at, reported_label=connection.label)

    def delete(self, id: str, props: Props) -> None:
        """Apply the deletion policy, unless another resource manages the connection."""
        pending = PendingConnection.of(self.context, id, props)
        if pending and pending.is_new:
            pending.report_removal()
        elif not self.release(id, props):
            return
        elif props.get("deletion_policy") == "retain":
            self.context.reporter.info(f"connection {id} stays in Weld (deletion_policy='retain').")
        else:
            lookup.delete(self.context, id)
            self.context.ownership.note_deleted(id)
            self.context.reads.forget_connections()

    # Outputs of each state -------------------------------------------------------------------------------------

    def _authorized(
        self,
        declared: Props,
        connection: ConnectionInfo,
        created_at: str | None = None,
        reported_label: str | None = None,
    ) -> Props:
        """Return the outputs of an authorized connection.

        Args:
            declared: canonical inputs.
            connection: as Weld reports it.
            created_at: as of the last run, if Weld does not report it.
            reported_label: the label in Weld that has been reported; another one than the program's is reported once.
        """
        self._report_label(connection, declared, reported_label)
        if connection.label is not None:
            reported_label = connection.label if connection.label != declared["label"] else None
        outs = {
            **CONNECTION.declared(declared),
            "status": AUTHORIZED,
            "created_at": connection.created_at or created_at,
        }
        return with_private_state(outs, told_label=reported_label)

    def _report_label(self, connection: ConnectionInfo, declared: Props, reported: str | None) -> None:
        label = declared.get("label")  # None where `weld-pulumi drift` reads a state in which it is encrypted
        if label is not None and connection.label not in (None, label, reported):
            self.context.reporter.info(
                f"connection {connection.id} has the label {connection.label!r} in Weld, but {label!r} in "
                "the program; renaming requires a person, so it is left as it is."
            )

    def _pending(self, news: Props, authorization: Authorization, **kept: str | None) -> Props:
        """Return the outputs of a connection that waits for a person, with the link and what recognizes its use."""
        outs = {**CONNECTION.declared(news), "status": PENDING, **kept}
        outs |= {"authorize_url": authorization.link, "authorize_expires_at": authorization.expires_at}
        return with_private_state(outs, **authorization.private_state)

    def _still_pending(self, olds: Props, news: Props) -> Props:
        """Return the outputs of a connection that waits on with the same link."""
        kept = {name: olds.get(name) for name in ("status", "authorize_url", "authorize_expires_at", "created_at")}
        return with_private_state({**CONNECTION.declared(news), **kept}, **private_state(olds))


def _known(checking: Checking) -> Props:
    """Return the inputs that are known and right."""
    invalid = {problem.path for problem in checking.problems}
    return {k: v for k, v in checking.inputs.items() if k not in invalid and isinstance(v, (str, bool))}


def _is_complete(known: Props) -> bool:
    return known.keys() >= {"integration_id", "label", "adopt"}
