"""The example projects over data nobody here wrote: their SELECTs run in DuckDB, and what the contract asks of them.

The checker below is deliberately not the product's own: it reads the contract and asks each question in plain SQL, so
that an example and the product's checks cannot be wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
import yaml

from cxdash.edition import Edition, open_edition
from cxdash.refresh import refresh
from cxdash.schema import SURVEY_SCALE
from cxdash.schema import table as contract_table
from cxdash.settings import Project, init_project, load_settings
from tests.conftest import once_per_run

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
FOLDERS = {"sfo": "sfo_survey", "callcentre": "callcentre_anonbank", "telco": "telco_ibm", "cdnow": "cdnow"}


@dataclass(frozen=True)
class Example:
    """One example project: its configuration as written, and its tables by contract name, in DuckDB."""

    name: str
    folder: Path
    settings: dict[str, Any]
    targets: dict[str, Any]
    data: Path
    con: duckdb.DuckDBPyConnection

    @property
    def tables(self) -> list[str]:
        return list(self.settings["tables"])

    def make_project(self, root: Path) -> Project:
        """The example made a project in `root` the way `cxdash init` does it, reading the shared raw files."""
        return init_project(root, example=self.name, data=DATA).project

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row of a query over the example's tables."""
        return self.con.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        (only,) = self.rows(sql)
        return only


def _open(name: str) -> Example:
    data = DATA / FOLDERS[name]
    if not data.is_dir():
        pytest.skip(f"the real data of example {name} is not at {data}; it is never part of the project")
    folder = ROOT / "config" / "examples" / name
    settings = yaml.safe_load((folder / "warehouse.yaml").read_text("utf-8"))
    targets = yaml.safe_load((folder / "targets.yaml").read_text("utf-8"))
    con = duckdb.connect()
    # A time zone far from every example's: no SELECT may depend on the session's.
    con.execute("SET TimeZone = 'Pacific/Auckland'")
    for table, source in settings["tables"].items():
        select = (folder / source["sql"]).read_text("utf-8").replace("${data}", str(data).replace("'", "''"))
        con.execute(f"CREATE TABLE {table} AS SELECT * FROM ({select}) AS provided")
    return Example(name, folder, settings, targets, data, con)


@pytest.fixture(scope="session", params=sorted(FOLDERS))
def example(request: pytest.FixtureRequest) -> Any:
    """Each example in turn."""
    return request.getfixturevalue(request.param)


