"""One stage or one touchpoint: how it stands, how it got there, what it consists of, and the doors from here."""

from __future__ import annotations

from dataclasses import dataclass

from cxdash.answers import Answer, Question
from cxdash.answers.apart import against_rest
from cxdash.answers.drivers import Driver
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Headline, Link, Table, Tile, Tiles
from cxdash.report.charts import dots, trend
from cxdash.report.doors import why_door
from cxdash.report.journey_moments import KEY, Touchpoints
from cxdash.report.journey_stages import SPLIT, reversal_table, reversal_words, split_of
from cxdash.report.journey_touchpoints import share_number, touchpoint_blocks
from cxdash.report.journey_words import coloured, leading, rank_words, rated_words, side, verdict
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import change, dimension_name, number, period_text, value_name

LEADS = {"stage": ("csat", "nps", "ces"), "touchpoint": (KEY, "csat", "ces", "nps")}
CUTS = ("segment", "region", "channel", "product")
MOST_CUTS = 3


@dataclass(frozen=True)
class Focus:
    """The one stage or touchpoint the view is limited to, and the answers there are about it, the leading one first."""

    dimension: str
    value: str
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """As people call it."""
        return value_name(self.dimension, self.value)


def read_focus(view: View) -> Focus | None:
    """What the view is about: a single touchpoint, else a single stage, else None."""
    for dim in ("touchpoint", "stage"):
        values = view.selection.values(dim)
        if len(values) == 1:
            found = (view.try_ask(key, against=view.against) for key in LEADS[dim] if view.offers(key))
            told = tuple(one for one in found if isinstance(one, Answer) and one.only.value is not None)
            return Focus(dim, values[0], told)
    return None


def focus_blocks(view: View, focus: Focus, touchpoints: Touchpoints | CxdashError) -> list[Block]:
    """The page about one stage or touchpoint, its headline first."""
    if not focus.answers:
        text = _("There is nothing to show for {name} in this selection.").format(name=focus.name)
        return [
            Headline(text, _("No answers, or fewer than 5. Remove a filter or choose a longer period.")),
            _doors(view, focus),
        ]
    driver = None if isinstance(touchpoints, CxdashError) else touchpoints.drivers.get(focus.value)
    blocks: list[Block] = [_headline(view, focus, touchpoints)]
    tiles = [tile(view, one.metric.key) for one in focus.answers]
    if focus.dimension == "touchpoint" and driver and not isinstance(touchpoints, CxdashError):
        tiles.insert(1, _importance_tile(view, touchpoints, driver))
    blocks.append(Tiles(tuple(tiles)))
    blocks += _reversal(view, focus)
    blocks += _trend(view, focus)
    blocks += _cuts(view, focus)
    if focus.dimension == "touchpoint" or (not isinstance(touchpoints, CxdashError) and touchpoints.rated):
        blocks += touchpoint_blocks(view, touchpoints)
    return [*blocks, _doors(view, focus)]


def _headline(view: View, focus: Focus, touchpoints: Touchpoints | CxdashError) -> Headline:
    lead = focus.answers[0]
    text = _("{name}: {metric} {value}").format(
        name=focus.name, metric=_(lead.metric.label), value=number(lead.metric, lead.only).text
    )
    moved = change(lead.metric, lead.only.difference)
    if moved:
        text += f", {moved.text}"
    return Headline(text, _detail(view, focus, touchpoints))


def _detail(view: View, focus: Focus, touchpoints: Touchpoints | CxdashError) -> str:
    if focus.dimension == "stage":
        split = split_of(view, focus.answers[0].metric.key, focus.value) if view.against else None
        return f"{reversal_words(split, focus.value)}." if split and split.simpson else ""
    if isinstance(touchpoints, CxdashError) or isinstance(touchpoints.importance, CxdashError):
        return ""
    found, driver = touchpoints.importance, touchpoints.drivers.get(focus.value)
    if driver is None:
        return ""
    if driver in leading(found):
        ranked = rank_words(found, driver)
        if side(touchpoints.apart.get(focus.value)) >= 0:
            return f"{ranked}."
        rated = rated_words(touchpoints.ratings.metric, driver, touchpoints.ratings.rows)
        return _("{ranked} and {rated}").format(ranked=ranked, rated=rated) + "."
    text, _tone = verdict(found, driver, touchpoints.apart.get(focus.value))
    return f"{focus.name}: {text}." if text else _("It is not shown to matter more than other touchpoints.")


def _importance_tile(view: View, touchpoints: Touchpoints, driver: Driver) -> Tile:
    assert not isinstance(touchpoints.importance, CxdashError)
    return Tile(
        key="importance",
        label=_("Importance"),
        number=share_number(driver),
        period=period_text(touchpoints.importance.period),
        link=Link("journey", view.selection.with_filter("touchpoint").to_query()),
    )


def _reversal(view: View, focus: Focus) -> list[Block]:
    if focus.dimension != "stage" or view.against is None:
        return []
    found = split_of(view, focus.answers[0].metric.key, focus.value)
    return [reversal_table(view, {focus.value: found})] if found and found.simpson else []


def _trend(view: View, focus: Focus) -> list[Block]:
    metric, history = focus.answers[0].metric, view.history
    grain = view.grain(history.period)
    own = view.try_ask(metric.key, grain=grain, selection=history)
    if isinstance(own, CxdashError):
        return []
    others = view.try_ask(metric.key, grain=grain, selection=history.with_filter(focus.dimension))
    everything = None if isinstance(others, CxdashError) else others
    label = _("all stages") if focus.dimension == "stage" else _("all touchpoints")
    return [
        trend(
            view,
            own,
            key="journey-trend",
            title=_("{metric}: {name}").format(metric=_(metric.label), name=focus.name),
            subtitle=_("{period}, with 95 % interval; grey line: {others}").format(
                period=period_text(own.period), others=label
            ),
            reference=everything,
            reference_label=label,
        )
    ]


def _cuts(view: View, focus: Focus) -> list[Block]:
    """The leading metric by the dimensions that are not fixed yet."""
    lead = focus.answers[0]
    blocks: list[Block] = []
    for dim in CUTS:
        found = None if len(view.selection.values(dim)) == 1 else view.try_ask(lead.metric.key, by=(dim,))
        if not isinstance(found, Answer) or sum(row.value is not None for row in found.rows) < 2:
            continue
        cut = dots(
            view,
            found,
            key=f"journey-by-{dim}",
            title=_("{metric} by {dimension}").format(
                metric=_(lead.metric.label), dimension=dimension_name(dim).lower()
            ),
            subtitle=_("with 95 % interval; coloured only when clearly apart from the rest of {name}").format(
                name=focus.name
            ),
            total=lead.only,
            link_to="journey",
        )
        question = Question(lead.metric.key, view.selection, by=(dim,))
        blocks.append(coloured(cut, against_rest(view.edition, question, view.policy)))
    return blocks[:MOST_CUTS]


def _doors(view: View, focus: Focus) -> Table:
    """Where to go from here: why it moved, and back to the whole journey."""
    doors = []
    if view.against and focus.answers:
        key = focus.answers[0].metric.key
        text = _("Why {metric} moved in {name}, by {dimension}").format(
            metric=_(find_metric(key).label), name=focus.name, dimension=dimension_name(SPLIT).lower()
        )
        doors.append((Cell(text, link=why_door(view, key, SPLIT)),))
    whole = view.selection.with_filter(focus.dimension)
    doors.append((Cell(_("Back to the whole journey"), link=Link("journey", whole.to_query())),))
    return Table("doors", "", (Column(""),), tuple(doors))
