"""Test what the program declares. Fast: no engine, no Weld, no key."""

# mypy: allow-untyped-decorators

import asyncio
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks


class Engine(Mocks):
    """Stand in for the engine: every resource gets an id, and its arguments as outputs."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


asyncio.set_event_loop(asyncio.new_event_loop())  # the mocks need one, and Python 3.14 no longer makes it
set_mocks(Engine(), preview=False)

import pipeline  # noqa: E402 - registers its resources, so the mocks must be set first


@pulumi.runtime.test
def test_the_sync_reads_the_connection() -> pulumi.Output[None]:
    def check(values: list[str]) -> None:
        used, connection = values
        assert used == connection == "stripe-id"

    return pulumi.Output.all(pipeline.sync.connection_id, pipeline.stripe.id).apply(check)


@pulumi.runtime.test
def test_no_email_address_arrives_in_plain_text() -> pulumi.Output[None]:
    def check(streams: list[dict[str, Any]] | None) -> None:
        customers = next(stream for stream in streams or () if stream["name"] == "customers")
        assert "email" in customers["hashed_columns"]

    return pipeline.sync.source_streams.apply(check)
