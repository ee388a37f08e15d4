"""Presentation of errors to the engine: one line with the operation, without secrets, class name and traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from ..errors import AuthenticationError, WeldError
from .pulumi_internals import is_plugin

__all__ = ["hide_traceback", "present_errors"]

T = TypeVar("T")

_OLD_KEY = "`pulumi refresh` and `pulumi destroy` use the key of the last `pulumi up`, unless --run-program is given."


class _ShownError(Exception):
    """An error for the engine: Pulumi's servicer sends its class, a colon and its text."""


# Reads "Weld: …", as the provider's other lines do: Python omits the module of a built-in class.
_ShownError.__module__, _ShownError.__qualname__ = "builtins", "Weld"


def hide_traceback() -> None:
    """Make the servicer send errors without their traceback, unless WELD_TRACEBACK=1 asks for it."""
    if is_plugin() and not _wants_traceback():
        sys.tracebacklimit = 0


def present_errors(operation: str, run: Callable[[], T], redact: Callable[[str], str] = str) -> T:
    """Run an operation of a provider, and raise what the engine is to print if it fails.

    Args:
        operation: names it in the message, for example ``creating the EltSync``.
        run: the operation.
        redact: takes secrets out of a text.

    Raises:
        WeldError: outside the engine's process, or with WELD_TRACEBACK=1.
        Exception: in the engine's process: the text alone.
    """
    try:
        return run()
    except WeldError as error:
        error.operation = error.operation or operation
        if isinstance(error, AuthenticationError):
            error.add_next_step(_OLD_KEY)
        error.redact(redact)
        raise _presented(error) from None
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        # These would end the thread, and the engine would wait for a response.
        raise _presented(WeldError(f"{operation} was interrupted ({type(error).__name__}).")) from None
    except Exception as error:
        # Its text is withheld: it may quote anything.
        defect = WeldError(
            f"{operation} failed because of a defect of weld-pulumi ({type(error).__name__}). Please report it, with "
            "the output of a run with the environment variable WELD_TRACEBACK=1."
        )
        raise _presented(defect) from (error if _wants_traceback() else None)


def _presented(error: WeldError) -> Exception:
    return _ShownError(str(error)) if is_plugin() and not _wants_traceback() else error


def _wants_traceback() -> bool:
    return os.environ.get("WELD_TRACEBACK") == "1"
