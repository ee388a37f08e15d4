"""EltSync: what a change of its streams says before it is made."""

from __future__ import annotations

from typing import Any

from .stage import Ref, Res, Stage, Table, stream, sync

TABLE = Table()


def changed(stage: Stage, before: Any, after: Any, **found: Any) -> str:
    """What a change of ``source_streams`` says."""
    id = stage.connection()
    stage.up(sync(id, source_streams=before, **found))
    return stage.preview(sync(id, source_streams=after, **found))


@TABLE.reads(
    "Weld: sync 'shop': adds refunds; removes charges; changes customers (full_sync_always)\n"
    "Weld: sync 'shop' copies again in every run (24 a day): customers about 8,657 rows\n"
    "Weld: sync 'shop' copies for the first time: refunds (Weld reports no size before the first run)"
)
def streams_by_name(stage: Stage) -> str:
    before = [{"name": "charges"}, {"name": "customers"}]
    return changed(stage, before, [{"name": "customers", "full_sync_always": True}, {"name": "refunds"}])


@TABLE.reads(
    "Weld: sync 'shop': adds t00, t01, t02, t03, t04, t05, t06, t07, t08, t09 and 2 more\n"
    "Weld: sync 'shop' copies for the first time: t00, t01, t02 and 9 more (Weld reports no size before the first run)"
)
def more_than_ten_streams(stage: Stage) -> str:
    for number in range(12):
        stage.weld.set_catalogue_stream("stripe", f"t{number:02}")
    return changed(stage, [], [{"name": f"t{number:02}"} for number in range(12)])


@TABLE.reads(
    "Weld: sync 'shop': changes customers (hashed_columns)\n"
    "warning: Weld: sync 'shop': columns arrive in plain text from the next run on, since neither "
    "hashed_columns nor excluded_columns names them any more: customers (email, phone)"
)
def columns_that_arrive_in_plain_text(stage: Stage) -> str:
    return changed(stage, [{"name": "customers", "hashed_columns": ["email", "phone"]}], [{"name": "customers"}])


@TABLE.reads(
    "Weld: adopts sync <raw> (schema 'raw', interval '0 * * * *'), enabled; different from the program: "
    "nothing.\n"
    "Weld: sync 'shop': changes customers (hashed_columns)\n"
    "warning: Weld: sync 'shop': Weld does not report which columns of a stream it hashes or excludes. What "
    "is set there is replaced, and a column that is not in the new list arrives in plain text: customers "
    "(hashed_columns=['phone'])"
)
def columns_that_only_weld_knows(stage: Stage) -> str:
    id = stage.connection()
    made = stage.sync(id, "raw", sync_interval="0 * * * *", enabled=True, streams=["customers"])
    return stage.preview(sync(id, adopt=made, source_streams=[{"name": "customers", "hashed_columns": ["phone"]}]))


def newly_matched(stage: Stage, policy: str) -> Res:
    """A sync whose pattern matches one stream more than in the last ``up``."""
    id = stage.connection()
    program = sync(id, source_streams=[{"name": "refund*"}, {"name": "payout*"}], on_new_streams=policy)
    stage.sync(id, "other")
    stage.up(program)
    stage.weld.set_catalogue_stream("stripe", "payouts_new")
    stage.weld.set_catalogue_stream("stripe", "refunds_new")
    return program


@TABLE.reads(
    "Weld: sync 'shop': on_new_streams='ignore' leaves out what its patterns newly match: payouts_new, refunds_new. "
    "To copy one, add it to source_streams by name."
)
def new_streams_that_are_left_out(stage: Stage) -> str:
    return stage.preview(newly_matched(stage, "ignore"))


@TABLE.reads(
    ": source_streams: sync 'shop': on_new_streams='fail' refuses what its patterns newly match: payouts_new, "
    "refunds_new. To copy one, add {'name': 'payouts_new'}, with the columns to hash or exclude; to leave it out, add "
    "{'name': 'payouts_new', 'exclude': True}."
)
def new_streams_that_are_refused(stage: Stage) -> str:
    return stage.refusal(newly_matched(stage, "fail"))


@TABLE.reads("Weld: sync 'shop': its streams stay in Weld, and source_streams no longer manages them")
def streams_that_are_managed_no_longer(stage: Stage) -> str:
    return changed(stage, [{"name": "charges"}], None)


@TABLE.reads(
    "Weld: sync 'shop': streams that it lists now stay in Weld; `delete` of their SourceStream resources "
    "removes these from the stack only: charges"
)
def separate_streams_that_become_inline(stage: Stage) -> str:
    id = stage.connection()
    stage.up(sync(id), stream(Ref("shop")))
    return stage.preview(sync(id, source_streams=[{"name": "charges"}]))


@TABLE.reads(
    "warning: Weld: sync <raw> has streams that the source has retired: 'charges' (stops syncing on 2027-03-31; "
    "replaced by 'payment_intents'), 'refunds' (Weld reports no date; Weld names no successor). Replace them in the "
    "program before Weld stops syncing them."
)
def retired_streams_in_use(stage: Stage) -> str:
    stage.up(sync(stage.connection(), source_streams=["charges", "customers", "refunds"]))
    successor = {"removal_date": "2027-03-31", "in_favor_of": "payment_intents"}
    stage.weld.set_catalogue_stream("stripe", "charges", retired=True, **successor)
    stage.weld.set_catalogue_stream("stripe", "refunds", retired=True)
    return stage.lines(stage.stack.refresh)
