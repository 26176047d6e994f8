"""What an edition says about itself: freshness, metrics it can answer, and why it cannot answer the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import polars as pl
import sqlalchemy as sa

import cxdash
from cxdash.edition import CheckOutcome, Manifest
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS, tables_of
from cxdash.metrics.metric import Composite, Metric
from cxdash.refresh.staging import Staged
from cxdash.settings import Settings
from cxdash.warehouse import Warehouse


def describe_edition(
    edition: str,
    *,
    settings: Settings,
    warehouse: Warehouse,
    staged: Staged,
    today: date,
    published_at: datetime,
    warnings: Iterable[CheckOutcome],
) -> Manifest:
    """The manifest of a staged edition about to be published."""
    metrics, unsupported = find_supported(settings, warehouse, staged)
    return Manifest(
        edition=edition,
        published_at=published_at,
        company=settings.warehouse.company,
        code_version=cxdash.__version__,
        timezone=settings.warehouse.timezone,
        language=settings.warehouse.language,
        backend=warehouse.engine.dialect.name,
        today=today,
        historical=settings.warehouse.today is not None,
        first_day=staged.span.first,
        last_day=staged.span.last,
        default_period=settings.warehouse.default_period,
        default_compare=settings.warehouse.default_compare,
        currency=_find_currency(warehouse),
        tables=tuple(sorted(warehouse.connected)),
        facts=dict(staged.facts),
        metrics=metrics,
        unsupported=unsupported,
        notes=tuple(settings.warehouse.notes),
        targets=settings.targets.model_dump(mode="json"),
        warnings=tuple(warnings),
    )


def _find_currency(warehouse: Warehouse) -> str | None:
    """The currency of the first connected table that names one."""
    for table in ("orders", "subscriptions", "invoices"):
        if table in warehouse.connected and "currency" in warehouse.offered(table):
            named = sa.select(sa.func.min(warehouse.source(table).c.currency).label("currency"))
            found: str | None = warehouse.fetch(named).item()
            if found:
                return found
    return None


def find_supported(settings: Settings, warehouse: Warehouse, staged: Staged) -> tuple[tuple[str, ...], dict[str, str]]:
    """Metrics this edition can answer, in catalogue order, and for every other one the sentence why not."""
    unsupported = dict(settings.warehouse.unsupported)
    composites = {key for key, metric in METRICS.items() if isinstance(metric.computation, Composite)}
    for key, metric in METRICS.items():
        if key not in unsupported and key not in composites and (why := _why_not(metric, warehouse, staged)):
            unsupported[key] = why
    parts = settings.targets.health.weights
    for key in composites - set(unsupported):
        if not parts:
            unsupported[key] = "Needs weights under “health” in config/targets.yaml."
        elif all(part in unsupported for part in parts):
            unsupported[key] = "None of the metrics it is made of can be computed from this data."
    return tuple(key for key in METRICS if key not in unsupported), unsupported


def _why_not(metric: Metric, warehouse: Warehouse, staged: Staged) -> str:
    absent = [table for table in tables_of(metric) if table not in warehouse.connected]
    match absent:
        case []:
            measure = metric.computation
            missing = staged.missing.get(measure.fact, "") if isinstance(measure, Measure) else ""
            return missing or _unfilled(metric, warehouse, staged)
        case [table]:
            return f"Needs the table {table}, which is not connected."
        case _:
            return f"Needs the tables {' and '.join(absent)}, which are not connected."


def _unfilled(metric: Metric, warehouse: Warehouse, staged: Staged) -> str:
    """A column the metric lives from that the source lacks, or has and never fills; without it 0 would be a guess."""
    for needed in metric.needs:
        table, column = needed.split(".")
        if column not in warehouse.offered(table):
            return f"Needs the column {column} of the table {table}, which is not connected."
        assert isinstance(metric.computation, Measure)
        rows = pl.scan_parquet(staged.folder / "rows" / f"{metric.computation.fact}.parquet")
        if not rows.select(pl.col(column).count()).collect().item():
            return f"Needs the column {column} of the table {table}, which is never filled."
    return ""
