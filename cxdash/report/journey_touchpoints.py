"""Touchpoints on the Journey page: what matters as a chart, and all of them as a table, the most urgent first."""

from __future__ import annotations

from cxdash.answers import Answer
from cxdash.answers.drivers import Driver, Importance
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Link, Notice, Number, Section, Table
from cxdash.report.charts import dots
from cxdash.report.doors import passport_door
from cxdash.report.findings import tone as tone_of_finding
from cxdash.report.journey_moments import KEY, Touchpoints
from cxdash.report.journey_words import (
    coloured,
    leading,
    no_weights,
    trust_words,
    verdict,
)
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, decimal, number, period_text, signed_difference, value_name


def touchpoint_blocks(view: View, known: Touchpoints | CxdashError) -> list[Block]:
    """Importance as a chart, and all touchpoints as a table; where they are not in the data, what would unlock them."""
    title = _("Touchpoints: what matters, and how it is rated")
    if isinstance(known, CxdashError):
        reason = view.edition.manifest.unsupported.get(KEY) or str(known)
        connect = _(
            "The table touchpoint_ratings (a rating of each touchpoint inside a survey) unlocks importance and "
            "moments of truth."
        )
        return [Section(title), Notice("info", reason, "" if view.offers(KEY) else connect)]
    if not known.rated:
        text = _("No touchpoint was rated in this selection.")
        return [
            Section(title),
            Notice("info", text, _("Ratings come with some surveys only; remove a filter to see them.")),
        ]
    found = known.importance
    blocks: list[Block] = [Section(title, _intro(known))]
    if isinstance(found, CxdashError):
        blocks.append(Notice("info", _("Importance cannot be told here."), str(found)))
    elif found.drivers and found.rankable:
        blocks.append(_importance_chart(view, known, found))
    else:
        total = view.try_ask(KEY, selection=view.selection.with_filter("touchpoint"))
        blocks.append(_ratings_chart(view, known, None if isinstance(total, CxdashError) else total))
        blocks.append(Notice("info", _("Importance cannot be told here."), _why_unranked(found)))
    return [*blocks, _table(view, known)]


def _why_unranked(found: Importance) -> str:
    return no_weights(found) if not found.drivers else trust_words(found)


def _intro(known: Touchpoints) -> str:
    found = known.importance
    if isinstance(found, CxdashError) or not found.drivers:
        return ""
    opening = _("Importance over {period}: {trust}").format(period=period_text(found.period), trust=trust_words(found))
    return f"{opening} " + _("It says what goes together, not what a change would do.")


def share_number(driver: Driver) -> Number:
    """The importance of a touchpoint: its share of what all of them account for."""
    low, value, high = (100 * part for part in (driver.low, driver.share, driver.high))
    return Number(
        text=decimal(value, 0) + "%",
        interval=_("{low} to {high}").format(low=decimal(low, 0) + "%", high=decimal(high, 0) + "%"),
        n=_("{n} ratings").format(n=count(driver.rated)),
        raw=value,
        low=low,
        high=high,
        count=driver.rated,
    )


def touchpoint_link(view: View, name: str) -> Link:
    """The page about one touchpoint."""
    return Link("journey", view.selection.with_filter("touchpoint", name).to_query())


def _importance_chart(view: View, known: Touchpoints, found: Importance) -> Dots:
    drawn = []
    for driver in found.drivers:
        _text, tone = verdict(found, driver, known.apart.get(driver.touchpoint))
        link = touchpoint_link(view, driver.touchpoint)
        drawn.append(Dot(value_name("touchpoint", driver.touchpoint), share_number(driver), tone, link))
    even = 100 / len(drawn)
    leaders = ", ".join(value_name("touchpoint", one.touchpoint) for one in leading(found))
    title = (
        _("What the overall score hangs on most: {touchpoints}").format(touchpoints=leaders)
        if leaders
        else _("No touchpoint is shown to matter more than the others")
    )
    columns = (
        Column(_("Touchpoint")),
        Column(_("Importance"), True),
        Column(_("95 % interval"), True),
        Column(_("Ratings"), True),
    )
    rows = tuple(
        (
            Cell(dot.label),
            Cell(dot.number.text, raw=dot.number.raw),
            Cell(dot.number.interval),
            _count_cell(dot.number.count),
        )
        for dot in drawn
    )
    first, last = drawn[0], drawn[-1]
    return Dots(
        key="importance",
        title=title,
        subtitle=_(
            "share of what all touchpoints account for, {period}, with 95 % interval; coloured where a touchpoint "
            "matters more than most and is rated clearly worse or better than the rest"
        ).format(period=period_text(found.period)),
        unit="%",
        dots=tuple(drawn),
        summary=_("Most important: {first} ({first_value}); least: {last} ({last_value}).").format(
            first=first.label, first_value=first.number.text, last=last.label, last_value=last.number.text
        ),
        data=Table("importance-data", _("Importance"), columns, rows),
        reference=even,
        reference_label=_("an even share: {value}").format(value=decimal(even, 0) + "%"),
    )


