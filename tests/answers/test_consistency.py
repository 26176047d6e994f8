"""Consistency counted again from the rows: levels in every form, pairs, handoffs, and the error of their half sum."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from cxdash.answers import Question, answer
from cxdash.answers.answer import NO_DATA
from cxdash.answers.consistency import Parts, parts_of
from cxdash.answers.consistency_gains import read_consistency
from cxdash.answers.consistency_pairs import linked_channels
from cxdash.answers.consistency_segments import merge_segments, take_together
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.metrics.catalogue import METRICS
from cxdash.selection import EVERYTHING, Policy, Selection, canonical
from cxdash.settings import Project
from cxdash.statistics.channel_index import PAIRED, RAW, STANDARDISED
from cxdash.statistics.consistency import level_spread, smoothed_nps_variance
from tests.answers import brute_force
from tests.conftest import DEMO_LAST_DAY

YEAR = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY)
TWO_YEARS = Selection.over("2024-11-21..2026-11-20", last_day=DEMO_LAST_DAY)


def group_of(score: int) -> int:
    """0 detractor, 1 passive, 2 promoter."""
    return 0 if score <= 6 else 1 if score <= 8 else 2


def ratings(project: Project, selection: Selection) -> pl.DataFrame:
    """Answers to the question behind NPS inside the selection, from the raw tables."""
    rows = brute_force.scores(project.var / "demo").filter(pl.col("survey") == "nps")
    return brute_force.selected(rows, selection.period.start, selection.period.end, dict(selection.filters))


def traffic(project: Project, selection: Selection) -> Counter[str]:
    """Inbound contacts of each channel."""
    rows = brute_force.read(project.var / "demo", "contacts").filter(pl.col("direction") == "in")
    rows = rows.with_columns(brute_force.local_day("started_at"))
    found = brute_force.selected(rows, selection.period.start, selection.period.end, dict(selection.filters))
    return Counter(found["channel"].to_list())


def parts(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> Parts:
    """What the index over a selection is made of."""
    return parts_of(edition, selection, policy, answer)


def counted(rows: pl.DataFrame, *keys: str) -> dict[tuple[str, ...], np.ndarray]:
    """Detractors, passives and promoters by these columns."""
    found: dict[tuple[str, ...], np.ndarray] = defaultdict(lambda: np.zeros(3))
    for row in rows.iter_rows(named=True):
        found[tuple(row[key] for key in keys)][group_of(row["score"])] += 1
    return found


def score(kinds: np.ndarray) -> float:
    """NPS in points."""
    return float(100 * (kinds[2] - kinds[0]) / kinds.sum())


@pytest.mark.parametrize("selection", [YEAR, YEAR.with_filter("region", "South", "East", "North")])
def test_levels_as_measured_are_those_counted_by_hand(
    demo_project: Project, demo_edition: Edition, selection: Selection
) -> None:
    """Score, variance, weight and L of the raw form, row by row from the raw tables; and the metric says the same."""
    levels = parts(demo_edition, selection).levels
    form, weights = levels.forms[RAW], traffic(demo_project, selection)
    by_hand = counted(ratings(demo_project, selection), "channel")
    used = {key[0]: kinds for key, kinds in by_hand.items() if kinds.sum() / levels.deff >= 30}
    for place, channel in enumerate(levels.channels):
        if channel not in used:
            assert np.isnan(form.score[0, place])
            assert form.weight[0, place] == 0
            continue
        assert form.score[0, place] == pytest.approx(score(used[channel]))
        assert form.weight[0, place] == weights[channel]
        assert form.covariance[0, place, place] == pytest.approx(
            levels.deff * float(smoothed_nps_variance(*used[channel]))
        )
    names = list(used)
    spread = level_spread(
        [score(used[name]) for name in names],
        [levels.deff * float(smoothed_nps_variance(*used[name])) for name in names],
        [weights[name] for name in names],
        reference_spread=30.0,
    )
    row = answer(demo_edition, Question("level_consistency", selection)).only
    assert row.value == pytest.approx(float(spread.index)) == pytest.approx(form.spread.index[0])
    assert (row.low, row.high) == (pytest.approx(form.spread.index_low[0]), pytest.approx(form.spread.index_high[0]))
    assert row.n == sum(kinds.sum() for kinds in used.values())


def test_standardised_levels_are_those_weighed_by_hand(demo_project: Project, demo_edition: Edition) -> None:
    """Each channel's score with the segment shares of all compared channels, segment by segment."""
    levels = parts(demo_edition, YEAR).levels
    form, numbers = levels.forms[STANDARDISED], levels.groups[0]
    group = dict(zip(levels.segments, numbers.tolist(), strict=True))
    rows = ratings(demo_project, YEAR).with_columns(
        pl.col("segment").fill_null("(unknown)").replace_strict(group, return_dtype=pl.Int64).alias("group")
    )
    cells = counted(rows, "channel", "group")
    compared = [c for place, c in enumerate(levels.channels) if levels.forms[RAW].weight[0, place] > 0]
    shares = Counter({g: sum(cells[c, g].sum() for c in compared) for g in set(group.values()) if g >= 0})
    assert len(shares) > 1
    total = sum(shares.values())
    for channel in compared:
        at = levels.channels.index(channel)
        expected = sum(shares[g] / total * score(cells[channel, g]) for g in shares)
        noise = sum((shares[g] / total) ** 2 * float(smoothed_nps_variance(*cells[channel, g])) for g in shares)
        assert form.score[0, at] == pytest.approx(expected)
        assert form.covariance[0, at, at] == pytest.approx(levels.deff * noise)
        assert all(cells[channel, g].sum() / levels.deff >= 5 for g in shares)


