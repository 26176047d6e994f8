"""The adapter to Great Expectations: one suite per table, validated in the warehouse, findings out.

Stock Great Expectations cannot validate DuckDB (it reads rows after giving the connection back, when DuckDB's
streaming result is gone) and knows nothing of mapped tables. A small execution engine cures both: its tables are the
warehouse's contract tables, and it reads a bounded head of every result while the connection is held. Two passes:
first counts only, all checks of a table in one scan; then, for checks that failed, at most `SAMPLES` rows each.
"""

from __future__ import annotations

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Literal, Protocol

import great_expectations as gx
import polars as pl
import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.core.batch import BatchMarkers
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource, TableAsset
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

from cxdash.checks import engine_expectations
from cxdash.checks.check import SAMPLES, Check, Finding, Relations, Rule, conclude

HEAD = 1000
"""Rows of one result that are read at most; counts need one, vocabularies a few. More is an error, never a cut."""

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


class CheckedWarehouse(Relations, Protocol):
    """What the audit needs of a connected warehouse."""

    @property
    def engine(self) -> sa.Engine:
        """Connections to it."""

    def fetch(self, query: sa.Select[Any]) -> pl.DataFrame:
        """All rows of a query."""


class _Shapes:
    """Columns and types as the warehouse describes them, in the place where SQLAlchemy's inspector is asked."""

    def __init__(self, dialect: sa.Dialect, columns: Mapping[str, Mapping[str, str]]) -> None:
        self.dialect = dialect
        self._columns = columns

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        return [{"name": name, "type": kind} for name, kind in self._columns[str(table_name)].items()]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        return {}


class _Engine(SqlAlchemyExecutionEngine):
    """Runs metrics on contract tables; reads every result while its connection is held."""

    def __init__(
        self, warehouse: CheckedWarehouse, columns: Mapping[str, Mapping[str, str]], rules: Mapping[str, Rule]
    ) -> None:
        super().__init__(engine=warehouse.engine)
        self.relations = warehouse
        self.rule_of = rules.__getitem__
        self._shapes = _Shapes(warehouse.engine.dialect, columns)

    def close(self) -> None:
        """The connections belong to the warehouse, which closes them."""

    def get_inspector(self) -> Any:
        return self._shapes

    def get_batch_data_and_markers(self, batch_spec: Any) -> tuple[Any, BatchMarkers]:
        table = str(batch_spec["table_name"])
        data = SqlAlchemyBatchData(
            execution_engine=self,
            selectable=self.relations.source(table),
            create_temp_table=False,
            source_table_name=table,
        )
        return data, BatchMarkers({"ge_load_time": ""})

    def execute_query(self, query: Any) -> Any:
        if getattr(query, "_limit", None) == 0:
            # The library asks for the first 0 failing values of every check; a round trip would tell nothing.
            return IteratorResult(SimpleResultMetaData([]), iter(()))
        with self.engine.connect() as connection, connection.execute(query) as result:
            names, rows = list(result.keys()), result.fetchmany(HEAD + 1)
        if len(rows) > HEAD:
            raise RuntimeError(f"a check asked for more than {HEAD} rows")
        return IteratorResult(SimpleResultMetaData(names), iter([tuple(row) for row in rows]))


class ContractTableAsset(TableAsset):
    """A contract table."""

    type: Literal["contract_table"] = "contract_table"  # type: ignore[assignment]

    def test_connection(self) -> None:
        """The warehouse has described the table already."""


class ContractDatasource(SQLDatasource):
    """A connected warehouse."""

    asset_types = [ContractTableAsset]  # noqa: RUF012  (Great Expectations reads the list)
    type: Literal["contract"] = "contract"  # type: ignore[assignment]
    # the library's own pydantic keeps this attribute private: a plain assignment would be ignored
    _TableAsset: Any = pydantic.PrivateAttr(ContractTableAsset)

    def test_connection(self, test_assets: bool = True) -> None:
        """The warehouse is connected already."""

    def use(self, engine: _Engine) -> None:
        """Validate with this engine."""
        self._execution_engine = engine

    def get_execution_engine(self) -> Any:
        """The engine set by `use`."""
        return self._execution_engine

    def get_engine(self) -> sa.Engine:
        """The warehouse's own connections."""
        engine: sa.Engine = self.get_execution_engine().engine
        return engine


