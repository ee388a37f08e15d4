"""The operations of the engine on each resource: check, diff, create, read, update and delete, on plain data.

Only :mod:`weld_pulumi.provider.dynamic` imports Pulumi, and translates. HTTP is left to :mod:`weld_pulumi.api`.
"""
