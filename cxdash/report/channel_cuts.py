"""What a channel consists of: every dimension the data offer, each value against the rest of the channel.

One table says for each dimension whether anything in it stands out, and leads to it; the dimension chosen (or the one
in which most stands out) is drawn with all metrics that can be cut by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cxdash.answers import Question, Row
from cxdash.answers.apart import Apart, against_rest, can_be_apart
from cxdash.answers.cells_apart import gridded
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Metric
from cxdash.report.apart_words import apart_dots, listed, value_cell
from cxdash.report.blocks import Block, Cell, Column, Link, Table
from cxdash.report.channel_others import COMPARED
from cxdash.report.view import View
from cxdash.report.wording import MISSING, dimension_name, value_name

DIMENSIONS = ("region", "segment", "product", "stage", "reason", "team", "touchpoint", "language", "actor")
"""What a channel may be cut by, in the order people ask; weekday and hour have a map of their own."""

ORDER = ("nps", "csat", "ces", "first_contact_resolution", "abandonment", "wait_time", *COMPARED)
"""Which metric speaks for a dimension that the leading one does not know."""

MOST_ROWS = 24
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Cut:
    """One dimension, and its values against the rest; `found` is None where only rows could say, which takes longer."""

    dimension: str
    metric: Metric
    found: tuple[Apart, ...] | None

    @property
    def weight(self) -> float:
        """How much stands out in it: the clear gaps, each by the share of the channel it holds."""
        return sum(_share(one) * abs(one.difference or 0.0) for one in self.found or () if one.clear)


def _share(one: Apart) -> float:
    n, rest = one.row.n or 0.0, one.rest.n or 0.0
    return n / (n + rest) if n else 0.0


def cuts_of(focused: View, lead: Metric, chosen: str) -> tuple[Cut, ...]:
    """Every dimension with at least two values here; `chosen` is looked up however long it takes."""
    found = []
    for dim in DIMENSIONS:
        if len(focused.selection.values(dim)) == 1:
            continue
        for metric in _metrics_by(focused, dim, lead):
            measure = metric.computation
            assert isinstance(measure, Measure)
            if dim != chosen and not gridded(focused.edition, measure, focused.selection, (dim,), focused.policy):
                found.append(Cut(dim, metric, None))
                break
            cells = _compare(focused, metric, dim)
            if sum(one.row.value is not None for one in cells) > 1:
                found.append(Cut(dim, metric, cells))
                break
    return tuple(found)


def _metrics_by(view: View, dim: str, lead: Metric) -> list[Metric]:
    """Metrics that know the dimension, the page's leading one first."""
    known = [METRICS[key] for key in ORDER if view.offers(key) and can_be_apart(METRICS[key])]
    ordered = dict.fromkeys([lead.key, *(metric.key for metric in known)])
    facts = view.edition.manifest.facts
    return [
        metric
        for metric in (METRICS[key] for key in ordered)
        if isinstance(metric.computation, Measure) and len(facts[metric.computation.fact].dimensions.get(dim, ())) > 1
    ]


def _compare(view: View, metric: Metric, dim: str) -> tuple[Apart, ...]:
    try:
        return against_rest(view.edition, Question(metric.key, view.selection, by=(dim,)), view.policy)
    except CxdashError:
        return ()  # this metric does not know a filter or the period


def cuts_blocks(view: View, focused: View, channel: str, lead: Metric, whole: Row) -> list[Block]:
    """The overview of dimensions, and the one looked at."""
    chosen = view.params.get("cut", "")
    cuts = cuts_of(focused, lead, chosen)
    if not cuts:
        return []
    named = next((cut for cut in cuts if cut.dimension == chosen), None)
    looked_at = named or max((cut for cut in cuts if cut.found), key=lambda cut: cut.weight, default=None)
    blocks: list[Block] = []
    if looked_at is not None and looked_at.found:
        blocks += _looked_at(view, focused, channel, looked_at, whole if looked_at.metric is lead else None)
    return [*blocks, _overview(view, channel, cuts, looked_at)]


