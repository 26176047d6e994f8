"""Published data: immutable editions on disk, the record of every refresh attempt, and the pointer between them.

The only meeting place of the two wings. The writing wing fills a directory and moves the pointer; the reading wing
opens what the pointer names and holds it. Layout under the editions folder::

    current                     text file: id of the published edition; replaced atomically
    attempts/<id>.json          what every refresh found, published or not
    <id>/manifest.json          what the edition is (`Manifest`)
    <id>/grids/<fact>/<grid>.parquet      states by grain × dimensions
    <id>/rows/<fact>.parquet              prepared rows people may drill to
    <id>/tables/<table>.parquet           small contract tables kept whole (benchmarks, events, …)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from cxdash.errors import EditionError
from cxdash.grids import GridColumns, arrange

T = TypeVar("T")

UNKNOWN = "(unknown)"
"""How a missing dimension value is written in selections, answers and on pages."""

POINTER = "current"
KEPT_TABLES = ("benchmarks", "events", "campaigns", "stock")

Severity = Literal["critical", "warning", "info"]
AttemptOutcome = Literal["published", "published_with_warnings", "held_back", "failed"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckOutcome(_Record):
    """What one check found. `passed` None = it could not run, which counts as critical whatever its severity."""

    check_id: str
    claim: str
    theme: Literal["contract", "rows", "states"]
    table: str
    severity: Severity
    owner: str
    passed: bool | None
    failing: int = 0
    examined: int = 0
    error: str = ""
    samples: tuple[dict[str, Any], ...] = ()
    affects: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def holds_back(self) -> bool:
        """Whether this outcome alone keeps the edition from being published."""
        return self.passed is None or (self.passed is False and self.severity == "critical")


class Attempt(_Record):
    """One refresh: when, what came of it, and every check. `edition` is set only when it was published."""

    attempt_id: str
    started_at: datetime
    finished_at: datetime
    outcome: AttemptOutcome
    edition: str | None
    message: str
    checks: tuple[CheckOutcome, ...] = ()
    seconds: dict[str, float] = {}

    @property
    def failed_checks(self) -> tuple[CheckOutcome, ...]:
        """Checks that did not pass, the ones that hold back first."""
        return tuple(sorted((c for c in self.checks if c.passed is not True), key=lambda c: not c.holds_back))


class GridRecord(_Record):
    """One published grid of a fact. `tally`: the column whose values it counts; "" = it holds all other states."""

    key: str
    grain: str
    dimensions: tuple[str, ...]
    cells: int
    bytes: int
    tally: str = ""


class FactRecord(_Record):
    """What an edition holds of a fact. `dimensions` maps each offered dimension to its values, most frequent first."""

    tables: tuple[str, ...]
    rows: int
    rows_bytes: int
    first_day: date | None
    last_day: date | None
    data_as_of: datetime | date | None
    dimensions: dict[str, tuple[str, ...]]
    grids: tuple[GridRecord, ...]
    sql: str


class Manifest(_Record):
    """What an edition is: identity, freshness, facts, policy, and what the data cannot support.

    `historical`: the settings fix "today", so the data is not expected to grow and its age is no alarm.
    `currency`: ISO 4217 code of all amounts (a check sees to it that there is one), None where no table names one.
    """

    edition: str
    published_at: datetime
    company: str
    code_version: str
    timezone: str
    language: str = "en"
    backend: str
    today: date
    historical: bool = False
    first_day: date
    last_day: date
    default_period: str | None = None
    default_compare: str | None = None
    currency: str | None = None
    tables: tuple[str, ...]
    facts: dict[str, FactRecord]
    metrics: tuple[str, ...]
    unsupported: dict[str, str]
    notes: tuple[str, ...]
    targets: dict[str, Any]
    warnings: tuple[CheckOutcome, ...] = ()


class Edition:
    """An opened edition. Files are read once, on first use, and never change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[Path, Any] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Edition({self.folder.name})"

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest; raises `EditionError` when it is missing or damaged."""
        path = self.folder / "manifest.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError as gone:
            raise EditionError(
                f"Edition {self.folder.name} has no manifest.",
                known=f"Looked for {path}.",
                action="Run “cxdash refresh”, or open another edition with “cxdash editions”.",
            ) from gone
        except ValidationError as bad:
            raise EditionError(
                f"The manifest of edition {self.folder.name} is damaged.",
                known=f"{bad.error_count()} problems, first at {bad.errors()[0]['loc']}.",
                action="Run “cxdash refresh” to publish a new edition.",
            ) from bad

    @property
    def id(self) -> str:
        """The edition's identifier."""
        return self.manifest.edition

    def grid(self, fact: str, key: str) -> pl.DataFrame:
        """One grid as it was published, in rows: `day` (first day of its grain), dimensions, states."""
        return self._read(self._grid_path(fact, key))

    def grid_columns(self, fact: str, key: str) -> GridColumns:
        """The same as arrays, held in the least memory that folds fast."""
        record = next(grid for grid in self.manifest.facts[fact].grids if grid.key == key)

        def read(path: Path) -> GridColumns:
            return arrange(self._read(path), record.dimensions, tally=bool(record.tally))

        return self._once(self._grid_path(fact, key), read)

    def rows_path(self, fact: str) -> Path:
        """Where the prepared rows of a fact are."""
        return self.folder / "rows" / f"{fact}.parquet"

    def table(self, name: str) -> pl.DataFrame | None:
        """A contract table kept whole, or None when it was not connected."""
        path = self.folder / "tables" / f"{name}.parquet"
        return self._once(path, self._read) if path.exists() else None

    def _grid_path(self, fact: str, key: str) -> Path:
        return self.folder / "grids" / fact / f"{key}.parquet"

    def _read(self, path: Path) -> pl.DataFrame:
        try:
            return pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as bad:
            raise EditionError(
                f"{path.name} of edition {self.folder.name} cannot be read.",
                known=str(bad).splitlines()[0],
                action="Run “cxdash refresh” to publish a new edition.",
            ) from bad

    def _once(self, path: Path, read: Callable[[Path], T]) -> T:
        # one lock for all: two sessions that need the same grid first must not read it twice
        with self._lock:
            if path not in self._held:
                self._held[path] = read(path)
            return self._held[path]  # type: ignore[no-any-return]  # a path is always read the same way


