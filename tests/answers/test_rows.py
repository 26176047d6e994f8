"""The rows behind a number: pages, order, search, reasons, rights; on the demo company's edition."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.answers.rows import Asked, fold, open_rows
from cxdash.answers.rows_basis import RowsRefusedError, find_basis
from cxdash.answers.rows_excluded import COUNTED, FILTERED, IMMATURE, excluded
from cxdash.answers.rows_flags import contribution
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import SelectionError, UnknownNameError
from cxdash.measures import Measure, State
from cxdash.metrics.catalogue import METRICS
from cxdash.selection import Policy, Selection, canonical

MONTH = Selection.over("last-4-weeks", last_day=date(2026, 11, 20))
shared_edition = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

OWN_ROWS = [key for key, metric in METRICS.items() if isinstance(metric.computation, Measure)]


@pytest.mark.parametrize("key", ["nps", "churn", "revenue_churn", "first_contact_resolution"])
@pytest.mark.parametrize("sort", ["", "region"])
def test_pages_are_all_rows_once(demo_edition: Edition, key: str, sort: str) -> None:
    """Turned over page by page, every row comes once, in whatever order."""
    opened = open_rows(demo_edition, key, MONTH.with_filter("region", "North", "Capital"))
    total = opened.total()
    size = max(1, total // 7)
    pages = [
        row for begin in range(0, total + size, size) for row in opened.page(Asked(sort=sort, limit=size, offset=begin))
    ]
    everything = pl.concat(opened.batches()).rows()
    assert len(pages) == total == len(everything)
    plain = ([int(v) if isinstance(v, Decimal) else v for v in row] for row in everything)
    assert sorted(map(repr, (list(row.values()) for row in pages))) == sorted(map(repr, plain))


@shared_edition
@given(data=st.data())
def test_a_page_is_a_stretch_of_the_whole_order(demo_edition: Edition, data: st.DataObject) -> None:
    """A page asked for alone is the same stretch of rows as of one long page: the order is total and stable."""
    opened = open_rows(demo_edition, data.draw(st.sampled_from(["nps", "csat", "churn", "repeat_rate"])), MONTH)
    sort = data.draw(st.sampled_from(["", *(column.name for column in opened.columns)]))
    descending = data.draw(st.booleans())
    search = data.draw(st.sampled_from(["", "north", "1", "phone"]))
    whole = opened.page(Asked(search=search, sort=sort, descending=descending, limit=400))
    begin, size = data.draw(st.integers(0, 300)), data.draw(st.integers(1, 60))
    page = opened.page(Asked(search=search, sort=sort, descending=descending, limit=size, offset=begin))
    assert page == whole[begin : begin + size]
    values = [row[sort] for row in whole] if sort else [row["day"] for row in whole if opened.basis.clock == "flow"]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known, "rows without a value come last"
    assert known == sorted(known, reverse=descending or not sort)


@shared_edition
@given(text=st.sampled_from(["north", "NORTH", "R00000", "thank", "%", "_", "'", '"', "\\", "(", "phone", "–", "۱"]))
def test_a_search_finds_exactly_the_rows_that_contain_the_text(demo_edition: Edition, text: str) -> None:
    """What is found is what contains the text somewhere, letter for letter but not case for case."""
    opened = open_rows(demo_edition, "nps", Selection.over("last-13-weeks", last_day=date(2026, 11, 20)))
    everything = opened.page(Asked(limit=100_000))
    texts = [column.name for column in opened.columns if column.is_text]
    expected = [row for row in everything if any(fold(text) in fold(row[name]) for name in texts if row[name])]
    found = opened.page(Asked(search=text, limit=100_000))
    assert found == expected
    assert opened.total(Asked(search=text)) == len(expected)


def test_persian_is_found_however_it_is_typed() -> None:
    """Arabic and Persian letters, joiners and direction marks make no difference to a search."""
    assert fold("كيفيت\u200cها") == fold("کیفیتها")
    assert fold("می‌خواهم\u200f") == fold("ميخواهم")
    written = sa.create_engine("duckdb://")
    with written.connect() as connection:
        from cxdash.answers.rows import _fold

        for text in ("كيفيت\u200cها", "Straße", "ПРИВЕТ", "می‌خواهم"):
            assert connection.execute(sa.select(_fold(sa.literal(text), "ک"))).scalar_one() == fold(text)


def test_an_unknown_column_is_named(demo_edition: Edition) -> None:
    """A column that does not exist is answered with those that do."""
    with pytest.raises(UnknownNameError, match="score"):
        open_rows(demo_edition, "nps", MONTH).page(Asked(sort="scor"))


@pytest.mark.parametrize("key", OWN_ROWS)
def test_flags_are_the_state_for_a_single_row(demo_edition: Edition, key: str) -> None:
    """Summed over its rows, what each row adds is the state of the answer, for every metric of the catalogue."""
    if key not in demo_edition.manifest.metrics:
        pytest.skip(demo_edition.manifest.unsupported[key])
    opened = open_rows(demo_edition, key, MONTH)
    added = pl.concat(opened.batches())
    assert added.height == opened.total() > 0
    states = [state for state in opened.basis.measure.states if not state.tally]
    flags = added.select(state.name for state in states)
    tallies = added.select(column.name for column in opened.columns if column.tally)
    anything = [any(row) for row in zip(*(flags[name] != 0 for name in flags.columns), strict=True)] or [False]
    counted = [any(value is not None for value in row) for row in tallies.rows()] or [False] * added.height
    assert all(a or b for a, b in zip(anything if states else [False] * added.height, counted, strict=True))


def test_an_aggregate_that_is_no_sum_is_refused() -> None:
    """A state that would not merge by addition has no flags."""
    column = SimpleNamespace(score=sa.column("score", sa.BigInteger()))
    with pytest.raises(TypeError, match="max"):
        contribution(State("best", lambda r: sa.func.max(r.score)), column)
    counts = contribution(State("answers", lambda r: sa.func.count(r.score)), column)
    assert "score IS NOT NULL" in str(counts)
    filtered = contribution(State("tens", lambda r: sa.func.count().filter(r.score == 10)), column)
    assert "score = " in str(filtered)


def _rows_of(edition: Edition, fact: str, policy: Policy, first: date, last: date) -> int:
    frame = pl.read_parquet(edition.rows_path(fact)).filter(pl.col("day").is_between(first, last))
    for dim, values in policy.filters:
        frame = frame.filter(pl.col(dim).fill_null(UNKNOWN).is_in(list(values)))
    return frame.height


@pytest.mark.parametrize("key", ["nps", "csat", "response_rate", "first_contact_resolution", "abandonment"])
@pytest.mark.parametrize("allowed", [{}, {"region": ("North", "Capital")}, {"channel": ("phone",)}])
def test_reasons_add_up_to_the_rows_a_person_may_see(
    demo_edition: Edition, key: str, allowed: dict[str, tuple[str, ...]]
) -> None:
    """Every row of the period that the policy lets through has one reason, and no other row is counted."""
    policy = Policy("some", canonical(allowed))
    selection = MONTH.with_filter("segment", "Premium", "Family")
    basis = find_basis(demo_edition, key, selection, policy)
    shares = excluded(demo_edition, basis)
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    assert sum(s.rows for s in shares) == _rows_of(
        demo_edition, measure.fact, policy, MONTH.period.start, MONTH.period.end
    )
    by_reason = {share.reason: share.rows for share in shares}
    assert by_reason[COUNTED] == open_rows(demo_edition, key, selection, policy).total()
    assert by_reason[FILTERED] > 0
    assert (IMMATURE in by_reason) == (measure.maturity > 0)


def test_rows_need_the_right_to_them(demo_edition: Edition) -> None:
    """Without the right nobody opens a row; the number is still answered."""
    policy = Policy("numbers only", rows=False)
    assert answer(demo_edition, Question("nps", MONTH), policy).only.value is not None
    with pytest.raises(RowsRefusedError, match="access"):
        open_rows(demo_edition, "nps", MONTH, policy)


def test_rows_of_a_hidden_number_are_refused_to_everybody(demo_edition: Edition) -> None:
    """Where a number is not shown its rows are not either, whether for its own sake or for a neighbour's."""
    day = Selection.over("last-3-days", last_day=demo_edition.manifest.last_day)
    cells = answer(demo_edition, Question("ces", day, by=("channel", "region"))).rows
    hidden = [row for row in cells if HIDDEN in row.flags]
    assert hidden
    for row in hidden:
        cell = day
        for dim, value in row.dimensions.items():
            cell = cell.with_filter(dim, value)
        with pytest.raises(RowsRefusedError):
            open_rows(demo_edition, "ces", cell)


