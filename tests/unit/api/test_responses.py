"""What a response means: JSON, or an error with everything that a person needs and no secret."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.raw_server import RawServer, answer, json_answer
from tests.support.wording import naming, says
from tests.unit.api.conftest import KEY, Connect, endpoint_of
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.api.redaction import Redactor
from weld_pulumi.api.responses import read_response
from weld_pulumi.config import Settings
from weld_pulumi.errors import (
    AuthenticationError,
    ConflictError,
    LostResponseError,
    NotFoundError,
    RateLimitError,
    ServerError,
    WeldApiError,
    WeldError,
)
from weld_pulumi.simulator import Simulator

SETTINGS = Settings(api_key=KEY, key_source="weld:apiKey in the stack configuration")


def read(status: int, body: bytes | str, content_type: str = "", secrets: tuple[str, ...] = (KEY,)) -> Any:
    content = body if isinstance(body, bytes) else body.encode()
    headers = {"content-type": content_type}
    return read_response(Endpoint("GET", "/things"), "/things", status, headers, content, SETTINGS, Redactor(secrets))


def refused(body: Any, status: int = 400, **options: Any) -> WeldApiError:
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    with pytest.raises(WeldApiError) as raised:
        read(status, text, **options)
    return raised.value


def said(status: int, body: bytes | str, content_type: str = "", secrets: tuple[str, ...] = (KEY,)) -> str:
    """All that an error tells; empty where the answer is fine."""
    try:
        read(status, body, content_type, secrets)
    except WeldError as error:
        return f"{error} {sorted(vars(error).items())} {error.args}"
    return ""


# Successful answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_response_is_json_or_nothing(status: int) -> None:
    assert read(status, '{"a": [1, null, "ä"]}') == {"a": [1, None, "ä"]}
    assert read(status, "") is None
    assert read(status, " \r\n") is None
    assert read(status, "null") is None


@pytest.mark.parametrize("status", [100, 199, 300, 302, 304, 399])
def test_a_status_that_says_nothing_is_a_lost_response(status: int) -> None:
    with pytest.raises(LostResponseError, match=naming("GET /things", status, "weld:apiUrl")) as raised:
        read(status, "{}")
    assert raised.value.final


@pytest.mark.parametrize("body", ['{"a": ', "[" * 100_000, "9" * 10_000, "\x00", b"\xff\xfe", "OK", "{'a': 1}"])
def test_a_response_that_is_no_json_is_lost(body: bytes | str) -> None:
    with pytest.raises(LostResponseError, match=naming("GET /things", "JSON", "weld:apiUrl")):
        read(200, body)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<!DOCTYPE html><html><head><title>Sign in</title></head></html>", ""),
        ("\n  <HTML><title>\n Sign\n in </title>", "application/json"),
        ("<h1>hello</h1><title>Sign in</title>", "text/html; charset=utf-8"),
    ],
)
def test_a_web_page_is_told_by_its_title(body: str, content_type: str) -> None:
    with pytest.raises(LostResponseError, match=naming("GET /things", "web page", "(Sign in)", "weld:apiUrl")):
        read(200, body, content_type)


def test_a_web_page_without_end_is_read_in_no_time() -> None:
    with pytest.raises(LostResponseError, match=naming("GET /things", "web page", "weld:apiUrl")) as raised:
        read(200, "<html>" + "<title>" * 500_000)
    assert "title" not in str(raised.value)


# Errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error_code": "not_found", "message": "gone"}, "not_found", "gone"),
        ({"statusCode": 400, "message": "gone", "error": "Bad Request"}, None, "gone"),
        ({"statusCode": 400, "message": ["one", "two"], "error": "Bad Request"}, None, "one; two"),
        ({"statusCode": 400, "message": [{"message": "one"}, 2, None], "error": "x"}, None, "one; 2; None"),
        ({"details": "gone"}, None, "gone"),
        ({"details": "this", "message": "not this"}, None, "this"),
        ({"details": None, "message": "this"}, None, "this"),
        ({"error": {"code": 7, "message": "gone"}}, None, "gone"),
        ({"error": "Forbidden"}, None, "Forbidden"),
        ({"error_code": "quota"}, "quota", ""),
        ({"code": 17, "message": ""}, "17", ""),
        ({"error_code": {"a": 1}, "message": {"b": 2}}, "{'a': 1}", '{"b": 2}'),
        ({"detail": "unknown shape"}, None, '{"detail": "unknown shape"}'),
        ({}, None, ""),
        (["one", "two"], None, "one; two"),
        ("just text", None, "just text"),
        ('"a string"', None, "a string"),
        ("null", None, "None"),
        ("", None, ""),
        ("{" * 50_000, None, "{" * 399 + "…"),
        ("[" * 100_000, None, "[" * 399 + "…"),
        ("<html><title>502 Bad Gateway</title>", None, "a web page (502 Bad Gateway)"),
        ("<html>", None, "a web page"),
    ],
)
def test_every_shape_of_an_error_is_read(body: Any, code: str | None, message: str) -> None:
    error = refused(body)
    assert error.error_code == code
    assert error.message.startswith(message)
    assert (error.message == "") == (message == "")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, WeldApiError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (409, ConflictError),
        (413, WeldApiError),
        (422, WeldApiError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (999, ServerError),
    ],
)
def test_the_class_of_an_error_fits_its_status(status: int, cls: type[WeldApiError]) -> None:
    error = refused({"error_code": "some_code", "message": "Something"}, status)
    assert type(error) is cls
    assert (error.status_code, error.method, error.path) == (status, "GET", "/things")
    assert says(error, "GET /things", status, "(some_code)", "Something.")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("shape", ["error_code", "nest_string", "nest_list", "details", "html", "empty"])
def test_a_refused_key_is_told_by_its_source_and_not_shown(
    weld: Simulator, connect: Connect, status: int, shape: str
) -> None:
    weld.set_readings({"refused_key": str(status), "error_body": shape})
    with pytest.raises(AuthenticationError) as raised:
        connect(weld.url, "a-wrong-key").list_connections()
    text = str(raised.value)
    assert raised.value.status_code == status
    assert says(text, " the test.", "pulumi config set --secret weld:apiKey", "WELD_API_KEY")
    assert "--run-program" not in text  # said of resources only
    assert "a-wrong-key" not in text
    assert "\n" not in text


@pytest.mark.parametrize("shape", ["error_code", "nest_string", "nest_list", "details", "html", "empty"])
def test_errors_of_the_simulator_are_read_in_every_shape(weld: Simulator, client: WeldClient, shape: str) -> None:
    weld.set_reading("error_body", shape)
    with pytest.raises(NotFoundError) as raised:
        client.get_sync("nowhere")
    assert raised.value.path == "/elt_syncs/nowhere"
    assert ("was not found" in str(raised.value)) == (shape not in ("html", "empty"))


def test_the_id_of_the_request_is_told(connect: Connect) -> None:
    with (
        RawServer(json_answer({"message": "no"}, 400, {"X-Request-Id": f"req-1\x1b[31m{KEY}"})) as server,
        pytest.raises(WeldApiError) as raised,
    ):
        connect(server.url).list_connections()
    assert raised.value.request_id == "req-1 [31m[secret]"
    assert says(raised.value, "GET /connections", "400: no.", "[request req-1 [31m[secret]]", "WELD_API_URL")


def test_a_long_message_is_cut_and_one_line() -> None:
    error = refused({"message": "line\r\n\tnext\x1b[2J\x07\u2028 " + "x" * 1000})
    assert error.message.startswith("line next [2J xxx")
    assert len(error.message) == 400
    assert str(error).isprintable()


@settings(max_examples=300)
@given(st.binary() | st.text().map(str.encode), st.sampled_from([200, 302, 400, 401, 404, 429, 500]), st.text())
def test_any_body_is_json_or_an_error_of_ours(body: bytes, status: int, content_type: str) -> None:
    assert said(status, body, content_type).isprintable()


# Secrets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["s3cr3t", 'qu"o\\te', "a<b>&c", "ünïcode-パス", "two words", "tab\tand\nline feed"])
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_an_echoed_secret_is_not_shown(secret: str, status: int) -> None:
    forms = [secret, json.dumps(secret), json.dumps(secret, ensure_ascii=False), html.escape(secret), quote(secret)]
    forms += [quote_plus(secret), quote(secret, safe="")]
    for form in forms:
        for body in (
            form,
            json.dumps({"message": form}),
            json.dumps({"details": [form]}, ensure_ascii=False),
            json.dumps({"error_code": form, "other": {"deep": form}}),
            json.dumps({"unknown": {"deep": form}}),
            f"<html><title>{form}</title>",
        ):
            shown = said(status, body, secrets=(secret,))
            assert not any(each in shown for each in (secret, " ".join(secret.split()), *forms)), (form, body)


def test_no_line_of_a_secret_of_several_lines_is_shown() -> None:
    key = "-----BEGIN KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
    assert "MIIB" not in refused({"message": f"bad key: {key}"}, secrets=(key,)).message
    assert "MIIB" not in refused({"message": f"bad key: {' '.join(key.split())}"}, secrets=(key,)).message
    assert "MIIB" not in refused({"message": "line 2 (MIIBVgIBADANBg) is bad"}, secrets=(key,)).message


def test_a_secret_is_taken_out_before_the_message_is_cut() -> None:
    message = refused({"message": "x" * 390 + "s3cr3t-s3cr3t-s3cr3t"}, secrets=("s3cr3t-s3cr3t-s3cr3t",)).message
    assert "s3cr" not in message


def test_of_two_secrets_the_longer_one_is_taken_out_whole() -> None:
    assert refused({"message": "abc-def"}, secrets=("abc", "abc-def", "")).message == "[secret]"


def echo(client_call: Any) -> str:
    with pytest.raises(WeldError) as raised:
        client_call()
    return f"{raised.value} {raised.value.args} {vars(raised.value)}"


@pytest.mark.parametrize("call", ["create_sync", "update_sync"])
def test_settings_of_a_sync_are_secret(connect: Connect, call: str) -> None:
    body = {"elt_settings": {"password": "hunter2", "nested": [{"token": "tok-1234"}], "port": 54321, "on": True}}
    with RawServer(json_answer({"message": "bad: hunter2, tok-1234, 54321, True"}, 400)) as server:
        client = connect(server.url)
        text = echo(lambda: client.create_sync(body) if call == "create_sync" else client.update_sync("x", body))
    assert says(text, "400", "withheld", "WELD_TRACEBACK=1", "`weld-pulumi settings CONNECTION_ID`")
    for value in ("hunter2", "tok-1234", "54321"):
        assert value not in text


def test_our_own_words_stay_readable_whatever_the_settings_are(connect: Connect) -> None:
    with RawServer(answer("no JSON")) as server:
        text = echo(lambda: connect(server.url).create_sync({"elt_settings": {"a": "weld", "b": "response"}}))
    assert says(text, "POST /elt_syncs", "response", "JSON", "weld:apiUrl")
    assert "[secret]" not in text


def test_the_state_of_an_authorization_is_secret(connect: Connect) -> None:
    with RawServer(json_answer({"message": "state random-state-1 is too long"}, 400)) as server:
        text = echo(lambda: connect(server.url).create_bridge({"label": "a", "state": "random-state-1"}))
    assert "state [secret] is too long" in text
    assert "random-state-1" not in text


@pytest.mark.parametrize(
    "bridge",
    [
        {"id": [], "authorize_url": "https://weld.invalid/authorize?token=tok-1234"},
        {"authorize_url": ["https://weld.invalid/authorize?token=tok-1234"]},
        {"link": "https://weld.invalid/authorize?token=tok-1234"},
    ],
)
def test_the_link_of_an_authorization_is_in_no_error(connect: Connect, bridge: Any) -> None:
    with RawServer(json_answer(bridge, 201)) as server:
        assert "tok-1234" not in echo(lambda: connect(server.url).create_bridge({"label": "a"}))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502])
def test_the_key_is_in_no_error(connect: Connect, status: int) -> None:
    for body in (KEY, json.dumps({"message": f"key {KEY}"}), f"<html><title>{KEY}</title>", json.dumps({KEY: KEY})):
        with RawServer(answer(body, status, {"x-request-id": KEY})) as server:
            client = connect(server.url, max_retries=0)
            assert KEY not in echo(client.list_connections)
            assert KEY not in repr(client.settings)


# What to do next ----------------------------------------------------------------------------------------------------

CHECK_URL, CHECK_ID = "weld:apiUrl (WELD_API_URL)", "Check the id"
COMPARE, SETTINGS_OF = "Compare the arguments", "`weld-pulumi settings CONNECTION_ID`"
BLOCKED, AGAIN = "what is blocking this", "Retry."
CONNECTIONS, SYNCS = "`weld-pulumi connections`", "`weld-pulumi syncs`"
PLAN, UPGRADE = "the plan", "newer weld-pulumi"
STEPS = {CHECK_URL, CHECK_ID, COMPARE, SETTINGS_OF, BLOCKED, AGAIN, CONNECTIONS, SYNCS, PLAN, UPGRADE}


def refused_at(request: str, status: int, body: str = '{"message": "No."}', **made: Any) -> str:
    endpoint = endpoint_of(request)
    path = endpoint.path.format("x")
    with pytest.raises(WeldApiError) as raised:
        read_response(endpoint, path, status, {}, body.encode(), Settings(KEY, **made), Redactor((KEY,)))
    return str(raised.value)


@pytest.mark.parametrize(
    ("request_", "status", "steps"),
    [
        ("POST /elt_syncs", 400, {COMPARE, SETTINGS_OF}),
        ("POST /elt_syncs/{}", 422, {COMPARE, SETTINGS_OF}),
        ("POST /elt_syncs/{}/source_streams", 400, {COMPARE}),
        ("POST /connection_bridges", 400, {COMPARE}),
        ("POST /elt_syncs/{}/enable", 400, {BLOCKED}),
        ("POST /elt_syncs/{}/enable", 409, {BLOCKED}),
        ("DELETE /connections/{}", 400, {BLOCKED}),
        ("DELETE /connections/{}", 409, {BLOCKED}),
        ("POST /elt_syncs", 404, {CONNECTIONS, CHECK_URL}),
        ("GET /elt_syncs", 404, {CHECK_URL}),
        ("POST /connection_bridges", 404, {CHECK_URL}),
        ("GET /elt_syncs/{}", 404, {CHECK_ID}),
        ("GET /elt_stream_runs", 404, {CHECK_ID}),
        ("POST /elt_syncs", 402, {PLAN}),
        ("GET /elt_syncs", 408, {AGAIN}),
        ("PUT /elt_syncs", 405, {CHECK_URL, UPGRADE}),
    ],
)
def test_a_refusal_says_what_to_do_next(request_: str, status: int, steps: set[str]) -> None:
    text = refused_at(request_, status)
    assert says(text, request_.format("x"), f"{status}: No.")
    assert {step for step in STEPS if step in text} == steps


@pytest.mark.parametrize("body", ["", '{"message": "Conflict"}', '{"statusCode": 409}', "<html>", "[]"])
def test_a_quota_is_told_whatever_the_body_says(body: str) -> None:
    assert says(refused_at("POST /elt_syncs", 409, body), "409", "maximum number of syncs", SYNCS)


def test_a_page_that_is_not_welds_needs_no_second_advice() -> None:
    text = refused_at("GET /elt_syncs", 404, "<html><title>Gone</title>")
    assert says(text, "(Gone)", "proxy")
    assert text.count("weld:apiUrl") == 1


@pytest.mark.parametrize("path", ["/elt_syncs", "/elt_syncs/{}", "/elt_syncs/{}/enable", "/elt_stream_runs"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_no_refusal_comes_without_a_next_step(method: str, path: str) -> None:
    for status in [*range(400, 452), 499]:
        assert refused_at(f"{method} {path}", status).partition(": No. ")[2], status


def test_an_error_that_knows_what_is_missing_says_that_alone() -> None:
    error = refused("", 404)
    error.next_step = "There is no sync 'x'."
    assert says(error, "GET /things", "404")
    assert str(error).endswith(". There is no sync 'x'.")
    assert CHECK_URL not in str(error)


def test_a_refused_key_of_a_provider_is_to_be_changed_there() -> None:
    text = refused_at("GET /elt_syncs", 401, key_source="weld:apiKey in the weld.Provider 'team-b'")
    assert says(text, "weld.Provider 'team-b'", "`api_key`")
    assert "pulumi config set" not in text
