"""A policy pack: `pulumi preview --policy-pack` fails on violations of the rules in rules.py."""

from collections.abc import Callable
from typing import Any

# In a virtual environment of its own, see README.md.
from pulumi_policy import (  # type: ignore[import-not-found,unused-ignore]
    EnforcementLevel,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from rules import data_loss_problems, personal_data_problems

Report = Callable[[str], None]

# Weld's resources are dynamic, but each has its own type.
ELT_SYNC = "pulumi-python:dynamic/weld:EltSync"
SOURCE_STREAM = "pulumi-python:dynamic/weld:SourceStream"


def personal_data(args: ResourceValidationArgs, report: Report) -> None:
    streams: list[Any] = []
    if args.resource_type == ELT_SYNC:
        streams = args.props.get("source_streams") or []
    elif args.resource_type == SOURCE_STREAM:
        streams = [args.props]
    for problem in personal_data_problems(streams):
        report(problem)


def data_loss(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type == ELT_SYNC:
        stack = args.urn.split(":")[2]
        for problem in data_loss_problems(stack, args.opts.protect, args.props):
            report(problem)


PolicyPack(
    name="weld-policy",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="weld-personal-data",
            description="Personal columns are hashed or not copied.",
            validate=personal_data,
        ),
        ResourceValidationPolicy(
            name="weld-production-syncs",
            description="Syncs of production survive their removal from the program.",
            validate=data_loss,
        ),
    ],
)
