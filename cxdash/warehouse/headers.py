"""Which column of a file is which column of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa

from cxdash import schema
from cxdash.errors import FileImportError, nearest
from cxdash.warehouse.import_report import ImportReport


def match_header(
    header: list[str], contract: sa.Table, mapping: Mapping[str, str], report: ImportReport
) -> dict[str, int]:
    """Position in the file of each contract column it has; fills `columns`, `unused` and `absent` of the report."""
    names = list(contract.columns.keys())
    folded: dict[str, int] = {}
    for position, name in enumerate(header):
        folded.setdefault(_fold(name), position)
    positions: dict[str, int] = {}
    for canonical, wanted in mapping.items():
        if canonical not in names:
            guess = nearest(canonical, names)
            raise FileImportError(
                f"The contract table {contract.name} has no column “{canonical}”.",
                known=f"It has: {', '.join(names)}.",
                action=f"Did you mean “{guess}”?" if guess else "",
            )
        if _fold(wanted) not in folded:
            guess = nearest(wanted, header)
            raise FileImportError(
                f"{report.file} has no column “{wanted}”.",
                known=f"It has: {', '.join(header)}.",
                action=f"Did you mean “{guess}”?" if guess else "",
            )
        positions[canonical] = folded[_fold(wanted)]
    for canonical in names:
        at = folded.get(canonical)
        if canonical not in positions and at is not None and at not in positions.values():
            positions[canonical] = at
    report.columns = {name: header[positions[name]] for name in names if name in positions}
    free = [name for name in names if name not in positions]
    spare = [name for position, name in enumerate(header) if position not in positions.values()]
    report.unused = {name or "(no name)": nearest(_fold(name), free) for name in spare}
    missing = [name for name in schema.required_columns(contract.name) if name not in positions]
    report.absent = [name for name in free if name not in missing]
    if missing:
        hints = [f"{name}={near}" for name in missing if (near := nearest(name, spare))]
        raise FileImportError(
            f"{report.file} lacks {', '.join(missing)}, which {contract.name} requires.",
            known=f"Its columns: {', '.join(header)}.",
            action=f"Perhaps: {' '.join(f'--map {hint}' for hint in hints)}." if hints else "Name them with --map.",
        )
    return positions


def _fold(name: str) -> str:
    return re.sub(r"[\s\-.]+", "_", name.strip().casefold())
