"""Splitting a change: parts that add up, counted by hand on the raw tables, and nobody given away by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer, decompose
from cxdash.answers.answer import HIDDEN
from cxdash.answers.attribute import attribute
from cxdash.answers.decomposition import Decomposition, Effect, Limits
from cxdash.answers.segments import OTHER
from cxdash.answers.weights import COUNTED, obstacle, weight_of
from cxdash.edition import Edition
from cxdash.errors import CxdashError, SelectionError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection, canonical
from cxdash.settings import Project
from tests.answers import brute_force
from tests.answers.brute_force import ORACLES
from tests.conftest import DEMO_LAST_DAY

SPLIT = tuple(key for key, metric in METRICS.items() if obstacle(metric) is None)
HAND = ("nps", "csat", "ces", "response_rate", "first_contact_resolution", "repeat_rate", "abandonment")
FIRST = date(2024, 11, 21)

shared_edition = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def over(text: str, compare: str = "previous", **filters: str) -> Selection:
    chosen = {dim: [value] for dim, value in filters.items()}
    return Selection.over(text, last_day=DEMO_LAST_DAY, compare=compare, filters=chosen)  # type: ignore[arg-type]


# ---------------------------------------------------------------- which metrics, weighted by what


def test_only_weighted_averages_are_split() -> None:
    """Shares, scores and revenue ratios are; risks, spreads, middle values, gaps and composites say why not."""
    weights = {key: weight_of(METRICS[key]) for key in SPLIT}
    assert {key: weights[key] for key in HAND} == dict.fromkeys(HAND, COUNTED)
    assert (weights["revenue_churn"], weights["net_retention"]) == ("base", "base")
    refused = {key: obstacle(METRICS[key]) for key in METRICS if key not in SPLIT}
    assert refused["churn"] == "stock"
    assert refused["health"] == "composite"
    assert refused["benchmark_gap"] == "gap"
    medians = {key for key, metric in METRICS.items() if metric.key in ("wait_time", "handle_time")}
    assert all(refused[key] == "order" for key in medians)


@pytest.mark.parametrize("key", [key for key in METRICS if key not in SPLIT])
def test_what_is_no_average_is_refused_in_words(demo_edition: Edition, key: str) -> None:
    """Asking for mix and rate of it is an error that says what has them."""
    with pytest.raises(SelectionError, match="weighted average"):
        decompose(demo_edition, key, over("last-13-weeks"), "region")


# ---------------------------------------------------------------- adding up


@st.composite
def questions(draw: st.DrawFn, edition: Edition) -> tuple[str, Selection, str, Policy, bool]:
    """Any metric that can be split, over any days, filters and policy, by any dimension."""
    key = draw(st.sampled_from([key for key in SPLIT if key in edition.manifest.metrics]))
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    offered = edition.manifest.facts[measure.fact].dimensions
    end = draw(st.dates(FIRST + timedelta(days=40), DEMO_LAST_DAY))
    period = Period(end - timedelta(days=draw(st.sampled_from([6, 13, 27, 30, 90, 364]))), end)
    chosen: list[dict[str, list[str]]] = []
    for _ in range(2):
        dims = draw(st.lists(st.sampled_from(sorted(offered)), max_size=1))
        chosen.append(
            {dim: draw(st.lists(st.sampled_from(offered[dim]), min_size=1, max_size=4, unique=True)) for dim in dims}
        )
    compare = draw(st.sampled_from(["previous", "year"]))
    selection = Selection(period, str(period), compare, canonical(chosen[0]))
    policy = Policy("drawn", canonical(chosen[1])) if chosen[1] else EVERYTHING
    return key, selection, draw(st.sampled_from(sorted(offered))), policy, draw(st.booleans())


@shared_edition
@given(data=st.data())
def test_mix_and_rate_add_up_to_the_change_shown(demo_edition: Edition, data: st.DataObject) -> None:
    """To 1e-9, whatever is asked, pooled segments included; and the change is the one every page shows."""
    key, selection, dimension, policy, quick = data.draw(questions(demo_edition))
    try:
        found = decompose(demo_edition, key, selection, dimension, policy, quick=quick)
        shown = answer(demo_edition, Question(key, selection, against=selection.compare), policy).only  # type: ignore[arg-type]
    except CxdashError:
        return
    if found is None:
        assert shown.difference is None or shown.difference.value is None
        return
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-9)
    assert shown.difference is not None
    assert found.change == pytest.approx(shown.difference.value, abs=1e-9)
    assert (found.now, found.before) == pytest.approx((shown.value, shown.difference.reference), abs=1e-9)
    assert sum(effect.share_now for effect in found.effects) == pytest.approx(1)
    assert sum(effect.share_before for effect in found.effects) == pytest.approx(1)
    assert sum(effect.pull for effect in found.effects) == pytest.approx(0, abs=1e-9)
    assert sum(effect.n_now for effect in found.effects) == pytest.approx(shown.n)


@lru_cache(maxsize=4)
def _raw(folder: Path, rows: str) -> pl.DataFrame:
    return {"scores": brute_force.scores, "invitations": brute_force.invitations, "contacts": brute_force.contacts}[
        rows
    ](folder)


@pytest.mark.parametrize("dimension", ["channel", "region", "product"])
@pytest.mark.parametrize("key", ["nps", "csat", "abandonment", "first_contact_resolution"])
def test_effects_are_those_counted_by_hand(
    demo_project: Project, demo_edition: Edition, key: str, dimension: str
) -> None:
    """From the raw tables, segment by segment: shares, scores, and Kitagawa's formula written out."""
    selection = over("last-13-weeks")
    found = decompose(demo_edition, key, selection, dimension)
    assert found is not None
    source, oracle, _maturity = ORACLES[key]
    raw = _raw(demo_project.var / "demo", source)
    counted = []
    for period in (found.reference, found.period):
        rows = brute_force.selected(raw, period.start, period.end, {})
        counted.append(
            {
                effect.value: oracle(brute_force.selected(rows, period.start, period.end, {dimension: (effect.value,)}))
                for effect in found.effects
                if effect.named
            }
        )
        whole = oracle(rows)
        rest = [whole[i] - sum(pair[i] for pair in counted[-1].values()) for i in (0, 1)]
        if rest[1]:
            counted[-1][OTHER] = (rest[0], int(rest[1]))
    n0, n1 = (sum(n for _, n in side.values()) for side in counted)
    level = [sum(x for x, _ in side.values()) / n for side, n in zip(counted, (n0, n1), strict=True)]
    assert found.change == pytest.approx(level[1] - level[0], abs=1e-12)
    for effect in found.effects:
        (x0, m0), (x1, m1) = (side.get(effect.value, (0, 0)) for side in counted)
        w0, w1 = m0 / n0, m1 / n1
        r0, r1 = (x0 / m0 if m0 else x1 / m1), (x1 / m1 if m1 else x0 / m0)
        assert effect.mix == pytest.approx((w1 - w0) * ((r0 + r1) / 2 - sum(level) / 2), abs=1e-12)
        assert effect.rate == pytest.approx((w0 + w1) / 2 * (r1 - r0), abs=1e-12)
        assert (effect.n_before, effect.n_now) == (m0, m1)
        assert (effect.share_before, effect.share_now) == pytest.approx((w0, w1))


