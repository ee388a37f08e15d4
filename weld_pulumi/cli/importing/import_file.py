"""Write the import file: resources with their inputs and outputs.

The engine cannot read a dynamic resource that is not in its state; with ``outputs`` given it does not try to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..._registry import pickled_reference
from ...pulumi_internals import PROVIDER_KEY
from ...schema.attributes import TYPE_PREFIX
from .collect import Imported

__all__ = ["import_file"]


def import_file(resources: Sequence[Imported]) -> str:
    """Return the text of the file for ``pulumi import --file``."""
    references = {resource.kind: pickled_reference(resource.kind) for resource in resources}
    entries = [
        {
            "type": f"{TYPE_PREFIX}{resource.kind}",
            "name": resource.name,
            "id": resource.id,
            "inputs": _stored(resource.inputs, references[resource.kind]),
            "outputs": _stored(resource.outputs, references[resource.kind]),
        }
        for resource in resources
    ]
    return json.dumps({"resources": entries}, indent=2) + "\n"


def _stored(props: Mapping[str, Any], reference: str) -> dict[str, Any]:
    return {PROVIDER_KEY: reference, **{key: value for key, value in props.items() if value is not None}}
