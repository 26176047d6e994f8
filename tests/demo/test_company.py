"""The demo looks like a company: uneven sizes, weekdays and seasons, repeat customers, gaps, and believable levels."""

from __future__ import annotations

import duckdb
import pytest

ANSWERS = "FROM responses WHERE score IS NOT NULL"
CHAINED = """(SELECT *, coalesce(lead(started_at) OVER (PARTITION BY issue_id ORDER BY started_at)
    <= started_at + INTERVAL 7 DAY, FALSE) AS repeated FROM contacts WHERE issue_id IS NOT NULL AND direction = 'in')"""
NPS = "100 * avg(CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END)"


def number(rows: duckdb.DuckDBPyConnection, query: str) -> float:
    found = rows.execute(query).fetchone()
    assert found is not None
    return float(found[0])


@pytest.mark.parametrize(
    ("low", "high", "query"),
    [
        (24, 38, f"SELECT {NPS} {ANSWERS} AND survey = 'nps' AND pattern = 'transactional'"),
        (22, 35, f"SELECT {NPS} {ANSWERS} AND pattern = 'relationship'"),
        (77, 83, f"SELECT 100 * avg(CAST(score >= 4 AS INT)) {ANSWERS} AND survey = 'csat'"),
        (66, 74, f"SELECT 100 * avg(CAST(score >= 5 AS INT)) {ANSWERS} AND survey = 'ces'"),
        (32, 40, "SELECT 100.0 * count(score) / count(*) FROM responses"),
        (3, 7, "SELECT 100 * avg(CAST(outcome = 'abandoned' AS INT)) FROM contacts WHERE channel = 'phone'"),
        (230_000, 300_000, "SELECT count(*) FROM responses"),
        (470_000, 540_000, "SELECT count(*) FROM contacts"),
        (17, 25, f"SELECT 100 * avg(CAST(repeated AS INT)) FROM {CHAINED} WHERE actor = 'human'"),
        (62, 72, f"""SELECT 100 * avg(CAST(outcome = 'resolved' AND NOT repeated AS INT))
            FROM {CHAINED} WHERE actor = 'human'"""),
    ],
    ids=["nps", "relationship", "csat", "ces", "answered", "abandonment", "questions", "contacts", "repeats", "fcr"],
)  # fmt: skip
def test_level(rows: duckdb.DuckDBPyConnection, low: float, high: float, query: str) -> None:
    """The company's ordinary levels are those of a telecom."""
    assert low <= number(rows, query) <= high


def test_weekdays(rows: duckdb.DuckDBPyConnection) -> None:
    """Mondays bring more than twice the contacts of Sundays, while the site is not quieter at the weekend."""
    daily = "SELECT isodow(started_at) AS d, count(*) AS n FROM {} GROUP BY 1"
    ratio = "SELECT (SELECT n FROM a WHERE d = 1) / (SELECT n FROM a WHERE d = 7)"
    assert number(rows, f"WITH a AS ({daily.format('contacts')}) {ratio}") > 2
    assert number(rows, f"WITH a AS ({daily.format('visits')}) {ratio}") < 1.1


def test_season_and_growth(rows: duckdb.DuckDBPyConnection) -> None:
    """December is busier than August, and each year busier than the one before."""
    per_day = "SELECT count(*) / count(DISTINCT CAST(started_at AS DATE)) FROM contacts WHERE "
    december, august = per_day + "month(started_at) = 12", per_day + "month(started_at) = 8"
    assert number(rows, december) > 1.2 * number(rows, august)
    second, first = per_day + "started_at >= TIMESTAMP '2025-07-01'", per_day + "started_at < TIMESTAMP '2025-07-01'"
    assert 1.05 < number(rows, second) / number(rows, first) < 1.3


@pytest.mark.parametrize(
    ("dimension", "least"), [("region", 0.35), ("product", 0.25), ("channel", 0.35), ("team", 0.2)]
)
def test_sizes_are_uneven(rows: duckdb.DuckDBPyConnection, dimension: str, least: float) -> None:
    """Regions, products, channels and teams differ in size (Gini coefficient)."""
    gini = f"""SELECT sum((2 * place - n - 1) * size) / (n * sum(size)) FROM (
        SELECT count(*) AS size, row_number() OVER (ORDER BY count(*)) AS place, count(*) OVER () AS n
        FROM contacts WHERE {dimension} IS NOT NULL GROUP BY {dimension}) GROUP BY n"""
    assert least < number(rows, gini) < 0.7


