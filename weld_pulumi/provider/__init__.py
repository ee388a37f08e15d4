"""What the engine asks of each resource: check, diff, create, read, update, delete, on plain data.

Nothing here imports Pulumi: :mod:`weld_pulumi.provider.dynamic` translates. Nothing here speaks HTTP: that is
:mod:`weld_pulumi.api`.
"""
