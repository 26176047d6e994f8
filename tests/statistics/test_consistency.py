"""Spread between channels: printed tables, the simulation behind the choice of index, and channels left out."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import channel_pairs, consistency
from cxdash.statistics.intervals import nps_value, nps_variance

CHANNELS = np.array([(60, 150, 390), (80, 170, 350), (40, 80, 180), (55, 60, 85), (25, 30, 25)]).T
TRAFFIC = [0.4, 0.3, 0.15, 0.1, 0.05]


def scores(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 100 * nps_value(*counts), 1e4 * nps_variance(*counts) / counts.sum(axis=0)


@pytest.mark.parametrize(
    ("weights", "delta", "low", "high", "p"),
    [
        (1.0, 20.539645494, 14.701699561, 26.809180049, 1.174581e-10),
        (TRAFFIC, 14.769098981, 11.318244044, 18.422939694, 8.2543e-15),
    ],
)
def test_spread_table(weights: object, delta: float, low: float, high: float, p: float) -> None:
    """Five channels, equal and traffic weights, as an independent R script computed them; index from delta."""
    found = consistency.level_spread(*scores(CHANNELS), weights, reference_spread=30.0)
    assert (found.delta, found.delta_low, found.delta_high) == pytest.approx((delta, low, high), abs=1e-7)
    assert found.p == pytest.approx(p, rel=1e-4)
    assert found.index == pytest.approx(100 * (1 - delta / 30))
    assert (found.index_low, found.index_high) == pytest.approx((100 * (1 - high / 30), 100 * (1 - low / 30)))


def test_heterogeneity_p() -> None:
    """Cochran's Q of the five channels with its p (metafor)."""
    assert consistency.heterogeneity(*scores(CHANNELS)).p == pytest.approx(1.54147e-13, rel=1e-4)


def test_independent_is_a_special_case_of_correlated() -> None:
    """A diagonal covariance gives what independent channels give, in every field."""
    y, v = scores(CHANNELS)
    one = consistency.level_spread(y, v, TRAFFIC, reference_spread=30.0)
    other = consistency.correlated_level_spread(y, np.diag(v), TRAFFIC, reference_spread=30.0)
    for name in ("delta", "delta_low", "delta_high", "index"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9)


def test_paired_levels_spread() -> None:
    """The three pairs of the methods: delta of the paired levels, its interval and p."""
    levels = channel_pairs.paired_levels(
        [0, 0, 1], [1, 2, 2], [200, 150, 120], [-1500, -3000, -600], [900000, 800000, 500000], channels=3
    )
    found = consistency.correlated_level_spread(levels.theta, levels.covariance, [0.5, 0.3, 0.2], reference_spread=30)
    assert (found.delta, found.delta_low, found.delta_high, found.p) == pytest.approx(
        (6.469802780, 3.213365338, 10.125891668, 0.000328855), abs=1e-7
    )


def test_paired_levels_agree_with_least_squares() -> None:
    """Rows with customer effects, solved by ordinary least squares on differences, give the same levels and spread."""
    rng = np.random.default_rng(2)
    first, second = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    pair = rng.integers(0, 4, 300)
    d = rng.normal(0, 10, 300) + 3.0 * second[pair]
    design = np.zeros((300, 4))
    design[np.arange(300), first[pair]], design[np.arange(300), second[pair]] = -1, 1
    expected = np.linalg.pinv(design) @ d
    state = [np.bincount(pair, w, 4) for w in (np.ones(300), d, d**2)]
    found = channel_pairs.paired_levels(first, second, *state, channels=4)
    assert found.theta == pytest.approx(expected, abs=1e-9)


def test_unconnected_channels_have_no_levels() -> None:
    """Pairs 0-1 and 2-3 say nothing of 0 against 2; a channel in no pair is left out and the rest stays."""
    split = channel_pairs.paired_levels([0, 2], [1, 3], [50, 50], [10, 20], [900, 900], channels=4)
    assert np.isnan(split.theta).all()
    alone = channel_pairs.paired_levels([0], [1], [50], [100], [900], channels=3)
    assert alone.theta.tolist() == pytest.approx([-1, 1, np.nan], nan_ok=True)
    both = channel_pairs.paired_levels(
        [0, 2], [1, 3], [[50, 50], [50, 0]], [[10, 20], [100, 0]], [[900, 900], [900, 0]], channels=4
    )
    assert np.isnan(both.theta[0]).all()
    assert both.theta[1, :2].tolist() == pytest.approx([-1, 1])