def pairs_by_hand(project: Project, selection: Selection) -> list[tuple[str, str, int, int]]:
    """Consecutive transactional answers of one customer at most 90 days apart: channels and groups, in time order."""
    rows = brute_force.scores(project.var / "demo").filter(
        (pl.col("survey") == "nps") & (pl.col("pattern") == "transactional") & pl.col("customer_id").is_not_null()
    )
    found = []
    for _customer, own in rows.sort("responded_at", "response_id").group_by("customer_id", maintain_order=True):
        for before, after in pairwise(own.iter_rows(named=True)):
            inside = selection.period.contains(after["day"])
            regions = selection.values("region")
            near = after["responded_at"] - before["responded_at"] <= timedelta(days=90)
            if inside and near and (not regions or after["region"] in regions):
                found.append((before["channel"], after["channel"], group_of(before["score"]), group_of(after["score"])))
    return found


@pytest.mark.parametrize("selection", [TWO_YEARS, YEAR.with_filter("region", "South", "East")])
def test_pairs_are_those_followed_by_hand(demo_project: Project, demo_edition: Edition, selection: Selection) -> None:
    """Every pair of the raw tables once, under its two channels and groups, and none else; from grid and from rows."""
    levels = parts(demo_edition, selection).levels
    expected = np.zeros(levels.moves.shape[2:])
    for first, second, one, other in pairs_by_hand(demo_project, selection):
        a, b = levels.channels.index(first), levels.channels.index(second)
        if a <= b:
            expected[a, b, one, other] += 1
        else:
            expected[b, a, other, one] += 1
    assert expected.sum() > 0
    assert np.array_equal(levels.moves[0].sum(axis=0), expected)


def test_paired_levels_are_the_least_squares_of_the_differences(demo_project: Project, demo_edition: Edition) -> None:
    """Customer by customer, without sums or Laplacians: the levels that leave the smallest squared differences."""
    levels = parts(demo_edition, TWO_YEARS).levels
    usable = linked_channels(levels.moves.sum(axis=1))[0]
    assert usable.sum() >= 3
    names = [channel for place, channel in enumerate(levels.channels) if usable[place]]
    rows, differences = [], []
    for first, second, one, other in pairs_by_hand(demo_project, TWO_YEARS):
        if first != second and {first, second} <= set(names):
            rows.append([(name == second) - (name == first) for name in names])
            differences.append(100.0 * (other - one))
    theta = np.linalg.lstsq(np.array(rows, dtype=float), np.array(differences), rcond=None)[0]
    form = levels.forms[PAIRED]
    found = form.score[0, usable]
    assert found - found.mean() == pytest.approx(theta - theta.mean())
    assert form.evidence[0] == len(differences)
    assert np.isnan(form.score[0, ~usable]).all()


