"""What `pulumi up` runs."""

import pulumi
from pipeline import sync

pulumi.export("sync_id", sync.id)