def _count_cell(n: int | None) -> Cell:
    return Cell("" if n is None else count(n), raw=n)


def _ratings_chart(view: View, known: Touchpoints, total: Answer | None) -> Dots:
    drawn = dots(
        view,
        known.ratings,
        key="touchpoint-ratings",
        title=_("How touchpoints are rated"),
        subtitle=_("share satisfied, with 95 % interval; coloured when clearly apart from all other ratings"),
        total=total.only if total else None,
        link_to="journey",
    )
    return coloured(drawn, known.apart.values())


def _table(view: View, known: Touchpoints) -> Table:
    """All touchpoints: the most urgent first where importance is known, otherwise the worst rated."""
    found = known.importance
    drivers = {} if isinstance(found, CxdashError) or not found.rankable else known.drivers
    rows = sorted(
        known.ratings.rows,
        key=lambda row: (
            -drivers[row.dimensions["touchpoint"]].priority if row.dimensions["touchpoint"] in drivers else 0.0,
            row.value if row.reliable and row.value is not None else 2.0,
        ),
    )
    changed = {one.row.dimensions["touchpoint"]: one for one in known.moved.findings}
    columns = [
        Column(_("Touchpoint")), Column(_("Importance"), True), Column(_("Satisfied"), True),
        Column(_("Ratings"), True), Column(_("Who met it"), True), Column(_("Reading")),
    ]  # fmt: skip
    cells = []
    for row in rows:
        name = row.dimensions["touchpoint"]
        driver, printed = drivers.get(name), number(known.ratings.metric, row)
        text, tone = (
            ("", "neutral") if isinstance(found, CxdashError) else verdict(found, driver, known.apart.get(name))
        )
        if row.value is not None and not row.reliable:
            text = _("too few ratings to judge")
        weight, change = share_number(driver) if driver else None, changed.get(name)
        detail = [printed.note or printed.interval]
        if change and change.row.difference and change.row.difference.value is not None:
            detail.append(signed_difference(change.metric, change.row.difference.value))
        notes = [text] if text else []
        if driver and not driver.own:
            notes.append(_("not shown to add anything to the others"))
        cells.append(
            (
                Cell(value_name("touchpoint", name), link=touchpoint_link(view, name)),
                Cell(weight.text, raw=weight.raw, detail=weight.interval) if weight else Cell(MISSING),
                Cell(
                    printed.text,
                    link=passport_door(view, KEY, {"touchpoint": name}) if printed.raw is not None else None,
                    raw=printed.raw,
                    tone=tone_of_finding(change) if change else "neutral",
                    detail=", ".join(detail),
                ),
                _count_cell(printed.count),
                Cell(decimal(100 * driver.reach, 0) + "%", raw=100 * driver.reach) if driver else Cell(MISSING),
                Cell("; ".join(notes), tone=tone),  # type: ignore[arg-type]  # a conditional expression loses the literal
            )
        )
    urgent = _(
        "Ordered by importance × distance from the top of the scale × share of customers who met the touchpoint: where "
        "to act first."
    )
    satisfied = _(
        "Satisfaction is of {period}; “worst” and “well” are against all other ratings, corrected for looking at all "
        "touchpoints."
    ).format(period=period_text(known.ratings.period))
    return Table(
        "touchpoints",
        _("Moments of truth") if drivers else _("Touchpoints"),
        tuple(columns),
        tuple(cells),
        note=f"{urgent} {satisfied}" if drivers else satisfied,
    )
