"""Churn, repeated answers, channels, hand-overs, drivers and revenue: the claims, and what the studies rest on."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics.differences import proportion_difference
from cxdash.statistics.drivers import bucketed_weights, relative_weights
from cxdash.statistics.survival import product_limit
from tests.simulations import channel_case_mix, churn, clustered_answers, driver_weights, handoffs
from tests.simulations.studies import result

LOWEST, HIGHEST = 0.93, 0.97
"""What a 95 % interval may cover on average over the declared populations."""

Row = dict[str, str | int | float]


def rows(study: str, **where: str | int) -> list[Row]:
    """The rows of a study whose first columns hold these values; underscores stand for spaces."""
    table = result(study)
    found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    chosen = [row for row in found if all(row[name.replace("_", " ")] == value for name, value in where.items())]
    assert chosen
    return chosen


def mean(chosen: list[Row], column: str) -> float:
    return float(np.mean([row[column] for row in chosen]))


# ---------------------------------------------------------------- claims


@pytest.mark.slow
@pytest.mark.parametrize("opening", churn.OPENING)
def test_churn_intervals_keep_their_promise(opening: int) -> None:
    """Log-log limits of churn, with and without joining customers, over a month and a quarter."""
    chosen = rows("churn", customers_at_the_start=opening)
    coverage = [row["mean coverage (log-log, default)"] for row in chosen]
    assert min(coverage) >= LOWEST
    assert max(coverage) <= HIGHEST
    assert min(row["worst"] for row in chosen) > 0.90


@pytest.mark.slow
@pytest.mark.parametrize("size", ["10", "30", "100", "1,000"])
def test_effective_counts_keep_their_promise_in_fine_cells(size: str) -> None:
    """A channel's design effect makes the interval of some of its customers right, whether answers repeat or not."""
    for name in ("repeated", "independent"):
        chosen = rows("clustered_answers", answers_of_a_customer=name, cell="some customers", answers=size)
        assert LOWEST <= mean(chosen, "score with n/deff (default)") <= HIGHEST


@pytest.mark.slow
def test_repeated_answers_need_a_design_effect() -> None:
    """On a whole channel the naive interval fails; buckets and effective counts do not (methods 0.4)."""
    for row in rows("clustered_answers", cell="the whole channel"):
        assert row["naive score"] < 0.80
        kept = [row[name] for name in result("clustered_answers").columns if "default" in name or "jackknife" in name]
        assert min(kept) >= LOWEST
        assert max(kept) <= HIGHEST


@pytest.mark.slow
def test_a_design_effect_never_makes_an_interval_too_short() -> None:
    """Where customers repeat less in the cell than in the channel the interval is wide, not wrong."""
    for row in rows("clustered_answers", cell="some answers"):
        assert row["score with n/deff (default)"] >= LOWEST


@pytest.mark.slow
@pytest.mark.parametrize(
    "size",
    ["10 each", "30 each", "100 each", "1,000 each", "2000/800/300/80/30", "30/80/300/800/2000"],
)
def test_level_intervals_keep_their_promise(size: str) -> None:
    """The interval of delta, and of L, where channels differ."""
    chosen = [row for row in rows("channel_levels", answers_per_channel=size) if row["true SD"] != "0"]
    assert LOWEST <= mean(chosen, "coverage (default)") <= HIGHEST


@pytest.mark.slow
def test_equal_channels_are_seldom_called_different() -> None:
    """Limits err on one side only (.975), the test keeps its size; raw spread flags nearly always up to 200 answers."""
    for row in rows("channel_levels", true_SD="0"):
        assert 0.95 <= row["coverage (default)"] <= 0.985
        assert row["flag (default)"] <= 0.075
    for size in ("30 each", "50 each", "200 each"):
        assert mean(rows("channel_levels", true_SD="0", answers_per_channel=size), "raw flag") > 0.80


@pytest.mark.slow
def test_case_mix_is_seen_through() -> None:
    """Case mix alone fools raw levels always, standardised and paired levels never; only W sees personal channels."""
    mixed = rows("channel_case_mix", scenario="B equal, strong case mix")
    assert mean(mixed, "L rejects") > 0.99
    assert max(mean(mixed, "standardised L rejects"), mean(mixed, "paired L rejects")) < 0.075
    personal = rows("channel_case_mix", scenario="D equal averages, customer × channel")
    assert mean(personal, "W rejects") > 0.99
    assert mean(personal, "paired L rejects") < 0.075
    equal = rows("channel_case_mix", scenario="A equal, no case mix")
    assert max(mean(equal, name) for name in ("L rejects", "paired L rejects", "W rejects")) < 0.085


