"""Rows as an XLSX workbook: a sheet that says what the number is, and a sheet of typed rows with their flags.

Texts are written as texts whatever they begin with; no cell of the workbook is a formula. Cells go to the file as they
come, so that the workbook is never in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cxdash.answers.rows import OpenRows
from cxdash.errors import SelectionError
from cxdash.faces.export.fields import shown, with_companion
from cxdash.language import _

MOST_ROWS = 1_048_576 - 1
"""Rows a sheet holds besides the line of names (ECMA-376)."""

_EXACT = 2**53
"""Whole numbers up to here are exact in a cell."""

_LONGEST = 32_767
"""Characters a cell holds (ECMA-376)."""


def check_fits(rows: int) -> None:
    """Raise where a sheet cannot hold the rows."""
    if rows > MOST_ROWS:
        raise SelectionError(
            _("{rows} rows do not fit into a sheet.").format(rows=f"{rows:,}"),
            known=_("A sheet holds {most} rows.").format(most=f"{MOST_ROWS:,}"),
            action=_("Export them as CSV, or narrow the period or the filters."),
        )


def write_xlsx(opened: OpenRows, lines: Sequence[tuple[str, str]], target: BinaryIO) -> int:
    """Write the workbook and return how many rows it has.

    Args:
        opened: the rows.
        lines: label and text of what is to be said about the number; first on the sheet “Passport”.
        target: a file opened for writing bytes.

    Raises:
        SelectionError: more rows than a sheet holds.
    """
    total = opened.total()
    check_fits(total)
    book = Workbook(write_only=True)
    about, sheet = book.create_sheet("Passport"), book.create_sheet("Rows")
    sheet.freeze_panes = "A2"
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 36, 90
    names = [column.name for column in opened.columns]
    sums: dict[str, int] = {}
    heads: list[str] = names
    for number, batch in enumerate(opened.batches()):
        _add(sums, opened, batch)
        frame = shown(with_companion(opened, batch))
        if number == 0:
            heads = frame.columns
            _size(sheet, frame)
            sheet.append([_bold(sheet, name) for name in heads])
        texts = [kind == pl.String for kind in frame.schema.values()]
        for row in frame.iter_rows():
            sheet.append(_cells(sheet, row, texts))
    if not total:
        sheet.append([_bold(sheet, name) for name in heads])
    if total:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{total + 1}"
    for label, text in (*lines, *_how(opened, total)):
        about.append([_bold(about, label), _text(about, text)])
    about.append([])
    about.append([_bold(about, _("State")), _bold(about, _("Sum over the rows"))])
    for name, amount in sums.items():
        about.append([_text(about, name), amount if abs(amount) <= _EXACT else str(amount)])
    book.save(target)
    return total


def _how(opened: OpenRows, total: int) -> Iterator[tuple[str, str]]:
    yield _("Rows"), f"{total:,}"
    yield (
        _("How to recompute"),
        _("Add up the columns of states on the sheet “Rows”; the sums are below. Put them into the formula."),
    )
    for column in opened.flags:
        if column.tally:
            text = _("Each value of this column is a state of its own: count the rows of each value.")
            yield column.name, text
    if opened.beside is not None:
        yield opened.beside[0], _("Repeats in every row of the same channel: take it once for each.")


def _add(sums: dict[str, int], opened: OpenRows, batch: pl.DataFrame) -> None:
    for state in opened.basis.measure.states:
        if not state.tally:
            added = batch[state.name].sum()
        elif state.of is None:
            added = batch[state.tally].count()
        else:
            added = (batch[state.tally] == state.of).sum()
        sums[state.name] = sums.get(state.name, 0) + int(added or 0)


def _cells(sheet: Any, row: tuple[Any, ...], texts: Sequence[bool]) -> list[Any]:
    return [
        None if value is None else _text(sheet, value) if is_text else _plain(value)
        for value, is_text in zip(row, texts, strict=True)
    ]


def _plain(value: Any) -> Any:
    """A number, day or time as the sheet has it; whole numbers that a cell would round, as text."""
    if isinstance(value, Decimal):
        value = int(value)
    return str(value) if isinstance(value, int) and abs(value) > _EXACT else value


def _text(sheet: Any, text: str) -> Any:
    """A text, whatever it begins with: the library would take “=…” for a formula and “#N/A” for an error."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    if not cut or cut[0] not in "=#":
        return cut
    cell = WriteOnlyCell(sheet, cut)
    cell.data_type = "s"
    return cell


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _size(sheet: Any, frame: pl.DataFrame) -> None:
    for place, (name, kind) in enumerate(frame.schema.items(), start=1):
        width = max(10, min(len(name) + 2, 30))
        sheet.column_dimensions[get_column_letter(place)].width = (
            60 if name == "comment" else 20 if kind == pl.Datetime else width
        )