def run_checks(
    warehouse: CheckedWarehouse,
    checks: Sequence[Check],
    columns: Mapping[str, Mapping[str, str]],
    clean: Callable[[str], str],
) -> tuple[Finding, ...]:
    """Validate checks in the warehouse; findings in the order of the checks.

    Args:
        warehouse: the connected warehouse.
        checks: of any number of tables.
        columns: table → contract column → name of its type.
        clean: takes secrets out of a driver's message.
    """
    # Nothing is stored: no documents in temporary folders, no progress bars, no files of its own.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    datasource = context.data_sources.add_contract(name="warehouse", connection_string="contract://")
    datasource.use(_Engine(warehouse, columns, {check.check_id: check.rule for check in checks}))
    found: dict[str, Finding] = {}
    with _quiet():
        for table in dict.fromkeys(check.table for check in checks):
            mine = [check for check in checks if check.table == table]
            found |= _run_table(warehouse, datasource, table, mine, clean)
    return tuple(found[check.check_id] for check in checks)


def _run_table(
    warehouse: CheckedWarehouse, datasource: Any, table: str, checks: Sequence[Check], clean: Callable[[str], str]
) -> dict[str, Finding]:
    start = perf_counter()
    try:
        batch = datasource.add_table_asset(table).add_batch_definition_whole_table("all").get_batch()
        suite = gx.ExpectationSuite(name=table, expectations=[_expect(check) for check in checks])
        outcome = batch.validate(suite, result_format=COUNTS_ONLY)
        results = {result.expectation_config.meta["check_id"]: result for result in outcome.results}
    except Exception as error:  # noqa: BLE001  (whatever stops a suite, its checks could not run and hold back)
        return {c.check_id: conclude(c, passed=None, error=_first_line(clean(str(error)))) for c in checks}
    seconds = (perf_counter() - start) / len(checks)
    return {check.check_id: _read(warehouse, check, results.get(check.check_id), seconds, clean) for check in checks}


def _expect(check: Check) -> Any:
    rule = check.rule
    own = getattr(engine_expectations, rule.expectation, None)
    arguments = dict(rule.arguments)
    if own is not None and "check_id" in own.__fields__:
        arguments["check_id"] = check.check_id
    kind = own or getattr(gx.expectations, rule.expectation)
    return kind(**arguments, meta={"check_id": check.check_id})


def _read(
    warehouse: CheckedWarehouse, check: Check, result: Any, seconds: float, clean: Callable[[str], str]
) -> Finding:
    if result is None:
        return conclude(check, passed=None, error="The library returned no result for it.", seconds=seconds)
    if error := _raised(result.exception_info):
        return conclude(check, passed=None, error=_first_line(clean(error)), seconds=seconds)
    counts = result.result
    examined = int(counts.get("element_count") or 0)
    if result.success:
        return conclude(check, passed=True, examined=examined, seconds=seconds)
    return conclude(
        check,
        passed=False,
        failing=int(counts.get("unexpected_count") or 0),
        examined=examined,
        error=_describe(counts),
        samples=_show(warehouse, check),
        seconds=seconds,
    )


def _raised(info: Mapping[str, Any]) -> str:
    """The message of an exception, wherever the library put it; "" when there was none."""
    entries = [info] if "raised_exception" in info else [entry for entry in info.values() if isinstance(entry, Mapping)]
    raised = [entry for entry in entries if entry.get("raised_exception")]
    return str(raised[0].get("exception_message") or "unknown") if raised else ""


def _describe(counts: Mapping[str, Any]) -> str:
    """What is wrong with the table as a whole, for checks that judge no single row."""
    details = counts.get("details") or {}
    if wrong := details.get("wrong"):
        return "; ".join(f"{column} is {kind}" for column, kind in wrong.items())
    if missing := (details.get("mismatched") or {}).get("missing"):
        return f"missing: {', '.join(missing)}"
    return f"found {counts['observed_value']}" if "observed_value" in counts else ""


def _show(warehouse: CheckedWarehouse, check: Check) -> tuple[dict[str, Any], ...]:
    if check.rule.offenders is None:
        return ()
    query = check.rule.offenders(warehouse.source(check.table), warehouse)
    return tuple(warehouse.fetch(query.limit(SAMPLES)).to_dicts())


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else "unknown"


@contextmanager
def _quiet() -> Any:
    """Great Expectations logs every exception it also returns; one report is enough."""
    logger = logging.getLogger("great_expectations")
    before, logger.disabled = logger.level, False
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
