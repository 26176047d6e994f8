"""What comes out of a warehouse is the same on every backend: types, sums, order, files."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import sqlalchemy as sa

from cxdash.errors import ContractError, WarehouseError

BERLIN = ZoneInfo("Europe/Berlin")


def responses(rows: int = 400) -> pl.DataFrame:
    """Answers around both changes of the clock in Berlin, one every 13 minutes."""
    starts = (datetime.fromisoformat("2018-03-24T20:00"), datetime.fromisoformat("2018-10-27T20:00"))
    moments = [starts[i % 2] + timedelta(minutes=13 * (i // 2)) for i in range(rows)]
    return pl.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(rows)],
            "customer_id": [None if i % 7 == 0 else f"Kunde {i % 50} ü" for i in range(rows)],
            "survey": ["nps"] * rows,
            "pattern": ["transactional"] * rows,
            "scale_min": [0] * rows,
            "scale_max": [10] * rows,
            "score": [None if i % 5 == 0 else i % 11 for i in range(rows)],
            "invited_at": moments,
            "responded_at": [
                None if i % 5 == 0 else m + timedelta(seconds=1, microseconds=7) for i, m in enumerate(moments)
            ],
            "dismissed": [i % 3 == 0 for i in range(rows)],
            "channel": [["phone", "Chat", "app", "_web", "élan"][i % 5] for i in range(rows)],
        },
        schema_overrides={
            "scale_min": pl.Int64,
            "scale_max": pl.Int64,
            "score": pl.Int64,
            "invited_at": pl.Datetime("us"),
        },
    )


def test_fetch_has_canonical_types(backend: Any) -> None:
    """Every contract type arrives with one Polars type, sums of integers as Int64, absent columns typed and empty."""
    backend.load("responses", responses())
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        frame = warehouse.fetch(sa.select(r).order_by(r.c.response_id))
        assert frame.columns == [column.name for column in r.c]
        kinds = {name: str(kind) for name, kind in frame.schema.items()}
        assert kinds["score"] == kinds["scale_min"] == "Int64"
        assert kinds["customer_id"] == kinds["comment"] == kinds["region"] == "String"
        assert kinds["dismissed"] == kinds["delivered"] == "Boolean"
        assert kinds["invited_at"] == kinds["responded_at"] == "Datetime(time_unit='us', time_zone=None)"
        assert kinds["weight"] == "Float64"
        assert frame["region"].null_count() == frame.height == 400
        sums = warehouse.fetch(
            sa.select(
                sa.func.sum(r.c.score).label("declared"),
                sa.func.sum(r.c.score, type_=sa.types.NullType()).label("inferred"),
                sa.func.count().label("n"),
                sa.func.avg(r.c.score, type_=sa.Double()).label("mean"),
                sa.func.min(warehouse.business_day(r.c.invited_at)).label("first"),
                sa.cast(sa.func.sum(r.c.score), sa.Numeric(38, 0)).label("wide"),
            )
        )
    expected = responses()["score"]
    assert [str(kind) for kind in sums.dtypes] == [
        "Int64", "Int64", "Int64", "Float64", "Date", "Decimal(precision=38, scale=0)",
    ]  # fmt: skip
    assert sums.row(0)[:3] == (expected.sum(), expected.sum(), 400)
    assert sums["mean"].item() == pytest.approx(expected.mean(), rel=1e-12)
    assert sums["wide"].item() == Decimal(expected.sum())
    assert sums["first"].item() == date(2018, 3, 24)


def test_fetched_rows_equal_loaded_rows(backend: Any) -> None:
    """Every value loaded comes back, microseconds and non-ASCII letters included."""
    frame = responses()
    backend.load("responses", frame)
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        fetched = warehouse.fetch(sa.select(*(r.c[name] for name in frame.columns)))
    assert fetched.sort("response_id").equals(frame.sort("response_id"))


def test_an_empty_result_keeps_its_types(backend: Any) -> None:
    """No rows at all still arrive as the declared columns, and write a file with them."""
    backend.load("responses", responses(5))
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        everything = warehouse.fetch(sa.select(r))
        nothing = warehouse.fetch(sa.select(r).where(sa.false()))
        path = backend.project.var / "nothing.parquet"
        assert warehouse.write_parquet(sa.select(r).where(sa.false()), path, sort_by=("response_id",)) == 0
        sums = warehouse.fetch(sa.select(sa.func.sum(r.c.score).label("s")).where(sa.false()))
    assert nothing.schema == everything.schema == pl.read_parquet(path).schema
    assert nothing.height == 0
    assert sums.schema == {"s": pl.Int64}
    assert sums.item() is None


def test_sums_beyond_64_bits_are_exact(backend: Any) -> None:
    """Sums of squares of money beyond 2^63 arrive as exact decimals, whether declared wide or not."""
    amounts = [3_000_000_019, 2_999_999_929, 1]
    orders = pl.DataFrame(
        {
            "order_id": ["a", "b", "c"],
            "customer_id": ["x", "y", "z"],
            "ordered_at": [datetime.fromisoformat("2018-01-01")] * 3,
            "amount": amounts,
            "currency": ["EUR"] * 3,
            "returned": [False] * 3,
        }
    )
    backend.load("orders", orders)
    with backend.open("orders") as warehouse:
        o = warehouse.source("orders")
        wide = sa.cast(o.c.amount, sa.Numeric(38, 0))
        query = sa.select(
            sa.func.sum(wide * wide, type_=sa.Numeric(38, 0)).label("squares"),
            sa.func.sum(wide * wide, type_=sa.BigInteger()).label("undeclared"),
            sa.func.sum(o.c.amount).label("total"),
        )
        frame = warehouse.fetch(query)
    exact = sum(amount * amount for amount in amounts)
    assert exact > 2**63
    assert frame.row(0) == (Decimal(exact), Decimal(exact), sum(amounts))
    assert frame.schema["squares"] == frame.schema["undeclared"] == pl.Decimal(38, 0)
    assert frame.schema["total"] == pl.Int64


def test_business_day_follows_the_clock_changes(backend: Any) -> None:
    """Day, hour and weekday in Berlin equal Python's, across both clock changes, and can be grouped by."""
    frame = responses()
    backend.load("responses", frame)
    with backend.open(timezone="Europe/Berlin", tables={"responses": {"from": "responses"}}) as warehouse:
        r = warehouse.source("responses")
        day, hour = warehouse.business_day(r.c.invited_at), warehouse.business_hour(r.c.invited_at)
        weekday = warehouse.business_weekday(r.c.invited_at)
        rows = warehouse.fetch(
            sa.select(day.label("day"), hour.label("hour"), weekday.label("weekday"), sa.func.count().label("n"))
            .group_by(day, hour, weekday)
            .order_by(day, hour)
        ).rows()
    local = [moment.replace(tzinfo=UTC).astimezone(BERLIN) for moment in frame["invited_at"]]
    expected: dict[tuple[date, int, int], int] = {}
    for moment in local:
        key = (moment.date(), moment.hour, moment.isoweekday())
        expected[key] = expected.get(key, 0) + 1
    assert rows == [(*key, n) for key, n in sorted(expected.items())]
    assert len({row[0] for row in rows}) > 2


