"""Text from the data as it may stand in a file that a spreadsheet opens: no formulas, no signs that cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from cxdash.answers.rows import OpenRows
from cxdash.edition import UNKNOWN
from cxdash.report.untrusted import UNSEEN, visible

_PLAIN_NUMBER = re.compile(r"[+\-−]?\d[\d.,\u00a0\u202f ]*(e[+-]?\d+)?\s?%?", re.IGNORECASE)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n")

SUSPICIOUS = rf"^\s*[{''.join(re.escape(sign) for sign in _FORMULA)}]|^[\t\r\n]"


def safe_text(text: str) -> str:
    """A CSV field that no spreadsheet takes for a formula; plain numbers stay as they are.

    Source: OWASP, "CSV Injection": fields beginning with = + - @ (also as full-width signs), tab or carriage return.
    """
    begins = text.startswith(_BREAKS) or text.lstrip().startswith(_FORMULA)
    return "'" + text if begins and not _PLAIN_NUMBER.fullmatch(text.strip()) else text


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text as it may be seen."""
    return _changed(frame, UNSEEN.pattern, visible)


def without_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text that a spreadsheet would take for a formula marked as text."""
    return _changed(frame, SUSPICIOUS, safe_text)


def _changed(frame: pl.DataFrame, pattern: str, change: Callable[[str], str]) -> pl.DataFrame:
    """Texts that match are changed one by one; they are few, so a million rows cost a look at each column."""
    found = []
    for name, kind in frame.schema.items():
        if kind == pl.String:
            hits = frame[name].str.contains(pattern).fill_null(value=False)
            if hits.any():
                texts = zip(frame[name], hits, strict=True)
                found.append(pl.Series(name, [change(text) if hit else text for text, hit in texts], dtype=pl.String))
    return frame.with_columns(found)


def with_companion(opened: OpenRows, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the companion's value (traffic of the channel) beside every row of that value."""
    if opened.beside is None:
        return frame
    state, values = opened.beside
    inner = pl.col(opened.basis.measure.inner).fill_null(UNKNOWN)
    known = inner.replace_strict(list(values), list(values.values()), default=0.0, return_dtype=pl.Float64)
    return frame.with_columns(known.cast(pl.Int64).alias(companion_name(opened, state)))


def companion_name(opened: OpenRows, state: str) -> str:
    """Name of the companion's column: `contacts_of_channel`."""
    return f"{state}_of_{opened.basis.measure.inner}"
