"""The rows theme: are the values of each connected table possible, and do tables agree with each other?

Everything is derived from the contract's declarations; a new column or table brings its checks with it. Severity
follows what a failure does to a number:

- A key used twice counts a row twice; a required value that is missing, a code nobody defined, an answer on another
  scale or a date in the future puts rows where they do not belong. No share of that is right: critical.
- A reference to an unknown customer or contact leaves every number right and only loses a label, and a stray one is
  a fact of life with two systems; above `BROKEN_SHARE` of the rows the join itself is broken: warning, then critical.
- Times in the wrong order and optional codes bend one analysis, not the scores: warning, then critical likewise.
- In a table that feeds nothing published nothing can be held back for: warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from cxdash import schema
from cxdash.checks import rules
from cxdash.checks.check import Check, Rule, Severity
from cxdash.language import N_

OWNER = N_("Owner of the source of {table}")
BROKEN_SHARE = 0.05
"""Share of failing rows above which stray faults are a broken load."""

NOT_EMPTY = N_("{table} has rows.")
FILLED = N_("{column} is known in every row of {table}.")
KEY_UNIQUE = N_("No two rows of {table} share the same {column}.")
KNOWN_CODE = N_("Every {column} in {table} is one of the codes of the contract.")
AT_LEAST = N_("{column} in {table} is never below {low}.")
IN_ORDER = N_("{column} in {table} never lies before {earlier}.")
REFERS = N_("Every {column} in {table} exists in {parent}.")
NOT_FUTURE = N_("{column} in {table} never lies in the future.")
SURVEY_SCALE = N_("Every survey in {table} uses the scale of the contract.")
INSIDE_SCALE = N_("Every {column} in {table} lies inside its scale.")
ANSWERED_IN_FULL = N_("Every answer in {table} has both a score and a time.")
ONE_CURRENCY = N_("All amounts in {table} are in one currency.")
FRESH = N_("The newest rows of {table} are as recent as this source usually is.")

FEWEST_DAYS = 10
"""Days with rows from which a source's rhythm can be told."""
ALLOWED_LAG = 2
"""Days a source that delivers daily may be late before anybody is told."""

PLANNED: dict[str, frozenset[str]] = {
    "customers": frozenset({"left_on"}),
    "subscriptions": frozenset({"started_on", "ended_on"}),
    "orders": frozenset({"promised_on"}),
    "campaigns": frozenset({"started_on", "ended_on"}),
    "invoices": frozenset({"due_on"}),
    "contacts": frozenset({"promised_at"}),
    "cases": frozenset({"due_at"}),
    "agents": frozenset({"hired_on"}),
    "initiatives": frozenset({"started_on", "ended_on"}),
    "events": frozenset({"day"}),
    "stock": frozenset({"day"}),
    "benchmarks": frozenset({"period_end"}),
}
"""Dates that may lie in the future: promises, plans and notices given."""


def row_checks(
    table: str,
    *,
    offered: Collection[str],
    connected: Collection[str],
    published: bool,
    today: date,
    end_of_today: datetime,
) -> tuple[Check, ...]:
    """Checks of one connected table's rows.

    Args:
        table: contract table.
        offered: contract columns the source really has; only these are judged.
        connected: all connected tables, for references.
        published: whether numbers of the edition rest on it.
        today: business day of the refresh.
        end_of_today: the moment (UTC, no zone) that day ends.
    """
    found = [
        check
        for make in (_presence, _values, _times, _references, _scales, _money)
        for check in make(table, today, end_of_today)
        if set(check.rule.columns) <= set(offered) and check.rule.parent in {"", *connected}
    ]
    if published:
        return tuple(found)
    return tuple(replace(check, severity="warning", critical_above=None) for check in found)


def freshness_check(table: str, column: str, days: Collection[date], today: date) -> Check | None:
    """Whether a table's newest rows are as recent as its own rhythm promises; None when it has none yet.

    Args:
        table: contract table.
        column: the column that grows when rows are added.
        days: recent business days with rows.
        today: business day of the refresh; a source that delivers daily ends with yesterday.
    """
    known = sorted(day for day in days if day <= today)
    if len(known) < FEWEST_DAYS:
        return None
    longest = max((later - earlier).days for earlier, later in pairwise(known))
    limit = today - timedelta(days=1 + max(ALLOWED_LAG, longest))
    exact = limit if isinstance(schema.table(table).columns[column].type, sa.Date) else datetime.combine(limit, time())
    return _check(table, "fresh", FRESH, rules.recent(column, exact), "warning")


