"""The mail that goes out when a snapshot may not: one honest line, why, and for the owner the rows.

It is a report like any other, so it is drawn, escaped and sent by the same code, and says nothing about the figures.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from babel.numbers import format_decimal

from cxdash.edition import Attempt, CheckOutcome, Manifest
from cxdash.faces.charts.labels import day_label, locale_of
from cxdash.faces.mail.gate import Verdict
from cxdash.faces.mail.message import compose
from cxdash.language import _, plural, speaking
from cxdash.report.blocks import Block, Cell, Column, Footer, Headline, Notice, Report, Table

MOST_ROWS = 20
"""Most offending rows an owner is shown, over all checks."""

_MOST_COLUMNS = 5
_LONGEST_CELL = 80


def held_back_report(
    verdict: Verdict,
    attempt: Attempt | None,
    last_good: Manifest | None,
    *,
    company: str,
    title: str,
    language: str = "en",
    for_owner: bool = False,
) -> Report:
    """Why a snapshot was held back, as a report.

    Args:
        verdict: the decision not to send.
        attempt: the latest refresh, whose checks say why.
        last_good: manifest of the edition that keeps serving; None when there is none.
        company: whose snapshot it is.
        title: name of the snapshot.
        language: of the reader.
        for_owner: owners also see the offending rows, which may hold personal data; recipients never do.
    """
    with speaking(language):
        good = (
            _("The last good data is of {day}.").format(day=day_label(last_good.last_day, year=True))
            if last_good
            else _("There is no good data yet.")
        )
        held = _("“{title}” was held back.").format(title=title)
        why = _("No figures were sent, because nobody could vouch for them.")
        blocks: list[Block] = [Headline(f"{held} {good}", why), Notice("critical", verdict.text)]
        failed = [c for c in attempt.checks if c.holds_back] if attempt and verdict.reason == "held back" else []
        if failed:
            blocks.append(_list_checks(failed))
        if for_owner:
            blocks += _list_rows(failed)
        blocks.append(_footer(attempt, last_good))
        return Report(
            key="quality",
            title=title,
            subject=_("Held back: {title}. {good}").format(title=title, good=good),
            company=company,
            edition=last_good.edition if last_good else "",
            blocks=tuple(blocks),
            language=language,
        )


def compose_held_back(
    verdict: Verdict,
    attempt: Attempt | None,
    last_good: Manifest | None,
    *,
    company: str,
    title: str,
    link_base: str,
    sender: str,
    recipient: str | None,
    sent_at: datetime,
    language: str = "en",
    for_owner: bool = False,
    key: str = "",
    reason: str = "",
    unsubscribe: str = "",
) -> EmailMessage:
    """The held-back message; arguments as for `held_back_report` and `compose`."""
    report = held_back_report(
        verdict, attempt, last_good, company=company, title=title, language=language, for_owner=for_owner
    )
    return compose(
        report,
        link_base=link_base,
        sender=sender,
        recipient=recipient,
        sent_at=sent_at,
        key=key,
        reason=reason,
        unsubscribe=unsubscribe,
    )


def _list_checks(failed: list[CheckOutcome]) -> Table:
    columns = (Column(_("What must be true")), Column(_("Rows against it"), numeric=True), Column(_("Owner")))
    rows = tuple(
        (
            Cell(outcome.claim, detail=outcome.table),
            Cell(_count_text(outcome), "bad", raw=float(outcome.failing)),
            Cell(outcome.owner),
        )
        for outcome in failed
    )
    return Table("failed_checks", _("Why"), columns, rows)


def _count_text(outcome: CheckOutcome) -> str:
    if outcome.passed is None:
        return _("could not run")
    numbers = {"n": _number(outcome.failing), "all": _number(outcome.examined)}
    return _("{n} of {all}").format(**numbers) if outcome.examined else numbers["n"]


def _number(count: int) -> str:
    return format_decimal(count, locale=locale_of())


def _list_rows(failed: list[CheckOutcome]) -> list[Block]:
    """A table of offending rows per check, at most `MOST_ROWS` in all."""
    tables: list[Block] = []
    left = MOST_ROWS
    for outcome in failed:
        if outcome.error:
            tables.append(Notice("warning", outcome.claim, outcome.error))
        rows = outcome.samples[:left]
        if not rows:
            continue
        left -= len(rows)
        names = list(dict.fromkeys(name for row in rows for name in row))[:_MOST_COLUMNS]
        cells = tuple(tuple(Cell(_shorten(row.get(name))) for name in names) for row in rows)
        note = ""
        if outcome.failing > len(rows):
            text = plural("{shown} of {n} row", "{shown} of {n} rows", outcome.failing)
            note = text.format(shown=_number(len(rows)), n=_number(outcome.failing))
        columns = tuple(Column(name) for name in names)
        tables.append(Table(f"rows_{outcome.check_id}", outcome.claim, columns, cells, note))
    return tables


def _shorten(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _footer(attempt: Attempt | None, last_good: Manifest | None) -> Footer:
    lines = []
    if last_good:
        lines.append((_("Last good edition"), last_good.edition))
        lines.append((_("Data up to"), day_label(last_good.last_day, year=True)))
    if attempt:
        ended = attempt.finished_at
        moment = f"{day_label(ended.date(), year=True)}, {ended:%H:%M} {ended.tzname() or ''}".strip()
        lines.append((_("Latest refresh"), f"{attempt.attempt_id} ({moment})"))
    return Footer(tuple(lines))