def published_id(editions: Path) -> str | None:
    """Id of the edition the pointer names, or None when nothing was published yet."""
    try:
        return (editions / POINTER).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def open_edition(editions: Path, edition_id: str | None = None) -> Edition:
    """Open an edition by id, or the published one; raises `EditionError` when there is none."""
    chosen = edition_id or published_id(editions)
    if chosen is None:
        raise EditionError(
            "Nothing has been published yet.",
            known=f"Looked in {editions}.",
            action="Run “cxdash refresh” (or “cxdash demo” for the demo company).",
        )
    if "/" in chosen or "\\" in chosen or chosen.startswith(".") or not (editions / chosen).is_dir():
        kept = ", ".join(edition_ids(editions)[:5]) or "none"
        raise EditionError(
            f"There is no edition “{chosen}”.",
            known=f"Kept editions, newest first: {kept}.",
            action="Choose one of these.",
        )
    return Edition(editions / chosen)


def edition_ids(editions: Path) -> list[str]:
    """Ids of all kept editions, newest first."""
    return sorted(
        (p.parent.name for p in editions.glob("*/manifest.json") if not p.parent.name.startswith(".")), reverse=True
    )


def attempts(editions: Path, limit: int = 50) -> list[Attempt]:
    """The latest refresh attempts, newest first; a damaged record is skipped, the others still tell their story."""
    found = []
    for path in sorted((editions / "attempts").glob("*.json"), reverse=True)[:limit]:
        try:
            found.append(Attempt.model_validate_json(path.read_bytes()))
        except (ValidationError, OSError):
            continue
    return found
