"""The orders team's stack: its streams in the sync of the platform team."""

import pulumi

import weld_pulumi as weld

# The platform team's stack of the same name: dev for dev, production for production.
platform = f"{pulumi.get_organization()}/shop-platform/{pulumi.get_stack()}"


def required(sync_id: str | None) -> str:
    """Return the id; end the program if there is no sync."""
    if sync_id is None:
        raise pulumi.RunError(f"The stack {platform} has no sync. Its team has to run `pulumi up`.")
    return sync_id


sync_id = pulumi.StackReference(platform).get_output("sync_id").apply(required)

orders = weld.SourceStream("orders", elt_sync_id=sync_id, name="sales.orders", full_sync_at_midnight=True)
customers = weld.SourceStream(
    "customers", elt_sync_id=sync_id, name="sales.customers", hashed_columns=["email", "phone"]
)

pulumi.export("stream_ids", {"sales.orders": orders.id, "sales.customers": customers.id})
