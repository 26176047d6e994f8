"""The contract theme: does what is connected have the shape the data contract asks for?

Judged from the description of the tables alone, before anything is staged: a missing column or a number where a date
belongs would make every later step fail in words nobody understands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cxdash import schema
from cxdash.checks import rules
from cxdash.checks.check import Check, Finding
from cxdash.language import N_

OWNER = N_("Data engineering")

CONNECTED = N_("At least one table of the data contract is connected.")
MAPPED = N_("The mapping of {table} fits the source.")
HAS_COLUMNS = N_("{table} has every required column.")
HAS_TYPES = N_("Every column of {table} has a type that can be read without loss.")


def judge_connected(connected: Collection[str]) -> tuple[Finding, ...]:
    """Whether there is anything to show: every table is optional and unlocks what needs it, but one there must be."""
    return (
        Finding(
            check_id="contract.connected",
            claim=CONNECTED,
            theme="contract",
            table="",
            severity="critical",
            owner=OWNER,
            passed=bool(connected),
            error="" if connected else "Map a table under “tables” in config/warehouse.yaml.",
        ),
    )


def judge_mapping(table: str, problems: Sequence[str]) -> Finding:
    """Whether a table can be read as it is mapped.

    Args:
        table: name under “tables” in the configuration; perhaps not one of the contract's.
        problems: what the warehouse found wrong with it, each naming the key to correct.
    """
    return Finding(
        check_id=f"{table}.mapped",
        claim=MAPPED.format(table=table),
        theme="contract",
        table=table,
        severity="critical",
        owner=OWNER,
        passed=not problems,
        failing=len(problems),
        error=" ".join(problems),
    )


def contract_checks(table: str, readable: Mapping[str, tuple[str, ...]]) -> tuple[Check, ...]:
    """Checks of one connected table's shape.

    Args:
        table: contract table.
        readable: types each of its contract columns may have in the source.
    """
    shape = {
        "columns": (HAS_COLUMNS, rules.has_columns(schema.required_columns(table))),
        "types": (HAS_TYPES, rules.has_types(readable)),
    }
    return tuple(
        Check(f"{table}.{what}", claim.format(table=table), "contract", table, "critical", OWNER, rule)
        for what, (claim, rule) in shape.items()
    )