def test_individual_excess_table() -> None:
    """900 cross and 600 same-channel pairs (R)."""
    found = channel_pairs.individual_excess(900, 5.4e6, 8e10, 600, 3e6, 4.2e10)
    assert found == pytest.approx((500, 182.869784340, 22.360679775, 11.898815438, 29.298774568, 0.003126736), abs=1e-7)
    assert np.isnan(channel_pairs.individual_excess(0, 0, 0, 600, 3e6, 4.2e10)).all()


def test_missing_channels_are_left_out() -> None:
    """NaN scores and channels without traffic change nothing; one channel alone has no spread; equal ones index 100."""
    y, v = scores(CHANNELS)
    full = consistency.level_spread(y, v, TRAFFIC, reference_spread=30.0)
    padded = consistency.level_spread([*y, np.nan, 99.0], [*v, 5.0, 5.0], [*TRAFFIC, 0.3, 0.0], reference_spread=30.0)
    assert padded.delta == pytest.approx(full.delta)
    assert padded.delta_high == pytest.approx(full.delta_high)
    lonely = consistency.level_spread([40.0, np.nan], [9.0, 9.0], 1.0, reference_spread=30.0)
    assert np.isnan([lonely.delta, lonely.index, lonely.p, lonely.index_low]).all()
    equal = consistency.level_spread([[30.0] * 4], 16.0, 1.0, reference_spread=30.0)
    assert (equal.delta[0], equal.index[0], equal.index_high[0]) == (0.0, 100.0, 100.0)
    assert equal.p[0] == 1.0


def test_case_mix_is_standardised_away() -> None:
    """The app serves mostly the loyal: raw levels differ by 24 points, standardised ones not at all."""
    y, v = np.array([[60.0, 20.0], [60.0, 20.0]]), np.array([[4.0, 16.0], [16.0, 4.0]])
    raw = (y * [[0.8, 0.2], [0.2, 0.8]]).sum(axis=1)
    assert raw[0] - raw[1] == pytest.approx(24)
    level, variance = consistency.standardise_levels(y, v, [1, 1])
    assert level.tolist() == [40, 40]
    assert variance.tolist() == [5, 5]
    gap, _ = consistency.standardise_levels([[60.0, np.nan], [60.0, 20.0]], 4.0, [0.5, 0.5])
    assert gap.tolist() == pytest.approx([np.nan, 40], nan_ok=True)


def test_known_levels_have_no_noise() -> None:
    """Without sampling variance the spread is the plain weighted standard deviation, and certain."""
    found = consistency.level_spread([10.0, 30.0], 0.0, 1.0, reference_spread=20.0)
    assert (found.delta, found.delta_low, found.delta_high, found.p, found.index) == (10.0, 10.0, 10.0, 0.0, 50.0)


def test_smoothed_variance_of_five_promoters() -> None:
    """All agree, yet the score is not certain; nobody has no variance."""
    assert consistency.smoothed_nps_variance(0, 0, 5) == pytest.approx(1e4 * (6.5 / 8 - (5 / 8) ** 2) / 5)
    assert np.isnan(consistency.smoothed_nps_variance(0, 0, 0))


