"""Which arguments of a resource are secret, as far as the plugin can know."""

from __future__ import annotations

from weld_pulumi._registry import SECRETS
from weld_pulumi.api.redaction import SecretRegistry
from weld_pulumi.provider.core.secret_inputs import SecretInputs
from weld_pulumi.schema.elt_sync import ELT_SYNC

NAMES = [{"name": "charges", "hashed_columns": ["iban_of_the_customer"]}]
COLUMN = "source_streams[0].hashed_columns[0]"


def test_what_was_secret_in_check_is_secret_in_create() -> None:
    secret_inputs = SecretInputs(SecretRegistry())
    secret_inputs.note([COLUMN, "source_streams[0].name"], {"source_streams": NAMES})
    assert secret_inputs.arguments({"source_streams": NAMES, "start_date": None}) == ["source_streams"]
    assert secret_inputs.arguments({"source_streams": []}) == []


def test_a_resource_without_secrets_has_no_secret_arguments() -> None:
    assert SecretInputs(SecretRegistry()).arguments({"source_streams": NAMES}) == []


def test_a_secret_inside_a_list_is_in_no_message() -> None:
    secrets = SecretRegistry()
    SecretInputs(secrets).mark_given([COLUMN], {"source_streams": NAMES})
    assert "iban" not in secrets("the column 'iban_of_the_customer' of 'charges'")
    assert "'charges'" in secrets("the column 'iban_of_the_customer' of 'charges'")


def test_the_canonical_form_and_the_last_value_of_a_secret_are_in_no_message() -> None:
    secrets = SecretRegistry()
    given = {"sync_interval": "0  5 * * 7", "destination_schema_name": "x"}
    canonical = ELT_SYNC.canonical(given)[0]["sync_interval"]
    SecretInputs(secrets).mark_canonical(["sync_interval"], ELT_SYNC, {"sync_interval": "9 9 9 9 *"}, given)
    assert canonical not in secrets(f"it is {canonical!r}")
    assert "9 9 9 9 *" not in secrets("it was '9 9 9 9 *'")


def test_the_state_names_what_was_secret_in_the_last_run() -> None:
    secrets = SecretRegistry()
    stored = {"label": "of the shop", "status": "AUTHORIZED", SECRETS: ["label"]}
    assert SecretInputs(secrets).mark_stored(stored) == ["label"]
    assert "of the shop" not in secrets("connection 'of the shop'")
    assert SecretInputs(secrets).mark_stored({"label": "x"}) == []
