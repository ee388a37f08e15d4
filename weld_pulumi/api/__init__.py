"""Weld's REST API over the wire. Knows nothing of Pulumi and can be used alone."""
