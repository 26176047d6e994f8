"""What `config/warehouse.yaml` may say: who the company is and which of its tables provide the data contract.

Unknown keys are refused: a mistyped key that is silently ignored is a wrong number a month later. Names of contract
tables and columns are not checked here but by `cxdash.warehouse`, which knows the contract.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cxdash.errors import nearest
from cxdash.settings.urls import DEFAULT_URL, carries_secret

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Strict(BaseModel):
    """A part of a configuration file: unknown keys refused, no value quietly turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, populate_by_name=False)


def _check_timezone(name: str) -> str:
    known = available_timezones()
    if name in known:
        ZoneInfo(name)
        return name
    guess = nearest(name, known)
    raise ValueError(
        f"“{name}” is not an IANA time zone (such as Europe/Berlin)" + (f"; did you mean “{guess}”?" if guess else "")
    )


def _check_language(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", code):
        raise ValueError(f"“{code}” is not a language code (such as en, de or fa)")
    return code


def _check_url(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; leave the key out to use the embedded warehouse")
    if carries_secret(text):
        raise ValueError("holds a password; put the address into an environment variable and write “env:NAME” here")
    return text


def _check_variables(variables: dict[str, str]) -> dict[str, str]:
    for name in variables:
        if not _IDENTIFIER.match(name):
            raise ValueError(f"“{name}” cannot be the name of a variable; use letters, digits and _")
    return variables


def _check_sql_path(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"“{path}” must lie inside config/, for example sources/responses.sql")
    return path


def _check_relation(name: str) -> str:
    if not name.strip() or any(not part.strip() for part in name.split(".")):
        raise ValueError(f"“{name}” is not a table name; write “table” or “schema.table”")
    return name


class CalendarSettings(Strict):
    """The calendar people plan in.

    Attributes:
        kind: the calendar months, quarters and years are counted in; so far only the Gregorian one.
        week_starts: first day of the week; so far only Monday (ISO 8601).
    """

    kind: Literal["gregorian"] = "gregorian"
    week_starts: Literal["monday"] = "monday"


class TableSource(Strict):
    """What provides one contract table: a table of the warehouse, or one SELECT in a file.

    Attributes:
        relation: `schema.table` or `table` (key `from`).
        sql: file below config/ holding one SELECT that yields canonical columns.
        columns: canonical column → source column; columns not listed are taken under their own name.
        watermark: canonical column that grows when a row is added or changed.
    """

    relation: Annotated[str, AfterValidator(_check_relation)] | None = Field(default=None, alias="from")
    sql: Annotated[str, AfterValidator(_check_sql_path)] | None = None
    columns: dict[str, Sentence] = Field(default_factory=dict)
    watermark: Sentence | None = None

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if (self.relation is None) == (self.sql is None):
            raise ValueError("needs exactly one of “from” (a table) and “sql” (a file)")
        if self.sql is not None and self.columns:
            raise ValueError("“columns” belongs to “from”; with “sql” the SELECT names the columns itself")
        return self


class WarehouseSettings(Strict):
    """`config/warehouse.yaml`.

    Attributes:
        company: name shown on pages and in mail.
        url: where the warehouse is: `env:NAME`, `env:NAME|default`, `file:PATH`, or an address without password.
        timezone: business time zone (IANA); the business day is counted in it.
        calendar: calendar and first day of the week.
        language: language of pages and mail (BCP 47).
        today: fixes “today” for historical data; None = the clock.
        first_day: history is complete from this day on; earlier rows only say who was a customer when it began.
        default_period: period a page opens with, in words (last-4-weeks, 2018 …); None = the last four weeks.
        default_compare: what it compares with: previous, year or none; None = previous.
        keep_editions: how many published editions are kept.
        notes: sentences that say what the mapping assumes.
        unsupported: metric or page key → why this data cannot support it.
        variables: values for `${name}` in SQL files.
        tables: contract table → what provides it.
    """

    company: Sentence
    url: Annotated[str, AfterValidator(_check_url)] = DEFAULT_URL
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"
    calendar: CalendarSettings = CalendarSettings()
    language: Annotated[str, AfterValidator(_check_language)] = "en"
    today: date | None = None
    first_day: date | None = None
    default_period: Sentence | None = None
    default_compare: Literal["previous", "year", "none"] | None = None
    keep_editions: Annotated[int, Field(ge=1)] = 10
    notes: tuple[Sentence, ...] = Field(default=(), strict=False)
    unsupported: dict[str, Sentence] = Field(default_factory=dict)
    variables: Annotated[dict[str, str], AfterValidator(_check_variables)] = Field(default_factory=dict)
    tables: dict[str, TableSource] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _order_days(self) -> Self:
        if self.today and self.first_day and self.first_day > self.today:
            raise ValueError(f"first_day {self.first_day} is after today {self.today}")
        return self
