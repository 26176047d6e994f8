"""A person's file becomes a contract table, whole or not at all, and nothing that happened to it stays unsaid."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest

from cxdash.errors import FileImportError, UnknownNameError, WarehouseError
from cxdash.settings import Project, Settings, load_settings
from cxdash.warehouse import open_warehouse
from cxdash.warehouse.embedded import rewrite_embedded
from cxdash.warehouse.importing import import_file

HEADER = "Customer ID;joined on;left_on;Key-Account;region;acquisition_cost;Shoe size"
GOOD = HEADER + "\nc1;2018-01-02;;yes;Süd;1200;43\nc2;2018-02-03;2018-05-06;0; ;-5.0;\n"


@pytest.fixture
def settings(make_project: Callable[..., Project]) -> Settings:
    """A project in Los Angeles whose embedded warehouse does not exist yet."""
    return load_settings(make_project({"timezone": "America/Los_Angeles"}))


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """What the embedded warehouse holds."""
    with duckdb.connect(str(settings.project.embedded_warehouse), read_only=True) as native:
        return native.execute(query).fetchall()


def write(settings: Settings, name: str, text: str) -> Path:
    """A file to import."""
    path = settings.project.root / name
    path.write_text(text, "utf-8")
    return path


def test_a_csv_file_becomes_a_table(settings: Settings) -> None:
    """Names match without regard to case and blanks, empty cells are NULL, unknown columns are reported."""
    report = import_file(settings, write(settings, "customers.csv", "\ufeff" + GOOD), "customers")
    assert (report.rows, report.total, report.rejected) == (2, 2, 0)
    assert report.columns["customer_id"] == "Customer ID"
    assert report.unused == {"Shoe size": ""}
    assert report.absent == ["account", "segment", "language", "acquisition_channel"]
    assert any("Shoe size" in line for line in report.lines())
    assert rows(settings, "FROM customers ORDER BY customer_id") == [
        ("c1", date(2018, 1, 2), None, True, "Süd", 1200),
        ("c2", date(2018, 2, 3), date(2018, 5, 6), False, None, -5),
    ]
    with open_warehouse(settings) as warehouse:
        assert warehouse.connected == {"customers"}
        assert "account" not in warehouse.offered("customers")


def test_unreadable_cells_refuse_the_whole_file_with_line_and_reason(settings: Settings) -> None:
    """Every kind of unreadable cell is listed with its true line, quoted line breaks included; nothing is written."""
    text = (
        "customer_id,joined_on,acquisition_cost,key_account,region\n"
        'c1,2018-01-01,1,yes,"two\nlines"\n'
        "c2,01/02/2018,1,yes,x\n"
        "c3,2018-02-30,1.5,perhaps,x\n"
        "\n"
        "c4,2018-01-01,1\n"
        ",2018-01-01,99999999999999999999,no,x\n"
    )
    with pytest.raises(FileImportError) as caught:
        import_file(settings, write(settings, "customers.csv", text), "customers")
    listed = str(caught.value).splitlines()
    assert "4 rows cannot be read, with 7 faults" in listed[0]
    assert [line.strip() for line in listed[1:8]] == [
        "line 7: this row has 3 cells where the header has 5",
        "line 4: joined_on “01/02/2018” is not a date (YYYY-MM-DD)",
        "line 5: joined_on “2018-02-30” is not a date (YYYY-MM-DD)",
        "line 5: key_account “perhaps” is neither true nor false (true/false, yes/no, 1/0)",
        "line 5: acquisition_cost “1.5” is not a whole number",
        "line 8: customer_id is empty and required",
        "line 8: acquisition_cost “99999999999999999999” is not a whole number",
    ]
    assert "--skip-bad" in str(caught.value)
    assert not settings.project.embedded_warehouse.exists()
    assert not (settings.project.var / "rejected").exists()


def test_bad_rows_can_be_set_aside(settings: Settings) -> None:
    """With skip_bad the good rows are imported and the others stand in a file with line, reason and original cells."""
    text = "customer_id,joined_on,note\nc1,2018-01-01,a\nc2,soon,b\nc3,2018-01-01\n"
    report = import_file(settings, write(settings, "customers.csv", text), "customers", skip_bad=True)
    assert (report.rows, report.rejected, report.rejected_file) == (1, 2, "var/rejected/customers.csv")
    with (settings.project.root / report.rejected_file).open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "customer_id", "joined_on", "note"],
            ["4", "has 2 cells where the header has 3", "c3", "2018-01-01"],
            ["3", "joined_on is not a date (YYYY-MM-DD)", "c2", "soon", "b"],
        ]
    assert rows(settings, "SELECT customer_id FROM customers") == [("c1",)]


def test_only_the_first_twenty_faults_are_listed(settings: Settings) -> None:
    """A thousand faults give twenty lines and the count."""
    text = "customer_id,joined_on\n" + "".join(f"c{i},never\n" for i in range(1000))
    with pytest.raises(FileImportError) as caught:
        import_file(settings, write(settings, "customers.csv", text), "customers")
    assert str(caught.value).count("\n  line ") == 20
    assert "and 980 more" in str(caught.value)


def test_moments_are_understood_or_refused(settings: Settings) -> None:
    """Offsets are applied, naive moments are UTC or in the zone named, a day is midnight of the business zone."""
    header = "event_id,order_id,customer_id,ordered_at,amount,currency,returned\n"
    cells = [
        "2018-07-01T10:00:00Z",
        "2018-07-01 10:00+02:00",
        "2018-07-01 10:00:01.5",
        "2018-07-01",
        "2018-07-01T10:00-0730",
    ]
    text = header + "".join(f"e,o{i},c,{cell},1,EUR,no\n" for i, cell in enumerate(cells))
    path = write(settings, "orders.csv", text)
    import_file(settings, path, "orders")
    query = "SELECT strftime(ordered_at, '%d %H:%M:%S.%g') FROM orders ORDER BY order_id"
    expected = ["01 10:00:00.000", "01 08:00:00.000", "01 10:00:01.500", "01 07:00:00.000", "01 17:30:00.000"]
    assert [row[0] for row in rows(settings, query)] == expected
    import_file(settings, path, "orders", mode="replace", timezone="Asia/Tehran")
    assert [row[0] for row in rows(settings, query)][2] == "01 05:30:01.500"
    bad = ["2018-07-01 24:00:00", "2018-07-01 10", "1.7.2018 10:00", "2018-03-11 02:30"]
    text = header + "".join(f"e,o{i},c,{cell},1,EUR,no\n" for i, cell in enumerate(bad))
    with pytest.raises(FileImportError, match="4 rows"):
        import_file(settings, write(settings, "o.csv", text), "orders", mode="replace", timezone="America/Los_Angeles")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(settings: Settings, delimiter: str) -> None:
    """Commas inside quoted cells do not mislead."""
    text = '"customer_id"X"joined_on"X"region"\nc1X2018-01-01X"a, b; c"\n'.replace("X", delimiter)
    import_file(settings, write(settings, "c.csv", text), "customers")
    assert rows(settings, "SELECT region FROM customers") == [("a, b; c",)]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("customer_id,joined_on\nc1,2018-01-01\nMüller,2018-01-01\n".encode("latin-1"), "line 3, byte 0xfc"),
        ("customer_id,joined_on\n".encode("utf-16"), "UTF-16"),
        (b"customer_id,joined_on\nc\0,2018-01-01\n", "line 2 holds a zero byte"),
        (b'customer_id,joined_on\nc1,2018-01-01\n"c2,2018-01-01\n', "line 3: this row cannot be read"),
        (b"customer_id,joined_on\nc1,2018-01-01\n\xc3", "cut off"),
        (b"", "is empty"),
        (b"customer_id,joined_on,joined_on\n", "several columns named joined_on"),
    ],
)
def test_a_file_that_is_no_clean_csv_is_refused(settings: Settings, content: bytes, part: str) -> None:
    """Other encodings, zero bytes, open quotes, cut characters and repeated names are told with their place."""
    path = settings.project.root / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(FileImportError) as caught:
        import_file(settings, path, "customers")
    assert part in str(caught.value)


def test_a_broken_byte_far_into_a_file_is_found_on_its_line(settings: Settings) -> None:
    """Reading in blocks does not shift the line, even for a character cut by the block's edge."""
    filler = "c,2018-01-01\n" * 80_659 + "x" * 8
    path = settings.project.root / "customers.csv"
    assert len(filler) == (1 << 20) - 1  # so that the first ü straddles the edge of a block
    path.write_bytes(filler.encode() + "ü,2018-01-01\n".encode() * 3 + b"\xff,2018-01-01\n")
    with pytest.raises(FileImportError, match="line 80663, byte 0xff"):
        import_file(settings, path, "customers")


