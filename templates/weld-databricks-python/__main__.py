"""A schema in Databricks, and the Weld sync that copies Stripe into it."""

import pulumi
import pulumi_databricks as databricks

import weld_pulumi as weld

config = pulumi.Config()

schema = databricks.Schema(
    "stripe",
    catalog_name=config.require("catalog"),
    name=config.require("schema"),
    comment="Loaded by Weld. Managed by the Pulumi project ${PROJECT}.",
)
# The privileges to load it, for the service principal with which Weld signs in.
loader = config.get("loader")
privileges = ["USE_SCHEMA", "CREATE_TABLE", "MODIFY", "SELECT", "CREATE_VOLUME", "READ_VOLUME", "WRITE_VOLUME"]
grants = [databricks.Grant("weld", schema=schema.id, principal=loader, privileges=privileges)] if loader else []

# A person authorizes the connection in the browser that `pulumi up` opens.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (${PROJECT})")

sync = weld.EltSync(
    "stripe",
    connection_id=stripe.id,
    destination_schema_name=schema.name,
    sync_interval=config.require("schedule"),
    source_streams=["charges", "refunds", {"name": "customers", "hashed_columns": ["email", "phone"]}],
    opts=pulumi.ResourceOptions(depends_on=grants),
)

pulumi.export("schema", schema.id)
pulumi.export("sync_id", sync.id)