def test_revenue_is_weighted_by_revenue(demo_edition: Edition) -> None:
    """Shares of a revenue ratio are shares of the money at the start, not of customers, for the months compared."""
    found = decompose(demo_edition, "revenue_churn", over("last-13-weeks"), "segment")
    assert found is not None
    rows = answer(demo_edition, Question("revenue_churn", over("last-13-weeks"), by=("segment",))).rows
    base = {row.dimensions["segment"]: row.extra["base"] for row in rows}
    for effect in found.effects:
        assert effect.share_now == pytest.approx(base[effect.value] / sum(base.values()))
    assert found.period.days in (28, 29, 30, 31)
    assert found.reference == found.period.previous()
    assert found.errors == "customers"


def test_errors_by_customers_and_by_answers_agree_where_nothing_repeats(demo_edition: Edition) -> None:
    """Relationship answers come once per customer: both ways of finding errors see about the same."""
    selection = over("last-52-weeks", "year", pattern="relationship")
    ways = [decompose(demo_edition, "nps", selection, "segment", quick=quick) for quick in (False, True)]
    assert [one.errors for one in ways if one] == ["customers", "answers"]
    widths = [
        np.array([e.total_limits.high - e.total_limits.low for e in one.effects if e.reliable]) for one in ways if one
    ]
    assert widths[0].size >= 3
    assert widths[0].sum() == pytest.approx(widths[1].sum(), rel=0.35)


def test_segments_that_enter_or_leave_are_all_mix(demo_edition: Edition) -> None:
    """A part that was not there before has no score before, no rate effect, and its whole part as mix."""
    seen = 0
    for key, dim in (("csat", "touchpoint"), ("nps", "team"), ("csat", "team"), ("nps", "touchpoint")):
        found = decompose(demo_edition, key, over("last-2-weeks", "year"), dim)
        for effect in found.effects if found else ():
            if not effect.n_before or not effect.n_now:
                seen += 1
                assert effect.rate == 0
                assert None in (effect.score_before, effect.score_now)
                assert effect.total == effect.mix
    assert seen, "nothing entered or left: the test says nothing"


# ---------------------------------------------------------------- nobody is given away


