"""Which dimension tells most: ranked by what did more than its share, and never from rows in passing."""

from __future__ import annotations

import pytest

from cxdash.answers import decompose
from cxdash.answers.cells import held
from cxdash.answers.ranking import open_dimensions, rank_dimensions
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.selection import Policy, canonical
from tests.answers.test_decompose import over


def test_every_open_dimension_is_ranked(demo_edition: Edition) -> None:
    """All dimensions with more than one value; the one shown first has the largest clear pull, or pull."""
    ranking = rank_dimensions(demo_edition, "nps", over("last-13-weeks"))
    offered = open_dimensions(demo_edition, "nps", over("last-13-weeks"))
    assert {cut.found.dimension for cut in ranking.cuts} == set(offered)
    assert ranking.unread == ()
    order = [(not cut.found.reversal, not cut.clear, -abs(cut.top.pull)) for cut in ranking.cuts if cut.top]
    assert order == sorted(order)
    assert ranking.tested == sum(e.named and e.reliable for cut in ranking.cuts for e in cut.found.effects)


def test_a_dimension_limited_to_one_value_explains_nothing(demo_edition: Edition) -> None:
    """Limited by the reader or by policy, it is not offered."""
    selection = over("last-13-weeks", channel="phone")
    policy = Policy("north", canonical({"region": ("North",)}))
    offered = open_dimensions(demo_edition, "nps", selection, policy)
    assert "segment" in offered
    assert not {"channel", "region"} & set(offered)
    assert {cut.found.dimension for cut in rank_dimensions(demo_edition, "nps", selection, policy).cuts} <= set(offered)


def test_in_passing_no_rows_are_read(demo_edition: Edition) -> None:
    """Only dimensions that a grid keeps for these filters; money is left out altogether."""
    ranking = rank_dimensions(demo_edition, "nps", over("last-13-weeks"), grids_only=True)
    offered = open_dimensions(demo_edition, "nps", over("last-13-weeks"))
    kept = {dim for dim in offered if held(demo_edition, "scores", (dim,))}
    assert {"channel", "region", "segment"} <= kept
    assert {cut.found.dimension for cut in ranking.cuts} == kept
    assert set(ranking.unread) == set(offered) - kept
    assert ranking.unread
    assert rank_dimensions(demo_edition, "net_retention", over("last-13-weeks"), grids_only=True).cuts == ()


def test_where_rows_are_too_many_dimensions_wait_to_be_asked_for(
    demo_edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named as unread, and a decomposition by one of them still works, with errors by answers."""
    monkeypatch.setattr("cxdash.answers.ranking.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("cxdash.answers.segments.ROWS_AT_ONCE", 10)
    selection = over("last-12-weeks")
    ranking = rank_dimensions(demo_edition, "csat", selection)
    offered = open_dimensions(demo_edition, "csat", selection)
    assert set(ranking.unread) == {dim for dim in offered if not held(demo_edition, "scores", (dim,))}
    assert "team" in ranking.unread
    by_team, by_channel = (decompose(demo_edition, "csat", selection, dim) for dim in ("team", "channel"))
    assert by_team is not None
    assert by_channel is not None
    assert (by_team.errors, by_channel.errors) == ("answers", "customers")


def test_a_large_segment_that_moved_like_the_rest_does_not_lead(demo_edition: Edition) -> None:
    """What stands out most is measured against its share, not by the size of its part."""
    cut = rank_dimensions(demo_edition, "nps", over("last-8-weeks", "year")).cut("language")
    assert cut is not None
    assert cut.top is not None
    assert abs(cut.top.pull) == max(abs(e.pull) for e in cut.found.effects if e.named and e.reliable)
    english = next(e for e in cut.found.effects if e.value == "en")
    share = (english.share_before + english.share_now) / 2
    assert english.pull == pytest.approx(english.total - share * cut.found.change)


def test_what_is_no_average_is_not_ranked(demo_edition: Edition) -> None:
    """Churn has no mix and rate by any dimension."""
    with pytest.raises(SelectionError, match="weighted average"):
        rank_dimensions(demo_edition, "churn", over("last-13-weeks"))
