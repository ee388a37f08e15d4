"""Presentation of errors to the engine: one line with the operation, without secrets, class name and traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .._traceback import wants_traceback
from ..errors import AuthenticationError, WeldError
from ..pulumi_internals import is_plugin, omit_tracebacks, show_as

__all__ = ["hide_traceback", "present_errors"]

T = TypeVar("T")

_OLD_KEY = "`pulumi refresh` and `pulumi destroy` use the key of the last `pulumi up`, unless --run-program is given."


@show_as("Weld")  # as in "Weld: …", with which the provider's other lines begin
class _ShownError(Exception):
    """An error for the engine."""


def hide_traceback() -> None:
    """Send errors to the engine without their traceback, unless WELD_TRACEBACK=1 asks for it."""
    if not wants_traceback():
        omit_tracebacks()


def present_errors(operation: str, run: Callable[[], T], redact: Callable[[str], str] = str) -> T:
    """Run an operation of a provider; if it fails, raise what the engine is to print.

    Args:
        operation: names it in the message, for example ``creating the EltSync``.
        run: the operation.
        redact: takes secrets out of a text.

    Raises:
        WeldError: outside the plugin process, or with WELD_TRACEBACK=1.
        Exception: in the plugin process: the text alone.
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
        # The text of the error is withheld, since it may quote any value.
        defect = WeldError(
            f"{operation} failed because of a defect of weld-pulumi ({type(error).__name__}). Please report it, with "
            "the output of a run with the environment variable WELD_TRACEBACK=1."
        )
        raise _presented(defect) from (error if wants_traceback() else None)


def _presented(error: WeldError) -> Exception:
    return _ShownError(str(error)) if is_plugin() and not wants_traceback() else error
