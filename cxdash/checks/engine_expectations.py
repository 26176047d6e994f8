"""Expectations that Great Expectations does not have, or has in a form that costs a scan or a memory too much.

Each is small because what it counts is said by a rule (`cxdash.checks.rules`), which the execution engine looks up by
the check's id: expectation arguments must be JSON, and SQL belongs into SQLAlchemy expressions, not into strings.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider


class RowsMeeting(TableMetricProvider):
    """How many rows meet a rule's condition; one more aggregate in the scan all metrics of the table share."""

    metric_name = "cxdash.rows_meeting"
    value_keys = ("check_id",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,  # noqa: N805  (the decorator makes it a class method)
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        selectable = execution_engine.get_domain_records(metric_domain_kwargs)
        rule = execution_engine.rule_of(metric_value_kwargs["check_id"])
        return rule.count(selectable, execution_engine.relations), metric_domain_kwargs, {}


class Offenders(TableMetricProvider):
    """How many rows break a rule that needs more than one look at the table: counted in SQL, nothing fetched."""

    metric_name = "cxdash.offenders"
    value_keys = ("check_id",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> int:
        selectable = execution_engine.get_domain_records(metric_domain_kwargs)
        rule = execution_engine.rule_of(metric_value_kwargs["check_id"])
        return int(execution_engine.execute_query(rule.count(selectable, execution_engine.relations)).scalar_one())


class _Counted(BatchExpectation):
    """Passes when a metric counts no row."""

    check_id: str
    failures: ClassVar[str]
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("check_id",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        failing = int(metrics[self.failures])
        return {
            "success": failing == 0,
            "result": {"unexpected_count": failing, "element_count": int(metrics["table.row_count"])},
        }


class ExpectNoRowToMeet(_Counted):
    """No row meets the condition of the rule `check_id`."""

    failures = RowsMeeting.metric_name
    metric_dependencies = (RowsMeeting.metric_name, "table.row_count")


class ExpectNoOffenders(_Counted):
    """The rule `check_id` finds no offending row."""

    failures = Offenders.metric_name
    metric_dependencies = (Offenders.metric_name, "table.row_count")


class ExpectColumnTypesToBeReadable(BatchExpectation):
    """The type of each column present is one of those named for it."""

    types: dict[str, list[str]]
    metric_dependencies = ("table.column_types",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("types",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        found = {column["name"]: str(column["type"]) for column in metrics["table.column_types"]}
        wrong = {
            name: found[name]
            for name, allowed in self.types.items()
            if name in found and found[name].casefold() not in {word.casefold() for word in allowed}
        }
        return {"success": not wrong, "result": {"observed_value": found, "details": {"wrong": wrong}}}
