"""Intervals of one score: printed tables, independent software, exact coverage, and states that have no answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from cxdash.statistics import intervals as iv

TABLE = [
    ((15, 25, 60), 0.45, 0.073993243, (0.268883274, 0.631116726), (0.292569155, 0.581257020)),
    ((8, 12, 10), 0.066666667, 0.140896600, (-0.278212539, 0.411545872), (-0.208626819, 0.331009299)),
    ((2, 3, 0), -0.4, 0.219089023, (-0.936274462, 0.136274462), (-0.769275719, 0.208275451)),
    ((5, 0, 7), 0.166666667, 0.284637521, (-0.530053924, 0.863387257), (-0.360977375, 0.613479373)),
    ((1, 13, 7), 0.285714286, 0.119387271, (-0.006515527, 0.577944099), (0.026003032, 0.517232276)),
    ((0, 0, 10), 1.0, 0.0, (1.0, 1.0), (0.444934400, 1.0)),
    ((0, 10, 0), 0.0, 0.0, (0.0, 0.0), (-0.277532800, 0.277532800)),
    ((0, 0, 1), 1.0, 0.0, (1.0, 1.0), (-0.586901371, 1.0)),
    ((120, 300, 580), 0.46, 0.022099774, (0.405905349, 0.514094651), (0.415468049, 0.502084825)),
]


@pytest.mark.parametrize(("counts", "nps", "se", "goodman", "score"), TABLE)
def test_nps_table(counts: tuple[int, ...], nps: float, se: float, goodman: tuple[float], score: tuple[float]) -> None:
    """Value, standard error, Goodman's simultaneous interval and the score interval agree to every printed digit."""
    assert iv.nps_value(*counts) == pytest.approx(nps, abs=1e-9)
    assert np.sqrt(iv.nps_variance(*counts) / sum(counts)) == pytest.approx(se, abs=1e-9)
    assert iv.nps_wald(*counts, z=np.sqrt(stats.chi2.ppf(0.95, 2))) == pytest.approx(goodman, abs=1e-9)
    assert iv.nps_score_interval(*counts) == pytest.approx(score, abs=1e-9)


def quartic_roots(d: float, m: float, p: float, z: float = iv.Z95) -> np.ndarray:
    """Roots of the quartic of Yang, Sun & Hardin 2013: the limits without iteration, and two spurious ones."""
    n, t, s, k = d + m + p, p - d, p + d, 1 / z**2
    a2, a1, a0, b1, b0 = 2 * n**2 * k + 2 * n, -t * (4 * n * k + 1), 2 * t**2 * k - s, 2 * n - t, -s
    return np.roots([a2**2, 2 * a2 * a1, a1**2 + 2 * a2 * a0 - b1**2 + 8 * n * d, 2 * a1 * a0 - 2 * b1 * b0 - 8 * n * d,
                      a0**2 - b0**2])  # fmt: skip


@pytest.mark.parametrize("counts", [(15, 25, 60), (8, 12, 10), (1, 13, 7), (120, 300, 580), (3, 40, 2), (33, 1, 4)])
def test_score_interval_solves_the_closed_form(counts: tuple[int, ...]) -> None:
    """The iterated limits are roots of the quartic, which no code of ours produced."""
    roots = quartic_roots(*counts)
    assert max(np.abs(roots - limit).min() for limit in iv.nps_score_interval(*counts)) < 1e-9


def coverage(method: str, n: int) -> tuple[float, float, float, float]:
    """Exact coverage over the 85 populations of the methods: mean, least, share below .93, mean width in points."""
    d, m = (v.ravel() for v in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    d, m = d[d + m <= n], m[d + m <= n]
    low, high = {
        "wald": lambda: np.clip(iv.nps_wald(d, m, n - d - m), -1, 1),
        "adjusted": lambda: iv.nps_adjusted_wald(d, m, n - d - m, clip=True),
        "score": lambda: iv.nps_score_interval(d, m, n - d - m),
    }[method]()
    rates, widths = [], []
    for nps in np.arange(-6, 10) / 10:
        for passive in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5):
            promoter = (1 - passive + nps) / 2
            detractor = 1 - passive - promoter
            if min(promoter, detractor) > -1e-9:
                shares = np.clip([detractor, passive, promoter], 0, 1)
                chance = stats.multinomial.pmf(np.stack([d, m, n - d - m], axis=-1), n, shares / shares.sum())
                rates.append(chance[(low <= nps + 1e-12) & (high >= nps - 1e-12)].sum())
                widths.append(100 * (chance * (high - low)).sum())
    assert len(rates) == 85
    return np.mean(rates), min(rates), np.mean(np.array(rates) < 0.93), np.mean(widths)


@pytest.mark.parametrize(
    ("method", "n", "mean", "least", "poor", "width"),
    [
        ("wald", 10, 0.8735, 0.5393, 1.0, 83.3),
        ("score", 10, 0.9588, 0.9298, 0.012, 83.5),
        ("adjusted", 30, 0.9478, 0.9268, 0.012, 50.6),
        ("score", 30, 0.9527, 0.9456, 0.0, 51.1),
    ],
)
def test_exact_coverage(method: str, n: int, mean: float, least: float, poor: float, width: float) -> None:
    """Full enumeration of all answers reproduces the table that made the score interval the default."""
    found = coverage(method, n)
    assert found[:2] == pytest.approx((mean, least), abs=6e-5)
    assert found[2] == pytest.approx(poor, abs=6e-4)
    assert found[3] == pytest.approx(width, abs=0.06)


