"""A connection and a sync that somebody made in Weld's pages, taken over: nothing is made anew, nothing is lost.

`adopt` looks for what is there. Leave it in afterwards; it matters only while a resource is not in the stack yet.
"""

import pulumi

import weld_pulumi as weld

# The only connection with this integration and this label. Nobody has to authorize anything.
hubspot = weld.Connection(
    "hubspot",
    integration_id="hubspot",
    label="HubSpot",
    adopt=True,
    # What was there before Pulumi shall be there after it.
    deletion_policy="retain",
)

# The only sync of that connection into this schema; adopt="ID" names one where there are several.
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
    # So that no `pulumi up` can replace it, whatever is changed above.
    opts=pulumi.ResourceOptions(protect=True),
)

pulumi.export("connection_id", hubspot.id)
pulumi.export("sync_id", sync.id)
pulumi.export("streams", sync.stream_ids.apply(sorted))
