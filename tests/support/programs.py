"""Programs for the tests of the engine, put together from resources that are written as Python would write them."""

from __future__ import annotations

from typing import Any

#: A connection; with two syncs on it, of which one has its streams inline and the other as resources.
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
    """An expression of the program, where a plain string would be a text."""

    __repr__ = str.__str__  # written into the program as it stands


def program(*lines: str) -> str:
    """A program of these lines."""
    return "\n".join(["import pulumi", "import weld_pulumi as weld", *lines, ""])


def resource(kind: str, name: str, /, **arguments: Any) -> str:
    """A line that makes a resource; it is called as its variable is: ``other = weld.EltSync('other', …)``."""
    written = "".join(f", {key}={value!r}" for key, value in arguments.items())
    return f"{name} = weld.{kind}({name!r}{written})"


def elt_sync(name: str, connection_id: str, /, **arguments: Any) -> str:
    """A line that makes a sync into the schema ``weld_<name>``, every six hours, unless it says otherwise."""
    interval = {} if "orchestration_workflow_id" in arguments else {"sync_interval": "0 */6 * * *"}
    given = {"connection_id": connection_id, "destination_schema_name": f"weld_{name}", **interval, **arguments}
    return resource("EltSync", name, **given)


def source_stream(name: str, elt_sync_id: str, /, **arguments: Any) -> str:
    """A line that makes a stream of a sync; ``elt_sync_id`` is an expression, such as ``sync.id``."""
    return resource("SourceStream", name, elt_sync_id=Code(elt_sync_id), **arguments)


def options(**arguments: Any) -> Code:
    """Options of a resource, for ``opts=``."""
    return Code(f"pulumi.ResourceOptions({', '.join(f'{key}={value!r}' for key, value in arguments.items())})")


def get(kind: str, name: str, id: str) -> str:
    """A line that reads a resource that another stack, or nobody, manages."""
    return f"{name} = weld.{kind}.get({name!r}, {id!r})"


def export(name: str, expression: str) -> str:
    """A line that exports an output of the stack."""
    return f"pulumi.export({name!r}, {expression})"
