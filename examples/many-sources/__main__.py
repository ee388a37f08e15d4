"""A pipeline for each row of the table in the configuration of the stack."""

import pulumi
from pipeline import Pipeline
from sources import Source, read_sources

config = pulumi.Config()


def deploy(name: str, source: Source) -> Pipeline:
    """Declare the pipeline of a row."""
    aliases = [pulumi.Alias(name=source.renamed_from)] if source.renamed_from else None
    return Pipeline(
        name,
        schema=source.schema,
        schedule=source.schedule,
        streams=source.streams,
        integration=source.integration,
        label=source.label,
        connection_id=source.connection_id,
        settings=source.settings,
        # 0 in CI, where no person waits for the link.
        authorization_timeout=config.get_float("authorization_timeout"),
        opts=pulumi.ResourceOptions(aliases=aliases),
    )


pipelines = {name: deploy(name, source) for name, source in read_sources(config.require_object("sources")).items()}

pulumi.export("syncs", {name: pipeline.sync_id for name, pipeline in pipelines.items()})
