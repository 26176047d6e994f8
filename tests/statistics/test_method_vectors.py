"""Every machine-readable vector of the methods: expected values of R, lifelines, statsmodels or a printed table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxdash.statistics import (
    benchmark,
    buckets,
    channel_pairs,
    composite,
    consistency,
    decomposition,
    differences,
    discoveries,
    drivers,
    intervals,
    monitoring,
    rates,
    retention,
    roi,
    survival,
    survival_comparison,
    weekdays,
    weighting,
)

VECTORS = json.loads((Path(__file__).parent / "method_vectors.json").read_text())


def difference(found: differences.Difference) -> dict[str, Any]:
    return {"ci": [found.low, found.high], "p": found.p}


def nps_weighted(n: list[float], w: list[float], q: list[float]) -> dict[str, Any]:
    found = weighting.weighted_nps(n, w, q)
    return {
        "nps": found.nps,
        "se": found.se,
        "deff_lin": found.deff_linear,
        "deff_kish": found.deff_kish,
        "score_ci": [found.low, found.high],
    }


def nps_poststrat(counts: list[list[float]], shares: list[float]) -> dict[str, Any]:
    found = weighting.post_stratified_nps(counts, shares)
    return {"nps": found.nps, "se": found.se}


def nps_panel(transitions: list[list[float]]) -> dict[str, Any]:
    found = weighting.panel_change(transitions)
    return {"diff": found.diff, "se": found.se}


def welch(first: list[float], second: list[float]) -> dict[str, Any]:
    _, _, t, degrees = differences.welch_statistic(*first, *second)
    return {"t": t, "df": degrees, **difference(differences.welch(*first, *second))}


def mean_ci(n: int, s1: int, s2: int) -> dict[str, Any]:
    mean, low, high = intervals.mean_interval(n, s1, s2)
    return {"mean": mean, "var": intervals.mean_variance(n, s1, s2)[1], "ci": [low, high]}


def rate_ratio(d1: int, t1: float, d2: int, t2: float) -> dict[str, Any]:
    found = rates.rate_ratio(d1, t1, d2, t2)
    return {"rr": found.ratio, "ci_exact": [found.low, found.high], "p_exact": rates.rate_ratio_p(d1, t1, d2, t2)}


def risk_ratio(a: int, n1: int, b: int, n0: int) -> dict[str, Any]:
    found = rates.risk_ratio(a, n1, b, n0)
    return {"rr": found.ratio, "ci": [found.low, found.high]}


def mh_rate_ratio(strata: list[list[float]]) -> dict[str, Any]:
    found = rates.mantel_haenszel(*np.transpose(strata))
    return {"rr": found.ratio, "ci": [found.low, found.high]}


def ratio_state(*state: float) -> dict[str, Any]:
    found = retention.ratio_state(*state)
    return {"R": found.ratio, "se": found.se}


def counts_by_age(counts: Mapping[str, int], ages: int) -> np.ndarray:
    dense = np.zeros(ages)
    for age, count in counts.items():
        dense[int(age)] = count
    return dense


def curve(*tables: Mapping[str, int]) -> survival.SurvivalCurve:
    ages = 1 + max(int(age) for table in tables for age in table)
    return survival.kaplan_meier(*(counts_by_age(table, ages) for table in tables))


def km(*tables: Mapping[str, int]) -> dict[str, Any]:
    found = curve(*tables)
    return {
        "events": [
            {
                "t": t,
                "n": found.at_risk[t],
                "S": found.survival[t],
                "se": found.se[t],
                "ci": [found.low[t], found.high[t]],
            }
            for t in sorted(int(age) for age in tables[1])
        ]
    }


def rmst(entries: dict[str, int], lost: dict[str, int], censored: dict[str, int], horizon: int) -> list[Any]:
    return list(survival.restricted_mean(curve(entries, lost, censored), horizon))


def logrank(tables: list[list[list[int]]]) -> dict[str, Any]:
    at_risk, lost = np.moveaxis(np.asarray(tables), 1, 0)
    found = survival_comparison.log_rank(at_risk, lost)
    return {"chi2": found.chi2, "p": found.p, "exp": list(found.expected)}


def cox_counts(tables: list[list[list[int]]], covariates: list[list[float]], *, ties: Any) -> dict[str, Any]:
    at_risk, lost = np.moveaxis(np.asarray(tables), 1, 0)
    found = survival_comparison.hazard_ratios(at_risk, lost, covariates, ties=ties)
    return {"beta": list(found.beta), "se": list(found.se)}


def heterogeneity(y: list[float], v: list[float]) -> dict[str, Any]:
    found = consistency.heterogeneity(y, v)
    return {"Q": found.q, "tau2_DL": found.tau2_dl, "I2": found.i2, "tau2_HE": found.tau2_he}


def dispersion(y: list[float], v: list[float]) -> dict[str, Any]:
    found = consistency.level_spread(y, v, 1.0, reference_spread=30.0)
    return {"delta": found.delta, "ci": [found.delta_low, found.delta_high], "p_equal": found.p}


def paired_levels(channels: int, pairs: list[list[float]]) -> dict[str, Any]:
    first, second, n, sum_d, sum_d2 = np.transpose(pairs)
    found = channel_pairs.paired_levels(first.astype(int), second.astype(int), n, sum_d, sum_d2, channels=channels)
    return {"theta": list(found.theta), "s2": found.s2}


def rank_ci(y: list[float], se: list[float]) -> list[list[float]]:
    return np.transpose(benchmark.rank_interval(y, se)).tolist()


def trend_known_var(t: list[float], y: list[float], v: list[float]) -> dict[str, Any]:
    found = benchmark.trend_known_variance(t, y, v)
    return {"b": found.slope, "se": found.se, "Q": found.q}


def p_prime(x: list[int], n: list[int]) -> dict[str, Any]:
    found = monitoring.laney_proportions(x, n)
    return {"center": found.centre, "ucl": list(found.high), "lcl": list(found.low)}


def xmr(x: list[float]) -> dict[str, Any]:
    found = monitoring.xmr(x)
    return {"center": found.centre, "mr_bar": found.mr_bar, "lcl": found.low, "ucl": found.high}


def ewma(x: list[float], smoothing: float, limit: float, start: float, sd: float) -> list[list[float]]:
    return [list(v) for v in monitoring.ewma(x, smoothing=smoothing, limit=limit, start=start, sd=sd)]


def tau2_grouped(y: list[float], v: list[float], weekday: list[int]) -> list[Any]:
    found = weekdays.weekday_baseline(y, v, weekday)
    return [found.tau2, found.q]


def kitagawa(n0: list[int], x0: list[int], n1: list[int], x1: list[int]) -> list[Any]:
    mix, rate = decomposition.mix_rate(n0, x0, n1, x1)
    return [sum(x0) / sum(n0), sum(x1) / sum(n1), list(mix), list(rate)]


def jackknife_ratio(above: list[float], below: list[float]) -> list[Any]:
    ratio = sum(above) / sum(below)
    variance = buckets.jackknife(ratio, buckets.without_each(above) / buckets.without_each(below))
    return [ratio, variance**0.5]


def roi_scenario(base: float, moves: list[list[Any]], *by_category: dict[str, float]) -> dict[str, Any]:
    place = {"D": 0, "P": 1, "Pr": 2}
    declared = [roi.Move(place[origin], place[target], share) for origin, target, share in moves]
    found = roi.scenario(base, declared, *([table[key] for key in place] for table in by_category))
    return {"est": found.amount, "se": found.se}


def composite_score(*args: Any) -> dict[str, Any]:
    found = composite.composite(*args)
    return {"score": found.score, "se": found.se}


METHODS: dict[str, Callable[..., Any]] = {
    "_jk_ratio": jackknife_ratio,
    "_paired_levels_json": paired_levels,
    "_roi_json": roi_scenario,
    "bh": discoveries.benjamini_hochberg,
    "composite": composite_score,
    "corr_from_state": drivers.correlations,
    "cox_counts": cox_counts,
    "dispersion": dispersion,
    "e_value": roi.e_value,
    "ewma": ewma,
    "garwood": intervals.garwood,
    "heterogeneity": heterogeneity,
    "kitagawa": kitagawa,
    "km": km,
    "lmg": drivers.lmg,
    "logrank": logrank,
    "mean_ci": mean_ci,
    "mh_rate_ratio": mh_rate_ratio,
    "newcombe": lambda *counts: difference(differences.proportion_difference(*counts)),
    "nps_aw": intervals.nps_adjusted_wald,
    "nps_diff": lambda first, second: difference(differences.nps_difference(*first, *second)),
    "nps_panel": nps_panel,
    "nps_poststrat": nps_poststrat,
    "nps_score": intervals.nps_score_interval,
    "nps_wald": intervals.nps_wald,
    "nps_weighted": nps_weighted,
    "p_prime": p_prime,
    "rank_ci": rank_ci,
    "rate_ratio": rate_ratio,
    "ratio_state": ratio_state,
    "rel_weights": drivers.relative_weights,
    "risk_ratio": risk_ratio,
    "rmst": rmst,
    "tau2_grouped": tau2_grouped,
    "trend_known_var": trend_known_var,
    "welch": welch,
    "wilson": intervals.wilson,
    "xmr": xmr,
}


def compare(found: Any, expected: Any, tolerance: dict[str, float], where: str) -> None:
    """Walk the expected value; every number in it must be in what was found."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            compare(found[key], value, tolerance, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for position, value in enumerate(expected):
            compare(found[position], value, tolerance, f"{where}[{position}]")
    else:
        assert float(found) == pytest.approx(expected, **tolerance), where


def tolerance_of(vector: dict[str, Any]) -> dict[str, float]:
    """Relative for software values; absolute where the source was printed, simulated or iterated to that precision."""
    rounded = any(word in vector["source"] for word in ("printed", "uniroot", "scoreci", "Monte Carlo"))
    return {"abs": vector["tol"], "rel": 0.0} if rounded else {"abs": 1e-12, "rel": vector["tol"]}


def test_every_method_of_the_vectors_is_built() -> None:
    """The vectors name no method that this package lacks, and every method named here has a vector."""
    assert {vector["fn"] for vector in VECTORS} == set(METHODS)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    """The method gives the value of the independent source, to the vector's tolerance."""
    found = METHODS[vector["fn"]](*vector["args"], **vector["kwargs"])
    compare(found, vector["expect"], tolerance_of(vector), vector["id"])
