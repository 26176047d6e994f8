"""What do they talk about here that others do not? Terms of comments that one group says more often than another.

Counted are customers, not words: whoever repeats a word says it once, and a term needs five customers of the group
before anybody sees it, so no comment can be told from it. No comment is ever shown as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from cxdash.answers.changes import Q
from cxdash.answers.kept import kept
from cxdash.answers.suppress import MINIMUM_SHOWN, few_people, shown_numbers
from cxdash.answers.words import terms_of
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import SelectionError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Filters, Policy, Selection
from cxdash.statistics.discoveries import benjamini_hochberg
from cxdash.statistics.distributions import Z95
from cxdash.statistics.word_contrast import word_contrast

MINIMUM_TEXTS = 30
"""Customers with a comment that a group needs before its words are compared."""

MOST_TEXTS = 40_000
"""Comments read at once, the latest: of more, the words do not change."""

ALIKE = 0.7
"""Share of customers two terms have in common (of those of either) from which they are one topic, named once."""

Contrast = Literal["channel", "mood"]


@dataclass(frozen=True)
class Topic:
    """A term one group says more often.

    Attributes:
        term: a word or two neighbouring ones, as written (folded).
        customers: how many of the group said it. share: of those of the group who wrote anything.
        share_elsewhere: of the other group.
        z: log-odds ratio over its error. adjusted: its p after the correction for all terms.
        value, low, high: the metric among those of the group who said it and answered it; None where too few did.
        answers: how many those are.
    """

    term: str
    customers: int
    share: float
    share_elsewhere: float
    z: float
    adjusted: float
    value: float | None
    low: float | None
    high: float | None
    answers: int | None


@dataclass(frozen=True)
class Topics:
    """Topics of the first group, most typical first.

    Attributes:
        texts, others: customers with a comment in the two groups. tested: terms compared.
        cut: whether there were more comments than were read.
    """

    topics: tuple[Topic, ...]
    texts: int
    others: int
    tested: int
    cut: bool


def has_comments(edition: Edition) -> bool:
    """Whether the edition's answers carry comments."""
    if "scores" not in edition.manifest.facts:
        return False
    return "comment" in pl.read_parquet_schema(edition.rows_path("scores"))


@kept(128)
def find_topics(
    edition: Edition,
    selection: Selection,
    policy: Policy = EVERYTHING,
    *,
    contrast: Contrast = "channel",
    metric: str = "nps",
    most: int = 12,
) -> Topics:
    """Terms said more often in the selection than by others.

    Args:
        edition: published data.
        selection: days and filters of the group.
        policy: row filter of the person who asks.
        contrast: "channel": against the other channels, all other filters alike; "mood": unhappy customers of the
            selection (detractors, dissatisfied) against its others.
        metric: survey whose score is told for each term: "nps", "csat" or "ces".
        most: topics given.

    Raises:
        SelectionError: the edition has no comments, or contrast "channel" without a channel among the filters.
    """
    if not has_comments(edition):
        raise SelectionError("This data has no comments.", action="Connect the column comment of the table responses.")
    filters = policy.narrow(selection.filters)
    channels = dict(filters).get("channel", ())
    if contrast == "channel" and not channels:
        raise SelectionError("No channel was chosen to compare with the others.", action="Choose a channel.")
    kept_filters = tuple(one for one in filters if contrast == "mood" or one[0] != "channel")
    # whoever may not see the other channels has none to compare with
    allowed = dict(policy.filters).get("channel")
    if contrast == "channel" and allowed is not None:
        kept_filters = (*kept_filters, ("channel", allowed))
    texts = _texts(edition, selection.period, kept_filters)
    cut = texts.height > MOST_TEXTS
    texts = texts.head(MOST_TEXTS)
    if contrast == "channel":
        inside = pl.col("channel").fill_null(UNKNOWN).is_in(list(channels))
    else:
        texts = texts.filter(pl.col("survey").is_in(list(_UNHAPPY)))
        inside = pl.col("score") <= pl.col("survey").replace_strict(_UNHAPPY, return_dtype=pl.Int64)
    return _contrasted(texts.with_columns(inside.alias("inside")), metric, most, cut=cut)


_UNHAPPY: Mapping[str, int] = {"nps": 6, "csat": 2, "ces": 3}
"""The highest score of an unhappy customer."""


