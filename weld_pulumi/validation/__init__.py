"""Rules for arguments that are checked before anything is sent: pure functions, without network and without Pulumi.

Unknown values are skipped, and nothing is rejected that Weld's own app allows. Importing this package is cheap: cronsim
and jsonschema are loaded by the first function that needs them.
"""

from __future__ import annotations

from .cron import canonical_cron, same_schedule
from .dates import canonical_date, same_date
from .flags import stream_problems
from .integrations import integration_problem
from .patterns import AvailableLike, Resolution, is_pattern, resolve
from .problems import Problem, is_plain, show
from .schema_names import same_schema, schema_name_problem
from .settings import settings_problems
from .streams import StreamLike, duplicate_problems, unknown_stream_problems
from .suggest import did_you_mean, nearest

__all__ = [
    "AvailableLike",
    "Problem",
    "Resolution",
    "StreamLike",
    "canonical_cron",
    "canonical_date",
    "did_you_mean",
    "duplicate_problems",
    "integration_problem",
    "is_pattern",
    "is_plain",
    "nearest",
    "resolve",
    "same_date",
    "same_schedule",
    "same_schema",
    "schema_name_problem",
    "settings_problems",
    "show",
    "stream_problems",
    "unknown_stream_problems",
]