def test_the_error_is_that_of_leaving_customers_out_one_bucket_at_a_time(demo_edition: Edition) -> None:
    """L and H without each bucket, from the prepared rows, by a plain loop over buckets: the same standard error."""
    row = answer(demo_edition, Question("consistency", YEAR)).only
    found = parts(demo_edition, YEAR)
    assert found.form == STANDARDISED
    levels = found.levels
    rows = pl.read_parquet(demo_edition.rows_path("scores")).filter(
        (pl.col("survey") == "nps") & pl.col("day").is_between(YEAR.period.start, YEAR.period.end)
    )
    group = dict(zip(levels.segments, levels.groups[0].tolist(), strict=True))
    rows = rows.with_columns(
        pl.col("segment").fill_null("(unknown)").replace_strict(group, return_dtype=pl.Int64).alias("group")
    )
    compared = [place for place in range(len(levels.channels)) if levels.forms[STANDARDISED].weight[0, place] > 0]
    names = [levels.channels[place] for place in compared]
    whole = counted(rows, "channel", "group")
    shares = [sum(whole[name, g].sum() for name in names) for g in range(max(group.values()) + 1)]
    last = demo_edition.manifest.last_day - timedelta(days=14)
    steps = pl.read_parquet(demo_edition.rows_path("handoffs")).filter(
        pl.col("crossing") & pl.col("day").is_between(YEAR.period.start, last)
    )

    def index(left: pl.DataFrame, journeys: pl.DataFrame) -> float:
        cells = counted(left, "channel", "group")
        y = [np.average([score(cells[name, g]) for g in range(len(shares))], weights=shares) for name in names]
        v = [
            sum((s / sum(shares)) ** 2 * smoothed_nps_variance(*cells[name, g]) for g, s in enumerate(shares))
            for name in names
        ]
        weights = levels.forms[STANDARDISED].weight[0, compared]
        spread = level_spread(y, levels.deff * np.array(v), weights, reference_spread=30.0)
        return float(spread.index + 100 * journeys["seamless"].mean()) / 2  # type: ignore[operator]

    full = index(rows, steps)
    assert row.value == pytest.approx(full)
    without = [
        index(rows.filter(pl.col("bucket") != bucket), steps.filter(pl.col("bucket") != bucket)) for bucket in range(32)
    ]
    assert row.extra["error"] == pytest.approx(np.sqrt(31 / 32 * sum((one - full) ** 2 for one in without)))
    assert row.low is not None
    assert row.high is not None
    assert row.low <= full - 2.03 * row.extra["error"] + 0.02
    assert row.high >= min(full + 2.03 * row.extra["error"], 100) - 0.02


def test_half_levels_half_handoffs(demo_edition: Edition) -> None:
    """The index is the mean of its two halves, and each half is what its own metric says."""
    row = answer(demo_edition, Question("consistency", YEAR)).only
    handoffs = answer(demo_edition, Question("handoff_continuity", YEAR)).only
    assert handoffs.value is not None
    assert row.extra["handoff"] == pytest.approx(100 * handoffs.value)
    assert row.value == pytest.approx((row.extra["level"] + row.extra["handoff"]) / 2)
    assert row.n == row.extra["evidence"] + row.extra["handoffs"]
    assert METRICS["consistency"].version == 2


def test_without_handoffs_there_is_no_index(demo_edition: Edition) -> None:
    """Stages are no property of handoffs: no index, the levels are known, and it is said why."""
    found = answer(demo_edition, Question("consistency", YEAR.with_filter("stage", "Use")))
    assert found.only.value is None
    assert NO_DATA in found.only.flags
    assert found.only.extra["level"] > 0
    assert any("Handoffs are not measured" in note for note in found.notes)


def test_days_without_answers_have_no_index(demo_edition: Edition) -> None:
    """Before the data begins nothing is known, alone, as a reference, or in a line that begins too early."""
    before = Selection.over("2023-01-01..2023-12-31", last_day=DEMO_LAST_DAY)
    found = answer(demo_edition, Question("consistency", before, against="previous")).only
    assert (found.value, found.n, found.flags) == (None, 0, (NO_DATA,))
    assert found.difference is not None
    assert found.difference.word == "too few answers"
    line = answer(demo_edition, Question("consistency", before, grain="quarter"))
    assert [row.value for row in line.rows] == [None] * 4
    compared = answer(demo_edition, Question("consistency", TWO_YEARS, against="previous")).only
    assert compared.value is not None
    assert compared.difference is not None
    assert compared.difference.reference is None
    assert read_consistency(demo_edition, before).channels == ()


