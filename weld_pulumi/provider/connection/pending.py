"""A connection whose status is ``PENDING``: whether a person has acted since, and what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import WeldApiError, WeldConnectionError, WeldError, WeldValidationError
from ...schema.attributes import Props
from ...validation.problems import Problem, WholeProblem
from ..core.context import ProviderContext
from ..core.handler import private_state
from ..core.ownership import CURRENT_URN
from ..core.pending_connections import ConnectionKey, PendingId, is_pending
from ..core.polling import poll
from .bridge import BridgeTracker, is_expired
from .matching import NewConnectionMatcher, ReauthorizationDetector, report_candidates

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = ["HAS_EXPIRED", "PENDING", "PendingConnection", "reserve", "take_authorized"]

PENDING = "PENDING"
HAS_EXPIRED = "has expired"
#: Seconds for which the list of connections is shared by the resources that wait.
_FRESH = 2.0
#: Seconds before each further look at the list for what a used link has created; it may lag behind.
_LAG = (0.5, 1.5)


def reserve(context: ProviderContext, inputs: Props) -> list[Problem]:
    """Reserve integration and label for a new resource; return the problem if another one waits for the same."""
    key = ConnectionKey.of(inputs)
    if context.pending_connections.reserve(key):
        return []
    return [WholeProblem("label", _duplicate(key))]


def _duplicate(key: ConnectionKey) -> str:
    return (
        f"two Connection resources with integration {key.integration_id!r} and label {key.label!r} would wait for a "
        "person at the same time, and Weld's responses do not distinguish them. Give one of them another label, or add "
        "it once the other one is authorized."
    )


def take_authorized(context: ProviderContext, news: Props) -> str | None:
    """Return the connection that a person has authorized for the pending resource that `create` replaces."""
    connection_id = context.pending_connections.take_authorized(ConnectionKey.of(news))
    if connection_id is not None:
        context.ownership.note_created(CURRENT_URN.get(), connection_id)
        context.reads.forget_connections()
    return connection_id


class PendingConnection:
    """A resource that waits for a person.

    Args:
        context: of this process.
        id: of the resource.
        props: its outputs.

    Attributes:
        id: begins with ``pending-`` for a new connection; Weld's id if it is to be authorized again.
        is_new: whether it is a new connection.
        connection: as of the last :meth:`poll`, what the person has authorized.
        link_problem: as of the last poll, why the link can no longer be used; empty if it can.
        candidates: as of the last poll, new connections of which it is uncertain whether they are the one.
    """

    def __init__(self, context: ProviderContext, id: str, props: Props) -> None:
        self.id = id
        self.is_new = is_pending(id)
        self.connection: ConnectionInfo | None = None
        self.link_problem = ""
        self.candidates: list[ConnectionInfo] = []
        self._context = context
        self._props = props
        self._private = private_state(props)
        self._key = ConnectionKey.of(props)

    @classmethod
    def of(cls, context: ProviderContext, id: str, props: Props) -> PendingConnection | None:
        """Return a resource if it waits for a person, else None."""
        return cls(context, id, props) if is_pending(id) or props.get("status") == PENDING else None

    @classmethod
    def create(cls, context: ProviderContext, news: Props) -> PendingConnection:
        """Return a new resource that waits from now on.

        Raises:
            WeldValidationError: another resource waits for the same integration and label.
        """
        key = ConnectionKey.of(news)
        # An id is stored, and shown, in plain text.
        id = str(PendingId.new("" if context.secrets.is_marked(key.label) else key.label))
        if not context.pending_connections.add(key, id):
            raise WeldValidationError(_duplicate(key))
        return cls(context, id, news)

    def finish(self, connection_id: str | None = None) -> None:
        """Record that `create` returns a connection, or fails."""
        if connection_id is not None:
            self._context.ownership.note_created(CURRENT_URN.get(), connection_id)
        self._context.pending_connections.finish(self._key, connection_id)
        self._context.reads.forget_connections()

    # Who else waits --------------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Record for the other resources of this process that this one waits."""
        if self.is_new:
            self._context.pending_connections.restore(self.id, self._key)

    def require_no_other(self, news: Props) -> None:
        """Record the same, also for what the program asks for now.

        Raises:
            WeldValidationError: another resource waits for the same integration and label.
        """
        key = ConnectionKey.of(news)
        if self.is_new and not self._context.pending_connections.restore(self.id, self._key, key):
            raise WeldValidationError(_duplicate(key))

    def remove(self) -> None:
        """Record that this resource no longer waits."""
        self._context.pending_connections.remove(self.id)

    def match(self, replaced_by: Props | None = None) -> None:
        """Record what was found for this resource, also for the `create` that is to replace it."""
        if self.connection is not None:
            key = ConnectionKey.of(replaced_by) if replaced_by is not None else None
            self._context.pending_connections.match(self.id, self.connection.id, key)

    # Has a person acted? ---------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Look in Weld whether a person has acted, and set :attr:`connection` or what else was found.

        Raises:
            WeldError: Weld cannot be asked.
        """
        expired = is_expired(self._context, self._props.get("authorize_expires_at"))
        tracker = BridgeTracker(self._context, None if expired else self._private.get("bridge"))
        self.connection, self.link_problem, self.candidates = None, "", []
        if self.is_new:
            self._poll_for_new(tracker)
        else:
            before = self._private.get("before") or {}
            detector = ReauthorizationDetector(self._context, self.id, self._key.label, before, tracker)
            self.connection = detector.find(in_browser=False)
        if expired and self.connection is None:
            self.link_problem = HAS_EXPIRED

    def poll_for_diff(self) -> None:
        """Poll, but go on without a key, and after a failure unless ``weld:validation`` is ``full``."""
        if self._context.settings.api_key is None:
            return
        try:
            self.poll()
        except (WeldApiError, WeldConnectionError) as error:
            if self._context.settings.validation == "full":
                raise
            self._context.reporter.warn(f"Weld could not be asked whether a person has acted: {error}")

    def _poll_for_new(self, tracker: BridgeTracker) -> None:
        known = self._private.get("known", ())
        matcher = NewConnectionMatcher(self._context, self._key, known, tracker, is_alone=False)
        if self._match(matcher, _FRESH) or not tracker.is_used():
            return
        if not poll(lambda: self._match(matcher, 0.0), _LAG, self._context.clock.sleep):
            self.link_problem = "was used, but created no connection"

    def _match(self, matcher: NewConnectionMatcher, max_age: float) -> bool | None:
        """Set what the list of connections shows; return None if it shows nothing."""
        self.connection = matcher.match(self._context.reads.connections(max_age=max_age))
        self.candidates = [] if self.connection else matcher.candidates
        return self.connection is not None or bool(self.candidates) or None

    # What is reported ------------------------------------------------------------------------------------------

    def report(self) -> None:
        """Report after a poll what the person has to do."""
        self._context.pending_connections.note_reported(self.id)
        if self.link_problem:
            self._context.reporter.warn(
                f"the link to authorize {self.describe()} {self.link_problem}; `pulumi up` opens a new one."
            )
            return
        # No link: a preview is published in comments, and what runs this cannot tell a preview from an `up`.
        self._context.reporter.warn(
            f"{self.describe()} still waits for a person. Run `weld-pulumi authorize`, which shows the link, then "
            "`pulumi up` or `pulumi refresh`."
        )
        self.report_candidates()

    def report_candidates(self) -> None:
        """Name the new connections of which it is uncertain whether they are the one."""
        report_candidates(self._context, self._key, self.candidates)

    def report_removal(self) -> None:
        """Report, when the resource is deleted, what its link may leave in Weld."""
        if self.id in self._context.pending_connections.matched():
            return
        try:
            self.poll()
        except WeldError:
            self.connection, self.link_problem = None, ""
        if self.connection is not None:
            self._context.reporter.warn(
                f"a person has authorized {self.describe()} meanwhile: {self.connection.id}. It stays in Weld and "
                f"belongs to no stack; remove it there, or take it over with adopt={self.connection.id!r}."
            )
        elif not self.link_problem:
            self.report_open_link()

    def report_open_link(self) -> None:
        """Report that the link can still be used, though nobody waits: Weld cannot close it."""
        self._context.reporter.info(
            f"nobody waits for {self.describe()} any more; its link works until "
            f"{self._props.get('authorize_expires_at')}, so do not open it."
        )

    def describe(self) -> str:
        """Name it in a message."""
        return self._key.describe()
