"""What the level index would be if one channel were like the others: against levels moved by hand, and truth."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics.channel_gains import level_gaps
from cxdash.statistics.channel_index import combined_index, limits_of_halves
from cxdash.statistics.consistency import correlated_level_spread, level_spread, smoothed_nps_variance
from cxdash.statistics.intervals import nps_value, wilson

LEVELS = np.array([55.0, 45.0, 46.7, 15.0, 0.0])
TRAFFIC = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
NAN = float("nan")


def moved(channel: int) -> np.ndarray:
    """The matrix that puts one channel at the traffic-weighted mean of the others."""
    move = np.eye(LEVELS.size)
    move[channel] = np.where(np.arange(LEVELS.size) == channel, 0.0, TRAFFIC) / (1 - TRAFFIC[channel])
    return move


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_channel_is_moved_to_the_mean_of_the_others(noise: float) -> None:
    """Levels and covariance moved by hand and measured anew give the same index, with and without correlated noise."""
    rng = np.random.default_rng(4)
    root = rng.normal(size=(5, 5))
    covariance = noise * root @ root.T
    found = level_gaps(LEVELS, covariance, 7 * TRAFFIC, reference_spread=30.0)
    for channel in range(LEVELS.size):
        move = moved(channel)
        anew = correlated_level_spread(move @ LEVELS, move @ covariance @ move.T, TRAFFIC, reference_spread=30.0)
        assert found.moved[channel] == pytest.approx(float(anew.index))
        contrast = np.eye(5)[channel] - move[channel]
        assert found.gap[channel] == pytest.approx(contrast @ LEVELS)
        assert found.se[channel] ** 2 == pytest.approx(contrast @ covariance @ contrast)


def test_equal_channels_gain_nothing() -> None:
    """Where all levels are the same no channel is apart, and moving one changes nothing."""
    found = level_gaps([40.0, 40.0, 40.0], np.eye(3), [1, 1, 2], reference_spread=30.0)
    assert found.gap.tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert found.p.tolist() == pytest.approx([1, 1, 1])
    assert found.moved.tolist() == pytest.approx([100, 100, 100])


def test_a_channel_left_out_has_no_gap() -> None:
    """Channels without level or traffic are left out of the mean of the others as well; one channel has no others."""
    found = level_gaps([40.0, NAN, 10.0, 90.0], np.eye(4), [1, 1, 1, 0], reference_spread=30.0)
    assert found.gap.tolist() == pytest.approx([30, NAN, -30, NAN], nan_ok=True)
    assert np.isnan(level_gaps([40.0, NAN], np.eye(2), [1, 1], reference_spread=30.0).gap).all()


def test_a_certain_gap_has_no_doubt() -> None:
    """Levels known without error are apart or not."""
    found = level_gaps([40.0, 30.0], np.zeros((2, 2)), [1, 1], reference_spread=30.0)
    assert found.p.tolist() == [0, 0]


def test_p_has_its_size() -> None:
    """Equal channels are called apart in five of a hundred looks."""
    rng = np.random.default_rng(1)
    variance = np.array([4.0, 9.0, 25.0])
    y = 30 + rng.standard_normal((20_000, 3)) * np.sqrt(variance)
    found = level_gaps(y, np.broadcast_to(np.diag(variance), (20_000, 3, 3)), np.ones(3), reference_spread=30.0)
    assert (found.p < 0.05).mean(axis=0) == pytest.approx([0.05] * 3, abs=0.006)


@pytest.mark.parametrize(("spread", "jackknife_holds"), [(0.0, True), (3.0, False), (10.0, True)])
def test_the_wider_limits_of_the_index_hold_the_truth(spread: float, jackknife_holds: bool) -> None:
    """Buckets alone miss it where L ends at 100 (three in four instead of 95 in 100); the wider of both does not."""
    rng, replicates, groups = np.random.default_rng(1), 400, 32
    shift = np.array([-1.2, -0.7, 0.0, 0.7, 1.2])
    shift *= spread / shift.std()
    promoters = (0.7 + 0.3 + shift / 100) / 2
    kinds = np.stack(
        [
            rng.multinomial(200, np.outer([0.7 - p, 0.3, p], np.full(groups, 1 / groups)).ravel(), size=replicates)
            for p in promoters
        ],
        axis=1,
    )
    kinds = np.moveaxis(kinds.reshape(replicates, 5, 3, groups), 2, 0)

    def level(counts: np.ndarray) -> object:
        y, v = 100 * nps_value(*counts), smoothed_nps_variance(*counts)
        return level_spread(y, v, np.ones(5), reference_spread=30.0)

    whole = level(kinds.sum(axis=-1))
    without = level(np.moveaxis(kinds.sum(axis=-1, keepdims=True) - kinds, -1, 2)).index  # type: ignore[attr-defined]
    journeys = rng.multinomial(300, np.outer([0.6, 0.4], np.full(groups, 1 / groups)).ravel(), size=replicates)
    seamless, all_of = (part.reshape(replicates, 2, groups) for part in (journeys, journeys))
    seamless, all_of = seamless[:, 0], all_of.sum(axis=1)
    rest = all_of.sum(axis=-1, keepdims=True) - all_of
    h, h_without = 100 * seamless.sum(-1) / 300, 100 * (seamless.sum(-1, keepdims=True) - seamless) / rest
    found = combined_index(whole.index, without, h, h_without)  # type: ignore[attr-defined]
    low, high = (100 * limit for limit in wilson(seamless.sum(-1), 300))
    others = limits_of_halves(whole.index, whole.index_low, whole.index_high, h, low, high)  # type: ignore[attr-defined]
    truth = (100 * (1 - spread / 30) + 60) / 2
    buckets = ((found.low <= truth) & (truth <= found.high)).mean()
    wider = ((np.minimum(found.low, others[0]) <= truth) & (truth <= np.maximum(found.high, others[1]))).mean()
    assert wider > 0.93
    assert bool(buckets > 0.92) is jackknife_holds


def test_limits_of_halves_are_square_and_add() -> None:
    """Half the root of the sum of squared distances, cut to the scale; unknown where a half is unknown."""
    low, high = limits_of_halves([70, 98, NAN], [60, 90, 50], [80, 100, 90], [50, 96, 50], [45, 90, 40], [55, 100, 60])
    assert low.tolist() == pytest.approx([60 - np.hypot(10, 5) / 2, 97 - np.hypot(8, 6) / 2, NAN], nan_ok=True)
    assert high.tolist() == pytest.approx([60 + np.hypot(10, 5) / 2, 97 + np.hypot(2, 4) / 2, NAN], nan_ok=True)
