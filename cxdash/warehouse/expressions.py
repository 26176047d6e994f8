"""SQL expressions that mean exactly the same on every backend: business time and customer buckets.

Constants are written into the statement, not bound: PostgreSQL compares the text of a grouped expression with the
selected one, and two bound parameters never look alike to it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import BUCKETS

Column = sa.ColumnElement[Any]

_HEX = "0123456789abcdef"


def to_zone(column: Column, zone: str) -> Column:
    """SQL `timezone(zone, column)`: a zoned moment as wall time there, or wall time there as a zoned moment."""
    return sa.func.timezone(sa.literal(zone, sa.String(), literal_execute=True), column, type_=sa.DateTime())


def business_time(moment: Column, zone: str) -> Column:
    """Wall-clock time in `zone` of a UTC timestamp without zone."""
    if zone == "UTC":
        return moment
    return to_zone(to_zone(moment, "UTC"), zone)


def business_day(moment: Column, zone: str) -> Column:
    """The date in `zone` of a UTC timestamp; a date stays what it is."""
    if isinstance(moment.type, sa.Date):
        return moment
    return sa.cast(business_time(moment, zone), sa.Date())


def business_hour(moment: Column, zone: str) -> Column:
    """Hour 0 … 23 in `zone` of a UTC timestamp."""
    return sa.cast(sa.extract("hour", business_time(moment, zone)), sa.BigInteger())


def business_weekday(moment: Column, zone: str) -> Column:
    """Weekday 1 (Monday) … 7 (Sunday) in `zone` of a UTC timestamp or a date."""
    return sa.cast(sa.extract("isodow", business_day(moment, zone)), sa.BigInteger())


def bucket(identifier: Column) -> Column:
    """The first byte of the MD5 of a string, modulo the number of buckets. NULL stays NULL.

    Written with functions every SQL database has; hash functions of their own differ from backend to backend.
    """
    digest = sa.func.md5(identifier, type_=sa.String())
    digits = sa.literal(_HEX, sa.String(), literal_execute=True)

    def digit(place: str) -> Column:
        letter = sa.func.substr(digest, sa.literal_column(place), sa.literal_column("1"), type_=sa.String())
        return sa.func.strpos(digits, letter, type_=sa.BigInteger()) - _whole(1)

    return sa.cast((digit("1") * _whole(16) + digit("2")) % _whole(BUCKETS), sa.BigInteger())


def _whole(number: int) -> sa.ColumnClause[int]:
    return sa.literal_column(str(number), sa.BigInteger())