def test_a_restricted_person_never_meets_a_row_outside(demo_edition: Edition) -> None:
    """Neither page, nor search, nor count, nor batch of a restricted policy holds a row it does not let through."""
    policy = Policy("North", canonical({"region": ("North",)}))
    chance = random.Random(7)
    for key in ("nps", "churn", "first_contact_resolution"):
        opened = open_rows(demo_edition, key, MONTH.with_filter("region", "North", "Capital"), policy)
        for search in ("", "capital", "north", chance.choice("0123456789")):
            rows = opened.page(Asked(search=search, limit=10_000))
            assert {row["region"] for row in rows} <= {"North"}
            assert opened.total(Asked(search=search)) == len(rows)
            assert opened.total(Asked(named=(("region", ("Capital",)),), search="zzz")) == 0
        assert set(pl.concat(opened.batches())["region"]) == {"North"}


def test_a_number_outside_the_policy_has_no_rows(demo_edition: Edition) -> None:
    """A selection that the policy rules out gives no row and no count."""
    policy = Policy("North", canonical({"region": ("North",)}))
    opened = open_rows(demo_edition, "nps", MONTH.with_filter("region", "Capital"), policy)
    assert opened.total() == 0
    assert opened.page(Asked()) == []


def test_numbers_made_of_numbers_lead_to_the_rows_of_one_of_them(demo_edition: Edition) -> None:
    """Health and gaps have rows of the metric that is named, or of the first; another one is refused by name."""
    assert open_rows(demo_edition, "health", MONTH, part="churn").basis.metric == "churn"
    assert open_rows(demo_edition, "benchmark_gap", MONTH).basis.metric == "nps"
    with pytest.raises(UnknownNameError, match="churn"):
        open_rows(demo_edition, "health", MONTH, part="chrun")
    with pytest.raises(SelectionError, match="no rows of its own"):
        find_basis(demo_edition, "health", MONTH)


def test_a_balance_holds_everybody_who_was_there(demo_edition: Edition) -> None:
    """Churn rests on whoever was a customer on some day of the period: joined before its end, not lost before it."""
    opened = open_rows(demo_edition, "churn", MONTH)
    rows = opened.page(Asked(limit=100_000))
    period = opened.basis.period
    assert all(row["day"] <= period.end for row in rows)
    assert all(row["left_on"] is None or row["left_on"] >= period.start for row in rows)
    before = sum(row["joined"] for row in rows if row["day"] < period.start)
    assert before == answer(demo_edition, Question("churn", MONTH)).only.n
    assert [row["lost"] for row in rows[:3]] == [1, 1, 1], "losses are shown first"
    assert min(row["joined_on"] for row in rows) < period.start - timedelta(days=365)
