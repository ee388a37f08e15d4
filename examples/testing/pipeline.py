"""The resources, in a separate module so that tests can import them."""

import weld_pulumi as weld

stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")

sync = weld.EltSync(
    "stripe",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe",
    sync_interval="0 */6 * * *",
    source_streams=[
        weld.SourceStreamArgs(name="charges"),
        weld.SourceStreamArgs(name="customers", hashed_columns=["email"]),
    ],
)
