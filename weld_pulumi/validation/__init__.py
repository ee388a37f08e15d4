"""Rules about arguments that need neither network nor Pulumi.

An unknown value is skipped; what Weld's own pages accept is not refused. Modules load cronsim and jsonschema only in
the first function that needs them.
"""
