"""What Databricks would compute for a resource, and reject, as far as the examples need it."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

__all__ = ["computed_outputs", "identifier", "problem"]

Props = dict[str, Any]

HOST = "dbc-1a2b3c4d-5e6f.cloud.databricks.com"
_PRIVILEGES = {"ALL_PRIVILEGES", "USE_CATALOG", "USE_SCHEMA", "CREATE_SCHEMA", "CREATE_TABLE", "CREATE_VOLUME"}
_PRIVILEGES |= {"READ_VOLUME", "WRITE_VOLUME", "MODIFY", "SELECT", "EXECUTE", "BROWSE"}
_APPLICATION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def identifier(kind: str, props: Props) -> str:
    """Return an id such as Databricks assigns."""
    if kind.endswith(":Catalog"):
        return str(props["name"])
    if kind.endswith(":Schema"):
        return f"{props['catalogName']}.{props['name']}"
    if kind.endswith(":Permissions"):
        return f"/sql/warehouses/{props['sqlEndpointId']}"
    if kind.endswith(":Grant"):
        securable = next(name for name in ("catalog", "schema", "table") if name in props)
        return f"{securable}/{props[securable]}/{props['principal']}"
    if kind.endswith(":EntityTagAssignment"):
        return f"{props['entityType']},{props['entityName']},{props['tagKey']}"
    if kind.endswith((":ServicePrincipal", ":Job")):
        return str(int(_digest(kind, props), 16))
    return _digest(kind, props)


def computed_outputs(kind: str, props: Props) -> Props:
    """Return what is known only after the creation."""
    if kind.endswith(":ServicePrincipal"):
        return {"applicationId": str(uuid.uuid5(uuid.NAMESPACE_DNS, str(props.get("displayName"))))}
    if kind.endswith(":ServicePrincipalSecret"):
        return {"secret": f"dose{_digest(kind, props)}", "status": "ACTIVE"}
    if kind.endswith(":SqlEndpoint"):
        path = f"/sql/1.0/warehouses/{identifier(kind, props)}"
        return {"odbcParams": {"hostname": HOST, "path": path, "port": 443, "protocol": "https"}}
    return {}


def problem(kind: str, props: Props) -> tuple[str, str] | None:
    """Return the first problem for which Databricks would reject it: property and reason."""
    if kind.endswith(":Grant"):
        wrong = sorted(set(props["privileges"]) - _PRIVILEGES)
        return ("privileges", f"unknown privileges: {', '.join(wrong)}") if wrong else None
    if kind.endswith(":Permissions"):
        for control in props["accessControls"]:
            name = control.get("servicePrincipalName", "")
            # In a preview this is the engine's mark for an unknown value, which has the same form.
            if name and not _APPLICATION_ID.fullmatch(name):
                return "accessControls", f"{name!r} is not the application id of a service principal"
    return None


def _digest(kind: str, props: Props) -> str:
    return hashlib.sha256(f"{kind}{props.get('name') or props.get('displayName')}".encode()).hexdigest()[:12]
