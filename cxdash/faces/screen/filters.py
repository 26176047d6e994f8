"""The filter bar: period, comparison and dimensions, one line, and a chip for every filter in force.

Widgets hold stable codes under keys of their own, seeded from the URL before they are drawn; what a reader chooses goes
to the URL in the callback, and the run that follows reads it from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from cxdash.edition import Manifest
from cxdash.faces.screen.address import Address, merged, write_query
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.markup import wrapped
from cxdash.faces.screen.tables import anchor
from cxdash.language import _
from cxdash.periods import Period
from cxdash.report.wording import dimension_name, period_text, value_name
from cxdash.selection import COMPARISONS, Selection, dimension_values

_PILLS_AT_MOST = 16
"""More values than this are searched, not looked over."""

PRESETS = ("last-4-weeks", "last-13-weeks", "last-26-weeks", "last-52-weeks")


def period_label(text: str, period: Period) -> str:
    """A period in words, or as its two dates."""
    words = {
        "last-4-weeks": _("Last 4 weeks"),
        "last-13-weeks": _("Last 13 weeks"),
        "last-26-weeks": _("Last 26 weeks"),
        "last-52-weeks": _("Last 52 weeks"),
    }
    return words.get(text) or period_text(period)


def _comparison_label(code: str) -> str:
    return {"previous": _("the period before"), "year": _("a year earlier"), "none": _("nothing")}[code]


def _seed(key: str, value: object) -> None:
    if st.session_state.get(key, ...) != value:
        st.session_state[key] = value


def _go(selection: Selection, address: Address) -> None:
    write_query(merged(selection.to_query(), address.params))


def _preset_chosen(selection: Selection, address: Address, last_day: date) -> None:
    if text := st.session_state["period"]:
        filters = dict(selection.filters)
        _go(Selection.over(text, last_day=last_day, compare=selection.compare, filters=filters), address)


def _dates_chosen(selection: Selection, address: Address) -> None:
    chosen = st.session_state["dates"]
    if len(chosen) == 2:
        period = Period(*chosen)
        _go(replace(selection, period=period, period_text=str(period)), address)


def _comparison_chosen(selection: Selection, address: Address) -> None:
    _go(replace(selection, compare=st.session_state["compare"]), address)


def _values_chosen(selection: Selection, address: Address, dimension: str) -> None:
    _go(selection.with_filter(dimension, *st.session_state[f"filter_{dimension}"]), address)


def _time(selection: Selection, manifest: Manifest, address: Address) -> None:
    label = period_label(selection.period_text, selection.period)
    if selection.compare != "none":
        label += " · " + _("against {what}").format(what=_comparison_label(selection.compare))
    with st.popover(label, key="time"):
        _seed("period", selection.period_text if selection.period_text in PRESETS else None)
        st.radio(
            _("Period"),
            PRESETS,
            key="period",
            format_func=partial(period_label, period=selection.period),
            on_change=_preset_chosen,
            args=(selection, address, manifest.last_day),
        )
        first, last = manifest.first_day, manifest.last_day
        shown = selection.period.clamp(first, last) or Period(first, last)
        _seed("dates", (shown.start, shown.end))
        st.date_input(
            _("Or choose dates"),
            key="dates",
            min_value=first,
            max_value=last,
            on_change=_dates_chosen,
            args=(selection, address),
        )
        _seed("compare", selection.compare)
        st.radio(
            _("Compared with"),
            COMPARISONS,
            key="compare",
            format_func=_comparison_label,
            on_change=_comparison_chosen,
            args=(selection, address),
        )


def _dimension(dimension: str, domain: tuple[str, ...], selection: Selection, address: Address) -> None:
    chosen = selection.values(dimension)
    name = dimension_name(dimension)
    count = value_name(dimension, chosen[0]) if len(chosen) == 1 else str(len(chosen))
    key = f"filter_{dimension}"
    with st.popover(f"{name}: {count}" if chosen else name, key=f"open_{dimension}"):
        _seed(key, [value for value in domain if value in chosen])
        named = partial(value_name, dimension)
        arguments = (selection, address, dimension)
        if len(domain) <= _PILLS_AT_MOST:
            st.pills(
                name,
                domain,
                selection_mode="multi",
                key=key,
                format_func=named,
                on_change=_values_chosen,
                args=arguments,
            )
        else:
            st.multiselect(
                name,
                domain,
                placeholder=_("Search or choose"),
                key=key,
                format_func=named,
                on_change=_values_chosen,
                args=arguments,
            )


def chips(selection: Selection, address: Address) -> Html:
    """A link for every filter in force, to the same view without it."""
    items = []
    for dimension, values in selection.filters:
        for value in values:
            rest = selection.with_filter(dimension, *(other for other in values if other != value))
            text = f"{dimension_name(dimension)}: {value_name(dimension, value)}"
            label = _("Remove the filter {filter}").format(filter=text)
            items.append(tag("li", anchor(f"{text} ✕", address.of(rest), address.href, aria_label=label)))
    if len(items) > 1:
        bare = address.of(replace(selection, filters=()))
        items.append(tag("li", anchor(_("Remove all"), bare, address.href)))
    return tag("ul", *items, class_="cx-chips", aria_label=_("Filters in force")) if items else Html("")


def draw_filters(dimensions: Sequence[str], selection: Selection, manifest: Manifest, address: Address) -> None:
    """The bar and its chips.

    Args:
        dimensions: those the page offers; the ones the edition does not know are left out.
        selection: what the URL says.
        manifest: of the edition shown.
        address: of the page.
    """
    domains = dimension_values(manifest)
    # A phone shows one word to unfold; style.py hides the bar until then, and hides the word on wider screens.
    st.html(tag("details", tag("summary", _("Period and filters")), class_="cx cx-filter-toggle"))
    with st.container(key="cx_bar", horizontal=True, gap="small", vertical_alignment="center"):
        _time(selection, manifest, address)
        for dimension in dimensions:
            if dimension in domains:
                _dimension(dimension, domains[dimension], selection, address)
    if in_force := chips(selection, address):
        st.html(wrapped(in_force))
