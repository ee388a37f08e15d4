"""Stripe's tables in Databricks, loaded by Weld, and what uses them, in one program.

README.md lists the commands, and the values that a person enters in Weld in between.
"""

import pulumi
import pulumi_databricks as databricks

import weld_pulumi as weld

config = pulumi.Config()
# The catalog and the schema will contain data that Weld has loaded. Databricks deletes them with that data only if this
# is set: `pulumi config set force_destroy true`, then `pulumi up`.
force_destroy = config.get_bool("force_destroy") or False
# The group that reads the tables. It must exist in the Databricks account.
readers = config.get("readers") or "analysts"

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
streams = [
    weld.SourceStreamArgs(name="charges"),
    weld.SourceStreamArgs(name="refunds"),
    weld.SourceStreamArgs(name="customers", hashed_columns=["email", "phone"]),
]
stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
sync = weld.EltSync(
    "stripe-to-databricks",
    connection_id=stripe.id,
    # As an output of the schema: Pulumi creates the schema before the sync, and deletes it after the sync.
    destination_schema_name=schema.name,
    sync_interval="0 */6 * * *",
    source_streams=streams,
    # The first run needs these privileges.
    opts=pulumi.ResourceOptions(depends_on=rights),
)
# Schema and sync cannot both be an argument of the other, so the tag is a resource of its own.
databricks.EntityTagAssignment(
    "weld-sync", entity_type="schemas", entity_name=schema.id, tag_key="weld_sync_id", tag_value=sync.id
)

# `up` waits here until Weld has loaded each table once. What needs the tables depends on this.
first_load = weld.EltSyncRun(
    "first-load",
    elt_sync_id=sync.id,
    # A stream that is added later is loaded before what uses its table is created.
    triggers=[stream.name for stream in streams],
)
loaded = pulumi.ResourceOptions(depends_on=[first_load])
charges, refunds = (pulumi.Output.concat(schema.id, ".", name) for name in ("charges", "refunds"))

# Readers may use two of the tables. A privilege on the schema would include the customers.
databricks.Grant("readers-catalog", catalog=catalog.name, principal=readers, privileges=["USE_CATALOG"])
databricks.Grant("readers-schema", schema=schema.id, principal=readers, privileges=["USE_SCHEMA"])
for name, table in {"readers-charges": charges, "readers-refunds": refunds}.items():
    databricks.Grant(name, table=table, principal=readers, privileges=["SELECT"], opts=loaded)

# A report in a schema of its own. Databricks runs the job whenever Weld has written to one of its tables.
reports = databricks.Schema("reports", catalog_name=catalog.name, name="reports", force_destroy=force_destroy)
query = databricks.Query(
    "revenue",
    display_name="Revenue by day",
    warehouse_id=warehouse.id,
    catalog=catalog.name,
    schema=reports.name,
    query_text=pulumi.Output.format(
        """CREATE OR REPLACE TABLE revenue_by_day AS
SELECT day, currency, SUM(amount) AS amount
FROM (
    SELECT DATE(created) AS day, currency, amount FROM {charges}
    UNION ALL
    SELECT DATE(created) AS day, currency, -amount FROM {refunds}
)
GROUP BY day, currency""",
        charges=charges,
        refunds=refunds,
    ),
)
databricks.Job(
    "refresh-revenue",
    name="Revenue by day",
    tasks=[
        {"task_key": "revenue", "sql_task": {"warehouse_id": warehouse.id, "query": {"query_id": query.id}}},
    ],
    trigger={
        "table_update": {
            "table_names": [charges, refunds],
            "condition": "ANY_UPDATED",
            # One run for all the tables of a sync.
            "wait_after_last_change_seconds": 300,
        },
    },
    opts=loaded,
)

# The values to enter on Weld's page for the destination.
pulumi.export("server_hostname", warehouse.odbc_params.hostname)
pulumi.export("http_path", warehouse.odbc_params.path)
pulumi.export("catalog", catalog.name)
pulumi.export("client_id", loader.application_id)
pulumi.export("client_secret", credential.secret)
