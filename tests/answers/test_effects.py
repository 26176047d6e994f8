"""Design effects: within which values customers are counted, from which periods, one however a cell is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from cxdash.answers import Question, answer
from cxdash.answers.answer import LOW_BASE
from cxdash.answers.effects import counted_within, design_effects, windows
from cxdash.answers.estimate import Scope
from cxdash.edition import Edition
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import Period
from cxdash.selection import Filters, Selection
from cxdash.statistics.buckets import jackknife


def measure_of(key: str) -> Measure:
    """The computation of a metric that has one of its own."""
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    return measure


def half_year(edition: Edition) -> Period:
    """The last 182 days: long enough for customers to answer more than once."""
    return Period(edition.manifest.last_day - timedelta(days=181), edition.manifest.last_day)


@pytest.mark.parametrize(
    ("by", "filters", "within"),
    [
        ((), (), ()),
        (("region",), (("segment", ("Business",)),), ()),
        (("channel", "region"), (), ("channel",)),
        (("stage",), (("region", ("North",)),), ("stage",)),
        ((), (("product", ("Home Fibre",)),), ("product",)),
        (("product",), (("channel", ("phone",)),), ("channel",)),
        (("team",), (), ()),
    ],
)
def test_customers_are_counted_within_the_dimension_that_takes_some_of_their_answers(
    demo_edition: Edition, by: tuple[str, ...], filters: Filters, within: tuple[str, ...]
) -> None:
    """A filter and a breakdown count alike; of several dimensions the first declared; groups of customers do not."""
    scope = Scope(demo_edition, half_year(demo_edition), filters, by)
    assert counted_within(scope, "scores") == within


@pytest.mark.parametrize("dimension", ["channel", "product", "stage"])
def test_a_cell_has_one_effect_however_it_is_asked_for(demo_edition: Edition, dimension: str) -> None:
    """The effect of a value in a breakdown is the effect of the same value as a filter."""
    measure, period = measure_of("nps"), half_year(demo_edition)
    values = sorted(
        {str(v) for v in pl.read_parquet(demo_edition.rows_path("scores"))[dimension].drop_nulls().unique()}
    )
    together = design_effects(measure, Scope(demo_edition, period, (), (dimension,)), [(value,) for value in values])
    for value, effect in zip(values, together, strict=True):
        alone = design_effects(measure, Scope(demo_edition, period, ((dimension, (value,)),)), [()])
        assert alone[0] == pytest.approx(effect, rel=1e-12)
    assert together.max() > 1
    assert len(set(together.tolist())) > 1


def test_an_effect_is_the_ratio_of_variances_counted_by_hand_over_both_periods(demo_edition: Edition) -> None:
    """From the rows: bucket jackknife over independent-answer variance, of this half year and the one before."""
    rows, period = pl.read_parquet(demo_edition.rows_path("scores")), half_year(demo_edition)
    clustered = independent = 0.0
    asked = windows(demo_edition, "scores", period)
    assert [p.days for p in asked] == [182, 182]
    assert asked[1].end == asked[0].start - timedelta(days=1)
    for one in asked:
        answers = rows.filter(
            pl.col("day").is_between(one.start, one.end), pl.col("survey") == "nps", pl.col("stage") == "Support"
        )
        code = (answers["score"] >= 9).cast(int).to_numpy() - (answers["score"] <= 6).cast(int).to_numpy()
        bucket = answers["bucket"].to_numpy()
        held = np.unique(bucket)
        without = np.array([[code[bucket != b].mean() for b in held]])
        clustered += float(jackknife([code.mean()], without)[0])
        independent += float(code.var() / code.size)
    scope = Scope(demo_edition, period, (("stage", ("Support",)),))
    assert design_effects(measure_of("nps"), scope, [()])[0] == pytest.approx(max(1.0, clustered / independent))


def test_the_first_period_of_the_data_has_no_other_to_ask(demo_edition: Edition) -> None:
    """Where nothing was asked before, one period must do."""
    first = demo_edition.manifest.facts["scores"].first_day
    assert first is not None
    assert len(windows(demo_edition, "scores", Period(first, first + timedelta(days=27)))) == 1


def test_channels_are_compared_with_the_effect_within_channels(demo_edition: Edition) -> None:
    """Consistency asks how noisy each channel is, not how noisy everybody's answers together are."""
    measure, period = measure_of("level_consistency"), half_year(demo_edition)
    whole = design_effects(measure_of("nps"), Scope(demo_edition, period), [()])[0]
    channels = sorted(
        {str(v) for v in pl.read_parquet(demo_edition.rows_path("scores"))["channel"].drop_nulls().unique()}
    )
    apart = design_effects(
        measure_of("nps"), Scope(demo_edition, period, (), ("channel",)), [(channel,) for channel in channels]
    )
    used = design_effects(measure, Scope(demo_edition, period), [()])[0]
    assert apart.min() <= used <= apart.max()
    assert used != pytest.approx(whole, rel=1e-6)


def test_health_of_few_answers_is_marked(demo_edition: Edition) -> None:
    """Four weeks of one small region leave a component with fewer than a hundred answers; the whole year does not."""
    selection = Selection.over("last-4-weeks", last_day=demo_edition.manifest.last_day)
    small = replace(selection, filters=(("region", ("North",)),))
    year = Selection.over("last-52-weeks", last_day=demo_edition.manifest.last_day)
    compared = answer(demo_edition, Question("health", small, against="previous")).only
    assert LOW_BASE in compared.flags
    assert compared.difference is not None
    assert compared.difference.word == "too few answers"
    assert answer(demo_edition, Question("health", year)).only.flags == ()
