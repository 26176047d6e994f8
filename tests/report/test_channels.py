"""The page of all channels: what it shows, where it leads, and that no colour says what the headline does not."""

from __future__ import annotations

import itertools

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.apart import against_rest, judge_together
from cxdash.answers.consistency_gains import read_consistency
from cxdash.edition import Edition
from cxdash.metrics.catalogue import METRICS
from cxdash.report import channels
from cxdash.report.blocks import Dots, Headline, Heatmap, Report, Section, Table, Tiles
from cxdash.report.channel_map import full_shade
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Policy, Selection, canonical
from tests.conftest import DEMO_LAST_DAY

PERIODS = ("last-4-weeks", "last-13-weeks", "last-52-weeks", "2024-11-21..2026-11-20")


def page(edition: Edition, text: str, policy: Policy | None = None, **filters: str) -> Report:
    """The page over a period."""
    selection = Selection.over(text, last_day=DEMO_LAST_DAY, filters={dim: [value] for dim, value in filters.items()})
    return find_page("channels").build(View(edition, selection, policy=policy or Policy()))


def block(report: Report, kind: type, key: str = "") -> object:
    """The block of a kind, and key where there are several."""
    return next(one for one in report.blocks if isinstance(one, kind) and (not key or one.key == key))  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", PERIODS)
@pytest.mark.parametrize("filters", [{}, {"region": "South"}], ids=["all", "South"])
def test_no_colour_contradicts_the_headline(demo_edition: Edition, text: str, filters: dict[str, str]) -> None:
    """Where no difference is detectable no channel is better or worse in the score the headline is about."""
    report = page(demo_edition, text, **filters)
    headline, drawn = block(report, Headline), block(report, Dots, "channel-levels")
    heat = block(report, Heatmap)
    assert isinstance(headline, Headline)
    assert isinstance(drawn, Dots)
    assert isinstance(heat, Heatmap)
    coloured = {dot.label: dot.tone for dot in drawn.dots if dot.tone != "neutral"}
    clear = {row: cells[0].clear for row, cells in zip(heat.rows, heat.cells, strict=True) if cells[0].clear}
    assert set(clear) == set(coloured)
    if not headline.text.startswith("Channels differ"):
        assert not coloured
    for one in drawn.dots:
        if one.tone != "neutral" and drawn.reference is not None and one.number.raw is not None:
            assert (one.number.raw > drawn.reference) == (one.tone == "good")
        assert one.tone == "neutral" or one.number.state == "shown"


@pytest.mark.parametrize("text", PERIODS)
def test_the_headline_says_what_the_metric_says(demo_edition: Edition, text: str) -> None:
    """Detectable or not is the p of the levels that the index takes."""
    row = answer(demo_edition, Question("consistency", Selection.over(text, last_day=DEMO_LAST_DAY))).only
    headline = block(page(demo_edition, text), Headline)
    assert isinstance(headline, Headline)
    if "level" not in row.extra:
        assert "Too few" in headline.text
        return
    assert headline.text.startswith("No detectable difference") == (row.extra["p"] >= 0.05)
    if row.value is not None:
        assert f"consistency {row.value:.0f} of 100" in headline.text


def test_the_map_is_one_family_of_tests(demo_edition: Edition) -> None:
    """Cells are the differences to the rest, and clear only after correction for every cell of the map."""
    selection = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY)
    heat = block(page(demo_edition, "last-52-weeks"), Heatmap)
    assert isinstance(heat, Heatmap)
    keys = [key for key in channels.COLUMNS if METRICS[key].label in heat.columns]
    assert [METRICS[key].label for key in keys] == list(heat.columns)
    apart = judge_together(
        demo_edition,
        [one for key in keys for one in against_rest(demo_edition, Question(key, selection, by=("channel",)))],
    )
    found = {(one.metric.key, one.row.dimensions["channel"]): one for one in apart}
    focus = [dict(row[0].link.query)["focus"] if row[0].link else "" for row in heat.cells]
    for channel, row in zip(focus, heat.cells, strict=True):
        for key, cell in zip(keys, row, strict=True):
            one = found.get((key, channel))
            if one is None or cell.number.raw is None:
                continue
            assert one.difference is not None
            assert cell.number.raw == pytest.approx(one.difference * one.metric.factor)
            assert cell.clear == one.clear or (key == "nps" and not cell.clear)
            assert cell.number.passport is not None
            assert dict(cell.number.passport.query)["channel"] == channel
            if cell.number.state != "shown":
                assert cell.level is None
            elif cell.level is not None:
                assert abs(cell.level) <= 1
                assert cell.level * (cell.number.raw if one.metric.higher_is_better else -cell.number.raw) >= 0
    assert any(cell.clear for row in heat.cells for cell in row)


def test_shades_follow_targets(demo_edition: Edition) -> None:
    """Half the way from floor to target is the darkest shade; where none is set, four smallest effects."""
    assert full_shade(demo_edition, METRICS["nps"]) == 20
    assert full_shade(demo_edition, METRICS["abandonment"]) == 12


