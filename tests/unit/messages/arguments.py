"""Arguments that cannot be meant, by their values alone: texts, flags, lists, names, dates."""

from __future__ import annotations

from typing import Any

from tests.unit.validation.offered import Offered, Retirement
from weld_pulumi.provider.elt_sync.checks import schedule_problem
from weld_pulumi.schema.attributes import Schema as Arguments
from weld_pulumi.schema.connection import CONNECTION
from weld_pulumi.schema.elt_sync import ELT_SYNC
from weld_pulumi.schema.streams import SOURCE_STREAM
from weld_pulumi.validation.dates import canonical_date
from weld_pulumi.validation.flags import stream_problems
from weld_pulumi.validation.integrations import integration_problem
from weld_pulumi.validation.schema_names import schema_name_problem
from weld_pulumi.validation.streams import unknown_stream_problems

from .stage import Stage, Table, raised, sync

TABLE = Table()

SOUND: dict[str, Any] = {
    "connection_id": "c1",
    "destination_schema_name": "raw",
    "sync_interval": "0 * * * *",
    "integration_id": "stripe",
    "label": "Shop",
    "elt_sync_id": "s1",
    "name": "charges",
}


def of(table: Arguments, **given: Any) -> str:
    """What is said of these arguments, where the others are sound."""
    sound = {name: value for name, value in SOUND.items() if name in table}
    _, problems = table.canonical({**sound, **given})
    return "\n".join(f"{problem.path}: {problem.reason}" for problem in problems)


def entry(**given: Any) -> str:
    """What is said of one entry of ``source_streams``."""
    return of(ELT_SYNC, source_streams=[{"name": "charges", **given}])


# Kinds of values ---------------------------------------------------------------------------------------------------

TABLE.add("connection_id: 5 is not a text; write it in quotes", lambda _: of(ELT_SYNC, connection_id=5))
TABLE.add("connection_id: is empty; write a text or leave the argument out", lambda _: of(ELT_SYNC, connection_id=" "))
TABLE.add(
    "connection_id: '..' is not a valid Weld id; `weld-pulumi connections` and `weld-pulumi syncs` list ids",
    lambda _: of(ELT_SYNC, connection_id=".."),
)
TABLE.add("connection_id: is missing; it is required", lambda _: of(ELT_SYNC, connection_id=None))
TABLE.add("enabled: 'yes' is neither True nor False", lambda _: of(ELT_SYNC, enabled="yes"))
TABLE.add("adopt: 5 is neither True nor False nor an id in quotes", lambda _: of(ELT_SYNC, adopt=5))
TABLE.add(
    "elt_settings: is not a dict; write for example {'account': 'acct_1'}",
    lambda _: of(ELT_SYNC, elt_settings=["account"]),
)
TABLE.add(
    ("elt_settings: holds something that is not JSON data (an asset or an object); write texts, numbers, lists, dicts"),
    lambda _: of(ELT_SYNC, elt_settings={"account": object()}),
)
TABLE.add(
    "run_triggers: is neither a list nor a dict; write for example ['2026-11-22'] and change it to fire",
    lambda _: of(ELT_SYNC, run_triggers="now"),
)
TABLE.add(
    "deletion_policy: 'keep' is not one of 'delete', 'disable', 'retain'",
    lambda _: of(ELT_SYNC, deletion_policy="keep"),
)
TABLE.add(
    "on_pending_connection: 'wait' is not one of 'fail', 'skip'", lambda _: of(ELT_SYNC, on_pending_connection="wait")
)
TABLE.add("on_new_streams: 'ask' is not one of 'add', 'ignore', 'fail'", lambda _: of(ELT_SYNC, on_new_streams="ask"))
TABLE.add(
    "destination_schema_name: 5 is not a text; write it in quotes", lambda _: of(ELT_SYNC, destination_schema_name=5)
)
TABLE.add(
    "sync_interval: 6 is not a text; write a cron expression in quotes, such as '0 */6 * * *'",
    lambda _: of(ELT_SYNC, sync_interval=6),
)
TABLE.add(
    "start_date: 2024 is not a text; write a date in quotes, such as '2024-01-31'",
    lambda _: of(ELT_SYNC, start_date=2024),
)
TABLE.add(
    "excluded_columns: 'email' is not a list; write a list of names, for example ['email']",
    lambda _: of(SOURCE_STREAM, excluded_columns="email"),
)
TABLE.add(
    "hashed_columns: 5 is not a name; write a list of texts, for example ['email']",
    lambda _: of(SOURCE_STREAM, hashed_columns=[5]),
)
TABLE.add(
    "incremental_pointer_id: is not a text; write the id of the column, for example 'updated_at'",
    lambda _: of(SOURCE_STREAM, incremental_pointer_id=5),
)
TABLE.add(
    ("authorization_timeout: '10 min' is not a number of seconds from 0 to 86400; write 600, or 0 not to wait"),
    lambda _: of(CONNECTION, authorization_timeout="10 min"),
)
TABLE.add(
    "redirect_uri: 5 is not a text; write a URL in quotes, such as 'https://example.com/done'",
    lambda _: of(CONNECTION, redirect_uri=5),
)
TABLE.add(
    "redirect_uri: 'http://[' is not a URL; write for example 'https://example.com/done'",
    lambda _: of(CONNECTION, redirect_uri="http://["),
)
TABLE.add(
    (
        "redirect_uri: 'http://example.com': Weld accepts https:// without port and query, or "
        "http://localhost with any port; leave it out, and this run listens"
    ),
    lambda _: of(CONNECTION, redirect_uri="http://example.com"),
)

