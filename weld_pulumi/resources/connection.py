"""``weld.Connection``: a source or destination account that a person has authorized in Weld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from ..schema.connection import CONNECTION
from ._base import WeldResource

__all__ = ["Connection"]

Triggers = Sequence[Any] | Mapping[str, Any]


class Connection(WeldResource):
    """An account in Weld, such as a Stripe account, that a person has authorized.

    Weld takes no credentials by its API: on creation a link is printed that a person opens in a browser, and ``up``
    waits for it. If nobody acts in time the resource is made all the same, with ``status`` ``"PENDING"``; the next
    ``up`` or ``refresh`` picks the connection up. (Source: POST /connection_bridges and GET /connections of Weld's
    OpenAPI document.)

    Example::

        import pulumi
        import weld_pulumi as weld

        stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (production)")
        pulumi.export("authorize", stripe.authorize_url)

    Args:
        resource_name: name of the resource in the stack.
        opts: Pulumi's resource options; ``import_`` does not work, use ``adopt``.
        integration_id: Weld's id of the integration, for example ``stripe`` or ``databricks``; sent as written. A
            change creates a new connection.
        label: name shown in Weld; default: the resource name. After a change a person has to authorize again.
        redirect_uri: where Weld sends the browser afterwards: https without port and query, or http://localhost.
            Default: a listener on loopback that this run opens.
        authorization_timeout: seconds that ``up`` waits for the person, from 0 (does not wait) to 86400. Default:
            ``600``.
        reauthorize_triggers: list or dict; any change asks for a new authorization of the same connection.
        adopt: take over an existing connection: its id, or ``True`` for the only one with this integration and label.
            Removing the resource then deletes it, unless ``deletion_policy`` is ``retain``. Default: ``False``.
        deletion_policy: what removing the resource does to the connection in Weld. Default: ``"delete"``.

    Attributes:
        id: Weld's id of the connection; begins with ``pending-`` while a person has to authorize first.
        status: ``AUTHORIZED`` or ``PENDING``.
        authorize_url: the link to open (secret); None once authorized.
        authorize_expires_at: ISO 8601 time at which the link expires; None once authorized.
        created_at: ISO 8601 time; None where Weld does not report it.

    Raises:
        WeldValidationError: ``import_`` is among the options.
    """

    _schema = CONNECTION

    # Outputs, for the type checker only; see WeldResource.
    if TYPE_CHECKING:
        integration_id: pulumi.Output[str]
        label: pulumi.Output[str]
        redirect_uri: pulumi.Output[str | None]
        authorization_timeout: pulumi.Output[float]
        reauthorize_triggers: pulumi.Output[Any]
        adopt: pulumi.Output[bool | str]
        deletion_policy: pulumi.Output[str]
        status: pulumi.Output[str]
        authorize_url: pulumi.Output[str | None]
        authorize_expires_at: pulumi.Output[str | None]
        created_at: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        integration_id: pulumi.Input[str],
        label: pulumi.Input[str] | None = None,
        redirect_uri: pulumi.Input[str] | None = None,
        authorization_timeout: pulumi.Input[float] | None = None,
        reauthorize_triggers: pulumi.Input[Triggers] | None = None,
        adopt: pulumi.Input[bool | str] | None = None,
        deletion_policy: pulumi.Input[Literal["delete", "retain"]] | None = None,
    ) -> None:
        self._construct(resource_name, opts, locals())

    def _register(self, resource_name: str, opts: pulumi.ResourceOptions | None, arguments: Mapping[str, Any]) -> None:
        super()._register(resource_name, opts, arguments)
        # In a preview an output that is not in the state is unknown; the status shows that there is no link.
        self.authorize_url = _while_pending(self.status, self.authorize_url)
        self.authorize_expires_at = _while_pending(self.status, self.authorize_expires_at)


def _while_pending(status: pulumi.Output[str], output: pulumi.Output[str | None]) -> pulumi.Output[str | None]:
    return status.apply(lambda now: None if now == "AUTHORIZED" else output)
