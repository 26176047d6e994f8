"""Channel levels in three forms: as they are, with the same segments in every channel, and within customers.

As they are, a channel that loyal customers prefer looks better than it is. Fixed shares of segments take out the part
of the mix that segments tell; differences within customers take out all of it, but need pairs (methods: consistency
4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxdash.answers.consistency_counts import aligned, answers_by, traffic_of, transitions_of
from cxdash.answers.consistency_pairs import PairedScores, linked_channels, pair_effect, paired_scores
from cxdash.answers.consistency_segments import Groups, merge_segments, standardised_scores, take_together
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Scope
from cxdash.measures import Floats
from cxdash.metrics.level_consistency import LEVELS, REFERENCE_SPREAD, Levels, measure_levels, traffic_weights
from cxdash.periods import Period
from cxdash.statistics.arrays import Flags
from cxdash.statistics.buckets import without_each
from cxdash.statistics.channel_index import PAIRED, RAW, STANDARDISED
from cxdash.statistics.consistency import Spread, correlated_level_spread, level_spread, smoothed_nps_variance
from cxdash.statistics.intervals import nps_value


@dataclass(frozen=True)
class Form:
    """The levels in one form.

    Attributes:
        score: points, (times, channels), NaN = left out; within customers the levels lie around zero.
        covariance: of the scores, (times, channels, channels), design effect included.
        weight: traffic, (times, channels), 0 = left out.
        n: answers each channel rests on, or pairs it is part of.
        evidence, effective: answers or pairs in all, (times,), and the same divided by their design effect.
        spread: δ, p and L, (times,).
    """

    score: Floats
    covariance: Floats
    weight: Floats
    n: Floats
    evidence: Floats
    effective: Floats
    spread: Spread


@dataclass(frozen=True)
class ChannelLevels:
    """The levels of all channels in every form, per time bucket.

    Attributes:
        periods: the time buckets. channels: second axis of every form, alphabetical.
        forms: `RAW`, `STANDARDISED` and `PAIRED`, see `channel_index`.
        segments: their names. groups: per time bucket, which of them are taken together.
        kinds: detractors, passives and promoters, (3, times, channels, segments).
        moves: pairs by customer bucket, see `transitions_of`.
        deff: design effect of answers within channels.
    """

    periods: tuple[Period, ...]
    channels: tuple[str, ...]
    forms: Mapping[int, Form]
    segments: tuple[str, ...]
    groups: tuple[Groups, ...]
    kinds: Floats
    moves: Floats
    deff: float


def channel_levels(scope: Scope) -> ChannelLevels:
    """Every form over the scope, which has no breakdown; its filters hold for answers, pairs and traffic alike."""
    counts, kinds = answers_by(scope, "segment")
    channels = tuple(sorted(counts.values[0]))
    kinds = aligned(kinds, counts.values[0], channels, 2)
    deff = float(design_effects(LEVELS, scope, [()])[0])
    contacts = np.broadcast_to(traffic_of(scope, channels), (len(counts.periods), len(channels)))
    plain = measure_levels(kinds.sum(axis=-1), contacts, deff)
    answers = kinds.sum(axis=0) / deff
    groups = tuple(take_together(*one) for one in zip(answers, plain.weight > 0, strict=True))
    moves = transitions_of(scope, channels)
    forms = {
        RAW: _independent(plain, deff),
        STANDARDISED: _independent(_standardised(kinds, kinds, plain, groups, deff), deff),
        # on days on which nobody answered there are no channels to pair
        PAIRED: _paired(moves, contacts) if channels else _independent(plain, deff),
    }
    return ChannelLevels(counts.periods, channels, forms, counts.values[1], groups, kinds, moves, deff)


def level_without_each(scope: Scope, levels: ChannelLevels, form: int) -> tuple[Floats, Flags]:
    """L in one form without each bucket of customers: same channels, segments, shares and traffic.

    Args:
        scope: what the levels were asked over.
        levels: of everybody.
        form: which form.

    Returns:
        (L, whether anybody is in the bucket), each (times, buckets).
    """
    weight = levels.forms[form].weight[:, None, :]
    if form == PAIRED:
        scores = _paired_without(levels.moves)
        noise = np.nan_to_num(scores.covariance) * _effect(levels.forms[PAIRED])
        spread = correlated_level_spread(scores.score, noise, weight, reference_spread=REFERENCE_SPREAD)
        return spread.index, levels.moves.sum(axis=(2, 3, 4, 5)) > 0
    counts, kinds = answers_by(scope, *(("segment",) if form == STANDARDISED else ()), "bucket")
    kinds = aligned(kinds, counts.values[0], levels.channels, 2)
    if form == STANDARDISED:
        kinds = aligned(kinds, counts.values[1], levels.segments, 3)
    rest = np.moveaxis(without_each(kinds), -1, 2)
    if form == STANDARDISED:
        score, variance, *_ = _standardised(rest, levels.kinds, _levels(levels), levels.groups, levels.deff)
    else:
        score = np.where(weight > 0, 100.0 * nps_value(*rest), np.nan)
        variance = np.where(weight > 0, smoothed_nps_variance(*rest) * levels.deff, np.nan)
    spread = level_spread(score, variance, weight, reference_spread=REFERENCE_SPREAD)
    held = kinds.sum(axis=tuple(axis for axis in range(kinds.ndim) if axis not in (1, kinds.ndim - 1)))
    return spread.index, held > 0


def _levels(levels: ChannelLevels) -> Levels:
    raw = levels.forms[RAW]
    return Levels(raw.score, np.diagonal(raw.covariance, axis1=1, axis2=2), raw.weight, raw.n)


def _independent(levels: Levels, deff: float) -> Form:
    """A form whose channels have errors of their own."""
    score, variance, weight, n = levels
    enough = (~np.isnan(score)).sum(axis=-1, keepdims=True) >= 2
    spread = level_spread(score, variance, np.where(enough, weight, 0.0), reference_spread=REFERENCE_SPREAD)
    evidence = np.where(np.isnan(score), 0.0, n).sum(axis=-1)
    diagonal = np.nan_to_num(variance)[..., None] * np.eye(score.shape[-1])
    return Form(score, diagonal, weight, n, evidence, evidence / deff, spread)


def _standardised(kinds: Floats, whole: Floats, plain: Levels, groups: tuple[Groups, ...], deff: float) -> Levels:
    """Levels at fixed shares of segments, those of `whole`; NaN where the segments are too few to tell anything.

    Args:
        kinds: (3, times, …, channels, segments).
        whole: (3, times, channels, segments).
        plain: the levels as they are.
        groups: which segments are taken together, per time.
        deff: design effect.
    """
    found = []
    for time, numbers in enumerate(groups):
        compared = plain.weight[time] > 0
        shares = merge_segments(whole[:, time].sum(axis=0), numbers)[compared].sum(axis=0)
        found.append(standardised_scores(merge_segments(kinds[:, time], numbers), shares, compared, deff))
    score, variance = (np.stack(part) for part in zip(*found, strict=True))
    known = ~np.isnan(score)
    weight = plain.weight.reshape(len(groups), *[1] * (score.ndim - 2), -1)
    return Levels(score, variance, np.where(known, weight, 0.0), plain.n)


def _paired(moves: Floats, contacts: Floats) -> Form:
    """Levels from differences within customers, with errors that know that a customer can have several pairs."""
    whole = moves.sum(axis=1)
    usable = linked_channels(whole)
    weight = traffic_weights(contacts, usable)
    scores = paired_scores(whole, usable)
    effect = pair_effect(scores, _paired_without(moves), weight, moves.sum(axis=(2, 3, 4, 5)) > 0)
    covariance = np.nan_to_num(scores.covariance) * effect
    spread = correlated_level_spread(scores.score, covariance, weight, reference_spread=REFERENCE_SPREAD)
    return Form(scores.score, covariance, weight, scores.touching, scores.pairs, scores.pairs / effect, spread)


def _paired_without(moves: Floats) -> PairedScores:
    usable = linked_channels(moves.sum(axis=1))[:, None]
    return paired_scores(moves.sum(axis=1, keepdims=True) - moves, usable)


def _effect(form: Form) -> float:
    """Design effect behind a form's effective numbers."""
    held = form.effective > 0
    return float((form.evidence[held] / form.effective[held]).max(initial=1.0))
