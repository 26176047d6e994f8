"""Heatmaps, flows and contributions as HTML: every mark is text or a link, and colour is never the only sign."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from cxdash.faces.charts.streams import lay_out
from cxdash.faces.charts.tokens import tokens
from cxdash.faces.screen.contributions import contributions, contributions_legend
from cxdash.faces.screen.doors import doors, printed
from cxdash.faces.screen.flow import flow, flow_legend
from cxdash.faces.screen.heatmap import fitted, heatmap, heatmap_legend, turned
from cxdash.language import speaking
from cxdash.report.blocks import Contribution, Flow, HeatCell, Heatmap, Link, Number
from tests.faces import sample_maps as sample
from tests.faces.conformance import Page, squeeze
from tests.faces.samples import HOSTILE, LOW_BASE, SHOWN
from tests.faces.specimen import dots

LIGHT = tokens("light")


def address(link: Link) -> str:
    return link.page + "?" + "&".join(f"{k}={v}" for k, v in link.query)


def cells(drawn: str) -> list[dict[str, str]]:
    return [found for tag, found in Page.parse(drawn).tags if tag == "td"]


def one(cell: HeatCell) -> str:
    block = replace(sample.heatmap(), rows=("Row",), columns=("Column",), cells=((cell,),))
    return heatmap(block, address)


@pytest.mark.parametrize("block", [sample.heatmap(), sample.week()], ids=["small", "week"])
@pytest.mark.parametrize("compact", [False, True])
def test_a_map_is_a_table_with_headers(block: Heatmap, compact: bool) -> None:
    """One header per row and column, one cell per pair, each with its number as text and its base in its title."""
    drawn = heatmap(block, address, compact=compact)
    shown = fitted(block, compact=compact)
    page = Page.parse(drawn)
    roles = [found.get("role") for tag, found in page.tags if tag in ("th", "td")]
    assert roles.count("rowheader") == len(shown.rows)
    assert roles.count("columnheader") == len(shown.columns) + 2
    flat = [
        (row, column, cell)
        for row, line in zip(shown.rows, shown.cells, strict=True)
        for column, cell in zip(shown.columns, line, strict=True)
    ]
    assert len(cells(drawn)) == len(flat)
    for found, (row, column, cell) in zip(cells(drawn), flat, strict=True):
        for text in (row, column, cell.number.text, cell.number.interval, cell.number.n, cell.number.note):
            assert text in found["title"]
    assert squeeze(f"{block.row_title}") in squeeze("".join(page.text))


def test_a_week_of_hours_is_turned_on_a_phone() -> None:
    """Seven columns fit a phone, 24 do not; turning twice gives the same map, and a small map stays as it is."""
    week, small = sample.week(), sample.heatmap()
    assert len(fitted(week, compact=True).columns) == 7
    assert fitted(week, compact=False) is week
    assert fitted(small, compact=True) is small
    assert turned(turned(week)) == week
    assert turned(week).cells[8][0] is week.cells[0][8]


def test_a_cell_leads_where_its_link_says_else_to_its_passport() -> None:
    """A click looks into the cell; where nothing is below it, it says where the number comes from."""
    number = replace(SHOWN, passport=sample.PASSPORT)
    further = Link("channels", (("region", "North"),))
    assert 'href="channels?region=North"' in one(HeatCell(number, 0.1, link=further))
    assert f'href="{address(sample.PASSPORT)}"'.replace("&", "&amp;") in one(HeatCell(number, 0.1))
    assert "href" not in one(HeatCell(SHOWN, 0.1))


def test_what_is_clear_is_said_without_colour() -> None:
    """A sign and a word; a low base has neither shade nor weight, whatever its level says."""
    better, worse, other = (one(HeatCell(SHOWN, level, clear=True)) for level in (0.8, -0.8, None))
    assert ("◆" in better, "■" in worse, "●" in other) == (True, True, True)
    for drawn, said in ((better, "clearly better"), (worse, "clearly worse"), (other, "clearly different")):
        assert said in drawn
    thin = one(HeatCell(LOW_BASE, -1.0, clear=True))
    assert cells(thin)[0]["class"] == "low_base"
    assert "○" in thin
    assert "clearly worse" not in thin
    assert cells(one(HeatCell(SHOWN, -1.0)))[0]["class"] == "shown b2"
    assert cells(better)[0]["class"] == "shown s4 clear"


def test_a_map_has_a_legend_of_what_occurs() -> None:
    """Ends of the scale, the reference, signs and why cells are empty, and nothing that is not there."""
    said = squeeze("".join(Page.parse(heatmap_legend(sample.heatmap())).text))
    for text in ("worse", "better", "company +31", "clearly worse", "too few answers to judge", "hidden: fewer than 5"):
        assert text in said
    plain = replace(sample.heatmap(), cells=((HeatCell(SHOWN),),), rows=("a",), columns=("b",))
    assert heatmap_legend(plain) == ""


def test_a_stream_is_a_link_cut_to_its_shape() -> None:
    """Each stream with a link is one; bad ones are named below and drawn on top; names are text."""
    block = sample.flow()
    drawn = flow(block, LIGHT, address)
    links = [found for tag, found in Page.parse(drawn).tags if tag == "a"]
    assert len(links) == sum(stream.link is not None for stream in block.streams)
    assert all("clip-path:polygon(" in found["style"] for found in links)
    assert [found["class"] for found in links[-2:]] == ["stream bad", "stream bad"]
    assert "Phone to Store: 640 handoffs, 41% had to say it again" in [found["aria-label"] for found in links]
    legend = squeeze("".join(Page.parse(flow_legend(block, address)).text))
    assert "Phone to Store: 640 handoffs, 41% had to say it again" in legend
    assert "Web" not in legend
    assert HOSTILE not in drawn
    assert squeeze(HOSTILE) in squeeze("".join(Page.parse(drawn).text))


def test_streams_are_as_thick_as_what_they_carry() -> None:
    """Heights are proportional to counts, no two streams overlap at either end, and places do not either."""
    block = sample.flow()
    layout = lay_out(block)
    thick = layout.bands[0].tall / layout.bands[0].stream.count
    for band in layout.bands:
        assert band.tall == pytest.approx(band.stream.count * thick)
    for end, start in (("start", "origin"), ("end", "target")):
        ends = sorted((getattr(band, end), band.tall) for band in layout.bands)
        for (top, tall), (after, _tall) in pairwise(ends):
            assert top + tall <= after + 1e-6, start
    for places in (layout.origins, layout.targets):
        for above, below in pairwise(places):
            assert above.top + above.tall <= below.top + 1e-6
            assert below.middle - above.middle >= 36 - 1e-6
    bottoms = [place.top + place.tall for place in (*layout.origins, *layout.targets)]
    assert max(bottoms) <= layout.tall + 1e-6
    assert lay_out(replace(block, streams=())).bands == ()


def test_a_flow_is_mirrored_from_right_to_left() -> None:
    """The first column is on the reader's first side, so a stream begins there too."""
    block = replace(sample.flow(), streams=sample.flow().streams[:1])
    left = re.search(r"polygon\(([\d.]+)%", flow(block, LIGHT, address))
    with speaking("fa"):
        right = re.search(r"polygon\(([\d.]+)%", flow(block, LIGHT, address))
    assert left
    assert right
    assert (left[1], right[1]) == ("0.0", "100.0")


