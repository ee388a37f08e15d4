"""Reads a workspace through the life cycles, and gives for each object what a program and a state say of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...api.models import ConnectionInfo, EltSyncInfo
from ...errors import WeldValidationError
from ...lifecycle.base import Lifecycle
from ...lifecycle.connection import ConnectionLifecycle
from ...lifecycle.elt_sync import EltSyncLifecycle
from ...lifecycle.fields import Props
from ...lifecycle.session import Session
from ...lifecycle.source_stream import SourceStreamLifecycle
from ...lifecycle.streams import entry_of
from ...lifecycle.sync_table import DAILY, schedule_problem
from ...validation.problems import Problem
from .names import Names
from .secret_settings import without_secrets

__all__ = ["Collection_", "Resource", "Wanted", "collect"]
