"""Touchpoint ratings beside the score of the same questionnaire, as sums of products in buckets of customers.

Importance is a function of these sums, and they add up like any other state; they are made from rows when asked,
because products of each two touchpoints are too many to keep for every cell of a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdash.edition import UNKNOWN, Edition
from cxdash.measures import BUCKETS
from cxdash.periods import Period
from cxdash.selection import Filters

Counts = NDArray[np.int64]

COLUMNS = ("bucket", "response_id", "touchpoint", "rating", "scale_min", "scale_max", "survey", "score")


@dataclass(frozen=True)
class Forms:
    """Filled-in questionnaires of one survey, as one entry per rating and one per score.

    Attributes:
        touchpoints: names, variables 1 … p; variable 0 is the score.
        bucket: of the customer. form: number of the questionnaire. variable: see above. value: whole steps above the
            low end of one scale for all touchpoints (0 … 4 where all are rated from 1 to 5); the score as it is. All of
            shape (entries,).
        steps: the top of that scale.
    """

    touchpoints: tuple[str, ...]
    bucket: Counts
    form: Counts
    variable: Counts
    value: Counts
    steps: int

    def of(self, touchpoints: tuple[str, ...], *, complete: bool = False) -> Forms:
        """With these touchpoints only; `complete`: only questionnaires that rate all of them."""
        place = np.full(1 + len(self.touchpoints), -1)
        place[[0, *(1 + self.touchpoints.index(name) for name in touchpoints)]] = range(1 + len(touchpoints))
        chosen = place[self.variable] >= 0
        if complete:
            entries = np.bincount(self.form[chosen], minlength=int(self.form.max(initial=-1)) + 1)
            chosen &= entries[self.form] == 1 + len(touchpoints)
        variable = place[self.variable[chosen]].astype(np.int64)
        return Forms(touchpoints, self.bucket[chosen], self.form[chosen], variable, self.value[chosen], self.steps)


@dataclass(frozen=True)
class Tally:
    """Mergeable state of `Forms`: whole numbers of shape (buckets, 1 + p, 1 + p).

    `n`: who gave both i and j; `sums`: of i over them; `squares`: of i over them; `cross`: of products.
    """

    n: Counts
    sums: Counts
    squares: Counts
    cross: Counts

    @property
    def parts(self) -> tuple[Counts, Counts, Counts, Counts]:
        """In the order the statistics take them."""
        return self.n, self.sums, self.squares, self.cross

    @property
    def whole(self) -> tuple[Counts, Counts, Counts, Counts]:
        """All buckets together, each (1 + p, 1 + p)."""
        n, sums, squares, cross = (part.sum(axis=0) for part in self.parts)
        return n, sums, squares, cross

    def of(self, variables: NDArray[np.intp]) -> Tally:
        """Of these variables only."""
        return Tally(*(part[:, variables[:, None], variables] for part in self.parts))


def rated_rows(edition: Edition, period: Period, filters: Filters) -> pl.DataFrame:
    """The rating rows of questionnaires whose overall question was answered, with `COLUMNS`."""
    chosen = pl.scan_parquet(edition.rows_path("ratings")).filter(
        pl.col("day").is_between(period.start, period.end), pl.col("score").is_not_null()
    )
    for dim, values in filters:
        known = pl.col(dim).is_in([value for value in values if value != UNKNOWN])
        chosen = chosen.filter(known | pl.col(dim).is_null() if UNKNOWN in values else known)
    return chosen.select(COLUMNS).collect()


def forms_of(rows: pl.DataFrame, survey: str) -> Forms:
    """The questionnaires of a survey from rating rows in any order; what was not experienced is no entry."""
    given = rows.filter(
        pl.col("survey") == survey, pl.col("rating").is_not_null(), pl.col("scale_max") > pl.col("scale_min")
    )
    names = tuple(given["touchpoint"].unique().sort().to_list())
    span = pl.col("scale_max") - pl.col("scale_min")
    steps = lcm(*given.select(span.unique()).to_series().to_list()) if names else 0
    ratings = given.select(
        pl.col("bucket").cast(pl.Int64),
        form=pl.col("response_id").rank("dense").cast(pl.Int64) - 1,
        variable=1 + pl.col("touchpoint").cast(pl.Enum(names)).to_physical().cast(pl.Int64),
        value=((pl.col("rating") - pl.col("scale_min")) * (steps // span)).cast(pl.Int64),
        score=pl.col("score").cast(pl.Int64),
    )
    scores = ratings.unique("form").select("bucket", "form", variable=pl.lit(0, pl.Int64), value=pl.col("score"))
    both = pl.concat([ratings.drop("score"), scores])
    bucket, form, variable, value = (both[name].to_numpy() for name in ("bucket", "form", "variable", "value"))
    return Forms(names, bucket, form, variable, value, steps)


def tally(forms: Forms) -> Tally:
    """Counts, sums and products of each two variables, in every bucket of customers."""
    variables = 1 + len(forms.touchpoints)
    order = np.argsort(forms.bucket, kind="stable")
    ends = np.searchsorted(forms.bucket[order], np.arange(1, BUCKETS))
    parts = []
    for here in np.split(order, ends):
        numbers, place = np.unique(forms.form[here], return_inverse=True)
        value, there = np.zeros((2, len(numbers), variables))
        value[place, forms.variable[here]] = forms.value[here]
        there[place, forms.variable[here]] = 1.0
        # whole numbers far below 2⁵³, so floating point adds them exactly
        parts.append((there.T @ there, value.T @ there, (value**2).T @ there, value.T @ value))
    return Tally(*(np.stack(each).astype(np.int64) for each in zip(*parts, strict=True)))
