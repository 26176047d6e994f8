"""Who says it more often? The log-odds ratio of a word between two groups, with what everybody says as the prior.

Plain differences of shares pick the commonest words, plain ratios the rarest: a word that two people said and nobody
else is infinitely typical. Here both groups are pulled towards the share of all, by as much as so many texts would
pull, and the ratio is read in units of its own error. Counted are texts (or people) that hold the word, not how often
it occurs, so one person repeating it says it once: for such counts the Dirichlet prior of the method is a Beta one, and
the error has a term for those who did not say it. Not for one word alone; of several hundred take `discoveries`.

Source: Monroe, Colaresi & Quinn 2008, Political Analysis 16(4), section 3.5 ("Fightin' Words").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, root, together
from cxdash.statistics.distributions import two_sided_normal

PRIOR_TEXTS = 20.0
"""How many texts the prior weighs: it decides about words said by a handful, and no other."""


class Contrast(NamedTuple):
    """Log-odds of the first group minus the second, its standard error, their ratio, and a two-sided p."""

    log_odds: Floats
    se: Floats
    z: Floats
    p: Floats


def word_contrast(y1: Numbers, n1: Numbers, y2: Numbers, n2: Numbers, *, prior: Numbers = PRIOR_TEXTS) -> Contrast:
    """How much more often the first group says something than the second.

    Args:
        y1: texts of the first group that hold the word.
        n1: texts of the first group.
        y2: texts of the second group that hold it.
        n2: texts of the second group.
        prior: texts that the prior counts for, at the share of both groups together.

    Returns:
        A Contrast of log((y + a) / (n - y + b)) with a = prior x the common share and b = prior - a, whose variance is
        the sum of 1/(y + a) + 1/(n - y + b) over both groups. NaN where a group is empty, where nobody or everybody
        says it, or where a count is impossible.
    """
    y1, n1, y2, n2, weight = together(y1, n1, y2, n2, prior)
    possible = (y1 >= 0) & (y2 >= 0) & (y1 <= n1) & (y2 <= n2) & (n1 > 0) & (n2 > 0) & (weight > 0)
    share = divide(np.where(possible, y1 + y2, np.nan), n1 + n2)
    said = [np.where(possible, y + weight * share, np.nan) for y in (y1, y2)]
    unsaid = [np.where(possible, n - y + weight * (1 - share), np.nan) for y, n in ((y1, n1), (y2, n2))]
    odds = [divide(a, b) for a, b in zip(said, unsaid, strict=True)]
    first, second = (np.log(np.where(one > 0, one, np.nan)) for one in odds)
    variance = sum((divide(1.0, part) for part in (*said, *unsaid)), np.zeros_like(share))
    se = root(variance)
    log_odds = np.where(np.isnan(se), np.nan, first - second)
    z = divide(log_odds, se)
    return Contrast(log_odds, np.where(np.isnan(log_odds), np.nan, se), z, two_sided_normal(z))