def test_no_breakdown(demo_edition: Edition) -> None:
    """It compares channels; the levels alone can be cut."""
    with pytest.raises(SelectionError, match="cannot be broken down") as refused:
        answer(demo_edition, Question("consistency", YEAR, by=("region",)))
    assert "level_consistency" in str(refused.value)
    assert answer(demo_edition, Question("level_consistency", YEAR, by=("segment",))).rows


def test_a_policy_is_a_filter(demo_edition: Edition) -> None:
    """Who may see two regions gets what filtering for them gives, in both halves."""
    regions = ("region", ("East", "South"))
    own = answer(demo_edition, Question("consistency", YEAR), Policy("south east", canonical(dict([regions])))).only
    filtered = answer(demo_edition, Question("consistency", YEAR.with_filter(regions[0], *regions[1]))).only
    assert (own.value, own.low, own.high, own.n, own.extra) == (
        filtered.value, filtered.low, filtered.high, filtered.n, filtered.extra
    )  # fmt: skip
    assert own.value is not None


def test_channels_chosen_are_both_ends_of_handoffs_and_pairs(demo_edition: Edition) -> None:
    """With two channels chosen, only handoffs and pairs between these count."""
    selection = YEAR.with_filter("channel", "phone", "chat")
    found = parts(demo_edition, selection)
    assert found.levels.channels == ("chat", "phone")
    steps = pl.read_parquet(demo_edition.rows_path("handoffs")).filter(
        pl.col("crossing")
        & pl.col("origin").is_in(["chat", "phone"])
        & pl.col("channel").is_in(["chat", "phone"])
        & pl.col("day").is_between(YEAR.period.start, demo_edition.manifest.last_day - timedelta(days=14))
    )
    assert found.handoffs.n[0] == steps.height


def test_a_line_has_one_form_and_is_its_periods_one_by_one(demo_edition: Edition) -> None:
    """Quarters of a series are the quarters asked for alone, in the form that all of them have."""
    series = answer(demo_edition, Question("consistency", TWO_YEARS, grain="quarter"))
    assert len({row.extra["form"] for row in series.rows if "form" in row.extra}) == 1
    row = next(row for row in series.rows if row.period.days > 80 and row.value is not None)
    alone = answer(demo_edition, Question("consistency", Selection(row.period, str(row.period)))).only
    assert alone.extra["form"] == row.extra["form"]
    assert row.extra["handoff"] == pytest.approx(alone.extra["handoff"])
    # the design effect of a line is pooled over it, so levels agree but for the noise that is taken out
    assert row.extra["level"] == pytest.approx(alone.extra["level"], abs=8)


@pytest.mark.parametrize("against", ["previous", "year"])
def test_periods_are_compared_in_a_form_both_have(demo_edition: Edition, against: str) -> None:
    """The difference is that of the two indices with levels in one form, by their intervals."""
    found = answer(demo_edition, Question("consistency", YEAR, against=against, with_p=True)).only  # type: ignore[arg-type]
    assert found.difference is not None
    assert found.difference.reference_period is not None
    assert found.difference.value is not None
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert found.difference.low < found.difference.value < found.difference.high
    assert found.difference.p is not None
    before = Selection(found.difference.reference_period, str(found.difference.reference_period))
    own = answer(demo_edition, Question("consistency", before)).only
    if own.extra["form"] == found.extra["form"]:
        assert found.value is not None
        assert own.value == found.difference.reference
        assert found.difference.value == pytest.approx(found.value - (own.value or 0))


def test_a_target_is_compared_with(demo_edition: Edition) -> None:
    """The index knows its target as other metrics do."""
    found = answer(demo_edition, Question("consistency", YEAR, against="target")).only
    assert found.difference is not None
    assert found.difference.reference == 75
    assert found.difference.value == pytest.approx((found.value or 0) - 75)


def test_segments_with_few_answers_are_taken_together() -> None:
    """A segment in which a channel has fewer than five answers is no stratum of its own; what it joins has enough."""
    answers = np.array([[50.0, 40, 9, 3, 0], [60.0, 30, 8, 1, 0], [0.0, 0, 0, 0, 9]])
    compared = np.array([True, True, False])
    numbers = take_together(answers, compared)
    assert numbers.tolist() == [0, 1, 2, 2, -1]
    merged = merge_segments(answers, numbers)
    assert merged[compared].min() >= 5
    assert merged[compared].sum() == answers[compared].sum()
    assert take_together(answers[:, 3:], compared).tolist() == [0, -1]
    assert merge_segments(answers[:, :0], take_together(answers[:, :0], compared)).shape == (3, 0)
