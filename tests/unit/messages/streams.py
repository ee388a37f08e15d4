"""SourceStream: what a preview refuses, what it says of take-overs, and what `up` says."""

from __future__ import annotations

from typing import Any

from .stage import Ref, Stage, Table, raised, stream, sync

TABLE = Table()

FLAG = {"full_sync_always": True}


def of_sync(stage: Stage, *streams: Any, schema: str = "raw") -> str:
    """A sync of Weld's with these streams."""
    return stage.sync(stage.connection(), schema, streams=list(streams))


# What a preview refuses --------------------------------------------------------------------------------------------


@TABLE.reads("elt_sync_id: there is no sync 'nope' in Weld; `weld-pulumi syncs` lists them")
def a_sync_that_is_not_there(stage: Stage) -> str:
    return stage.refusal(stream("nope"))


@TABLE.reads("name: is a pattern; only the source_streams of an EltSync take patterns")
def a_pattern(stage: Stage) -> str:
    return stage.refusal(stream(of_sync(stage), "char*"))


@TABLE.reads("name: 'chargess' is not a stream of this source; did you mean 'charges'?")
def a_stream_that_is_not_offered(stage: Stage) -> str:
    return stage.refusal(stream(of_sync(stage), "chargess"))


@TABLE.reads(
    "elt_sync_id: the EltSync <raw> lists its streams inline ('charges'), so it would remove the "
    "SourceStream 'refunds'; add {'name': 'refunds'} to its source_streams, or leave source_streams out there"
)
def a_sync_that_lists_its_streams_inline(stage: Stage) -> str:
    id = stage.connection()
    entries = [{"name": "charges"}]
    stage.up(sync(id, source_streams=entries))
    return stage.refusal(sync(id, source_streams=entries), stream(Ref("shop"), "refunds"))


@TABLE.reads(
    "name: sync <raw> already has a stream 'charges' (<charges>), which differs in full_sync_always. To "
    "adopt and change it, write adopt=True."
)
def a_stream_that_is_there_and_differs(stage: Stage) -> str:
    return stage.refusal(stream(of_sync(stage, {"name": "charges", **FLAG})))


@TABLE.reads(
    "name: sync <raw> already has a stream 'charges' (<charges>), which differs in full_sync_always. If "
    "'renamed' is the new name of 'charges', write aliases=[pulumi.Alias(name='charges')] in its options; to "
    "adopt and change it, write adopt=True."
)
def a_stream_under_a_new_name_that_differs(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id))
    return stage.refusal(stream(id, "charges", "renamed", **FLAG))


@TABLE.reads("name: adopt=True: sync <raw> has no stream 'charges'. It has: 'refunds'. Leave adopt out to create one.")
def no_stream_to_adopt(stage: Stage) -> str:
    return stage.refusal(stream(of_sync(stage, "refunds"), adopt=True))


@TABLE.reads(
    "comparing the SourceStream: 'charges' of this program also manages stream 'charges' (<charges>) of sync "
    "<raw>; remove one of the two resources."
)
def a_stream_that_another_resource_has(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id))
    twin = stream(id, "charges", "twin", adopt=True)
    stage.stack.state["twin"] = stage.stack.state["charges"]
    return raised(lambda: stage.stack.preview([stream(id), twin]))


# Taking over -------------------------------------------------------------------------------------------------------


@TABLE.reads("Weld: adopts stream 'charges' (<charges>); different from the program: full_sync_always.")
def an_adoption(stage: Stage) -> str:
    return stage.preview(stream(of_sync(stage, "charges"), adopt=True, **FLAG))


@TABLE.reads(
    "warning: Weld: sync <raw>: Weld does not report which columns of a stream it hashes or excludes. What "
    "is set there is replaced, and a column that is not in the new list arrives in plain text: charges "
    "(hashed_columns=['email'])\n"
    "Weld: adopts stream 'charges' (<charges>); different from the program: nothing."
)
def an_adoption_with_a_first_list_of_columns(stage: Stage) -> str:
    return stage.preview(stream(of_sync(stage, "charges"), adopt=True, hashed_columns=["email"]))


@TABLE.reads(
    "Weld: 'charges' of this stack manages stream 'charges' (<charges>). If 'renamed' is the new name of "
    "'charges', write aliases=[pulumi.Alias(name='charges')] in its options; otherwise this resource adopts "
    "the stream."
)
def an_adoption_under_a_new_name(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id))
    return stage.preview(stream(id, "charges", "renamed"))


