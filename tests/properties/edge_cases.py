"""One way to call each public function of the statistics with nothing but columns of numbers, and what it owes then.

`test_statistics_edges` fails for a public function without a case here or in one of its siblings. A case takes
`width` columns of equal length (one number for each cell) and hands them to its function; inner axes (days, groups,
buckets) are made by stacking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxdash.statistics import (
    arrays,
    differences,
    discoveries,
    distributions,
    intervals,
    logo_churn,
    monitoring,
    rates,
    retention,
    roots,
    score_equation,
    survival,
    survival_comparison,
    survival_states,
)

Column = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """How to call a function, and two states whose answers are known to exist or not."""

    call: Callable[..., Any]
    ordinary: tuple[float, ...]
    """One cell with an answer in every field."""
    fixed: tuple[int, ...] | None = None
    """Columns that are no counts or sums and stay when the state is taken so many times; None: all of them."""
    empty: tuple[float, ...] | None = None
    """A cell with no answer in any field; None where every state has one."""
    gaps: tuple[str, ...] = ()
    """Fields that may be NaN in the ordinary cell, because there is nothing to say (limits before any loss)."""
    counted: tuple[str, ...] = ("at_risk", "lost", "expected", "degrees", "coverage")
    """Fields that count, so that the empty cell has 0 in them."""
    sample: int = 2000
    """How many hostile cells to try."""

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.ordinary)


def wide(*columns: Column) -> Column:
    """Columns side by side: an inner axis."""
    return np.stack(columns, axis=-1)


def square(columns: tuple[Column, ...], size: int) -> Column:
    """Columns as a small matrix for each cell."""
    return wide(*columns).reshape(*columns[0].shape, size, size)


def curve(*c: Column) -> survival.SurvivalCurve:
    """Survival over four ages from twelve columns."""
    return survival.kaplan_meier(wide(*c[:4]), wide(*c[4:8]), wide(*c[8:12]))


NPS6 = (15.0, 25.0, 60.0, 20.0, 30.0, 50.0)
CURVE = (100.0, 0, 50, 0, 0, 5, 4, 3, 0, 2, 1, 9)

CASES: dict[str, Case] = {}


def add(name: str, call: Callable[..., Any], ordinary: tuple[float, ...], **options: Any) -> None:
    """Register a case under its function's name, module first."""
    CASES[name] = Case(call, ordinary, **options)


# ---- arrays, distributions, roots
add("arrays.floats", arrays.floats, (3,))
add("arrays.together", arrays.together, (3, 4))
add("arrays.divide", arrays.divide, (3, 4), empty=(3, 0))
add("arrays.root", arrays.root, (3,), empty=(-1,))
add("arrays.difference_of_products", arrays.difference_of_products, (3, 4, 5, 2))
add("distributions.normal_quantile", distributions.normal_quantile, (0.3,), fixed=(0,), empty=(0,))
add("distributions.two_sided_normal", distributions.two_sided_normal, (1.3,))
add("distributions.lower_normal", distributions.lower_normal, (1.3,))
add("distributions.t_quantile", distributions.t_quantile, (0.3, 5), fixed=(0,), empty=(0.3, 0))
add("distributions.t_multiplier", distributions.t_multiplier, (1.96, 5), fixed=(0,), empty=(1.96, 0))
add("distributions.two_sided_t", distributions.two_sided_t, (1.3, 5), empty=(1.3, 0))
add("distributions.gamma_quantile", distributions.gamma_quantile, (0.3, 5), fixed=(0,), empty=(0.3, -1))
add("distributions.chi_squared_tail", distributions.chi_squared_tail, (3, 5), empty=(3, 0))
add("distributions.noncentral_chi_squared", distributions.noncentral_chi_squared, (3, 5, 2), empty=(3, 0, 2))
add("distributions.beta_quantile", distributions.beta_quantile, (0.3, 5, 2), fixed=(0,), empty=(0.3, 0, 2))
add("distributions.lower_beta", distributions.lower_beta, (0.3, 5, 2), fixed=(0,), empty=(0.3, 0, 0))
add(
    "distributions.binomial_log_chance",
    lambda k, n, p: distributions.binomial_log_chance(k, n, p, 1 - p),
    (3, 9, 0.3),
    fixed=(2,),
    empty=(3, 0, 0.3),
)
add("distributions.psi_steps", distributions.psi_steps, (9, 4), empty=(3, 0))
add("distributions.simultaneous_z", lambda _: distributions.simultaneous_z(), (1,))
add(
    "roots.crossing",
    lambda a, b: roots.crossing(lambda x: x - a, a - 1 - b, a + 1 + b, at_low=-1 - b, at_high=1 + b),
    (3, 4),
)
add(
    "score_equation.lower_limit",
    lambda d, m, p: score_equation.lower_limit(*shares(d, m, p)),
    (15, 25, 60),
    empty=(0, 0, 0),
)


