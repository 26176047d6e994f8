"""Adding up a grid's arrays gives what a query engine gives for the published rows of the grid, to the last digit."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cxdash.answers.folded import Request
from cxdash.answers.grid_fold import fold_grid
from cxdash.edition import UNKNOWN
from cxdash.grids import arrange
from cxdash.measures import State, tally
from cxdash.periods import Period

FIRST = date(2025, 12, 27)
STATES = (State("small", lambda r: r.x), State("large", lambda r: r.x), State("wide", lambda r: r.x, wide=True))
COUNTS = tally("bin", 3)
_TRUNCATE = {"day": "1d", "week": "1w", "month": "1mo"}

cell = st.tuples(
    st.integers(0, 20),
    st.sampled_from(["Zürich", "arm", "Öl", "", None]),
    st.sampled_from([0, 7, 300, None]),
    st.integers(-3, 120),
    st.integers(-(2**40), 2**40),
    st.integers(-(10**25), 10**25),
)


def grid_of(cells: list[tuple[object, ...]]) -> pl.DataFrame:
    schema = {
        "day": pl.Int64,
        "region": pl.String,
        "bucket": pl.Int64,
        "small": pl.Int64,
        "large": pl.Int64,
        "wide": pl.Decimal(38, 0),
    }
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    return frame.with_columns(day=pl.lit(FIRST) + pl.duration(days=pl.col("day")))


@given(
    cells=st.lists(cell, max_size=60),
    first=st.integers(-2, 20),
    length=st.integers(1, 25),
    by=st.sampled_from([(), ("region",), ("bucket",), ("bucket", "region")]),
    grain=st.sampled_from(["", "day", "week", "month"]),
    wanted=st.sampled_from([None, (), ("arm",), ("arm", UNKNOWN), ("nowhere", "Öl")]),
)
def test_sums_are_those_of_a_query_engine(
    cells: list[tuple[object, ...]],
    first: int,
    length: int,
    by: tuple[str, ...],
    grain: str,
    wanted: tuple[str, ...] | None,
) -> None:
    """Whatever is filtered, grouped and cut into buckets, with missing values and numbers beyond 64 bits."""
    frame = grid_of(cells)
    start = FIRST + timedelta(days=first)
    period = Period(start, start + timedelta(days=length - 1))
    filters = () if wanted is None else (("region", wanted),)
    found = fold_grid(
        arrange(frame, ("region", "bucket"), tally=False),
        Request("any", STATES, period, filters, by, grain),
        "the grid",
    ).frame

    kept = frame.filter(pl.col("day").is_between(period.start, period.end))
    if wanted is not None:
        kept = kept.filter(pl.col("region").fill_null(UNKNOWN).is_in(list(wanted)))
    groups = [*by, *(["start"] if grain else [])]
    sums = [pl.col(state.name).sum() for state in STATES]
    if not groups:
        expected = kept.select(sums)
    else:
        if grain:
            kept = kept.with_columns(start=pl.col("day").dt.truncate(_TRUNCATE[grain]))
        expected = kept.group_by(groups).agg(sums).sort(groups, nulls_last=True)
    assert found.columns == expected.columns
    assert_frame_equal(found, expected, check_dtypes=False)


def test_a_tally_without_its_zeros_adds_up_the_same() -> None:
    """Counts by value, cells without any among them, and cells whose day is missing, which no period has."""
    frame = pl.DataFrame(
        {
            "day": [FIRST, FIRST, FIRST + timedelta(days=1), None],
            "region": ["b", "a", "b", "a"],
            "bin_all": [0, 7, 3, 50],
            "bin_0": [0, 0, 3, 50],
            "bin_1": [0, 5, 0, 0],
            "bin_2": [0, 2, 0, 0],
        }
    )
    columns = arrange(frame, ("region",), tally=True)
    period = Period(FIRST, FIRST + timedelta(days=9))
    by_region = fold_grid(columns, Request("any", COUNTS, period, (), ("region",)), "").frame
    assert by_region.rows() == [("a", 7, 0, 5, 2), ("b", 3, 3, 0, 0)]
    nobody = fold_grid(columns, Request("any", COUNTS, period, (("region", ("c",)),)), "").frame
    assert nobody.rows() == [(0, 0, 0, 0)]


@pytest.mark.parametrize("largest", [1, 127, 128, 255, 40_000, 2**31, 2**62])
def test_states_are_held_as_small_as_they_are(largest: int) -> None:
    """No type is too small for the number at its edge, positive or negative."""
    frame = pl.DataFrame({"day": [FIRST, FIRST], "n": [largest, -largest]})
    sums = arrange(frame, (), tally=False).sums["n"]
    assert sums.tolist() == [largest, -largest]
    assert sums.dtype.kind == "i"