def _check(
    table: str, what: str, claim: str, rule: Rule, severity: Severity, critical_above: float | None = None, **names: Any
) -> Check:
    return Check(
        f"{table}.{what}",
        claim.format(table=table, **names),
        "rows",
        table,
        severity,
        OWNER.format(table=table),
        rule,
        critical_above,
    )


def _presence(table: str, _today: date, _end: datetime) -> Iterator[Check]:
    # Answers are what an edition is about; another table may be connected before its first row, and says so.
    severity: Severity = "critical" if table == "responses" else "warning"
    yield _check(table, "not_empty", NOT_EMPTY, rules.not_empty(), severity)
    keys = rules.key_columns(table)
    yield _check(table, "key_unique", KEY_UNIQUE, rules.unique(keys), "critical", column=" + ".join(keys))
    for column in schema.required_columns(table):
        yield _check(table, f"{column}.filled", FILLED, rules.filled(table, column), "critical", column=column)


def _values(table: str, _today: date, _end: datetime) -> Iterator[Check]:
    for column in schema.table(table).columns:
        name = column.name
        if vocabulary := column.info.get("vocabulary"):
            rule = rules.one_of(table, name, tuple(vocabulary))
            if column.nullable:
                yield _check(table, f"{name}.known", KNOWN_CODE, rule, "warning", BROKEN_SHARE, column=name)
            else:
                yield _check(table, f"{name}.known", KNOWN_CODE, rule, "critical", column=name)
        if "at_least" in column.info:
            low = column.info["at_least"]
            rule = rules.at_least(table, name, low)
            yield _check(table, f"{name}.at_least", AT_LEAST, rule, "warning", BROKEN_SHARE, column=name, low=low)


def _times(table: str, today: date, end_of_today: datetime) -> Iterator[Check]:
    for column in schema.table(table).columns:
        name = column.name
        if earlier := column.info.get("not_before"):
            rule = rules.never(table, (earlier, name), _before(name, earlier))
            names = {"column": name, "earlier": earlier}
            yield _check(table, f"{name}.in_order", IN_ORDER, rule, "warning", BROKEN_SHARE, **names)
        if isinstance(column.type, (sa.Date, sa.DateTime)) and name not in PLANNED.get(table, ()):
            limit = today if isinstance(column.type, sa.Date) else end_of_today
            rule = rules.not_after(table, name, limit)
            yield _check(table, f"{name}.not_future", NOT_FUTURE, rule, "critical", column=name)


def _references(table: str, _today: date, _end: datetime) -> Iterator[Check]:
    for column in schema.table(table).columns:
        if reference := column.info.get("references"):
            parent, parent_column = reference.split(".")
            rule = rules.refers(table, column.name, parent, parent_column)
            names = {"column": column.name, "parent": parent}
            yield _check(table, f"{column.name}.exists", REFERS, rule, "warning", BROKEN_SHARE, **names)


def _scales(table: str, _today: date, _end: datetime) -> Iterator[Check]:
    columns = schema.table(table).columns
    if "scale_min" not in columns:
        return
    answer = "score" if "score" in columns else "rating"
    if table == "responses":
        rule = rules.never(table, ("survey", "scale_min", "scale_max"), _on_another_scale)
        yield _check(table, "scale", SURVEY_SCALE, rule, "critical")
        rule = rules.never(table, ("score", "responded_at"), _half_answered)
        yield _check(table, "answered", ANSWERED_IN_FULL, rule, "warning", BROKEN_SHARE)
    rule = rules.never(table, (answer, "scale_min", "scale_max"), _outside(answer))
    yield _check(table, f"{answer}.inside_scale", INSIDE_SCALE, rule, "critical", column=answer)


def _money(table: str, _today: date, _end: datetime) -> Iterator[Check]:
    if "currency" in schema.table(table).columns:
        yield _check(table, "currency.single", ONE_CURRENCY, rules.single("currency"), "critical")


def _before(later: str, earlier: str) -> rules.Condition:
    def condition(c: rules.Columns) -> sa.ColumnElement[bool]:
        return sa.and_(c[later] < c[earlier])

    return condition


def _on_another_scale(c: rules.Columns) -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            sa.and_(c["survey"] == survey, sa.or_(c["scale_min"] != low, c["scale_max"] != high))
            for survey, (low, high) in schema.SURVEY_SCALE.items()
        )
    )


def _half_answered(c: rules.Columns) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(c["score"].is_(None), c["responded_at"].is_not(None)),
        sa.and_(c["score"].is_not(None), c["responded_at"].is_(None)),
    )


def _outside(answer: str) -> rules.Condition:
    return lambda c: sa.or_(c[answer] < c["scale_min"], c[answer] > c["scale_max"])
