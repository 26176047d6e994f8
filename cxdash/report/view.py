"""What a page is built from: an edition, a selection, the latest attempts, and a policy; and questions asked on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from cxdash.answers import Answer, Question, answer
from cxdash.answers.answer import Against
from cxdash.edition import Attempt, Edition
from cxdash.errors import CxdashError
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Metric
from cxdash.periods import Period, floor
from cxdash.selection import EVERYTHING, Policy, Selection

HISTORY_DAYS = 26 * 7
"""Days a trend reaches back at least."""


@dataclass(frozen=True)
class View:
    """Everything a builder may look at.

    Attributes:
        attempts: latest refresh attempts, newest first.
        today: the day of reading, for "stale" (given by the face's caller, never by a clock in here).
        params: the page's own URL parameters ("focus").
        problems: sentences about URL parameters that were not understood.
    """

    edition: Edition
    selection: Selection
    attempts: tuple[Attempt, ...] = ()
    today: date | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    policy: Policy = EVERYTHING

    @property
    def against(self) -> Against | None:
        """What changes are measured against, or None."""
        return None if self.selection.compare == "none" else self.selection.compare

    def ask(
        self,
        metric: str,
        *,
        by: tuple[str, ...] = (),
        grain: str = "",
        against: Against | None = None,
        selection: Selection | None = None,
    ) -> Answer:
        """Ask the edition; raises `CxdashError` where it cannot be answered."""
        question = Question(metric, selection or self.selection, by=by, grain=grain, against=against)
        return answer(self.edition, question, self.policy)

    def try_ask(
        self,
        metric: str,
        *,
        by: tuple[str, ...] = (),
        grain: str = "",
        against: Against | None = None,
        selection: Selection | None = None,
    ) -> Answer | CxdashError:
        """Like `ask`, but a question the data cannot answer gives its reason instead of raising."""
        try:
            return self.ask(metric, by=by, grain=grain, against=against, selection=selection)
        except CxdashError as reason:
            return reason

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Metrics this edition can compute, in catalogue order."""
        return tuple(METRICS[key] for key in self.edition.manifest.metrics if key in METRICS)

    def offers(self, metric: str) -> bool:
        """Whether the edition can compute this metric."""
        return metric in self.edition.manifest.metrics

    @property
    def history(self) -> Selection:
        """The selection a trend is drawn over: the period itself, or half a year up to its end when it is short.

        Four weeks by day are noise; what the reader asks of a trend is where the period came from.
        """
        asked = self.selection.period
        if asked.days >= HISTORY_DAYS:
            return self.selection
        # begins with a whole week: a cut-off one would be the noisiest point of the line
        reach = floor(asked.end - timedelta(days=HISTORY_DAYS - 1), "week")
        start = max(reach, min(self.edition.manifest.first_day, asked.start))
        return replace(self.selection, period=Period(start, asked.end))

    def grain(self, period: Period | None = None) -> str:
        """The grain a trend over the period reads best at: 12 to 60 points."""
        days = (period or self.selection.period).days
        if days <= 31:
            return "day"
        if days <= 400:
            return "week"
        return "month" if days <= 365 * 5 else "quarter"
