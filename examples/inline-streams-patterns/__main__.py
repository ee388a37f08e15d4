"""A database with hundreds of tables: patterns select the tables to copy, other entries define exceptions."""

import pulumi

import weld_pulumi as weld

shop = weld.Connection("shop", integration_id="postgres", label="Shop database")

# Personal data that must not reach the destination in plain text.
PERSONAL = ["email", "phone"]

sync = weld.EltSync(
    "shop",
    connection_id=shop.id,
    destination_schema_name="shop",
    sync_interval="30 * * * *",
    elt_settings={"replication_method": "standard"},
    source_streams=[
        # Every table of two schemas. A table that is created later appears in the next preview.
        {"name": "public.*"},
        {"name": "sales.*"},
        # Of several patterns that match a table, the last one wins, so exceptions follow the rule. Old orders change
        # too, so these tables are copied in full every night.
        {"name": "sales.order*", "full_sync_at_midnight": True},
        # Exclude tables that nobody needs from those that the patterns match.
        {"name": "*.audit_log", "exclude": True},
        {"name": "*.batches", "exclude": True},
        # A plain name wins over every pattern, regardless of order.
        weld.SourceStreamArgs(name="public.contacts", hashed_columns=PERSONAL),
        weld.SourceStreamArgs(name="public.customers", hashed_columns=PERSONAL, excluded_columns=["password_hash"]),
    ],
)

# The streams that the patterns match today.
pulumi.export("streams", sync.stream_ids.apply(sorted))
pulumi.export("stream_count", sync.stream_ids.apply(len))
