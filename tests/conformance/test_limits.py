"""What happens at the edges: a full disk, several threads."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

FULL = """
import resource, signal, sys
from pathlib import Path
import sqlalchemy as sa
from cxdash.errors import WarehouseError
from cxdash.settings import Project, load_settings
from cxdash.warehouse import open_warehouse

n = sa.column("n", sa.BigInteger())
noise = sa.func.md5(sa.cast(n, sa.String()), type_=sa.String()).label("noise")
query = sa.select(n, noise).select_from(sa.table("numbers"))
with open_warehouse(load_settings(Project(Path(sys.argv[1])))) as warehouse:
    warehouse.fetch(sa.select(sa.func.count().label("rows")).select_from(sa.table("numbers")))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        warehouse.write_parquet(query, Path(sys.argv[2]), sort_by=("n",))
    except WarehouseError as error:
        print(error)
"""


def test_a_full_disk_is_a_clear_error_and_leaves_no_file(backend: Any) -> None:
    """When the file cannot grow, the error says so and names the file, and no part of it stays behind."""
    backend.run("CREATE TABLE numbers AS SELECT x AS n FROM generate_series(1, 200000) AS g(x)")
    backend.configure()
    target = backend.project.var / "rows.parquet"
    command = [sys.executable, "-c", FULL, str(backend.project.root), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "rows.parquet" in done.stdout, done.stderr
    assert "File too large" in done.stdout
    assert not [path.name for path in backend.project.var.iterdir() if "rows" in path.name]


def test_threads_with_their_own_connections_get_their_own_rows(backend: Any) -> None:
    """The dialect's contract: eight threads reading at once through one engine never see each other's results."""
    backend.run("CREATE TABLE numbers AS SELECT x AS n FROM generate_series(1, 1000) AS g(x)")
    address = backend.url or f"duckdb:///{backend.project.embedded_warehouse}"
    engine = sa.create_engine(address, pool_size=8)
    n = sa.column("n", sa.BigInteger())

    def read(start: int) -> list[int]:
        found: list[int] = []
        for step in range(5):
            low = start * 100 + step
            with engine.connect() as connection:
                query = sa.select(n).select_from(sa.table("numbers")).where(n > low, n <= low + 50).order_by(n)
                found += [row[0] for row in connection.execute(query)]
        return found

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, range(8)))
    engine.dispose()
    for start, found in enumerate(results):
        assert found == [n for step in range(5) for n in range(start * 100 + step + 1, start * 100 + step + 51)]
