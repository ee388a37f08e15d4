"""Stripe's tables in Databricks, loaded by Weld: the place, the loader's rights and the sync, in one program.

What to run, and what a person types into Weld in between, is in README.md.
"""

import pulumi
import pulumi_databricks as databricks

import weld_pulumi as weld

config = pulumi.Config()
# The catalog and the schema come to hold data that Weld has loaded. Databricks removes them with that data only if
# this is set: `pulumi config set force_destroy true`, then `pulumi up`.
force_destroy = config.get_bool("force_destroy") or False

# The place: a catalog, and in it one schema for this source.
catalog = databricks.Catalog(
    "raw",
    name=config.get("catalog") or "raw",
    comment="Tables as they are in their sources; Weld loads them.",
    # Needed only where the metastore has no storage of its own, for example s3://bucket/raw.
    storage_root=config.get("storage_root"),
    force_destroy=force_destroy,
)
schema = databricks.Schema(
    "stripe",
    catalog_name=catalog.name,
    name="weld_stripe",
    comment="Weld owns the tables in here: give rights on the schema, and none of its tables to Pulumi.",
    force_destroy=force_destroy,
)

# Who loads: a service principal, which signs in with its application id and a secret.
loader = databricks.ServicePrincipal("weld-loader", display_name="Weld loader", databricks_sql_access=True)
credential = databricks.ServicePrincipalSecret("weld-loader", service_principal_id=loader.id)

# What runs the loads. Each sync wakes it up, so how soon it goes to sleep again decides about the bill.
warehouse = databricks.SqlEndpoint(
    "weld",
    name="Weld",
    cluster_size="2X-Small",
    warehouse_type="PRO",
    enable_serverless_compute=True,
    max_num_clusters=1,
    auto_stop_mins=10,
)

# What the loader may do. A Grant adds to the rights of others; Grants (with an s) would take theirs away.
rights = [
    databricks.Permissions(
        "weld-warehouse",
        sql_endpoint_id=warehouse.id,
        # Called a name, but Databricks wants the application id.
        access_controls=[{"service_principal_name": loader.application_id, "permission_level": "CAN_USE"}],
    ),
    databricks.Grant("weld-catalog", catalog=catalog.name, principal=loader.application_id, privileges=["USE_CATALOG"]),
    databricks.Grant(
        "weld-schema",
        schema=schema.id,
        principal=loader.application_id,
        # The volumes are for loaders that put files there before they copy them into a table.
        privileges=[
            "USE_SCHEMA",
            "CREATE_TABLE",
            "MODIFY",
            "SELECT",
            "CREATE_VOLUME",
            "READ_VOLUME",
            "WRITE_VOLUME",
        ],
    ),
]

# What is loaded: a source that a person authorizes, and the sync of its tables into the schema.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
weld.EltSync(
    "stripe-to-databricks",
    connection_id=stripe.id,
    # The name as an output of the schema: Pulumi makes the schema before the sync, and removes it after.
    destination_schema_name=schema.name,
    sync_interval="0 */6 * * *",
    source_streams=[
        {"name": "charges"},
        {"name": "refunds"},
        {"name": "customers", "hashed_columns": ["email", "phone"]},
    ],
    # The first run must find its rights in place.
    opts=pulumi.ResourceOptions(depends_on=rights),
)

# What a person types into Weld's page for the destination.
pulumi.export("server_hostname", warehouse.odbc_params.hostname)
pulumi.export("http_path", warehouse.odbc_params.path)
pulumi.export("catalog", catalog.name)
pulumi.export("client_id", loader.application_id)
pulumi.export("client_secret", credential.secret)
