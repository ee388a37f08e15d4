"""Stripe's tables in Databricks, loaded by Weld: schema, privileges and sync in one program.

README.md lists the commands, and the values that a person enters in Weld in between.
"""

import pulumi
import pulumi_databricks as databricks

import weld_pulumi as weld

config = pulumi.Config()
# The catalog and the schema will contain data that Weld has loaded. Databricks deletes them with that data only if this
# is set: `pulumi config set force_destroy true`, then `pulumi up`.
force_destroy = config.get_bool("force_destroy") or False

# The target: a catalog with one schema for this source.
catalog = databricks.Catalog(
    "raw",
    name=config.get("catalog") or "raw",
    comment="Raw tables, loaded by Weld.",
    # Required only if the metastore has no default storage; for example s3://bucket/raw.
    storage_root=config.get("storage_root"),
    force_destroy=force_destroy,
)
schema = databricks.Schema(
    "stripe",
    catalog_name=catalog.name,
    name="weld_stripe",
    comment="Weld manages the tables: grant privileges on the schema, and do not declare its tables in Pulumi.",
    force_destroy=force_destroy,
)

# The loader: a service principal, which signs in with its application id and a secret.
loader = databricks.ServicePrincipal("weld-loader", display_name="Weld loader", databricks_sql_access=True)
credential = databricks.ServicePrincipalSecret("weld-loader", service_principal_id=loader.id)

# The warehouse that runs the loads. Each sync starts it, so auto_stop_mins largely determines the cost.
warehouse = databricks.SqlEndpoint(
    "weld",
    name="Weld",
    cluster_size="2X-Small",
    warehouse_type="PRO",
    enable_serverless_compute=True,
    max_num_clusters=1,
    auto_stop_mins=10,
)

# The privileges of the loader. A Grant adds to those of others; Grants (plural) would revoke theirs.
rights = [
    databricks.Permissions(
        "weld-warehouse",
        sql_endpoint_id=warehouse.id,
        # Despite the name of the field, Databricks expects the application id.
        access_controls=[{"service_principal_name": loader.application_id, "permission_level": "CAN_USE"}],
    ),
    databricks.Grant("weld-catalog", catalog=catalog.name, principal=loader.application_id, privileges=["USE_CATALOG"]),
    databricks.Grant(
        "weld-schema",
        schema=schema.id,
        principal=loader.application_id,
        # The volumes are for loaders that stage files before they copy them into a table.
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

# The source, which a person authorizes, and the sync of its tables into the schema.
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
weld.EltSync(
    "stripe-to-databricks",
    connection_id=stripe.id,
    # As an output of the schema: Pulumi creates the schema before the sync, and deletes it after the sync.
    destination_schema_name=schema.name,
    sync_interval="0 */6 * * *",
    source_streams=[
        {"name": "charges"},
        {"name": "refunds"},
        {"name": "customers", "hashed_columns": ["email", "phone"]},
    ],
    # The first run needs these privileges.
    opts=pulumi.ResourceOptions(depends_on=rights),
)

# The values to enter on Weld's page for the destination.
pulumi.export("server_hostname", warehouse.odbc_params.hostname)
pulumi.export("http_path", warehouse.odbc_params.path)
pulumi.export("catalog", catalog.name)
pulumi.export("client_id", loader.application_id)
pulumi.export("client_secret", credential.secret)
