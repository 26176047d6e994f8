"""From the text in a file's cells to the contract's types, strictly: what cannot be read exactly is said, not guessed.

“01/02/2018” is January in one country and February in another; “1.234” is a thousand or little more than one. Only
forms with one meaning are read: ISO dates and times, plain numbers, yes and no. Every other cell is reported with its
line and the reason. Spaces around a value are dropped and an empty cell is NULL: unknown is never "" or 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash.warehouse.families import Family, declared_family

DTYPES: dict[Family, pl.DataType] = {
    Family.TEXT: pl.String(),
    Family.WHOLE: pl.Int64(),
    Family.REAL: pl.Float64(),
    Family.FLAG: pl.Boolean(),
    Family.DAY: pl.Date(),
    Family.MOMENT: pl.Datetime("us"),
}
"""How each family is held in memory."""

EXPECTED: dict[Family, str] = {
    Family.WHOLE: "is not a whole number",
    Family.REAL: "is not a number (with a point, without thousands separators)",
    Family.FLAG: "is neither true nor false (true/false, yes/no, 1/0)",
    Family.DAY: "is not a date (YYYY-MM-DD)",
    Family.MOMENT: "is not a moment (YYYY-MM-DD HH:MM:SS, with Z or an offset if not UTC)",
}

_YES, _NO = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")


@dataclass(frozen=True)
class Zones:
    """Time zones of a file's moments.

    Attributes:
        moments: zone of moments written without an offset; the contract says UTC.
        days: zone in which a moment given as a day only begins; the business time zone, so that its day stays.
    """

    moments: str = "UTC"
    days: str = "UTC"


def read_cells(cells: pl.Series, type_: sa.types.TypeEngine[Any], zones: Zones) -> pl.Series:
    """Values of one column in the contract's type; NULL where a cell is empty or cannot be read.

    Args:
        cells: what the file holds: text, or values of a typed file.
        type_: type of the contract column.
        zones: how to understand moments.
    """
    family = declared_family(type_)
    if cells.dtype == DTYPES[family] and family is not Family.TEXT:
        return cells.fill_nan(None) if family is Family.REAL else cells
    text = as_text(cells)
    return _READERS[family](text, zones).rename(cells.name)


def as_text(cells: pl.Series) -> pl.Series:
    """Cells as text without surrounding spaces, NULL when empty; whole numbers without a decimal point."""
    kind = cells.dtype
    if kind.is_float():
        whole = cells.is_finite() & (cells == cells.round()) & (cells.abs() < 2**53)
        exact = pl.select(pl.when(whole).then(cells).otherwise(None)).to_series().cast(pl.Int64).cast(pl.String)
        cells = exact.fill_null(cells.cast(pl.String)) if exact.null_count() else exact
    elif isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        cells = cells.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%d %H:%M:%S%.6fZ")
    text = cells.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _read_whole(text: pl.Series, _zones: Zones) -> pl.Series:
    fits = text.str.contains(r"^[+-]?\d+(\.0+)?$")
    digits = text.str.replace(r"\.0+$", "").str.strip_prefix("+")
    return digits.set(~fits, None).cast(pl.Int64, strict=False)


def _read_real(text: pl.Series, _zones: Zones) -> pl.Series:
    fits = text.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    numbers = text.set(~fits, None).cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite(), None)


def _read_flag(text: pl.Series, _zones: Zones) -> pl.Series:
    words = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _read_day(text: pl.Series, _zones: Zones) -> pl.Series:
    fits = text.str.contains(r"^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?$")
    return text.set(~fits, None).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


_MOMENT = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2})(?P<second>:\d{2})?(?P<part>\.\d{1,9})?"
    r" ?(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)?)?$"
)


def _read_moment(text: pl.Series, zones: Zones) -> pl.Series:
    part = pl.col("part").fill_null("").str.slice(0, 7)
    clock = pl.concat_str("time", pl.col("second").fill_null(":00"), part)
    written = pl.concat_str("day", pl.lit(" "), clock)
    wall = written.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    midnight = pl.col("day").str.to_datetime("%Y-%m-%d", time_unit="us", strict=False)
    minutes = pl.col("hours").cast(pl.Int64) * 60 + pl.col("minutes").fill_null("0").cast(pl.Int64)
    shift = pl.when(pl.col("sign") == "-").then(-minutes).otherwise(minutes).fill_null(0)
    read = (
        pl.when(pl.col("time").is_null())
        .then(_begin_of_day(midnight, zones.days))
        .when(pl.col("zone").is_not_null())
        .then(wall - pl.duration(minutes=shift))
        .otherwise(_to_utc(wall, zones.moments))
    )
    return text.str.extract_groups(_MOMENT).struct.unnest().select(read.alias("moment")).to_series()


def _to_utc(wall: pl.Expr, zone: str) -> pl.Expr:
    """Wall time as UTC; the earlier of two when the clock goes back, NULL when it skips that time."""
    if zone == "UTC":
        return wall
    local = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _begin_of_day(midnight: pl.Expr, zone: str) -> pl.Expr:
    """Midnight there as UTC, or the first full hour that exists where the clock skips midnight."""
    return _to_utc(midnight, zone).fill_null(_to_utc(midnight + pl.duration(hours=1), zone))


_READERS: dict[Family, Callable[[pl.Series, Zones], pl.Series]] = {
    Family.TEXT: lambda text, _zones: text,
    Family.WHOLE: _read_whole,
    Family.REAL: _read_real,
    Family.FLAG: _read_flag,
    Family.DAY: _read_day,
    Family.MOMENT: _read_moment,
}
