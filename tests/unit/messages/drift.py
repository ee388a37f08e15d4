"""What `weld-pulumi drift` reports beside its table."""

from __future__ import annotations

from typing import Any

from tests.support.exported import encrypted, stored

from .doctor import with_pulumi
from .stage import Stage, Table

TABLE = Table()


@TABLE.reads("No drift in 1 resource.")
def a_stack_without_drift(stage: Stage) -> str:
    given: dict[str, Any] = {"integration_id": "stripe", "label": "Shop"}
    shop = stored("Connection", "shop", stage.connection(), {"status": "AUTHORIZED"}, **given)
    return with_pulumi(stage, "drift", resources=[shop])


@TABLE.reads("RESOURCE  TYPE        CHANGE   ARGUMENT  STATE  WELD\nshop      Connection  deleted  -         -      -")
def a_connection_that_is_gone(stage: Stage) -> str:
    given: dict[str, Any] = {"integration_id": "stripe", "label": "Shop"}
    return with_pulumi(stage, "drift", resources=[stored("Connection", "shop", "gone", **given)])


@TABLE.reads("No drift in 1 resource.\nNote: 'shop': not compared, since encrypted in the state: label.")
def what_is_encrypted(stage: Stage) -> str:
    hidden: dict[str, Any] = {"integration_id": "stripe", "label": encrypted()}
    shop = stored("Connection", "shop", stage.connection(), {"status": "AUTHORIZED"}, **hidden)
    return with_pulumi(stage, "drift", resources=[shop])


@TABLE.reads(
    "No drift in 1 resource.\n"
    "Note: 'shop': connection <Renamed> has the label 'Renamed' in Weld, but 'Shop' in the program; renaming requires "
    "a person, so it is left as it is."
)
def a_label_that_was_changed_in_weld(stage: Stage) -> str:
    given: dict[str, Any] = {"integration_id": "stripe", "label": "Shop"}
    shop = stored("Connection", "shop", stage.connection("Renamed"), {"status": "AUTHORIZED"}, **given)
    return with_pulumi(stage, "drift", resources=[shop])


@TABLE.reads(
    "Error: `weld-pulumi drift` reads the state of a stack, but no Pulumi.yaml is in this folder or above. Run the "
    "command in the folder of the project, or name the stack with --stack."
)
def drift_without_a_project(stage: Stage) -> str:
    return stage.run("drift")


@TABLE.reads(
    "Error: 'new' cannot be read: weld_pulumi has no resource 'Novelty'; see whether there is a newer weld-pulumi."
)
def a_resource_of_a_newer_version(stage: Stage) -> str:
    return with_pulumi(stage, "drift", resources=[stored("Novelty", "new", "id")])
