"""`cxdash doctor`: is the warehouse reachable, what fits the contract, how fresh is it, what would more tables unlock.

Doctor never stops at the first trouble: a broken table is described and the next one examined. What each table would
unlock is told to it by the caller, because metrics and pages are above the warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from cxdash import schema
from cxdash.errors import CxdashError
from cxdash.settings import Settings, describe_source, redact
from cxdash.warehouse import open_warehouse
from cxdash.warehouse.backend import Warehouse

CENTRAL_TABLE = "responses"
"""The table most of cxdash lives on. A project of orders or contacts alone can be refreshed, but has no scores."""
State = Literal["connected", "broken", "absent"]
_SIGN: dict[State, str] = {"connected": "✓", "broken": "✗", "absent": "·"}


@dataclass
class TableExamination:
    """One contract table, as found.

    Attributes:
        table: its name.
        meaning: what one row is.
        central: whether the scores depend on it.
        state: connected, broken (configured but unusable) or absent (not configured).
        origin: where it comes from.
        rows: number of rows; None when not connected.
        columns: contract column → "source column (type)".
        absent: optional contract columns it does not offer.
        unused: source columns nothing uses.
        watermark: the column that tells what is new, if any.
        freshest: latest value of it.
        problems: sentences with file, line and key.
        unlocks: what this table gives, or would give.
    """

    table: str
    meaning: str
    central: bool
    state: State = "absent"
    origin: str = ""
    rows: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    watermark: str = ""
    freshest: date | datetime | None = None
    problems: list[str] = field(default_factory=list)
    unlocks: list[str] = field(default_factory=list)


@dataclass
class Examination:
    """What doctor found.

    Attributes:
        url: the address without secrets; "" when it cannot be had.
        source: where the address comes from.
        reachable: whether the warehouse answered.
        trouble: why not, as problem / known / action; {} when it did.
        timezone: business time zone.
        tables: every contract table.
        strangers: configured names that are no contract tables, with what is wrong.
    """

    url: str
    source: str
    reachable: bool
    trouble: dict[str, str]
    timezone: str
    tables: list[TableExamination]
    strangers: list[str]

    @property
    def fits(self) -> bool:
        """Whether a refresh could start: reachable, something connected, nothing broken."""
        states = {table.state for table in self.tables}
        return self.reachable and "connected" in states and "broken" not in states and not self.strangers

    def as_dict(self) -> dict[str, Any]:
        """The examination for a machine; dates as ISO text."""
        content = asdict(self) | {"fits": self.fits}
        for found in content["tables"]:
            found["freshest"] = found["freshest"].isoformat() if found["freshest"] is not None else None
        return content

    def lines(self) -> list[str]:
        """The examination for a terminal."""
        text = [f"Warehouse  {self.url or 'unknown address'} (from {self.source})"]
        if not self.reachable:
            text += [f"  ✗ {self.trouble['problem']}"]
            text += [f"    {self.trouble[part]}" for part in ("known", "action") if self.trouble[part]]
        else:
            text.append(f"  ✓ reachable; business days are counted in {self.timezone}")
        text += [f"  ✗ {sentence}" for sentence in self.strangers]
        order: tuple[State, ...] = ("connected", "broken", "absent")
        for state in order if self.reachable else ():
            chosen = [table for table in self.tables if table.state == state]
            if chosen:
                titles = {"connected": "Connected", "broken": "Do not fit", "absent": "Not connected"}
                text += ["", titles[state], *(line for table in chosen for line in _describe(table))]
        text += ["", "Everything a refresh needs is there." if self.fits else "A refresh cannot run yet; see ✗ above."]
        return text


def examine(settings: Settings, *, unlocks: Mapping[str, Sequence[str]]) -> Examination:
    """Look at the warehouse and every contract table; never raises for what it finds.

    Args:
        settings: the project.
        unlocks: contract table → names of metrics and pages that need it.
    """
    tables = [
        TableExamination(name, str(table.comment), name == CENTRAL_TABLE, unlocks=list(unlocks.get(name, ())))
        for name, table in schema.TABLES.items()
    ]
    configured = settings.warehouse.url
    found = Examination("", describe_source(configured), False, {}, settings.warehouse.timezone, tables, [])
    try:
        found.url = redact(settings.warehouse_url())
        with open_warehouse(settings) as warehouse:
            found.reachable = True
            for table in tables:
                _examine_table(warehouse, table)
            found.strangers = [
                str(problem)
                for name, mapping in warehouse.mappings.items()
                if name not in schema.TABLES
                for problem in mapping.problems
            ]
    except CxdashError as error:
        found.trouble = error.as_dict()
        found.reachable = False
    return found


def _examine_table(warehouse: Warehouse, table: TableExamination) -> None:
    mapping = warehouse.mappings.get(table.table)
    if mapping is None:
        return
    table.origin = mapping.origin
    table.columns = {name: f"{column.name} ({column.type_name})" for name, column in mapping.columns.items()}
    table.unused = list(mapping.unused)
    if mapping.problems:
        table.state, table.problems = "broken", [str(problem) for problem in mapping.problems]
        return
    offered = warehouse.offered(table.table)
    table.absent = [column.name for column in schema.table(table.table).columns if column.name not in offered]
    table.watermark = warehouse.watermark(table.table) or ""
    try:
        source = warehouse.source(table.table)
        query = sa.select(sa.func.count().label("rows"))
        if table.watermark:
            query = query.add_columns(sa.func.max(source.c[table.watermark]).label("freshest"))
        row = warehouse.fetch(query.select_from(source)).row(0)
    except CxdashError as error:
        table.state, table.problems = "broken", [str(error)]
        return
    table.state, table.rows = "connected", row[0]
    table.freshest = row[1] if table.watermark else None


def _describe(table: TableExamination) -> list[str]:
    head = f"  {_SIGN[table.state]} {table.table}"
    match table.state:
        case "connected":
            fresh = f", newest {table.watermark} {table.freshest}" if table.freshest is not None else ""
            head += f": {table.rows:,} rows{fresh}, from {table.origin}"
        case "broken":
            head += f", from {table.origin}"
        case "absent":
            head += f": {table.meaning}{'; without it there are no scores' if table.central else ''}"
    text = [head, *(f"      {sentence}" for sentence in table.problems)]
    if table.state == "connected" and table.absent:
        text.append(f"      without {', '.join(table.absent)}")
    if table.state == "connected" and table.unused:
        text.append(f"      not used: {', '.join(table.unused)}")
    if table.state != "connected" and table.unlocks:
        text.append(f"      would unlock {', '.join(table.unlocks)}")
    return text