def _fixture(name: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def provide() -> Iterator[Example]:
        opened = _open(name)
        yield opened
        opened.con.close()

    return provide


sfo, callcentre, telco, cdnow = (_fixture(name) for name in ("sfo", "callcentre", "telco", "cdnow"))


Publish = Callable[[str], Edition]


@pytest.fixture(scope="session")
def publish(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """The published edition of an example, by name: made, checked and published when first asked for, then kept.

    An example that is held back fails every test that asks for it, with the checks that stopped it.
    """
    published: dict[str, Edition] = {}
    stopped: dict[str, str] = {}

    def provide(name: str) -> Edition:
        example: Example = request.getfixturevalue(name)

        def build(folder: Path) -> None:
            attempt = refresh(load_settings(example.make_project(folder)), now=datetime(2026, 1, 1, tzinfo=UTC))
            if attempt.edition is None:
                said = (f"{check.claim} {check.error}".strip() for check in attempt.failed_checks)
                (folder / "stopped").write_text("; ".join(said), "utf-8")

        if name not in published and name not in stopped:
            folder = once_per_run(tmp_path_factory, f"example-{name}", build)
            if (folder / "stopped").exists():
                stopped[name] = (folder / "stopped").read_text("utf-8")
            else:
                published[name] = open_edition(Project(folder).editions)
        assert name not in stopped, stopped[name]
        return published[name]

    return provide


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    """What is wrong with tables that claim to fit the contract: one sentence per broken rule, none when all is well."""
    return find_violations


_TYPES: list[tuple[type[sa.types.TypeEngine[Any]], set[str]]] = [
    (sa.Boolean, {"BOOLEAN"}),
    (sa.Integer, {"INTEGER", "BIGINT", "SMALLINT", "TINYINT"}),
    (sa.Float, {"DOUBLE"}),
    (sa.DateTime, {"TIMESTAMP"}),
    (sa.Date, {"DATE"}),
    (sa.String, {"VARCHAR"}),
]


def find_violations(con: duckdb.DuckDBPyConnection, tables: list[str], today: date) -> list[str]:
    """Every rule of the contract that a table of `tables` breaks, with the number of rows that break it."""
    return [sentence for name in tables for sentence in _check(con, name, tables, today)]


def _check(con: duckdb.DuckDBPyConnection, name: str, tables: list[str], today: date) -> Iterator[str]:
    declared = contract_table(name)
    present = {column: kind for column, kind, *_ in con.execute(f"DESCRIBE {name}").fetchall()}

    def count(condition: str) -> int:
        found = con.execute(f"SELECT count(*) FROM {name} WHERE {condition}").fetchone()
        assert found is not None
        return int(found[0])

    yield from (f"{name}.{column} is not a column of the contract" for column in present if column not in declared.c)
    yield from (
        f"{name}.{c.name} is required and missing" for c in declared.c if not c.nullable and c.name not in present
    )
    provided = [column for column in declared.c if column.name in present]
    mistyped = [c.name for c in provided if present[c.name] not in _allowed_types(c)]
    yield from (f"{name}.{c} is {present[c]}" for c in mistyped)
    if mistyped:  # further questions could not even be asked
        return
    rules: list[tuple[str, str]] = []
    for column in provided:
        c = column.name
        if not column.nullable:
            rules.append((f"{c} empty", f"{c} IS NULL"))
        if isinstance(column.type, sa.String):
            rules.append((f"{c} blank or padded", f"{c} = '' OR {c} <> trim({c})"))
        if isinstance(column.type, sa.DateTime | sa.Date):
            rules.append((f"{c} in the future", f"CAST({c} AS DATE) > DATE '{today}'"))
        if "vocabulary" in column.info:
            codes = ", ".join(f"'{code}'" for code in column.info["vocabulary"])
            rules.append((f"{c} outside its vocabulary", f"{c} NOT IN ({codes})"))
        if "at_least" in column.info:
            rules.append((f"{c} too small", f"{c} < {column.info['at_least']}"))
        if column.info.get("money"):
            rules.append((f"{c} negative", f"{c} < 0"))
        if column.info.get("not_before") in present:
            rules.append((f"{c} before {column.info['not_before']}", f"{c} < {column.info['not_before']}"))
        other, _, key = column.info.get("references", "").partition(".")
        if other in tables:
            rules.append((f"{c} refers to nothing", f"{c} NOT IN (SELECT {key} FROM {other} WHERE {key} IS NOT NULL)"))
    rules += _scale_rules(name, set(present))
    keys = ", ".join(column.name for column in declared.primary_key)
    rules.append(
        (f"({keys}) not unique", f"({keys}) IN (SELECT ({keys}) FROM {name} GROUP BY ALL HAVING count(*) > 1)")
    )
    yield from (f"{name}: {claim} in {n} rows" for claim, condition in rules if (n := count(condition)))


def _allowed_types(column: sa.Column[Any]) -> set[str]:
    return next(kinds for type_, kinds in _TYPES if isinstance(column.type, type_))


def _scale_rules(name: str, present: set[str]) -> list[tuple[str, str]]:
    rules = [
        (f"{value} off its scale", f"{value} NOT BETWEEN scale_min AND scale_max")
        for value in ("score", "rating")
        if value in present
    ]
    if name == "responses":
        for survey, (low, high) in SURVEY_SCALE.items():
            condition = f"survey = '{survey}' AND (scale_min, scale_max) <> ({low}, {high})"
            rules.append((f"{survey} on another scale", condition))
        rules.append(
            ("answered without a time, or timed without an answer", "(score IS NULL) <> (responded_at IS NULL)")
        )
    return rules
