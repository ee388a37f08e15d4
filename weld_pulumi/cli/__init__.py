"""The command line: ``weld-pulumi``, also ``python -m weld_pulumi``."""

from .app import cli, main

__all__ = ["cli", "main"]
