"""Settings, keys, and programs that cannot be meant so."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import cast
from unittest.mock import patch

import pulumi

import weld_pulumi as weld
from weld_pulumi._registry import SECRETS
from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import PROVIDER_NAME_KEY, Settings, load
from weld_pulumi.provider.connection.handler import ConnectionHandler
from weld_pulumi.provider.core.context import ProviderContext
from weld_pulumi.provider.core.reporter import Reporter
from weld_pulumi.provider.stack_state import StackState

from .stage import Stage, Table, connection, raised, sync

TABLE = Table()

KEY = "weld-key-0123456789"
NOTHING: dict[str, str] = {}


def refused(key: str, value: str) -> str:
    """What is said of a setting in the stack configuration."""
    return raised(lambda: load({key: value}.get, {}))


TABLE.add(
    (
        "weld:apiKey in the stack configuration: is empty or has blanks or non-ASCII characters in it: copy the "
        "key again from Weld."
    ),
    lambda _: refused("weld:apiKey", "two words"),
)
TABLE.add(
    (
        "weld:apiUrl in the stack configuration: 'connect.weld.app' is not a URL; write for example "
        "https://connect.weld.app."
    ),
    lambda _: refused("weld:apiUrl", "connect.weld.app"),
)
TABLE.add(
    (
        "weld:apiUrl in the stack configuration: 'https://a/?key=1' must be a plain URL without user, query or "
        "fragment, for example https://connect.weld.app."
    ),
    lambda _: refused("weld:apiUrl", "https://a/?key=1"),
)
TABLE.add(
    (
        "weld:apiUrl in the stack configuration: 'http://weld.example' must begin with https:// (the key is sent "
        "along), so write https://weld.example."
    ),
    lambda _: refused("weld:apiUrl", "http://weld.example"),
)
TABLE.add(
    (
        "weld:requestTimeout in the stack configuration: 'soon' must be a number of seconds above 0 and up to "
        "3600, for example 30."
    ),
    lambda _: refused("weld:requestTimeout", "soon"),
)
TABLE.add(
    "weld:maxRetries in the stack configuration: 'many' must be a whole number from 0 to 20, for example 4.",
    lambda _: refused("weld:maxRetries", "many"),
)
TABLE.add(
    "weld:validation in the stack configuration: 'foo' must be full, offline or off.",
    lambda _: refused("weld:validation", "foo"),
)
TABLE.add(
    "weld:openBrowser in the stack configuration: 'foo' must be auto, true or false.",
    lambda _: refused("weld:openBrowser", "foo"),
)
TABLE.add(
    "the environment variable WELD_MAX_RETRIES: 'many' must be a whole number from 0 to 20, for example 4.",
    lambda _: raised(lambda: load(NOTHING.get, {"WELD_MAX_RETRIES": "many"})),
)
TABLE.add(
    "weld:maxRetries in the weld.Provider 'team-b': 'many' must be a whole number from 0 to 20, for example 4.",
    lambda _: raised(lambda: load({PROVIDER_NAME_KEY: "team-b", "weld:maxRetries": "many"}.get, {})),
)

TABLE.add(
    (
        "There is no API key for Weld. Make one in Weld under Settings -> API Keys, then either run `pulumi config "
        "set --secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY."
    ),
    lambda _: raised(load(NOTHING.get, {}).require_key),
)
TABLE.add(
    (
        "There is no API key for Weld (weld:apiKey in the weld.Provider 'team-b' is empty). Make one in Weld under "
        "Settings -> API Keys, then give it to the weld.Provider 'team-b' as its argument `api_key`."
    ),
    lambda _: raised(load({PROVIDER_NAME_KEY: "team-b"}.get, {}).require_key),
)
TABLE.add(
    (
        "the key of the environment variable WELD_API_KEY is sent to https://weld.example, an address from "
        "weld:apiUrl in the stack configuration. If you do not know that address, make a new key in Weld; if you "
        "do, store the key beside it (`pulumi config set --secret weld:apiKey`) or set WELD_API_URL instead."
    ),
    lambda _: load({"weld:apiUrl": "https://weld.example"}.get, {"WELD_API_KEY": KEY}).warning,
)


@TABLE.reads(
    "the state of stack 'dev' could not be read (`pulumi stack export`), so that resources which this run "
    "leaves alone are not looked at before something is deleted."
)
def a_state_that_cannot_be_read(_: Stage) -> str:
    said: list[str] = []
    StackState(said.append, lambda _: "no JSON")("urn:pulumi:dev::shop::t::name")
    return "\n".join(said)


# Programs ----------------------------------------------------------------------------------------------------------

TABLE.add("get_connection needs an id, a label or an integration_id.", lambda _: raised(lambda: weld.get_connection()))
TABLE.add(
    "get_source_stream_runs: limit=0 is not a number from 1 on; None means all.",
    lambda _: raised(lambda: weld.get_source_stream_runs("s1", limit=0)),
)
TABLE.add(
    "SourceStreamArgs has no argument 'exlude'",
    lambda _: raised(lambda: weld.SourceStreamArgs(name="a").exlude),  # type: ignore[attr-defined]
)


def asked(stage: Stage, ask: Callable[[], object]) -> str:
    """What a look-up ends with."""
    settings = {"WELD_API_URL": stage.weld.url, "WELD_API_KEY": stage.weld.api_key}
    with patch.dict(os.environ, settings):
        return raised(ask)


@TABLE.reads(
    "get_connection(label='Shopp'): no connection fits. Candidates: <Shop> (stripe, label 'Shop'). Give the id "
    "of the right one."
)
def no_connection_fits(stage: Stage) -> str:
    stage.weld.delete_connection(stage.weld.state()["connections"][0]["id"])
    stage.connection()
    return asked(stage, lambda: weld.get_connection(label="Shopp"))


@TABLE.reads(
    "get_connection(integration_id='stripe'): several connections fit. Candidates: <Shop> (stripe, label "
    "'Shop'); <None> (stripe, label not told). Give the id of the right one."
)
def several_connections_fit(stage: Stage) -> str:
    stage.weld.patch_connection(stage.connection(), label=None)
    stage.connection()
    return asked(stage, lambda: weld.get_connection(integration_id="stripe"))


TABLE.add(
    (
        "GET /elt_syncs/nope: Weld answered 404 (not_found): ELT sync nope was not found. There is no sync 'nope'; "
        "`weld-pulumi syncs` lists those that are there."
    ),
    lambda stage: asked(stage, lambda: weld.get_elt_sync("nope")),
)
TABLE.add(
    (
        "GET /elt_stream_runs: Weld answered 404 (not_found): ELT stream nope was not found. There is no stream "
        "'nope'; `weld-pulumi streams SYNC_ID` lists those that are there."
    ),
    lambda stage: asked(stage, lambda: weld.get_source_stream_runs("nope")),
)
TABLE.add(
    (
        "GET /connections/nope/settings: Weld answered 404 (not_found): Connection nope was not found. There is no "
        "connection 'nope'; `weld-pulumi connections` lists those that are there."
    ),
    lambda stage: asked(stage, lambda: weld.get_connection_settings_schema("nope")),
)
TABLE.add(
    "get_connections: the provider in opts is not a weld.Provider; pass one, or omit it.",
    lambda _: raised(lambda: weld.get_connections(opts=pulumi.InvokeOptions(provider=other()))),
)


def other() -> pulumi.ProviderResource:
    """A provider of something else."""
    return object.__new__(pulumi.ProviderResource)


TABLE.add(
    (
        "Connection 'it': import_ does not work with dynamic resources such as this one. Write adopt='the-id' "
        "among its arguments instead, or let `weld-pulumi import` write the program and an import file for what is "
        "in Weld."
    ),
    lambda _: raised(lambda: weld.Connection("it", imported(), integration_id="stripe")),
)
TABLE.add(
    (
        "Connection 'it': integration_id holds a text with half a character in it (a lone surrogate); write the "
        "whole character."
    ),
    lambda _: raised(lambda: weld.Connection("it", integration_id="\ud800")),
)


def imported() -> pulumi.ResourceOptions:
    """Options that dynamic resources do not know."""
    return pulumi.ResourceOptions(import_="the-id")


# The plugin --------------------------------------------------------------------------------------------------------


def broken(stage: Stage, error: BaseException) -> str:
    """What is said where something of ours breaks."""
    with patch.object(ConnectionHandler, "check", side_effect=error):
        return raised(lambda: stage.stack.preview([connection()]))


TABLE.add(
    (
        "checking the Connection failed by a defect of weld-pulumi (KeyError). Please report it, with what is "
        "printed when the environment variable WELD_TRACEBACK is set to 1."
    ),
    lambda stage: broken(stage, KeyError("a secret of the program")),
)
TABLE.add("checking the Connection was interrupted (SystemExit).", lambda stage: broken(stage, SystemExit()))


@TABLE.reads(
    "checking the Connection: GET /connections: Weld answered 401 (fault): A fault was asked for: 401. The key "
    "in use is the test. Make a new one in Weld under Settings -> API Keys, then either run `pulumi config set "
    "--secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY. `pulumi refresh` and "
    "`pulumi destroy` use the key of the last `pulumi up`, unless --run-program is given."
)
def a_key_that_is_refused(stage: Stage) -> str:
    stage.weld.fault("status", "GET", "/connections", status=401)
    return stage.failure(connection())


@TABLE.reads(
    ": sync_interval: is not valid. It is secret, so the reason is not told here; try its value once where it "
    "is no secret"
)
def an_argument_that_is_secret(stage: Stage) -> str:
    return stage.refusal(sync("c1", sync_interval="every hour", **{SECRETS: ["sync_interval"]}))


@TABLE.reads(
    "warning: Weld: there is no API key, so only the rules that need no network are checked. Set it with "
    "`pulumi config set --secret weld:apiKey` or WELD_API_KEY."
)
def no_key_in_a_preview(_: Stage) -> str:
    said: list[str] = []
    context = ProviderContext(Settings(), lambda _: cast(WeldClient, None), Reporter(said.append))
    ConnectionHandler(context).check({}, {"integration_id": "stripe", "label": "Shop"})
    return "\n".join(said)
