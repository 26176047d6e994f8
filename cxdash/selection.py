"""What is asked: period, comparison and filters, readable in a URL, and the policy that limits the answer.

A selection is plain data with stable codes. It reads from and writes to query parameters without loss; what a URL
says that the edition does not know is reported in words and left out, so that an old or mistyped link still opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from cxdash.edition import UNKNOWN, Manifest
from cxdash.errors import CxdashError, SelectionError, nearest, unknown_name
from cxdash.language import _
from cxdash.periods import Period, parse_period

Comparison = Literal["previous", "year", "none"]
COMPARISONS: tuple[Comparison, ...] = ("previous", "year", "none")
DEFAULT_PERIOD = "last-4-weeks"
DEFAULT_COMPARISON: Comparison = "previous"

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimension and allowed values, both sorted; a missing value is written `UNKNOWN`."""


def canonical(filters: Mapping[str, Iterable[str]]) -> Filters:
    """Filters in their one canonical form: sorted, without repetition, without empty entries."""
    return tuple((dim, tuple(sorted(set(values)))) for dim, values in sorted(filters.items()) if set(values))


@dataclass(frozen=True)
class Policy:
    """What a person may see: rows that meet every filter. `name` is shown where an answer says for whom it is.

    `rows`: whether the person may open the rows behind a number; numbers alone are seen without that right.
    """

    name: str = "everything"
    filters: Filters = ()
    rows: bool = True

    def narrow(self, filters: Filters) -> Filters:
        """The selection's filters and the policy's, both in force; an empty value tuple means: no row at all.

        Raises:
            SelectionError: filters of somebody who may not open rows; `cxdash.answers.guard` says why and what instead.
        """
        if filters and not self.rows:
            raise SelectionError(
                _("Your access shows numbers without their rows; this cannot be shown under a filter."),
                action=_("Remove the filters, or ask for the right to open rows."),
            )
        merged = {dim: set(values) for dim, values in filters}
        for dim, values in self.filters:
            merged[dim] = merged[dim] & set(values) if dim in merged else set(values)
        return tuple((dim, tuple(sorted(values))) for dim, values in sorted(merged.items()))


EVERYTHING = Policy()


