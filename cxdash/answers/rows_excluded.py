"""Which rows of the period a number does not count, and why: every row has one reason, and the reasons add up.

Reasons follow from the columns that the metric's own states read: where one of them is missing in a row, the row says
nothing about this metric. Only rows that the person may see are counted here, those that do not count included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cxdash.answers.cells import prepared
from cxdash.answers.kept import kept
from cxdash.answers.rows_basis import Basis, in_reach, on_days, selected_by
from cxdash.answers.rows_flags import columns_read, contributes, contribution
from cxdash.edition import Edition

COUNTED = "counted"
FILTERED = "filtered"
IMMATURE = "immature"
EARLIER = "earlier"
UNSAID = "missing"
ANOTHER = "another"
OTHER = "other"


_engine = sa.create_engine("duckdb:///:memory:")


@dataclass(frozen=True)
class Share:
    """Some of the rows of a period.

    Attributes:
        reason: why they do not count: COUNTED (they do), FILTERED, IMMATURE (days that are not complete yet), EARLIER
            (gone before the period), UNSAID (the column named by `of` is empty), ANOTHER (an answer to the question
            `of`), OTHER (not a case of this metric), or a word of `_SAID`.
        of: the column or the question.
        rows: how many.
    """

    reason: str
    of: str
    rows: int


_SAID: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    "opens_issue": (("continues", sa.not_),),
    "outcome": (("abandoned", lambda column: column == "abandoned"),),
    "delivered": (("undelivered", sa.not_),),
}
"""What a value says about a row that does not count, by column, where the metric's states read that column."""


@kept(1024)
def excluded(edition: Edition, basis: Basis) -> tuple[Share, ...]:
    """Every row of the days asked about that the person may see, by why it does or does not count; most rows first.

    Their sum is the number of those rows; the part COUNTED is what the number rests on.
    """
    table = prepared(edition, basis.measure.fact)
    reason, of = _reason(basis, table)
    select = sa.select(reason.label("reason"), of.label("of"), sa.func.count().label("rows"))
    select = (
        select.select_from(table).where(in_reach(basis, table)).group_by(sa.literal_column("1"), sa.literal_column("2"))
    )
    with _engine.connect() as connection:
        found = [Share(row.reason, row.of or "", int(row.rows)) for row in connection.execute(select)]
    return tuple(sorted(found, key=lambda share: (share.reason != COUNTED, -share.rows, share.reason, share.of)))


def _reason(basis: Basis, table: sa.TableValuedAlias) -> tuple[Any, Any]:
    """SQL: the first reason that holds for a row, and what it is about."""
    states = basis.measure.states
    cases: list[tuple[Any, str, Any]] = [
        (sa.not_(selected_by(basis, table)), FILTERED, ""),
        (sa.not_(on_days(basis, table)), EARLIER if basis.clock == "stock" else IMMATURE, ""),
        (contributes(states, table.c), COUNTED, ""),
    ]
    read = columns_read(states, table.c)
    if "survey" in read:
        own = sa.func.coalesce(table.c.survey.in_(_own_questions(basis, table)), sa.false())
        cases.append((sa.not_(own), ANOTHER, table.c.survey))
    cases += [(condition, word, of) for name in read for condition, word, of in _said(name, table)]
    reason = sa.case(*((condition, sa.literal(word)) for condition, word, _ in cases), else_=OTHER)
    of = sa.case(*((condition, of) for condition, _, of in cases), else_="")
    return reason, of


def _said(name: str, table: sa.TableValuedAlias) -> Iterator[tuple[Any, str, str]]:
    column = table.c[name]
    yield column.is_(None), UNSAID, name
    yield from ((sa.func.coalesce(says(column), sa.false()), word, name) for word, says in _SAID.get(name, ()))


def _own_questions(basis: Basis, table: sa.TableValuedAlias) -> tuple[str, ...]:
    """The surveys the metric's states compare with, read off their expressions."""
    found: dict[str, None] = {}
    for state in basis.measure.states:
        for element in sa.sql.visitors.iterate(contribution(state, table.c)):
            if not isinstance(element, sa.BinaryExpression) or getattr(element.left, "name", "") != "survey":
                continue
            value = getattr(element.right, "value", None)
            if isinstance(value, str):
                found[value] = None
    return tuple(found)
