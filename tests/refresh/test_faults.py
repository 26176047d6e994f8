"""Every kind of bad input: which check says so, which rows it names, and whether the edition is held back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from cxdash.edition import Attempt, CheckOutcome, published_id
from tests.refresh.conftest import Company, load
from tests.refresh.small_company import LAST_DAY, TODAY, tables

Small = Callable[..., Company]
TABLES = tables()
ANSWERED = TABLES["responses"].filter(pl.col("score").is_not_null(), survey="nps")["response_id"].to_list()


def moment(*parts: int) -> datetime:
    """A UTC timestamp as the contract has them, without zone."""
    return datetime(*parts)  # noqa: DTZ001


def with_value(table: str, keys: list[str], **values: Any) -> pl.DataFrame:
    """The table with some columns of the rows of these keys replaced."""
    frame = TABLES[table]
    chosen = pl.col(frame.columns[0]).is_in(keys)
    return frame.with_columns(
        pl.when(chosen).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def outcome(attempt: Attempt, check_id: str) -> CheckOutcome:
    return next(check for check in attempt.checks if check.check_id == check_id)


def failed(attempt: Attempt) -> set[str]:
    return {check.check_id for check in attempt.failed_checks}


def named(check: CheckOutcome, key: str) -> set[Any]:
    return {sample[key] for sample in check.samples}


def test_a_sound_company_passes_every_check_and_is_published(small: Small) -> None:
    """Nothing wrong, nothing said."""
    attempt = small().refresh()
    assert attempt.outcome == "published"
    assert failed(attempt) == set()
    assert {check.theme for check in attempt.checks} == {"contract", "rows", "states"}


CRITICAL: list[tuple[str, str, str, dict[str, Any]]] = [
    ("another scale", "responses.scale", "responses", {"scale_min": 1, "scale_max": 5}),
    ("a score outside its scale", "responses.score.inside_scale", "responses", {"score": 11}),
    ("an unknown channel", "responses.channel.known", "responses", {"channel": "fax"}),
    ("an unknown survey", "responses.survey.known", "responses", {"survey": "rating"}),
    ("a missing required value", "responses.channel.filled", "responses", {"channel": None}),
    (
        "an answer from the future",
        "responses.responded_at.not_future",
        "responses",
        {"responded_at": moment(2031, 1, 1)},
    ),
]


@pytest.mark.parametrize(("what", "check_id", "table", "values"), CRITICAL, ids=[case[0] for case in CRITICAL])
def test_a_row_that_would_bend_a_number_holds_the_edition_back(
    small: Small, what: str, check_id: str, table: str, values: dict[str, Any]
) -> None:
    """Three such rows: the check counts and names exactly them, and nothing is published."""
    keys = ANSWERED[:3]
    company = small(table, **{table: with_value(table, keys, **values)})
    attempt = company.refresh()
    check = outcome(attempt, check_id)
    assert (check.passed, check.failing, check.severity) == (False, 3, "critical"), what
    assert check.examined == TABLES[table].height
    assert named(check, "response_id") == set(keys)
    assert attempt.outcome == "held_back"
    assert attempt.edition is None
    assert published_id(company.editions) is None
    assert check.claim in attempt.message or len([c for c in attempt.checks if c.holds_back]) > 1
    assert "nps" in check.affects
    assert "health" in check.affects


def test_an_unknown_code_is_named_with_the_number_of_its_rows(small: Small) -> None:
    """Two codes nobody defined: samples say which, and how many rows have each."""
    changed = with_value("responses", ANSWERED[:3], channel="fax").with_columns(
        pl.when(pl.col("response_id").is_in(ANSWERED[5:7])).then(pl.lit("telex")).otherwise("channel").alias("channel")
    )
    check = outcome(small("responses", responses=changed).refresh(), "responses.channel.known")
    assert {(sample["channel"], sample["rows"]) for sample in check.samples} == {("fax", 3), ("telex", 2)}


def test_duplicate_keys_hold_back_and_name_the_key(small: Small) -> None:
    """A row loaded three times would count three times."""
    twice = TABLES["responses"].filter(pl.col("response_id") == ANSWERED[0])
    attempt = small("responses", responses=pl.concat([TABLES["responses"], twice, twice])).refresh()
    check = outcome(attempt, "responses.key_unique")
    assert (check.passed, check.failing, check.severity) == (False, 3, "critical")
    assert check.samples == ({"response_id": ANSWERED[0], "rows": 3},)
    assert attempt.outcome == "held_back"


def test_a_compound_key_is_unique_as_a_whole(small: Small) -> None:
    """Two events on one day are fine, the same event twice is not."""
    first = TABLES["events"]
    other = first.with_columns(label=pl.lit("Storm"))
    check = outcome(
        small("responses", "events", events=pl.concat([first, other, other])).refresh(), "events.key_unique"
    )
    assert check.samples == ({"day": first["day"][0], "label": "Storm", "rows": 2},)


def test_a_stray_orphan_is_a_warning_and_the_edition_says_so(small: Small) -> None:
    """Two contacts of a customer nobody knows: published, with the notice on what depends on it."""
    keys = TABLES["contacts"]["contact_id"].to_list()[:2]
    company = small("responses", "contacts", "customers", contacts=with_value("contacts", keys, customer_id="GHOST"))
    attempt = company.refresh()
    check = outcome(attempt, "contacts.customer_id.exists")
    assert (check.passed, check.failing, check.severity) == (False, 2, "warning")
    assert {(s["contact_id"], s["customer_id"]) for s in check.samples} == {(key, "GHOST") for key in keys}
    assert attempt.outcome == "published_with_warnings"
    assert [warning.check_id for warning in company.edition().manifest.warnings] == ["contacts.customer_id.exists"]


def test_orphans_above_the_broken_share_are_a_broken_join_and_hold_back(small: Small) -> None:
    """A tenth of the contacts without a customer is not stray any more."""
    keys = TABLES["contacts"]["contact_id"].to_list()[::10]
    attempt = small(
        "responses", "contacts", "customers", contacts=with_value("contacts", keys, customer_id="GHOST")
    ).refresh()
    check = outcome(attempt, "contacts.customer_id.exists")
    assert (check.failing, check.severity) == (len(keys), "critical")
    assert len(check.samples) == 20
    assert attempt.outcome == "held_back"


def test_times_in_the_wrong_order_are_named(small: Small) -> None:
    """An answer before its invitation; rows where one of the two is NULL are nobody's fault."""
    changed = with_value("responses", ANSWERED[:1], responded_at=moment(2026, 3, 1, 12))
    check = outcome(small("responses", responses=changed).refresh(), "responses.responded_at.in_order")
    assert (check.passed, check.failing) == (False, 1)
    assert check.samples[0]["response_id"] == ANSWERED[0]
    assert check.samples[0]["invited_at"] > check.samples[0]["responded_at"]


