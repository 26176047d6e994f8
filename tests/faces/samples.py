"""What the specimen's blocks are made of: numbers in every state, a series with holes, a table, hostile text."""

from __future__ import annotations

from datetime import date, timedelta
from math import sin

from cxdash.report.blocks import Cell, Column, Link, Number, Point, State, Table

FIRST = date(2026, 8, 3)
HOSTILE = '<script>alert("x")</script> & <b onmouseover=alert(1)>North</b>'
"""A value as a customer's system may hold it; every face must show it as text."""

LONG = "Customers who bought the extended warranty before the change of the general terms and conditions"

SHOWN = Number("+31", "28 to 34", "2,746 answers", 31.2, 28.1, 34.2, 2746)
PERCENT = Number("78.4 %", "76.9 % to 79.8 %", "3,112 answers", 78.4, 76.9, 79.8, 3112)
LOW_BASE = Number("+12", "−14 to 38", "22 answers", 12.0, -14.0, 38.0, 22, "low_base", "low base")
HIDDEN = Number("–", state="hidden", note="hidden: fewer than 5 answers")
MISSING = Number("–", state="missing", note="no answers in this period")


def series(count: int = 13, level: float = 31.0, *, holes: bool = True, base: int = 210) -> tuple[Point, ...]:
    """Weeks around a level; with a hidden, a missing and a low-base week when `holes`."""
    found = []
    for week in range(count):
        start = FIRST + timedelta(weeks=week)
        value = round(level + 5 * sin(week / 2), 1)
        state: State = "shown"
        if holes and count > 8:
            state = {4: "hidden", 5: "missing", 8: "low_base"}.get(week, "shown")  # type: ignore[assignment]
        shown = state in {"shown", "low_base"}
        wide = 14.0 if state == "low_base" else 3.0
        found.append(
            Point(
                start=start,
                end=start + timedelta(days=6),
                label=f"Week of {start:%-d %b %Y}",
                value=value if shown else None,
                low=value - wide if shown else None,
                high=value + wide if shown else None,
                n=None
                if state == "hidden"
                else 0
                if state == "missing"
                else 22
                if state == "low_base"
                else base + 9 * week,
                text=f"{value:+.0f} ({value - wide:.0f} to {value + wide:.0f})"
                if shown
                else "hidden"
                if state == "hidden"
                else "no data",
                state=state,
            )
        )
    return tuple(found)


def table(key: str, title: str = "") -> Table:
    """A table with links, tones, numbers, a formula and hostile text."""
    return Table(
        key=key,
        title=title,
        columns=(Column("Channel"), Column("NPS", numeric=True), Column("Change"), Column("Answers", numeric=True)),
        rows=(
            (
                Cell("Phone", link=Link("channels", (("focus", "phone"),))),
                Cell("−9", "bad", raw=-9.0),
                Cell("down 6", "bad"),
                Cell("812", raw=812),
            ),
            (
                Cell("Web", link=Link("channels", (("focus", "web"),))),
                Cell("+44", "good", raw=44.0),
                Cell("up 4", "good"),
                Cell("1,204", raw=1204),
            ),
            (Cell(LONG), Cell("+30", raw=30.0), Cell("no clear change", detail="p = 0.31"), Cell("730", raw=730)),
            (Cell(HOSTILE), Cell("–"), Cell("too few answers"), Cell("hidden")),
            (Cell('=HYPERLINK("http://example.org")'), Cell("+8", raw=8.0), Cell("@SUM(A1)"), Cell("-12", raw=-12)),
        ),
        note="Intervals are 95 %. Changes are corrected for looking at many cells at once.",
    )