@pytest.mark.slow
def test_hand_over_test_has_its_size_and_the_power_of_the_methods() -> None:
    """Size .044 to .052; power .11, .25, .67 for five points at 100, 300 and 1,000 journeys (methods 4.4)."""
    power = {"100": 0.11, "300": 0.25, "1,000": 0.67}
    for size, expected in power.items():
        (still,), (fallen,) = (rows("handoffs", journeys_in_each_period=size, drop=drop) for drop in ("0 pp", "5 pp"))
        assert 0.044 <= still["noticed"] <= 0.052
        assert fallen["noticed"] == pytest.approx(expected, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("n", ["100", "300", "1,000", "4,000"])
def test_driver_intervals_keep_their_promise(n: str) -> None:
    """Weights on Fisher's scale, shares on the logit scale, differences as they are: from a hundred customers on."""
    chosen = rows("driver_weights", customers=n, buckets=32)
    for column in (
        "weight, Fisher's z (default)",
        "share, logit (default)",
        "difference of weights",
        "difference of shares",
    ):
        assert LOWEST <= mean(chosen, column) <= HIGHEST


@pytest.mark.slow
@pytest.mark.parametrize("n", ["30", "100", "1,000"])
def test_revenue_intervals_keep_their_promise(n: str) -> None:
    """Wilson on effective customers for what was kept, joined with growth for net retention."""
    chosen = rows("revenue", customers=n)
    for column in ("GRR, Wilson (default)", "NRR, joined (default)"):
        assert LOWEST <= mean(chosen, column) <= HIGHEST
        assert min(row[column] for row in chosen) > 0.92


# ---------------------------------------------------------------- what the studies rest on


def test_churn_without_joining_depends_on_the_number_of_losses_alone() -> None:
    """Seven losses on one day or over nine days: the same limits, which is why enumeration is exact."""
    lost = np.array([[0, 2, 0, 1, 3, 0, 0, 1, 0]])
    at_risk = 40 - np.concatenate([[[0]], lost.cumsum(axis=1)[:, :-1]], axis=1)
    once = product_limit([[40]], [[7]])
    assert np.array(product_limit(at_risk, lost)) == pytest.approx(np.array(once))
    assert churn.effective_counts(once, np.array([[40.0]])) == (pytest.approx([7]), pytest.approx([40]))


def test_simulated_histories_have_the_churn_they_claim() -> None:
    """Mean product-limit churn over many histories with joining customers is the true one."""
    hazard = churn.daily_hazard(0.10)
    found = product_limit(*churn.histories(np.random.default_rng(1), 100, hazard, 28))
    assert np.mean(found.churn) == pytest.approx(1 - (1 - hazard) ** 28, abs=0.002)


@pytest.mark.parametrize("correlation", [0.0, clustered_answers.LATENT_CORRELATION])
def test_repeated_answers_keep_the_shares(correlation: float) -> None:
    """However alike a customer's answers are, the population's NPS is the same; repeating costs a deff of about 2.9."""
    rng = np.random.default_rng(2)
    counts = clustered_answers.survey(rng, 40, correlation=correlation).counts
    total = counts.sum(axis=(0, 1))
    assert total / total.sum() == pytest.approx(clustered_answers.SHARES, abs=0.01)
    given = counts.sum(axis=-1).ravel()
    score = (counts[..., 2] - counts[..., 0]).ravel() - clustered_answers.TRUTH * given
    apart = (total[0] + total[2]) / total.sum() - clustered_answers.TRUTH**2
    deff = np.mean(score**2) / given.mean() / apart
    assert deff == pytest.approx(2.86 if correlation else 1.0, abs=0.06)


def test_case_mix_scenarios_say_what_is_true() -> None:
    """Only B and E change with standardising; C and E have real effects of about half the reference spread."""
    truth = {scenario.name[0]: scenario.truth() for scenario in channel_case_mix.SCENARIOS}
    assert truth["A"] == truth["D"] == (100, 100)
    assert truth["B"] == (pytest.approx(49, abs=1), 100)
    assert truth["C"] == (pytest.approx(48.5, abs=1),) * 2
    assert truth["E"] == (pytest.approx(4, abs=1.5), pytest.approx(53, abs=1))


def test_hand_over_intervals_and_p_values_agree() -> None:
    """Zero lies outside the enumerated interval exactly where the package says p < .05."""
    first, second = np.meshgrid(np.arange(31), np.arange(31))
    found = proportion_difference(first, 30, second, 30)
    assert ((found.p < 0.05) == ((found.low > 0) | (found.high < 0))).all()
    assert handoffs.judge(30, 0.5, 0.5)[0] == pytest.approx(1 - handoffs.judge(30, 0.5, 0.5)[1])


def test_driver_replicates_are_computed_as_in_the_package() -> None:
    """Weights from bucket sums of many replicates equal those of the package, and of the answers themselves."""
    rng = np.random.default_rng(3)
    sample = driver_weights.table(*driver_weights.COMPANIES[0].loyalty(rng, (2, 150)), np.array([-0.2, 0.9]))
    buckets = driver_weights.state(rng, sample, 32)
    full, _ = driver_weights.with_and_without(buckets)
    assert full == pytest.approx(bucketed_weights(*buckets).weight, rel=1e-9)
    ratings = sample[1].astype(float)
    r = np.corrcoef(ratings.T)
    assert full[1] == pytest.approx(relative_weights(r[1:, 1:], r[1:, 0]), rel=1e-9)
