"""The tree of errors: what users catch, what it tells them, and how it reads."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest

import weld_pulumi as weld
from tests.support.wording import says
from weld_pulumi.errors import LostResponseError, NotListedError, api_error_class


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


@pytest.mark.parametrize(("asked", "is_run_error"), [("", True), ("1", False)])
def test_an_error_of_a_program_is_one_that_pulumi_prints_without_a_traceback_unless_asked(
    asked: str, is_run_error: bool
) -> None:
    program = "import pulumi, weld_pulumi as weld; print(isinstance(weld.ServerError(500), pulumi.RunError))"
    env = {**os.environ, "WELD_TRACEBACK": asked}
    ran = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout == f"{is_run_error}\n"


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
def test_an_error_reads_as_operation_text_and_next_step(error: weld.WeldError, parts: list[str]) -> None:
    text = str(error)
    assert says(text, *parts)
    assert text.endswith((".", "!"))
    error.operation = "creating the EltSync"
    error.add_next_step("Try again.")
    error.add_next_step("Or not.")
    assert str(error) == f"creating the EltSync: {text} Try again. Or not."


@pytest.mark.parametrize(
    ("error", "public", "sent", "final"),
    [
        (LostResponseError("cut off.", final=True), weld.WeldConnectionError, "maybe", True),
        (LostResponseError("cut off."), weld.WeldConnectionError, "maybe", False),
        (weld.WeldConnectionError("nobody there."), weld.WeldError, "no", False),
        (NotListedError(404, None, "none.", "GET", "/x"), weld.NotFoundError, "no", True),
        (weld.RateLimitError(429), weld.WeldApiError, "no", False),
        (weld.ServerError(503), weld.WeldApiError, "maybe", False),
        (weld.ServerError(500), weld.WeldApiError, "maybe", True),
    ],
)
def test_an_error_has_the_data_that_decides_whether_its_request_is_repeated(
    error: weld.WeldError, public: type[weld.WeldError], sent: str, final: bool
) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))
    for each in (error, twin):
        assert isinstance(each, public)
        assert (each.sent, each.final) == (sent, final)


def test_a_refusal_is_told_from_other_errors_of_weld() -> None:
    errors = [api_error_class(status)(status) for status in (400, 401, 404, 405, 409, 413, 422, 429, 500)]
    assert [error.status_code for error in errors if error.is_refusal] == [400, 409, 422]
    assert [error.status_code for error in errors if error.is_invalid] == [400, 422]


def test_errors_can_be_copied_and_pickled() -> None:
    error = weld.ConflictError(409, "quota", "Too many syncs", "POST", "/elt_syncs", "req-1")
    error.operation = "creating the EltSync"
    error.add_next_step("Delete one.")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))