def test_what_consistency_is_made_of(demo_edition: Edition) -> None:
    """The table prints the halves the index is made of, the form that is taken, and doors to where they come from."""
    selection = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY)
    row = answer(demo_edition, Question("consistency", selection)).only
    table = block(page(demo_edition, "last-52-weeks"), Table, "consistency")
    assert isinstance(table, Table)
    raw, standardised, paired, handoffs, index = table.rows
    assert raw[1].raw == pytest.approx(answer(demo_edition, Question("level_consistency", selection)).only.value)
    assert handoffs[1].raw == pytest.approx(row.extra["handoff"])
    assert index[1].raw == pytest.approx(row.value)
    taken = [cells for cells in (raw, standardised, paired) if cells[0].detail]
    assert len(taken) == 1
    assert taken[0][1].raw == pytest.approx(row.extra["level"])
    assert all(cells[1].link and cells[1].link.page == "number" for cells in (raw, handoffs, index))
    assert "too few" in paired[4].text


def test_gains_are_ranked_and_beyond_noise(demo_edition: Edition) -> None:
    """What is listed is apart from the rest, with n; largest gain first; half of what its half of the index gains."""
    selection = Selection.over("2024-11-21..2026-11-20", last_day=DEMO_LAST_DAY)
    found = read_consistency(demo_edition, selection)
    gains = next(
        one
        for one in page(demo_edition, "2024-11-21..2026-11-20").blocks
        if (isinstance(one, Table) and one.key == "consistency-gains")
        or (isinstance(one, Section) and one.title.startswith("What would raise"))
    )
    expected = sorted(
        [
            *(one.gain / 2 for one in found.channels if one.clear and one.gain > 0),
            *(one.gain / 2 for one in found.pairs),
        ],
        reverse=True,
    )
    if isinstance(gains, Section):
        assert not expected
        assert "Nothing stands apart" in gains.text
        return
    assert [row[1].raw for row in gains.rows] == pytest.approx(expected)
    assert all((row[3].raw or 0) >= 30 for row in gains.rows)
    assert all(one.clear for one in found.channels) or "beyond noise" in gains.note


def test_gains_of_pairs_make_the_whole_as_continuous_as_the_rest(demo_edition: Edition) -> None:
    """With a pair as continuous as all others the share of seamless handoffs is that of all others."""
    selection = Selection.over("2024-11-21..2026-11-20", last_day=DEMO_LAST_DAY)
    found = read_consistency(demo_edition, selection)
    for one in found.pairs:
        row, rest = one.apart.row, one.apart.rest
        assert row.value is not None
        assert rest.value is not None
        assert row.n is not None
        assert rest.n is not None
        whole = (row.value * row.n + rest.value * rest.n) / (row.n + rest.n)
        assert one.gain == pytest.approx(100 * (rest.value - whole))
        assert one.gain > 0


def test_without_handoffs_the_levels_stand_under_their_own_name(demo_edition: Edition) -> None:
    """A stage filter leaves no handoffs: no index is printed, the tile is that of the levels, and it is said."""
    report = page(demo_edition, "last-52-weeks", stage="Use")
    tiles, headline = block(report, Tiles), block(report, Headline)
    table = block(report, Table, "consistency")
    assert isinstance(tiles, Tiles)
    assert isinstance(headline, Headline)
    assert isinstance(table, Table)
    assert tiles.tiles[0].key == "level_consistency"
    assert "handoffs are not measured" in headline.text
    assert table.rows[4][1].text == "–"
    assert "no index" in table.rows[4][4].text


def test_a_policy_shows_no_more_than_a_filter(demo_edition: Edition) -> None:
    """Whoever may see the South only has the page of the South, number by number."""
    policy = Policy("south", canonical({"region": ("South",)}))
    own, filtered = page(demo_edition, "last-52-weeks", policy), page(demo_edition, "last-52-weeks", region="South")
    for kind, key in ((Heatmap, "channel-map"), (Table, "consistency"), (Table, "channels")):
        first, second = block(own, kind, key), block(filtered, kind, key)
        assert _texts(first) == _texts(second)


def _texts(one: object) -> list[str]:
    if isinstance(one, Heatmap):
        return [cell.number.text for cell in itertools.chain(*one.cells)]
    assert isinstance(one, Table)
    return [cell.text + cell.detail for cell in itertools.chain(*one.rows)]


def test_one_channel_alone_is_its_own_page(demo_edition: Edition) -> None:
    """A channel named by focus is looked into; an unknown one is said to be unknown."""
    selection = Selection.over("last-13-weeks", last_day=DEMO_LAST_DAY)
    report = find_page("channels").build(View(demo_edition, selection, params={"focus": "fax"}))
    assert any("There is no channel" in notice.text for notice in report.notices)
    assert block(report, Heatmap)
