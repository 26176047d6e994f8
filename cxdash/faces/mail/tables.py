"""Tables in a mail: a grid where it fits into 552 px, else a card per row; on a phone a grid turns into cards too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cxdash.faces.charts.pictures.sheet import TEXT, measure
from cxdash.report.blocks import Cell, Link, Table, Tone

_ROOM = 552
_CELL_PADDING = 8
_WHOLE = 16
"""Numbers up to this many letters are never broken."""

_LONG_WORD = 24
"""Words longer than this may be broken, since no column can hold them."""

_INK: dict[Tone, str] = {"good": "good", "bad": "bad", "neutral": "ink"}

Rows = Sequence[tuple[Cell, ...]]


class Writer(Protocol):
    """What a table needs from the mail it is drawn in."""

    @property
    def start(self) -> str:
        """Where a line begins."""

    @property
    def finish(self) -> str:
        """Where a line ends."""

    def words(self, text: str) -> str:
        """Escaped text."""

    def anchor(self, text: str, link: Link | None) -> str:
        """Escaped text that leads somewhere."""


def fits(table: Table, rows: Rows) -> bool:
    """Whether every column can be as wide as what must not be broken in it."""
    wide = 0.0
    for index, column in enumerate(table.columns):
        unbroken = [word for word in column.label.split() if len(word) <= _LONG_WORD]
        for row in rows:
            cell = row[index]
            unbroken += [cell.text] if _is_whole(table, cell, index) else cell.text.split()
            unbroken += cell.detail.split()
        wide += max((measure(text[:_LONG_WORD], TEXT) for text in unbroken), default=0.0) * 1.1 + _CELL_PADDING
    return wide <= _ROOM


def draw_grid(writer: Writer, table: Table, rows: Rows) -> str:
    """Rows and columns; on a phone every row of more than three becomes a card titled by its first cell."""
    cards = " cards" if len(table.columns) > 3 else ""
    sides = [writer.finish if column.numeric else writer.start for column in table.columns]
    head = "".join(
        f'<th class="muted cell line words" align="{side}">{writer.words(column.label)}</th>'
        for side, column in zip(sides, table.columns, strict=True)
    )
    lines = []
    for row in rows:
        cells = "".join(
            f'<td class="cell line{_kind(table, cell, i)} {_INK[cell.tone]}" align="{sides[i]}">'
            f"{_label(writer, table, i) if cards and i else ''}{_print(writer, cell)}</td>"
            for i, cell in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return f'<table class="note wide{cards}" cellpadding="0"><tr>{head}</tr>{"".join(lines)}</table>'


def draw_cards(writer: Writer, table: Table, rows: Rows) -> str:
    """One card per row, titled by its first cell."""
    cards, style = [], f"padding-{writer.finish}:16px;width:32%;vertical-align:top"
    for row in rows:
        pairs = "".join(
            f'<tr><td class="muted" style="{style}" align="{writer.start}">'
            f'{writer.words(column.label)}</td><td class="{_INK[cell.tone]}" align="{writer.start}">'
            f"{_print(writer, cell, between=' · ')}</td></tr>"
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
        )
        title = f'<p class="note strong ink gap">{writer.anchor(row[0].text, row[0].link)}</p>'
        cards.append(f'{title}<table role="presentation" class="note wide" cellpadding="0">{pairs}</table>')
    return f'<p class="note muted">{writer.words(table.columns[0].label)}</p>{"".join(cards)}'


def _is_whole(table: Table, cell: Cell, index: int) -> bool:
    return table.columns[index].numeric and len(cell.text) <= _WHOLE


def _kind(table: Table, cell: Cell, index: int) -> str:
    """Classes for how a cell breaks and, for the first, that it titles a phone's card."""
    if _is_whole(table, cell, index):
        return " whole"
    first = "" if index else " first"
    return first + ("" if any(len(word) > _LONG_WORD for word in cell.text.split()) else " words")


def _label(writer: Writer, table: Table, index: int) -> str:
    return f'<span class="name muted">{writer.words(table.columns[index].label)}: </span>'


def _print(writer: Writer, cell: Cell, between: str = "<br>") -> str:
    text = writer.anchor(cell.text, cell.link)
    return text + (f'{between}<span class="muted loose">{writer.words(cell.detail)}</span>' if cell.detail else "")
