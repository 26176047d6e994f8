"""Where digital visits end: of those that got as far as a step, the share that went no further.

The steps of a visit (arrive, look, cart, pay, order) are not the stages of a customer's journey: a stage is what a
question was about, a step is how far one session got. They are shown beside each other and never merged. Visits to
self-service or the account are not on the way to an order and are counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.answers.ask import usable_period
from cxdash.answers.cells import fold
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Scope
from cxdash.answers.folded import Request
from cxdash.answers.kept import kept
from cxdash.answers.suppress import MINIMUM_SHOWN, shown_numbers
from cxdash.edition import Edition
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts.visits import VISITED
from cxdash.metrics.shares import share_estimates
from cxdash.periods import Period
from cxdash.schema.vocabularies import FURTHEST_STAGE
from cxdash.selection import EVERYTHING, Filters, Policy, Selection
from cxdash.statistics.distributions import Z95
from cxdash.statistics.suppression import low_base

BESIDE = "service"
"""What a visit can have been for that is not on the way to an order."""

WAY = tuple(step for step in FURTHEST_STAGE if step != BESIDE)
"""The steps of a visit in their order."""

MINIMUM_N = 30


@dataclass(frozen=True)
class Step:
    """One step before the last.

    Attributes:
        reached: visits that got at least here. ended: those of them that went no further.
        share: ended of reached, 0 … 1, with 95 % limits low and high. reliable: enough visits to rely on.
    """

    step: str
    reached: int
    ended: int
    share: float | None
    low: float | None
    high: float | None
    reliable: bool


@dataclass(frozen=True)
class DropOff:
    """The steps in order; `beside`: visits to self-service, counted in none of them; `hidden`: too few to be shown."""

    period: Period
    steps: tuple[Step, ...]
    beside: int = 0
    hidden: bool = False


def drop_off(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> DropOff | None:
    """Where the visits of a selection ended; None where the edition holds no visits.

    Raises:
        SelectionError: a filter that visits do not know, or days outside the data.
    """
    if "visits" not in edition.manifest.facts:
        return None
    period = usable_period(edition, find_metric("conversion"), selection.period)
    return _drop_off(edition, period, policy.narrow(selection.filters))


@kept(256)
def _drop_off(edition: Edition, period: Period, filters: Filters) -> DropOff:
    frame = fold(edition, Request("visits", (VISITED,), period, filters, ("furthest_stage",))).frame
    visits = {step: int(n) for step, n in zip(frame["furthest_stage"], frame[VISITED.name], strict=True)}
    ended = np.array([visits.get(step, 0) for step in WAY])
    few = (ended > 0) & (ended < MINIMUM_SHOWN)
    if few.any():
        # a step of a handful would follow from those before and after it
        return DropOff(period, (), hidden=True)
    reached = ended[::-1].cumsum()[::-1]
    measure = find_metric("conversion").computation
    assert isinstance(measure, Measure)
    # how much the visits of one person repeat each other is told by all of them, not step by step
    deff = float(design_effects(measure, Scope(edition, period, filters), [()])[0])
    estimates = share_estimates(ended.astype(float), reached.astype(float), z=Z95, deff=deff)
    nobody = reached == 0
    numbers = (shown_numbers(array, nobody) for array in (estimates.value, estimates.low, estimates.high))
    reliable = ~low_base(estimates.n_eff, k=MINIMUM_N)
    columns = (WAY, reached.tolist(), ended.tolist(), *numbers, reliable.tolist())
    steps = tuple(Step(*one) for one in zip(*columns, strict=True))
    beside = visits.get(BESIDE, 0)
    return DropOff(period, steps[:-1], beside if beside >= MINIMUM_SHOWN else 0)
