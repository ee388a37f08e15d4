"""What `weld-pulumi import` says of what it has written and what it has left out."""

from __future__ import annotations

from .stage import Stage, Table

TABLE = Table()


def imported(stage: Stage, *words: str) -> str:
    """What an import says."""
    return stage.run("import", "--output", "out", *words)


@TABLE.reads(
    "Written: out/__main__.py, out/import.json, out/Pulumi.yaml, out/requirements.txt, out/README.md (2 "
    "Connection, 1 EltSync, 1 inline streams).\n"
    "Note: Weld never returns excluded_columns and hashed_columns. If columns are excluded or hashed in "
    "Weld, add them to the program: the next change of the stream could reset them otherwise.\n"
    "\n"
    "Change to the program's folder:\n"
    "  cd out\n"
    "\n"
    "Create a stack:\n"
    "  pulumi stack init dev\n"
    "  pulumi config set weld:apiUrl http://weld.test\n"
    "\n"
    "Store Weld's API key; Pulumi prompts for it:\n"
    "  pulumi config set --secret weld:apiKey\n"
    "\n"
    "Import what is in Weld; nothing changes there:\n"
    "  pulumi import --file import.json --generate-code=false --yes\n"
    "\n"
    "Check that no change is left; then import.json can be deleted:\n"
    "  pulumi preview --expect-no-changes"
)
def an_import(stage: Stage) -> str:
    stage.sync(stage.connection(), streams=["charges"])
    return imported(stage)


@TABLE.reads(
    "Error: out/__main__.py and out/import.json exist already; choose another folder with --output, or use "
    "--force to overwrite."
)
def an_import_over_what_is_there(stage: Stage) -> str:
    stage.sync(stage.connection(), streams=["charges"])
    imported(stage)
    return imported(stage)


@TABLE.reads(
    "Error: --only-unmanaged compares with the current stack, but there is no Pulumi project here. Run the "
    "command in the folder of the project, or omit the option."
)
def an_import_where_no_project_is(stage: Stage) -> str:
    return imported(stage, "--only-unmanaged")


@TABLE.reads(
    "Note: EltSync <raw> is left out: Weld does not report its destination_schema_name. Declare it in the "
    "program by hand, with adopt='<raw>'."
)
def an_import_of_what_weld_does_not_report(stage: Stage) -> str:
    stage.sync(stage.connection(), streams=["charges"])
    stage.weld.set_readings({"optional_fields": "left_out"})
    return next(line for line in imported(stage).splitlines() if "left out" in line)


@TABLE.reads(
    "Note: Settings of sync <raw> that may be secret are left out: token. Weld keeps them. To manage them, "
    "add them to the program, secrets with pulumi.Config().require_secret(…)."
)
def an_import_of_settings_that_may_be_secret(stage: Stage) -> str:
    schema = {"type": "object", "properties": {"token": {"type": "string", "format": "password"}}}
    stage.weld.set_settings_schema("stripe", schema)
    stage.sync(stage.connection(), "raw", elt_settings={"token": "hunter2"})
    return next(line for line in imported(stage).splitlines() if "secret" in line)


@TABLE.reads(
    "Note: EltSync <my schema> is left out: destination_schema_name 'my schema' has a space, which "
    "Databricks rejects in a name; write 'my_schema'."
)
def an_import_of_a_sync_that_the_program_cannot_have(stage: Stage) -> str:
    stage.sync(stage.connection(), "my schema")
    return next(line for line in imported(stage).splitlines() if "left out" in line)


@TABLE.reads(
    "Note: The streams of sync <raw> stay out of the program: source_streams[0].full_sync_always "
    "contradicts protected_from_full_sync, which prevents full syncs; set only one of the two to True."
)
def an_import_of_streams_that_the_program_cannot_have(stage: Stage) -> str:
    flags = {"full_sync_always": True, "protected_from_full_sync": True}
    stage.sync(stage.connection(), streams=[{"name": "charges", **flags}])
    return next(line for line in imported(stage).splitlines() if "stay out" in line)