def _overview(view: View, channel: str, cuts: Iterable[Cut], looked_at: Cut | None) -> Table:
    rows = []
    for cut in cuts:
        query = (*view.selection.to_query(), ("focus", channel), ("cut", cut.dimension))
        here = cut is looked_at
        rows.append(
            (
                Cell(
                    dimension_name(cut.dimension),
                    link=None if here else Link("channels", query),
                    detail=_("shown above") if here else "",
                ),
                Cell(_(cut.metric.label)),
                *_standing(cut),
            )
        )
    columns = (Column(_("By")), Column(_("Metric")), Column(_("Clearly worse")), Column(_("Clearly better")))
    note = _("Each value is compared with the rest of the channel; corrected for all values of its dimension.")
    return Table("cuts", _("Cut by"), columns, tuple(rows), note=note)


def _standing(cut: Cut) -> tuple[Cell, Cell]:
    if cut.found is None:
        return Cell(_("choose it to see")), Cell("")
    clear = sorted((one for one in cut.found if one.clear), key=lambda one: -abs(one.difference or 0.0) * _share(one))
    worse, better = [one for one in clear if not one.good], [one for one in clear if one.good]
    return (
        Cell(_names(cut.dimension, worse), tone="bad" if worse else "neutral"),
        Cell(_names(cut.dimension, better), tone="good" if better else "neutral"),
    )


def _names(dim: str, some: list[Apart]) -> str:
    return listed([value_name(dim, one.row.dimensions[dim]) for one in some]) or MISSING


def _looked_at(view: View, focused: View, channel: str, cut: Cut, whole: Row | None) -> list[Block]:
    assert cut.found is not None
    dim, metric = cut.dimension, cut.metric
    links = {
        value: Link("channels", (*view.selection.with_filter(dim, value).to_query(), ("focus", channel)))
        for value in (one.row.dimensions[dim] for one in cut.found)
    }
    clear = [value_name(dim, one.row.dimensions[dim]) for one in cut.found if one.clear and not one.good]
    title = (
        _("{metric} by {dimension}: clearly worse in {names}")
        if clear
        else _("{metric} by {dimension}: none is clearly worse than the rest")
    )
    chart = apart_dots(
        focused,
        cut.found,
        dim,
        key=f"by-{dim}",
        title=title.format(
            metric=_(metric.label), dimension=dimension_name(dim).lower(), names=_names(dim, _worst_first(cut.found))
        ),
        subtitle=_("with 95 % interval; coloured only when clearly apart from the rest of the channel"),
        whole=whole,
        links=links,
    )
    # all metrics at once only for who asked for the dimension: a page that nobody has chosen anything on stays short
    table = _metrics_table(focused, dim, metric, links) if view.params.get("cut") == dim else None
    return [chart, table] if table else [chart]


def _worst_first(found: tuple[Apart, ...]) -> list[Apart]:
    worse = [one for one in found if one.clear and not one.good]
    return sorted(worse, key=lambda one: -abs(one.difference or 0.0))


def _metrics_table(focused: View, dim: str, lead: Metric, links: dict[str, Link]) -> Table | None:
    """Values of the dimension by every metric that grids know it for, worst of the leading one first."""
    compared: dict[str, dict[str, Apart]] = {}
    for metric in _metrics_by(focused, dim, lead):
        measure = metric.computation
        assert isinstance(measure, Measure)
        if len(compared) == MOST_COLUMNS:
            break
        if metric is not lead and not gridded(focused.edition, measure, focused.selection, (dim,), focused.policy):
            continue
        cells = {one.row.dimensions[dim]: one for one in _compare(focused, metric, dim) if one.row.n or one.row.flags}
        if any(one.row.value is not None for one in cells.values()):
            compared[metric.key] = cells
    if len(compared) < 2:
        return None
    volume: dict[str, float] = {}
    for cells in compared.values():
        for value, one in cells.items():
            volume[value] = max(volume.get(value, 0.0), one.row.n or 0.0)
    rows = [
        (
            Cell(value_name(dim, value), link=links.get(value) or None),
            *(value_cell(focused, cells[value]) if value in cells else Cell(MISSING) for cells in compared.values()),
        )
        for value in sorted(volume, key=lambda value: -volume[value])[:MOST_ROWS]
    ]
    columns = (Column(dimension_name(dim)), *(Column(_(METRICS[key].label), True) for key in compared))
    note = _("Coloured only when clearly apart from the rest of the channel; under each value its 95 % interval and n.")
    title = _("More metrics by {dimension}").format(dimension=dimension_name(dim).lower())
    return Table(f"by-{dim}-metrics", title, columns, tuple(rows), note=note)
