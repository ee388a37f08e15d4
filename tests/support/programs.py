"""Programs for tests on the real engine, composed of lines of Python."""

from __future__ import annotations

from typing import Any

#: A connection. Below, two syncs of it: one with inline streams, one with separate ones.
CONNECTION = """
import weld_pulumi as weld

stripe = weld.Connection("stripe", integration_id="stripe", label="Stripe")
"""
_SYNCS = """
inline = weld.EltSync(
    "inline",
    connection_id=stripe.id,
    destination_schema_name="weld_inline",
    sync_interval="0 */6 * * *",
    source_streams=[{"name": "charges"}, {"name": "customers"}],
)
separate = weld.EltSync(
    "separate", connection_id=stripe.id, destination_schema_name="weld_separate", sync_interval="0 3 * * *"
)
for name in ["invoices", "refunds"]:
    weld.SourceStream(name, elt_sync_id=separate.id)
"""
WHOLE = CONNECTION + _SYNCS


class Code(str):
    """An expression of the program, as opposed to a string."""

    __repr__ = str.__str__  # is written into the program unquoted


def program(*lines: str) -> str:
    """Return a program of these lines."""
    return "\n".join(["import pulumi", "import weld_pulumi as weld", *lines, ""])


def resource(kind: str, name: str, /, **arguments: Any) -> str:
    """Return a line that creates a resource with the name of its variable: ``other = weld.EltSync('other', …)``."""
    written = "".join(f", {key}={value!r}" for key, value in arguments.items())
    return f"{name} = weld.{kind}({name!r}{written})"


def elt_sync(name: str, connection_id: str, /, **arguments: Any) -> str:
    """Return a line that creates a sync, by default into the schema ``weld_<name>`` every six hours."""
    interval = {} if "orchestration_workflow_id" in arguments else {"sync_interval": "0 */6 * * *"}
    given = {"connection_id": connection_id, "destination_schema_name": f"weld_{name}", **interval, **arguments}
    return resource("EltSync", name, **given)


def source_stream(name: str, elt_sync_id: str, /, **arguments: Any) -> str:
    """Return a line that creates a stream of a sync; ``elt_sync_id`` is an expression, such as ``sync.id``."""
    return resource("SourceStream", name, elt_sync_id=Code(elt_sync_id), **arguments)


def options(**arguments: Any) -> Code:
    """Return options of a resource, for ``opts=``."""
    return Code(f"pulumi.ResourceOptions({', '.join(f'{key}={value!r}' for key, value in arguments.items())})")


def get(kind: str, name: str, id: str) -> str:
    """Return a line that reads an object that another stack, or none, manages."""
    return f"{name} = weld.{kind}.get({name!r}, {id!r})"


def export(name: str, expression: str) -> str:
    """Return a line that exports an output of the stack."""
    return f"pulumi.export({name!r}, {expression})"
