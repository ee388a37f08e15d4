"""``weld-pulumi import``: write a program and an import file for what is already in Weld."""

from .command import import_

__all__ = ["import_"]
