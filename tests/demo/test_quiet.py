"""The quiet stretches are quiet: what differs between their halves is chance, in total and in every corner."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from cxdash.demo import QUIET, QuietStretch
from tests.demo.conftest import LAST_DAY

_SCORE = {
    "nps": "CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END",
    "csat": "CASE WHEN score >= 4 THEN 1 ELSE 0 END",
    "ces": "CASE WHEN score >= 5 THEN 1 ELSE 0 END",
}
# answers and contacts of one customer resemble each other, and so do an issue's contacts
_CLUSTERED = 1.6


def days(stretch: QuietStretch) -> str:
    """Half of the stretch a day falls into: 1 now, 0 before."""
    edges = [
        LAST_DAY + timedelta(days=d)
        for d in (stretch.now.first, stretch.now.last, stretch.before.first, stretch.before.last)
    ]
    return (
        f"CASE WHEN day BETWEEN DATE '{edges[0]}' AND DATE '{edges[1]}' THEN 1 "
        f"WHEN day BETWEEN DATE '{edges[2]}' AND DATE '{edges[3]}' THEN 0 END"
    )


def values(metric: str) -> str:
    """Day, channel, region and value of every row a metric is made of."""
    if metric in _SCORE:
        return f"""SELECT CAST(invited_at AS DATE) AS day, channel, region, pattern, {_SCORE[metric]} AS value
            FROM responses WHERE survey = '{metric}' AND score IS NOT NULL"""
    if metric == "wait_seconds":
        return """SELECT CAST(started_at AS DATE) AS day, channel, region, NULL AS pattern,
            ln(greatest(wait_seconds, 1)) AS value
            FROM contacts WHERE wait_seconds IS NOT NULL"""
    return """SELECT CAST(started_at AS DATE) AS day, channel, region, NULL AS pattern,
        CAST(outcome = 'resolved' AND (next_at IS NULL OR next_at > started_at + INTERVAL 7 DAY) AS INT) AS value
        FROM (SELECT *, lead(started_at) OVER (PARTITION BY issue_id ORDER BY started_at) AS next_at
              FROM contacts WHERE issue_id IS NOT NULL) WHERE actor = 'human'"""


def compare(rows: duckdb.DuckDBPyConnection, stretch: QuietStretch, metric: str, by: str) -> list[float]:
    """Standardised difference of the two halves, per group."""
    kept = " AND ".join(
        ["region IS NOT NULL"]
        + [f"{dimension} IN ({', '.join(repr(v) for v in allowed)})" for dimension, allowed in stretch.where]
        + [f"{dimension} NOT IN ({', '.join(repr(v) for v in banned)})" for dimension, banned in stretch.outside]
    )
    found = rows.execute(f"""
        SELECT (avg(value) FILTER (half = 1) - avg(value) FILTER (half = 0))
            / sqrt({_CLUSTERED} * (var_samp(value) FILTER (half = 1) / count(*) FILTER (half = 1)
                                 + var_samp(value) FILTER (half = 0) / count(*) FILTER (half = 0)))
        FROM (SELECT *, {days(stretch)} AS half FROM ({values(metric)})) WHERE half IS NOT NULL AND {kept}
        GROUP BY {by} HAVING count(*) FILTER (half = 1) >= 30 AND count(*) FILTER (half = 0) >= 30
          AND var_samp(value) FILTER (half = 1) > 0 AND var_samp(value) FILTER (half = 0) > 0
    """).fetchall()
    return [float(row[0]) for row in found]


CASES = [(stretch, metric) for stretch in QUIET for metric in stretch.metrics if metric != "churn"]
IDS = [f"{stretch.key}.{metric}" for stretch, metric in CASES]


@pytest.mark.parametrize(("stretch", "metric"), CASES, ids=IDS)
def test_total_stands_still(rows: duckdb.DuckDBPyConnection, stretch: QuietStretch, metric: str) -> None:
    """The two halves of a quiet stretch differ by less than three standard errors."""
    [z] = compare(rows, stretch, metric, "()")
    assert abs(z) < 3


@pytest.mark.parametrize(("stretch", "metric"), CASES, ids=IDS)
def test_corners_stand_still(rows: duckdb.DuckDBPyConnection, stretch: QuietStretch, metric: str) -> None:
    """Over channel and region the differences scatter like chance: few beyond two standard errors, none beyond four."""
    scatter = compare(rows, stretch, metric, "channel, region")
    assert len(scatter) >= 5
    assert max(abs(z) for z in scatter) < 4
    assert sum(abs(z) > 2 for z in scatter) <= 2 + 0.08 * len(scatter)


def test_churn_stands_still(rows: duckdb.DuckDBPyConnection) -> None:
    """Losses per customer-day differ between the two years by less than three standard errors."""
    [stretch] = [stretch for stretch in QUIET if stretch.key == "churn"]
    rates = []
    for span in (stretch.now, stretch.before):
        first, last = (LAST_DAY + timedelta(days=d) for d in (span.first, span.last))
        lost, exposed = rows.execute(f"""
            SELECT count(*) FILTER (left_on BETWEEN DATE '{first}' AND DATE '{last}'),
              sum(greatest(0, least(coalesce(left_on, DATE '{last}' + 1), DATE '{last}' + 1)
                            - greatest(joined_on, DATE '{first}')))
            FROM customers
        """).fetchall()[0]
        rates.append((lost / float(exposed), lost / float(exposed) ** 2))
    difference = rates[0][0] - rates[1][0]
    assert abs(difference) < 3 * (rates[0][1] + rates[1][1]) ** 0.5
    assert 0.010 < 1 - (1 - rates[0][0]) ** 30.4375 < 0.018