@settings(parent=shared_edition, max_examples=40)
@given(data=st.data())
def test_parts_tell_no_more_than_answers_do(demo_edition: Edition, data: st.DataObject) -> None:
    """Whoever knows the whole and every named part learns no sum of hidden people that answers do not tell."""
    key, selection, dimension, policy, _ = data.draw(questions(demo_edition))
    try:
        found = decompose(demo_edition, key, selection, dimension, policy, quick=True)
    except CxdashError:
        return
    if found is None:
        return
    named = {effect.value for effect in found.effects if effect.named}
    for period in (found.period, found.reference):
        asked = replace(selection, period=period, period_text=str(period))
        rows = answer(demo_edition, Question(key, asked, by=(dimension,)), policy).rows
        hidden = {row.dimensions[dimension] for row in rows if HIDDEN in row.flags}
        assert not named & hidden
    pool = next((effect for effect in found.effects if not effect.named), None)
    if pool is not None:
        for n in (pool.n_before, pool.n_now):
            assert n == 0 or n >= 5


def test_a_policy_narrows_every_fold(demo_edition: Edition) -> None:
    """Under a policy for the North the parts by region are the North alone, and those by channel are its own."""
    policy = Policy("north", canonical({"region": ("North",)}))
    alone = decompose(demo_edition, "csat", over("last-13-weeks"), "region", policy)
    assert alone is not None
    assert [effect.value for effect in alone.effects] == ["North"]
    narrowed = decompose(demo_edition, "csat", over("last-13-weeks"), "channel", policy)
    filtered = decompose(demo_edition, "csat", over("last-13-weeks", region="North"), "channel")
    assert narrowed is not None
    assert filtered is not None
    assert narrowed.effects == filtered.effects


# ---------------------------------------------------------------- Simpson's paradox, beyond noise


def _limits(low: float, high: float) -> Limits:
    return Limits(low, high, 0.0)


def _effect(value: str, before: float | None, now: float | None, *, reliable: bool = True) -> Effect:
    nothing = _limits(-1, 1)
    counted = [0.0 if score is None else 100.0 for score in (before, now)]
    return Effect(value, 0, 0, 0, 0.5, 0.5, before, now, *counted, reliable, nothing, nothing, nothing, nothing)


def _split(*effects: Effect, moved: str = "down", rate: Limits | None = None, flipped: bool = True) -> Decomposition:
    days = Period(date(2026, 1, 1), date(2026, 1, 31))
    return Decomposition(
        METRICS["csat"], "segment", days, days, 0.8, 0.7, -0.1, moved, -0.15, -0.05,  # type: ignore[arg-type]
        effects, COUNTED, "customers", _limits(-0.2, -0.1), rate or _limits(0.01, 0.09), flipped,
    )  # fmt: skip


def test_a_reversal_needs_both_movements_beyond_noise() -> None:
    """The whole must clearly move one way and the parts at fixed shares clearly the other."""
    rising = (_effect("a", 0.5, 0.6), _effect("b", 0.7, 0.8))
    assert _split(*rising).reversal == "every"
    assert _split(*rising, moved="no clear change").reversal == ""
    assert _split(*rising, rate=_limits(-0.01, 0.09)).reversal == ""
    assert _split(*rising, rate=_limits(-0.09, -0.01)).reversal == ""
    assert _split(*rising, flipped=False).reversal == ""


def test_every_segment_means_every_segment_with_enough_answers() -> None:
    """One that fell makes it "rates"; one with too few answers, or new, does not count; one alone is not "every"."""
    rising = (_effect("a", 0.5, 0.6), _effect("b", 0.7, 0.8))
    assert _split(*rising, _effect("c", 0.9, 0.8)).reversal == "rates"
    assert _split(*rising, _effect("c", 0.9, 0.8, reliable=False)).reversal == "every"
    assert _split(*rising, _effect("c", None, 0.8)).reversal == "every"
    assert _split(rising[0], _effect(OTHER, 0.9, 0.8)).reversal == "rates"


# ---------------------------------------------------------------- the health score


@pytest.mark.parametrize("compare", ["previous", "year"])
@pytest.mark.parametrize("filters", [{}, {"region": "North"}, {"channel": "phone"}])
def test_components_add_up_to_the_change_of_health(
    demo_edition: Edition, compare: str, filters: dict[str, str]
) -> None:
    """Parts of the components, and of those that come or go, sum to the change that the tile shows."""
    selection = over("last-13-weeks", compare, **filters)
    found = attribute(demo_edition, "health", selection)
    shown = answer(demo_edition, Question("health", selection, against=compare)).only  # type: ignore[arg-type]
    if found is None:
        assert shown.difference is None or shown.difference.value is None
        return
    assert sum(one.part for one in found.components) + found.coverage == pytest.approx(found.change, abs=1e-9)
    assert shown.difference is not None
    assert found.change == pytest.approx(shown.difference.value)
    if all(one.goal_before is not None and one.goal_now is not None for one in found.components):
        assert found.coverage == pytest.approx(0, abs=1e-9)
        for one in found.components:
            assert one.goal_now is not None
            assert one.goal_before is not None
            assert one.part == pytest.approx(one.weight * (one.goal_now - one.goal_before))