def widths(drawn: str) -> list[tuple[float, float]]:
    found = re.findall(r'class="amount series\d" style="inset-inline-start:([\d.]+)%;width:([\d.]+)%"', drawn)
    return [(float(start), float(width)) for start, width in found]


def test_parts_are_stacked_from_zero() -> None:
    """Positive amounts go on from each other to one side of zero, negative ones to the other, to scale."""
    block = replace(
        sample.contributions(),
        parts=(Contribution("a", (2.0, 1.0), ("+2", "+1")), Contribution("b", (-1.0, 2.0), ("−1", "+2"))),
    )
    drawn = contributions(block, address)
    zero = float(re.findall(r'class="zero" style="inset-inline-start:([\d.]+)%', drawn)[0])
    first, second, below, above = widths(drawn)
    assert first[0] == pytest.approx(zero, abs=0.02)
    assert second[0] == pytest.approx(first[0] + first[1], abs=0.02)
    assert first[1] == pytest.approx(2 * second[1], abs=0.02)
    assert below[0] + below[1] == pytest.approx(zero, abs=0.02)
    assert above[0] == pytest.approx(zero, abs=0.02)
    nets = [float(at) for at in re.findall(r'class="net" style="inset-inline-start:([\d.]+)%', drawn)]
    assert nets[0] == pytest.approx(second[0] + second[1], abs=0.02)
    assert zero < nets[1] < nets[0]