def shares(d: Column, m: Column, p: Column) -> tuple[Any, ...]:
    """What the score equation takes: shares, and z^2/n."""
    n = np.where((d >= 0) & (m >= 0) & (p >= 0), d + m + p, np.nan)
    return arrays.divide(d, n), arrays.divide(p, n), arrays.divide(m, n), arrays.divide(3.84, n)


# ---- intervals, differences
add("intervals.share_value", intervals.share_value, (3, 9), empty=(0, 0))
add("intervals.share_variance", intervals.share_variance, (3, 9), empty=(0, 0))
add("intervals.wilson", intervals.wilson, (3, 9), empty=(0, 0))
add("intervals.clopper_pearson", intervals.clopper_pearson, (3, 9), empty=(0, 0))
add("intervals.nps_value", intervals.nps_value, (15, 25, 60), empty=(0, 0, 0))
add("intervals.nps_variance", intervals.nps_variance, (15, 25, 60), empty=(0, 0, 0))
add("intervals.nps_score_interval", intervals.nps_score_interval, (15, 25, 60), empty=(0, 0, 0))
add("intervals.nps_wald", intervals.nps_wald, (15, 25, 60), empty=(0, 0, 0))
add("intervals.nps_adjusted_wald", intervals.nps_adjusted_wald, (15, 25, 60), empty=(0, 0, 0))
add("intervals.answers_needed", intervals.answers_needed, (0.6, 0.1), empty=(0.6, 0))
add("intervals.recovered_error", intervals.recovered_error, (0.1, 0.4), empty=(np.nan, 0.4))
add("intervals.mean_variance", intervals.mean_variance, (9, 30, 120), empty=(0, 0, 0))
add(
    "intervals.mean_interval",
    lambda n, a, b, deff: intervals.mean_interval(n, a, b, deff=deff),
    (9, 30, 120, 1.2),
    fixed=(3,),
    empty=(0, 0, 0, 1),
)
add("intervals.garwood", intervals.garwood, (3, 90), empty=(0, 0))
add("differences.mover", differences.mover, (3, 2, 4, 1, 0, 2), empty=(np.nan,) * 6)
add(
    "differences.mover_p",
    lambda x1, n1, x2, n2: differences.mover_p(
        lambda z: intervals.wilson(x1, n1, z=z),
        lambda z: intervals.wilson(x2, n2, z=z),
        intervals.share_value(x1, n1),
        intervals.share_value(x2, n2),
    ),
    (3, 9, 4, 8),
    empty=(0, 0, 0, 0),
)
add(
    "differences.clearance",
    lambda x1, n1, x2, n2: differences.clearance(
        lambda z: intervals.wilson(x1, n1, z=z),
        lambda z: intervals.wilson(x2, n2, z=z),
        intervals.share_value(x1, n1),
        intervals.share_value(x2, n2),
        2.0,
    ),
    (3, 9, 4, 8),
    empty=(0, 0, 0, 0),
)
add("differences.fixed_interval_p", differences.fixed_interval_p, (0.1, -0.2, 0.4), empty=(np.nan, 0, 0))
add("differences.nps_difference", differences.nps_difference, NPS6, empty=(0,) * 6)
add("differences.proportion_difference", differences.proportion_difference, (3, 9, 4, 8), empty=(0, 0, 0, 0))
add(
    "differences.welch",
    lambda *c: differences.welch(*c[:6], deff1=c[6]),
    (9, 30, 120, 8, 20, 70, 1.2),
    fixed=(6,),
    empty=(0,) * 7,
)
add("differences.welch_statistic", differences.welch_statistic, (9, 30, 120, 8, 20, 70), empty=(0,) * 6)
add("differences.normal_difference", differences.normal_difference, (3, 1, 4, 2), empty=(np.nan,) * 4)

