"""Rows as CSV: streamed from the edition, so that a file of millions of rows needs the memory of a few thousand."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from cxdash.answers.rows import OpenRows
from cxdash.faces.export.fields import shown, with_companion, without_formulas

_TIME = "%Y-%m-%d %H:%M:%S"


def write_csv(opened: OpenRows, target: BinaryIO) -> int:
    """Write all rows with their flags, a line of column names first, and return how many there are.

    UTF-8 with the mark that spreadsheets know it by, lines ended as RFC 4180 says. Numbers, days and times are written
    for machines (times in UTC); what cannot be known is empty. Texts are safe to open in a spreadsheet.
    """
    target.write(codecs.BOM_UTF8)
    written = 0
    first = True
    for batch in opened.batches():
        frame = without_formulas(shown(with_companion(opened, batch)))
        frame.write_csv(target, include_header=first, line_terminator="\r\n", datetime_format=_TIME)
        first = False
        written += frame.height
    if first:
        names = [column.name for column in opened.columns]
        target.write((",".join(names) + "\r\n").encode())
    return written
