"""Revenue kept: the worked cohort, survey errors by buckets, concentration, and the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxdash.statistics import buckets, retention
from cxdash.statistics.intervals import wilson


def test_retention_table() -> None:
    """NRR and GRR of ten customers: R's svyratio for the error, t with nine degrees of freedom for the limits."""
    net = retention.net_retention(10, 1600, 1490, 1400, 380000, 384400, 406500, 361900, 359200)
    gross = retention.gross_retention(10, 1600, 1400, 380000, 361900, 359200)
    assert net[:2] == pytest.approx((0.93125, 0.093404673605), abs=1e-12)
    assert gross[:2] == pytest.approx((0.875, 0.085423018057), abs=1e-12)
    half = stats.t.ppf(0.975, 9) * 0.093404673605
    linearised = retention.ratio_state(10, 1600, 1490, 380000, 384400, 406500)
    assert linearised[2:] == pytest.approx((0.93125 - half, 0.93125 + half), abs=1e-10)
    expected = [float(v) for v in wilson(0.875 * 1600**2 / 380000, 1600**2 / 380000)]
    assert gross[2:] == pytest.approx(expected, abs=1e-12)
    # by hand: kept 1400 of 1600, added 90 of 1600 (e = 10, 0, 0, 20, 0, 0, 0, 30, 0, 30 for the ten customers)
    added = retention.ratio_state(10, 1600, 90, 380000, 10 * 100 + 20 * 400 + 30 * 300 + 30 * 150, 2300)
    assert net.low == pytest.approx(
        0.93125 - np.hypot(0.875 - gross.low, added.ratio - max(float(added.low), 0)), abs=1e-12
    )
    assert net.high == pytest.approx(0.93125 + np.hypot(gross.high - 0.875, added.high - added.ratio), abs=1e-12)


def test_retention_of_revenue_that_did_not_move() -> None:
    """Nobody left and nobody grew: no linearised error, but limits that say how few and how unequal customers are."""
    gross = retention.gross_retention(4, 100, 100, 4000, 4000, 4000)
    assert (gross.ratio, gross.se, gross.high) == (1, 0, 1)
    assert gross.low == pytest.approx(float(wilson(2.5, 2.5)[0]))


def test_retention_edges() -> None:
    """Nobody, no revenue, one customer, everybody unchanged."""
    found = retention.ratio_state([0, 3, 1, 3], [0, 0, 50, 60], [0, 10, 40, 60], [0, 0, 2500, 1400], [0, 0, 2000, 1400],
                                  [0, 50, 1600, 1400])  # fmt: skip
    assert found.ratio.tolist() == pytest.approx([np.nan, np.nan, 0.8, 1.0], nan_ok=True)
    assert found.se.tolist() == pytest.approx([np.nan, np.nan, np.nan, 0.0], nan_ok=True)
    assert (found.low[3], found.high[3]) == (1.0, 1.0)


def test_revenue_in_cents_beyond_int64() -> None:
    """Sums of squares of cents beyond int64 arrive as wide integers; half kept by each is certain."""
    x = np.array([10**9, 3 * 10**9, 2 * 10**9] * 20_000, dtype=object)
    wide = [x.size, int(x.sum()), int(x.sum()) // 2, *(int((x * x).sum()) // part for part in (1, 2, 4))]
    found = retention.ratio_state(*(np.array([v], dtype=object) for v in wide))
    assert found.ratio[0] == pytest.approx(0.5)
    assert found.se[0] == pytest.approx(0.0, abs=1e-9)


def test_a_common_multiple_has_no_error_however_large() -> None:
    """Everybody pays 3 % more: no error, in cents whose squares leave 64 bits, one cell or many."""
    x = [10**14 + 700 * i for i in range(50)]
    y = [103 * (v // 100) for v in x]
    x = [100 * (v // 100) for v in x]
    state = [50, sum(x), sum(y), sum(a * a for a in x), sum(a * b for a, b in zip(x, y, strict=True)),
             sum(b * b for b in y)]  # fmt: skip
    found = retention.ratio_state(*state)
    assert (found.ratio, found.se) == (pytest.approx(1.03, rel=1e-15), 0)
    n, sx, sy, sxx, sxy, syy = state
    many = retention.net_retention(*(np.array([v, v], dtype=object) for v in (n, sx, sy, sx, sxx, sxy, syy, sxx, sxx)))
    assert many.se.tolist() == [0, 0]
    assert (many.high - many.ratio).tolist() == [0, 0]  # growth is certain, and nothing can be kept beyond everything


def test_bucketed_ratio_table() -> None:
    """Eight buckets: R survey's JK1 ratio, error and t interval; an empty bucket is no bucket."""
    above, below = [12, 9, 15, 7, 11, 13, 8, 10], [30, 28, 33, 25, 31, 35, 22, 27]
    found = retention.bucketed_ratio(below, above)
    assert found == pytest.approx((0.367965367965, 0.018498594115, 0.324223143700, 0.411707592231), abs=1e-11)
    assert retention.bucketed_ratio([*below, 0], [*above, 0]) == pytest.approx(np.array(found))
    assert np.isnan(retention.bucketed_ratio([0, 0], [0, 0])).all()
    assert np.isnan(retention.bucketed_ratio([5, 0], [4, 0])[1:]).all()


def test_a_change_of_retention_knows_that_the_customers_are_the_same() -> None:
    """Two windows with the same customers: the error is that of the difference, far below independent windows."""
    rng = np.random.default_rng(6)
    x0 = rng.integers(100, 900, (2, 32))
    y0 = np.round(x0 * rng.normal(0.9, 0.2, (2, 32)))
    x1, y1 = y0, np.round(y0 * 0.95 + rng.normal(0, 5, (2, 32)))
    found = retention.bucketed_ratio_change(x0, y0, x1, y1)
    before, after = retention.bucketed_ratio(x0, y0), retention.bucketed_ratio(x1, y1)
    assert found.ratio == pytest.approx(after.ratio - before.ratio)
    parts = [buckets.without_each(v) for v in (x0, y0, x1, y1)]
    without = parts[3] / parts[2] - parts[1] / parts[0]
    assert found.se**2 == pytest.approx(31 / 32 * ((without - found.ratio[:, None]) ** 2).sum(axis=1))
    assert ((found.low < found.ratio) & (found.ratio < found.high)).all()


def test_concentration() -> None:
    """The ten largest of two regions together, their share, and whether one customer holds more than 5 %."""
    first, second = [500, 80, np.nan], [90, 70, 60]
    top = retention.merge_largest(first, second, keep=4)
    assert top.tolist() == [500, 90, 80, 70]
    assert retention.merge_largest([], []).tolist() == pytest.approx([np.nan] * 10, nan_ok=True)
    assert retention.merge_largest([first, first], second).shape == (2, 10)
    assert retention.largest_share([top, top], [7400, 0]).tolist() == pytest.approx([0.1, np.nan], nan_ok=True)
    assert retention.concentrated([top, top, [np.nan] * 4], [9000, 10001, 100]).tolist() == [True, False, False]