# Names of arguments ------------------------------------------------------------------------------------------------

TABLE.add("nmae: is not an argument here; did you mean 'name'?", lambda _: of(SOURCE_STREAM, nmae="charges"))
TABLE.add(
    (
        "source_streams[0].zzz: is not an argument here; remove it; arguments here are: name, "
        "incremental_pointer_id, excluded_columns, hashed_columns, full_sync_always, full_sync_at_midnight, "
        "protected_from_full_sync, excluded_substreams, enabled_history_table, run_triggers, "
        "full_refresh_triggers, reset_history_table, exclude"
    ),
    lambda _: entry(zzz=1),
)
TABLE.add(
    ("sync_interval: is missing; write a cron expression such as '0 */6 * * *', or give orchestration_workflow_id"),
    lambda _: "\n".join(f"{p.path}: {p.reason}" for p in schedule_problem({})),
)

# What can be sent nowhere ------------------------------------------------------------------------------------------

TABLE.add(
    ": elt_settings: contains half a character (a lone surrogate); write the whole character",
    lambda stage: stage.refusal(sync("c1", elt_settings={"a": "\ud800"})),
)
TABLE.add(
    ": elt_settings: contains NaN or infinity; write a finite number",
    lambda stage: stage.refusal(sync("c1", elt_settings={"a": float("nan")})),
)


@TABLE.reads(": elt_settings: is nested more than 64 levels deep")
def nested_too_deeply(stage: Stage) -> str:
    value: list[Any] = []
    for _ in range(200):
        value = [value]
    return stage.refusal(sync("c1", elt_settings={"a": value}))


# Streams of a sync -------------------------------------------------------------------------------------------------

OFFERED = {
    each.name: each
    for each in (
        Offered("customers", sub_streams=["customer_tags", "customer_texts"]),
        Offered("plain", sub_streams=[]),
        Offered("hidden", is_selectable=False),
        Offered("old", retired=True),
        Offered("older", retired=True, retirement_details=Retirement("customers", "2026-03-01T00:00:00.000Z")),
    )
}


def unknown(name: str, **given: Any) -> str:
    """What is said of a stream that is not offered so."""
    return "\n".join(f"{p.path}: {p.reason}" for p in unknown_stream_problems([{"name": name, **given}], OFFERED))


