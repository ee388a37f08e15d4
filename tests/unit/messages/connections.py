"""Connection: what a preview refuses, what it says of take-overs, and of connections that wait for a person."""

from __future__ import annotations

from typing import Any

from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import Settings
from weld_pulumi.provider.connection.handler import ConnectionHandler
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.reporter import Reporter

from .stage import Stage, Table, connection, raised

TABLE = Table()

ADOPT: dict[str, Any] = {"adopt": True, "deletion_policy": "retain"}


# Taking over -------------------------------------------------------------------------------------------------------


@TABLE.reads(
    "warning: Weld: Weld does not list an integration 'my-own' for this workspace (`weld-pulumi "
    "integrations` shows those it lists); continuing with it anyway."
)
def an_integration_that_weld_does_not_list(stage: Stage) -> str:
    return stage.preview(connection(integration_id="my-own"))


@TABLE.reads(
    "warning: Weld: Weld already has a connection with integration 'stripe' and label 'Shop' (<Shop>). To "
    "adopt it instead of authorizing a new one, write adopt='<Shop>'."
)
def a_connection_like_one_that_is_there(stage: Stage) -> str:
    stage.connection()
    return stage.preview(connection())


@TABLE.reads(
    "adopt: adopt=True: Weld has no connection with integration 'stripe' and label 'Shop'. Connections of "
    "this integration: <Other> (stripe, label 'Other'). Leave adopt out to create one."
)
def no_connection_to_adopt(stage: Stage) -> str:
    stage.connection("Other")
    return stage.refusal(connection(**ADOPT))


@TABLE.reads(
    "adopt: adopt=True: Weld has 2 connections with integration 'stripe' and label 'Shop'. Connections of "
    "this integration: <Shop> (stripe, label 'Shop') or <Shop> (stripe, label 'Shop'). Write the id of the "
    "right one, as in adopt='<Shop>'."
)
def several_connections_to_adopt(stage: Stage) -> str:
    one = stage.connection("One")
    stage.connection()
    stage.weld.patch_connection(one, label="Shop")
    stage.weld.set_reading("list_order", "oldest")
    return stage.refusal(connection(**ADOPT))


@TABLE.reads(
    "adopt: adopt='nope': Weld has no such connection. Connections of this integration: <Other> "
    "(stripe, label 'Other'). Leave adopt out to create one."
)
def a_connection_to_adopt_that_is_not_there(stage: Stage) -> str:
    stage.connection("Other")
    return stage.refusal(connection(adopt="nope"))


@TABLE.reads("adopt: adopt='<CRM>': that connection belongs to integration 'hubspot', not 'stripe'.")
def a_connection_to_adopt_of_another_integration(stage: Stage) -> str:
    return stage.refusal(connection(adopt=stage.connection("CRM", "hubspot")))


@TABLE.reads(
    "adopt: adopt=True: 'shop' of this program also manages <Shop> (stripe, label 'Shop'); remove one of the "
    "two resources."
)
def a_connection_to_adopt_that_another_resource_has(stage: Stage) -> str:
    stage.connection()
    return stage.refusal(connection(**ADOPT), connection("again", **ADOPT))


