"""Finds the Pulumi CLI, or gets one: the official download, or a build from Go modules."""

from tools.pulumi_cli.find import Cli, cache_folder, find_cli

__all__ = ["Cli", "cache_folder", "find_cli"]
