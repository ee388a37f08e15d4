"""``__provider``: what every stored stack holds, and what must be readable for ever."""

from __future__ import annotations

import base64
import pickle
import sys
from typing import Any

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.runtime import set_mocks

from tests.support.mocks import Weld, seen
from tests.support.plugin import SECRET, Plugin, pickled
from weld_pulumi import _registry
from weld_pulumi.provider.dynamic import DynamicProvider
from weld_pulumi.simulator import Simulator

#: As release 0.1.0 wrote them into states. Never to be changed; a newer form is added beside these.
STORED = {
    "Connection": "gASVMwAAAAAAAACMFXdlbGRfcHVsdW1pLl9yZWdpc3RyeZSMBGxvYWSUk5SMCkNvbm5lY3Rpb26UhZRSlC4=",
    "EltSync": "gASVMAAAAAAAAACMFXdlbGRfcHVsdW1pLl9yZWdpc3RyeZSMBGxvYWSUk5SMB0VsdFN5bmOUhZRSlC4=",
    "SourceStream": "gASVNQAAAAAAAACMFXdlbGRfcHVsdW1pLl9yZWdpc3RyeZSMBGxvYWSUk5SMDFNvdXJjZVN0cmVhbZSFlFKULg==",
}
KINDS = list(STORED)


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_is_stored_as_the_same_bytes_as_ever(kind: str) -> None:
    written = base64.b64decode(pickled(kind))
    assert written[:2] == bytes([0x80, pickle.DEFAULT_PROTOCOL])  # the protocol is Python's choice
    assert written[2:] == base64.b64decode(STORED[kind])[2:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_provider_that_any_python_wrote_loads(kind: str, protocol: int) -> None:
    loaded = dill.loads(pickle.dumps(_registry.ProviderReference(kind), protocol))
    assert type(loaded) is DynamicProvider
    assert loaded.name == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_is_stored_loads(kind: str) -> None:
    loaded = dill.loads(base64.b64decode(STORED[kind]))
    assert type(loaded) is DynamicProvider
    assert loaded.name == kind


@pytest.mark.usefixtures("event_loop")
def test_a_subclass_of_a_program_is_stored_the_same() -> None:
    """A class of the program itself would be stored with its code, and break with the next Python."""
    import weld_pulumi as weld

    class Ours(weld.EltSync):
        pass

    mocks = Weld()
    set_mocks(mocks)
    seen(lambda: [Ours("it", connection_id="x", destination_schema_name="y").urn])
    assert mocks.made["it"].inputs["__provider"] == pickled("EltSync")


def test_a_stored_provider_holds_no_secret_and_nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELD_API_KEY", "of-the-environment")
    assert pickled("EltSync") == pickled("EltSync")
    written = base64.b64decode(pickled("EltSync"))
    assert len(written) < 80
    assert sys.prefix.encode() not in written
    assert _registry.ProviderReference.serialize_as_secret_always is False


@pytest.mark.parametrize("kind", KINDS)
def test_the_plugin_works_with_a_provider_that_is_stored(weld: Simulator, plugin: Plugin, kind: str) -> None:
    plugin.use(kind, STORED[kind])
    shop = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(shop, streams=["charges"], destination_schema_name="raw")["id"]
    stream = weld.state()["streams"][0]["id"]
    stored: dict[str, tuple[str, dict[str, Any]]] = {
        "Connection": (shop, {"integration_id": "stripe", "label": "Shop", "status": "AUTHORIZED"}),
        "EltSync": (sync, {"connection_id": shop, "destination_schema_name": "raw", "sync_interval": "0 0 * * *"}),
        "SourceStream": (stream, {"elt_sync_id": sync, "name": "charges"}),
    }
    id, outs = stored[kind]
    assert plugin.read(kind, id, outs)[0] == id
    plugin.delete(kind, id, outs)
    tables = {"Connection": "connections", "EltSync": "syncs", "SourceStream": "streams"}
    assert id not in {row["id"] for row in weld.state()[tables[kind]]}


def test_an_unknown_kind_of_resource_is_an_error() -> None:
    with Plugin({"weld:apiKey": SECRET("k")}) as plugin, pytest.raises(Exception, match="Nonsense"):
        plugin.check("Nonsense", {})
