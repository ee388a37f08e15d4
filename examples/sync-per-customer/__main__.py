"""The stack of one customer. `deploy.py` runs it once for each, with the customer as configuration."""

import pulumi

import weld_pulumi as weld

config = pulumi.Config()
customer = pulumi.get_stack()

# All customers share one account of the platform. It is not part of a customer's stack, so it is only looked up.
platform = weld.get_connection(integration_id="stripe", label=config.require("connection_label"))

sync = weld.EltSync(
    "stripe",
    connection_id=platform.id,
    destination_schema_name=f"stripe_{customer}",
    sync_interval=config.get("sync_interval") or "0 */6 * * *",
    elt_settings={"account": config.require("stripe_account")},
    source_streams=[{"name": name} for name in config.require_object("streams")],
    # When a customer leaves, the data stays until somebody decides to delete it.
    deletion_policy="disable",
)

pulumi.export("sync_id", sync.id)
pulumi.export("schema", sync.destination_schema_name)
