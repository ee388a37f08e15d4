from __future__ import annotations

import pytest

from tests.support.wording import says
from weld_pulumi.api.models import ConnectionInfo, EltStreamInfo, EltStreamRun, EltSyncInfo
from weld_pulumi.simulator import Simulator

from .conftest import Run, cells, data_of


def lines(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in cells(line)] for line in text.splitlines()]


def test_connections_are_listed_and_filtered(weld: Simulator, run: Run) -> None:
    made = weld.create_connection("stripe", "Shop")
    title, *rows = lines(run("connections").stdout)
    assert title == ["ID", "INTEGRATION", "LABEL", "CREATED"]
    assert [made["id"], "stripe", "Shop", made["created_at"]] in rows
    assert len(rows) == 2  # and the destination, which is there from the start
    assert lines(run("connections", "--integration-id", "stripe").stdout)[1:] == [rows[0]]


def test_json_has_the_fields_of_the_models(weld: Simulator, run: Run) -> None:
    made = weld.create_connection("stripe", "Shöp")
    sync = weld.create_sync(made["id"], streams=["charges"], enabled=True)
    stream = weld.state()["streams"][0]
    told = data_of(run("connections", "--json", "--integration-id", "stripe"))
    assert [ConnectionInfo(**each) for each in told] == [
        ConnectionInfo(**{key: made[key] for key in ("id", "label", "integration_id", "created_at", "updated_at")})
    ]
    for command, model in (
        (("connections",), ConnectionInfo),
        (("syncs",), EltSyncInfo),
        (("streams", sync["id"]), EltStreamInfo),
        (("runs", stream["id"]), EltStreamRun),
    ):
        first = data_of(run(*command, "--json"))[0]
        assert set(first) == set(model.model_fields)


def test_json_is_ascii_so_that_no_encoding_spoils_it(weld: Simulator, run: Run) -> None:
    weld.create_connection("stripe", "Größe 😀")
    assert run("connections", "--json").stdout.isascii()


def test_integrations_are_listed_by_ability(run: Run) -> None:
    sources = [row[0] for row in lines(run("integrations").stdout)[1:]]
    assert "stripe" in sources
    assert "slack" not in sources
    reverse = [row[0] for row in lines(run("integrations", "--ability", "ReverseEtlDestination").stdout)[1:]]
    assert "slack" in reverse
    run("integrations", "--ability", "Nonsense", code=2)


def test_syncs_are_listed_and_filtered(weld: Simulator, run: Run) -> None:
    one, other = weld.create_connection("stripe", "A"), weld.create_connection("hubspot", "B")
    first = weld.create_sync(one["id"], destination_schema_name="raw_a", streams=["charges"], enabled=True)
    second = weld.create_sync(other["id"], destination_schema_name="raw_b")
    workflow = weld.create_orchestration("Night")
    weld.patch_sync(second["id"], orchestration_workflow_id=workflow["id"])
    rows = lines(run("syncs").stdout)[1:]
    assert [first["id"], "raw_a", "stripe", one["id"], "0 0 * * *", "yes", "RUNNING"] in rows
    assert [second["id"], "raw_b", "hubspot", other["id"], f"by {workflow['id']}", "no", "NOT_STARTED"] in rows
    assert [row[0] for row in lines(run("syncs", "--connection-id", other["id"]).stdout)[1:]] == [second["id"]]


def test_streams_are_listed_with_their_flags(weld: Simulator, run: Run) -> None:
    sync = weld.create_sync(
        weld.create_connection("stripe", "A")["id"],
        streams=[
            {"name": "charges", "full_sync_always": True, "enabled_history_table": True},
            {"name": "invoices", "incremental_pointer_id": "created", "excluded_substreams": ["invoice_discounts"]},
        ],
    )
    rows = {row[0]: row[2:] for row in lines(run("streams", sync["id"]).stdout)[1:]}
    assert rows["charges"] == ["-", "id", "always in full, history table", "-"]
    assert rows["invoices"] == ["created", "id", "-", "invoice_discounts"]


def test_available_streams_are_listed_with_what_to_use_instead(weld: Simulator, run: Run) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "A")["id"])
    rows = {row[0]: row[1:] for row in lines(run("streams", sync["id"], "--available").stdout)[1:]}
    assert rows["charges"] == ["yes", "yes", "-", "-"]
    assert rows["orders"][2] == "use payment_intents"


