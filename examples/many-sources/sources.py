"""The table of sources in the configuration of the stack: read, and checked before any resource is declared."""

from collections.abc import Iterable
from typing import Annotated, Any

import pulumi
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass


def _stream(value: Any) -> str | dict[str, Any]:
    if isinstance(value, str) or (isinstance(value, dict) and "name" in value):
        return value
    raise ValueError("a stream is a name or pattern, or an object with a name")


Text = Annotated[str, Field(min_length=1)]
Stream = Annotated[Any, AfterValidator(_stream)]
#: Names that `pulumi config set --path sources.NAME.schedule …` accepts without quotes.
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Source:
    """A row of the table."""

    schema: Text
    schedule: Text
    streams: Annotated[list[Stream], Field(min_length=1)]
    integration: Text | None = None
    label: Text | None = None
    connection_id: Text | None = None
    settings: dict[str, Any] | None = None
    renamed_from: Text | None = None

    def __post_init__(self) -> None:
        if self.connection_id and (self.integration or self.label):
            raise ValueError("connection_id is an existing connection: leave out integration and label")
        if not self.connection_id and not (self.integration and self.label):
            raise ValueError("integration and label are required, or the connection_id of an existing connection")


def read_sources(table: Any) -> dict[str, Source]:
    """Return the rows by name; end the program with a list of everything that is wrong in the table."""
    try:
        sources = TypeAdapter(dict[Name, Source]).validate_python(table)
    except ValidationError as error:
        problems = [f"{_path(each['loc'])}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors()]
        raise _refused(problems) from None
    if twice := _repeated([source.schema for source in sources.values()]):
        raise _refused([f"sources: more than one has the schema {schema!r}" for schema in twice])
    return sources


def _repeated(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _path(parts: Iterable[str | int]) -> str:
    """Return a path as `pulumi config set --path` takes it."""
    path = "sources"
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removesuffix(".[key]")


def _refused(problems: list[str]) -> pulumi.RunError:
    lines = "".join(f"\n  {problem}" for problem in problems)
    return pulumi.RunError(f"The table of sources in the configuration of the stack is wrong:{lines}")
