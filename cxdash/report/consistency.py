"""Consistency in full: what the index is made of, with case mix and without, and what would raise it most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cxdash.answers.consistency import form_text
from cxdash.answers.consistency_gains import HANDOFFS, Consistency
from cxdash.answers.consistency_levels import Form
from cxdash.answers.consistency_pairs import Individual, individual_part
from cxdash.edition import UNKNOWN
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Number, Section, Table
from cxdash.report.channel_map import channel_link
from cxdash.report.consistency_gains import gains_table, gap_number, gap_tone
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, decimal, interval_text, number, value_name
from cxdash.statistics.channel_index import MINIMUM_PAIRS, PAIRED, RAW, STANDARDISED


def consistency_blocks(view: View, found: Consistency) -> list[Block]:
    """The index part by part, the levels without case mix, and what would raise it."""
    blocks: list[Block] = [Section(_("How consistent are the channels?"), _introduction(found)), _parts(view, found)]
    if found.parts.form != RAW and found.channels:
        blocks.append(_adjusted(view, found))
    gains = gains_table(view, found)
    return [*blocks, gains] if gains.rows else [*blocks, Section(gains.title, gains.note)]


def individual_text(individual: Individual) -> str:
    """What pairs of ratings say that levels cannot: whether one customer's experience changes with the channel."""
    numbers = {
        "score": decimal(individual.score, 0),
        "low": decimal(individual.low, 0),
        "high": decimal(individual.high, 0),
        "across": count(individual.across),
        "within": count(individual.within),
    }
    if individual.p < 0.05:
        text = _(
            "One customer’s ratings differ more across channels than within one: individual consistency {score} of "
            "100 ({low} to {high}), from {across} pairs across and {within} within channels."
        )
    else:
        text = _(
            "One customer’s ratings do not detectably differ more across channels than within one: individual "
            "consistency {score} of 100 ({low} to {high}), from {across} pairs across and {within} within channels."
        )
    few = "" if individual.headline else " " + _("Below 2,000 pairs of each kind this is a hint, no finding.")
    return text.format(**numbers) + few


def _introduction(found: Consistency) -> str:
    levels, form = found.parts.levels, found.parts.levels.forms[found.parts.form]
    sentences = [
        _("Half is how equal the levels are, half how many handoffs between channels go on without a break."),
        form_text(found.parts.form),
    ]
    left_out = [
        value_name("channel", channel)
        for place, channel in enumerate(levels.channels)
        if not form.weight[0, place] > 0 and channel != UNKNOWN
    ]
    if left_out:
        text = _("Not among the levels, for too few ratings or no contacts: {channels}.")
        sentences.append(text.format(channels=", ".join(left_out)))
    individual = individual_part(levels.moves[0].sum(axis=0))
    if individual is not None:
        sentences.append(individual_text(individual))
    return " ".join(sentences)


def _parts(view: View, found: Consistency) -> Table:
    """The index and everything it is made of, one under the other."""
    levels = found.parts.levels
    index, raw, handoffs = (_asked(view, key) for key in ("consistency", "level_consistency", HANDOFFS))
    rows = [
        _row(_("Levels, as measured"), raw, _level_words(levels.forms[RAW])),
        _row(
            _("Levels, the same segments in every channel"),
            _level(levels.forms[STANDARDISED], _("answers")),
            _standardised_words(found),
        ),
        _row(
            _("Levels, within customers"),
            _level(levels.forms[PAIRED], _("pairs of ratings"), enough=MINIMUM_PAIRS),
            _paired_words(found),
        ),
        _row(_("Handoffs without a break"), handoffs, _("share of issues’ moves to another channel that go on there")),
        _row(
            _("Channel consistency"),
            index,
            _("half the levels, half the handoffs")
            if index.raw is not None
            else _("no index: levels and handoffs are not both known"),
        ),
    ]
    taken = {RAW: 0, STANDARDISED: 1, PAIRED: 2}[found.parts.form]
    if np.isfinite(found.parts.chosen.level[0]):
        rows[taken] = (replace(rows[taken][0], detail=_("taken for the index")), *rows[taken][1:])
    columns = (
        Column(""),
        Column(_("0 to 100"), True),
        Column(_("95 % interval"), True),
        Column(_("Rests on"), True),
        Column(_("Means")),
    )
    note = _("100: no difference beyond noise, and no handoff breaks. 0: levels spread by 30 points of NPS or more.")
    return Table("consistency", _("What consistency is made of"), columns, tuple(rows), note=note)


