"""A sync that the workflows in .github/workflows preview, deploy and check."""

import pulumi

import weld_pulumi as weld

# Nobody sits at the machine that deploys: `up` opens the link, and does not wait for it to be used.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe (production)", authorization_timeout=0)

weld.EltSync(
    "stripe-to-databricks",
    connection_id=stripe.id,
    destination_schema_name="weld_stripe",
    sync_interval="0 */6 * * *",
    source_streams=["charges", {"name": "customers", "hashed_columns": ["email"]}],
    # While the connection waits, the deployment succeeds without the sync; a later one creates it.
    on_pending_connection="skip",
)

# The labels of the connections that wait for a person: deploy.yml writes them into the summary of its job.
connections = [stripe]
statuses = pulumi.Output.all(*[[each.label, each.status] for each in connections])
pulumi.export("waiting", statuses.apply(lambda all: ", ".join(label for label, status in all if status == "PENDING")))
