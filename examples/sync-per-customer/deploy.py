"""Run Pulumi for each customer in customers.json, with the Automation API.

    python deploy.py preview            preview all customers
    python deploy.py up acme globex     deploy two of them
    python deploy.py destroy acme       remove the stack of one

Weld's API key is read from WELD_API_KEY, so it is not stored in the stacks.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pulumi import automation

FOLDER = Path(__file__).parent
CUSTOMERS: dict[str, dict[str, Any]] = json.loads((FOLDER / "customers.json").read_text())
CONNECTION_LABEL = "Stripe platform"
STREAMS = ["charges", "customers", "refunds"]


def stack_of(name: str) -> automation.Stack:
    """Select the stack of a customer, or create it, and set its current configuration."""
    customer = CUSTOMERS[name]
    stack = automation.create_or_select_stack(stack_name=name, work_dir=str(FOLDER))
    settings = {
        "connection_label": CONNECTION_LABEL,
        "stripe_account": customer["stripe_account"],
        "streams": json.dumps(customer.get("streams", STREAMS)),
        **({"sync_interval": customer["sync_interval"]} if "sync_interval" in customer else {}),
    }
    stack.set_all_config({key: automation.ConfigValue(value) for key, value in settings.items()})
    return stack


def run(operation: str, name: str) -> str:
    """Run one operation for one customer; return a short summary."""
    stack = stack_of(name)
    if operation == "preview":
        return _in_words(stack.preview().change_summary)
    if operation == "destroy":
        stack.destroy()
        stack.workspace.remove_stack(name)
        return "removed"
    return _in_words(stack.up().summary.resource_changes or {})


def run_all(operation: str, names: Iterable[str]) -> bool:
    """Run an operation for several customers; a failure does not stop the others."""
    well = True
    for name in names:
        try:
            print(f"{name}: {run(operation, name)}", flush=True)
        except automation.CommandError as error:
            well = False
            print(f"{name}: failed\n{error}", file=sys.stderr, flush=True)
    return well


def _in_words(changes: Mapping[automation.OpType, int]) -> str:
    return ", ".join(f"{count} {automation.OpType(kind).value}" for kind, count in sorted(changes.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operation", choices=["preview", "up", "destroy"])
    parser.add_argument("customers", nargs="*", help="default: all")
    options = parser.parse_args()
    names = options.customers or list(CUSTOMERS)
    if unknown := [name for name in names if name not in CUSTOMERS]:
        parser.error(f"not in customers.json: {', '.join(unknown)}")
    return 0 if run_all(options.operation, names) else 1


if __name__ == "__main__":
    sys.exit(main())
