"""One report with every block in every state: what each face must be able to draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

from cxdash.report.blocks import (
    Bar,
    Bars,
    Block,
    Brief,
    Change,
    Column,
    Definition,
    Dot,
    Dots,
    Footer,
    Headline,
    Link,
    Notice,
    Number,
    Panels,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
    Trend,
)
from tests.faces.sample_maps import PASSPORT, SPANS, contributions, flow, heatmap, rows, week
from tests.faces.samples import FIRST, HIDDEN, HOSTILE, LONG, LOW_BASE, MISSING, PERCENT, SHOWN, series, table


def trend(key: str = "nps_trend", **more: object) -> Trend:
    """A trend with target, reference and events."""
    given: dict[str, object] = {
        "key": key,
        "title": "NPS has been falling since the tariff change in September",
        "subtitle": "Net promoter score by week, points; band: 95 % interval; bars: answers",
        "unit": "points",
        "points": series(),
        "summary": "NPS by week: from 31 in August to 29 in October, lowest 26, highest 36; two weeks not shown.",
        "data": table(f"{key}_data"),
        "target": 40.0,
        "target_label": "Target 40",
        "events": ((FIRST + timedelta(days=30), "New tariff"), (FIRST + timedelta(days=74), HOSTILE)),
        "reference": series(level=24.0, holes=False),
        "reference_label": "All channels",
        "spans": SPANS,
    }
    return Trend(**{**given, **more})  # type: ignore[arg-type]


def tiles() -> Tiles:
    """Six tiles: good, bad, unclear, too few, hidden, missing."""
    channels = Link("channels", (("focus", "phone"),))
    return Tiles(
        (
            Tile(
                "nps",
                "NPS",
                replace(SHOWN, passport=PASSPORT),
                Change("down", "down 6 points", "bad"),
                "Target +40",
                "last 13 weeks",
                "data as of 1 Nov 2026",
                series(),
                channels,
            ),
            Tile(
                "csat",
                "CSAT",
                PERCENT,
                Change("up", "up 2.1 points", "good"),
                "Target 80 %",
                "last 13 weeks",
                "data as of 1 Nov 2026",
                series(level=78),
            ),
            Tile(
                "ces",
                "Effort (CES), share who found it easy",
                PERCENT,
                Change("no clear change", "no clear change"),
                "",
                "last 13 weeks",
                "data as of 1 Nov 2026",
                series(level=60, holes=False),
            ),
            Tile(
                "churn",
                "Churn",
                LOW_BASE,
                Change("too few answers", "too few answers"),
                "",
                "October 2026",
                "data as of 31 Oct 2026",
            ),
            Tile("first_contact_resolution", "First-contact resolution", HIDDEN),
            Tile("net_retention", "Net revenue retention", MISSING),
        )
    )


def dots() -> Dots:
    """Rows in every state, long and hostile labels included."""
    return Dots(
        key="nps_by_channel",
        title="Phone is clearly below the company, web and app above",
        subtitle="NPS by channel, points; whiskers: 95 % interval",
        unit="points",
        dots=(
            Dot(
                "Web",
                Number("+44", "41 to 47", "1,204 answers", 44, 41, 47, 1204),
                "good",
                Link("channels", (("focus", "web"),)),
                "web",
            ),
            Dot(
                "App",
                Number("+36", "31 to 41", "620 answers", 36, 31, 41, 620),
                "neutral",
                Link("channels", (("focus", "app"),)),
                "app",
            ),
            Dot(LONG, Number("+30", "27 to 33", "730 answers", 30, 27, 33, 730)),
            Dot("Store", LOW_BASE, "neutral", Link("channels", (("focus", "store"),)), "store"),
            Dot(
                "Phone",
                Number("−9", "−13 to −5", "812 answers", -9, -13, -5, 812, passport=PASSPORT),
                "bad",
                Link("channels", (("focus", "phone"),)),
                "phone",
            ),
            Dot(HOSTILE, HIDDEN),
            Dot("Field", MISSING),
        ),
        summary="NPS by channel from +44 (web) to −9 (phone); the company is at +31. One is hidden.",
        data=table("nps_by_channel_data"),
        reference=31.2,
        reference_label="Company +31",
    )


def bars() -> Bars:
    """Eleven answers in three groups."""
    shares = (2, 1, 1, 2, 2, 6, 7, 16, 21, 18, 24)
    return Bars(
        key="nps_distribution",
        title="One answer in five is a detractor",
        subtitle="Share of answers by score, %",
        bars=tuple(
            Bar(
                str(score),
                share,
                share * 27,
                "Detractors (0–6)" if score < 7 else "Passives (7–8)" if score < 9 else "Promoters (9–10)",
                "bad" if score < 7 else "neutral" if score < 9 else "good",
            )
            for score, share in enumerate(shares)
        ),
        summary="Promoters 42 %, passives 37 %, detractors 21 %.",
        data=table("nps_distribution_data"),
    )


def panels() -> Panels:
    """Small multiples on the same axes, one of them empty."""
    names = ("Phone", "Chat", "E-mail", "Web", "App", LONG)
    codes = ("phone", "chat", "email", "web", "app", "")
    return Panels(
        key="nps_panels",
        title="Only phone is falling",
        subtitle="NPS by week and channel, points; grey: company",
        unit="points",
        panels=tuple(
            trend(
                f"panel_{index}",
                title=name,
                points=series(level=20 + 6 * index) if index < 5 else (),
                colour=code,
                events=(),
                spans=(),
                target=None,
                target_label="",
            )
            for index, (name, code) in enumerate(zip(names, codes, strict=True))
        ),
        summary="NPS by channel: phone falls from 24 to 18, the others keep their level.",
        data=table("nps_panels_data"),
    )


def definition() -> Definition:
    """A metric's passport with its statement."""
    return Definition(
        key="nps",
        label="Net promoter score (NPS)",
        description="Share of promoters (9–10) minus share of detractors (0–6), in points from −100 to +100.",
        formula="(promoters − detractors) / answers × 100",
        lines=(
            ("Better", "higher"),
            ("Smallest base", "30 answers, hidden below 5"),
            ("Source", "responses"),
            ("Interval", "95 %, score interval"),
        ),
        sql="SELECT day, count(*) FILTER (WHERE score >= 9) AS promoters\nFROM responses WHERE score < 11",
    )


