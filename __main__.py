"""Quickstart: a source, two syncs and their streams, on Weld.

`make demo` runs this on a Weld that lives on your machine. To run it on your own Weld workspace:

    pulumi stack init dev
    pulumi config set --secret weld:apiKey      (asks for the key; you find it in Weld's settings)
    pulumi up
"""

import pulumi

import weld_pulumi as weld

# A source account. Weld is given access to it by a person: `pulumi up` prints a link, you open it and agree, and `up`
# goes on by itself. (Weld on your machine agrees at once.)
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (quickstart)")

# A sync copies streams (tables) of the source into one schema of the destination, here every six hours. With its
# streams listed inline it has exactly these: what is taken out of the list is taken out of the sync.
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

# The other way: a sync without a list, and each stream a resource of its own. That suits streams that different parts
# of a program, or different stacks, look after.
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
# The link to open while the connection waits for a person; secret, and empty once somebody has agreed.
pulumi.export("authorize_url", stripe.authorize_url)
pulumi.export("payments_sync_id", payments.id)
pulumi.export("payments_status", payments.status)
pulumi.export("billing_sync_id", billing.id)
pulumi.export("billing_status", billing.status)
pulumi.export("billing_stream_ids", {"invoices": invoices.id, "refunds": refunds.id})
