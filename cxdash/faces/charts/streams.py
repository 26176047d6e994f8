"""Where the places and streams of a flow lie: one geometry for the screen and for pictures.

Both columns are sorted by how much passes, so that the largest streams lie on top and cross least. Heights are px, the
way across is a share of the width: a screen may be any width, and nothing has to be laid out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cxdash.faces.charts.tokens import Tokens, mix
from cxdash.report.blocks import Flow, Stream

_TALL: Final = 300
"""Height of all streams together, in px."""

_SLOT: Final = 36
"""Least height of a place, in px: two lines of names must not lie over each other."""

_GAP: Final = 4
_POINTS: Final = 16
"""Straight pieces that make up a curve."""


@dataclass(frozen=True)
class Place:
    """One end of streams: its name, where its bar starts and how tall it is, in px."""

    name: str
    top: float
    tall: float
    middle: float


@dataclass(frozen=True)
class Band:
    """One stream's way: its top edge at both ends and its height, in px."""

    stream: Stream
    start: float
    end: float
    tall: float

    def outline(self) -> list[tuple[float, float]]:
        """Its corners: share of the way across (0 … 1) and px from the top, along the upper edge and back."""
        upper = [(i / _POINTS, _ease(self.start, self.end, i / _POINTS)) for i in range(_POINTS + 1)]
        return upper + [(x, y + self.tall) for x, y in reversed(upper)]


@dataclass(frozen=True)
class Layout:
    """A flow laid out; `tall` is the height of everything, in px."""

    origins: tuple[Place, ...]
    targets: tuple[Place, ...]
    bands: tuple[Band, ...]
    tall: float


def lay_out(block: Flow) -> Layout:
    """The places and streams of a flow that carry anything."""
    streams = [stream for stream in block.streams if stream.count > 0]
    total = sum(stream.count for stream in streams)
    if not total:
        return Layout((), (), (), 0.0)
    scale = _TALL / total
    left, right = _sums(streams, "origin"), _sums(streams, "target")
    height = max(_height(left, scale), _height(right, scale))
    origins, targets = _column(left, scale, height), _column(right, scale, height)
    leaving = {place.name: place.top for place in origins}
    arriving = {place.name: place.top for place in targets}
    order = {name: index for index, name in enumerate(left)}, {name: index for index, name in enumerate(right)}
    starts, ends = {}, {}
    for stream in sorted(streams, key=lambda s: (order[0][s.origin], order[1][s.target])):
        starts[id(stream)] = leaving[stream.origin]
        leaving[stream.origin] += stream.count * scale
    for stream in sorted(streams, key=lambda s: (order[1][s.target], order[0][s.origin])):
        ends[id(stream)] = arriving[stream.target]
        arriving[stream.target] += stream.count * scale
    bands = tuple(Band(s, starts[id(s)], ends[id(s)], s.count * scale) for s in streams)
    return Layout(origins, targets, bands, height)


def _sums(streams: Sequence[Stream], end: str) -> dict[str, int]:
    """Name of a place → how much passes it, the largest first."""
    found: dict[str, int] = {}
    for stream in streams:
        name = getattr(stream, end)
        found[name] = found.get(name, 0) + stream.count
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _height(sums: dict[str, int], scale: float) -> float:
    return sum(max(count * scale, _SLOT) for count in sums.values()) + _GAP * (len(sums) - 1)


def _column(sums: dict[str, int], scale: float, height: float) -> tuple[Place, ...]:
    at = (height - _height(sums, scale)) / 2
    places = []
    for name, count in sums.items():
        tall = count * scale
        slot = max(tall, _SLOT)
        places.append(Place(name, at + (slot - tall) / 2, tall, at + slot / 2))
        at += slot + _GAP
    return tuple(places)


def _ease(start: float, end: float, share: float) -> float:
    """A smooth way from one height to another that leaves and arrives level."""
    return start + (end - start) * share * share * (3 - 2 * share)


def stream_colour(stream: Stream, tokens: Tokens) -> str:
    """Bad streams in the colour of bad, all others in that of their channel: good has the colour of a channel, too."""
    return tokens.bad if stream.tone == "bad" else tokens.colour(stream.colour)


def stream_ground(stream: Stream, tokens: Tokens) -> str:
    """The pale version a stream is drawn in; a bad one is stronger than the others, also without colour."""
    return mix(stream_colour(stream, tokens), tokens.paper, 0.75 if stream.tone == "bad" else 0.4)
