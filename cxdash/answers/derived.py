"""Metrics computed from other metrics: the health score and the gaps to published benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from cxdash.answers.answer import LOW_BASE, NO_DATA, Answer, Difference, Question, Row
from cxdash.answers.compare import word
from cxdash.answers.correlation import correlation_of
from cxdash.answers.suppress import number
from cxdash.edition import Edition
from cxdash.errors import CxdashError, SelectionError
from cxdash.metrics.catalogue import METRICS, find_metric
from cxdash.metrics.metric import BenchmarkGap, Composite, Figure, Metric
from cxdash.selection import Policy
from cxdash.statistics.benchmark import published_interval
from cxdash.statistics.differences import mover
from cxdash.statistics.intervals import recovered_error

Ask = Callable[..., Answer]


def composite_rows(
    edition: Edition, metric: Metric, composite: Composite, question: Question, policy: Policy, ask: Ask
) -> Answer:
    """The health score: one row for the period, or one per time bucket; compared where asked."""
    if question.by:
        raise SelectionError(f"{metric.label} cannot be broken down.", action="Filter by the value you want instead.")
    row = _health_row(edition, metric, composite, question, policy, ask)
    rows: tuple[Row, ...] = (row,)
    if question.grain:
        rows = tuple(
            _health_row(
                edition,
                metric,
                composite,
                replace(question, grain="", selection=replace(question.selection, period=p)),
                policy,
                ask,
            )
            for p in question.selection.period.cut(question.grain)
        )
    elif question.against in ("previous", "year"):
        span = question.selection.period
        reference = span.previous() if question.against == "previous" else span.year_before()
        before = replace(question, selection=replace(question.selection, period=reference))
        rows = (
            replace(
                row, difference=_change(question, row, _health_row(edition, metric, composite, before, policy, ask))
            ),
        )
    return _derived(edition, metric, question, policy, rows)


def _derived(edition: Edition, metric: Metric, question: Question, policy: Policy, rows: tuple[Row, ...]) -> Answer:
    return Answer(
        metric=metric,
        selection=question.selection,
        policy=policy,
        period=question.selection.period,
        by=question.by,
        grain=question.grain,
        rows=rows,
        edition=edition.id,
        data_as_of=edition.manifest.last_day.isoformat(),
        source="derived",
        deff=1.0,
    )


def component_keys(edition: Edition) -> tuple[str, ...]:
    """Metrics the policy puts into the health score, heaviest first; the order of `goal_<position>`."""
    weights = edition.manifest.targets.get("health", {}).get("weights", {})
    return tuple(sorted(weights, key=lambda key: (-float(weights[key]), key)))


def _health_row(
    edition: Edition, metric: Metric, composite: Composite, question: Question, policy: Policy, ask: Ask
) -> Row:
    policy_of = edition.manifest.targets.get("health", {})
    goals = edition.manifest.targets.get("metrics", {})
    keys = component_keys(edition)
    values, errors = np.full((1, len(keys)), np.nan), np.full((1, len(keys)), np.nan)
    fewest = np.inf
    for position, key in enumerate(keys):
        component = find_metric(key)
        try:
            row = ask(edition, replace(question, metric=key, by=(), grain="", against=None), policy).only
        except CxdashError:
            continue  # not in this data, or not for these filters: counts as missing and lowers the coverage
        value, low, high = row.on_basis(component.target_basis)
        if value is None or low is None or high is None:
            continue
        values[0, position] = value * component.factor
        errors[0, position] = recovered_error(low, high) * component.factor
        fewest = min(fewest, row.n_eff or 0.0)
    estimates = composite.combine(
        values,
        errors,
        correlation_of(edition, keys, question.selection, policy),
        floors=np.array([float(goals.get(key, {}).get("floor", np.nan)) for key in keys]),
        targets=np.array([float(goals.get(key, {}).get("target", np.nan)) for key in keys]),
        weights=np.array([float(policy_of["weights"][key]) for key in keys]),
        minimum_coverage=float(policy_of.get("minimum_coverage", 0.7)),
        critical=np.array([key in policy_of.get("critical", ()) for key in keys], dtype=float),
    )
    present = int(np.isfinite(values).sum())
    extra = {name: float(array[0]) for name, array in estimates.extra.items() if np.isfinite(array[0])}
    shown = number(estimates.value, 0, hidden=False)
    return Row(
        {},
        question.selection.period,
        shown,
        number(estimates.low, 0, hidden=False),
        number(estimates.high, 0, hidden=False),
        float(present),
        float(present),
        (NO_DATA,) if shown is None else (LOW_BASE,) if fewest < metric.minimum_n else (),
        None,
        extra,
    )


def _change(question: Question, now: Row, before: Row) -> Difference:
    known = [x for x in (now.value, now.low, now.high, before.value, before.low, before.high) if x is not None]
    value = low = high = None
    if len(known) == 6:
        value, low, high = (float(x) for x in mover(*known))
    assert question.against is not None
    return Difference(
        question.against,
        before.value,
        before.n,
        before.period,
        value,
        low,
        high,
        None,
        word(low, high, reliable=value is not None and now.reliable and before.reliable),
    )


def latest_published(table: pl.DataFrame, metric: str, until: date) -> pl.DataFrame:
    """The latest figure of each name for a metric that was published by `until`, competitors first."""
    order = {"competitor": 0, "industry": 1, "best_in_class": 2, "cross_industry": 3}
    known = table.filter((pl.col("metric") == metric) & (pl.col("published_on") <= until))
    return (
        known.sort("period_end", "published_on")
        .group_by("name", maintain_order=True)
        .last()
        .with_columns(pl.col("scope").replace_strict(order, default=9).alias("order"))
        .sort("order", "name")
    )


def gap_rows(
    edition: Edition, metric: Metric, gap: BenchmarkGap, question: Question, policy: Policy, ask: Ask
) -> Answer:
    """One row per metric and published name; dimensions `metric`, `name`, `scope`."""
    table = edition.table("benchmarks")
    if table is None:
        raise SelectionError(
            "No benchmarks are connected.", action="Connect the table benchmarks in config/warehouse.yaml."
        )
    if question.grain or question.by:
        raise SelectionError(
            "Gaps exist per metric and competitor for one period.",
            action="Leave out --grain and --by; filter by period instead.",
        )
    rows: list[Row] = []
    for key in gap.of:
        if key in edition.manifest.unsupported:
            continue
        own_question = replace(question, metric=key, against=None)
        own = ask(edition, own_question, policy).only
        published = latest_published(table, key, question.selection.period.end)
        rows += [_gap_row(gap, METRICS[key], own, record) for record in published.iter_rows(named=True)]
    return _derived(edition, metric, question, policy, tuple(rows))


def _gap_row(gap: BenchmarkGap, measured: Metric, own: Row, record: dict[str, Any]) -> Row:
    def scaled(value: float | None) -> Any:
        return np.array([np.nan if value is None else value / measured.factor])

    def plain(value: float | None) -> Any:
        return np.array([np.nan if value is None else value])

    value, low, high = scaled(record["value"]), scaled(record["low"]), scaled(record["high"])
    low, high = published_interval(
        value,
        low=low,
        high=high,
        n=plain(record["sample_size"]),
        unit="nps" if measured.unit == "points" else "proportion",
    )
    estimates = gap.compare(
        Figure(plain(own.value), plain(own.low), plain(own.high)), Figure(value, low, high), plain(own.n)
    )
    gap_low, gap_high = number(estimates.low, 0, hidden=False), number(estimates.high, 0, hidden=False)
    difference = number(estimates.value, 0, hidden=False)
    known = bool(estimates.extra["interval_known"][0])
    extra = {name: float(array[0]) for name, array in estimates.extra.items() if np.isfinite(array[0])}
    extra["published_on"] = float(record["published_on"].toordinal())
    return Row(
        {
            "metric": measured.key,
            "name": record["name"],
            "scope": record["scope"],
            "method": record["method"],
            "source": record["source"],
        },
        own.period,
        difference,
        gap_low,
        gap_high,
        own.n,
        own.n_eff,
        own.flags,
        Difference(
            "target",
            float(value[0]),
            None,
            None,
            difference,
            gap_low,
            gap_high,
            None,
            word(gap_low, gap_high, reliable=own.reliable and known),
        ),
        extra,
    )
