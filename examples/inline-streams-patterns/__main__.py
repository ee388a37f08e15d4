"""A database with hundreds of tables: patterns say which are copied, and exceptions what is special about some."""

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
        # Every table of two schemas. A table that appears there later shows up in the next preview.
        {"name": "public.*"},
        {"name": "sales.*"},
        # Of several patterns that match a table the last one wins, so exceptions come after the rule. Orders change
        # all over, and are copied as a whole every night.
        {"name": "sales.order*", "full_sync_at_midnight": True},
        # Taken away from what the patterns match: tables that nobody needs.
        {"name": "*.audit_log", "exclude": True},
        {"name": "*.batches", "exclude": True},
        # A plain name wins over every pattern, wherever it stands.
        weld.SourceStreamArgs(name="public.contacts", hashed_columns=PERSONAL),
        weld.SourceStreamArgs(name="public.customers", hashed_columns=PERSONAL, excluded_columns=["password_hash"]),
    ],
)

# The names that the patterns stand for today.
pulumi.export("streams", sync.stream_ids.apply(sorted))
pulumi.export("stream_count", sync.stream_ids.apply(len))