@dataclass(frozen=True)
class Selection:
    """A period, what to compare it with, and filters that apply to numerators and denominators alike.

    Attributes:
        period: the days asked about.
        period_text: how it was written; relative words ("last-13-weeks") move with the data, dates stay.
        compare: "previous", "year" (the same period a year before) or "none".
        filters: see `Filters`.
        defaults: period and comparison that go without saying in a URL.
    """

    period: Period
    period_text: str
    compare: Comparison = DEFAULT_COMPARISON
    filters: Filters = ()
    defaults: tuple[str, str] = field(default=(DEFAULT_PERIOD, DEFAULT_COMPARISON), compare=False)

    @classmethod
    def default(cls, manifest: Manifest) -> Selection:
        """What a page opens with: the company's choice, or the last four weeks against the four before."""
        return cls.from_query({}, manifest)[0]

    @classmethod
    def over(
        cls,
        period_text: str,
        *,
        last_day: date,
        compare: Comparison = DEFAULT_COMPARISON,
        filters: Mapping[str, Iterable[str]] | None = None,
    ) -> Selection:
        """A selection over a period in words; raises `SelectionError` when it cannot be read."""
        return cls(parse_period(period_text, last_day=last_day), period_text, compare, canonical(filters or {}))

    def with_filter(self, dimension: str, *values: str) -> Selection:
        """The same selection with this dimension limited to these values (none = no limit)."""
        merged = {dim: kept for dim, kept in self.filters if dim != dimension}
        return replace(self, filters=canonical({**merged, dimension: values}))

    def values(self, dimension: str) -> tuple[str, ...]:
        """Values the dimension is limited to; () = not limited."""
        return dict(self.filters).get(dimension, ())

    def to_query(self) -> tuple[tuple[str, str], ...]:
        """Readable query parameters; what is default is left out."""
        pairs: list[tuple[str, str]] = []
        if self.period_text != self.defaults[0]:
            pairs.append(("period", self.period_text))
        if self.compare != self.defaults[1]:
            pairs.append(("compare", self.compare))
        return (*pairs, *((dim, ",".join(_escape(v) for v in values)) for dim, values in self.filters))

    @classmethod
    def from_query(
        cls, params: Mapping[str, str | list[str]], manifest: Manifest, *, ignore: Iterable[str] = ()
    ) -> tuple[Selection, tuple[str, ...]]:
        """Read query parameters.

        Args:
            params: as a browser sent them; a list is several values of one key.
            manifest: of the edition asked, for known dimensions and values.
            ignore: parameter names that belong to the page.

        Returns:
            The selection, and one sentence for each thing that was not understood and therefore left out.
        """
        problems: list[str] = []
        domains = dimension_values(manifest)
        defaults = (manifest.default_period or DEFAULT_PERIOD, manifest.default_compare or DEFAULT_COMPARISON)
        text = _single(params.get("period", defaults[0]))
        try:
            period = parse_period(text, last_day=manifest.last_day)
        except CxdashError as bad:
            problems.append(str(bad))
            text, period = defaults[0], parse_period(defaults[0], last_day=manifest.last_day)
        compare: Comparison = DEFAULT_COMPARISON
        asked = _single(params.get("compare", defaults[1]))
        if asked in COMPARISONS:
            compare = asked
        else:
            problems.append(str(unknown_name("comparison", asked, COMPARISONS)))
        filters: dict[str, list[str]] = {}
        skipped = {"period", "compare", *ignore}
        for dim, raw in params.items():
            if dim in skipped:
                continue
            if dim not in domains:
                problems.append(str(unknown_name("filter", dim, domains)))
                continue
            for value in _split(raw):
                if value in domains[dim]:
                    filters.setdefault(dim, []).append(value)
                else:
                    problems.append(_unknown_value(dim, value, domains[dim]))
        return cls(period, text, compare, canonical(filters), defaults), tuple(problems)


def dimension_values(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Every dimension any fact offers, with its values, most frequent first."""
    merged: dict[str, dict[str, None]] = {}
    for fact in manifest.facts.values():
        for dim, values in fact.dimensions.items():
            merged.setdefault(dim, {}).update(dict.fromkeys(values))
    return {dim: tuple(values) for dim, values in merged.items()}


def check_filters(filters: Filters, manifest: Manifest) -> None:
    """Raise for the first dimension or value the edition does not know (for commands, where a typo must stop)."""
    domains = dimension_values(manifest)
    for dim, values in filters:
        if dim not in domains:
            raise unknown_name("dimension", dim, domains)
        for value in values:
            if value not in domains[dim]:
                raise SelectionError(_unknown_value(dim, value, domains[dim]))


def _unknown_value(dim: str, value: str, domain: tuple[str, ...]) -> str:
    guess = nearest(value, domain)
    shown = ", ".join(domain[:12]) + (" …" if len(domain) > 12 else "")
    sentence = _("There is no {dimension} “{value}”. Known: {known}.").format(dimension=dim, value=value, known=shown)
    return f"{sentence} " + _("Did you mean “{guess}”?").format(guess=guess) if guess else sentence


def _single(raw: str | list[str]) -> str:
    return raw if isinstance(raw, str) else (raw[-1] if raw else "")


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")


_PART = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)


def _split(raw: str | list[str]) -> list[str]:
    pieces = [raw] if isinstance(raw, str) else raw
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for piece in pieces for part in _PART.findall(piece)]


__all__ = [
    "COMPARISONS",
    "EVERYTHING",
    "UNKNOWN",
    "Comparison",
    "Filters",
    "Policy",
    "Selection",
    "canonical",
    "check_filters",
    "dimension_values",
]
