"""The entry point of `pulumi up`."""

import pulumi
from pipeline import sync

pulumi.export("sync_id", sync.id)
