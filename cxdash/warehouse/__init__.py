"""The company's warehouse behind one face: contract tables, business days, rows with canonical types.

`open_warehouse(settings)` connects to whatever `config/warehouse.yaml` names and returns a `Warehouse`. One file per
backend; the conformance tests run the same cases on all of them.
"""

from __future__ import annotations

from cxdash.errors import SettingsError
from cxdash.settings import WAREHOUSE_FILE, Settings, redact
from cxdash.warehouse.backend import Warehouse

__all__ = ["Warehouse", "open_warehouse"]


def open_warehouse(settings: Settings) -> Warehouse:
    """Connect to the configured warehouse and hold one consistent snapshot of it; use as a context manager.

    Raises:
        SettingsError: the address cannot be had or names a backend nobody wrote.
        WarehouseError: the warehouse cannot be reached; the message holds no password.
    """
    url = settings.warehouse_url()
    match url.get_backend_name():
        case "duckdb":
            from cxdash.warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415  (a driver loads when it is needed)

            return DuckDBWarehouse.open(settings, url)
        case "postgresql":
            from cxdash.warehouse.postgresql import PostgresWarehouse  # noqa: PLC0415

            return PostgresWarehouse.open(settings, url)
        case other:
            raise SettingsError(
                f"{settings.locate(WAREHOUSE_FILE, ('url',))}: cxdash has no backend for “{other}” ({redact(url)}).",
                known="Known: duckdb, postgresql.",
                action="A backend is one file in cxdash/warehouse plus the conformance tests.",
            )
