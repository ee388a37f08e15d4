"""Quickstart: a source, two syncs and their streams, on Weld.

`make demo` runs this against a simulated Weld on your machine. To run it in your own Weld workspace:

    pulumi stack init dev
    pulumi config set --secret weld:apiKey      (asks for the key, from Weld's settings)
    pulumi up
"""

import pulumi

import weld_pulumi as weld

# A source account. A person has to give Weld access to it: `pulumi up` opens or prints a link, and continues once you
# have agreed. (In `make demo`, the simulator agrees immediately.)
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (quickstart)")

# A sync copies streams (tables) of the source into one schema of the destination, here every six hours. With inline
# streams, it has exactly those: a stream that is removed from the list is removed from the sync.
payments = weld.EltSync(
    "payments",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe",
    sync_interval="0 */6 * * *",
    source_streams=[
        {"name": "charges"},
        # The same as a dict or as a typed object. The e-mail address never reaches the destination in plain text.
        weld.SourceStreamArgs(name="customers", hashed_columns=["email"]),
    ],
)

# The alternative: a sync without a list, and each stream as a separate resource. That suits streams that different
# parts of a program, or different stacks, manage.
billing = weld.EltSync(
    "billing",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe_billing",
    sync_interval="0 3 * * *",
)
invoices = weld.SourceStream("invoices", elt_sync_id=billing.id)
refunds = weld.SourceStream("refunds", elt_sync_id=billing.id, full_sync_at_midnight=True)

pulumi.export("connection_id", stripe.id)
pulumi.export("connection_status", stripe.status)
# The link to open while the connection waits for a person; secret, and None once somebody has agreed.
pulumi.export("authorize_url", stripe.authorize_url)
pulumi.export("payments_sync_id", payments.id)
pulumi.export("payments_status", payments.status)
pulumi.export("billing_sync_id", billing.id)
pulumi.export("billing_status", billing.status)
pulumi.export("billing_stream_ids", {"invoices": invoices.id, "refunds": refunds.id})
