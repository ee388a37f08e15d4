"""Texts that are no cron expressions, and what to write instead."""

from __future__ import annotations

from weld_pulumi.validation.cron import canonical_cron

from .stage import Table, raised

TABLE = Table()


def refused(text: str) -> str:
    """What is said of a schedule."""
    return raised(lambda: canonical_cron(text))


TABLE.add("is empty; write a cron expression, for example '0 */6 * * *'", lambda _: refused(" "))
TABLE.add("'@daily' is not a cron expression: write '0 0 * * *'", lambda _: refused("@daily"))
TABLE.add("'every 6 hours' is not a cron expression: write '0 */6 * * *'", lambda _: refused("every 6 hours"))
TABLE.add(
    (
        "'every 5 hours' is not a cron expression: cron has no such interval; write the times of day, for example "
        "'0 */6 * * *'"
    ),
    lambda _: refused("every 5 hours"),
)
TABLE.add(
    (
        "'3600' is not a cron expression: it has 1 field, not the five fields minute, hour, day of month, "
        "month, day of week; write for example '0 */6 * * *'"
    ),
    lambda _: refused("3600"),
)
TABLE.add(
    (
        "'* * *' is not a cron expression: it has 3 fields, not the five fields minute, hour, day of month, "
        "month, day of week; write for example '0 */6 * * *'"
    ),
    lambda _: refused("* * *"),
)
TABLE.add(
    (
        "'0 0 6 * * *' is not a cron expression: it has 6 fields, not the five fields minute, hour, day of "
        "month, month, day of week; write '0 6 * * *'"
    ),
    lambda _: refused("0 0 6 * * *"),
)
TABLE.add(
    "'0 24 * * *' is not a cron expression: hour '24' is not within 0-23; write for example '0 */6 * * *'",
    lambda _: refused("0 24 * * *"),
)
TABLE.add(
    (
        "'0 0 * 13 *' is not a cron expression: month '13' is not within 1-12 or JAN-DEC; write for example '0 */6 "
        "* * *'"
    ),
    lambda _: refused("0 0 * 13 *"),
)
TABLE.add(
    (
        "'0 0 * * MONDAY' is not a cron expression: day of week 'MONDAY' is not a name of three letters; write '0 "
        "0 * * MON'"
    ),
    lambda _: refused("0 0 * * MONDAY"),
)
TABLE.add(
    "'*/0 * * * *' is not a cron expression: minute '*/0' has a step below 1; write for example '0 */6 * * *'",
    lambda _: refused("*/0 * * * *"),
)
TABLE.add(
    "'0/15 * * * *' is not a cron expression: minute '0/15' has a step without a range; write '0-59/15 * * * *'",
    lambda _: refused("0/15 * * * *"),
)
TABLE.add(
    "'0 22-2 * * *' is not a cron expression: hour '22-2' runs backwards; write '0 22-23,0-2 * * *'",
    lambda _: refused("0 22-2 * * *"),
)
TABLE.add(
    (
        "'0 0 ? * MON' is not a cron expression: day of month '?' is not standard cron (numbers, lists '1,2', "
        "ranges '1-5', steps '*/2'); write '0 0 * * MON'"
    ),
    lambda _: refused("0 0 ? * MON"),
)
TABLE.add(
    (
        "'0 0 * * 5#2' is not a cron expression: day of week '5#2' is not standard cron (numbers, lists '1,2', "
        "ranges '1-5', steps '*/2'); write for example '0 */6 * * *'"
    ),
    lambda _: refused("0 0 * * 5#2"),
)
TABLE.add(
    "'0 0 31 2 *' never runs, since the month has no such day; write '0 0 28 2 *'", lambda _: refused("0 0 31 2 *")
)
