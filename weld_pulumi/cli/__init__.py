"""The commands for people: ``weld-pulumi``, also ``python -m weld_pulumi``."""

from .app import cli, main

__all__ = ["cli", "main"]
