"""Texts that others wrote act on no terminal, whichever way they reach a person; lists and times of Weld."""

from __future__ import annotations

import unicodedata

import pytest

from weld_pulumi._text import first_few, one_line, parse_time, printable
from weld_pulumi.errors import WeldApiError, WeldValidationError
from weld_pulumi.provider.core.reporter import Reporter

ACTING = {
    "a C0 control": "\x00\x07\x08\x1b\r",
    "a C1 control": "\x80\x85\x9b\x9f",
    "DEL": "\x7f",
    "a line end of Unicode": "\u2028\u2029",
    "a bidi override": "\u202a\u202b\u202c\u202d\u202e",
    "a bidi isolate": "\u2066\u2067\u2068\u2069",
    "a bidi mark": "\u200e\u200f\u061c",
    "of no width": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "half a character": "\ud800\udfff",
    "a tag": "\U000e0001\U000e0041",
}
ALL = "".join(ACTING.values())


@pytest.mark.parametrize("acting", ACTING.values(), ids=ACTING)
def test_what_acts_on_a_terminal_is_shown_instead(acting: str) -> None:
    shown = printable(f"a{acting}b")
    assert shown == "a" + "".join(c.encode("unicode_escape", "surrogatepass").decode() for c in acting) + "b"
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text", ["", "plain", 'it\'s "quoted" \\ and {x}', "東京 Übung 😀 é", "a  b"])
def test_what_is_only_seen_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_lines_become_one() -> None:
    assert one_line("one\r\n\ttwo\u2028three\x85four \x1b[2J") == r"one two three four \x1b[2J"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b and 1 more"),
        (list("abcd"), "a, b and 2 more"),
    ],
)
def test_of_many_names_a_person_reads_the_first_few_and_how_many_more(names: list[str], shown: str) -> None:
    assert first_few(names, 2) == shown
    assert first_few(names, 2, repr, "; ").replace("'", "").replace("; and", " and").replace("; ", ", ") == shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02T00:00:00Z", 86400),
        ("1970-01-02T02:00:00+02:00", 86400),
        ("1970-01-02T00:00:00", 86400),
        ("1970-01-02", 86400),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_of_weld_is_read_whatever_its_zone(text: object, seconds: float | None) -> None:
    time = parse_time(text)
    assert (None if time is None else time.timestamp()) == seconds


def test_notices_act_on_no_terminal() -> None:
    said: list[str] = []
    reporter = Reporter(said.append)
    reporter.info(f"id {ALL}")
    reporter.warn(f"id {ALL}")
    assert len(said) == 2
    assert all(line.isprintable() for line in said)


def test_errors_act_on_no_terminal() -> None:
    refused = WeldApiError(400, f"code{ALL}", f"no{ALL}", "GET", f"/x{ALL}", f"id{ALL}")
    wrong = WeldValidationError(f"no{ALL}")
    wrong.operation = f"creating {ALL}"
    for error in (refused, wrong):
        error.add_next_step(f"write {ALL}")
        assert str(error).isprintable()
