"""What an import did, for a terminal and for a machine: nothing that happened to a person's file stays unsaid."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from cxdash.errors import FileImportError

Mode = Literal["create", "replace", "append"]
SHOWN = 20
"""How many unreadable cells a message lists."""


@dataclass(frozen=True)
class BadCell:
    """A cell that could not be read: where, what it says, why. `column` is "" when the whole row is wrong."""

    line: int
    column: str
    value: str
    reason: str

    def describe(self, unit: str) -> str:
        """In one line, for people."""
        cell = f"{self.column} “{self.value}”" if self.value else self.column or "this row"
        return f"{unit} {self.line}: {cell} {self.reason}"


@dataclass
class ImportReport:
    """What an import did.

    Attributes:
        table, file, mode: what went where, and how.
        rows: rows written.
        total: rows the table has now.
        columns: contract column → column of the file.
        unused: columns of the file that the contract has no place for → the nearest contract column or "".
        absent: optional contract columns the file does not have.
        repeated: rows written whose key stood in an earlier row of the file; the quality checks will object.
        rejected: rows set aside, and the file they went to.
        bad_cells: the first unreadable cells.
        bad: how many there were.
        notes: further things worth knowing.
    """

    table: str
    file: str
    mode: Mode
    unit: str = "line"
    rows: int = 0
    total: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    repeated: int = 0
    rejected: int = 0
    rejected_file: str = ""
    bad_cells: list[BadCell] = field(default_factory=list)
    bad: int = 0
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report for a machine."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The report for a terminal."""
        text = [f"{self.rows:,} rows of {self.file} are in {self.table}, which now has {self.total:,}."]
        renamed = {name: column for name, column in self.columns.items() if name != column}
        if renamed:
            text.append("Taken as: " + ", ".join(f"{column} → {name}" for name, column in renamed.items()) + ".")
        for column, guess in self.unused.items():
            hint = f"; did you mean {guess}? (--map {guess}={column})" if guess else ""
            text.append(f"Not used: column “{column}” has no place in {self.table}{hint}.")
        if self.absent:
            text.append(f"Absent and therefore unknown: {', '.join(self.absent)}.")
        if self.repeated:
            text.append(f"{self.repeated:,} rows repeat the key of an earlier row; a refresh will hold that back.")
        if self.rejected:
            text.append(f"{self.rejected:,} rows could not be read and were set aside in {self.rejected_file}:")
            text += [f"  {cell.describe(self.unit)}" for cell in self.bad_cells]
        return text + self.notes

    def record(self, cell: BadCell) -> None:
        """Note an unreadable cell; the first few are kept, all are counted."""
        self.bad += 1
        if len(self.bad_cells) < SHOWN:
            self.bad_cells.append(cell)

    def refuse(self) -> FileImportError:
        """The error of a file with unreadable cells."""
        listed = "".join(f"\n  {cell.describe(self.unit)}" for cell in self.bad_cells)
        more = f"\n  … and {self.bad - len(self.bad_cells):,} more" if self.bad > len(self.bad_cells) else ""
        counts = f"{self.rejected:,} rows cannot be read, with {self.bad:,} faults"
        return FileImportError(
            f"{self.file} was not imported: {counts}:{listed}{more}\n",
            known=f"The other {self.rows:,} rows are fine.",
            action="Correct them, or set those rows aside with --skip-bad.",
        )
