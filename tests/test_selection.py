"""A selection survives its URL, and a URL full of nonsense still opens."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import CxdashError
from cxdash.selection import COMPARISONS, Policy, Selection, canonical, check_filters, dimension_values

on_edition = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@on_edition
@given(data=st.data())
def test_a_selection_survives_its_url(demo_edition: Edition, data: st.DataObject) -> None:
    """Selection → query parameters → the same selection, for any period, comparison and filters."""
    manifest = demo_edition.manifest
    domains = dimension_values(manifest)
    dims = data.draw(st.lists(st.sampled_from(sorted(domains)), unique=True, max_size=4))
    chosen = {d: data.draw(st.lists(st.sampled_from(domains[d]), min_size=1, max_size=4)) for d in dims}
    text = data.draw(
        st.sampled_from(["last-13-weeks", "last-12-months", "2026-Q3", "2026-02", "2026-01-05..2026-02-01"])
    )
    asked = Selection.over(
        text, last_day=manifest.last_day, compare=data.draw(st.sampled_from(COMPARISONS)), filters=chosen
    )
    read, problems = Selection.from_query(dict(asked.to_query()), manifest)
    assert (read, problems) == (asked, ())


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8), st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4), max_size=3
    )
)
def test_values_with_commas_and_backslashes_survive(chosen: dict[str, list[str]]) -> None:
    """Values are the company's own words: commas, backslashes and any script come back as they were."""
    from cxdash.selection import _split

    for _, joined in Selection.over("2026", last_day=date(2026, 1, 1), filters=chosen).to_query()[1:]:
        assert _split(joined)
    for (dim, values), (name, joined) in zip(
        canonical(chosen), Selection.over("2026", last_day=date(2026, 1, 1), filters=chosen).to_query()[1:], strict=True
    ):
        assert (dim, values) == (name, tuple(_split(joined)))


@on_edition
@given(
    st.dictionaries(st.text(max_size=10), st.text(max_size=20) | st.lists(st.text(max_size=10), max_size=3), max_size=5)
)
def test_any_url_opens(demo_edition: Edition, params: dict[str, str | list[str]]) -> None:
    """Whatever a URL says, a selection comes out, and every parameter left out is named."""
    read, problems = Selection.from_query(params, demo_edition.manifest)
    assert read.period.days >= 1
    known = {*dimension_values(demo_edition.manifest), "period", "compare"}
    for name in params:
        assert name in known or any(f"“{name}”" in sentence for sentence in problems), name


def test_a_mistyped_value_is_met_with_the_nearest(demo_edition: Edition) -> None:
    """channel=fone is left out and answered with “phone”."""
    read, problems = Selection.from_query({"channel": "fone,chat", "chanel": "x"}, demo_edition.manifest)
    assert read.filters == (("channel", ("chat",)),)
    assert any("phone" in sentence for sentence in problems)
    assert any("channel" in sentence and "chanel" in sentence for sentence in problems)


@pytest.mark.parametrize("filters", [{"chanel": ("phone",)}, {"channel": ("fone",)}])
def test_commands_stop_at_a_typo(demo_edition: Edition, filters: dict[str, tuple[str, ...]]) -> None:
    """Where a script asks, a typo is an error that names what exists."""
    with pytest.raises(CxdashError, match=r"phone|channel"):
        check_filters(canonical(filters), demo_edition.manifest)


def test_a_policy_narrows_and_never_widens() -> None:
    """Filter and policy on one dimension leave what both allow, even when that is nothing."""
    policy = Policy("north", (("region", ("North",)),))
    assert policy.narrow((("region", ("North", "South")),)) == (("region", ("North",)),)
    assert policy.narrow((("region", ("South",)),)) == (("region", ()),)
    assert policy.narrow((("channel", (UNKNOWN,)),)) == (("channel", (UNKNOWN,)), ("region", ("North",)))
