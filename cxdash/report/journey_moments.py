"""Moments of truth: touchpoints that matter more than others and are rated clearly worse than the rest.

What matters changes slowly and takes many questionnaires to tell, so importance is read over a year up to the end of
the period where the period is shorter; how touchpoints are rated is read in the period itself. Both say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from cxdash.answers import Answer, Question
from cxdash.answers.apart import Apart, against_rest
from cxdash.answers.changes import Scan, what_changed
from cxdash.answers.drivers import Driver, Importance, importance
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.periods import Period
from cxdash.report.journey_words import leading, rank_words, rated_words, side
from cxdash.report.view import View
from cxdash.selection import Selection

KEY = "touchpoint_satisfaction"
REACH_DAYS = 52 * 7
"""Days importance is read over at least."""


@dataclass(frozen=True)
class Touchpoints:
    """Ratings of touchpoints, which stand apart and which moved, all in the period; importance over a year.

    `importance` is a reason where it cannot be asked at all.
    """

    ratings: Answer
    apart: dict[str, Apart]
    moved: Scan
    importance: Importance | CxdashError

    @property
    def rated(self) -> bool:
        """Whether any touchpoint was rated in the period."""
        return any(row.n for row in self.ratings.rows)

    @property
    def drivers(self) -> dict[str, Driver]:
        """By touchpoint; empty where there are none."""
        return {} if isinstance(self.importance, CxdashError) else {d.touchpoint: d for d in self.importance.drivers}


def weighed_over(selection: Selection) -> Selection:
    """The selection importance is read over: the period itself, or a year up to its end when it is shorter."""
    end = selection.period.end
    period = Period(min(selection.period.start, end - timedelta(days=REACH_DAYS - 1)), end)
    unchanged = period == selection.period
    return selection if unchanged else replace(selection, period=period, period_text=str(period))


def read_touchpoints(view: View) -> Touchpoints | CxdashError:
    """Ratings and importance of all touchpoints in the view (a filter by touchpoint apart), or why there are none."""
    whole = view.selection.with_filter("touchpoint")
    ratings = view.try_ask(KEY, by=("touchpoint",), against=view.against, selection=whole)
    if isinstance(ratings, CxdashError):
        return ratings
    compared = against_rest(view.edition, Question(KEY, whole, by=("touchpoint",)), view.policy)
    apart = {one.row.dimensions["touchpoint"]: one for one in compared}
    try:
        found: Importance | CxdashError = importance(view.edition, weighed_over(whole), view.policy)
    except CxdashError as reason:
        found = reason
    moved = Scan((), 0)
    if view.against:
        moved = what_changed(view.edition, whole, view.policy, metrics=(KEY,), level=("touchpoint",))
    return Touchpoints(ratings, apart, moved, found)


def moments(known: Touchpoints) -> list[Driver]:
    """Moments of truth: touchpoints that matter more than others and are rated clearly worse, the most urgent first."""
    if isinstance(known.importance, CxdashError):
        return []
    urgent = [one for one in leading(known.importance) if side(known.apart.get(one.touchpoint)) < 0]
    return sorted(urgent, key=lambda one: -one.priority)


def moment_sentence(known: Touchpoints) -> str:
    """The first moment of truth in a sentence; "" where there is none beyond noise."""
    urgent = moments(known)
    if not urgent or isinstance(known.importance, CxdashError):
        return ""
    ranked = rank_words(known.importance, urgent[0])
    return _("{ranked} and {rated}").format(
        ranked=ranked, rated=rated_words(known.ratings.metric, urgent[0], known.ratings.rows)
    )


def calm_sentence(known: Touchpoints) -> str:
    """What can be said of importance where no important touchpoint is clearly worse; "" where nothing can."""
    if isinstance(known.importance, CxdashError):
        return ""
    leaders = leading(known.importance)
    if not leaders:
        return _("No touchpoint is shown to matter more than the others.") if known.drivers else ""
    return _("{ranked}; nothing that matters much is rated clearly worse than the rest").format(
        ranked=rank_words(known.importance, leaders[0])
    )
