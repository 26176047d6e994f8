"""What the Journey page says: verdicts and sentences that never go beyond what was found to be apart from noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cxdash.answers.answer import Row
from cxdash.answers.apart import Apart
from cxdash.answers.drivers import Driver, Importance
from cxdash.language import N_, _, plural
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Dots, Tone
from cxdash.report.wording import count, decimal, difference_text, value_name, value_text

OUTCOME = {
    "nps": N_("the recommendation (0–10) given in the same questionnaire"),
    "csat": N_("the overall satisfaction (1–5) given in the same questionnaire"),
    "ces": N_("the ease (1–7) agreed to in the same questionnaire"),
}

LITTLE = 0.02
"""Share of R² by which two ways of sharing it usually differ."""


def outcome(found: Importance) -> str:
    """The score that importance is importance for."""
    return _(OUTCOME[found.survey])


def leading(found: Importance) -> tuple[Driver, ...]:
    """Touchpoints that matter more than touchpoints do on average, most important first; none where none may rank."""
    return tuple(one for one in found.drivers if one.leads) if found.rankable else ()


def side(apart: Apart | None) -> int:
    """1 clearly better than the rest, −1 clearly worse, 0 not told apart."""
    return 0 if apart is None or not apart.clear else (1 if apart.good else -1)


def coloured(chart: Dots, compared: Iterable[Apart]) -> Dots:
    """A breakdown whose dots are coloured by what is clearly apart from the rest, corrected for all of them."""
    tones: dict[int, Tone] = {1: "good", -1: "bad", 0: "neutral"}
    found = {value_name(*next(iter(one.row.dimensions.items()))): tones[side(one)] for one in compared}
    return replace(chart, dots=tuple(replace(dot, tone=found.get(dot.label, "neutral")) for dot in chart.dots))


def verdict(found: Importance, driver: Driver | None, apart: Apart | None) -> tuple[str, Tone]:
    """What to make of a touchpoint, in words of a closed set, and their colour."""
    stands = side(apart)
    if driver is not None and driver in leading(found):
        most = _matters_most(found, driver)
        if stands < 0:
            return (
                _("matters most and is among the worst rated")
                if most
                else _("matters much and is among the worst rated")
            ), "bad"
        if stands > 0:
            return (
                _("matters most and is rated well: protect it")
                if most
                else _("matters much and is rated well: protect it")
            ), "good"
        return (_("matters most") if most else _("matters much")), "neutral"
    if stands < 0:
        return _("among the worst rated; not shown to matter much"), "neutral"
    if stands > 0:
        return _("rated well; not shown to matter much"), "neutral"
    return "", "neutral"


def _matters_most(found: Importance, driver: Driver) -> bool:
    """Whether it matters clearly more than every other touchpoint."""
    others = {one.touchpoint for one in found.drivers} - {driver.touchpoint}
    return all((driver.touchpoint, other) in found.surer for other in others)


def rank_words(found: Importance, driver: Driver) -> str:
    """How much a leading touchpoint matters beside the others: only what pairs of weights bear."""
    above = [one for one in found.drivers if (one.touchpoint, driver.touchpoint) in found.surer]
    below = {one.touchpoint for one in found.drivers if (driver.touchpoint, one.touchpoint) in found.surer}
    others = {one.touchpoint for one in found.drivers if one not in above and one is not driver}
    name = value_name("touchpoint", driver.touchpoint)
    if _matters_most(found, driver):
        return _("{touchpoint} matters most").format(touchpoint=name)
    if others <= below and len(above) == 1:
        first = value_name("touchpoint", above[0].touchpoint)
        return _("{touchpoint} matters most after {first}").format(touchpoint=name, first=first)
    return _("{touchpoint} is among those that matter most").format(touchpoint=name)


def rated_words(metric: Metric, driver: Driver, ratings: Sequence[Row]) -> str:
    """How a clearly worse touchpoint is rated: worst only where its interval lies below all others."""
    own = next(row for row in ratings if row.dimensions["touchpoint"] == driver.touchpoint)
    value = value_text(metric, own.value or 0.0)
    others = [row for row in ratings if row is not own and row.reliable and row.low is not None]
    worst = own.high is not None and all(own.high < (row.low or 0.0) for row in others)
    template = (
        _("is rated worst: {value} are satisfied") if worst else _("is among the worst rated: {value} are satisfied")
    )
    return template.format(value=value)


def trust_words(found: Importance) -> str:
    """What importance rests on, and how far it bears."""
    parts = [
        _(
            "{n} questionnaires; together the touchpoints account for {percent}% of the differences in {outcome}."
        ).format(n=count(found.answers), percent=decimal(100 * found.r2, 0), outcome=outcome(found))
    ]
    if not found.rankable:
        parts.append(_("That is too little to rank them by importance."))
    if found.left_out:
        names = ", ".join(value_name("touchpoint", name) for name, _n in found.left_out)
        parts.append(
            plural(
                "Left out, because too few rated it together with the others, or all rated it the same: {names}.",
                "Left out, because too few rated them together with the others, or all rated them the same: {names}.",
                len(found.left_out),
            ).format(names=names)
        )
    if found.alike:
        parts.append(_("Some touchpoints are rated nearly alike; how importance is split among them is uncertain."))
    if found.lmg_apart is not None and found.lmg_apart > LITTLE:
        parts.append(
            _("Another way of sharing (LMG) would move a share by up to {points} points.").format(
                points=decimal(100 * found.lmg_apart, 0)
            )
        )
    if found.gaps:
        parts.append(_completeness(found))
    return " ".join(parts)


def _completeness(found: Importance) -> str:
    opening = _(
        "Most customers meet only some touchpoints, so each pair is compared among those who rated both ({n} or more)."
    )
    text = opening.format(n=count(found.fewest))
    if found.disagreement is None:
        return text
    beside = _("Those {n} alone who rated all of them would move no share by more than {points} points.")
    return f"{text} " + beside.format(n=count(found.complete), points=decimal(100 * found.disagreement, 0))


def no_weights(found: Importance) -> str:
    """Why importance cannot be told."""
    match found.reason:
        case "nothing rated":
            return _("No touchpoint was rated in this selection.")
        case "one touchpoint":
            return _("Only one touchpoint was rated: importance compares several.")
        case "alike":
            return _("The ratings move together so much that they cannot be told apart.")
        case _:
            return _(
                "Importance needs 100 customers who rated two touchpoints together; this selection has too few "
                "({n} questionnaires)."
            ).format(n=count(found.answers))


def obstacle_words(apart: Apart) -> str:
    """A clearly worse stage or touchpoint: "CSAT in Support is 6 percentage points below the rest"."""
    ((dim, value),) = apart.row.dimensions.items()
    template = (
        _("{metric} in {where} is {size} below the rest")
        if (apart.difference or 0.0) < 0
        else _("{metric} in {where} is {size} above the rest")
    )
    return template.format(
        metric=_(apart.metric.label),
        where=value_name(dim, value),
        size=difference_text(apart.metric, apart.difference or 0.0),
    )
