"""The Weld workspace of a company and that of a subsidiary, in one program."""

import pulumi

import weld_pulumi as weld

config = pulumi.Config()

# Resources without a provider belong to the workspace of weld:apiKey.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
weld.EltSync(
    "stripe",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe",
    sync_interval="0 */6 * * *",
    source_streams=[{"name": "charges"}, {"name": "customers", "hashed_columns": ["email"]}],
)

# A provider stands for another workspace. Its key is secret in the state, like that of the first.
subsidiary = weld.Provider(
    "subsidiary",
    api_key=config.require_secret("subsidiary_key"),
    # None: the same URL as for the first workspace.
    api_url=config.get("subsidiary_url"),
)
there = pulumi.ResourceOptions(provider=subsidiary)
hubspot = weld.Connection("hubspot", integration_id="hubspot", label="HubSpot", opts=there)
weld.EltSync(
    "hubspot",
    connection_id=hubspot.id,
    destination_schema_name="weld_hubspot",
    sync_interval="0 3 * * *",
    source_streams=[{"name": "contacts", "hashed_columns": ["email"]}, {"name": "deals"}],
    opts=there,
)

pulumi.export("stripe_connection", stripe.id)
pulumi.export("hubspot_connection", hubspot.id)