def test_excel_cells_keep_their_values(settings: Settings, tmp_path: Path) -> None:
    """Numbers, dates, times and yes/no of a sheet arrive; the right sheet is read; row numbers are the sheet's."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Data")
    sheet.append([])
    sheet.append(["customer_id", "joined_on", "key_account", "acquisition_cost", "region"])
    sheet.append([17, date(2018, 1, 2), True, 1200.0, "Süd"])
    sheet.append([])
    sheet.append(["c2", datetime.fromisoformat("2018-01-03T00:00"), False, None, None])
    path = tmp_path / "customers.xlsx"
    book.save(path)
    import_file(settings, path, "customers", sheet="Data")
    assert rows(settings, "FROM customers ORDER BY joined_on") == [
        ("17", date(2018, 1, 2), True, "Süd", 1200),
        ("c2", date(2018, 1, 3), False, None, None),
    ]
    sheet["B6"] = datetime.fromisoformat("2018-01-03T15:00")
    sheet["A6"] = "c3"
    book.save(path)
    with pytest.raises(FileImportError, match=r"row 6: joined_on “2018-01-03T15:00:00” is not a date"):
        import_file(settings, path, "customers", sheet="Data", mode="replace")
    with pytest.raises(FileImportError, match=r"no sheet “Dtaa”.*Notes, Data"):
        import_file(settings, path, "customers", sheet="Dtaa")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FileImportError, match="cannot be read as a spreadsheet"):
        import_file(settings, path, "customers")


def test_parquet_keeps_its_types_and_a_cut_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    """Zoned moments become UTC, whole floats integers; a half-written file is refused and nothing changes."""
    frame = pl.DataFrame(
        {
            "order_id": [1, 2],
            "customer_id": ["a", "b"],
            "ordered_at": pl.Series(["2018-07-01T10:00", "2018-07-01T11:00"])
            .str.to_datetime()
            .dt.replace_time_zone("Asia/Tehran"),
            "amount": [5.0, 6.0],
            "currency": pl.Series(["EUR", "EUR"], dtype=pl.Categorical),
            "returned": [True, False],
        }
    )
    path = tmp_path / "orders.parquet"
    frame.write_parquet(path)
    import_file(settings, path, "orders")
    assert rows(settings, "SELECT order_id, hour(ordered_at), amount, currency FROM orders ORDER BY 1") == [
        ("1", 5, 5, "EUR"),
        ("2", 6, 6, "EUR"),
    ]
    frame.with_columns(amount=pl.Series([5.0, 6.5])).write_parquet(path)
    with pytest.raises(FileImportError, match=r"row 2: amount “6\.5” is not a whole number"):
        import_file(settings, path, "orders", mode="replace")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileImportError, match="not a complete Parquet file"):
        import_file(settings, path, "orders", mode="replace")
    assert rows(settings, "SELECT count(*) FROM orders") == [(2,)]


def test_create_append_and_replace(settings: Settings) -> None:
    """A filled table is not overwritten by accident, known rows are not counted twice, new columns are added."""
    path = write(settings, "a.csv", "customer_id,joined_on\nc1,2018-01-01\n")
    import_file(settings, path, "customers")
    with pytest.raises(FileImportError, match="already holds 1 rows"):
        import_file(settings, path, "customers")
    with pytest.raises(FileImportError, match=r"1 of the 1 rows of a\.csv are already in customers"):
        import_file(settings, path, "customers", mode="append")
    more = write(settings, "b.csv", "customer_id,joined_on,region\nc2,2018-01-02,North\nc2,2018-01-02,North\n")
    report = import_file(settings, more, "customers", mode="append")
    assert (report.rows, report.total, report.repeated) == (2, 3, 1)
    assert any("repeat the key" in line for line in report.lines())
    assert rows(settings, "SELECT * FROM customers ORDER BY ALL") == [
        ("c1", date(2018, 1, 1), None),
        ("c2", date(2018, 1, 2), "North"),
        ("c2", date(2018, 1, 2), "North"),
    ]
    assert import_file(settings, path, "customers", mode="replace").total == 1


def test_names_that_do_not_match(settings: Settings) -> None:
    """Missing required columns, mistyped maps and tables are named with the nearest name."""
    path = write(settings, "c.csv", "custmer_id,joined_on,regoin\nc1,2018-01-01,x\n")
    with pytest.raises(FileImportError, match=r"lacks customer_id.*--map customer_id=custmer_id"):
        import_file(settings, path, "customers")
    with pytest.raises(FileImportError, match="Did you mean “custmer_id”"):
        import_file(settings, path, "customers", mapping={"customer_id": "custmr_id"})
    with pytest.raises(FileImportError, match="Did you mean “customer_id”"):
        import_file(settings, path, "customers", mapping={"custmer_id": "custmer_id"})
    with pytest.raises(UnknownNameError, match="Did you mean “customers”"):
        import_file(settings, path, "custmers")
    with pytest.raises(FileImportError, match=r"Did you mean “c\.csv”"):
        import_file(settings, path.with_name("cc.csv"), "customers")
    report = import_file(settings, path, "customers", mapping={"customer_id": "custmer_id"})
    assert report.unused == {"regoin": "region"}


def test_a_project_with_its_own_warehouse_takes_no_files(make_project: Callable[..., Project]) -> None:
    """Rows imported into an embedded warehouse nobody reads would be lost without a word."""
    settings = load_settings(make_project({"url": "postgresql://u@h/d"}))
    with pytest.raises(FileImportError, match="embedded warehouse only"):
        import_file(settings, write(settings, "c.csv", GOOD), "customers")


def test_a_mapping_that_hides_the_import_is_mentioned(make_project: Callable[..., Project]) -> None:
    """A table configured to come from elsewhere does not use the imported rows; the report says so."""
    settings = load_settings(
        make_project({"tables": {"customers": {"sql": "customers.sql"}}}, **{"customers.sql": "SELECT 1"})
    )
    report = import_file(settings, write(settings, "c.csv", GOOD), "customers")
    assert any("config/customers.sql" in line for line in report.lines())


def test_a_failed_rewrite_changes_nothing(settings: Settings) -> None:
    """An error inside the block leaves file, folder and lock as they were."""
    import_file(settings, write(settings, "c.csv", GOOD), "customers")
    before = settings.project.embedded_warehouse.read_bytes()
    with pytest.raises(KeyError), rewrite_embedded(settings.project) as native:  # noqa: PT012  (fails after a change)
        native.execute("DROP TABLE customers")
        raise KeyError
    with pytest.raises(WarehouseError, match="could not be written"), rewrite_embedded(settings.project) as native:
        native.execute("SELECT * FROM nowhere")
    assert settings.project.embedded_warehouse.read_bytes() == before
    left = sorted(path.name for path in settings.project.var.iterdir())
    assert left == [".warehouse.lock", "warehouse.duckdb"]


def test_a_killed_import_leaves_the_old_table_and_the_next_one_clean(settings: Settings) -> None:
    """A process that dies while writing holds no lock and leaves no trace after the next import."""
    import_file(settings, write(settings, "c.csv", GOOD), "customers")
    die = (
        "import os, sys; from pathlib import Path; from cxdash.settings import Project\n"
        "from cxdash.warehouse.embedded import rewrite_embedded\n"
        "with rewrite_embedded(Project(Path(sys.argv[1]))) as c:\n"
        "    c.execute('CREATE TABLE half AS SELECT range AS n FROM range(100000)')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", die, str(settings.project.root)], check=False)
    assert done.returncode == -9
    assert rows(settings, "SELECT count(*) FROM customers") == [(2,)]
    import_file(settings, write(settings, "c.csv", GOOD), "customers", mode="replace")
    assert rows(settings, "SELECT table_name FROM duckdb_tables()") == [("customers",)]
    assert not list(settings.project.var.glob("*draft*")) + list(settings.project.var.glob(".*draft*"))


def test_two_writers_cannot_undo_each_other(settings: Settings) -> None:
    """While one rewrites the embedded warehouse, another is told to wait."""
    with rewrite_embedded(settings.project) as native:
        native.execute("CREATE TABLE a (n integer)")
        with pytest.raises(WarehouseError, match="Another"), rewrite_embedded(settings.project):
            pass
    assert rows(settings, "SELECT table_name FROM duckdb_tables()") == [("a",)]


def test_a_reader_keeps_what_it_opened(settings: Settings) -> None:
    """An import during a refresh neither blocks nor changes what the refresh reads."""
    import sqlalchemy as sa

    import_file(settings, write(settings, "c.csv", GOOD), "customers")
    with open_warehouse(settings) as warehouse:
        count = sa.select(sa.func.count().label("n")).select_from(warehouse.source("customers"))
        import_file(
            settings, write(settings, "d.csv", "customer_id,joined_on\nc9,2018-01-01\n"), "customers", mode="append"
        )
        assert warehouse.fetch(count).item() == 2
        with open_warehouse(settings) as newer:  # in the same process, while the older file is still open
            assert newer.fetch(count).item() == 3
    with open_warehouse(settings) as warehouse:
        assert warehouse.fetch(count).item() == 3


def test_many_rows_keep_order_and_values(settings: Settings) -> None:
    """120,000 rows, more than two pieces, arrive complete; a fault in the last piece has its true line."""
    lines = [f"c{i},2018-01-01,{i * 7}" for i in range(120_000)]
    path = write(settings, "c.csv", "customer_id,joined_on,acquisition_cost\n" + "\n".join(lines))
    assert import_file(settings, path, "customers").rows == 120_000
    query = "SELECT count(DISTINCT customer_id), sum(acquisition_cost)::BIGINT FROM customers"
    assert rows(settings, query) == [(120_000, 7 * 120_000 * 119_999 // 2)]
    lines[119_990] = "c,x,1"
    with pytest.raises(FileImportError, match="line 119992: joined_on “x”"):
        import_file(
            settings,
            write(settings, "c.csv", "customer_id,joined_on,acquisition_cost\n" + "\n".join(lines)),
            "customers",
        )
