"""Journey: what matters to customers on their way, where it goes wrong, and where they stop.

Stages and touchpoints with satisfaction, effort and volume; the importance of touchpoints and the moments of truth that
follow from it; obstacles beyond noise; where digital visits end; and what campaigns promised against what was there.
"""

from __future__ import annotations

from cxdash.answers.apart import Apart
from cxdash.answers.cells import held
from cxdash.answers.changes import Scan
from cxdash.answers.decompose import Decomposition
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.report.blocks import Block, Brief, Headline, Notice, Report, Tile, Tiles
from cxdash.report.findings import sentence
from cxdash.report.journey_focus import focus_blocks, read_focus
from cxdash.report.journey_moments import KEY, Touchpoints, calm_sentence, moment_sentence, moments, read_touchpoints
from cxdash.report.journey_obstacles import find_obstacles, obstacle_table
from cxdash.report.journey_parts import Parts, parts_table, read_parts
from cxdash.report.journey_stages import moved_text, reversal_words, reversals, stage_blocks
from cxdash.report.journey_touchpoints import touchpoint_blocks
from cxdash.report.journey_visits import visit_blocks
from cxdash.report.journey_words import obstacle_words
from cxdash.report.notices import footer, notices
from cxdash.report.promise import promise_blocks, promise_sentence
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import dimension_name

TILES = ("csat", "nps", "ces", KEY, "conversion")

MOST_ROWS = 2_000_000
"""Answers read one by one for a section in passing, where no grid holds what is asked."""


def build(view: View) -> Report:
    """The whole journey, or one stage or touchpoint where the selection is limited to one."""
    touchpoints = read_touchpoints(view)
    focus = read_focus(view)
    body = focus_blocks(view, focus, touchpoints) if focus else _whole(view, touchpoints)
    headline = next(block for block in body if isinstance(block, Headline))
    campaign = view.params.get("campaign", "")
    return Report(
        key="journey",
        title=_("Journey"),
        subject=headline.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=(*notices(view), *body, footer(view)),
        query=(*view.selection.to_query(), *((("campaign", campaign),) if campaign else ())),
    )


def _whole(view: View, touchpoints: Touchpoints | CxdashError) -> list[Block]:
    stages = read_parts(view, "stage")
    asked = _asked_about(view)
    known = None if isinstance(touchpoints, CxdashError) else touchpoints
    reversed_in = reversals(view, stages)
    obstacles = find_obstacles(view, [stages, *([asked] if asked else [])], known)
    blocks: list[Block] = [_headline(view, stages, known, obstacles)]
    tiles = _tiles(view)
    if tiles:
        blocks.append(Tiles(tiles))
    told = f"{blocks[0].text} {blocks[0].detail}" if isinstance(blocks[0], Headline) else ""
    sentences = _brief(view, stages, known, obstacles, reversed_in, told)
    if sentences:
        blocks.append(Brief(_("In brief"), sentences))
    blocks += touchpoint_blocks(view, touchpoints)
    if obstacles:
        blocks.append(obstacle_table(view, obstacles))
    blocks += stage_blocks(view, stages, reversed_in)
    if asked is None:
        blocks.append(_left_out(view))
    elif asked.answers:
        title = _("Touchpoints customers were asked about right after")
        against = _("Against the other touchpoints")
        blocks.append(parts_table(view, asked, key="asked", title=title, against=against))
    return [*blocks, *visit_blocks(view), *promise_blocks(view)]


def _asked_about(view: View) -> Parts | None:
    """Answers by the touchpoint they are about; None where that would mean reading millions of rows."""
    filtered = [dim for dim, _values in view.policy.narrow(view.selection.filters)]
    record = view.edition.manifest.facts.get("scores")
    if record and (record.rows <= MOST_ROWS or held(view.edition, "scores", ("touchpoint", *filtered))):
        return read_parts(view, "touchpoint", changes=False)
    return Parts("touchpoint", (), {}, Scan((), 0)) if record is None else None


def _left_out(view: View) -> Notice:
    filtered = ", ".join(dimension_name(dim) for dim, _values in view.selection.filters)
    return Notice(
        "info",
        _("Touchpoints customers were asked about right after are left out here."),
        _("With these filters that would mean reading every answer: {filters}.").format(filters=filtered),
    )


def _tiles(view: View) -> tuple[Tile, ...]:
    tiles = (tile(view, key) for key in TILES if view.offers(key))
    return tuple(one for one in tiles if one.number.raw is not None)


def _headline(view: View, stages: Parts, touchpoints: Touchpoints | None, obstacles: list[Apart]) -> Headline:
    """The first moment of truth; without one, the worst obstacle; without that, that there is none."""
    moment = moment_sentence(touchpoints) if touchpoints else ""
    if moment and touchpoints:
        told = moments(touchpoints)[0].touchpoint
        others = [one for one in obstacles if told not in one.row.dimensions.values()]
        return Headline(moment, f"{obstacle_words(others[0])}." if others else "")
    calm = calm_sentence(touchpoints) if touchpoints else ""
    if obstacles:
        return Headline(obstacle_words(obstacles[0]), f"{calm}." if calm else "")
    if calm:
        return Headline(calm)
    promised = promise_sentence(view)
    if stages.answers:
        return Headline(_("No stage or touchpoint is clearly worse than the rest."), promised)
    nothing = _("This data says nothing about stages or touchpoints of the journey.")
    return Headline(promised, nothing) if promised else Headline(nothing)


def _brief(
    view: View,
    stages: Parts,
    touchpoints: Touchpoints | None,
    obstacles: list[Apart],
    reversed_in: dict[str, Decomposition],
    told: str,
) -> tuple[str, ...]:
    sentences = [f"{reversal_words(found, stage)}." for stage, found in reversed_in.items()]
    if stages.answers and (moved := moved_text(view, stages)):
        sentences.append(moved)
    if touchpoints:
        sentences += [f"{sentence(one)}." for one in touchpoints.moved.findings[:2]]
    first = moments(touchpoints)[:1] if touchpoints else []
    beside = [one for one in obstacles if not {m.touchpoint for m in first} & set(one.row.dimensions.values())]
    further = [text for one in beside if (text := obstacle_words(one)) not in told]
    sentences += [f"{text}." for text in further[:2]]
    promised = promise_sentence(view)
    return tuple(sentences + ([promised] if promised and promised not in told else []))