def test_today_is_not_the_future_and_tomorrow_is(small: Small) -> None:
    """The limit is the end of the business day, in the business time zone (UTC+2 in July)."""
    last_minute = datetime.combine(TODAY, time(21, 59, 59))
    keys = ANSWERED[:2]
    today = small("responses", responses=with_value("responses", keys, responded_at=last_minute)).refresh()
    assert outcome(today, "responses.responded_at.not_future").passed


def test_after_midnight_in_the_business_zone_it_is_the_future(small: Small) -> None:
    """One second later it is tomorrow there, though not yet in UTC."""
    midnight = datetime.combine(TODAY, time(22))
    attempt = small("responses", responses=with_value("responses", ANSWERED[:2], responded_at=midnight)).refresh()
    assert named(outcome(attempt, "responses.responded_at.not_future"), "response_id") == set(ANSWERED[:2])


def test_a_planned_departure_may_lie_in_the_future(small: Small) -> None:
    """Notices given are plans, not mistakes."""
    changed = with_value("customers", ["C0001"], left_on=date(2026, 12, 31))
    assert "customers.left_on.not_future" not in {
        c.check_id for c in small("responses", "customers", customers=changed).refresh().checks
    }


def test_an_empty_required_table_holds_back(small: Small) -> None:
    """Without responses there is nothing to publish."""
    attempt = small("responses", responses=TABLES["responses"].clear()).refresh()
    check = outcome(attempt, "responses.not_empty")
    assert (check.passed, check.severity) == (False, "critical")
    assert attempt.outcome == "held_back"


