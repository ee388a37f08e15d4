"""Connection: check, diff, create, read, update, delete; authorised or pending."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ..api.models import ConnectionInfo
from ..errors import NotFoundError, WeldApiError, WeldValidationError
from ..validation.integrations import integration_problem
from ..validation.problems import Problem, show
from .authorization import Outcome, Request, authorize, is_expired, newly_authorized
from .base import Checked, Diffed, Lifecycle, Live, memo_of, with_memo
from .fields import Change, Field, Props, Table
from .reauthorization import Watch, was_used
from .sync_checks import is_pending
from .sync_table import adopt
from .triggers import fired
from .values import choice, has_unknown, kind, text, triggers

__all__ = ["ConnectionLifecycle"]

AUTHORIZED, PENDING = "AUTHORIZED", "PENDING"
#: Integrations that serve as destination; Weld lists sources only.
_DESTINATIONS = ("databricks",)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 86400:
        raise ValueError(f"{show(value)} is not a number of seconds from 0 to 86400; write 600, or 0 for not waiting")
    return int(value) if float(value).is_integer() else value


def _redirect_uri(value: Any) -> str:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        port = parts.port
    except ValueError:
        raise ValueError(f"{show(value)} is not a URL; write for example 'https://example.com/done'") from None
    local = parts.scheme in ("http", "https") and parts.hostname == "localhost"
    if parts.query or not (local or (parts.scheme == "https" and parts.hostname and port is None)):
        raise ValueError(
            f"{show(value)}: Weld takes https:// without port and query, or http://localhost with any port; "
            "leave it out to have this run listen"
        )
    return str(value)


CONNECTION = Table(
    Field("integration_id", text, Change.REPLACE, required=True),
    Field("label", text, Change.UPDATE, required=True),
    Field("redirect_uri", kind(_redirect_uri), Change.LOCAL),
    Field("authorization_timeout", kind(_seconds), Change.LOCAL, default=600),
    Field("reauthorize_triggers", triggers, Change.UPDATE, hidden=True),
    Field("adopt", adopt, Change.LOCAL, default=False),
    Field("deletion_policy", choice("delete", "retain"), Change.LOCAL, default="delete"),
)


class ConnectionLifecycle(Lifecycle):
    """A connection."""

    title = "Connection"
    table = CONNECTION

    # Check and diff --------------------------------------------------------------------------------------------

    def check(self, olds: Props, news: Props) -> Checked:
        """See :class:`.base.Lifecycle`."""
        inputs, problems = CONNECTION.canonical(news)
        changed = CONNECTION.changed(olds, inputs) if olds else [field.name for field in CONNECTION]
        if problems or has_unknown([inputs["integration_id"], inputs["label"], inputs["adopt"]]):
            return Checked(inputs, problems)
        if ("integration_id" in changed or not olds) and self.session.may_ask():
            problems += self._ask(olds, inputs)
        return Checked(inputs, problems)

    def _ask(self, olds: Props, inputs: Props) -> list[Problem]:
        wanted = inputs["integration_id"]
        known = [*(integration.id for integration in self.session.integrations()), *_DESTINATIONS]
        problem = integration_problem(wanted, known)
        if problem is None and wanted not in known:
            self.session.notices.warn(
                f"Weld does not list an integration {wanted!r} for this workspace (`weld-pulumi integrations` shows "
                "those it lists); it is tried all the same."
            )
        problems = [problem] if problem else []
        if inputs["adopt"] and not olds and (wanted, inputs["label"]) not in self.session.authorized:
            try:
                self._tell_adoption(self._adoption(self.session.connections(), inputs), inputs)
            except WeldValidationError as error:
                problems.append(Problem("adopt", str(error)))
        return problems

    def _tell_adoption(self, connection: ConnectionInfo, inputs: Props) -> None:
        other = connection.label is not None and connection.label != inputs["label"]
        label = f"; its label in Weld is {connection.label!r}, not {inputs['label']!r}" if other else ""
        self.session.notices.info(f"adopts connection {connection.describe()}{label}.")

    def diff(self, id: str, olds: Props, news: Props) -> Diffed:
        """See :class:`.base.Lifecycle`."""
        changed = CONNECTION.changed(olds, news)
        replaces = CONNECTION.replacing(changed)
        if olds.get("status") != PENDING:
            return Diffed(changed, replaces)
        self._note_pending(id, olds)
        if replaces or self.session.settings.api_key is None:
            return Diffed(changed, replaces)
        found = self._acted(id, olds)
        if found is not None and is_pending(id):
            self.session.authorized[_key(news)] = found.id
            self.session.notices.info(
                f"the connection {olds.get('label')!r} is authorised now; `pulumi up` puts {found.id} in the place of "
                f"{id}. (Where the resource is protected, run `pulumi refresh` instead: it changes the id in place.)"
            )
            return Diffed(["status"], ["status"], hidden=True)
        if found is not None or is_expired(self.session, olds.get("authorize_expires_at")):
            return Diffed([*changed, "status"], [], hidden=True)
        self._show_link(olds)
        return Diffed(changed, replaces)

    def _note_pending(self, id: str, olds: Props) -> None:
        if is_pending(id):
            self.session.pending_labels[id] = str(olds.get("label"))
            self.session.waiting[_key(olds)] = id

    def _show_link(self, props: Props) -> None:
        self.session.notices.warn(
            f"the connection {props.get('label')!r} ({props.get('integration_id')}) still waits for a person. Open "
            f"this link to authorise it, then run `pulumi up` or `pulumi refresh`: {props.get('authorize_url')}"
        )

    def _acted(self, id: str, props: Props) -> ConnectionInfo | None:
        """Return the connection that a person has authorised since the link in ``props`` was opened."""
        memo = memo_of(props)
        if is_pending(id):
            return self._new_one(props, memo.get("known", []), self.session.connections(max_age=2.0))
        return was_used(self.session, id, memo.get("before") or {}, memo.get("bridge"))

    def _new_one(
        self, props: Mapping[str, Any], known: list[str], connections: list[ConnectionInfo]
    ) -> ConnectionInfo | None:
        return newly_authorized(self.session, connections, known, *_key(props))

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """See :class:`.base.Lifecycle`."""
        connections = self.client.list_connections()
        authorized = self.session.authorized.pop(_key(news), None)
        if authorized is not None:
            self.session.waiting.pop(_key(news), None)
            found = next((c for c in connections if c.id == authorized), ConnectionInfo(id=authorized))
            return self._made(found, news)
        if news["adopt"]:
            connection = self._adoption(connections, news)
            if news["deletion_policy"] == "delete":
                self.session.notices.warn(
                    f"connection {connection.id} is adopted: removing the resource deletes it in Weld, unless "
                    "deletion_policy='retain' is set."
                )
            return self._made(connection, news)
        pending_id = f"pending-{secrets.token_hex(4)}-{quote(news['label'], safe='')}"
        self._claim(news, pending_id)
        try:
            self._warn_of_same(connections, news)
            known = [connection.id for connection in connections]
            look = lambda _: self._new_one(news, known, self.client.list_connections())  # noqa: E731
            outcome = authorize(self.session, _request(news, known=known), look)
        except BaseException:
            self.session.waiting.pop(_key(news), None)
            raise
        if outcome.connection is None:
            self.session.pending_labels[pending_id] = news["label"]
            return pending_id, self._pending(news, outcome, known=known)
        self.session.waiting.pop(_key(news), None)
        return self._made(outcome.connection, news)

    def _claim(self, news: Props, pending_id: str) -> None:
        with self.session.lock:
            if _key(news) in self.session.waiting:
                raise WeldValidationError(
                    f"two Connection resources with integration {news['integration_id']!r} and label {news['label']!r} "
                    "wait for a person at once, and Weld's answers cannot tell them apart. Give one of them another "
                    "label, or authorise the first one before adding the second."
                )
            self.session.waiting[_key(news)] = pending_id

    def _warn_of_same(self, connections: list[ConnectionInfo], news: Props) -> None:
        same = [c for c in connections if (c.integration_id, c.label) == _key(news) and c.id not in self.session.made]
        if same:
            listed = ", ".join(c.id for c in same)
            self.session.notices.warn(
                f"Weld has a connection with integration {news['integration_id']!r} and label {news['label']!r} "
                f"already ({listed}). To take it over instead of authorising a new one, write adopt={same[0].id!r}."
            )

    def _made(self, connection: ConnectionInfo, news: Props) -> tuple[str, Props]:
        self.session.made.add(connection.id)
        self.session.forget("connections")
        return connection.id, self._authorized_outs(connection, news)

    def _authorized_outs(self, connection: ConnectionInfo | None, declared: Mapping[str, Any]) -> Props:
        created_at = connection.created_at if connection else declared.get("created_at")
        return {**CONNECTION.declared(declared), "status": AUTHORIZED, "created_at": created_at}

    def _pending(self, news: Props, outcome: Outcome, **memo: Any) -> Props:
        why = f"was refused in the browser ({outcome.refused})" if outcome.refused else "is not authorised yet"
        self.session.notices.warn(
            f"the connection {news['label']!r} ({news['integration_id']}) {why}; its status is PENDING. Open the link "
            f"(output authorize_url), then run `pulumi up` or `pulumi refresh`: {outcome.bridge.authorize_url}"
        )
        link = {"authorize_url": outcome.bridge.authorize_url, "authorize_expires_at": outcome.bridge.expires_at}
        outs = {**CONNECTION.declared(news), "status": PENDING, **link}
        return with_memo(outs, **memo)

    def _adoption(self, connections: list[ConnectionInfo], news: Props) -> ConnectionInfo:
        wanted, integration_id, label = news["adopt"], news["integration_id"], news["label"]
        of_integration = [c for c in connections if c.integration_id in (None, integration_id)]
        listed = "; ".join(c.describe() for c in of_integration[:10]) or "none"
        if isinstance(wanted, str):
            found = next((c for c in connections if c.id == wanted), None)
            if found is None:
                raise WeldValidationError(
                    f"adopt={wanted!r}: Weld has no such connection. Of {integration_id!r} there are: {listed}."
                )
            if found.integration_id not in (None, integration_id):
                raise WeldValidationError(
                    f"adopt={wanted!r}: that connection is of integration {found.integration_id!r}, "
                    f"not {integration_id!r}."
                )
            return found
        same = [c for c in connections if (c.integration_id, c.label) == (integration_id, label)]
        if len(same) == 1:
            return same[0]
        count = f"{len(same)} connections" if same else "no connection"
        raise WeldValidationError(
            f"adopt=True: Weld tells of {count} with integration {integration_id!r} and label {label!r}. Of this "
            f"integration there are: {listed}. Write the id of the right one, as in adopt='ID', or leave adopt out."
        )

    # Read ------------------------------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> Live:
        """See :class:`.base.Lifecycle`."""
        declared = CONNECTION.declared(props)
        if is_pending(id):
            return self._read_pending(id, props, declared)
        connection = next((c for c in self.session.connections() if c.id == id), None)
        if connection is None:
            if declared:
                return Live(None)
            raise NotFoundError(
                404,
                None,
                f"there is no connection {id!r}",
                "GET",
                "/connections",
                advice="`weld-pulumi connections` lists those that are there.",
            )
        if not declared:
            outs = {"integration_id": connection.integration_id, "label": connection.label}
            return Live(id, {**outs, "status": AUTHORIZED, "created_at": connection.created_at})
        if connection.label not in (None, declared["label"]):
            self.session.notices.info(
                f"the connection {id} has the label {connection.label!r} in Weld, the program says "
                f"{declared['label']!r}; renaming takes a person, so it is left as it is."
            )
        if props.get("status") == PENDING and self._acted(id, props) is None:
            return Live(id, props, declared)
        return Live(id, self._authorized_outs(connection, declared), declared)

    def _read_pending(self, id: str, props: Props, declared: Props) -> Live:
        self._note_pending(id, props)
        found = self._acted(id, props)
        if found is None:
            self._show_link(props)
            return Live(id, props, declared)
        self.session.authorized[_key(props)] = found.id
        return Live(found.id, self._authorized_outs(found, declared), declared)

    # Update ----------------------------------------------------------------------------------------------------

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """See :class:`.base.Lifecycle`."""
        again = olds.get("label") != news["label"] or fired("reauthorize_triggers", olds, news)
        if olds.get("status") == PENDING:
            return self._update_pending(id, olds, news, again)
        if not again:
            return {**self._authorized_outs(None, news), "created_at": olds.get("created_at")}
        return self._authorize_again(id, olds, news)

    def _update_pending(self, id: str, olds: Props, news: Props, again: bool) -> Props:
        expired = is_expired(self.session, olds.get("authorize_expires_at"))
        if is_pending(id) and (again or expired):
            # The person may still use the old link, so what was unknown then is unknown now.
            known = list(memo_of(olds).get("known", []))
            outcome = authorize(self.session, _request(news, timeout=0, known=known), lambda _: None)
            return self._pending(news, outcome, known=known)
        if not is_pending(id):
            if again:
                return self._authorize_again(id, olds, news)
            found = self._acted(id, olds)
            if found is not None or expired:
                return self._closed(id, found, olds, news)
        kept = {k: olds.get(k) for k in ("status", "authorize_url", "authorize_expires_at", "created_at")}
        return with_memo({**CONNECTION.declared(news), **kept}, **memo_of(olds))

    def _authorize_again(self, id: str, olds: Props, news: Props) -> Props:
        watch = Watch(self.session, id)
        outcome = authorize(self.session, _request(news, connection_id=id), watch)
        if outcome.connection is not None:
            return self._closed(id, outcome.connection, olds, news)
        outs = {**self._pending(news, outcome), "created_at": olds.get("created_at")}
        return with_memo(outs, bridge=watch.listed, before=watch.before)

    def _closed(self, id: str, found: ConnectionInfo | None, olds: Props, news: Props) -> Props:
        if found is None:
            self.session.notices.warn(
                f"the link to authorise {news['label']!r} again has expired, and Weld does not tell whether it was "
                "used. The connection stays as it is; change reauthorize_triggers to ask again."
            )
        elif found.label not in (None, news["label"]):
            self.session.notices.warn(
                f"connection {id} is authorised again, but Weld keeps its label {found.label!r} instead of "
                f"{news['label']!r}."
            )
        return {
            **self._authorized_outs(None, news),
            "created_at": (found and found.created_at) or olds.get("created_at"),
        }

    # Delete ----------------------------------------------------------------------------------------------------

    def delete(self, id: str, props: Props) -> None:
        """See :class:`.base.Lifecycle`."""
        if is_pending(id):
            return
        if id in self.session.made:
            self.session.notices.warn(f"connection {id} was taken over by its own replacement, so it is not deleted.")
        elif props.get("deletion_policy") == "retain":
            self.session.notices.info(f"connection {id} stays in Weld (deletion_policy='retain').")
        else:
            self._delete(id)
            self.session.forget("connections")

    def _delete(self, id: str) -> None:
        try:
            self.client.delete_connection(id)
        except WeldApiError as error:
            syncs = [sync.id for sync in self.session.syncs_of(id)] if error.status_code in (400, 409, 422) else []
            if syncs:
                error.advise(f"Syncs still use it: {', '.join(syncs[:10])}. Remove them first.")
            raise


def _request(
    news: Props, *, timeout: float | None = None, connection_id: str | None = None, known: list[str] | None = None
) -> Request:
    return Request(
        news["integration_id"],
        news["label"],
        news["authorization_timeout"] if timeout is None else timeout,
        news.get("redirect_uri"),
        connection_id,
        known or (),
    )


def _key(props: Mapping[str, Any]) -> tuple[str, str]:
    return str(props.get("integration_id")), str(props.get("label"))
