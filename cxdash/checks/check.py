"""What a check is, and what it found: the words every module of the audit shares.

A check says one thing about the data in a sentence people read (its claim), who has to act when it does not hold
(its owner), and how bad that is (its severity). How it is tested is its rule; rules know the Great Expectations
expectation that counts the failures and the SELECT that shows some of them, and import neither, so that checks can be
listed without paying for the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import sqlalchemy as sa

Theme = Literal["contract", "rows", "states"]
Severity = Literal["critical", "warning", "info"]

SAMPLES = 20
"""Failing rows that are shown at most."""


class Relations(Protocol):
    """What rules may ask of a connected warehouse."""

    def source(self, table: str) -> sa.FromClause:
        """A contract table."""


@dataclass(frozen=True)
class Rule:
    """How a check is tested in the warehouse (built by the functions of `cxdash.checks.rules`).

    Attributes:
        expectation: name of the expectation, of Great Expectations or of `cxdash.checks.engine_expectations`.
        arguments: its arguments.
        columns: contract columns it reads; a check is made only where the source offers all of them.
        parent: another contract table it needs, "" for none.
        offenders: the SELECT of failing rows (keys and the values that matter); None when no row is to blame.
        count: for our own expectations, the aggregate or SELECT that counts failing rows.
    """

    expectation: str
    arguments: Mapping[str, Any]
    columns: tuple[str, ...] = ()
    parent: str = ""
    offenders: Callable[[sa.FromClause, Relations], sa.Select[Any]] | None = None
    count: Callable[[sa.FromClause, Relations], Any] | None = None


@dataclass(frozen=True)
class Check:
    """One quality rule.

    Attributes:
        check_id: stable name, `<table or fact>.<what>`.
        claim: the sentence that holds when the check passes.
        theme: contract (shape), rows (values), states (what was staged).
        table: contract table it is about.
        severity: what a failure means; `critical` keeps the edition from being published.
        owner: who has to act.
        rule: how it is tested.
        critical_above: share of failing rows above which a failure is critical whatever the severity says.
    """

    check_id: str
    claim: str
    theme: Theme
    table: str
    severity: Severity
    owner: str
    rule: Rule
    critical_above: float | None = None


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        passed: None when it could not run.
        failing, examined: rows.
        error: why it could not run, or what about the table (not its rows) is wrong.
        samples: some failing rows, at most `SAMPLES`.
        seconds: its share of the time its table took.
    """

    check_id: str
    claim: str
    theme: Theme
    table: str
    severity: Severity
    owner: str
    passed: bool | None
    failing: int = 0
    examined: int = 0
    error: str = ""
    samples: tuple[dict[str, Any], ...] = field(default=())
    seconds: float = 0.0


def conclude(
    check: Check,
    *,
    passed: bool | None,
    failing: int = 0,
    examined: int = 0,
    error: str = "",
    samples: tuple[dict[str, Any], ...] = (),
    seconds: float = 0.0,
) -> Finding:
    """The finding of a check, its severity raised to critical where too large a share of the rows fails."""
    share = failing / examined if examined else 0.0
    raised = passed is False and check.critical_above is not None and share > check.critical_above
    return Finding(
        check_id=check.check_id,
        claim=check.claim,
        theme=check.theme,
        table=check.table,
        severity="critical" if raised else check.severity,
        owner=check.owner,
        passed=passed,
        failing=failing,
        examined=examined,
        error=error,
        samples=samples,
        seconds=seconds,
    )