# ---- monitoring
add(
    "discoveries.benjamini_hochberg",
    lambda *p: discoveries.benjamini_hochberg(wide(*p)),
    (0.1, 0.2, 0.01),
    fixed=(0, 1, 2),
    empty=(np.nan,) * 3,
)
add(
    "discoveries.benjamini_yekutieli",
    lambda *p: discoveries.benjamini_yekutieli(wide(*p)),
    (0.1, 0.2, 0.01),
    fixed=(0, 1, 2),
    empty=(np.nan,) * 3,
)
add("monitoring.xmr", lambda *x: monitoring.xmr(wide(*x)), (3, 4, 2), empty=(np.nan,) * 3)
add("monitoring.ewma", lambda *x: monitoring.ewma(wide(*x)), (3, 4, 2))
add(
    "monitoring.laney_proportions",
    lambda *c: monitoring.laney_proportions(wide(*c[:3]), wide(*c[3:])),
    (3, 4, 2, 9, 8, 9),
    empty=(0,) * 6,
)
add(
    "monitoring.laney_nps",
    lambda *c: monitoring.laney_nps(wide(*c[:3]), wide(*c[3:6]), wide(*c[6:])),
    (3, 4, 2, 9, 8, 9, 7, 7, 6),
    empty=(0,) * 9,
)

