"""Audit: put the checks of every connected table together, run them, and say what each found.

The seam to Great Expectations: this module hands tables and checks to `cxdash.checks.engine` (imported here, at the
moment it is needed, because it costs seconds and 250 MB) and turns findings into the outcomes an attempt records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from cxdash import schema
from cxdash.checks.check import Check, Finding
from cxdash.checks.contract import contract_checks, judge_connected, judge_mapping
from cxdash.checks.rows import freshness_check, row_checks
from cxdash.edition import KEPT_TABLES, CheckOutcome, Edition
from cxdash.metrics.catalogue import METRICS, unlocked_by
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Composite
from cxdash.refresh.reconciliation import judge_states
from cxdash.refresh.staging import Staged
from cxdash.settings import scrub
from cxdash.warehouse import Warehouse
from cxdash.warehouse.families import Family, declared_family, is_readable

PUBLISHED_TABLES = frozenset(table for fact in FACTS.values() for table in fact.tables) | frozenset(KEPT_TABLES)

Columns = Mapping[str, Mapping[str, str]]
"""Table → column → type."""

RHYTHM_DAYS = 200
"""How far back a source's rhythm is looked at."""


def audit_contract(warehouse: Warehouse) -> tuple[CheckOutcome, ...]:
    """Check the shape of every configured table, before anything is read from them."""
    mappings = warehouse.mappings
    mapped = [judge_mapping(name, [str(p) for p in mappings[name].problems]) for name in sorted(mappings)]
    described = [name for name in sorted(mappings) if mappings[name].relation is not None]
    checks = [check for table in described for check in contract_checks(table, _readable_types(table))]
    families = {name: {c: str(source.family) for c, source in mappings[name].columns.items()} for name in described}
    shapes = _run(warehouse, checks, _Described(warehouse.engine), families)
    return _outcomes((*judge_connected(mappings), *mapped, *shapes))


def audit_data(
    warehouse: Warehouse, staged: Staged, *, today: date, previous: Edition | None
) -> tuple[CheckOutcome, ...]:
    """Check the rows of every connected table, and what was staged from them.

    Args:
        warehouse: the connected warehouse.
        staged: what was staged from it.
        today: business day of the refresh.
        previous: the edition served so far.
    """
    zone = ZoneInfo(warehouse.settings.warehouse.timezone)
    midnight = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC).replace(tzinfo=None)
    checks: list[Check] = []
    for table in sorted(warehouse.connected):
        checks += row_checks(
            table,
            offered=warehouse.offered(table),
            connected=warehouse.connected,
            published=table in PUBLISHED_TABLES,
            today=today,
            end_of_today=midnight - timedelta(microseconds=1),
        )
        checks += _freshness(warehouse, table, today)
    # Whatever the source calls them, by now the columns have the contract's types.
    types = {table: {c.name: str(c.type) for c in schema.table(table).columns} for table in warehouse.connected}
    return _outcomes((*_run(warehouse, checks, warehouse, types), *judge_states(warehouse, staged, previous)))


@dataclass(frozen=True)
class _Described:
    """Tables of which only the description is known: a mapping that does not fit cannot be read yet."""

    engine: sa.Engine

    def source(self, table: str) -> sa.FromClause:
        return sa.table(table)

    def fetch(self, query: sa.Select[Any]) -> pl.DataFrame:
        raise RuntimeError("a check of the contract asked for rows before it is known that they can be read")


def _run(
    warehouse: Warehouse, checks: Sequence[Check], relations: Warehouse | _Described, columns: Columns
) -> tuple[Finding, ...]:
    from cxdash.checks.engine import run_checks  # noqa: PLC0415

    return run_checks(relations, checks, columns, lambda text: scrub(text, warehouse.url))


def _readable_types(table: str) -> dict[str, tuple[str, ...]]:
    return {
        column.name: tuple(str(f) for f in Family if is_readable(declared_family(column.type), f))
        for column in schema.table(table).columns
    }


def _freshness(warehouse: Warehouse, table: str, today: date) -> Iterator[Check]:
    column = warehouse.watermark(table)
    if column is None:
        return
    grows = warehouse.source(table).c[column]
    day = warehouse.business_day(grows).label("day")
    recent = sa.select(day).where(grows >= today - timedelta(days=RHYTHM_DAYS)).distinct()
    if check := freshness_check(table, column, warehouse.fetch(recent)["day"].to_list(), today):
        yield check


def _outcomes(findings: Iterable[Finding]) -> tuple[CheckOutcome, ...]:
    return tuple(
        CheckOutcome.model_validate({**asdict(finding), "affects": metrics_resting_on(finding.table)})
        for finding in findings
    )


def metrics_resting_on(table: str) -> tuple[str, ...]:
    """Metrics that depend on a table, composites of such metrics included, in catalogue order."""
    direct = set(unlocked_by().get(table, ()))
    return tuple(k for k, m in METRICS.items() if k in direct or (direct and isinstance(m.computation, Composite)))