def test_customers_differ(rows: duckdb.DuckDBPyConnection) -> None:
    """A tenth of the customers makes a third of the contacts, and answers of one customer resemble each other."""
    top = """SELECT sum(n) FILTER (place <= total / 10.0) / sum(n) FROM (SELECT count(*) AS n,
        row_number() OVER (ORDER BY count(*) DESC) AS place, count(*) OVER () AS total
        FROM contacts WHERE customer_id IS NOT NULL GROUP BY customer_id)"""
    assert 0.25 < number(rows, top) < 0.5
    clustered = f"""WITH x AS (SELECT customer_id, CASE WHEN score >= 9 THEN 1.0 WHEN score <= 6 THEN -1 ELSE 0 END AS v
        {ANSWERS} AND pattern = 'transactional' AND survey = 'nps' AND customer_id IS NOT NULL),
        m AS (SELECT avg(v) AS mean, var_samp(v) AS var, count(*) AS n FROM x),
        c AS (SELECT sum(v - mean) AS s FROM x, m GROUP BY customer_id)
        SELECT (SELECT sum(s * s) FROM c) / (n * var) FROM m"""
    assert 1.15 < number(rows, clustered) < 2.2


def test_gaps(rows: duckdb.DuckDBPyConnection) -> None:
    """Regions, customers, issues and recorded handovers are missing as often as in real tables."""
    assert 0.01 < number(rows, "SELECT 1 - count(region) / count(*) FROM contacts") < 0.02
    assert 0.03 < number(rows, "SELECT 1 - count(customer_id) / count(*) FROM contacts") < 0.07
    assert 0.1 < number(rows, "SELECT 1 - count(asked_to_repeat) / count(*) FROM contacts WHERE actor = 'human'") < 0.3
    assert (
        0.02
        < number(rows, "SELECT 1 - count(customer_id) / count(*) FROM responses WHERE contact_id IS NOT NULL")
        < 0.08
    )


def test_the_silent_are_different(rows: duckdb.DuckDBPyConnection) -> None:
    """Those who were helped answer more often than an average question, and some answers come days late."""
    late = "SELECT avg(CAST(responded_at > invited_at + INTERVAL 3 DAY AS INT)) FROM responses WHERE score IS NOT NULL"
    assert 0.05 < number(rows, late) < 0.25
    rates = dict(
        rows.execute("""SELECT outcome, count(score) / count(*) FROM responses JOIN contacts USING (contact_id)
        WHERE responses.channel = 'phone' GROUP BY 1""").fetchall()
    )
    assert rates["resolved"] != pytest.approx(rates["unresolved"], abs=0.002)


def test_the_unhappy_leave(rows: duckdb.DuckDBPyConnection) -> None:
    """Within half a year of a relationship answer, detractors leave about three times as often."""
    left = dict(
        rows.execute(f"""SELECT
            CASE WHEN score >= 9 THEN 'promoter' WHEN score <= 6 THEN 'detractor' ELSE 'passive' END,
            avg(CAST(coalesce(left_on <= CAST(responded_at AS DATE) + 182, FALSE) AS INT))
        FROM (SELECT * {ANSWERS} AND pattern = 'relationship' AND responded_at < TIMESTAMP '2025-12-30')
        JOIN customers USING (customer_id) GROUP BY 1""").fetchall()
    )
    assert left["detractor"] > left["passive"] > left["promoter"]
    assert 1.7 < left["detractor"] / left["promoter"] < 4


def test_comments(rows: duckdb.DuckDBPyConnection) -> None:
    """A share of the answers is worded, in two scripts, and a few are awkward on purpose."""
    assert 0.15 < number(rows, "SELECT count(comment) / count(score) FROM responses") < 0.4
    assert number(rows, "SELECT count(DISTINCT comment) FROM responses") > 500
    assert number(rows, "SELECT count(*) FROM responses WHERE regexp_matches(comment, '[آ-ی]')") > 100
    for awkward in ("<script>", "=HYPERLINK", "🎉", "DROP TABLE"):
        assert number(rows, f"SELECT count(*) FROM responses WHERE contains(comment, '{awkward}')") > 0
    assert number(rows, "SELECT count(comment) FROM responses WHERE score IS NULL") == 0


def test_money(rows: duckdb.DuckDBPyConnection) -> None:
    """Contract values are skewed, upgrades replace contracts on the same day, and invoices bill what is in force."""
    assert number(rows, "SELECT avg(monthly_value) / median(monthly_value) FROM subscriptions") > 1.1
    replaced = """SELECT avg(CAST(EXISTS (SELECT 1 FROM subscriptions s WHERE s.customer_id = o.customer_id
        AND s.started_on = o.ended_on) AS INT)) FROM subscriptions o WHERE end_reason IN ('upgrade', 'downgrade')"""
    assert number(rows, replaced) == 1
    unbilled = """SELECT count(*) FROM invoices i WHERE amount <> (SELECT sum(monthly_value) FROM subscriptions s
        WHERE s.customer_id = i.customer_id AND s.started_on <= i.issued_on
        AND coalesce(s.ended_on, DATE '9999-01-01') > i.issued_on)
        AND hash(invoice_id) % 50 = 0"""
    assert number(rows, unbilled) == 0


def test_online_orders_come_from_visits(rows: duckdb.DuckDBPyConnection) -> None:
    """There are as many orders on web and app as sessions that ended in one."""
    orders = number(rows, "SELECT count(*) FROM orders WHERE channel IN ('web', 'app')")
    assert orders == number(rows, "SELECT count(*) FROM visits WHERE converted") > 0
