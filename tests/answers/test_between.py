"""Why two channels differ: the parts add up to the gap the page shows, whatever it is split by."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.answers.between import explain_gap
from cxdash.answers.segments import OTHER
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.selection import Policy, Selection

LAST = date(2026, 11, 20)
YEAR = Selection.over("last-12-months", last_day=LAST)
CHANNELS = ("phone", "chat", "email", "store", "web", "app")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(["nps", "csat", "ces", "first_contact_resolution", "repeat_rate", "abandonment"]),
    pair=st.lists(st.sampled_from(CHANNELS), min_size=2, max_size=2, unique=True),
    dim=st.sampled_from(["region", "segment", "product"]),
    days=st.integers(10, 700),
    region=st.sampled_from([(), ("East",), ("North", "South")]),
    policy=st.sampled_from([Policy(), Policy("two", (("segment", ("Standard", "Premium")),))]),
)
def test_mix_and_rate_are_the_gap(
    demo_edition: Edition,
    key: str,
    pair: list[str],
    dim: str,
    days: int,
    region: tuple[str, ...],
    policy: Policy,
) -> None:
    """Parts, sums and the difference of the two answers agree to 1e-9."""
    selection = Selection.over(f"last-{days}-days", last_day=LAST)
    selection = selection.with_filter("region", *region)
    try:
        gap = explain_gap(demo_edition, key, selection, ("channel", *pair), dim, policy)  # type: ignore[arg-type]
    except SelectionError:
        return  # nothing in so few days has matured
    first, second = (
        answer(demo_edition, Question(key, selection.with_filter("channel", channel)), policy).only for channel in pair
    )
    if first.value is None or second.value is None:
        assert gap is None or HIDDEN in (*first.flags, *second.flags)
        return
    assert gap is not None
    assert gap.value == pytest.approx(first.value - second.value, abs=1e-9)
    assert sum(part.total for part in gap.parts) == pytest.approx(gap.value, abs=1e-9)
    assert gap.mix.value + gap.rate.value == pytest.approx(gap.value, abs=1e-9)
    for share in ("share", "share_beside"):
        assert sum(getattr(part, share) for part in gap.parts) == pytest.approx(1, abs=1e-9)


def test_the_same_crowd_leaves_only_the_service(demo_edition: Edition) -> None:
    """Split by the channel's own filter there is one kind of customer, and no mix."""
    selection = YEAR.with_filter("segment", "Standard")
    gap = explain_gap(demo_edition, "csat", selection, ("channel", "phone", "chat"), "segment")
    assert gap is not None
    assert gap.mix.value == pytest.approx(0, abs=1e-12)
    assert [part.value for part in gap.parts] == ["Standard"]


def test_small_kinds_are_pooled_in_both_groups(demo_edition: Edition) -> None:
    """What an answer would hide in either channel has no name and no score of its own here."""
    week = Selection.over("last-7-days", last_day=LAST)
    gap = explain_gap(demo_edition, "nps", week, ("channel", "phone", "chat"), "region")
    assert gap is not None
    named = {part.value for part in gap.parts}
    assert OTHER in named
    for channel in ("phone", "chat"):
        rows = answer(demo_edition, Question("nps", week.with_filter("channel", channel), by=("region",))).rows
        assert not named & {row.dimensions["region"] for row in rows if HIDDEN in row.flags}


def test_what_is_no_average_is_refused(demo_edition: Edition) -> None:
    """A median has no mix and rate."""
    with pytest.raises(SelectionError):
        explain_gap(demo_edition, "handle_time", YEAR, ("channel", "phone", "chat"), "region")