@TABLE.reads(
    "comparing the Connection: 'shop' of this program also manages connection <Shop> ('Shop'); remove one of "
    "the two resources."
)
def two_resources_that_have_one_connection(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    stage.stack.state["twin"] = stage.stack.state["shop"]
    return raised(lambda: stage.stack.preview([connection(**ADOPT), connection("twin", **ADOPT)]))


@TABLE.reads(
    "Weld: adopts connection <Shop> (stripe, label 'Shop').\n"
    "warning: Weld: connection <Shop> is adopted: removing the resource deletes it in Weld, unless "
    "deletion_policy='retain' is set."
)
def an_adoption(stage: Stage) -> str:
    stage.connection()
    return stage.preview(connection(adopt=True))


@TABLE.reads("Weld: adopts connection <Theirs> (stripe, label 'Theirs'); its label in Weld is 'Theirs', not 'Shop'.")
def an_adoption_with_another_label(stage: Stage) -> str:
    return stage.preview(connection(adopt=stage.connection("Theirs"), deletion_policy="retain"))


@TABLE.reads(
    "Weld: adopts connection <Shop> (stripe, label 'Shop'). 'shop' of this stack manages it. If 'renamed' is "
    "the new name of 'shop', write aliases=[pulumi.Alias(name='shop')] in its options."
)
def an_adoption_under_a_new_name(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    return stage.preview(connection("renamed", **ADOPT))


@TABLE.reads(
    "warning: Weld: Weld already has a connection with integration 'stripe' and label 'Shop' (<Shop>). "
    "'shop' of this stack manages it. If 'renamed' is the new name of 'shop', write "
    "aliases=[pulumi.Alias(name='shop')] in its options. To adopt it instead of authorizing a new one, write "
    "adopt='<Shop>'."
)
def a_connection_like_that_of_a_former_name(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    return stage.preview(connection("renamed"))


@TABLE.reads(
    "Weld: connection <Theirs> has the label 'Theirs' in Weld, but 'Shop' in the program; renaming requires "
    "a person, so it is left as it is."
)
def a_label_that_was_changed_in_weld(stage: Stage) -> str:
    id = stage.connection()
    stage.up(connection(**ADOPT))
    stage.weld.patch_connection(id, label="Theirs")
    return stage.lines(stage.stack.refresh)


# Ends --------------------------------------------------------------------------------------------------------------


@TABLE.reads("Weld: connection <Shop> stays in Weld (deletion_policy='retain').")
def an_end_that_retains(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    return stage.up()


@TABLE.reads("warning: Weld: connection <Shop> ('Shop') is not deleted: 'renamed' of this stack also manages it.")
def an_end_of_one_of_two(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    return stage.up(connection("renamed", **ADOPT)).splitlines()[-1]


@TABLE.reads(
    "deleting the Connection: DELETE /connections/<Shop>: Weld returned 400 (connection_in_use): Connection "
    "<Shop> is used by 1 sync(s). Syncs still use it: <raw>. Remove them first."
)
def an_end_with_syncs(stage: Stage) -> str:
    id = stage.connection()
    stage.up(connection(adopt=True))
    stage.sync(id)
    stage.weld.set_reading("delete_connection_with_syncs", "400")
    return stage.failure()


@TABLE.reads(
    "reading the Connection: GET /connections: there is no connection 'nope' in Weld's list. `weld-pulumi "
    "connections` lists those that are there."
)
def a_connection_to_get_that_is_not_there(stage: Stage) -> str:
    return raised(lambda: stage.stack.process().call("Connection", "shop").read("nope", {}))


@TABLE.reads(
    "updating the Connection: GET /connections: there is no connection '<Shop>' in Weld's list. `pulumi up "
    "--refresh` creates it again."
)
def a_connection_that_is_gone(stage: Stage) -> str:
    id = stage.connection()
    stage.up(connection(**ADOPT))
    stage.weld.delete_connection(id)
    return stage.failure(connection(**ADOPT, reauthorize_triggers=[1]))


# Connections that wait ---------------------------------------------------------------------------------------------


@TABLE.reads(
    "warning: Weld: the connection 'Shop' (stripe) is not authorized yet; its status is PENDING. Run "
    "`weld-pulumi authorize`, or open this link, then run `pulumi up` or `pulumi refresh`: "
    "http://weld.test/authorize?token=…"
)
def nobody_has_authorized_it(stage: Stage) -> str:
    return stage.up(connection())


@TABLE.reads(
    "label: two Connection resources with integration 'stripe' and label 'Shop' would wait for a person at "
    "the same time, and Weld's responses do not distinguish them. Give one of them another label, or add it "
    "once the other one is authorized."
)
def two_that_would_wait_for_the_same(stage: Stage) -> str:
    return stage.refusal(connection(), connection("again"))


@TABLE.reads(
    "warning: Weld: the connection 'Shop' (stripe) still waits for a person. Run `weld-pulumi authorize`, "
    "which shows the link, then `pulumi up` or `pulumi refresh`."
)
def it_still_waits(stage: Stage) -> str:
    stage.up(connection())
    return stage.preview(connection())


@TABLE.reads(
    "Weld: the connection 'Shop' (stripe) is authorized now; `pulumi up` replaces pending-…-Shop with "
    "<Shop>. (If the resource is protected, run `pulumi refresh` instead: it changes the id in place.)"
)
def it_is_authorized_in_a_preview(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.authorize()
    return stage.preview(connection())


@TABLE.reads("Weld: the connection 'Shop' (stripe) is authorized now: <Shop>.")
def it_is_authorized_in_a_refresh(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.authorize()
    return stage.lines(stage.stack.refresh)


@TABLE.reads(
    "warning: Weld: the link to authorize the connection 'Shop' (stripe) has expired; `pulumi up` opens a new one."
)
def its_link_has_expired(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.advance(25 * 3600)
    return stage.preview(connection())


@TABLE.reads(
    "warning: Weld: the link to authorize the connection 'Shop' (stripe) was used, but created no "
    "connection; `pulumi up` opens a new one."
)
def its_link_was_used_in_vain(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.refuse()
    return stage.preview(connection())


@TABLE.reads(
    "warning: Weld: the connection 'Shop' (stripe) still waits for a person. Run `weld-pulumi authorize`, "
    "which shows the link, then `pulumi up` or `pulumi refresh`.\n"
    "warning: Weld: new in Weld: <Theirs> (stripe, label not reported). This may be the connection 'Shop' "
    "(stripe), but Weld does not report what its link created. If it is, write adopt='<Theirs>'."
)
def somebody_else_may_have_made_it(stage: Stage) -> str:
    stage.weld.set_reading("connection_label", "absent")
    stage.up(connection())
    stage.connection("Theirs")
    return stage.preview(connection())


@TABLE.reads(
    "Weld: nobody waits for the connection 'Shop' (stripe) any more; its link works until TOMORROW, so do not open it."
)
def nobody_waits_for_it_any_more(stage: Stage) -> str:
    stage.up(connection())
    expires = str(stage.stack.state["shop"].outs["authorize_expires_at"])
    return stage.up().replace(expires, "TOMORROW")


@TABLE.reads(
    "warning: Weld: a person has authorized the connection 'Shop' (stripe) meanwhile: <Shop>. It stays in Weld "
    "and belongs to no stack; remove it there, or take it over with adopt='<Shop>'."
)
def somebody_has_authorized_what_is_taken_away(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.authorize()
    return stage.up()


@TABLE.reads(
    "warning: Weld: Weld could not be asked whether a person has acted: GET /connections: Weld returned 403 "
    "(fault): A fault was asked for: 403. The key in use comes from the test. Create a new one in Weld under "
    "Settings -> API Keys, then either run `pulumi config set --secret weld:apiKey` and paste it, or set the "
    "environment variable WELD_API_KEY.\n"
    "warning: Weld: the connection 'Shop' (stripe) still waits for a person. Run `weld-pulumi authorize`, "
    "which shows the link, then `pulumi up` or `pulumi refresh`."
)
def weld_cannot_be_asked_whether_a_person_has_acted(stage: Stage) -> str:
    stage.up(connection())
    stage.weld.fault("status", "GET", "/connections", status=403, times=None)
    settings = Settings(stage.weld.api_key, stage.weld.url, validation="offline", key_source="the test")
    context = ProviderContext(settings, lambda _: WeldClient(settings), Reporter(stage.stack.lines.append))
    held = stage.stack.state["shop"]
    return stage.lines(lambda: ConnectionHandler(context).diff(held.id, held.outs, held.inputs))


# Again -------------------------------------------------------------------------------------------------------------


def again(stage: Stage) -> None:
    """Leave a connection that is to be authorized again."""
    stage.connection()
    stage.up(connection(**ADOPT))
    stage.up(connection(**ADOPT, reauthorize_triggers=[1]))


@TABLE.reads("Weld: a person has to authorize connection <Shop> ('Shop') again; `pulumi up` shows the link.")
def it_is_to_be_authorized_again(stage: Stage) -> str:
    stage.connection()
    stage.up(connection(**ADOPT))
    return stage.preview(connection(**ADOPT, reauthorize_triggers=[1]))


@TABLE.reads(
    "Weld: the link to authorize connection <Shop> again was used, but the connection has not changed: if it "
    "was refused in the browser, change reauthorize_triggers to ask again."
)
def its_link_was_used_and_nothing_has_changed(stage: Stage) -> str:
    again(stage)
    stage.weld.refuse()
    return stage.preview(connection(**ADOPT, reauthorize_triggers=[1]))


@TABLE.reads(
    "warning: Weld: the link to authorize the connection 'Shop' (stripe) has expired; `pulumi up` opens a "
    "new one.\n"
    "warning: Weld: the link to authorize 'Shop' again has expired, and Weld does not report whether it was "
    "used. The connection stays as it is; change reauthorize_triggers to ask again."
)
def its_link_has_expired_and_weld_does_not_tell(stage: Stage) -> str:
    stage.weld.set_reading("connection_created_at", "absent")
    again(stage)
    stage.weld.advance(25 * 3600)
    return stage.up(connection(**ADOPT, reauthorize_triggers=[1]))


@TABLE.reads("warning: Weld: connection <Shop> is authorized again, but Weld keeps its label 'Shop' instead of 'New'.")
def weld_keeps_its_label(stage: Stage) -> str:
    stage.weld.set_reading("reauthorize_renames", "no")
    stage.connection()
    stage.up(connection(**ADOPT))
    new = connection(**{**ADOPT, "label": "New"})
    stage.up(new)
    stage.weld.authorize()
    return stage.up(new)
