"""The pages: key, place in the navigation, filters it offers, and its builder. One line per page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cxdash.errors import unknown_name
from cxdash.language import N_
from cxdash.report import benchmarks, channels, definitions, handoffs, journey, overview, passport, quality, why
from cxdash.report.blocks import Report
from cxdash.report.view import View


@dataclass(frozen=True)
class Page:
    """A page of the app, which is also a report that can be mailed.

    Attributes:
        key: in URLs and commands. section, title: untranslated; translate with `_` where shown.
        icon: Material symbol name. script: page script below `pages/`.
        filters: dimensions its filter bar offers (where the data has them).
        params: URL parameters of its own.
        listed: whether the menu offers it; others are reached from a number.
    """

    key: str
    section: str
    title: str
    icon: str
    script: str
    build: Callable[[View], Report]
    filters: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    listed: bool = True


FILTERS = ("channel", "region", "segment", "product", "stage")

PAGES: tuple[Page, ...] = (
    Page("overview", N_("Health"), N_("Overview"), "monitor_heart", "health/overview.py", overview.build, FILTERS),
    Page(
        "benchmarks",
        N_("Health"),
        N_("Benchmarks"),
        "compare_arrows",
        "health/benchmarks.py",
        benchmarks.build,
        FILTERS,
    ),
    Page(
        "channels",
        N_("Experience"),
        N_("Channels"),
        "forum",
        "experience/channels.py",
        channels.build,
        FILTERS,
        ("focus", "beside", "cut"),
    ),
    Page(
        "handoffs",
        N_("Experience"),
        N_("Handoffs"),
        "swap_horiz",
        "experience/handoffs.py",
        handoffs.build,
        ("channel", "region", "segment", "product", "reason"),
        ("origin", "target"),
    ),
    Page(
        "journey",
        N_("Experience"),
        N_("Journey"),
        "route",
        "experience/journey.py",
        journey.build,
        FILTERS,
        ("campaign",),
    ),
    Page(
        "why",
        N_("Experience"),
        N_("Why it moved"),
        "troubleshoot",
        "experience/why.py",
        why.build,
        FILTERS,
        ("metric", "by"),
    ),
    Page("quality", N_("Trust"), N_("Quality"), "verified", "trust/quality.py", quality.build),
    Page(
        "definitions",
        N_("Trust"),
        N_("Definitions"),
        "menu_book",
        "trust/definitions.py",
        definitions.build,
        (),
        ("metric",),
    ),
    Page(
        "number",
        N_("Trust"),
        N_("Number passport"),
        "fingerprint",
        "trust/number.py",
        passport.build,
        FILTERS,
        ("metric", "only"),
        listed=False,
    ),
)


def find_page(key: str) -> Page:
    """The page of that key; raises `UnknownNameError` with the nearest one."""
    for page in PAGES:
        if page.key == key:
            return page
    raise unknown_name("page", key, (page.key for page in PAGES))
