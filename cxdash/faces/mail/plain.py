"""A report as plain text that says the same as its HTML: for readers, tools and people who see no HTML.

Lines stay within 76 columns where words allow; tables are aligned, or become one card per row where they are too wide.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import assert_never

from cxdash.faces.mail.described import rows_words, told
from cxdash.faces.mail.links import Links
from cxdash.faces.mail.pieces import ARROWS
from cxdash.faces.mail.wording import clean, columns_of, isolate_plain, one_line
from cxdash.language import _, direction
from cxdash.report.blocks import (
    Bars,
    Block,
    Brief,
    Cell,
    Chart,
    Contributions,
    Definition,
    Dot,
    Dots,
    Flow,
    Footer,
    Headline,
    Heatmap,
    Link,
    Notice,
    Panels,
    Report,
    Rows,
    Section,
    Table,
    Tile,
    Tiles,
    Trend,
)

WIDTH = 76
_NARROWEST = 18
ROWS = 25
"""Most rows of a table; the app has the rest."""


def write(report: Report, links: Links, *, reason: str = "", unsubscribe: str = "") -> str:
    """The report as plain text, ending in one line break. Arguments as for the HTML."""
    rtl = direction(report.language) == "rtl"
    view = links.to(Link(report.key, report.query))
    parts = [_ruled(f"{one_line(report.company)} · {one_line(report.title)}", "=")]
    parts += [_write_block(block, rtl, view) for block in report.blocks]
    if not any(isinstance(block, Footer) for block in report.blocks):
        parts.append(_write_block(Footer(((_("Edition"), report.edition),)), rtl, view))
    parts.append(f"{_('Open this view in the app')}:\n{view}")
    parts.append(_fill(reason))
    if unsubscribe:
        parts.append(f"{_('Stop these mails')}:\n{unsubscribe}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _write_block(block: Block, rtl: bool, view: str) -> str:
    match block:
        case Headline():
            return _lines(_fill(block.text), _fill(block.detail))
        case Brief():
            return _lines(_ruled(block.title), *(_fill(f"- {s}", "  ") for s in block.sentences))
        case Section():
            return _lines(_ruled(block.title), _fill(block.text))
        case Notice():
            sign = {"critical": "!!", "warning": "!", "info": "i"}[block.level]
            return _lines(_fill(f"[{sign}] {block.text}", "    "), _fill(f"    {block.detail}", "    "))
        case Tiles():
            width = min(40, max((columns_of(one_line(tile.label)) for tile in block.tiles), default=0))
            return "\n\n".join(_write_tile(tile, width, rtl) for tile in block.tiles)
        case Table():
            return _write_table(block, rtl)
        case Trend() | Bars() | Panels() | Dots() | Heatmap() | Flow() | Contributions():
            return _write_chart(block, rtl)
        case Definition():
            formula = _fill(block.formula)
            pairs = _pairs(block.lines, rtl)
            sql = textwrap.indent(clean(block.sql), "    ")
            return _lines(_ruled(block.label), _fill(block.description), formula, pairs, sql)
        case Footer():
            return _lines("-" * WIDTH, _pairs(block.lines, rtl))
        case Rows():
            text, leads = rows_words(block)
            return _lines(_ruled(block.title), _fill(f"{text}:" if leads else text), view if leads else "")
        case _:
            assert_never(block)


def _write_chart(block: Chart, rtl: bool) -> str:
    """Its words, and row by row what it shows."""
    if isinstance(block, Dots):
        rows = [_write_dot(dot, rtl) for dot in block.dots]
    else:
        rows = [_fill(f"- {isolate_plain(name, rtl)}: {isolate_plain(text, rtl)}", "  ") for name, text in told(block)]
    return _lines(_fill(block.title), _fill(block.subtitle), _fill(block.summary), *rows)


def _write_dot(dot: Dot, rtl: bool) -> str:
    """Name, value, interval, n; a long name has its own line."""
    number, name = dot.number, one_line(dot.label)
    interval = f"({isolate_plain(number.interval, rtl)})" if number.interval else ""
    value = _pad(isolate_plain(number.text, rtl), 7, end=True)
    rest = "  ".join(filter(None, (value, interval, clean(number.n), clean(number.note))))
    return f"{name}\n{' ' * 26}{rest}" if columns_of(name) > 24 else f"{_pad(name, 26)}{rest}"


def _write_tile(tile: Tile, width: int, rtl: bool) -> str:
    """Label and value on one line, what they rest on below."""
    number = tile.number
    interval = f"({isolate_plain(number.interval, rtl)})" if number.interval else ""
    head = f"{_pad(one_line(tile.label), width)}  {_pad(isolate_plain(number.text, rtl), 8, end=True)}"
    first = "  ".join(filter(None, (head, interval, clean(number.n))))
    change = f"{ARROWS[tile.change.word]} {tile.change.text}" if tile.change else ""
    rest = [text for text in (number.note, change, tile.target, tile.period, tile.as_of) if text]
    return _lines(first, _fill("    " + "; ".join(rest), "    ") if rest else "")


def _write_table(table: Table, rtl: bool) -> str:
    rows = [[_cell(cell, rtl) for cell in row] for row in table.rows[:ROWS]]
    labels = [one_line(column.label) for column in table.columns]
    cut = ""
    if len(table.rows) > ROWS:
        cut = _("{shown} of {all} rows; all of them in the app").format(shown=ROWS, all=len(table.rows))
    body = (_align(table, labels, rows) or _deal(labels, rows)) if rows else ""
    return _lines(_ruled(table.title) if table.title else "", body, _fill(cut), _fill(table.note))


def _cell(cell: Cell, rtl: bool) -> str:
    text = isolate_plain(one_line(cell.text), rtl)
    return f"{text} ({one_line(cell.detail)})" if cell.detail else text


def _align(table: Table, labels: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, the widest text column on several lines where needed; "" when even that is too wide."""
    widths = [max(columns_of(row[i]) for row in [labels, *rows]) for i in range(len(labels))]
    over = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    widest = max(range(len(widths)), key=lambda i: 0 if table.columns[i].numeric else widths[i])
    if over > 0:
        widths[widest] -= over
        if widths[widest] < _NARROWEST:
            return ""
    lines = []
    for row in [labels, ["-" * width for width in widths], *rows]:
        broken = textwrap.wrap(row[widest], widths[widest], break_on_hyphens=False) or [""]
        for number, part in enumerate(broken):
            cells = [part if i == widest else text if not number else "" for i, text in enumerate(row)]
            padded = (_pad(text, widths[i], end=table.columns[i].numeric) for i, text in enumerate(cells))
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _deal(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One card per row, titled by its first cell."""
    cards = []
    for row in rows:
        pairs = [f"{label}: {text}" for label, text in zip(labels[1:], row[1:], strict=True)]
        cards.append(_lines(_fill(f"{labels[0]}: {row[0]}"), _fill("    " + "; ".join(pairs), "    ")))
    return "\n".join(cards)


def _pairs(lines: Sequence[tuple[str, str]], rtl: bool) -> str:
    width = max((columns_of(one_line(label)) for label, _text in lines), default=0)
    return "\n".join(
        _fill(f"{_pad(one_line(label), width)}  {isolate_plain(one_line(text), rtl)}", " " * (width + 2))
        for label, text in lines
    )


def _pad(text: str, width: int, *, end: bool = False) -> str:
    space = " " * max(0, width - columns_of(text))
    return space + text if end else text + space


def _ruled(title: str, sign: str = "-") -> str:
    text = one_line(title)
    return f"{text}\n{sign * min(WIDTH, max(3, columns_of(text)))}" if text else ""


def _fill(text: str, indent: str = "") -> str:
    """`text` on lines of at most `WIDTH` columns; addresses and long words stay whole."""
    lines = []
    for line in clean(text).split("\n"):
        start = line[: len(line) - len(line.lstrip())]
        filled = textwrap.wrap(
            line.strip(),
            WIDTH,
            initial_indent=start,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += filled
    return "\n".join(lines)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
