"""Whether a snapshot may go out: nothing is ever delivered on failed or stale data.

A decision of its own, made from records alone, so that it can be tested without a mailbox and asked by every face that
sends something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cxdash.edition import Attempt, Manifest
from cxdash.faces.charts.labels import day_label
from cxdash.language import _, plural

STALE_AFTER_DAYS = 3
"""Days the last complete day of data may lie behind the day of sending."""

Reason = Literal["", "nothing published", "held back", "refresh failed", "stale"]


@dataclass(frozen=True)
class Verdict:
    """Whether to deliver.

    Attributes:
        reason: why not, as a code; "" when it may go out.
        text: the same in a sentence, in the language spoken at the moment.
    """

    reason: Reason = ""
    text: str = ""

    @property
    def deliver(self) -> bool:
        """True when the snapshot may go out."""
        return not self.reason


def deliverable(
    attempt: Attempt | None, manifest: Manifest | None, *, today: date, stale_after: int = STALE_AFTER_DAYS
) -> Verdict:
    """Decide from the latest refresh and the published edition.

    Args:
        attempt: the latest refresh, published or not; None when none is recorded.
        manifest: of the published edition; None when nothing is published.
        today: the business day of sending.
        stale_after: days the data may be behind.
    """
    if manifest is None:
        return Verdict("nothing published", _("No edition has been published yet."))
    if attempt is not None and attempt.outcome == "failed":
        return Verdict("refresh failed", _("The latest refresh could not run to its end."))
    # a published attempt with a critical failure cannot happen; if it did, the check would be right
    if attempt is not None and (attempt.outcome == "held_back" or any(c.holds_back for c in attempt.checks)):
        count = sum(c.holds_back for c in attempt.checks)
        text = plural("{n} critical check did not pass.", "{n} critical checks did not pass.", count)
        return Verdict("held back", text.format(n=count))
    behind = (today - manifest.last_day).days
    if behind > stale_after and not manifest.historical:
        text = plural("The data ends on {day}, {n} day ago.", "The data ends on {day}, {n} days ago.", behind)
        return Verdict("stale", text.format(day=day_label(manifest.last_day, year=True), n=behind))
    return Verdict()