def _row(label: str, printed: Number, words: str) -> tuple[Cell, ...]:
    low_base = _("low base") if printed.state == "low_base" else ""
    return (
        Cell(label),
        Cell(printed.text, link=printed.passport, raw=printed.raw, detail=low_base or printed.note),
        Cell(printed.interval),
        Cell(printed.n, raw=printed.count),
        Cell(words),
    )


def _asked(view: View, key: str) -> Number:
    asked = view.try_ask(key) if view.offers(key) else None
    if asked is None or isinstance(asked, CxdashError):
        return Number(MISSING, state="missing", note=_("not measured here"))
    printed = number(find_metric(key), asked.only)
    return replace(printed, passport=passport_door(view, key)) if printed.raw is not None else printed


def _level(form: Form, counted: str, *, enough: float = 0) -> Number:
    metric, value = find_metric("level_consistency"), float(form.spread.index[0])
    n = _("{n} {counted}").format(n=count(form.evidence[0]), counted=counted) if form.evidence[0] else ""
    if not np.isfinite(value) or form.evidence[0] < enough:
        return Number(MISSING, n=n, state="missing")
    low, high = float(form.spread.index_low[0]), float(form.spread.index_high[0])
    known = np.isfinite(low) and np.isfinite(high)
    return Number(
        decimal(value, 0),
        interval_text(metric, low, high) if known else "",
        n,
        value,
        low if known else None,
        high if known else None,
        round(float(form.evidence[0])),
    )


def _level_words(form: Form) -> str:
    if not np.isfinite(form.spread.index[0]):
        return _("fewer than two channels with 30 answers")
    if form.spread.p[0] >= 0.05:
        return _("no detectable difference between channels")
    return _("NPS of channels spreads by {spread} points beyond noise").format(spread=decimal(form.spread.delta[0], 0))


def _standardised_words(found: Consistency) -> str:
    form, groups = found.parts.levels.forms[STANDARDISED], found.parts.levels.groups[0]
    if not np.isfinite(form.spread.index[0]):
        return _("no two segments with answers in every channel")
    strata = int(groups.max(initial=-1)) + 1
    told = plural("{n} group of segments", "{n} groups of segments", strata).format(n=strata)
    return f"{_level_words(form)} ({told})"


def _paired_words(found: Consistency) -> str:
    form = found.parts.levels.forms[PAIRED]
    if form.evidence[0] >= MINIMUM_PAIRS:
        known = np.isfinite(form.spread.index[0])
        return _level_words(form) if known else _("the pairs do not link the channels")
    text = _(
        "too few: {needed} pairs of ratings by one customer in two channels within 90 days are needed, there are {n} "
        "in channels with at least 30"
    )
    return text.format(n=count(form.evidence[0]), needed=MINIMUM_PAIRS)


def _adjusted(view: View, found: Consistency) -> Dots:
    """Each channel against the others, with case mix removed."""
    paired = found.parts.form == PAIRED
    counted = _("pairs of ratings") if paired else _("answers")
    drawn = tuple(
        Dot(
            value_name("channel", one.channel),
            gap_number(one, counted),
            gap_tone(one),
            channel_link(view, one.channel),
            one.channel,
        )
        for one in reversed(found.channels)
    )
    columns = (Column(_("Channel")), Column(_("Points"), True), Column(_("95 % interval"), True), Column(counted, True))
    rows = tuple(
        (Cell(dot.label), Cell(dot.number.text, raw=dot.number.raw), Cell(dot.number.interval), Cell(dot.number.n))
        for dot in drawn
    )
    apart = [value_name("channel", one.channel) for one in found.channels if one.clear]
    return Dots(
        key="case-mix",
        title=_("NPS of each channel against the others, case mix removed"),
        subtitle=_("points, with 95 % interval; coloured only where apart beyond noise, corrected for all channels"),
        unit="",
        dots=drawn,
        summary=_("Apart from the others: {channels}.").format(channels=", ".join(apart))
        if apart
        else _("No channel is apart from the others beyond noise."),
        data=Table("case-mix-data", _("NPS against the other channels"), columns, rows),
        reference=0.0,
        reference_label=_("the other channels"),
    )
