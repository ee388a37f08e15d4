"""Counts the cases of the matrix by kind, at the end of `make test-all`."""

from __future__ import annotations

from collections import Counter

import pytest

KINDS = {
    "test_a_stack_lives_under_each_reading": "readings, each by itself: whole lives",
    "test_a_stack_lives_under_random_combinations_of_readings": "readings, combined at random: whole lives",
    "test_a_few_faults_while_creating_lose_and_double_nothing": "faults, the selection of `make test`",
    "test_a_request_that_fails_once_loses_and_doubles_nothing": "faults, one request goes wrong once",
    "test_a_request_that_fails_every_time_loses_and_doubles_nothing": "faults, one request goes wrong for a whole run",
    "test_the_next_run_converges_when_the_plugin_died_at_any_request": "crashes, before and after each request",
    "test_the_next_run_converges_when_the_engine_died_at_any_request": "crashes of the real engine, at each request",
    "test_every_request_of_the_engine_is_among_the_cases": "crashes of the real engine: are these all requests",
    "test_a_plugin_without_its_engine_writes_nothing_more": "crashes of the real engine: plugins left behind",
    "test_whatever_moves_in_a_program_nothing_is_lost_or_doubled": "names in motion, the selection of `make test`",
    "test_whatever_moves_in_two_thousand_programs_nothing_is_lost_or_doubled": "names in motion",
    "test_the_simulator_answers_generated_requests_as_declared": "generated requests, a few for each operation",
    "test_the_simulator_answers_many_generated_requests_as_declared": "generated requests, many for each operation",
    "test_two_stacks_on_one_workspace_do_not_share_a_sync": "stacks that meet",
    "test_the_same_stack_twice_at_once_is_locked": "stacks that meet",
    "test_a_change_between_preview_and_up_is_not_overwritten_unseen": "stacks that meet",
    "test_key_secrets_and_tokens_leak_nowhere": "leaks",
    "test_three_thousand_streams_end_in_an_empty_preview": "imports of a large workspace",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table; not where the matrix is only a part of the tests."""
    if "not long" in config.option.markexpr:
        return
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    # A case that is skipped proves nothing.
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            kind = KINDS.get(report.location[2].partition("[")[0], "others")
            tried[kind] += 1
            failed[kind] += outcome != "passed"
    if not tried:
        return
    terminalreporter.section("cases by kind")
    for kind, count in sorted(tried.items()):
        terminalreporter.line(f"{count:6} tried {failed[kind]:6} failed   {kind}")
    terminalreporter.line(f"{tried.total():6} tried {failed.total():6} failed   in all")