TABLE.add(
    "source_streams: is not a list; write a list of names or dicts, for example ['charges']",
    lambda _: of(ELT_SYNC, source_streams="charges"),
)
TABLE.add(
    "source_streams[0]: is neither a name nor a dict; write 'charges' or {'name': 'charges', …}",
    lambda _: of(ELT_SYNC, source_streams=[5]),
)
TABLE.add(
    "source_streams[1].name: 'charges' is already listed at source_streams[0]; remove one of the two entries",
    lambda _: of(ELT_SYNC, source_streams=["charges", {"name": "charges"}]),
)
TABLE.add("source_streams[0].name: is empty; write a text or leave the argument out", lambda _: entry(name=" "))
TABLE.add(
    "name: is empty; write the name of a stream, `weld-pulumi streams SYNC_ID` lists them",
    lambda _: ": ".join(stream_problems({"name": " "})[0]),
)
TABLE.add(
    (
        "source_streams[0].full_sync_always: contradicts protected_from_full_sync, which prevents full syncs; "
        "set only one of the two to True"
    ),
    lambda _: entry(protected_from_full_sync=True, full_sync_always=True),
)
TABLE.add(
    (
        "source_streams[0].hashed_columns: column 'email' is also in excluded_columns, so there is nothing to "
        "hash; keep it in one of the two lists"
    ),
    lambda _: entry(excluded_columns=["email"], hashed_columns=["email"]),
)
TABLE.add(
    (
        "source_streams[0].full_sync_always: has no effect with exclude=True, which removes the matching "
        "streams; remove one of the two"
    ),
    lambda _: entry(exclude=True, full_sync_always=True),
)
TABLE.add(
    "source_streams[0].name: 'custmers' is not a stream of this source; did you mean 'customers'?",
    lambda _: unknown("custmers"),
)
TABLE.add(
    (
        "source_streams[0].name: 'x' is not a stream of this source; write 'customers', 'hidden', 'old', 'older' "
        "or 'plain'"
    ),
    lambda _: unknown("x"),
)
TABLE.add("source_streams[0].name: 'hidden' cannot be selected in Weld; remove the entry", lambda _: unknown("hidden"))
TABLE.add(
    "source_streams[0].name: 'old' is retired; Weld names no replacement, so remove the entry", lambda _: unknown("old")
)
TABLE.add(
    "source_streams[0].name: 'older' is retired and stops syncing on 2026-03-01; write 'customers' instead",
    lambda _: unknown("older"),
)
TABLE.add(
    (
        "source_streams[0].excluded_substreams[0]: 'customer_tag' is not a sub-stream of 'customers'; did you mean "
        "'customer_tags' or 'customer_texts'?"
    ),
    lambda _: unknown("customers", excluded_substreams=["customer_tag"]),
)
TABLE.add(
    (
        "source_streams[0].excluded_substreams[0]: 'x' is not a sub-stream of 'customers'; write 'customer_tags' "
        "or 'customer_texts'"
    ),
    lambda _: unknown("customers", excluded_substreams=["x"]),
)
TABLE.add(
    ("source_streams[0].excluded_substreams[0]: 'x' is not a sub-stream of 'plain'; it has none, so remove the name"),
    lambda _: unknown("plain", excluded_substreams=["x"]),
)

# Names of schemas and integrations ---------------------------------------------------------------------------------

TABLE.add(
    "is empty; write the name of the schema that receives the tables, for example 'weld_stripe'",
    lambda _: str(schema_name_problem(" ")),
)
TABLE.add(
    "has 256 characters, Databricks allows 255; write a shorter name", lambda _: str(schema_name_problem("x" * 256))
)
TABLE.add(
    "'my schema' has a space, which Databricks rejects in a name; write 'my_schema'",
    lambda _: str(schema_name_problem("my schema")),
)
TABLE.add(
    "'raw/stripe' has a slash, which Databricks rejects in a name; write 'raw_stripe'",
    lambda _: str(schema_name_problem("raw/stripe")),
)
TABLE.add(
    "'a.b.c' has a period, which Databricks rejects in a name; write 'a_b_c'",
    lambda _: str(schema_name_problem("a.b.c")),
)
TABLE.add(
    "'a\\tb' has the control character '\\t', which Databricks rejects in a name; write 'a_b'",
    lambda _: str(schema_name_problem("a\tb")),
)
TABLE.add(
    "'main.weld' includes a catalog, but only the schema's own name belongs here; write 'weld'",
    lambda _: str(schema_name_problem("main.weld")),
)
TABLE.add(
    (
        "'information_schema' is a schema that Databricks itself maintains; write another name, for example "
        "'weld_stripe'"
    ),
    lambda _: str(schema_name_problem("information_schema")),
)
TABLE.add(
    "integration_id: 'Stripe' is not an integration of Weld; write 'stripe'",
    lambda _: ": ".join(integration_problem("Stripe", ["stripe"]) or ()),
)

# Dates -------------------------------------------------------------------------------------------------------------

TABLE.add("'2024-02-30' is not a date; write '2024-02-29'", lambda _: raised(lambda: canonical_date("2024-02-30")))
TABLE.add(
    "'01/02/2024' is not a date; write '2024-01-02' or '2024-02-01', whichever is meant",
    lambda _: raised(lambda: canonical_date("01/02/2024")),
)
TABLE.add(
    "'yesterday' is not a date; write YYYY-MM-DD, for example '2024-01-31'",
    lambda _: raised(lambda: canonical_date("yesterday")),
)