def _texts(edition: Edition, period: Period, filters: Filters) -> pl.DataFrame:
    """Comments of the period, the latest first; an anonymous one is a customer of its own."""
    rows = pl.scan_parquet(edition.rows_path("scores")).filter(
        pl.col("day").is_between(period.start, period.end), pl.col("comment").str.strip_chars().str.len_chars() > 0
    )
    for dim, values in filters:
        rows = rows.filter(pl.col(dim).cast(pl.String).fill_null(UNKNOWN).is_in(list(values)))
    return (
        rows.sort("day", "response_id", descending=True)
        .head(MOST_TEXTS + 1)
        .select(
            pl.coalesce("customer_id", "response_id").rank("dense").alias("customer"),
            "survey",
            pl.col("score").cast(pl.Int64),
            "comment",
            "channel",
        )
        .collect()
        .with_row_index("text_id")
    )


def _contrasted(texts: pl.DataFrame, metric: str, most: int, *, cut: bool) -> Topics:
    sizes = dict(texts.group_by("inside").agg(pl.col("customer").n_unique()).iter_rows())
    own, others = int(sizes.get(True, 0)), int(sizes.get(False, 0))
    if own < MINIMUM_TEXTS or others < MINIMUM_TEXTS:
        return Topics((), own, others, 0, cut)
    said = terms_of(texts.select("text_id", "comment")).join(
        texts.select("text_id", "customer", "inside"), on="text_id"
    )
    # once per customer and term, whatever they wrote it in
    once = said.select("term", "customer", "inside").unique()
    sums = once.group_by("term").agg(pl.col("inside").sum().alias("own"), (~pl.col("inside")).sum().alias("others"))
    counts = sums.filter(pl.col("own") >= MINIMUM_SHOWN).sort("term")
    y1, y2 = (counts[name].to_numpy().astype(float) for name in ("own", "others"))
    found = word_contrast(y1, float(own), y2, float(others))
    adjusted = benjamini_hochberg(found.p)
    typical = np.flatnonzero((adjusted <= Q) & (found.z > 0))
    ranked = typical[np.lexsort((-np.array([len(t) for t in counts["term"].to_list()])[typical], -found.z[typical]))]
    chosen = _different(said.filter(pl.col("inside")), [counts["term"][int(n)] for n in ranked], most)
    places = {counts["term"][int(n)]: int(n) for n in ranked}
    topics = []
    for term, customers in chosen.items():
        n = places[term]
        value, low, high, answers = _score(metric, texts.filter(pl.col("inside")), customers[1])
        topics.append(
            Topic(
                term, int(y1[n]), float(y1[n] / own), float(y2[n] / others), float(found.z[n]), float(adjusted[n]),
                value, low, high, answers,
            )
        )  # fmt: skip
    return Topics(tuple(topics), own, others, counts.height, cut)


def _different(said: pl.DataFrame, ranked: list[str], most: int) -> dict[str, tuple[set[int], set[int]]]:
    """The first terms that are not said by the same customers as one before; each with its customers and texts."""
    looked_at = ranked[: 12 * most]
    who = said.filter(pl.col("term").is_in(looked_at)).group_by("term").agg("customer", "text_id")
    people = {term: (set(customers), set(texts)) for term, customers, texts in who.iter_rows()}
    chosen: dict[str, tuple[set[int], set[int]]] = {}
    for term in looked_at:
        customers = people[term][0]
        if all(len(customers & c) < ALIKE * len(customers | c) for c, _texts in chosen.values()):
            chosen[term] = people[term]
        if len(chosen) == most:
            break
    return chosen


def _score(
    metric: str, texts: pl.DataFrame, those: set[int]
) -> tuple[float | None, float | None, float | None, int | None]:
    """The metric among the answers that came with the term: value, limits and n, hidden where too few."""
    measure = find_metric(metric).computation
    assert isinstance(measure, Measure)
    scores = texts.filter((pl.col("survey") == metric) & pl.col("text_id").is_in(list(those)))["score"]
    counted: dict[Any, int] = dict(scores.value_counts().iter_rows())
    states = {
        state.name: np.array(
            [float(counted.get(int(last), 0) if (last := state.name.rsplit("_", 1)[-1]).isdigit() else 0)]
        )
        for state in measure.states
    }
    estimates = measure.finalise(states, z=Z95, deff=1.0)
    hidden = few_people(estimates) | ~(estimates.n > 0)
    value, low, high, n = (
        shown_numbers(array, hidden)[0] for array in (estimates.value, estimates.low, estimates.high, estimates.n)
    )
    return value, low, high, None if n is None else round(n)