def test_an_empty_optional_table_is_a_warning(small: Small) -> None:
    """Contacts that are connected but not filled yet do not keep scores from being published."""
    attempt = small("responses", "contacts", "customers", contacts=TABLES["contacts"].clear()).refresh()
    assert failed(attempt) == {"contacts.not_empty"}
    assert attempt.outcome == "published_with_warnings"


def test_a_missing_column_is_said_before_anything_is_staged(small: Small) -> None:
    """The message names the column and the key to correct."""
    company = small("responses", responses=TABLES["responses"].drop("channel"))
    attempt = company.refresh()
    assert attempt.outcome == "held_back"
    assert outcome(attempt, "responses.columns").error == "missing: channel"
    assert "channel" in outcome(attempt, "responses.mapped").error
    assert "config/warehouse.yaml" in outcome(attempt, "responses.mapped").error
    assert "stage" not in attempt.seconds


def test_a_column_of_another_type_is_said_before_anything_is_staged(small: Small) -> None:
    """Scores that arrived as text."""
    attempt = small("responses", responses=TABLES["responses"].with_columns(pl.col("score").cast(pl.String))).refresh()
    check = outcome(attempt, "responses.types")
    assert (check.passed, check.error) == (False, "score is text")
    assert outcome(attempt, "responses.columns").passed
    assert attempt.outcome == "held_back"


def test_a_table_that_is_not_there_is_said_by_name(small: Small) -> None:
    """A mapping to nothing."""
    company = small("responses", config={"tables": {"orders": {"from": "crm_orders"}}})
    attempt = company.refresh()
    assert "crm_orders" in outcome(attempt, "orders.mapped").error
    assert attempt.outcome == "held_back"


def test_one_contract_table_must_be_connected(make_project: Any) -> None:
    """A warehouse that holds nothing cxdash knows: nothing to show, and it is said."""
    from tests.conftest import Backend

    unrelated = load(Backend("duckdb", make_project(), None, make_project), {"ledger": TABLES["events"]})
    attempt = unrelated.refresh()
    assert not outcome(attempt, "contract.connected").passed
    assert attempt.outcome == "held_back"


def test_two_currencies_are_shown_with_their_rows(small: Small) -> None:
    """Minor units of different currencies must not be added."""
    attempt = small(
        "responses",
        "customers",
        "subscriptions",
        subscriptions=with_value("subscriptions", ["S0001", "S0002"], currency="USD"),
    ).refresh()
    check = outcome(attempt, "subscriptions.currency.single")
    assert (check.passed, check.severity) == (False, "critical")
    assert check.samples == ({"currency": "EUR", "rows": 398}, {"currency": "USD", "rows": 2})


def test_a_fault_in_a_table_nothing_published_rests_on_is_a_warning(small: Small) -> None:
    """Orders feed no metric yet: a future order is worth a warning, not a stop."""
    orders = pl.DataFrame(
        {
            "order_id": ["O1"],
            "customer_id": ["C0001"],
            "ordered_at": [moment(2031, 1, 1)],
            "amount": [100],
            "currency": ["EUR"],
            "returned": [False],
        }
    )
    attempt = small("responses", "orders", orders=orders).refresh()
    check = outcome(attempt, "orders.ordered_at.not_future")
    assert (check.passed, check.severity, check.affects) == (False, "warning", ())
    assert attempt.outcome == "published_with_warnings"


def test_a_stale_source_is_a_warning(small: Small) -> None:
    """A source that delivers daily and has been silent for a week."""
    company = small("responses", "contacts", config={"today": LAST_DAY + timedelta(days=8)})
    attempt = company.refresh()
    check = outcome(attempt, "responses.fresh")
    assert (check.passed, check.severity) == (False, "warning")
    assert check.samples[0]["invited_at"].date() == LAST_DAY
    assert "contacts.fresh" in failed(attempt)
    assert attempt.outcome == "published_with_warnings"


