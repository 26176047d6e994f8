"""How a column of the data contract is declared: type, comment, and what a value may be.

SQLAlchemy's own `Column` carries type, nullability and comment; the rest (closed vocabulary, reference to another
table, bounds) travels in `Column.info`, where checks, doctor and the import read it. One declaration, no second list.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

Vocabulary = dict[str, str]
"""Allowed values of a closed vocabulary and what each means."""


def _column(
    name: str, type_: sa.types.TypeEngine[Any], comment: str, *, optional: bool, primary_key: bool = False, **info: Any
) -> sa.Column[Any]:
    given = {word: value for word, value in info.items() if value not in (None, "")}
    return sa.Column(name, type_, nullable=optional, primary_key=primary_key, comment=comment, info=given)


def key(name: str, comment: str) -> sa.Column[Any]:
    """The primary key: a string, present and unique."""
    return _column(name, sa.String(), comment, optional=False, primary_key=True)


def text(name: str, comment: str, *, optional: bool = False, references: str = "") -> sa.Column[Any]:
    """A string. `references` = "table.column" when the value must exist there (if that table is connected)."""
    return _column(name, sa.String(), comment, optional=optional, references=references)


def code(name: str, vocabulary: Vocabulary, comment: str, *, optional: bool = False) -> sa.Column[Any]:
    """A string from a closed vocabulary."""
    return _column(name, sa.String(), comment, optional=optional, vocabulary=vocabulary)


def integer(name: str, comment: str, *, optional: bool = False, at_least: int | None = None) -> sa.Column[Any]:
    """A whole number; `at_least` is its inclusive lower bound."""
    return _column(name, sa.BigInteger(), comment, optional=optional, at_least=at_least)


def money(name: str, comment: str, *, optional: bool = False) -> sa.Column[Any]:
    """An amount in minor units (cents) of the row's currency."""
    return _column(name, sa.BigInteger(), f"{comment}, in minor units", optional=optional, money=True)


def real(name: str, comment: str, *, optional: bool = False) -> sa.Column[Any]:
    """A number that need not be whole (published benchmarks, survey weights)."""
    return _column(name, sa.Double(), comment, optional=optional)


def flag(name: str, comment: str, *, optional: bool = False) -> sa.Column[Any]:
    """True or false."""
    return _column(name, sa.Boolean(), comment, optional=optional)


def day(name: str, comment: str, *, optional: bool = False, not_before: str = "") -> sa.Column[Any]:
    """A calendar date. `not_before` names the column of the same row it may not precede."""
    return _column(name, sa.Date(), comment, optional=optional, not_before=not_before)


def moment(name: str, comment: str, *, optional: bool = False, not_before: str = "") -> sa.Column[Any]:
    """A UTC timestamp without zone. `not_before` names the column of the same row it may not precede."""
    return _column(name, sa.DateTime(), f"{comment} (UTC)", optional=optional, not_before=not_before)
