"""``weld-pulumi import``: a program and an import file for what is in Weld already."""

from .command import import_

__all__ = ["import_"]
