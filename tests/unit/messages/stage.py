"""What a message of the table is shown on, and how it is made comparable: Weld's ids are new in every run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from click.testing import CliRunner

from tests.support.fake_engine import Ref, RefusedError, Res, Stack
from weld_pulumi.cli import cli
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator

#: What gives a thing of Weld's its readable name.
_NAMED_BY = {
    "connections": "label",
    "syncs": "destination_schema_name",
    "streams": "name",
    "orchestrations": "name",
}


class Message(NamedTuple):
    """One message, or a few that come together."""

    text: str
    shown: Callable[[Stage], str]

    @property
    def name(self) -> str:
        """The function that shows it, or the first words."""
        name = self.shown.__name__
        return "_".join(self.text.split()[:6]) if name == "<lambda>" else name


class Table(list[Message]):
    """The messages of one subject."""

    def add(self, text: str, shown: Callable[[Stage], str]) -> None:
        """Put in what is shown by one expression."""
        self.append(Message(text, shown))

    def reads(self, text: str) -> Callable[[Callable[[Stage], str]], Callable[[Stage], str]]:
        """Put in what the decorated function shows."""

        def put(shown: Callable[[Stage], str]) -> Callable[[Stage], str]:
            self.add(text, shown)
            return shown

        return put


class Stage:
    """Weld on localhost, a stack of the model of the engine, and a hand that types commands."""

    def __init__(self, weld: Simulator) -> None:
        self.weld = weld
        self.stack = Stack(weld)

    # What is there -----------------------------------------------------------------------------------------------

    def connection(self, label: str = "Shop", integration_id: str = "stripe") -> str:
        """Make a connection."""
        return str(self.weld.create_connection(integration_id, label)["id"])

    def sync(self, connection_id: str, schema: str = "raw", **fields: Any) -> str:
        """Make a sync."""
        return str(self.weld.create_sync(connection_id, destination_schema_name=schema, **fields)["id"])

    # What the engine shows -----------------------------------------------------------------------------------------

    def refusal(self, *program: Res) -> str:
        """What a preview refuses."""
        return _raised(RefusedError, lambda: self.stack.preview(list(program)))

    def failure(self, *program: Res) -> str:
        """What `up` fails with."""
        return _raised(WeldError, lambda: self.stack.up(list(program), preview_first=False))

    def preview(self, *program: Res) -> str:
        """The lines of a preview."""
        return self.lines(lambda: self.stack.preview(list(program)))

    def up(self, *program: Res) -> str:
        """The lines of an `up`."""
        return self.lines(lambda: self.stack.up(list(program), preview_first=False))

    def lines(self, act: Callable[[], object]) -> str:
        """What is printed meanwhile."""
        self.stack.lines.clear()
        act()
        return "\n".join(self.stack.lines)

    # What a command shows -----------------------------------------------------------------------------------------

    def run(self, *words: str, input: str | None = None, **env: str | None) -> str:
        """Everything that a command prints."""
        settings = {"WELD_API_KEY": self.weld.api_key, "WELD_API_URL": self.weld.url, "WELD_MAX_RETRIES": "0", **env}
        return str(CliRunner(env=settings).invoke(cli, words, input=input).output).strip()

    # What it reads like --------------------------------------------------------------------------------------------

    def readable(self, text: str) -> str:
        """Put names in the place of ids, tokens and ports."""
        state = self.weld.state()
        known = {row["was"]["id"]: row["name"] for row in state["deleted"]}
        known |= {row["id"]: row[name] for table, name in _NAMED_BY.items() for row in state[table]}
        known |= {row["id"]: "run" for row in state["orchestration_runs"]}
        for id, name in known.items():
            text = text.replace(id, f"<{name}>")
        text = text.replace(self.weld.url, "http://weld.test").replace(f"127.0.0.1:{self.weld.port}", "weld.test")
        text = re.sub(r"token=[\w-]+", "token=…", text)
        text = re.sub(r"http://localhost:\d+/\w+", "http://localhost/…", text)
        return re.sub(r"pending-[0-9a-f]{8}", "pending-…", text)


def _raised(kind: type[Exception], act: Callable[[], object]) -> str:
    try:
        act()
    except kind as error:
        return str(error)
    raise AssertionError("nothing was refused")


def raised(act: Callable[[], object]) -> str:
    """The text of the error that a call ends with."""
    return _raised(Exception, act)


# Programs ----------------------------------------------------------------------------------------------------------


def connection(name: str = "shop", **props: Any) -> Res:
    """A Connection of a program."""
    return Res("Connection", name, {"integration_id": "stripe", "label": "Shop", "authorization_timeout": 0, **props})


def sync(connection_id: Any, name: str = "shop", /, **props: Any) -> Res:
    """An EltSync of a program."""
    given = {"connection_id": connection_id, "destination_schema_name": "raw", "sync_interval": "0 * * * *", **props}
    return Res("EltSync", name, {key: value for key, value in given.items() if value is not None})


def stream(sync_id: Any, name: str = "charges", resource: str = "", /, **props: Any) -> Res:
    """A SourceStream of a program."""
    return Res("SourceStream", resource or name, {"elt_sync_id": sync_id, "name": name, **props})


__all__ = ["Message", "Ref", "Res", "Stage", "Table", "connection", "raised", "stream", "sync"]
