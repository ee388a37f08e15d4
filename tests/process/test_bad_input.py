"""Whatever a program gives: check says what is wrong with which argument, and never fails itself."""

from __future__ import annotations

import itertools
import math
from inspect import getfullargspec
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.output import Unknown

import weld_pulumi
from tests.support.plugin import UNKNOWN as UNKNOWN_MARK
from tests.support.plugin import Plugin
from tests.support.wording import says
from weld_pulumi.provider.dynamic import DynamicProvider
from weld_pulumi.provider.process import new_context
from weld_pulumi.simulator import Simulator

KINDS = ["Connection", "EltSync", "EltSyncRun", "SourceStream"]
GOOD: dict[str, dict[str, Any]] = {
    "Connection": {"integration_id": "stripe", "label": "Shop", "authorization_timeout": 60.0},
    "EltSync": {
        "connection_id": "conn",
        "destination_schema_name": "raw",
        "sync_interval": "0 * * * *",
        "source_streams": [{"name": "charges"}, {"name": "o*"}],
        "elt_settings": {"account": "acct_1"},
    },
    "EltSyncRun": {"elt_sync_id": "sync", "streams": ["charges"], "triggers": ["a"], "timeout": 60.0},
    "SourceStream": {"elt_sync_id": "sync", "name": "charges", "hashed_columns": ["email"]},
}


def unknown() -> Any:
    return Unknown()  # type: ignore[no-untyped-call]


every_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)  # lone surrogates too
numbers = st.floats() | st.sampled_from([1e308, -1e308, 2.0**53, 2.0**64, 1e-320, -0.0])
scalars = st.none() | st.booleans() | numbers | every_text | st.builds(unknown)
LIKELY = ["", " ", "charges", "*", "[", "[!", "[]]", "a]", "* * * * *", "0 0 31 2 *", "*/0 * * * *", "@daily", "delete"]
LIKELY += ["2024-02-30", "2024-01-31T00:00:00.000Z", "pending-x-y", "..", "http://localhost:99999", "http://[", "\x00"]
likely = st.sampled_from(LIKELY)
values = st.recursive(
    scalars | likely,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(every_text | likely, inner, max_size=4),
    max_leaves=12,
)
entries = st.lists(
    st.dictionaries(st.sampled_from(["name", "exclude", "hashed_columns", "full_sync_always", "nam"]), values)
    | st.fixed_dictionaries({"name": likely}, optional={"exclude": values, "excluded_columns": values})
    | values,
    max_size=5,
)


def nested(levels: int) -> Any:
    value: Any = 1.0
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def provider(kind: str, config: dict[str, str]) -> DynamicProvider:
    """A provider in a context of its own."""
    made = DynamicProvider(kind, new_context)
    made.configure(ConfigureRequest(Config(config, "testing")))
    return made


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WELD_API_KEY", "WELD_API_URL", "WELD_VALIDATION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WELD_TRACEBACK", "1")


def arguments(kind: str) -> list[str]:
    return list(getfullargspec(getattr(weld_pulumi, kind)).kwonlyargs)


def examine(kind: str, made: Any, news: dict[str, Any], olds: dict[str, Any]) -> None:
    """Check, and diff where check found nothing; every failure names an argument that was given, or is missing."""
    checked = made.check(olds, dict(news))
    known = {*news, *arguments(kind)}
    for failure in checked.failures:
        assert failure.reason, failure.property
        named = failure.property or failure.reason
        assert any(named.startswith(_shown(name)) for name in known), (failure.property, failure.reason)
        assert failure.reason.isprintable()
    if not checked.failures:
        outs = {key: value for key, value in checked.inputs.items() if not isinstance(value, Unknown)}
        for old in (outs, olds or GOOD[kind]):
            diffed = made.diff("an-id", {**GOOD[kind], **old}, checked.inputs)
            assert set(diffed.replaces or ()) <= known


