"""EltSync: what a preview refuses, what it warns of, and what `up` says of what it has done."""

from __future__ import annotations

from .stage import Ref, Stage, Table, connection, sync

TABLE = Table()

SHOP = {"integration_id": "stripe", "label": "Shop", "adopt": True}
PENDING = connection("new", label="New")


# Arguments that only Weld can judge --------------------------------------------------------------------------------


@TABLE.reads("connection_id: there is no connection 'nope' in Weld; `weld-pulumi connections` lists them")
def a_connection_that_is_not_there(stage: Stage) -> str:
    return stage.refusal(sync("nope"))


@TABLE.reads(
    "orchestration_workflow_id: there is no orchestration 'nope'; Weld has: '<Daily refresh>' (Daily refresh), "
    "'<Hourly marketing>' (Hourly marketing), '<Month end>' (Month end)"
)
def an_orchestration_that_is_not_there(stage: Stage) -> str:
    return stage.refusal(sync(stage.connection(), orchestration_workflow_id="nope"))


@TABLE.reads("start_date: is not supported by the integration 'google-drive'; leave it out")
def a_start_date_that_the_integration_does_not_know(stage: Stage) -> str:
    return stage.refusal(
        sync(stage.connection(integration_id="google-drive"), start_date="2024-01-31", elt_settings={"folder_id": "f"})
    )


@TABLE.reads(
    "warning: Weld: sync 'shop': elt_settings.acount is not a setting in Weld's schema; did you mean 'account'?"
)
def a_setting_that_is_misspelled(stage: Stage) -> str:
    stage.weld.set_settings_schema("stripe", {"type": "object", "properties": {"account": {"type": "string"}}})
    return stage.preview(sync(stage.connection(), elt_settings={"acount": "a"}))


@TABLE.reads(
    "warning: Weld: source_streams of 'raw': the pattern 'tmp_*' matches no stream.\n"
    "warning: Weld: source_streams of 'raw': the exclusion 'gone' matches no stream."
)
def patterns_that_match_nothing(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "other")
    entries = [{"name": "tmp_*"}, {"name": "char*"}, {"name": "gone", "exclude": True}]
    return stage.preview(sync(id, source_streams=entries))


@TABLE.reads(
    "Weld: streams of a sync whose connection has no sync yet are checked in `pulumi up`: Weld cannot list them before."
)
def streams_that_cannot_be_checked(stage: Stage) -> str:
    return stage.preview(sync(stage.connection(), source_streams=[{"name": "charges"}]))


@TABLE.reads(
    "warning: Weld: sync 'shop' is the first of its connection, so its streams are compared with those of "
    "sync <theirs>, which has the same integration: source_streams[0].name: 'chargess' is not a stream of "
    "this source; did you mean 'charges'?, the pattern 'zz*' matches no stream. `pulumi up` checks them."
)
def streams_that_another_connection_does_not_have(stage: Stage) -> str:
    stage.sync(stage.connection("Other"), "theirs")
    return stage.preview(sync(stage.connection(), source_streams=[{"name": "chargess"}, {"name": "zz*"}]))


# What is there already ---------------------------------------------------------------------------------------------


@TABLE.reads(
    "destination_schema_name: Weld has this sync already: <raw> (connection <Shop>, schema 'raw'); two "
    "stacks must not share one. To adopt it, write adopt='<raw>'."
)
def a_sync_of_somebody_else(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, sync_interval="0 * * * *")
    return stage.refusal(sync(id))