def test_bucket_is_the_first_md5_byte_modulo_32(backend: Any) -> None:
    """The bucket equals Python's MD5 bit for bit, is NULL for anonymous rows, and can be grouped by."""
    frame = responses()
    backend.load("responses", frame)
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        bucket = warehouse.bucket(r.c.customer_id)
        fetched = warehouse.fetch(sa.select(r.c.customer_id, bucket.label("bucket")).distinct())
        grouped = warehouse.fetch(sa.select(bucket.label("b"), sa.func.count().label("n")).group_by(bucket))
    for customer, value in fetched.rows():
        assert value == (None if customer is None else hashlib.md5(customer.encode()).digest()[0] % 32)
    assert grouped["n"].sum() == 400
    assert len(set(fetched["bucket"])) > 16


def test_parquet_holds_what_fetch_returns_in_code_point_order(backend: Any, tmp_path: Path) -> None:
    """A written file has the fetched rows and types, sorted by code point with NULL first, and nothing beside it."""
    backend.load("responses", responses())
    path = tmp_path / "rows.parquet"
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        query = sa.select(
            r.c.channel, r.c.customer_id, r.c.response_id, r.c.score, r.c.invited_at, r.c.dismissed, r.c.region,
            warehouse.business_day(r.c.invited_at).label("day"), sa.cast(r.c.score, sa.Numeric(38, 0)).label("wide"),
        )  # fmt: skip
        assert warehouse.write_parquet(query, path, sort_by=("channel", "customer_id", "response_id")) == 400
        fetched = warehouse.fetch(query)
    written = pl.read_parquet(path)
    assert written.schema == fetched.schema
    rows = sorted(fetched.rows(), key=lambda row: (row[0], row[1] is not None, row[1] or "", row[2]))
    assert written.rows() == rows
    assert [file.name for file in tmp_path.glob("*.parquet*")] == ["rows.parquet"]
    assert not list(tmp_path.glob(".rows*"))


