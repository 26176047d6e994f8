"""The adapter: what Great Expectations says becomes a finding, and what it cannot say holds the edition back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from cxdash import schema
from cxdash.checks import rules
from cxdash.checks.check import Check, Finding
from cxdash.checks.contract import contract_checks
from cxdash.checks.rows import freshness_check, row_checks

EVENTS = pl.DataFrame(
    {
        "day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)],
        "label": ["Storm", "Strike", "Storm"],
        "kind": ["outage", None, "outage"],
    }
)
TYPES = {"events": {"day": "DATE", "label": "VARCHAR", "kind": "VARCHAR"}}
Run = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def run(backend: Any) -> Run:
    """Run rules on a table of three events, on each warehouse."""
    from cxdash.checks.engine import run_checks

    backend.load("events", EVENTS)

    def judge(*wanted: rules.Rule, clean: Callable[[str], str] = str) -> tuple[Finding, ...]:
        checks = [
            Check(f"events.{place}", "Claim.", "rows", "events", "warning", "Somebody", rule)
            for place, rule in enumerate(wanted)
        ]
        with backend.open("events") as warehouse:
            return run_checks(warehouse, checks, TYPES, clean)

    return judge


def test_every_kind_of_rule_counts_and_shows_its_rows(run: Run) -> None:
    """Passing and failing, stock and our own, on both warehouses."""
    found = run(
        rules.filled("events", "label"),
        rules.filled("events", "kind"),
        rules.one_of("events", "label", ("Strike",)),
        rules.not_after("events", "day", date(2026, 1, 1)),
        rules.unique(("day", "label")),
        rules.unique(("label",)),
        rules.never("events", ("kind",), lambda c: sa.and_(c["kind"] == "outage", c["label"] == "Storm")),
        rules.single("label"),
        rules.not_empty(),
        rules.recent("day", date(2026, 1, 3)),
        rules.refers("events", "label", "events", "kind"),
    )
    assert [(f.passed, f.failing) for f in found] == [
        (True, 0),
        (False, 1),
        (False, 2),
        (False, 1),
        (True, 0),
        (False, 2),
        (False, 2),
        (False, 0),
        (True, 0),
        (False, 0),
        (False, 3),
    ]
    assert found[1].samples == ({"day": date(2026, 1, 1), "label": "Strike", "kind": None},)
    assert [(s["label"], s["rows"]) for s in found[2].samples] == [("Storm", 2), ("Storm", 2)]
    assert found[5].samples == ({"label": "Storm", "rows": 2},)
    assert found[7].samples == ({"label": "Storm", "rows": 2}, {"label": "Strike", "rows": 1})
    assert found[9].samples == ({"day": date(2026, 1, 2)},)


def test_a_check_that_raises_could_not_run(run: Run) -> None:
    """A column that is not there: no result, an error without secrets, and the others are judged all the same."""
    broken = replace(rules.filled("events", "label"), arguments={"column": "nowhere"})
    unknown, sound = run(broken, rules.filled("events", "label"), clean=lambda text: text.replace("nowhere", "***"))
    assert unknown.passed is None
    assert "***" in unknown.error
    assert "nowhere" not in unknown.error
    assert sound.passed


def test_an_expectation_nobody_wrote_stops_its_table_only_with_a_finding(run: Run) -> None:
    """A mistake of ours holds back, it does not crash the refresh."""
    (found,) = run(replace(rules.not_empty(), expectation="ExpectMiracles"))
    assert found.passed is None
    assert "ExpectMiracles" in found.error


def test_a_share_of_failures_above_the_limit_raises_the_severity(backend: Any) -> None:
    """One of three rows is more than a twentieth."""
    from cxdash.checks.engine import run_checks

    backend.load("events", EVENTS)
    check = Check("events.x", "Claim.", "rows", "events", "warning", "Somebody", rules.filled("events", "kind"))
    with backend.open("events") as warehouse:
        mild, harsh = (
            run_checks(warehouse, [replace(check, critical_above=limit)], TYPES, str)[0] for limit in (0.5, 0.05)
        )
    assert (mild.severity, harsh.severity) == ("warning", "critical")


def test_every_contract_table_has_its_checks() -> None:
    """Derived from the contract: key, required columns, codes, references, orders of time; ids are unique."""
    seen: set[str] = set()
    for name, table in schema.TABLES.items():
        checks = row_checks(
            name,
            offered=set(table.columns.keys()),
            connected=set(schema.TABLES),
            published=True,
            today=date(2026, 7, 1),
            end_of_today=datetime(2026, 7, 1, 22),  # noqa: DTZ001
        )
        ids = {check.check_id for check in (*checks, *contract_checks(name, {}))}
        assert len(ids) == len(checks) + 2
        assert not seen & ids
        seen |= ids
        assert f"{name}.key_unique" in ids
        for column in table.columns:
            assert (f"{name}.{column.name}.filled" in ids) is not column.nullable
            assert (f"{name}.{column.name}.known" in ids) is ("vocabulary" in column.info)
            assert (f"{name}.{column.name}.exists" in ids) is ("references" in column.info)
            assert (f"{name}.{column.name}.in_order" in ids) is ("not_before" in column.info)
        assert all(check.claim.endswith(".") and "{" not in check.claim for check in checks)


def test_columns_the_source_lacks_are_not_judged() -> None:
    """An absent optional column is no row's fault, and neither is a table that is not connected."""
    checks = row_checks(
        "contacts",
        offered=set(schema.required_columns("contacts")) | {"customer_id"},
        connected={"contacts"},
        published=True,
        today=date(2026, 7, 1),
        end_of_today=datetime(2026, 7, 1, 22),  # noqa: DTZ001
    )
    ids = {check.check_id for check in checks}
    assert "contacts.wait_seconds.at_least" not in ids
    assert "contacts.customer_id.exists" not in ids


def test_freshness_follows_the_rhythm_of_the_source() -> None:
    """A daily source may be two days late; one that comes every Monday may be a week late."""
    today = date(2026, 6, 30)
    daily = [date(2026, 6, day) for day in range(1, 28)]
    weekly = [date(2026, month, day) for month in (3, 4, 5) for day in (1, 8, 15, 22)]
    found = freshness_check("contacts", "started_at", daily, today)
    assert found is not None
    assert found.rule.arguments["min_value"] == datetime(2026, 6, 27)  # noqa: DTZ001
    slow = freshness_check("contacts", "started_at", weekly, today)
    assert slow is not None
    assert slow.rule.arguments["min_value"] == datetime(2026, 6, 19)  # noqa: DTZ001
    assert freshness_check("contacts", "started_at", daily[:5], today) is None


def test_checks_can_be_listed_without_the_library() -> None:
    """Great Expectations costs seconds and 250 MB; only the audit pays for it."""
    script = (
        "import sys; import cxdash.refresh, cxdash.checks.rows, cxdash.checks.contract, cxdash.checks.states; "
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