# ---- churn, survival, retention
add("logo_churn.closing_customers", logo_churn.closing_customers, (1000, 300, 10, 50, 24))
add("logo_churn.logo_churn", logo_churn.logo_churn, (1000, 50), empty=(0, 0))
add("logo_churn.contrast_denominators", logo_churn.contrast_denominators, (1000, 50, 300, 24), empty=(0, 0, 0, 0))
add(
    "survival.product_limit",
    lambda *c: survival.product_limit(wide(*c[:3]), wide(*c[3:])),
    (90, 80, 70, 2, 0, 1),
    empty=(0,) * 6,
)
add("survival.person_time", survival.person_time, (3, 90), empty=(0, 0))
add("survival.share_lost", survival.share_lost, (0.01,))
add("survival.equivalent_share", survival.equivalent_share, (0.1, 7), fixed=(0,), empty=(0.1, 0))
add("survival.kaplan_meier", curve, CURVE, gaps=("low", "high"), empty=(np.nan,) * 12)
add(
    "survival.survival_from_risk",
    lambda *c: survival.survival_from_risk(wide(*c[:3]), wide(*c[3:])),
    (90, 80, 70, 2, 0, 1),
    empty=(np.nan,) * 6,
)
add(
    "survival.cut_thin_end",
    lambda *c: survival.cut_thin_end(curve(*c)),
    CURVE,
    gaps=("low", "high", "survival", "se"),
    empty=(np.nan,) * 12,
)
add(
    "survival.median_survival",
    lambda *c: survival.median_survival(curve(*c)),
    (9.0, 0, 0, 0, 0, 5, 4, 0, 0, 0, 0, 0),
    empty=(np.nan,) * 12,
)
add("survival.restricted_mean", lambda *c: survival.restricted_mean(curve(*c), 3), CURVE, empty=(np.nan,) * 12)
add(
    "survival.survival_difference",
    survival.survival_difference,
    (0.8, 0.1, 0.7, 0.2),
    fixed=(0, 1, 2, 3),
    empty=(0, 0, 0, 0),
)
add(
    "survival.log_log_limits",
    lambda s, v: survival.log_log_limits(s, v, 1.96),
    (0.8, 0.1),
    fixed=(0, 1),
    empty=(0, 0.1),
)
add(
    "survival_states.period_survival",
    lambda *c: survival_states.period_survival(
        np.stack([wide(*c[:3]), wide(*c[3:6])], axis=-2), np.stack([wide(*c[6:9]), wide(*c[9:])], axis=-2)
    ),
    (90, 80, 70, 95, 82, 71, 2, 0, 1, 3, 1, 0),
    empty=(np.nan,) * 12,
)
add(
    "survival_states.piecewise_survival",
    lambda *c: survival_states.piecewise_survival(wide(*c[:2]), wide(*c[2:]), [30, 30]),
    (3, 4, 3000, 3000),
    empty=(0, 0, 0, 0),
)
add(
    "survival_states.count_cohorts",
    lambda *c: survival_states.count_cohorts(wide(*c[:2]), np.stack([wide(*c[2:4]), wide(*c[4:])], axis=-2)),
    (90, 80, 3, 2, 4, 1),
)
add(
    "survival_comparison.log_rank",
    lambda *c: survival_comparison.log_rank(
        np.stack([wide(*c[:2]), wide(*c[2:4])], axis=-2), np.stack([wide(*c[4:6]), wide(*c[6:])], axis=-2)
    ),
    (90, 80, 85, 70, 3, 2, 4, 1),
    empty=(np.nan,) * 8,
)
add(
    "survival_comparison.hazard_ratios",
    lambda *c: survival_comparison.hazard_ratios(
        np.stack([wide(*c[:2]), wide(*c[2:4])], axis=-2), np.stack([wide(*c[4:6]), wide(*c[6:])], axis=-2), [[0], [1]]
    ),
    (90, 80, 85, 70, 3, 2, 4, 1),
    empty=(0,) * 8,
)
add("retention.ratio_state", retention.ratio_state, (9, 90, 80, 1000, 900, 850), empty=(0,) * 6)
add("retention.net_retention", retention.net_retention, (9, 90, 80, 75, 1000, 900, 850, 820, 700), empty=(0,) * 9)
add("retention.effective_customers", retention.effective_customers, (90, 1000), empty=(0, 0))
add("retention.gross_retention", retention.gross_retention, (9, 90, 80, 1000, 900, 850), empty=(0,) * 6)
add(
    "retention.bucketed_ratio",
    lambda *c: retention.bucketed_ratio(wide(*c[:3]), wide(*c[3:])),
    (90, 80, 70, 85, 80, 60),
    empty=(0,) * 6,
)
add(
    "retention.bucketed_ratio_change",
    lambda *c: retention.bucketed_ratio_change(wide(*c[:2]), wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (90, 80, 85, 80, 95, 70, 90, 60),
    empty=(0,) * 8,
)
add(
    "retention.merge_largest",
    lambda *c: retention.merge_largest(wide(*c[:2]), wide(*c[2:]), keep=3),
    (9, 8, 7, 3),
    empty=(np.nan,) * 4,
)
add("retention.largest_share", lambda *c: retention.largest_share(wide(*c[:2]), c[2]), (9, 8, 70), empty=(0, 0, 0))
add("retention.concentrated", lambda *c: retention.concentrated(wide(*c[:2]), c[2]), (9, 8, 70))
add("rates.rate_ratio", rates.rate_ratio, (3, 90, 4, 80), empty=(0, 0, 0, 0))
add("rates.rate_ratio_p", rates.rate_ratio_p, (3, 90, 4, 80), empty=(0, 0, 0, 0))
add("rates.rate_ratio_log", rates.rate_ratio_log, (3, 90, 4, 80), empty=(0, 0, 0, 0))
add(
    "rates.mantel_haenszel",
    lambda *c: rates.mantel_haenszel(wide(*c[:2]), wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (3, 2, 90, 80, 4, 1, 85, 70),
    empty=(0,) * 8,
)
add("rates.risk_ratio", rates.risk_ratio, (3, 90, 4, 80), empty=(0, 0, 0, 0))
add("rates.risk_ratio_score", rates.risk_ratio_score, (3, 90, 4, 80), empty=(0, 0, 0, 0))
