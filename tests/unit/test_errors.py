"""The tree of errors: what users catch, what it tells them, and how it reads."""

from __future__ import annotations

import copy
import pickle
import traceback

import pulumi
import pytest

import weld_pulumi as weld
from tests.support.wording import says
from weld_pulumi.api.answers import AnswerLostError, NotSentError
from weld_pulumi.errors import NotListedError, api_error_class


def test_every_error_has_its_place_in_the_tree() -> None:
    for cls in (
        weld.WeldConfigError,
        weld.WeldValidationError,
        weld.WeldConnectionError,
        weld.AuthorizationPendingError,
        weld.WeldApiError,
    ):
        assert cls.__bases__ == (weld.WeldError,)
    for cls in (
        weld.AuthenticationError,
        weld.NotFoundError,
        weld.ConflictError,
        weld.RateLimitError,
        weld.ServerError,
    ):
        assert cls.__bases__ == (weld.WeldApiError,)
    # An error in a program then shows as its text, without the program's traceback.
    assert weld.WeldError.__bases__ == (pulumi.RunError,)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, weld.WeldApiError),
        (401, weld.AuthenticationError),
        (403, weld.AuthenticationError),
        (404, weld.NotFoundError),
        (409, weld.ConflictError),
        (418, weld.WeldApiError),
        (429, weld.RateLimitError),
        (500, weld.ServerError),
        (599, weld.ServerError),
    ],
)
def test_each_status_has_its_class(status: int, cls: type[weld.WeldApiError]) -> None:
    assert api_error_class(status) is cls


def test_an_api_error_tells_request_status_and_message() -> None:
    error = weld.ConflictError(409, "quota", "Too many syncs", "POST", "/elt_syncs", "req-1", "Delete one.")
    assert (error.status_code, error.error_code, error.message) == (409, "quota", "Too many syncs")
    assert (error.method, error.path, error.request_id) == ("POST", "/elt_syncs", "req-1")
    assert says(error, "POST /elt_syncs: ", "409 (quota): Too many syncs. [request req-1] Delete one.")


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (weld.NotFoundError(404), ["404 "]),
        (weld.NotFoundError(404, None, "", "GET", "/x"), ["GET /x: ", "404 "]),
        (weld.ServerError(500, None, "Oops!", "GET", "/x"), ["GET /x: ", "500: Oops!"]),
        (weld.WeldError("it went wrong."), ["it went wrong."]),
    ],
)
def test_an_error_reads_as_operation_text_and_advice(error: weld.WeldError, parts: list[str]) -> None:
    text = str(error)
    assert says(text, *parts)
    assert text.endswith((".", "!"))
    error.operation = "creating the EltSync"
    error.advise("Try again.")
    error.advise("Or not.")
    assert str(error) == f"creating the EltSync: {text} Try again. Or not."


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (AnswerLostError("cut off.", final=True), "weld_pulumi.errors.WeldConnectionError: cut off."),
        (NotSentError("nobody there."), "weld_pulumi.errors.WeldConnectionError: nobody there."),
        (NotListedError(404, None, "none.", "GET", "/x"), "weld_pulumi.errors.NotFoundError: GET /x: none."),
    ],
)
def test_a_class_of_ours_shows_as_the_public_one(error: weld.WeldError, shown: str) -> None:
    assert traceback.format_exception_only(error) == [f"{shown}\n"]
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error).__bases__[0]
    assert vars(twin) == vars(error)


def test_errors_can_be_copied_and_pickled() -> None:
    error = weld.ConflictError(409, "quota", "Too many syncs", "POST", "/elt_syncs", "req-1")
    error.operation = "creating the EltSync"
    error.advise("Delete one.")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))
