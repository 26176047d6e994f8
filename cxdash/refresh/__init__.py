"""The writing wing's verb: read the warehouse, check, and publish an edition, or leave the last good one serving.

`refresh(settings, now=…)` does it; `roll_back(editions, edition_id)` serves an earlier edition again.
"""

from __future__ import annotations

from cxdash.refresh.publishing import roll_back
from cxdash.refresh.run import Progress, refresh

__all__ = ["Progress", "refresh", "roll_back"]