def test_runs_and_orchestrations_are_listed(weld: Simulator, run: Run) -> None:
    weld.create_sync(weld.create_connection("stripe", "A")["id"], streams=["charges"], enabled=True)
    stream = weld.state()["streams"][0]
    weld.advance(10)
    run("run", stream["id"])
    rows = lines(run("runs", stream["id"]).stdout)[1:]
    assert [row[1] for row in rows] == ["RUNNING", "COMPLETED"]
    assert len(data_of(run("runs", stream["id"], "--limit", "1", "--json"))) == 1
    assert "Daily refresh" in run("orchestrations").stdout


def test_an_empty_list_is_said_in_words_and_is_empty_in_json(weld: Simulator, run: Run) -> None:
    assert says(run("syncs").stdout, "no syncs")
    assert data_of(run("syncs", "--json")) == []
    sync = weld.create_sync(weld.create_connection("stripe", "A")["id"])
    assert says(run("streams", sync["id"]).stdout, "no streams")


@pytest.mark.parametrize(
    ("words", "listing"),
    [
        (("streams", "nope"), "weld-pulumi syncs"),
        (("streams", "nope", "--available"), "weld-pulumi syncs"),
        (("status", "nope"), "weld-pulumi syncs"),
        (("settings", "nope"), "weld-pulumi connections"),
        (("runs", "nope"), "weld-pulumi streams SYNC_ID"),
        (("run", "nope"), "weld-pulumi streams SYNC_ID"),
        (("enable", "nope"), "weld-pulumi syncs"),
        (("run-orchestration", "nope"), "weld-pulumi orchestrations"),
    ],
)
def test_an_id_that_is_not_there_is_an_error_that_says_what_lists_them(
    run: Run, words: tuple[str, ...], listing: str
) -> None:
    result = run(*words, code=1)
    assert result.stdout == ""
    assert "'nope'" in result.stderr
    assert listing in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_id_may_begin_with_a_dash(run: Run) -> None:
    for words in (("streams", "-h7Ab_x-1"), ("streams", "-h7Ab_x-1", "--json"), ("streams", "--", "-h7Ab_x-1")):
        assert "'-h7Ab_x-1'" in run(*words, code=1).stderr
    assert "Usage:" in run("streams", "-h").stdout


def test_an_unknown_option_is_still_an_error(run: Run) -> None:
    assert "--jason" in run("streams", "abc", "--jason", code=2).stderr


def test_labels_cannot_command_the_terminal(weld: Simulator, run: Run) -> None:
    weld.create_connection("stripe", "\x1b[31mred\n[bold]x[/bold] \u202eabc :smile:")
    text = run("connections").stdout
    assert r"\x1b[31mred\n[bold]x[/bold] \u202eabc :smile:" in text


def test_columns_stay_in_line_with_wide_letters(weld: Simulator, run: Run) -> None:
    weld.create_connection("stripe", "東京")
    weld.create_connection("stripe", "Tokyo")
    # A wide letter takes two places on the screen.
    places = {line.replace("東京", "....").index("2026") for line in run("connections").stdout.splitlines()[1:]}
    assert len(places) == 1


class Terminal:
    """Makes standard output say that it is a terminal of some width."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(monkeypatch)


def test_a_terminal_gets_a_drawn_table_or_a_list_with_whole_ids(weld: Simulator, run: Run, terminal: Terminal) -> None:
    made = weld.create_connection("stripe", "A long label, which may be spread over several lines where it is narrow")
    for columns, is_table in (("30", False), ("80", True), ("200", True)):
        text = run("connections", COLUMNS=columns).stdout
        assert made["id"] in text
        assert ("─" in text) is is_table
        assert "…" not in text


def test_a_terminal_gets_no_color_where_none_is_wanted(weld: Simulator, run: Run, terminal: Terminal) -> None:
    weld.create_connection("stripe", "A")
    assert "\x1b[" in run("connections").stdout
    assert "\x1b[3" not in run("connections", NO_COLOR="1").stdout


def test_a_pipe_gets_no_color(weld: Simulator, run: Run) -> None:
    weld.create_connection("stripe", "A")
    assert "\x1b" not in run("connections", TERM="xterm-256color").stdout


def test_the_answer_of_a_list_may_have_any_shape(weld: Simulator, run: Run) -> None:
    made = weld.create_connection("stripe", "A")
    weld.set_readings(
        {"connections_envelope": "list", "connection_label": "absent", "connection_integration": "absent"}
    )
    assert [made["id"], "-", "-", made["created_at"]] in lines(run("connections").stdout)
