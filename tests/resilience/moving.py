"""Programs whose resources change their names, objects and places at random, and what must hold after each run."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.support.dying import dying
from tests.support.fake_engine import Crash, Ref, RefusedError, Res, Stack
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator

NAMES = ("charges", "customers", "disputes", "invoices", "payouts", "refunds")
HASHED = {"charges": ["email"], "refunds": ["card"]}

#: A move, what it is applied to, and how `up` runs then: see `Moves` and `run`.
Step = tuple[str, int, int, str, int]


@dataclass
class Slot:
    """One resource of the program: its name there, and what it says."""

    kind: str
    name: str
    props: dict[str, Any]

    def resource(self) -> Res:
        return Res(self.kind, self.name, dict(self.props))


@dataclass
class Moves:
    """A program: two connections, three syncs and their streams, one sync with its streams inline."""

    slots: list[Slot] = field(default_factory=list)
    count: int = 0

    @classmethod
    def start(cls) -> Moves:
        slots = [Slot("Connection", f"c{n}", {"integration_id": "stripe", "label": f"Shop {n}"}) for n in range(2)]
        for n in range(3):
            connection = Ref(f"c{n % 2}")
            sync = {"connection_id": connection, "destination_schema_name": f"raw_{n}", "sync_interval": "0 3 * * *"}
            slots.append(Slot("EltSync", f"e{n}", sync))
        slots[-1].props["source_streams"] = [{"name": "charges", "hashed_columns": ["email"]}, {"name": "payouts"}]
        for n, name in enumerate(NAMES[:4]):
            slots.append(Slot("SourceStream", f"s{n}", {"elt_sync_id": Ref(f"e{n % 2}"), "name": name, **_flags(name)}))
        return cls(slots)

    def program(self) -> list[Res]:
        order = {"Connection": 0, "EltSync": 1, "SourceStream": 2}
        return [slot.resource() for slot in sorted(self.slots, key=lambda slot: order[slot.kind])]

    def apply(self, move: str, a: int, b: int, stack: Stack) -> None:
        getattr(self, move)(a, b, stack)

    def _of(self, kind: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.kind == kind]

    def _streams(self, a: int, count: int) -> list[Slot]:
        streams = self._of("SourceStream")
        return [streams[(a + n) % len(streams)] for n in range(min(count, len(streams)))]

    def adopt_as_advised(self, complaint: str, left: Collection[str]) -> bool:
        """Write the ``adopt=…`` line of an error, if it names one of these syncs; return whether it does."""
        found = re.search(r"schema '([^']+)'\).*adopt='([^']+)'", complaint)
        if found is None or found[2] not in left:
            return False
        for slot in self._of("EltSync"):
            if slot.props["destination_schema_name"] == found[1]:
                slot.props["adopt"] = found[2]
        return True

    # The moves -------------------------------------------------------------------------------------------------

    def rename(self, a: int, _: int, stack: Stack) -> None:
        """Another name in the program, without an alias; what the messages advise is written with it."""
        slot = self.slots[a % len(self.slots)]
        old, self.count = slot.name, self.count + 1
        slot.name = f"{old[0]}{self.count + 10}"
        held = stack.state.get(old)
        if slot.kind == "Connection":
            slot.props["adopt"] = True
        elif slot.kind == "EltSync" and held is not None:
            slot.props["adopt"] = held.id
        for other in self.slots:
            other.props.update({key: Ref(slot.name) for key, value in other.props.items() if value == Ref(old)})

    def swap(self, a: int, _: int, stack: Stack) -> None:
        """Two streams exchange their names."""
        self._turn(self._streams(a, 2), "name")

    def turn(self, a: int, _: int, stack: Stack) -> None:
        """Three streams pass their names on."""
        self._turn(self._streams(a, 3), "name")

    def swap_syncs(self, a: int, _: int, stack: Stack) -> None:
        """Two streams exchange their syncs."""
        self._turn(self._streams(a, 2), "elt_sync_id")

    def swap_schemas(self, a: int, b: int, stack: Stack) -> None:
        """Two syncs exchange their schemas."""
        syncs = self._of("EltSync")
        self._turn([syncs[a % len(syncs)], syncs[(a + 1) % len(syncs)]], "destination_schema_name")

    def _turn(self, slots: list[Slot], key: str) -> None:
        values = [slot.props[key] for slot in slots]
        for slot, value in zip(slots, values[1:] + values[:1], strict=True):
            slot.props[key] = value
            if slot.kind == "SourceStream":
                self._settle_columns(slot)

    def _settle_columns(self, slot: Slot) -> None:
        for column in ("hashed_columns",):
            slot.props.pop(column, None)
        slot.props.update(_flags(slot.props["name"]))

    def move(self, a: int, b: int, stack: Stack) -> None:
        """A stream moves to another sync, or to a stream that nobody has yet."""
        slot = self._streams(a, 1)[0]
        slot.props["elt_sync_id"] = Ref(self._separate()[b % 2].name)
        slot.props["name"] = NAMES[(a + b) % len(NAMES)]
        self._settle_columns(slot)

    def remove(self, a: int, _: int, stack: Stack) -> None:
        """A stream goes."""
        if len(self._of("SourceStream")) > 2:
            self.slots.remove(self._streams(a, 1)[0])

    def add(self, a: int, b: int, stack: Stack) -> None:
        """A stream comes."""
        self.count += 1
        name = NAMES[b % len(NAMES)]
        props = {"elt_sync_id": Ref(self._separate()[a % 2].name), "name": name, **_flags(name)}
        self.slots.append(Slot("SourceStream", f"s{self.count + 10}", props))

    def separate(self, a: int, b: int, stack: Stack) -> None:
        """The inline streams become resources, or those of another sync become inline."""
        syncs = self._of("EltSync")
        inline = next((sync for sync in syncs if sync.props.get("source_streams") is not None), None)
        if inline is not None:
            for entry in inline.props.pop("source_streams"):
                self.count += 1
                props = {"elt_sync_id": Ref(inline.name), **entry}
                self.slots.append(Slot("SourceStream", f"s{self.count + 10}", props))
            return
        sync = syncs[a % len(syncs)]
        own = [slot for slot in self._of("SourceStream") if slot.props["elt_sync_id"] == Ref(sync.name)]
        entries = [{key: value for key, value in slot.props.items() if key != "elt_sync_id"} for slot in own]
        sync.props["source_streams"] = entries
        self.slots = [slot for slot in self.slots if slot not in own]

    def _separate(self) -> list[Slot]:
        found = [sync for sync in self._of("EltSync") if sync.props.get("source_streams") is None]
        return [*found, *found][:2]

    def change(self, a: int, b: int, stack: Stack) -> None:
        """A sync changes in place."""
        syncs = self._of("EltSync")
        syncs[a % len(syncs)].props["sync_interval"] = f"{b % 60} 4 * * *"

    def repeat(self, a: int, b: int, stack: Stack) -> None:
        """Nothing changes."""


def _flags(name: str) -> dict[str, Any]:
    return {"hashed_columns": HASHED[name]} if name in HASHED else {}


MOVES = (
    "rename", "swap", "turn", "swap_syncs", "swap_schemas", "move", "remove", "add", "separate", "change", "repeat",
)  # fmt: skip
HOW = ("plain", "late", "target", "fails", "dies", "refreshed")


def run(stack: Stack, program: list[Res], how: str, number: int) -> bool:
    """Run `up` in one of these ways; return whether it went through."""
    stack.late = how == "late"
    try:
        if how == "target":
            names = [res.name for res in program]
            stack.up(program, preview_first=False, targets=names[number % len(names) :])
        elif how == "fails":
            wrong = Res("SourceStream", "wrong", {"elt_sync_id": Ref(first_sync(program)), "name": "no_such_stream"})
            stack.up([*program, wrong], preview_first=False)
        elif how == "dies":
            with dying(stack, number):
                stack.up(program, preview_first=False)
        else:
            stack.up(program, refresh=how == "refreshed")
    except (RefusedError, WeldError, Crash):
        return False
    finally:
        stack.late = False
    return how != "target"


def first_sync(program: list[Res]) -> str:
    return next(res.name for res in program if res.kind == "EltSync" and res.props.get("source_streams") is None)


# What must hold --------------------------------------------------------------------------------------------------


def strangers(weld: Simulator) -> dict[str, Any]:
    """What somebody else has made: a connection, a sync and its streams."""
    connection = weld.create_connection("stripe", "theirs")["id"]
    weld.create_sync(connection, destination_schema_name="theirs", streams=list(NAMES[:3]))
    weld.advance(30)
    return weld.state()


def untouched(weld: Simulator, before: dict[str, Any]) -> None:
    """Assert that all of it is as it was."""
    now = weld.state()
    for table in ("connections", "syncs", "streams"):
        rows = {row["id"]: row for row in now[table]}
        for row in before[table]:
            assert rows.get(row["id"]) == row, f"a stranger's {table} was touched"


def nothing_lost(weld: Simulator, stack: Stack, program: list[Res]) -> None:
    """Assert that what the stack has of the program is at Weld."""
    now = weld.state()
    tables = {"Connection": "connections", "EltSync": "syncs", "SourceStream": "streams"}
    for res in program:
        held = stack.state.get(res.name)
        if held is not None and not held.id.startswith("pending-"):
            assert held.id in {row["id"] for row in now[tables[res.kind]]}, f"{res.name} ({held.id}) is lost"


def as_declared(weld: Simulator, stack: Stack, program: list[Res], before: dict[str, Any]) -> None:
    """Assert that Weld has each object of the program once, with its columns, and beside that only the strangers'."""
    now = weld.state()
    theirs = {row["id"] for table in ("connections", "syncs", "streams") for row in before[table]}
    ids = {res.name: stack.state[res.name].id for res in program}
    own = [row for table in ("connections", "syncs") for row in now[table] if row["id"] not in theirs]
    wanted = [ids[res.name] for res in program if res.kind != "SourceStream"]
    assert sorted(row["id"] for row in own if row.get("integration_id") != "databricks") == sorted(wanted)
    expected = []
    for res in program:
        if res.kind == "SourceStream":
            expected.append((ids[res.props["elt_sync_id"].name], res.props["name"]))
        expected += [(ids[res.name], entry["name"]) for entry in res.props.get("source_streams") or ()]
    streams = {(row["elt_sync_id"], row["name"]): row for row in now["streams"] if row["id"] not in theirs}
    assert sorted(streams) == sorted(expected), (sorted(streams), sorted(expected))
    for (_, name), row in streams.items():
        assert (row["hashed_columns"] or []) == HASHED.get(name, []), f"columns of {name}"
