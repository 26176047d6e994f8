"""The way a CX manager walks: from the overview to a channel, a region in it, why it moved, and the rows behind it."""

from __future__ import annotations

from itertools import combinations
from random import Random
from urllib.parse import urlencode

from cxdash.edition import UNKNOWN, Edition

Step = tuple[str, str, str]
"""What it is called, the page, its query."""


def walks(edition: Edition, seed: int = 5) -> list[list[Step]]:
    """Walks through sets of regions in random order, each once: no page of a walk was asked for before."""
    regions = [r for r in edition.manifest.facts["scores"].dimensions["region"] if r != UNKNOWN]
    found = [pair for size in (1, 2, 3) for pair in combinations(regions, size)]
    Random(seed).shuffle(found)
    return [_walk(",".join(sorted(pair))) for pair in found]


def _walk(regions: str) -> list[Step]:
    def to(page: str, **query: str) -> tuple[str, str]:
        return page, urlencode({"region": regions, **query})

    return [
        ("overview", *to("overview")),
        ("channels", *to("channels")),
        ("one channel", *to("channels", focus="phone")),
        ("why it moved", *to("why", metric="csat")),
        ("handoffs", *to("handoffs")),
        ("journey", *to("journey")),
        ("number and its rows", *to("number", metric="csat", channel="phone")),
    ]
