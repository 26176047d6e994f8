"""The specimen's charts that are not lines and bars: heatmaps, a flow, contributions, and rows."""

from __future__ import annotations

from datetime import timedelta
from math import cos, sin

from cxdash.report.blocks import (
    Cell,
    Column,
    Contribution,
    Contributions,
    Flow,
    HeatCell,
    Heatmap,
    Link,
    Number,
    Rows,
    Stream,
    Table,
)
from tests.faces.samples import FIRST, HIDDEN, HOSTILE, LONG, LOW_BASE, MISSING

PASSPORT = Link("number", (("metric", "nps"), ("channel", "phone")))
SPANS = ((FIRST + timedelta(days=10), FIRST + timedelta(days=30), "Autumn campaign"),)


def _cell(value: float, n: int = 212, *, clear: bool = False, link: Link | None = None) -> HeatCell:
    text = f"{value:+.0f}".replace("-", "−")
    wide = f"{value - 6:.0f} to {value + 6:.0f}".replace("-", "−")
    number = Number(text, wide, f"{n:,} answers", value, value - 6, value + 6, n, passport=PASSPORT)
    return HeatCell(number, max(-1.0, min(1.0, (value - 31) / 40)), clear, link)


def heatmap() -> Heatmap:
    """Channels by region: every state, long and hostile names, links."""
    rows = ("Phone", "Web", LONG, HOSTILE)
    columns = ("North", "East", "South", "West")
    regions = [Link("channels", (("focus", "phone"), ("region", region))) for region in columns]
    return Heatmap(
        key="nps_by_channel_and_region",
        title="Phone in the North is clearly the worst of 16 cells",
        subtitle="NPS by channel and region, points; shade: against the company's +31",
        row_title="Channel",
        column_title="Region",
        rows=rows,
        columns=columns,
        cells=(
            tuple(
                _cell(v, clear=abs(v - 31) > 20, link=link) for v, link in zip((-14, 3, 22, 27), regions, strict=True)
            ),
            (_cell(58, clear=True), _cell(44), _cell(33), _cell(36)),
            (HeatCell(LOW_BASE), HeatCell(HIDDEN), HeatCell(MISSING), _cell(31)),
            (_cell(29), _cell(12), HeatCell(Number("+35", "", "88 answers", 35.0, count=88)), _cell(71, clear=True)),
        ),
        summary="NPS from −14 (phone, North) to +71; four of 16 cells are apart from the company beyond noise.",
        data=Table(
            "nps_by_channel_and_region_data",
            "",
            (Column("Cell"), Column("NPS", numeric=True), Column("Answers", numeric=True)),
            ((Cell("Phone, North", link=regions[0]), Cell("−14", "bad", raw=-14.0), Cell("212", raw=212.0)),),
        ),
        low_label="worse",
        high_label="better",
        reference_label="company +31",
    )


def week() -> Heatmap:
    """A week of hours: the widest map there is."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    cells = []
    for day in range(7):
        line = []
        for hour in range(24):
            value = round(31 + 18 * sin(hour / 3.2) + 9 * cos(day), 0) - (38 if (day, hour) in {(0, 8), (0, 9)} else 0)
            if hour < 5 and day > 4:
                line.append(HeatCell(HIDDEN if hour % 2 else LOW_BASE))
            else:
                line.append(_cell(value, clear=abs(value - 31) > 24, link=Link("channels", (("focus", "phone"),))))
        cells.append(tuple(line))
    return Heatmap(
        key="week",
        title="Monday mornings are clearly worse",
        subtitle="NPS by weekday and hour of the contact, points; Europe/Berlin",
        row_title="Weekday",
        column_title="Hour",
        rows=days,
        columns=tuple(f"{hour:02d}" for hour in range(24)),
        cells=tuple(cells),
        summary="NPS by hour: lowest on Monday at 08.",
        data=Table("week_data", "", (Column("Hour"), Column("NPS", numeric=True)), ((Cell("Monday 08"), Cell("−7")),)),
        low_label="worse",
        high_label="better",
        reference_label="company +31",
    )


def flow() -> Flow:
    """Handoffs between channels, two of them clearly worse, one tiny, names long and hostile."""
    counts = {
        ("Phone", "Store"): (640, 0.41, "bad"),
        ("Phone", "Phone"): (820, 0.22, "neutral"),
        ("Web", "Phone"): (1310, 0.18, "neutral"),
        ("Web", "Chat"): (420, 0.12, "good"),
        ("Chat", "Phone"): (510, 0.37, "bad"),
        ("Chat", "Chat"): (130, 0.2, "neutral"),
        ("App", "Web"): (60, 0.21, "neutral"),
        (HOSTILE, "Chat"): (24, None, "neutral"),
        ("App", LONG): (9, None, "neutral"),
    }
    streams = tuple(
        Stream(
            origin,
            target,
            count,
            part,
            f"{count:,} handoffs, " + (f"{100 * part:.0f}% had to say it again" if part else "too few to judge"),
            tone,  # type: ignore[arg-type]
            Link("handoffs", (("origin", origin.lower()), ("target", target.lower()))) if count > 50 else None,
            {"Phone": "phone", "Web": "web", "Chat": "chat", "App": "app"}.get(origin, ""),
        )
        for (origin, target), (count, part, tone) in counts.items()
    )
    return Flow(
        key="handoffs",
        title="Four in ten who go from phone to a store say it all again",
        subtitle="Handoffs between two contacts within 7 days, by channel",
        origin_title="First contact",
        target_title="Next contact",
        streams=streams,
        summary="3,923 handoffs; clearly worse: phone to store (41%) and chat to phone (37%).",
        data=Table(
            "handoffs_data",
            "",
            (Column("From"), Column("To"), Column("Handoffs", numeric=True)),
            tuple((Cell(s.origin), Cell(s.target), Cell(f"{s.count:,}", raw=float(s.count))) for s in streams),
        ),
    )


def contributions() -> Contributions:
    """A fall taken apart: both series, both signs, nothing at all, long and hostile names."""
    amounts = {
        "Phone": (-4.1, -0.9),
        "Web": (0.8, 1.4),
        "Chat": (-1.1, 0.6),
        LONG: (-0.2, -0.1),
        HOSTILE: (0.0, 0.0),
    }
    return Contributions(
        key="why_nps",
        title="Phone alone takes 5 of the 6 points",
        subtitle="Contribution to the change of NPS by channel, points",
        unit="points",
        series=("own score", "share of answers"),
        parts=tuple(
            Contribution(
                label,
                values,
                tuple(f"{value:+.1f}".replace("-", "−") for value in values),
                Link("why", (("metric", "nps"), ("channel", label.lower()))) if label in ("Phone", "Web") else None,
            )
            for label, values in amounts.items()
        ),
        total="−3.6 points",
        summary="Of −3.6 points phone gives −5.0; web gives +2.2.",
        data=Table("why_nps_data", "", (Column("Channel"), Column("Own score", numeric=True)), ()),
    )


def rows(refused: str = "") -> Rows:
    """Contacts behind a number, with what people wrote."""
    columns = (Column("Contact"), Column("Score", numeric=True), Column("Comment"))
    found = (
        (Cell("c-1001"), Cell("2", raw=2.0), Cell("Waited 40 minutes")),
        (Cell("c-1002"), Cell("0", raw=0.0), Cell(HOSTILE)),
    )
    return Rows(
        "rows_nps", "The answers behind it", "nps", (("channel", "phone"),), columns,
        () if refused else found, 0 if refused else 812, refused,
    )  # fmt: skip
