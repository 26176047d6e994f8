"""A chart in words, for readers without pictures: its summary, and the estimates it shows where those are few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cxdash.language import _, plural
from cxdash.report.blocks import Bars, Chart, Contributions, Dots, Flow, HeatCell, Heatmap, Number, Panels, Rows, Trend

STRONGEST = 8
"""Most cells of a heatmap, and most streams of a flow, that are told one by one."""


def has_marks(block: Chart) -> bool:
    """Whether there is anything to draw; an empty chart is never shown."""
    match block:
        case Trend():
            return any(p.value is not None for p in block.points)
        case Dots():
            return any(dot.number.raw is not None for dot in block.dots)
        case Bars():
            return any(bar.count for bar in block.bars)
        case Panels():
            return any(has_marks(panel) for panel in block.panels)
        case Heatmap():
            return any(cell.number.state in ("shown", "low_base") for row in block.cells for cell in row)
        case Flow():
            return any(stream.count for stream in block.streams)
        case Contributions():
            return bool(block.parts)
        case _:
            assert_never(block)


def describe(block: Chart) -> str:
    """The summary, and every estimate told."""
    return " ".join(filter(None, (block.summary, "; ".join(f"{name} {text}" for name, text in told(block)))))


def told(block: Chart) -> Iterator[tuple[str, str]]:
    """Name and words of what a chart tells one by one: rows, the clearest cells, the largest streams, the parts."""
    match block:
        case Dots():
            for dot in block.dots:
                yield dot.label, number_words(dot.number)
        case Heatmap():
            for row, column, cell in strongest(block):
                yield _("{row}, {column}").format(row=row, column=column), number_words(cell.number)
        case Flow():
            for stream in sorted(block.streams, key=lambda s: (s.tone != "bad", -s.count))[:STRONGEST]:
                yield _("{origin} to {target}").format(origin=stream.origin, target=stream.target), stream.text
        case Contributions():
            for part in block.parts:
                texts = zip(block.series, part.texts, strict=False)
                yield part.label, ", ".join(f"{name} {text}" for name, text in texts)
            if block.parts:
                yield _("All together"), block.total
        case Trend() | Bars() | Panels():
            return
        case _:
            assert_never(block)


def rows_words(block: Rows) -> tuple[str, bool]:
    """What a mail says instead of rows, and whether it leads to them."""
    if block.refused or not block.total:
        return block.refused or _("No rows."), False
    return (
        plural("{n} row; open it in the app", "{n} rows; open them in the app", block.total).format(
            n=f"{block.total:,}"
        ),
        True,
    )


def number_words(number: Number) -> str:
    """A number with what it rests on."""
    basis = ", ".join(filter(None, (number.interval, number.n, number.note)))
    return number.text + (f" ({basis})" if basis else "")


def strongest(block: Heatmap) -> list[tuple[str, str, HeatCell]]:
    """The cells that are apart beyond noise, the farthest first: row, column, cell."""
    clear = [
        (row, column, cell)
        for row, cells in zip(block.rows, block.cells, strict=True)
        for column, cell in zip(block.columns, cells, strict=True)
        if cell.clear and cell.number.state == "shown"
    ]
    return sorted(clear, key=lambda found: -abs(found[2].level or 0.0))[:STRONGEST]
