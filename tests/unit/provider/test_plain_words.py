"""What a preview says in plain words beside the engine's own diff."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import streams_of
from tests.support.fake_engine import Ref, RefusedError, Res, Stack
from tests.support.wording import naming, saying, says
from weld_pulumi.simulator import Simulator


def sync(connection_id: Any, name: str = "shop", /, **props: Any) -> Res:
    given = {"connection_id": connection_id, "destination_schema_name": "raw", "sync_interval": "0 * * * *", **props}
    return Res("EltSync", name, given)


def stream(sync_id: Any, name: str, /, **props: Any) -> Res:
    return Res("SourceStream", name, {"elt_sync_id": sync_id, "name": name, **props})


def said(stack: Stack, program: list[Res], *parts: str) -> list[str]:
    """The lines of a preview that hold all of these parts."""
    stack.lines.clear()
    stack.preview(program)
    return saying(stack.lines, *parts)


@pytest.fixture
def stripe(weld: Simulator) -> str:
    return str(weld.create_connection("stripe", "Shop")["id"])


# Streams by name ---------------------------------------------------------------------------------------------------


def test_a_change_of_streams_is_one_line_by_name(stack: Stack, stripe: str) -> None:
    entries = [{"name": "charges"}, {"name": "customers", "hashed_columns": ["email"]}, {"name": "refunds"}]
    stack.up([sync(stripe, source_streams=entries)])
    changed = [
        {"name": "customers", "hashed_columns": ["email", "phone"], "full_sync_always": True},
        {"name": "refunds"},
        {"name": "payouts"},
    ]
    program = [sync(stripe, source_streams=changed)]
    (line,) = said(stack, program, "sync 'shop':")
    assert says(line, "adds payouts", "removes charges", "changes customers (hashed_columns, full_sync_always)")
    stack.lines.clear()
    stack.up(program, preview_first=False)
    assert saying(stack.lines, "sync 'shop':") == [line]
    # Another order is no change, and nothing is said of what stays.
    assert said(stack, [sync(stripe, source_streams=list(reversed(changed)))]) == []


def test_ten_streams_of_each_are_named_and_the_rest_is_counted(weld: Simulator, stack: Stack) -> None:
    database = weld.create_connection("mysql", "Shop")["id"]
    names = [f"shop.t{number:02}" for number in range(12)]
    for name in names:
        weld.set_catalogue_stream("mysql", name)
    stack.up([sync(database, source_streams=[{"name": "shop.orders"}])])
    (line,) = said(stack, [sync(database, source_streams=[{"name": name} for name in names])], "sync 'shop':")
    assert says(line, f"adds {', '.join(names[:10])} and 2 more", "removes shop.orders")


def test_a_refresh_says_nothing_of_changes_that_nobody_asked_for(weld: Simulator, stack: Stack, stripe: str) -> None:
    program = [sync(stripe, source_streams=[{"name": "charges"}])]
    stack.up(program)
    weld.create_stream(stack.state["shop"].id, "refunds")
    stack.lines.clear()
    stack.refresh()
    assert stack.lines == []
    (line,) = said(stack, program)
    assert line.endswith("sync 'shop': removes refunds")


def test_an_adoption_names_what_the_up_after_it_removes(weld: Simulator, stack: Stack, stripe: str) -> None:
    weld.create_sync(stripe, destination_schema_name="raw", sync_interval="0 * * * *", streams=["charges", "payouts"])
    program = [sync(stripe, adopt=True, source_streams=[{"name": "charges"}, {"name": "refunds"}])]
    (line,) = said(stack, program, "sync 'shop'")
    assert says(line, "adds refunds", "keeps payouts", "`pulumi up`")
    stack.up(program)
    (line,) = said(stack, program, "sync 'shop'")
    assert line.endswith(": removes payouts")


# Personal data -----------------------------------------------------------------------------------------------------


def test_a_column_that_will_arrive_in_plain_text_is_a_warning(weld: Simulator, stack: Stack, stripe: str) -> None:
    def inline(**lists: Any) -> list[Res]:
        return [sync(stripe, source_streams=[{"name": "customers", **lists}])]

    stack.up(inline(hashed_columns=["email", "phone"], excluded_columns=["card"]))
    (line,) = said(stack, inline(hashed_columns=["phone", "card"]), "plain text")
    assert line.startswith("warning: Weld: sync 'shop': ")
    assert line.endswith("customers (email)")
    # Gone from Weld, seen by a refresh, and made again without its lists.
    weld.delete_stream(streams_of(weld, stack.state["shop"].id)["customers"]["id"])
    stack.refresh()
    (line,) = said(stack, inline(), "plain text")
    assert line.endswith("customers (card, email, phone)")
    # From excluded to hashed exposes nothing, nor does a list that grows.
    stack.up(inline(hashed_columns=["email", "phone", "card"]))
    assert said(stack, inline(hashed_columns=["email", "phone", "card", "name"]), "plain text") == []


def test_a_column_of_a_separate_stream_is_a_warning_too(stack: Stack, stripe: str) -> None:
    def separate(**lists: Any) -> list[Res]:
        return [sync(stripe), stream(Ref("shop"), "customers", **lists)]

    stack.up(separate(hashed_columns=["email", "phone"]))
    (line,) = said(stack, separate(excluded_columns=["email"]), "plain text")
    assert line.endswith("customers (phone)")
    assert said(stack, separate(hashed_columns=["email", "phone", "card"]), "plain text") == []


def test_a_first_list_replaces_what_weld_does_not_report(weld: Simulator, stack: Stack, stripe: str) -> None:
    there = [{"name": name, "hashed_columns": ["email"]} for name in ("charges", "customers")]
    inline_id = weld.create_sync(stripe, destination_schema_name="raw", streams=there)["id"]
    other_id = weld.create_sync(stripe, destination_schema_name="other", streams=there)["id"]

    def program(**lists: Any) -> list[Res]:
        entries = [{"name": "charges"}, {"name": "customers", **lists}]
        return [
            sync(stripe, adopt=inline_id, source_streams=entries),
            stream(other_id, "customers", adopt=True, **lists),
        ]

    part = "not report which columns"
    lines = said(stack, program(hashed_columns=["phone"]), part)
    assert len(lines) == 2
    assert all(line.startswith("warning: ") for line in lines)
    assert all("customers (hashed_columns=['phone'])" in line for line in lines)
    # Adopted without lists; they come later, also after a refresh.
    stack.up(program())
    assert said(stack, program(), part) == []
    stack.refresh()
    assert len(said(stack, program(hashed_columns=["phone"]), part)) == 2
    # What the program has said once is known.
    stack.up(program(hashed_columns=["phone"]))
    assert said(stack, program(hashed_columns=["phone", "name"]), part) == []


def test_streams_that_become_inline_keep_hashing_that_nobody_declared(
    weld: Simulator, stack: Stack, stripe: str
) -> None:
    stack.up([sync(stripe)])
    id = stack.state["shop"].id
    weld.create_stream(id, "customers", hashed_columns=["email"])
    stack.up([sync(stripe, source_streams=[{"name": "customers", "full_sync_always": True}])])
    customers = streams_of(weld, id)["customers"]
    assert customers["full_sync_always"]
    assert customers["hashed_columns"] == ["email"]


def test_streams_that_become_inline_stay_and_that_is_said(weld: Simulator, stack: Stack, stripe: str) -> None:
    stack.up(
        [
            sync(stripe),
            stream(Ref("shop"), "charges"),
            stream(Ref("shop"), "customers", hashed_columns=["email"]),
            stream(Ref("shop"), "refunds"),
        ]
    )
    program = [sync(stripe, source_streams=[{"name": "charges"}, {"name": "customers"}, {"name": "payouts"}])]
    lines = said(stack, program, "sync 'shop'")
    (stay,) = saying(lines, "stay in Weld", "SourceStream")
    assert stay.endswith(": charges, customers")
    assert saying(lines, "adds payouts", "changes customers (hashed_columns)")
    (plain,) = [line for line in lines if "plain text" in line]
    assert plain.endswith("customers (email)")
    stack.up(program)
    assert streams_of(weld, stack.state["shop"].id)["customers"]["hashed_columns"] == []
    (back,) = said(stack, [sync(stripe)], "sync 'shop'")
    assert "stay in Weld" in back


# Adoption of what hangs together -----------------------------------------------------------------------------------


def test_a_sync_is_adopted_together_with_its_connection(weld: Simulator, stack: Stack, stripe: str) -> None:
    made = weld.create_sync(stripe, destination_schema_name="raw", sync_interval="0 5 * * *", streams=["charges"])["id"]
    connection = Res("Connection", "stripe", {"integration_id": "stripe", "label": "Shop", "adopt": True})
    entries = [{"name": "charges"}, {"name": "refunds"}]
    for adopt in (True, made):
        program = [connection, sync(Ref("stripe"), adopt=adopt, source_streams=entries)]
        (line,) = said(stack, program, "adopts sync")
        assert made in line
        assert line.endswith(": sync_interval, enabled, source_streams.")
        assert said(stack, program, "sync 'shop'", "adds refunds")
    # What is wrong is seen as if the connection were known.
    with pytest.raises(RefusedError, match=naming("source_streams[0].name", "'chargess'")):
        stack.preview([connection, sync(Ref("stripe"), adopt=made, source_streams=[{"name": "chargess"}])])
    with pytest.raises(RefusedError, match=naming("adopt='no-such'", "no such sync")):
        stack.preview([connection, sync(Ref("stripe"), adopt="no-such")])
    assert stack.up([connection, sync(Ref("stripe"), adopt=True, source_streams=entries)])
    assert stack.state["shop"].id == made


def test_which_sync_is_adopted_is_said_to_be_unknown_where_it_is(weld: Simulator, stack: Stack, stripe: str) -> None:
    other = weld.create_connection("stripe", "Other")["id"]
    both = [weld.create_sync(id, destination_schema_name="raw")["id"] for id in (stripe, other)]
    new = Res("Connection", "new", {"integration_id": "stripe", "label": "New"})
    (line,) = said(stack, [new, sync(Ref("new"), adopt=True)], "adopt=True of 'shop'")
    assert says(line, "unknown", "`pulumi up`", "adopt='ID'")
    adopted = [
        Res("Connection", name, {"integration_id": "stripe", "label": label, "adopt": True})
        for name, label in (("one", "Shop"), ("two", "Other"))
    ]
    (line,) = said(stack, [*adopted, sync(Ref("one"), adopt=True)], "adopt=True of 'shop'")
    assert all(id in line for id in both)


# Other syncs of the workspace --------------------------------------------------------------------------------------


def test_streams_of_a_first_sync_are_compared_with_those_of_another_connection(
    weld: Simulator, stack: Stack, stripe: str
) -> None:
    entries = [{"name": "chargess"}, {"name": "re*"}, {"name": "zz*"}]
    program = [sync(stripe, source_streams=entries)]
    assert len(said(stack, program, "no sync yet", "`pulumi up`")) == 1
    guide = weld.create_sync(weld.create_connection("stripe", "Other")["id"], destination_schema_name="x")["id"]
    (line,) = said(stack, program, guide)
    assert line.startswith("warning: Weld: sync 'shop' ")
    assert says(line, "source_streams[0].name: 'chargess'", "did you mean 'charges'?", "pattern 'zz*'")
    assert "re*" not in line
    assert said(stack, [sync(stripe, source_streams=[{"name": "charges"}])], guide) == []
    new = Res("Connection", "new", {"integration_id": "stripe", "label": "New"})
    lines = said(
        stack,
        [new, *(sync(Ref("new"), n, destination_schema_name=n, source_streams=entries) for n in "ab")],
        "no sync yet",
    )
    assert len(lines) == 1


def test_two_syncs_into_one_schema_are_a_warning_that_names_the_other(
    weld: Simulator, stack: Stack, stripe: str
) -> None:
    other = weld.create_connection("stripe", "Other")["id"]
    theirs = weld.create_sync(other, destination_schema_name="Raw")["id"]
    (line,) = said(stack, [sync(stripe)], "the schema 'raw'")
    assert line.startswith(f"warning: Weld: sync 'shop': sync {theirs} ")
    assert says(line, "same tables", "write another destination_schema_name")
    mine = [sync(stripe), sync(stripe, "twice", destination_schema_name="RAW", sync_interval="5 5 * * *")]
    (line,) = said(stack, mine, "sync 'twice'")
    assert "'shop' of this program" in line
    stack.up(mine)
    assert said(stack, mine) == []
    # Renamed without an alias, and changed at the same time.
    renamed = sync(stripe, "renamed", sync_interval="7 7 * * *")
    lines = said(stack, [mine[1], renamed], "sync 'renamed'")
    assert "'twice' of this program" in lines[0] or "aliases=[pulumi.Alias(name='shop')]" in lines[0]


def test_an_identical_sync_is_told_what_would_make_them_differ(stack: Stack, stripe: str) -> None:
    with pytest.raises(RefusedError, match=naming("'shop' of this program", "write another destination_schema_name")):
        stack.preview([sync(stripe), sync(stripe, "again")])
    stack.up([sync(stripe)])
    with pytest.raises(RefusedError, match=naming("'shop' of this program", "write another destination_schema_name")):
        stack.preview([sync(stripe), sync(stripe, "again")])
    with pytest.raises(RefusedError, match=r"aliases=\[pulumi.Alias\(name='shop'\)\]"):
        stack.preview([sync(stripe, "again")])


# Renamed without an alias ------------------------------------------------------------------------------------------


def test_a_renamed_resource_is_told_of_aliases_first(stack: Stack, stripe: str) -> None:
    connection = {"integration_id": "stripe", "label": "Shop", "adopt": True}
    before = [Res("Connection", "old", connection), sync(stripe), Res("SourceStream", "was", _charges())]
    stack.up(before)
    kept = before[:2]
    (line,) = said(stack, [*kept, Res("SourceStream", "is", _charges())], "aliases=")
    assert "'was' of this stack" in line
    assert "aliases=[pulumi.Alias(name='was')]" in line
    with pytest.raises(RefusedError) as caught:
        stack.preview([*kept, Res("SourceStream", "is", {**_charges(), "full_sync_always": True})])
    assert str(caught.value).index("aliases=") < str(caught.value).index("adopt=True")
    for adopt in (True, False):
        (line,) = said(stack, [Res("Connection", "new", {**connection, "adopt": adopt}), sync(stripe)], "aliases=")
        assert "aliases=[pulumi.Alias(name='old')]" in line


def _charges() -> dict[str, Any]:
    return {"elt_sync_id": Ref("shop"), "name": "charges"}


# Arguments ---------------------------------------------------------------------------------------------------------


def test_remove_destination_data_beside_retain_is_told(stack: Stack, stripe: str) -> None:
    program = [sync(stripe, deletion_policy="retain", remove_destination_data=True)]
    (line,) = said(stack, program, "remove_destination_data=True has no effect")
    assert "deletion_policy='retain'" in line
    assert said(stack, [sync(stripe, remove_destination_data=True)], "has no effect") == []


def test_a_key_of_the_settings_that_is_near_a_known_one_is_a_warning(
    weld: Simulator, stack: Stack, stripe: str
) -> None:
    inner = {"type": "object", "properties": {"region": {"type": "string"}}}
    weld.set_settings_schema("stripe", {"type": "object", "properties": {"account": {"type": "string"}, "at": inner}})
    program = [sync(stripe, elt_settings={"acount": "a", "beyond": 1, "at": {"regoin": "eu"}})]
    lines = said(stack, program, "warning: Weld: sync 'shop': elt_settings")
    told = (("elt_settings.acount ", "did you mean 'account'?"), ("elt_settings.at.regoin ", "did you mean 'region'?"))
    assert all(says(line, *parts) for line, parts in zip(lines, told, strict=True))
    stack.up(program)
    assert said(stack, program) == []