def test_a_missing_day_is_named(small: Small) -> None:
    """A hole in a table that has rows every day."""
    gone = date(2026, 6, 17)
    responses = TABLES["responses"].filter(pl.col("invited_at").dt.date() != gone)
    attempt = small("responses", responses=responses).refresh()
    assert outcome(attempt, "invitations.complete").samples == ({"day": gone, "rows": 0},)
    assert attempt.outcome == "published_with_warnings"


def test_a_fragment_of_a_day_holds_back(small: Small) -> None:
    """A load that stopped after one row: its day would stand there as if it were whole."""
    last = pl.col("started_at").dt.date() == LAST_DAY
    contacts = pl.concat([TABLES["contacts"].filter(~last), TABLES["contacts"].filter(last, direction="in").head(1)])
    attempt = small("responses", "contacts", "customers", contacts=contacts).refresh()
    check = outcome(attempt, "contacts.volume")
    assert (check.passed, check.severity) == (False, "critical")
    assert (check.samples[0]["day"], check.samples[0]["rows"]) == (LAST_DAY, 1)
    assert attempt.outcome == "held_back"


def test_scores_that_shift_over_night_are_a_warning(small: Small) -> None:
    """A scale turned round on the last day."""
    bigger = tables(per_day=150)["responses"]
    turned = bigger.with_columns(
        pl.when(pl.col("invited_at").dt.date() == LAST_DAY)
        .then(pl.col("scale_max") + pl.col("scale_min") - pl.col("score"))
        .otherwise("score")
        .alias("score")
    )
    attempt = small("responses", responses=turned).refresh()
    check = outcome(attempt, "scores.nps_plausible")
    assert (check.passed, check.severity) == (False, "warning")
    assert check.samples[0]["day"] == LAST_DAY


@pytest.mark.parametrize("name", ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_both_warehouses_find_the_same(name: str, request: pytest.FixtureRequest, make_project: Any) -> None:
    """Many faults at once: counts and rows do not depend on where the tables are."""
    from tests.conftest import Backend

    url = request.getfixturevalue("postgres_database") if name == "postgresql" else None
    changed = with_value("responses", ANSWERED[:2], channel="fax").with_columns(
        pl.when(pl.col("response_id") == ANSWERED[4]).then(77).otherwise("score").alias("score"),
        pl.when(pl.col("response_id") == ANSWERED[5]).then(1).otherwise("scale_min").alias("scale_min"),
        pl.when(pl.col("response_id") == ANSWERED[6])
        .then(pl.lit("GHOST"))
        .otherwise("customer_id")
        .alias("customer_id"),
        pl.when(pl.col("response_id") == ANSWERED[7])
        .then(moment(2020, 1, 1))
        .otherwise("responded_at")
        .alias("responded_at"),
        pl.when(pl.col("response_id") == ANSWERED[8]).then(None).otherwise("pattern").alias("pattern"),
    )
    changed = pl.concat([changed, changed.filter(pl.col("response_id") == ANSWERED[9])])
    company = load(Backend(name, make_project(), url, make_project), {**TABLES, "responses": changed})
    attempt = company.refresh()
    found = {
        check.check_id: (check.failing, tuple(check.samples))
        for check in attempt.failed_checks
        if check.theme == "rows"
    }
    assert {check_id: count for check_id, (count, _) in found.items()} == {
        "responses.channel.known": 2,
        "responses.score.inside_scale": 1,
        "responses.scale": 1,
        "responses.customer_id.exists": 1,
        "responses.responded_at.in_order": 1,
        "responses.pattern.filled": 1,
        "responses.key_unique": 2,
    }
    assert [s["response_id"] for s in found["responses.channel.known"][1]] == ANSWERED[:2]
    assert [s["response_id"] for s in found["responses.customer_id.exists"][1]] == [ANSWERED[6]]
    assert not [check for check in attempt.checks if check.passed is None]
