"""Schema names, integration ids and the names that are suggested."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wording import says
from weld_pulumi.validation.integrations import integration_problem
from weld_pulumi.validation.schema_names import same_schema, schema_name_problem
from weld_pulumi.validation.suggest import did_you_mean, nearest


@pytest.mark.parametrize("name", ["weld_stripe", "weld-stripe", "Weld", "1st", "übung", "目录", "a" * 255, "default"])
def test_a_name_that_databricks_accepts_is_not_refused(name: str) -> None:
    assert schema_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("", ["empty", "for example 'weld_stripe'"]),
        ("  ", ["empty", "for example 'weld_stripe'"]),
        ("x" * 256, ["256", "255", "shorter"]),
        ("my schema", ["'my schema' ", "space", "write 'my_schema'"]),
        ("raw/stripe", ["'raw/stripe' ", "slash", "write 'raw_stripe'"]),
        ("a\tb", [r"'a\tb' ", r"character '\t'", "write 'a_b'"]),
        ("a\x7f", [r"'a\x7f' ", r"character '\x7f'", "write 'a'"]),
        (".", ["'.' ", "period", "write 'weld_stripe'"]),
        ("/\x85", [r"'/\x85' ", "slash", "write 'weld_stripe'"]),
        ("main.information_schema", ["'main.information_schema' ", "catalog", "write 'weld_stripe'"]),
        ("a.b.c", ["'a.b.c' ", "period", "write 'a_b_c'"]),
        ("main.weld", ["'main.weld' ", "catalog", "write 'weld'"]),
        ("`main`.`we ld`", ["'`main`.`we ld`' ", "catalog", "write 'we_ld'"]),
        ("INFORMATION_SCHEMA", ["'INFORMATION_SCHEMA' ", "itself", "for example 'weld_stripe'"]),
    ],
)
def test_a_name_that_databricks_refuses_is_refused_with_a_reason(name: str, parts: list[str]) -> None:
    assert says(schema_name_problem(name), *parts)


@given(st.text(max_size=20))
def test_a_name_that_is_advised_is_accepted(name: str) -> None:
    reason = schema_name_problem(name)
    if reason:
        _, _, written = reason.rpartition("write ")
        in_words = written.startswith(("the name", "another name"))
        assert in_words or schema_name_problem(ast.literal_eval(written)) is None


def test_schema_names_are_the_same_in_any_case() -> None:
    assert same_schema("Weld_Stripe", "weld_stripe")
    assert same_schema(None, None)
    assert not same_schema("weld", "weld2")
    assert not same_schema(None, "weld")


IDS = ["amazon-ads", "google-ads", "google-drive", "hubspot", "salesforce", "shopify", "stripe", "xAds", "postgresql"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Stripe", "stripe"),
        ("stirpe", "stripe"),
        ("strpe", "stripe"),
        ("xads", "xAds"),
        ("google_ads", "google-ads"),
        ("GoogleAds", "google-ads"),
        ("google-ad", "google-ads"),
        ("sales-force", "salesforce"),
        ("hubspott", "hubspot"),
    ],
)
def test_a_near_miss_of_an_integration_is_told(given: str, meant: str) -> None:
    problem = integration_problem(given, IDS)
    assert problem is not None
    assert problem.path == "integration_id"
    assert says(problem.reason, f"{given!r} ", f"write {meant!r}")


@pytest.mark.parametrize(
    "integration_id", [*IDS, "databricks", "google-docs", "spotify", "mysql", "amazon-s3", "excel", "stripe-tax", ""]
)
def test_an_integration_that_is_listed_or_like_nothing_is_no_problem(integration_id: str) -> None:
    assert integration_problem(integration_id, IDS) is None


@pytest.mark.parametrize(
    ("word", "known", "names"),
    [
        ("custmers", ["charges", "customers", "invoices"], ["customers"]),
        ("order", ["orders", "order_items"], ["orders"]),
        ("companies", ["company", "contact"], ["company"]),
        ("orderItems", ["orders", "order_items"], ["order_items", "orders"]),
        ("ORDERS", ["Orders", "orders"], ["Orders", "orders"]),
        ("zzz", ["orders"], []),
        ("", ["orders"], []),
        ("table_1", [f"table_{number}" for number in range(9)], ["table_1", "table_8", "table_7"]),
    ],
)
def test_the_nearest_names_are_found(word: str, known: list[str], names: list[str]) -> None:
    assert nearest(word, known) == names


def test_suggestions_are_put_into_words() -> None:
    assert did_you_mean("order", ["orders"]) == "did you mean 'orders'?"
    assert did_you_mean("tabl", ["table", "tables", "tab"]) == "did you mean 'table', 'tab' or 'tables'?"
    assert did_you_mean("zzz", ["orders"]) == ""


@given(st.text(), st.lists(st.text()))
def test_suggestions_are_known_names(word: str, known: list[str]) -> None:
    assert set(nearest(word, known)) <= set(known)
    assert len(nearest(word, known)) <= 3
