"""What moved a score, in sentences: the words of the page "Why it moved" and of the overview's brief.

A change that is not clear is never explained; where every part moved against the whole, that is said before anything
else. No sentence names a cause: "because" is kept for arithmetic.
"""

from __future__ import annotations

from cxdash.answers.answer import Difference
from cxdash.answers.decomposition import Decomposition, Effect, Limits
from cxdash.answers.ranking import Cut
from cxdash.answers.segments import OTHER
from cxdash.answers.weights import COUNTED, Obstacle
from cxdash.language import N_, _
from cxdash.metrics.metric import Metric
from cxdash.report.wording import (
    MISSING,
    against_text,
    decimal,
    difference_text,
    dimension_name,
    signed_difference,
    value_name,
    value_text,
)

OBSTACLES: dict[Obstacle, str] = {
    "stock": N_(
        "{metric} multiplies the risk of one day after the other, so its change is no sum of what its parts did."
    ),
    "spread": N_("{metric} says how far channels differ, so its change is no sum of what single parts did."),
    "order": N_("{metric} is a middle value, not an average, so its change is no sum of what its parts did."),
    "gap": N_("{metric} compares us with published figures; look at our own score instead."),
    "halves": N_(
        "{metric} is made half of how far channels differ and half of how issues move between them; "
        "the page Channels shows both."
    ),
    "composite": N_("{metric} is made of other metrics; what each of them did adds up to its change."),
}
"""Why a metric's change is not split into shares and scores."""


def part_text(metric: Metric, effect: float) -> str:
    """A part of a change, with one digit more than the metric is printed with, so that parts add up by eye."""
    size = decimal(effect * metric.factor, metric.decimals + 1, sign=True)
    return _("{n} pp").format(n=size) if metric.unit == "percent" else size


def limits_text(metric: Metric, limits: Limits) -> str:
    """The interval of a part, or ""."""
    if limits.low != limits.low or limits.high != limits.high:  # not known
        return ""
    ends = {name: decimal(x * metric.factor, metric.decimals + 1, sign=True) for name, x in _ends(limits)}
    return _in_unit(metric).format(**ends)


def _ends(limits: Limits) -> tuple[tuple[str, float], tuple[str, float]]:
    return ("low", limits.low), ("high", limits.high)


def _in_unit(metric: Metric) -> str:
    return _("{low} to {high} pp") if metric.unit == "percent" else _("{low} to {high}")


def change_limits(metric: Metric, low: float | None, high: float | None) -> str:
    """The interval of a change, with the metric's own digits: "−8.3 to −2.5 pp", or ""."""
    if low is None or high is None:
        return ""
    if metric.unit == "seconds":
        ends = [signed_difference(metric, x) for x in (low, high)]
    else:
        ends = [decimal(x * metric.factor, metric.decimals, sign=True) for x in (low, high)]
    return _in_unit(metric).format(low=ends[0], high=ends[1])


def segment_name(dimension: str, value: str) -> str:
    """How a segment is called; the pool of small ones says what it is."""
    return _("others, too small to show") if value == OTHER else value_name(dimension, value)


def share_text(share: float, decimals: int = 0) -> str:
    """A share of the whole: "43%"."""
    return decimal(100 * share, decimals) + "%"


def shares_text(before: float, now: float) -> str:
    """A share before and now, with a digit more where one of them is small: "8.1% → 43.2%"."""
    decimals = 1 if min(before, now) < 0.1 else 0
    return f"{share_text(before, decimals)} → {share_text(now, decimals)}"


def score_text(metric: Metric, score: float | None) -> str:
    """A segment's score, or a dash where it had none."""
    return MISSING if score is None else value_text(metric, score)


def weighted_by(found: Decomposition) -> str:
    """What the shares are shares of, in words: "answers"."""
    return _(found.metric.counted) if found.weight == COUNTED else _("revenue at the start")


def change_headline(metric: Metric, difference: Difference) -> str:
    """How a metric moved and whether that is beyond noise, in one sentence without a full stop."""
    against = against_text(difference)
    if difference.value is None or difference.word == "too few answers":
        text = _("Too few {counted} to say whether {metric} moved on {against}")
        return text.format(counted=_(metric.counted), metric=_(metric.label), against=against)
    interval = change_limits(metric, difference.low, difference.high)
    if difference.word == "no clear change":
        text = _("No clear change in {metric} on {against} ({interval})")
    else:
        text = (
            _("{metric} rose {size} on {against} ({interval})")
            if difference.value > 0
            else _("{metric} fell {size} on {against} ({interval})")
        )
    size = difference_text(metric, difference.value)
    return text.format(metric=_(metric.label), size=size, against=against, interval=interval)