def test_every_part_says_its_amounts_and_leads_on() -> None:
    """Label, amounts by series and the sum are words; a part with a link is one link for the keyboard."""
    block = sample.contributions()
    page = Page.parse(contributions(block, address))
    words = squeeze("".join(page.text))
    for part in block.parts:
        assert squeeze(part.label) in words
        for name, text in zip(block.series, part.texts, strict=True):
            assert f"{name}: {text}" in words
    assert block.total in words
    tabbed = [found for tag, found in page.tags if tag == "a" and found.get("tabindex") != "-1"]
    assert len(tabbed) == sum(part.link is not None for part in block.parts)
    assert "both together" in contributions_legend(block)
    assert "both together" not in contributions_legend(replace(block, series=block.series[:1]))


def test_a_number_is_the_door_to_where_it_comes_from() -> None:
    """A link that says so to those who hear it; figures that are no metric stay text."""
    link = printed(replace(SHOWN, passport=sample.PASSPORT), address)
    assert Page.parse(link).attributes("aria-label") == [f"{SHOWN.text}: where this number comes from"]
    assert printed(SHOWN, address) == SHOWN.text
    assert printed(Number("<b>"), address) == "<b>"


@pytest.mark.parametrize("block", [dots(), sample.flow(), sample.contributions()], ids=lambda block: block.key)
def test_what_a_click_does_is_also_a_word(block: Flow) -> None:
    """Every link of a chart's marks is in the list for those who do not point and click."""
    marks = getattr(block, "dots", None) or getattr(block, "streams", None) or getattr(block, "parts", ())
    linked = [mark.link for mark in marks if mark.link is not None]
    assert linked
    assert set(map(address, linked)) <= set(Page.parse(doors(block, address)).attributes("href"))


def test_a_crowded_map_stops_the_tab_key_at_what_is_clear_only() -> None:
    """A week of hours would be a hundred stops; the others are links to unfold, and a small map has its own."""
    week = sample.week()
    links = [found for tag, found in Page.parse(heatmap(week, address)).tags if tag == "a"]
    clear = sum(cell.clear and cell.number.state == "shown" for row in week.cells for cell in row)
    assert sum("tabindex" not in found for found in links) == clear
    assert len(links) > 100
    listed = Page.parse(doors(week, address))
    assert len(listed.attributes("href")) == len(links)
    assert "Monday, 08: +13" in listed.attributes("aria-label")
    small = sample.heatmap()
    assert doors(small, address) == ""
    assert "tabindex" not in " ".join(re.findall(r"<a [^>]*>", heatmap(small, address)))


def test_a_dot_leads_to_its_passport_too() -> None:
    """Beside the name, which filters, stands the number, which says where it comes from."""
    assert address(sample.PASSPORT) in Page.parse(doors(dots(), address)).attributes("href")
