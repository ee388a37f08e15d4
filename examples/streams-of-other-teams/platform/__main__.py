"""The platform team's stack: a connection and a sync, to which other teams add streams."""

import pulumi

import weld_pulumi as weld

shop = weld.Connection("shop", integration_id="postgres", label="Shop database")

sync = weld.EltSync(
    "shop",
    connection_id=shop.id,
    destination_schema_name="shop",
    sync_interval="30 * * * *",
    elt_settings={"replication_method": "standard"},
    # Without source_streams: this stack leaves the streams alone, whichever there are.
    # Streams of other stacks would be deleted with the sync, so Pulumi refuses to delete or replace it.
    opts=pulumi.ResourceOptions(protect=True),
)

pulumi.export("sync_id", sync.id)
pulumi.export("schema", sync.destination_schema_name)
