"""Where a project keeps its things: one directory with `config/` (people edit it) and `var/` (cxdash writes it).

Every path in cxdash is derived here, so that no module invents its own, and two projects on one machine never meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """A project directory.

    Attributes:
        root: the directory itself; made absolute.
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).expanduser().resolve())

    @property
    def config(self) -> Path:
        """Files people edit."""
        return self.root / "config"

    @property
    def var(self) -> Path:
        """Files cxdash writes: the embedded warehouse, editions, rejected rows."""
        return self.root / "var"

    @property
    def editions(self) -> Path:
        """The published editions."""
        return self.var / "editions"

    @property
    def embedded_warehouse(self) -> Path:
        """The DuckDB file that `cxdash demo` and `cxdash import` fill."""
        return self.var / "warehouse.duckdb"

    @property
    def views(self) -> Path:
        """Views people saved, one file each."""
        return self.var / "views"

    def shorten(self, path: Path) -> str:
        """`path` as people know it: relative to the project when it lies inside."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)