def test_wilson_and_clopper_pearson_agree_with_statsmodels() -> None:
    """Every count of 0..40 of 40, and large ones, against statsmodels to 1e-9."""
    x = np.append(np.arange(41), [81, 999_000])
    n = np.append(np.full(41, 40), [263, 1_000_000])
    assert np.array(iv.wilson(x, n)) == pytest.approx(np.array(proportion_confint(x, n, method="wilson")), abs=1e-9)
    assert np.array(iv.clopper_pearson(x, n)) == pytest.approx(
        np.array(proportion_confint(x, n, method="beta")), abs=1e-9
    )


def test_garwood_agrees_with_statsmodels() -> None:
    """Counts of 1..200 against statsmodels' exact Poisson interval; zero events have lower limit exactly 0."""
    d = np.arange(1, 201)
    assert np.array(iv.garwood(d, 365.0)) == pytest.approx(np.array(confint_poisson(d, 365.0, "exact-c")), abs=1e-9)
    assert iv.garwood(0, 812)[0] == 0.0


def test_ces_shares() -> None:
    """The CES and response-rate examples of the methods."""
    assert iv.wilson(220, 300) == pytest.approx((0.680572606, 0.780194008), abs=1e-9)
    assert iv.wilson(1284, 9870) == pytest.approx((0.123598159, 0.136872041), abs=1e-9)


def test_answers_needed() -> None:
    """Ten points need 231 answers, five points 922, at a variance of .6."""
    assert iv.answers_needed(0.6, [0.10, 0.05]).tolist() == [231, 922]


def test_mean_interval_agrees_with_scipy() -> None:
    """A mean of raw scores against scipy's one-sample t interval."""
    scores = np.random.default_rng(7).integers(1, 8, 57)
    mean, low, high = iv.mean_interval(scores.size, scores.sum(), (scores**2).sum())
    expected = stats.ttest_1samp(scores, 0).confidence_interval()
    assert (mean, low, high) == pytest.approx((scores.mean(), expected.low, expected.high), rel=1e-12)


def test_mean_variance_survives_cancellation() -> None:
    """Cents of big accounts: integers beyond int64 and beyond 2^53 keep every digit."""
    cents = [10**11 + step for step in (0, 1, 2, 3, 4)]
    state = np.array([sum(cents), sum(c * c for c in cents)], dtype=object)
    mean, variance = iv.mean_variance(np.array([5]), state[:1], state[1:])
    assert (mean[0], variance[0]) == (10**11 + 2, 2.5)


def test_design_effect_widens_like_fewer_answers() -> None:
    """A design effect of two gives the interval of half the answers, also in the degrees of freedom."""
    mean, low, high = iv.mean_interval(40, 120, 400, deff=2)
    _, variance = iv.mean_variance(40, 120, 400)
    half = stats.t.ppf(0.975, 19) * np.sqrt(variance / 20)
    assert (low, high) == pytest.approx((mean - half, mean + half), rel=1e-12)


IMPOSSIBLE = {
    "wilson": lambda: iv.wilson([0, 3, -1], [0, 2, 5]),
    "clopper_pearson": lambda: iv.clopper_pearson([0, 3, -1], [0, 2, 5]),
    "nps_score_interval": lambda: iv.nps_score_interval([0, -1, None], [0, 3, 1], [0, 3, 1]),
    "nps_wald": lambda: iv.nps_wald([0, -1, None], [0, 3, 1], [0, 3, 1]),
    "nps_adjusted_wald": lambda: iv.nps_adjusted_wald([0, -1, None], [0, 3, 1], [0, 3, 1]),
    "garwood": lambda: iv.garwood([0, -1, None], [0, 5, 5]),
    "mean_interval": lambda: iv.mean_interval([0, 1, 0], [0, 5, 0], [0, 25, 0])[1:],
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_states_have_no_interval(name: str) -> None:
    """Nobody asked, negative counts, more counted than asked: NaN on both sides, quietly."""
    assert np.isnan(np.array(IMPOSSIBLE[name]())).all()


def test_rounding_of_effective_counts_is_forgiven() -> None:
    """x/deff a rounding error above n/deff is still everybody."""
    low, high = iv.wilson(np.nextafter(10 / 3, 4), 10 / 3)
    assert (low, high) == pytest.approx((10 / 3 / (10 / 3 + iv.Z95**2), 1.0))


def test_shapes_are_kept() -> None:
    """Scalars, vectors and empty selections come back in their own shape."""
    assert np.shape(iv.nps_score_interval(1, 2, 3)[0]) == ()
    assert iv.nps_score_interval(np.ones((2, 3)), 1, 1)[1].shape == (2, 3)
    assert iv.nps_score_interval([], [], [])[0].shape == (0,)
    assert iv.mean_interval([], [], [])[2].shape == (0,)