def specimen(title: str = "Specimen") -> Report:
    """The report with everything."""
    notices = (
        Notice(
            "critical",
            "Held back since Tuesday: responses of 3 November are incomplete.",
            "You see the edition of 1 November. The owner has been told.",
        ),
        Notice(
            "warning",
            "Support tickets are two days older than the rest.",
            "First-contact resolution ends on 30 October.",
        ),
        Notice("info", f"The filter region “Nrth” is not known and was left out. {HOSTILE}"),
    )
    blocks: tuple[Block, ...] = (
        Headline(
            "NPS fell 6 points in Telephone; waiting time in the North explains most of it",
            "+31 in the last 13 weeks, 28 to 34, against +37 before. 2,746 answers.",
        ),
        *notices,
        tiles(),
        Brief(
            "In brief",
            (
                "NPS fell from +37 to +31.",
                "Four of the six points come from phone in the North.",
                f"What we do not know: {HOSTILE}.",
            ),
        ),
        Section("Over time"),
        trend(),
        Section("Where it hurts", "Sorted by how far each channel is from the company, not by the alphabet."),
        dots(),
        bars(),
        panels(),
        table("changes", "What changed"),
        Table(
            "empty",
            "Contradictions",
            (Column("Rule"), Column("Customers", numeric=True)),
            (),
            "Nothing found in this period.",
        ),
        trend(
            "empty_trend",
            points=(),
            reference=(),
            events=(),
            spans=(),
            title="No answers in this period",
            summary="Nothing to plot.",
        ),
        heatmap(),
        week(),
        flow(),
        contributions(),
        rows(),
        definition(),
        Footer(
            (
                ("Period", "3 Aug to 1 Nov 2026, compared with the 13 weeks before"),
                ("Filters", f"Region: {HOSTILE}"),
                ("Data as of", "1 Nov 2026, 23:59 UTC"),
                ("Edition", "20261102T060000Z-1f2e3d"),
                ("Policy", "everything"),
            )
        ),
    )
    return Report(
        key="overview",
        title=title,
        subject="CX health 71 (−3): phone waiting in the North",
        company="Nordlicht Telecom",
        edition="20261102T060000Z-1f2e3d",
        blocks=blocks,
        query=(("region", "north"),),
    )


assert {type(block) for block in specimen().blocks} == set(get_args(Block)), "a block is missing from the specimen"
