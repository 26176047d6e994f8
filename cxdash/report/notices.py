"""What the reader must know about the data before the numbers: held back, stale, warnings, ignored filters."""

from __future__ import annotations

from datetime import date

from cxdash.edition import Attempt, Manifest
from cxdash.language import _, plural
from cxdash.report.blocks import Footer, Notice
from cxdash.report.view import View
from cxdash.report.wording import count, day_text, dimension_name, period_text, value_name

STALE_AFTER_DAYS = 3
"""Days the last complete day may lie behind the day before yesterday's reading before a page says so."""


def notices(view: View) -> tuple[Notice, ...]:
    """Notices of a page, gravest first."""
    found = [*_held_back(view.attempts), *_stale(view.edition.manifest, view.today), *_warnings(view.edition.manifest)]
    found += [Notice("info", _("A part of the link was not understood and left out."), text) for text in view.problems]
    return tuple(found)


def _held_back(attempts: tuple[Attempt, ...]) -> list[Notice]:
    if not attempts or attempts[0].outcome in ("published", "published_with_warnings"):
        return []
    since = attempts[0]
    for attempt in attempts:
        if attempt.outcome in ("published", "published_with_warnings"):
            break
        since = attempt
    reasons = [check for check in attempts[0].failed_checks if check.holds_back]
    why = "; ".join(check.claim for check in reasons[:3]) or attempts[0].message
    text = _("Newer data has been held back since {day}: these are the last good numbers.")
    return [Notice("critical", text.format(day=day_text(since.started_at.date())), why)]


def _stale(manifest: Manifest, today: date | None) -> list[Notice]:
    if manifest.historical:
        text = _("This is historical data: it ends on {day}.").format(day=day_text(manifest.last_day))
        return [Notice("info", text)]
    if today is None:
        return []
    behind = (today - manifest.last_day).days - 1
    if behind <= STALE_AFTER_DAYS:
        return []
    text = plural("The data is {n} day old.", "The data is {n} days old.", behind).format(n=count(behind))
    return [Notice("warning", text, _("Last complete day: {day}.").format(day=day_text(manifest.last_day)))]


def _warnings(manifest: Manifest) -> list[Notice]:
    if not manifest.warnings:
        return []
    claims = "; ".join(check.claim for check in manifest.warnings[:3])
    n = len(manifest.warnings)
    text = plural("Published with {n} warning.", "Published with {n} warnings.", n).format(n=n)
    return [Notice("warning", text, _("Not met: {claims}.").format(claims=claims.rstrip(".")))]


def filters_text(view: View) -> str:
    """The filters in force, in words."""
    parts = [
        f"{dimension_name(dim)}: {', '.join(value_name(dim, v) for v in values)}"
        for dim, values in view.selection.filters
    ]
    return "; ".join(parts) if parts else _("none")


def compared_text(view: View) -> str:
    """What the page compares with, in words."""
    period = view.selection.period
    if view.selection.compare == "none":
        return _("nothing")
    before = period.previous() if view.selection.compare == "previous" else period.year_before()
    return period_text(before)


def footer(view: View) -> Footer:
    """What is needed to trust the page: period, comparison, filters, data as of, edition, policy."""
    manifest = view.edition.manifest
    lines = [
        (_("Period"), period_text(view.selection.period)),
        (_("Compared with"), compared_text(view)),
        (_("Filters"), filters_text(view)),
        (_("Data up to"), day_text(manifest.last_day)),
        (_("Edition"), manifest.edition),
        (_("Computed for"), _("everybody") if view.policy.name == "everything" else view.policy.name),
        (_("Intervals"), _("95 %; a change is named only when its interval excludes zero")),
    ]
    return Footer(tuple(lines))
