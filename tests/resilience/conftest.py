"""Print the number of cases by kind at the end of `make test-all`."""

from __future__ import annotations

from collections import Counter

import pytest

KINDS = {
    "test_a_stack_lives_under_each_reading": "API variants, one at a time: whole life cycles",
    "test_a_stack_lives_under_random_combinations_of_readings": "API variants, combined at random: whole life cycles",
    "test_a_few_faults_while_creating_lose_and_double_nothing": "faults, the selection of `make test`",
    "test_a_request_that_fails_once_loses_and_doubles_nothing": "faults, one request fails once",
    "test_a_request_that_fails_every_time_loses_and_doubles_nothing": "faults, one request fails during a whole run",
    "test_the_next_run_converges_when_the_plugin_died_at_any_request": "crashes, before and after each request",
    "test_the_next_run_converges_when_the_engine_died_at_any_request": "crashes of the real engine, at each request",
    "test_every_request_of_the_engine_is_among_the_cases": "crashes of the real engine: completeness",
    "test_a_plugin_without_its_engine_writes_nothing_more": "crashes of the real engine: orphaned plugins",
    "test_whatever_moves_in_a_program_nothing_is_lost_or_doubled": "moving names, the selection of `make test`",
    "test_whatever_moves_in_two_thousand_programs_nothing_is_lost_or_doubled": "moving names",
    "test_the_simulator_answers_generated_requests_as_declared": "generated requests, a few for each operation",
    "test_the_simulator_answers_many_generated_requests_as_declared": "generated requests, many for each operation",
    "test_two_stacks_on_one_workspace_do_not_share_a_sync": "stacks that meet",
    "test_the_same_stack_twice_at_once_is_locked": "stacks that meet",
    "test_a_change_between_preview_and_up_is_not_overwritten_unseen": "stacks that meet",
    "test_key_secrets_and_tokens_leak_nowhere": "leaks",
    "test_three_thousand_streams_end_in_an_empty_preview": "imports of a large workspace",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, unless only the quick tests run."""
    if "not long" in config.option.markexpr:
        return
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    # A skipped case counts as failed.
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
