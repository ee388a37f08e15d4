"""The sample policy pack: its rules as functions, and the pack as a process, asked as the engine asks it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.examples.policy_process import PolicyPack, environment_for, running_pack
from tests.support.examples import EXAMPLES, module_of

FOLDER = EXAMPLES / "policy"
ELT_SYNC = "pulumi-python:dynamic/weld:EltSync"
SOURCE_STREAM = "pulumi-python:dynamic/weld:SourceStream"
HASHED = {"name": "customers", "hashed_columns": ["email"], "excluded_columns": ["phone"]}

pytestmark = pytest.mark.xdist_group("policy")


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    return module_of("policy", "rules")


@pytest.fixture(scope="module")
def pack() -> Iterator[PolicyPack]:
    with running_pack(environment_for(FOLDER / "requirements.txt"), FOLDER) as pack:
        yield pack


@pytest.mark.parametrize(
    ("entries", "columns"),
    [
        ([HASHED], []),
        ([{"name": "charges"}], []),
        ([{"name": "customers"}], ["email", "phone"]),
        ([{"name": "customers", "hashed_columns": ["email"]}], ["phone"]),
        ([{"name": "cust*"}], ["email", "phone"]),
        ([{"name": "cust*"}, HASHED], []),
        ([{"name": "cust*"}, {"name": "customers", "exclude": True}], []),
        ([{"name": "*", "hashed_columns": ["email", "phone"]}], []),
    ],
)
def test_the_rule_names_personal_columns_that_are_not_hashed(
    rules: ModuleType, entries: list[dict[str, Any]], columns: list[str]
) -> None:
    expected = [f"stream 'customers': put '{c}' into hashed_columns or excluded_columns." for c in columns]
    found = list(rules.personal_data_problems(entries))
    assert [text for text in found if "'customers'" in text] == expected


@pytest.mark.parametrize(
    ("stack", "protect", "policy", "well"),
    [
        ("dev", False, "delete", True),
        ("production", False, "delete", False),
        ("production", False, "disable", False),
        ("production", False, "retain", True),
        ("production", True, "delete", True),
    ],
)
def test_the_rule_wants_syncs_of_production_protected_or_retained(
    rules: ModuleType, stack: str, protect: bool, policy: str, well: bool
) -> None:
    assert (not list(rules.data_loss_problems(stack, protect, {"deletion_policy": policy}))) is well


def test_the_pack_reports_inline_streams(pack: PolicyPack) -> None:
    assert pack.violations(ELT_SYNC, {"source_streams": [HASHED]}) == {}
    assert pack.violations(ELT_SYNC, {"source_streams": [{"name": "contacts"}]}) == {
        "weld-personal-data": "Personal columns are hashed or not copied.\n"
        "stream 'contacts': put 'email' into hashed_columns or excluded_columns."
    }


def test_the_pack_reports_separate_streams(pack: PolicyPack) -> None:
    assert pack.violations(SOURCE_STREAM, {"elt_sync_id": "1", **HASHED}) == {}
    assert pack.violations(SOURCE_STREAM, {"elt_sync_id": "1", "name": "contacts"}).keys() == {"weld-personal-data"}


def test_the_pack_reports_syncs_of_production(pack: PolicyPack) -> None:
    sync = {"deletion_policy": "delete"}
    assert pack.violations(ELT_SYNC, sync) == {}
    assert pack.violations(ELT_SYNC, sync, stack="production", protect=True) == {}
    assert pack.violations(ELT_SYNC, sync, stack="production").keys() == {"weld-production-syncs"}


def test_the_pack_leaves_other_resources_alone(pack: PolicyPack) -> None:
    assert pack.violations("aws:s3/bucket:Bucket", {"name": "customers"}, stack="production") == {}