@TABLE.reads("Weld: stream 'charges' (<charges>) already existed; this resource adopts it.")
def a_stream_that_was_there(stage: Stage) -> str:
    return stage.up(stream(of_sync(stage, "charges")))


@TABLE.reads("Weld: stream 'charges' was adopted as it was, and differs from the program in: full_sync_always.")
def what_was_adopted_differs(stage: Stage) -> str:
    program = stream(of_sync(stage, {"name": "charges", **FLAG}), adopt=True, incremental_pointer_id="created")
    stage.up(program)
    stage.stack.state["charges"].outs["full_sync_always"] = True
    return stage.preview(program)


# Changes and ends --------------------------------------------------------------------------------------------------


@TABLE.reads(
    "warning: Weld: sync <raw>: columns arrive in plain text from the next run on, since neither "
    "hashed_columns nor excluded_columns names them any more: charges (email)"
)
def columns_that_arrive_in_plain_text(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id, hashed_columns=["email"]))
    return stage.preview(stream(id))


@TABLE.reads(
    "warning: Weld: replacing stream 'charges' removes it from sync <raw>: its progress is lost.\n"
    "Weld: sync <raw> copies for the first time: refunds (Weld reports no size before the first run)"
)
def a_replacement(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id, "charges", "it"))
    return stage.preview(stream(id, "refunds", "it"))


@TABLE.reads(
    "warning: Weld: replacing stream 'charges' removes it from sync <raw>: its progress and history table are lost.\n"
    "Weld: sync <raw> copies for the first time: refunds (Weld reports no size before the first run)"
)
def a_replacement_with_a_history_table(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id, "charges", "it", enabled_history_table=True))
    return stage.preview(stream(id, "refunds", "it"))


@TABLE.reads(
    "updating the SourceStream: stream 'charges' (<charges>) no longer exists in sync <raw>; `pulumi up "
    "--refresh` creates it again."
)
def a_stream_that_is_gone(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id))
    stage.weld.delete_stream(stage.stack.state["charges"].id)
    return stage.failure(stream(id, **FLAG))


@TABLE.reads(
    "reading the SourceStream: GET /elt_streams/nope: Weld returned 404 (not_found): ELT stream nope was not "
    "found. There is no stream 'nope' to get; `weld-pulumi streams SYNC_ID` lists those of a sync."
)
def a_stream_to_get_that_is_not_there(stage: Stage) -> str:
    return raised(lambda: stage.stack.process().call("SourceStream", "it").read("nope", {}))


@TABLE.reads("Weld: stream 'charges' stays: the EltSync <raw> lists it inline now.")
def an_end_where_the_sync_lists_it(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id), stream(Ref("shop")))
    return stage.up(sync(id, source_streams=[{"name": "charges"}])).splitlines()[-1]


@TABLE.reads(
    "warning: Weld: stream 'charges' (<charges>) of sync <raw> is not deleted: 'renamed' of this stack also manages it."
)
def an_end_of_one_of_two(stage: Stage) -> str:
    id = of_sync(stage)
    stage.up(stream(id))
    return stage.up(stream(id, "charges", "renamed")).splitlines()[-1]


# Creation ----------------------------------------------------------------------------------------------------------


def failing(stage: Stage, *more: tuple[str, str]) -> str:
    """What a creation says whose last step fails."""
    id = stage.connection()
    stage.weld.set_reading("enable_empty", "400")
    stage.up(sync(id))
    for method, path in (("POST", r"/elt_syncs/[^/]+/enable"), *more):
        stage.weld.fault("status", method, path, status=500)
    return stage.failure(sync(id), stream(Ref("shop")))


@TABLE.reads(
    "creating the SourceStream: POST /elt_syncs/<raw>/enable: Weld returned 500 (fault): A fault was asked "
    "for: 500. Weld failed internally: retry later; https://status.weld.app lists known incidents. The "
    "stream that was created before that has been removed again."
)
def a_creation_that_is_undone(stage: Stage) -> str:
    return failing(stage)


@TABLE.reads(
    "creating the SourceStream: POST /elt_syncs/<raw>/enable: Weld returned 500 (fault): A fault was asked "
    "for: 500. Weld failed internally: retry later; https://status.weld.app lists known incidents. The "
    "stream <charges> was created before that and could not be removed again (DELETE /elt_streams/<charges>: "
    "Weld returned 500 (fault): A fault was asked for: 500. Weld failed internally: retry later; "
    "https://status.weld.app lists known incidents.)."
)
def a_creation_that_cannot_be_undone(stage: Stage) -> str:
    return failing(stage, ("DELETE", r"/elt_streams/[^/]+"))
