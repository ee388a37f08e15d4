"""Weld's REST API over the wire. It is independent of Pulumi and can be used alone."""
