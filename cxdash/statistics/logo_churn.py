"""What share of the customers of then is gone? Churn of an opening base, and what wrong denominators make of it.

Churn over a window is the customers active at its start and lost in it, over the customers active at its start. Losses
among customers who joined later belong to no such rate. The state adds up over dimensions (those at window start) but
not over windows. Not for any other window or filter than those stored (use `survival.product_limit`). A customer who
moved between regions stays in the opening region.

Source: Wilson 1927 (interval); the identity of stocks and flows. Differences: `differences.proportion_difference`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import wilson
from cxdash.statistics.survival import Churn


class DenominatorContrast(NamedTuple):
    """Churn of the opening base, and the two usual mistakes: all losses over it, or over it and the new ones."""

    correct: Floats
    all_losses: Floats
    with_new: Floats


def closing_customers(
    opening: Numbers, new: Numbers, reactivated: Numbers, lost_opening: Numbers, lost_new: Numbers
) -> Floats:
    """Customers at the end of the window: opening + new + reactivated - lost (opening) - lost (new).

    The identity every feed must satisfy: compare with the customers counted at the end.
    """
    return floats(opening) + floats(new) + floats(reactivated) - floats(lost_opening) - floats(lost_new)


def logo_churn(opening: Numbers, lost_opening: Numbers, *, z: Numbers = Z95) -> Churn:
    """The share of the opening customers lost in the window, Wilson interval.

    Args:
        opening: customers active at window start.
        lost_opening: those of them lost in the window.
        z: normal quantile of the level.

    Returns:
        A Churn; NaN where nobody was there, or more were lost than there were.
    """
    low, high = wilson(lost_opening, opening, z=z)
    share = np.where(np.isnan(low), np.nan, divide(lost_opening, opening))
    return Churn(share, root(divide(share * (1 - share), opening)), low, high)


def contrast_denominators(
    opening: Numbers, lost_opening: Numbers, new: Numbers, lost_new: Numbers
) -> DenominatorContrast:
    """What the same window gives with the right and with wrong denominators; NaN where one of them is 0."""
    base, losses = floats(opening), floats(lost_opening) + floats(lost_new)
    return DenominatorContrast(divide(lost_opening, base), divide(losses, base), divide(losses, base + floats(new)))
