"""How many contacts came, by any dimension: the busy and the quiet cells, small ones hidden as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.answers.estimate import Scope, group
from cxdash.answers.kept import kept
from cxdash.answers.totals import hidden_by_totals
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.contacts import RECEIVED
from cxdash.selection import EVERYTHING, Policy, Selection


def _count(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """The count itself: it is not drawn from anything, so it has no interval, and tells nobody's outcome."""
    n = states[RECEIVED.name]
    return Estimates(value=n, low=n, high=n, n=n, n_eff=n, variance=np.zeros_like(n), largest=np.zeros_like(n))


VOLUME = Measure("contacts", (RECEIVED,), _count)


@kept(256)
def volume(
    edition: Edition, selection: Selection, by: tuple[str, ...], policy: Policy = EVERYTHING
) -> dict[tuple[str, ...], int | None]:
    """Inbound contacts of each cell that has any; None where the cell is hidden.

    Raises:
        SelectionError: the edition has no contacts, none in the period, or cannot cut them so.
    """
    last = edition.manifest.last_day
    period = selection.period.clamp(selection.period.start, last)
    if period is None:
        raise SelectionError(f"The period lies outside the data, which ends on {last}.", action="Choose one inside it.")
    scope = Scope(edition, period, policy.narrow(selection.filters), by)
    cells = group(VOLUME, scope)
    estimates = VOLUME.finalise(cells.states, z=0.0, deff=1.0)
    hidden = hidden_by_totals(VOLUME, scope, cells, estimates)
    return {
        key: None if veiled else round(n)
        for key, n, veiled in zip(cells.keys, estimates.n.tolist(), hidden.tolist(), strict=True)
        if n
    }