def test_large_results_are_written_in_row_groups(backend: Any, tmp_path: Path) -> None:
    """A file of 300,000 rows has row groups of at most 131,072 rows and loses none."""
    import pyarrow.parquet as pq

    backend.run("CREATE TABLE numbers AS SELECT x AS n FROM generate_series(1, 300000) AS g(x)")
    numbers = sa.table("numbers", sa.column("n", sa.BigInteger()))
    with backend.open() as warehouse:
        assert warehouse.write_parquet(sa.select(numbers), tmp_path / "n.parquet", sort_by=("n",)) == 300_000
    metadata = pq.read_metadata(tmp_path / "n.parquet")
    groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sum(groups) == 300_000
    assert max(groups) <= 131_072
    assert metadata.num_row_groups == 3
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert pl.read_parquet(tmp_path / "n.parquet")["n"].to_list() == list(range(1, 300_001))


def test_a_failed_file_leaves_nothing(backend: Any, tmp_path: Path) -> None:
    """A query that fails half-way, and a folder that cannot be written, give a clear error and no file."""
    backend.run("CREATE TABLE numbers AS SELECT x AS n FROM generate_series(1, 200000) AS g(x)")
    n = sa.column("n", sa.BigInteger())
    numbers = sa.table("numbers", n)
    text = sa.case((n == 190000, "not a number"), else_=sa.cast(n, sa.String()))
    failing = sa.select(sa.cast(text, sa.BigInteger()).label("n"))
    with backend.open() as warehouse:
        with pytest.raises(WarehouseError, match=r"writing n\.parquet"):
            warehouse.write_parquet(failing.select_from(numbers), tmp_path / "n.parquet", sort_by=())
        with pytest.raises(WarehouseError, match=r"no/n\.parquet|writing n\.parquet"):
            warehouse.write_parquet(sa.select(n).select_from(numbers), tmp_path / "no" / "n.parquet", sort_by=())
        assert warehouse.fetch(sa.select(sa.func.count().label("n")).select_from(numbers)).item() == 200_000
    assert not list(tmp_path.glob("**/*.parquet*"))


def test_an_integer_that_does_not_fit_is_refused_in_a_file(backend: Any, tmp_path: Path) -> None:
    """A column declared integer whose values exceed 64 bits is an error in a file, never rounded."""
    backend.run("CREATE TABLE numbers AS SELECT CAST(4000000000 AS BIGINT) AS n")
    n = sa.column("n", sa.BigInteger())
    wide = sa.cast(n, sa.Numeric(38, 0))
    query = sa.select(sa.type_coerce(wide * wide, sa.BigInteger()).label("square")).select_from(sa.table("numbers", n))
    with backend.open() as warehouse, pytest.raises((ContractError, WarehouseError)):
        warehouse.write_parquet(query, tmp_path / "n.parquet", sort_by=())
    assert not (tmp_path / "n.parquet").exists()


def test_compiled_text_holds_its_values(backend: Any) -> None:
    """The shown statement has no placeholders, survives quotes, colons and percent signs, and is what runs."""
    backend.load("responses", responses())
    with backend.open("responses") as warehouse:
        r = warehouse.source("responses")
        odd = "it's 100 % :x \\ “ok”"
        query = sa.select(sa.literal(odd).label("odd"), sa.func.count().label("n")).where(
            r.c.channel.in_(["phone", "Chat"]),
            r.c.invited_at >= datetime.fromisoformat("2018-03-25"),
            r.c.channel.not_like("%x:y%"),
        )
        text = warehouse.compile(query)
        assert "'phone'" in text
        assert "2018-03-25" in text
        frame = warehouse.fetch(query)
    assert frame["odd"].item() == odd
    expected = responses().filter(
        pl.col("channel").is_in(["phone", "Chat"]), pl.col("invited_at") >= datetime.fromisoformat("2018-03-25")
    )
    assert frame["n"].item() == expected.height
