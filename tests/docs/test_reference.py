"""The reference: every name, argument, setting and command that a user may write is in it."""

from __future__ import annotations

from typing import Any

import click
import pytest

import weld_pulumi as weld
from tests.support.site import Site
from weld_pulumi import errors
from weld_pulumi.api import models
from weld_pulumi.cli.app import cli
from weld_pulumi.config import SETTINGS
from weld_pulumi.schema.attributes import Change, Schema
from weld_pulumi.schema.connection import CONNECTION
from weld_pulumi.schema.elt_sync import ELT_SYNC
from weld_pulumi.schema.elt_sync_run import ELT_SYNC_RUN
from weld_pulumi.schema.streams import ENTRY, SOURCE_STREAM

pytestmark = pytest.mark.xdist_group("site")

SCHEMAS = {
    "Connection": CONNECTION,
    "EltSync": ELT_SYNC,
    "EltSyncRun": ELT_SYNC_RUN,
    "SourceStream": SOURCE_STREAM,
    "SourceStreamArgs": ENTRY,
}
EFFECTS = {
    Change.REPLACE: "a change creates a new ",
    Change.UPDATE: "a change updates it in place",
    Change.ACTION: "a change requests an action",
    Change.LOCAL: "a change sends nothing to Weld",
}


def plain(text: str) -> str:
    """Return a description without markup."""
    return text.replace("`", "").replace("**", "")


def test_every_public_name_has_an_entry(site: Site) -> None:
    names = {f"weld_pulumi.{name}" for name in weld.__all__ if name != "__version__"}
    assert names - site.texts.keys() == set()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_argument_stands_with_type_default_and_what_a_change_of_it_does(name: str, site: Site) -> None:
    for attribute in SCHEMAS[name]:
        shown = site.texts[f"weld_pulumi.{name}.{attribute.name}"]
        assert plain(attribute.type.shown) in shown
        assert EFFECTS[attribute.on_change] in shown
        assert plain(attribute.description)[1:] in shown
        assert ("required" in shown.partition("a change")[0]) == (attribute.required and not attribute.from_name)
        if attribute.default not in (None, []):
            default = f'"{attribute.default}"' if isinstance(attribute.default, str) else str(attribute.default)
            assert f"default {default} ·" in shown


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "SourceStreamArgs"])
def test_every_output_is_described(name: str, site: Site) -> None:
    schema: Schema = SCHEMAS[name]
    described = {"id": schema.id_description} | {o.name: o.description for o in schema.outputs if not o.internal}
    for output, text in described.items():
        assert plain(text)[1:] in site.texts[f"weld_pulumi.{name}.{output}"]
    assert "secret" in site.texts["weld_pulumi.Connection.authorize_url"]
    assert f"weld_pulumi.{name}.get" in site.texts


def test_every_field_of_what_functions_return_has_an_entry(site: Site) -> None:
    for model in (models.ConnectionInfo, models.EltSyncInfo, models.EltStreamRun, models.EltSyncStatus):
        for field in model.model_fields:
            assert f"{models.__name__}.{model.__name__}.{field}" in site.texts


def test_every_error_is_on_the_page_of_errors_and_in_its_tree(site: Site) -> None:
    page = (site.folder / "reference" / "errors.html").read_text("utf-8")

    for error in errors.__all__:
        if error != "api_error_class":
            assert f'.{error}"' in page
            assert f"─ {error} " in page or error == "WeldError"


def test_every_setting_has_an_entry_with_its_variable_and_default(site: Site) -> None:
    for setting in SETTINGS:
        shown = site.texts[f"confval-weld-{setting.key}"]
        assert setting.env in shown
        assert ("no default" if setting.default is None else f"default {setting.default}".removesuffix(".0")) in shown
        assert plain(setting.description)[1:] in shown
        assert ("· secret" in shown) == setting.secret


def test_every_command_and_every_option_has_an_entry(site: Site) -> None:
    def options(command: click.Command) -> list[Any]:
        return [param for param in command.params if isinstance(param, click.Option) and not param.hidden]

    for name, command in cli.commands.items():
        assert f"weld-pulumi-{name}" in site.texts
        for option in options(command):
            for word in (*option.opts, *option.secondary_opts):
                assert f"cmdoption-weld-pulumi-{name}-{word.lstrip('-')}".lower() in map(str.lower, site.texts), word
    assert "cmdoption-weld-pulumi-version" in site.texts
