"""Importance of touchpoints: what plain numpy makes of the raw tables, whatever the order of rows, and no more."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers.drivers import Importance, importance, weigh
from cxdash.answers.rated import COLUMNS, forms_of, tally
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.periods import Period
from cxdash.selection import Policy, Selection
from cxdash.settings import Project
from cxdash.statistics.drivers import lmg, pairwise_correlations
from tests.answers.ratings_by_hand import demo_matrix, weights

LAST = date(2026, 11, 20)
ALL = Selection.over("last-24-months", last_day=LAST)
SOME_PERIOD = Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize("filters", [{}, {"segment": ["Standard", "Prepaid"]}, {"region": ["Capital", "North"]}])
def test_weights_are_those_of_the_raw_tables(
    demo_project: Project, demo_edition: Edition, filters: dict[str, list[str]]
) -> None:
    """Weights, counts, reach, means and R² are what numpy makes of the raw rows, to the ninth digit."""
    selection = Selection.over("last-24-months", last_day=LAST, filters=filters)
    found = importance(demo_edition, selection)
    names, data = demo_matrix(demo_project.var / "demo", selection)
    used = [0, *(1 + names.index(one.touchpoint) for one in sorted(found.drivers, key=lambda one: one.touchpoint))]
    expected = dict(zip((names[i - 1] for i in used[1:]), weights(data[:, used]), strict=True))
    assert found.survey == "nps"
    assert found.answers == len(data)
    assert len(found.drivers) >= 5
    for one in found.drivers:
        column = data[:, 1 + names.index(one.touchpoint)]
        assert one.weight == pytest.approx(expected[one.touchpoint], rel=1e-9)
        assert one.share == pytest.approx(expected[one.touchpoint] / sum(expected.values()), rel=1e-9)
        assert one.low <= one.share <= one.high
        assert one.rated == (~np.isnan(column)).sum()
        assert one.reach == pytest.approx(one.rated / len(data), rel=1e-12)
        assert one.performance == pytest.approx((np.nanmean(column) - 1) / 4, rel=1e-12)
        assert one.priority == pytest.approx(one.share * (1 - one.performance) * one.reach, rel=1e-12)
    assert found.r2 == pytest.approx(sum(expected.values()), rel=1e-9)
    together = ~np.isnan(data[:, used])
    assert found.fewest == (together.T.astype(int) @ together.astype(int)).min()
    assert {name for name, _n in found.left_out} == set(names) - set(expected)


def test_the_mean_of_the_buckets_is_the_whole(demo_edition: Edition) -> None:
    """The state adds up over buckets of customers and over any split of the rows."""
    rows = pl.read_parquet(demo_edition.rows_path("ratings")).filter(pl.col("score").is_not_null()).select(COLUMNS)
    forms = sorted(rows["response_id"].unique())
    whole = tally(forms_of(rows, "nps"))
    parts = [rows.filter(pl.col("response_id").is_in(half)) for half in (forms[::2], forms[1::2])]
    split = [tally(forms_of(part, "nps")) for part in parts]
    for one, first, second in zip(whole.parts, split[0].parts, split[1].parts, strict=True):
        assert (one == first + second).all()
    assert whole.n.sum() > 0
    assert whole.n[:, 0, 0].sum() == len(forms)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(demo_edition: Edition, seed: int) -> None:
    """Shuffled rows give the very same importance, bit for bit."""
    rows = pl.read_parquet(demo_edition.rows_path("ratings")).filter(pl.col("score").is_not_null()).select(COLUMNS)
    assert weigh(rows.sample(fraction=1.0, shuffle=True, seed=seed), SOME_PERIOD) == weigh(rows, SOME_PERIOD)


def _rows(ratings: np.ndarray, score: np.ndarray, names: str = "ABCDEFGH", **columns: list[int]) -> pl.DataFrame:
    """Rating rows of questionnaires: one column of ratings per touchpoint, NaN where it was not experienced."""
    records = [
        {
            "bucket": form % 32,
            "response_id": f"R{form}",
            "touchpoint": names[i],
            "rating": None if np.isnan(value) else int(value),
            "scale_min": columns.get("scale_min", [1] * 9)[i],
            "scale_max": columns.get("scale_max", [5] * 9)[i],
            "survey": "csat",
            "score": int(score[form]),
        }
        for form, given in enumerate(ratings)
        for i, value in enumerate(given)
    ]
    return pl.DataFrame(records, schema_overrides={"rating": pl.Int64})


def _simulated(forms: int, effects: list[float], seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(forms, len(effects))) + 0.6 * rng.normal(size=(forms, 1))
    score = latent @ effects + rng.normal(size=forms)
    return np.clip(np.round(3 + latent), 1, 5), np.clip(np.round(3 + score / 1.5), 1, 5)


def test_what_matters_is_told_from_what_does_not() -> None:
    """The planted effect leads, adds to the others and is surer than the rest; one without effect does none of it."""
    ratings, score = _simulated(2000, [1.5, 0.3, 0.3, 0.0])
    found = weigh(_rows(ratings, score), SOME_PERIOD)
    first, last = found.drivers[0], found.drivers[-1]
    assert (first.touchpoint, first.leads, first.own) == ("A", True, True)
    assert (last.touchpoint, last.leads, last.own) == ("D", False, False)
    assert {("A", "B"), ("A", "C"), ("A", "D")} <= found.surer
    assert not {(b, a) for a, b in found.surer} & found.surer
    assert found.rankable
    assert found.disagreement == pytest.approx(0, abs=1e-9)
    assert found.lmg_apart is not None
    assert 0 < found.lmg_apart < 0.02
    assert not found.gaps
    assert found.complete == 2000


def test_equal_touchpoints_do_not_lead() -> None:
    """Where all matter alike none is said to matter more, and no order is sure."""
    ratings, score = _simulated(1500, [0.6, 0.6, 0.6, 0.6], seed=5)
    found = weigh(_rows(ratings, score), SOME_PERIOD)
    assert not [one for one in found.drivers if one.leads]
    assert not found.surer


def test_scales_of_different_length_are_brought_together() -> None:
    """A touchpoint asked from 0 to 10 by some and 1 to 5 by others is one touchpoint: its place on the scale counts."""
    ratings, score = _simulated(1200, [1.0, 0.5])
    plain = weigh(_rows(ratings, score), SOME_PERIOD)
    rows = _rows(ratings, score)
    longer = (pl.col("response_id").str.slice(1).cast(pl.Int64) % 2 == 0) & (pl.col("touchpoint") == "B")
    mixed = rows.with_columns(
        rating=pl.when(longer).then((pl.col("rating") - 1) * 5).otherwise(pl.col("rating") * 1),
        scale_min=pl.when(longer).then(0).otherwise(pl.col("scale_min")),
        scale_max=pl.when(longer).then(20).otherwise(pl.col("scale_max")),
    )
    again = weigh(mixed, SOME_PERIOD)
    for one, two in zip(plain.drivers, again.drivers, strict=True):
        assert two.weight == pytest.approx(one.weight, rel=1e-12)
        assert two.performance == pytest.approx(one.performance, rel=1e-12)


def test_gaps_are_told_and_thin_touchpoints_left_out() -> None:
    """A touchpoint 60 experienced is left out by name; half the others missing is said, with those who rated all."""
    ratings, score = _simulated(1000, [1.0, 0.5, 0.2])
    rng = np.random.default_rng(4)
    ratings[rng.random(ratings.shape) < 0.4] = np.nan
    ratings[60:, 2] = np.nan
    found = weigh(_rows(ratings, score), SOME_PERIOD)
    assert [one.touchpoint for one in found.drivers] == ["A", "B"]
    assert found.left_out == (("C", int((~np.isnan(ratings[:, 2])).sum())),)
    assert found.gaps
    complete = ~np.isnan(ratings[:, :2]).any(axis=1)
    assert found.complete == complete.sum()
    assert found.disagreement is not None
    assert 0 < found.disagreement < 0.3


@pytest.mark.parametrize(
    ("effects", "forms", "reason"), [([1.0], 500, "one touchpoint"), ([1.0, 0.5], 99, "too few answers")]
)
def test_too_little_for_importance_has_a_reason(effects: list[float], forms: int, reason: str) -> None:
    """One touchpoint, or fewer than a hundred answers: no weights, and why."""
    found = weigh(_rows(*_simulated(forms, effects)), SOME_PERIOD)
    assert (found.drivers, found.reason) == ((), reason)


def test_nothing_rated_and_all_alike_have_a_reason() -> None:
    """No rating at all; copies of one another; everybody content with everything."""
    ratings, score = _simulated(400, [1.0, 0.5])
    nothing = weigh(_rows(np.full_like(ratings, np.nan), score), SOME_PERIOD)
    copies = weigh(_rows(np.column_stack([ratings[:, 0], ratings[:, 0]]), score), SOME_PERIOD)
    content = weigh(_rows(np.full_like(ratings, 5), score), SOME_PERIOD)
    same_score = weigh(_rows(ratings, np.full_like(score, 5)), SOME_PERIOD)
    assert [one.reason for one in (nothing, copies, content)] == ["nothing rated", "alike", "too few answers"]
    assert nothing.answers == 400
    assert same_score.drivers == ()


def test_a_touchpoint_all_rate_the_same_is_left_out() -> None:
    """What does not vary cannot go with anything; the others keep their weights."""
    ratings, score = _simulated(500, [1.0, 0.5])
    beside = weigh(_rows(np.column_stack([ratings, np.full(500, 4)]), score), SOME_PERIOD)
    alone = weigh(_rows(ratings, score), SOME_PERIOD)
    assert [one.weight for one in beside.drivers] == [one.weight for one in alone.drivers]
    assert beside.left_out == (("C", 500),)


def test_too_little_explained_is_not_ranked() -> None:
    """Ratings that say nothing of the score are weighed and not ranked."""
    rng = np.random.default_rng(8)
    ratings, _score = _simulated(900, [0.0, 0.0])
    found = weigh(_rows(ratings, rng.integers(1, 6, 900)), SOME_PERIOD)
    assert found.drivers
    assert not found.rankable


def test_a_policy_narrows_importance_like_a_filter(demo_edition: Edition) -> None:
    """Who may see two regions reads the importance of exactly these; a filter by touchpoint changes nothing."""
    north = ("Capital", "North")
    limited = importance(demo_edition, ALL, Policy("two regions", (("region", north),)))
    filtered = importance(demo_edition, ALL.with_filter("region", *north))
    whole = importance(demo_edition, ALL)
    assert limited == filtered
    assert limited.answers < whole.answers
    assert importance(demo_edition, ALL.with_filter("touchpoint", "Bill")) == whole


def test_values_that_are_not_known_can_be_asked_for(demo_project: Project, demo_edition: Edition) -> None:
    """Customers whose region is not known are a filter like any other."""
    unknown = ALL.with_filter("region", "(unknown)", "Capital")
    _names, data = demo_matrix(demo_project.var / "demo", unknown)
    assert importance(demo_edition, unknown).answers == len(data)


def test_what_ratings_cannot_be_cut_by_is_refused(demo_edition: Edition) -> None:
    """A filter ratings do not know, and days before the data, have a reason in words."""
    with pytest.raises(SelectionError, match="cannot be cut by reason"):
        importance(demo_edition, ALL.with_filter("reason", "billing"))
    later = Period(LAST + timedelta(days=10), LAST + timedelta(days=20))
    with pytest.raises(SelectionError, match="outside the data"):
        importance(demo_edition, Selection(later, str(later)))


def test_importance_is_remembered(demo_edition: Edition) -> None:
    """The same question twice is answered once."""
    assert importance(demo_edition, ALL) is importance(demo_edition, ALL)
    assert isinstance(importance(demo_edition, ALL), Importance)


def test_the_second_way_of_sharing_is_compared(demo_edition: Edition) -> None:
    """LMG of the same correlations, drawn from those who rated both, differs by what is said and no more."""
    found = importance(demo_edition, ALL)
    rows = pl.read_parquet(demo_edition.rows_path("ratings")).filter(pl.col("score").is_not_null()).select(COLUMNS)
    names = tuple(sorted(one.touchpoint for one in found.drivers))
    r = pairwise_correlations(*tally(forms_of(rows, "nps").of(names)).whole)
    weight = {one.touchpoint: one.weight for one in found.drivers}
    apart = np.abs(lmg(r[1:, 1:], r[1:, 0]) - [weight[name] for name in names]).max()
    assert len(names) <= 10
    assert found.lmg_apart == pytest.approx(apart / found.r2, rel=1e-6)
