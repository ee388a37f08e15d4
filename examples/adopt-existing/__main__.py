"""Adopt a connection and a sync that somebody created in Weld's pages: nothing is created again, nothing is lost.

You can leave `adopt` in afterwards: it has an effect only while the resource is not in the stack yet.
"""

import pulumi

import weld_pulumi as weld

# The only connection with this integration and label. Nobody has to authorize it again.
hubspot = weld.Connection(
    "hubspot",
    integration_id="hubspot",
    label="HubSpot",
    adopt=True,
    # Removing the resource leaves the connection in Weld.
    deletion_policy="retain",
)

# The only sync of that connection into this schema; if there are several, write adopt="ID".
sync = weld.EltSync(
    "hubspot",
    connection_id=hubspot.id,
    destination_schema_name="raw_hubspot",
    sync_interval="0 */6 * * *",
    source_streams=[
        {"name": "contacts", "hashed_columns": ["email"]},
        {"name": "companies"},
        {"name": "deals"},
    ],
    adopt=True,
    deletion_policy="retain",
    # No `pulumi up` can replace or delete it, whatever changes above.
    opts=pulumi.ResourceOptions(protect=True),
)

pulumi.export("connection_id", hubspot.id)
pulumi.export("sync_id", sync.id)
pulumi.export("streams", sync.stream_ids.apply(sorted))