@pytest.mark.parametrize(
    ("truth", "n", "index", "flagged"),
    [
        ([30] * 5, 50, 89.5, 0.065),
        ([30] * 5, 200, 94.9, 0.054),
        ([30] * 5, 1000, 97.8, 0.024),
        (30 + np.arange(-2, 3) * 5 / np.sqrt(2), 200, 85.6, 0.353),
        (30 + np.arange(-2, 3) * 10 / np.sqrt(2), 200, 67.6, 0.929),
    ],
)
def test_the_index_keeps_its_promise(truth: list[float], n: int, index: float, flagged: float) -> None:
    """4000 simulated companies: the mean index and the share flagged are those of the methods' table."""
    promoters = (0.7 + np.array(truth) / 100) / 2
    rng = np.random.default_rng(11)
    answers = rng.multinomial(n, np.stack([0.7 - promoters, np.full(5, 0.3), promoters], axis=-1), (4000, 5))
    d, m, p = np.moveaxis(answers, -1, 0)
    y, v = 100 * nps_value(d, m, p), consistency.smoothed_nps_variance(d, m, p)
    found = consistency.level_spread(y, v, 1.0, reference_spread=30.0)
    assert found.index.mean() == pytest.approx(index, abs=0.8)
    assert np.mean((found.p < 0.05) & (found.index < 90)) == pytest.approx(flagged, abs=0.03)
    spread = np.std(truth)
    assert np.mean((found.delta_low <= spread + 1e-9) & (found.delta_high >= spread)) > 0.93


def test_raw_measures_to_show_beside_delta() -> None:
    """Range and weighted deviation of the channels left in, above delta by the noise; one channel has neither."""
    y, v = scores(CHANNELS)
    widest, sd = consistency.raw_spread(y, TRAFFIC)
    assert (widest, sd) == pytest.approx((55, 15.187714333), abs=1e-9)
    assert consistency.raw_spread([*y, np.nan, 999], [*TRAFFIC, 0.3, 0]) == pytest.approx((55, 15.187714333), abs=1e-9)
    assert np.isnan(consistency.raw_spread([5.0, np.nan], 1.0)).all()
    delta = consistency.level_spread(y, v, TRAFFIC, reference_spread=30.0).delta
    assert sd**2 - delta**2 == pytest.approx(3.541240170**2, abs=1e-7)


def test_reference_and_meaning_of_the_spread() -> None:
    """Within-channel deviations of 75 NPS points give 30; two random customers differ by 1.13 delta on average."""
    assert consistency.reference_spread([75, 40, 1.5]) == pytest.approx([30, 16, 0.6])
    rng = np.random.default_rng(3)
    first, second = rng.normal(0, 12, (2, 200_000))
    assert consistency.typical_difference(12) == pytest.approx(np.abs(first - second).mean(), rel=0.01)


def test_impossible_variances_have_no_spread() -> None:
    """A variance below zero is none: the channel is out; a covariance that cannot be one has no answer."""
    two = consistency.level_spread([40, 30, 20], [9, 9, -1], 1.0, reference_spread=30.0)
    assert two.delta == consistency.level_spread([40, 30], 9.0, 1.0, reference_spread=30.0).delta
    matrix = np.array([[1.0, 9, 9], [9, 1, 9], [9, 9, 1]])
    assert np.isnan(consistency.correlated_level_spread([40, 30, 20], matrix, 1.0, reference_spread=30.0).delta)


def test_individual_index_and_when_it_may_be_large() -> None:
    """W falls with the excess and turns its limits over; a headline asks for 2,000 pairs of both kinds."""
    found = channel_pairs.individual_excess(900, 5.4e6, 8e10, 600, 3e6, 4.2e10)
    index, low, high = channel_pairs.excess_index(found, 30.0)
    assert (index, low, high) == pytest.approx(
        (100 * (1 - 22.360679775 / 30), 100 * (1 - 29.298774568 / 30), 100 * (1 - 11.898815438 / 30))
    )
    assert channel_pairs.headline_excess([2001, 2001, 2000], [2001, 2000, 9000]).tolist() == [True, False, False]


def test_transitions_are_pairs() -> None:
    """3x3 counts give the sums of squared and fourth-power differences that rows give."""
    moves = np.array([[20, 8, 4], [6, 40, 14], [3, 12, 93]])
    codes = np.array([-100, 0, 100])
    pairs = [codes[j] - codes[i] for i in range(3) for j in range(3) for _ in range(moves[i, j])]
    n, d2, d4 = channel_pairs.sum_transitions(np.stack([moves, moves]), codes)
    assert (n[1], d2[1], d4[1]) == (len(pairs), np.sum(np.square(pairs)), np.sum(np.power(pairs, 4)))