def _shown(name: str) -> str:
    """A name as a failure writes it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("validation", ["offline", "off"])
def test_check_names_what_is_wrong_with_any_value_of_any_argument(kind: str, validation: str) -> None:
    names = arguments(kind)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def run(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        value = data.draw(entries if name == "source_streams" else values)
        made = provider(kind, {"weld:validation": validation})
        examine(kind, made, {**GOOD[kind], name: value}, data.draw(st.sampled_from([{}, GOOD[kind]])))

    run()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=200, deadline=None)
@given(news=st.dictionaries(every_text, values, max_size=5))
@example(news={})
def test_check_survives_any_arguments(kind: str, news: dict[str, Any]) -> None:
    made = provider(kind, {"weld:validation": "offline"})
    examine(kind, made, news, {})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_check_writes_nothing_whatever_value_it_asks_weld_about(kind: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(arguments(kind)))
    value = data.draw(entries if name == "source_streams" else values)
    with Simulator() as weld:
        shop = weld.create_connection("stripe", "Shop")["id"]
        sync = weld.create_sync(shop, destination_schema_name="other")["id"]
        there = {"connection_id": shop, "elt_sync_id": sync}
        good = {key: there.get(key, value) for key, value in GOOD[kind].items()}
        made = provider(kind, {"weld:apiKey": weld.api_key, "weld:apiUrl": weld.url})
        examine(kind, made, {**good, name: value}, {})
        assert weld.writes() == []


@pytest.mark.parametrize(
    ("kind", "name"), [("EltSync", "connection_id"), ("EltSyncRun", "elt_sync_id"), ("SourceStream", "elt_sync_id")]
)
@pytest.mark.parametrize("value", [".", "..", "..."])
@pytest.mark.parametrize("validation", ["full", "offline", "off"])
def test_an_id_of_dots_which_would_lead_to_another_path_is_refused_by_its_argument(
    kind: str, name: str, value: str, validation: str, weld: Simulator
) -> None:
    made = provider(kind, {"weld:apiKey": weld.api_key, "weld:apiUrl": weld.url, "weld:validation": validation})
    (failure,) = made.check({}, {**GOOD[kind], name: value}).failures
    assert failure.property == name
    assert says(failure.reason, repr(value), "not a valid Weld id", "`weld-pulumi syncs`")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("levels", [60, 70, 500, 5_000])
def test_check_refuses_deep_nesting(kind: str, levels: int) -> None:
    made = provider(kind, {"weld:validation": "offline"})
    for name in arguments(kind):
        value = nested(levels)
        checked = made.check({}, {**GOOD[kind], name: value})
        if levels > 64:
            assert [failure.reason for failure in checked.failures if "levels deep" in failure.reason]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "half \ud800 a character", {"\udfff": 1}])
@pytest.mark.parametrize("place", ["itself", "inside"])
def test_check_refuses_what_no_json_can_hold(value: Any, place: str) -> None:
    given_value = value if place == "itself" else {"a": [value]}
    made = provider("EltSync", {"weld:validation": "off"})
    checked = made.check({}, {**GOOD["EltSync"], "elt_settings": given_value, "run_triggers": [value]})
    assert [failure.reason.split(":")[0] for failure in checked.failures] == ["elt_settings", "run_triggers"]
    assert all("NaN" in f.reason or "surrogate" in f.reason for f in checked.failures)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plugin_process_names_the_argument_of_bad_input(kind: str) -> None:
    labels = itertools.count()
    unknowns = [UNKNOWN_MARK, {"name": UNKNOWN_MARK}]
    bad: list[Any] = [nested(20), unknowns, 1e308, "\x00\u2028\U0010ffff\u202e", [[[]]], {"": {"": ""}}, True, ""]
    with Plugin({"weld:validation": "offline"}) as plugin:
        for name in arguments(kind):
            for value in bad:
                good = {**GOOD[kind], **({"label": f"Shop {next(labels)}"} if kind == "Connection" else {})}
                checked = plugin.check(kind, {**good, name: value})
                for named, reason in checked.failures:
                    assert (named or reason).startswith(name), (named, reason)
                if not checked.failures:
                    plugin.diff(kind, "an-id", good, checked.inputs)
