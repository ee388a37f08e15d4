"""Where settings come from, which win, and what is said of those that cannot be used."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from tests.support.wording import says
from weld_pulumi.config import PROVIDER_NAME_KEY, SETTINGS, Settings, is_loopback, load
from weld_pulumi.errors import WeldConfigError
from weld_pulumi.provider.dynamic import DynamicProvider

KEY = "weld-key-0123456789"


def loaded(configured: dict[str, str] | None = None, environment: dict[str, str] | None = None) -> Settings:
    return load((configured or {}).get, environment or {})


def refusal(configured: dict[str, str] | None = None, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(WeldConfigError) as raised:
        loaded(configured, environment)
    return str(raised.value)


def test_settings_have_these_defaults() -> None:
    assert loaded() == Settings(None, "https://connect.weld.app", 30.0, 4, "full")


def test_settings_have_the_names_that_users_write() -> None:
    assert {(setting.config_key, setting.env) for setting in SETTINGS} == {
        ("weld:apiKey", "WELD_API_KEY"),
        ("weld:apiUrl", "WELD_API_URL"),
        ("weld:requestTimeout", "WELD_REQUEST_TIMEOUT"),
        ("weld:maxRetries", "WELD_MAX_RETRIES"),
        ("weld:validation", "WELD_VALIDATION"),
        ("weld:openBrowser", "WELD_OPEN_BROWSER"),
    }
    assert [setting.config_key for setting in SETTINGS if setting.secret] == ["weld:apiKey"]


CONFIGURED = {
    "weld:apiKey": KEY,
    "weld:apiUrl": "https://weld.example.com/",
    "weld:requestTimeout": "12.5",
    "weld:maxRetries": "0",
    "weld:validation": "offline",
}
ENVIRONMENT = {
    "WELD_API_KEY": "of-the-environment",
    "WELD_API_URL": "http://localhost:8080",
    "WELD_REQUEST_TIMEOUT": "7",
    "WELD_MAX_RETRIES": "2.0",
    "WELD_VALIDATION": "OFF",
}


def test_the_stack_configuration_wins_over_the_environment() -> None:
    stack = Settings(KEY, "https://weld.example.com", 12.5, 0, "offline", "weld:apiKey in the stack configuration")
    environment = Settings(
        "of-the-environment", "http://localhost:8080", 7.0, 2, "off", "the environment variable WELD_API_KEY"
    )
    assert loaded(CONFIGURED) == stack
    assert loaded(CONFIGURED, ENVIRONMENT) == stack
    assert loaded({}, ENVIRONMENT) == environment
    assert loaded(dict.fromkeys(CONFIGURED, ""), ENVIRONMENT) == environment


def test_each_setting_has_a_source_of_its_own() -> None:
    mixed = loaded({"weld:maxRetries": "1"}, {"WELD_API_KEY": KEY})
    assert (mixed.max_retries, mixed.api_key) == (1, KEY)


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELD_API_KEY", KEY)
    assert load(lambda _: None).api_key == KEY


def test_a_key_of_the_environment_with_an_address_of_the_stack_is_warned_of() -> None:
    elsewhere = {"weld:apiUrl": "https://weld.evil.example"}
    text = loaded(elsewhere, {"WELD_API_KEY": KEY}).warning
    assert says(text, "WELD_API_KEY", "https://weld.evil.example", "`pulumi config set --secret weld:apiKey`")
    assert KEY not in text


def test_up_warns_once_of_a_key_of_the_environment_with_an_address_of_the_stack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WELD_API_KEY", KEY)
    for kind in ("EltSync", "SourceStream"):
        config = Config({"weld:apiUrl": "https://weld.evil.example"}, "project")
        DynamicProvider(kind).configure(ConfigureRequest(config))
    assert capsys.readouterr().out.count("environment variable WELD_API_KEY") == 1


@pytest.mark.parametrize(
    ("configured", "environment"),
    [
        ({}, {"WELD_API_KEY": KEY}),
        ({"weld:apiUrl": "https://connect.weld.app/"}, {"WELD_API_KEY": KEY}),
        ({"weld:apiUrl": "http://localhost:3000"}, {"WELD_API_KEY": KEY}),
        ({"weld:apiUrl": "https://weld.example", "weld:apiKey": KEY}, {"WELD_API_KEY": "another"}),
        ({"weld:apiUrl": "https://weld.example"}, {}),
        ({}, {"WELD_API_URL": "https://weld.example", "WELD_API_KEY": KEY}),
        ({PROVIDER_NAME_KEY: "b", "weld:apiUrl": "https://weld.example"}, {"WELD_API_KEY": KEY}),
    ],
)
def test_other_pairs_of_key_and_address_are_nothing_to_warn_of(
    configured: dict[str, str], environment: dict[str, str]
) -> None:
    assert loaded(configured, environment).warning == ""


def test_a_key_of_an_explicit_provider_is_named_with_it() -> None:
    settings = loaded({PROVIDER_NAME_KEY: "team-b", "weld:apiKey": KEY})
    assert settings.key_source == "weld:apiKey in the weld.Provider 'team-b'"


@pytest.mark.parametrize("key", [{}, {"weld:apiKey": ""}])
def test_another_workspaces_key_does_not_step_in_for_an_explicit_providers(key: dict[str, str]) -> None:
    settings = loaded({PROVIDER_NAME_KEY: "team-b", **key}, ENVIRONMENT)
    assert settings.api_key is None
    assert settings.max_retries == 2
    with pytest.raises(WeldConfigError, match="no API key") as raised:
        settings.require_key()
    assert says(raised.value, "weld:apiKey", "empty", "to the weld.Provider 'team-b'", "`api_key`")
    assert "pulumi config set" not in str(raised.value)


def test_a_missing_key_names_both_ways_to_give_one() -> None:
    with pytest.raises(WeldConfigError) as raised:
        loaded().require_key()
    assert says(raised.value, "`pulumi config set --secret weld:apiKey`", "WELD_API_KEY")


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(loaded(CONFIGURED))
    assert KEY not in refusal({"weld:apiKey": f"{KEY} {KEY}"})
    assert loaded({"weld:apiKey": f"  {KEY}\n"}).api_key == KEY


@pytest.mark.parametrize("key", ["   ", "two words", "with\nline", "ünicode", "nul\x00", "\x7f"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    text = refusal({"weld:apiKey": key})
    assert says(text, "weld:apiKey in the stack configuration: ", "copy the key")
    assert repr(key) not in text


@pytest.mark.parametrize(
    "url",
    [
        "https://connect.weld.app",
        "https://connect.weld.app/",
        "https://proxy.example.com:8443/weld",
        "http://localhost:3000",
        "http://LOCALHOST:3000",
        "http://127.0.0.1:1",
        "http://127.1.2.3",
        "http://[::1]:8080",
        "https://bücher.example",
    ],
)
def test_these_urls_can_be_used(url: str) -> None:
    assert loaded({"weld:apiUrl": url}).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (
            "http://connect.weld.app",
            "write https://connect.weld.app",
        ),
        (
            "http://example.com:80/x",
            "write https://example.com:80",
        ),
        ("http://localhost.example.com", "write https://"),
        ("http://127.0.0.1.example.com", "write https://"),
        ("http://weld.localhost", "write https://"),
        ("http://0.0.0.0:8080", "write https://"),
        ("http://192.168.0.1", "write https://"),
        ("http://2130706433", "write https://"),
        ("http://[::2]", "write https://"),
        ("http://localhost.", "write https://"),
        ("http://localhost.:8080", "write https://"),
        ("http://127.0.0.1.", "write https://"),
        ("http://evil.example\\[::1]", "not a URL"),
        ("http://evil.example\\[::1]:80", "not a URL"),
        ("http:\\\\evil.example", "not a URL"),
        ("https://connect.weld.app\\x", "not a URL"),
        ("http://evil.example[::1]", "not a URL"),
        ("http://[::1]evil.example", "not a URL"),
        ("http://[::1%25eth0]", "not a URL"),
        ("http://127.0.0.1%2eevil.example", "not a URL"),
        ("connect.weld.app", "not a URL"),
        ("ftp://connect.weld.app", "not a URL"),
        ("https://", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://a:99999", "not a URL"),
        ("https://a..b", "not a URL"),
        (f"https://{'a' * 64}.example.com", "not a URL"),
        ("https://a b", "not a URL"),
        ("https://a\nb", "not a URL"),
        ("  /  ", "not a URL"),
        ("https://a/?key=1", "plain URL"),
        ("https://a/#top", "plain URL"),
        ("https://a?", "plain URL"),
    ],
)
def test_urls_that_cannot_be_used_are_refused_with_a_reason(url: str, reason: str) -> None:
    text = refusal({"weld:apiUrl": url})
    assert text.startswith(f"weld:apiUrl in the stack configuration: {url!r} ")
    assert reason in text
    assert text.isprintable()


@pytest.mark.parametrize("url", ["http://evil.example\\@localhost", "http://evil.example\\@localhost/x"])
def test_another_host_does_not_pass_for_loopback(url: str) -> None:
    assert "not a URL" in refusal({"weld:apiUrl": url})


@pytest.mark.parametrize("url", ["https://user:hunter2@a.example", "https://user:hun/ter2@a.example"])
def test_a_password_in_a_url_is_not_shown(url: str) -> None:
    text = refusal({}, {"WELD_API_URL": url})
    assert says(text, "the environment variable WELD_API_URL: 'https://…@a.example' ")
    assert "ter2" not in text


@pytest.mark.parametrize("value", ["0", "-1", "3601", "soon", "nan", "inf", "1e400", "None", "30 s"])
def test_time_limits_that_cannot_be_used_are_refused(value: str) -> None:
    text = refusal({}, {"WELD_REQUEST_TIMEOUT": value})
    assert says(text, f"the environment variable WELD_REQUEST_TIMEOUT: {value!r} ", "above 0", "3600")


@pytest.mark.parametrize("value", ["-1", "21", "1.5", "many", "nan", "inf", "-inf", "1e400", "True"])
def test_counts_that_cannot_be_used_are_refused(value: str) -> None:
    text = refusal({"weld:maxRetries": value})
    assert says(text, f"weld:maxRetries in the stack configuration: {value!r} ", "from 0 to 20")


def test_levels_of_validation_are_full_offline_and_off() -> None:
    assert [loaded({"weld:validation": text}).validation for text in ("full", " Offline ", "OFF")] == [
        "full",
        "offline",
        "off",
    ]
    text = refusal({PROVIDER_NAME_KEY: "team-b", "weld:validation": "foo"})
    assert says(text, "weld:validation in the weld.Provider 'team-b': 'foo' ", "full, offline or off")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("localhost.", False),
        ("127.0.0.1.", False),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("127.0.0.256", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("evil.localhost", False),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        (None, False),
    ],
)
def test_only_loopback_addresses_are_this_machine(host: str | None, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@given(st.sampled_from(SETTINGS), st.text(min_size=1) | st.floats().map(str) | st.integers().map(str))
def test_any_value_is_read_or_refused_in_a_sentence(setting: Any, value: str) -> None:
    try:
        settings = loaded({setting.config_key: value})
    except WeldConfigError as error:
        text = str(error)
    else:
        text = f"{setting.config_key} in the stack configuration: fine."
        assert settings.api_url.startswith(("https://", "http://"))
        assert 0 < settings.request_timeout <= 3600
        assert 0 <= settings.max_retries <= 20
    assert re.fullmatch(rf"{setting.config_key} in the stack configuration: .+\.", text)
