"""Counts the cases of the matrix by kind, at the end of `make torture`."""

from __future__ import annotations

from collections import Counter

import pytest

KINDS = {
    "test_each_reading": "readings, each by itself: whole lives",
    "test_combinations": "readings, combined at random: whole lives",
    "test_a_few_faults_while_creating": "faults, the selection of `make test`",
    "test_one_request_fails_once": "faults, one request goes wrong once",
    "test_one_request_fails_for_a_whole_run": "faults, one request goes wrong for a whole run",
    "test_the_process_dies": "crashes, before and after each request",
    "test_the_cli_and_its_plugins_die": "crashes of the real engine",
    "test_generated_requests": "generated requests, a few for each operation",
    "test_many_generated_requests": "generated requests, many for each operation",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table; not where the matrix is only a part of the tests."""
    if "not torture" in config.option.markexpr:
        return
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            kind = KINDS.get(report.location[2].partition("[")[0], "meetings of stacks, leaks")
            tried[kind] += 1
            failed[kind] += outcome != "passed"
    terminalreporter.section("cases by kind")
    for kind, count in tried.items():
        terminalreporter.line(f"{count:6} tried {failed[kind]:6} failed   {kind}")
