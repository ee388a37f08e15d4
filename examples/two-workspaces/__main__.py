"""The company's own Weld workspace, and that of a subsidiary: two keys, one program."""

import pulumi

import weld_pulumi as weld

config = pulumi.Config()

# Without a provider, a resource belongs to the workspace of weld:apiKey.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
weld.EltSync(
    "stripe",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe",
    sync_interval="0 */6 * * *",
    source_streams=[{"name": "charges"}, {"name": "customers", "hashed_columns": ["email"]}],
)

# A provider is another workspace. Its key stays secret in the state, as that of the first does.
subsidiary = weld.Provider(
    "subsidiary",
    api_key=config.require_secret("subsidiary_key"),
    # None: the same address as for the first workspace.
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
