"""Every example keeps every rule of the data contract, and says in words what it cannot support."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from cxdash.edition import Edition
from cxdash.metrics.catalogue import METRICS


def test_tables_keep_every_rule_of_the_contract(example: Any, violations: Callable[..., list[str]]) -> None:
    """No row of any example breaks a vocabulary, key, reference, order of times, bound or scale."""
    assert violations(example.con, example.tables, example.settings["today"]) == []


def test_every_table_has_rows(example: Any) -> None:
    """A SELECT that silently yields nothing would keep every rule."""
    for table in example.tables:
        assert example.row(f"SELECT count(*) FROM {table}")[0] > 5_000


def test_a_metric_is_either_supported_or_explained(example: Any, publish: Callable[[str], Edition]) -> None:
    """Nobody meets a metric without a number and without a reason: the example's own, or the table that is lacking."""
    needs = {
        "nps": "responses",
        "csat": "responses",
        "level_consistency": "responses",
        "touchpoint_satisfaction": "touchpoint_ratings",
        "churn": "customers",
        "revenue_churn": "subscriptions",
        "visit_errors": "visits",
        "slow_visits": "visits",
        "conversion": "visits",
        "cart_kept": "visits",
        "repeat_rate": "contacts",
        "issue_contacts": "contacts",
        "abandonment": "contacts",
        "wait_time": "contacts",
        "handle_time": "contacts",
        "transfers": "contacts",
        "escalations": "contacts",
    }
    explained = set(example.settings["unsupported"])
    assert explained <= set(METRICS)
    manifest = publish(example.name).manifest
    assert set(manifest.metrics).isdisjoint(manifest.unsupported)
    assert set(manifest.metrics) | set(manifest.unsupported) == set(METRICS)
    for key in set(METRICS) - explained - {"health"}:
        if needs[key] in example.tables:
            assert key in manifest.metrics, key
        else:
            assert re.search(rf"^Needs the tables? .*\b{needs[key]}\b.* not connected", manifest.unsupported[key]), key


def test_targets_and_weights_are_for_supported_metrics(example: Any) -> None:
    """No goal is set for something the data cannot measure, and a health score only where there is one."""
    explained = set(example.settings["unsupported"])
    weights = set(example.targets.get("health", {}).get("weights", {}))
    assert set(example.targets["metrics"]).isdisjoint(explained)
    assert weights <= set(example.targets["metrics"])
    assert bool(weights) == ("health" not in explained)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE contacts SET channel = 'fax'", "contacts: channel outside its vocabulary in 2 rows"),
        ("UPDATE contacts SET outcome = NULL WHERE contact_id = 'a'", "contacts: outcome empty in 1 rows"),
        ("UPDATE contacts SET contact_id = 'a'", "contacts: (contact_id) not unique in 2 rows"),
        ("UPDATE contacts SET wait_seconds = -1 WHERE contact_id = 'b'", "contacts: wait_seconds too small in 1 rows"),
        ("UPDATE contacts SET reason = '' WHERE contact_id = 'b'", "contacts: reason blank or padded in 1 rows"),
        ("UPDATE contacts SET started_at = '2031-01-01'", "contacts: started_at in the future in 2 rows"),
        ("UPDATE contacts SET customer_id = 'nobody'", "contacts: customer_id refers to nothing in 2 rows"),
        ("UPDATE contacts SET first_reply_at = '1999-01-01'", "contacts: first_reply_at before started_at in 2 rows"),
        ("UPDATE responses SET scale_max = 5", "responses: nps on another scale in 1 rows"),
        ("UPDATE responses SET score = 11", "responses: score off its scale in 1 rows"),
        (
            "UPDATE responses SET responded_at = NULL",
            "responses: answered without a time, or timed without an answer in 1 rows",
        ),
        ("ALTER TABLE contacts DROP COLUMN transferred", "contacts.transferred is required and missing"),
        ("ALTER TABLE contacts RENAME COLUMN reason TO topic", "contacts.topic is not a column of the contract"),
        ("ALTER TABLE contacts ALTER started_at TYPE VARCHAR", "contacts.started_at is VARCHAR"),
    ],
)
def test_checker_finds_each_planted_violation(violations: Callable[..., list[str]], change: str, sentence: str) -> None:
    """The checker that clears the examples does see each kind of mistake."""
    con = duckdb.connect()
    con.execute(
        """
        CREATE TABLE customers AS SELECT 'c' AS customer_id, DATE '2019-01-01' AS joined_on;
        CREATE TABLE contacts AS SELECT unnest(['a', 'b']) AS contact_id, 'c' AS customer_id, 'phone' AS channel,
            'human' AS actor, 'in' AS direction, TIMESTAMP '2019-02-01 10:00:00' AS started_at, 5 AS wait_seconds,
            TIMESTAMP '2019-02-01 10:01:00' AS first_reply_at, 'Banking' AS reason, 'resolved' AS outcome,
            false AS transferred, false AS escalated;
        CREATE TABLE responses AS SELECT 'r' AS response_id, 'nps' AS survey, 'relationship' AS pattern, 0 AS scale_min,
            10 AS scale_max, 9 AS score, TIMESTAMP '2019-02-01 10:00:00' AS invited_at,
            TIMESTAMP '2019-02-02 10:00:00' AS responded_at, false AS dismissed, 'phone' AS channel;
        """
    )
    tables = ["customers", "contacts", "responses"]
    assert violations(con, tables, date(2019, 3, 1)) == []
    con.execute(change)
    assert sentence in violations(con, tables, date(2019, 3, 1))