@TABLE.reads(
    "destination_schema_name: Weld has this sync already: <raw> (connection <Shop>, schema 'raw'); 'shop' of "
    "this program also manages it. Remove one of the two resources, or write another "
    "destination_schema_name, sync_interval, elt_settings or start_date in one of them."
)
def a_sync_of_another_resource(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    return stage.refusal(sync(id), sync(id, "again"))


@TABLE.reads(
    "destination_schema_name: Weld has this sync already: <raw> (connection <Shop>, schema 'raw'); 'shop' of "
    "this stack manages it. If 'renamed' is the new name of 'shop', write "
    "aliases=[pulumi.Alias(name='shop')] in its options; otherwise remove one of the two resources, or write "
    "another destination_schema_name, sync_interval, elt_settings or start_date in one of them."
)
def a_sync_of_a_resource_with_a_former_name(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    return stage.refusal(sync(id, "renamed"))


@TABLE.reads(
    "Weld has this sync already: <raw> (connection <Shop>, schema 'raw'); this resource manages it. To replace it "
    "anyway, run `pulumi destroy --target URN --target-dependents` and then `pulumi up`."
)
def a_sync_that_is_replaced_by_option(stage: Stage) -> str:
    program = sync(stage.connection())
    stage.up(program)
    # With `--replace` the engine checks the resource like a new one.
    return str(stage.stack.process().call("EltSync", "shop").check({}, program.props).failures[0].reason)


@TABLE.reads(
    "destination_schema_name: 'shop' of this program would create the same sync; remove one of the "
    "two resources, or write another destination_schema_name, sync_interval, elt_settings or start_date in one "
    "of them"
)
def two_new_syncs_that_are_the_same(stage: Stage) -> str:
    id = stage.connection()
    return stage.refusal(sync(id), sync(id, "twin", enabled=False))


@TABLE.reads(
    "destination_schema_name: Weld has this sync already: <two> (connection <Shop>, schema 'two'); 'two' of "
    "this stack manages it. To exchange two syncs, exchange the names of the resources with `pulumi state "
    "rename`."
)
def two_syncs_that_are_exchanged(stage: Stage) -> str:
    id = stage.connection()
    one, two = (sync(id, name, destination_schema_name=name) for name in ("one", "two"))
    stage.up(one, two)
    exchanged = [sync(id, "one", destination_schema_name="two"), sync(id, "two", destination_schema_name="three")]
    return stage.refusal(*exchanged)


@TABLE.reads(
    "warning: Weld: sync 'shop': sync <raw> (schema 'raw', interval '0 0 * * *') also writes into the schema "
    "'raw'. Where stream names are the same, both write the same tables; write another "
    "destination_schema_name unless that is intended."
)
def a_sync_into_the_schema_of_another(stage: Stage) -> str:
    stage.sync(stage.connection("Other"), "raw")
    return stage.preview(sync(stage.connection()))


@TABLE.reads(
    "warning: Weld: sync 'more': 'shop' of this program also writes into the schema 'raw'. Where stream "
    "names are the same, both write the same tables; write another destination_schema_name unless that is "
    "intended."
)
def two_syncs_of_a_program_into_one_schema(stage: Stage) -> str:
    id = stage.connection()
    return stage.preview(sync(id), sync(id, "more", sync_interval="5 5 * * *"))


@TABLE.reads(
    "warning: Weld: sync 'renamed': 'shop' of this stack (sync <raw>) also writes into the schema 'raw'. Where "
    "stream names are the same, both write the same tables; write another destination_schema_name unless that is "
    "intended. If 'renamed' is the new name of 'shop', write aliases=[pulumi.Alias(name='shop')] in its options."
)
def a_sync_into_the_schema_of_a_former_name(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    return stage.preview(sync(id, "renamed", sync_interval="5 5 * * *"))


@TABLE.reads(
    "warning: Weld: Weld does not report the schema of <theirs> (schema not reported, interval not "
    "reported), so it is unknown whether a sync into 'raw' already exists. To adopt one instead of creating "
    "another, write adopt='<theirs>'."
)
def a_sync_whose_schema_weld_does_not_report(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "theirs", sync_interval="0 * * * *")
    stage.weld.set_readings({"optional_fields": "left_out"})
    return stage.preview(sync(id))


# Taking over -------------------------------------------------------------------------------------------------------


@TABLE.reads(
    "adopt: adopt=True: Weld has no sync of connection <Shop> into schema 'raw'. Syncs of this connection: "
    "<theirs> (schema 'theirs', interval '0 5 * * *'). Leave adopt out to create one."
)
def no_sync_to_adopt(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "theirs", sync_interval="0 5 * * *")
    return stage.refusal(sync(id, adopt=True))


@TABLE.reads(
    "adopt: adopt=True: Weld has 2 syncs of connection <Shop> into schema 'raw'. Syncs of this connection: "
    "<RAW> (schema 'RAW', interval '0 0 * * *'); <Raw> (schema 'Raw', interval '0 0 * * *'). Write the id of "
    "the right one, as in adopt='<RAW>'."
)
def several_syncs_to_adopt(stage: Stage) -> str:
    id = stage.connection()
    one, two = stage.sync(id, "one"), stage.sync(id, "two")
    stage.weld.patch_sync(one, destination_schema_name="Raw")
    stage.weld.patch_sync(two, destination_schema_name="RAW")
    return stage.refusal(sync(id, adopt=True))


@TABLE.reads(
    "adopt: adopt='nope': Weld has no such sync. Syncs of this connection: <theirs> (schema 'theirs', "
    "interval '0 5 * * *'). Leave adopt out to create one."
)
def a_sync_to_adopt_that_is_not_there(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "theirs", sync_interval="0 5 * * *")
    return stage.refusal(sync(id, adopt="nope"))


@TABLE.reads(
    "adopt: adopt='nope': Weld has no such sync. `weld-pulumi syncs` lists those that exist. Leave adopt out "
    "to create one."
)
def a_sync_to_adopt_that_is_not_there_of_a_connection_to_come(stage: Stage) -> str:
    return stage.refusal(connection("new"), sync(Ref("new"), adopt="nope"))


@TABLE.reads(
    "adopt: adopt='<theirs>': that sync has connection <Other> and schema 'theirs', which cannot be changed; "
    "write these, or adopt another sync."
)
def a_sync_to_adopt_of_another_kind(stage: Stage) -> str:
    theirs = stage.sync(stage.connection("Other"), "theirs")
    return stage.refusal(sync(stage.connection(), adopt=theirs))


@TABLE.reads("adopt: adopt=True: 'shop' of this program also manages sync <raw>; remove one of the two resources.")
def a_sync_to_adopt_that_another_resource_has(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    return stage.refusal(sync(id), sync(id, "again", adopt=True))


@TABLE.reads(
    "warning: Weld: adopt=True of 'shop': the sync to adopt is unknown until `pulumi up`, because its "
    "connection or schema is. Connections that this program adopts have: <raw> (schema 'raw', interval '0 "
    "0 * * *'); <raw> (schema 'raw', interval '0 0 * * *'). Write adopt='ID' to see it in preview."
)
def a_sync_to_adopt_that_is_not_known_yet(stage: Stage) -> str:
    for name in ("one", "two"):
        stage.weld.patch_sync(stage.sync(stage.connection(name), name), destination_schema_name="raw")
    adopted = [connection(name, label=name, adopt=True, deletion_policy="retain") for name in ("one", "two")]
    lines = stage.preview(*adopted, sync(Ref("one"), adopt=True)).splitlines()
    return next(line for line in lines if "unknown" in line)


@TABLE.reads(
    "Weld: adopts sync <raw> (schema 'raw', interval '0 5 * * *'), disabled; different from the program: "
    "sync_interval, enabled, source_streams.\n"
    "Weld: sync 'shop': adds refunds; keeps payouts until the `pulumi up` after this one"
)
def an_adoption(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "raw", sync_interval="0 5 * * *", streams=["charges", "payouts"])
    return stage.preview(sync(id, adopt=True, source_streams=[{"name": "charges"}, {"name": "refunds"}]))


@TABLE.reads(
    "Weld: adopts sync <raw> (schema not reported, interval not reported), enabled; different from the "
    "program: nothing; not reported by Weld: destination_schema_name, elt_settings, sync_interval."
)
def an_adoption_of_what_weld_does_not_report(stage: Stage) -> str:
    id = stage.connection()
    made = stage.sync(id, "raw", enabled=True)
    stage.weld.set_readings({"optional_fields": "left_out"})
    return stage.preview(sync(id, adopt=made, elt_settings={"account": "a"}))


@TABLE.reads(
    "Weld: adopts sync <raw> (schema 'raw', interval '0 * * * *'), enabled; different from the program: "
    "nothing.\n"
    "Weld: 'shop' of this stack manages sync <raw>. If 'renamed' is the new name of 'shop', write "
    "aliases=[pulumi.Alias(name='shop')] in its options."
)
def an_adoption_under_a_new_name(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id))
    return stage.preview(sync(id, "renamed", adopt=True))


@TABLE.reads(
    "Weld: adopts sync <raw> (schema 'raw', interval '0 0 * * *'), disabled; different from the program: "
    "sync_interval, enabled.\n"
    "Weld: adopted sync <raw>; removing the EltSync from the stack applies its deletion_policy."
)
def an_adoption_that_is_done(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "raw")
    return stage.up(sync(id, adopt=True))


@TABLE.reads(
    "Weld: sync <raw> was adopted as it was, and differs from the program in: source_streams.\n"
    "Weld: sync 'shop': removes payouts"
)
def what_was_adopted_differs(stage: Stage) -> str:
    id = stage.connection()
    stage.sync(id, "raw", sync_interval="0 * * * *", enabled=True, streams=["payouts"])
    program = sync(id, adopt=True, source_streams=[{"name": "charges"}])
    stage.up(program)
    return stage.preview(program)
