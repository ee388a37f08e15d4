"""Whatever is secret, and whatever becomes of a resource: no message and no plain output shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.fake_engine import Process, Props, WeldError, as_sent
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

#: Outputs that the program makes secret: always, or where an argument is.
ALWAYS = {"authorize_url"}
DERIVED = {"__weld": "label", "stream_ids": "source_streams"}

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=6, max_size=90)
words = st.from_regex(r"[a-z][a-z0-9_]{7,30}", fullmatch=True)
any_text = texts | words
names = st.sampled_from(["charges", "customers", "invoices", "refunds", "chargess", "order_*", "payout*"]) | any_text
flags = st.booleans()
triggers = st.lists(any_text, max_size=2) | st.dictionaries(words, any_text, max_size=2)
stream: dict[str, st.SearchStrategy[Any]] = {
    "hashed_columns": st.lists(any_text, max_size=3),
    "excluded_columns": st.lists(any_text, max_size=3),
    "excluded_substreams": st.lists(any_text, max_size=1),
    "incremental_pointer_id": any_text,
    "full_sync_always": flags | texts,
    "full_sync_at_midnight": flags,
    "protected_from_full_sync": flags,
    "enabled_history_table": flags,
    "run_triggers": triggers,
    "full_refresh_triggers": triggers,
}
common = {"adopt": flags | any_text, "deletion_policy": st.sampled_from(["delete", "retain"]) | any_text}
ARGUMENTS: dict[str, tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]] = {
    "Connection": (
        {
            "integration_id": st.sampled_from(["stripe", "hubspot", "strip"]) | any_text,
            "label": any_text,
            "authorization_timeout": st.sampled_from([0, 0, 0, "a few seconds"]),
        },
        {**common, "redirect_uri": any_text},
    ),
    "EltSync": (
        {"connection_id": st.just("SHOP") | any_text, "destination_schema_name": words | texts},
        {
            **common,
            "sync_interval": st.sampled_from(["0  */6 * * *", "0 0 * * MON"]) | any_text,
            "start_date": st.just("2024-01-31") | any_text,
            "elt_settings": st.dictionaries(words, any_text | st.lists(any_text, max_size=2), max_size=2),
            "orchestration_workflow_id": any_text,
            "enabled": flags,
            "source_streams": st.lists(st.fixed_dictionaries({"name": names}, optional=stream), max_size=3),
            "run_triggers": triggers,
        },
    ),
    "SourceStream": ({"elt_sync_id": st.just("SYNC") | any_text, "name": names}, {**stream, "adopt": flags}),
}


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, list[Props], list[str]]:
    """A kind of resource, its arguments in two versions of a program, and which of them are secret."""
    kind = draw(st.sampled_from(sorted(ARGUMENTS)))
    required, optional = ARGUMENTS[kind]
    versions = [draw(st.fixed_dictionaries(required, optional=optional)) for _ in range(2)]
    if draw(st.booleans()):
        versions[1] = {**versions[0], **draw(st.fixed_dictionaries({}, optional=optional))}
    paths = sorted({path for version in versions for path, _ in parts(version)})
    return kind, versions, draw(st.lists(st.sampled_from(paths), min_size=1, max_size=4, unique=True))


def parts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a program's arguments, as the program tells the plugin where a secret stands."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, f"{path}.{key}" if path else key)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from parts(item, f"{path}[{index}]")


def leaves(value: Any) -> set[str]:
    return {leaf for _, leaf in parts({"x": value}) if isinstance(leaf, str) and len(leaf) >= 6}


def is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


class Life:
    """One resource through its life; all that a person would see is kept."""

    def __init__(self, weld: Simulator, kind: str, secrets: list[str], fault: str | None) -> None:
        self.weld, self.kind, self.paths, self.fault = weld, kind, secrets, fault
        self.lines: list[str] = []
        self.said: list[str] = []
        self.plain: list[str] = []
        self.id = ""
        self.inputs: Props = {}
        self.outs: Props = {}

    def run(self, *versions: Props) -> None:
        for version in versions:
            self._up(version)
        if self.id:
            # Another process, and no program: what is secret is known from the state.
            self._try(self._read, Process(self.weld, self.lines))
            self._try(self._delete, Process(self.weld, self.lines))

    def _up(self, version: Props) -> None:
        process = Process(self.weld, self.lines)
        self.weld.clear_faults()
        if self.fault:  # Weld repeats all that it may have been told
            echoed = " ".join(f"{value!r} {value}" for path, value in parts(version) if path in self.paths)
            self.weld.fault("status", path=self.fault, method="POST", status=400, body={"message": f"bad: {echoed}"})
        news = as_sent({**version, "__secrets": [path for path in self.paths if path in dict(parts(version))] or None})
        checked = process[self.kind].check(as_sent(self.inputs), news)
        for failure in checked.failures or ():
            self.said.append(f"{failure.property} {failure.reason}")
            self.plain.append(json.dumps(news.get(failure.property), ensure_ascii=False))  # the engine prints it
        if checked.failures:
            return
        inputs = as_sent(checked.inputs)
        self._try(lambda process: self._apply(process, inputs), process)
        if self.id:
            self._try(self._read, process)

    def _apply(self, process: Process, inputs: Props) -> None:
        provider = process[self.kind]
        if self.id:
            diff = provider.diff(self.id, as_sent(self.outs), inputs)
            if diff.replaces:
                return
            told: Any = provider.update(self.id, as_sent(self.outs), inputs).outs
        else:
            made = provider.create(inputs)
            self.id, told = str(made.id), made.outs
        self.inputs = inputs
        self._store(told or {})

    def _read(self, process: Process) -> None:
        told = process[self.kind].read(self.id, as_sent(self.outs))
        if told.id:
            self.id = told.id
            self._store(told.outs or {})

    def _delete(self, process: Process) -> None:
        process[self.kind].delete(self.id, as_sent(self.outs))

    def _store(self, outs: Props) -> None:
        self.outs = as_sent(outs)
        secret = {path.partition(".")[0].partition("[")[0] for path in self.paths}
        secret |= ALWAYS | {output for output, argument in DERIVED.items() if argument in secret}
        self.plain.append(self.id)
        self.plain.append(json.dumps({k: v for k, v in outs.items() if k not in secret}, ensure_ascii=False))

    def _try(self, operation: Any, process: Process) -> None:
        try:
            operation(process)
        except WeldError as error:
            self.said.append(str(error))


# Smaller examples would take minutes to find.
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(programs(), st.sampled_from([None, None, "/elt_syncs.*", "/connection_bridges", "/elt_streams.*"]))
def test_no_message_and_no_plain_output_shows_a_secret(
    weld: Simulator, drawn: tuple[str, list[Props], list[str]], fault: str | None
) -> None:
    kind, versions, paths = drawn
    weld.reset()
    shop = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(shop, destination_schema_name="raw", streams=["charges"])["id"]
    known = {"SHOP": shop, "SYNC": sync}
    for version in versions:
        version.update({name: known[v] for name, v in version.items() if isinstance(v, str) and v in known})
    values = [part for version in versions for part in parts(version)]
    secrets = set().union(*(leaves(value) for path, value in values if path in paths))
    # What is written beside it in plain text is no secret.
    plain = [v for path, v in values if isinstance(v, str) and not any(is_in(path, each) for each in paths)]
    secrets = {secret for secret in secrets if not any(secret.lower() in each.lower() for each in plain)}
    life = Life(weld, kind, paths, fault)
    life.run(*versions)
    lines = [line for line in life.lines if f"{weld.url}/" not in line]  # the link is shown with its label
    for secret in secrets:
        for text in (*lines, *life.said):
            assert secret not in text, (kind, versions, paths)
            assert repr(secret)[1:-1] not in text, (kind, versions, paths)
        for text in life.plain:
            assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text, (kind, versions, paths)