def reversal_sentence(found: Decomposition) -> str:
    """Simpson's paradox in words, with the segment whose share did most; "" where there is none."""
    if not found.reversal:
        return ""
    values = {
        "metric": _(found.metric.label),
        "size": difference_text(found.metric, found.change),
        "dimension": dimension_name(found.dimension).lower(),
        "rate": part_text(found.metric, found.rate),
        "interval": limits_text(found.metric, found.rate_limits),
    }
    fell = found.change < 0
    if found.reversal == "every":
        some = any(effect not in found.judged for effect in found.effects)
        text = _every(fell, some=some)
    else:
        text = (
            _("{metric} fell {size} in total although at fixed shares it rose by {dimension} ({rate}, {interval})")
            if fell
            else _("{metric} rose {size} in total although at fixed shares it fell by {dimension} ({rate}, {interval})")
        )
    return f"{text.format(**values)}: {_shifted(found)}."


def reversal_short(found: Decomposition) -> str:
    """The same in passing, where the full sentence follows."""
    text = (
        _("The whole misleads: by {dimension}, every part moved the other way.")
        if found.reversal == "every"
        else _("The whole misleads: by {dimension}, the parts together moved the other way at fixed shares.")
    )
    return text.format(dimension=dimension_name(found.dimension).lower())


def _every(fell: bool, *, some: bool) -> str:
    if some:
        return (
            _("{metric} fell {size} in total although it rose in every {dimension} with enough answers")
            if fell
            else _("{metric} rose {size} in total although it fell in every {dimension} with enough answers")
        )
    return (
        _("{metric} fell {size} in total although it rose in every {dimension}")
        if fell
        else _("{metric} rose {size} in total although it fell in every {dimension}")
    )


def _shifted(found: Decomposition) -> str:
    """The segment whose changed share did most in the direction of the change."""
    top = max(found.effects, key=lambda effect: effect.mix * (1 if found.change > 0 else -1))
    grew = top.share_now > top.share_before
    text = (
        _("those of {segment} ({score}) make up more of the {counted} now ({shares})")
        if grew
        else _("those of {segment} ({score}) make up less of the {counted} now ({shares})")
    )
    return text.format(
        segment=segment_name(found.dimension, top.value),
        score=score_text(found.metric, top.score_now if top.score_now is not None else top.score_before),
        counted=weighted_by(found),
        shares=shares_text(top.share_before, top.share_now),
    )


def scores_sentence(found: Decomposition) -> str:
    """The score of each segment before and now: "Standard 75.2% → 82.7%; …"."""
    return "; ".join(
        f"{segment_name(found.dimension, effect.value)} "
        f"{score_text(found.metric, effect.score_before)} → {score_text(found.metric, effect.score_now)}"
        for effect in found.effects
    )


def top_sentence(found: Decomposition, top: Effect | None, *, clear: bool) -> str:
    """Which segment did more than its share; where none is beyond noise, that."""
    dimension = dimension_name(found.dimension).lower()
    if top is None or not clear:
        text = _("By {dimension} no part stands apart from the rest beyond noise.")
        return text.format(dimension=dimension)
    text = _(
        "By {dimension}, {where} stands apart: it makes {part} of the change of {change}; "
        "had all moved alike, it would be {alike}. {own}"
    )
    return text.format(
        dimension=dimension,
        where=segment_name(found.dimension, top.value),
        part=part_text(found.metric, top.total),
        change=part_text(found.metric, found.change),
        alike=part_text(found.metric, top.total - top.pull),
        own=_own(found, top),
    )


def _own(found: Decomposition, top: Effect) -> str:
    if not top.n_before:
        return _("It was not there before.")
    if not top.n_now:
        return _("It is not there any more.")
    return _("Its own score went {before} → {now}, its share of the {counted} {shares}.").format(
        before=score_text(found.metric, top.score_before),
        now=score_text(found.metric, top.score_now),
        counted=weighted_by(found),
        shares=shares_text(top.share_before, top.share_now),
    )


def brief_sentence(cut: Cut) -> str:
    """One sentence for a brief on a change that is clear, or "" where no part stands apart."""
    if cut.found.reversal:
        return reversal_sentence(cut.found)
    if not cut.clear or cut.top is None:
        return ""
    return _(
        "By {dimension}, {where} contributes most beyond its share to the change in {metric}: "
        "{rate} by its own score, {mix} by its share of the {counted}."
    ).format(
        dimension=dimension_name(cut.found.dimension).lower(),
        where=segment_name(cut.found.dimension, cut.top.value),
        metric=_(cut.found.metric.label),
        rate=part_text(cut.found.metric, cut.top.rate),
        mix=part_text(cut.found.metric, cut.top.mix),
        counted=weighted_by(cut.found),
    )
