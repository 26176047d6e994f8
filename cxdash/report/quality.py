"""Quality: is the data fit to be read, what was checked, what failed with which rows, and what was held back."""

from __future__ import annotations

from datetime import date, datetime

from cxdash.edition import Attempt, CheckOutcome
from cxdash.language import N_, _, plural
from cxdash.report.blocks import Block, Cell, Column, Headline, Notice, Report, Section, Table, Tone
from cxdash.report.notices import footer, notices
from cxdash.report.view import View
from cxdash.report.wording import count, day_text

OUTCOMES: dict[str, tuple[str, Tone]] = {
    "published": (N_("published"), "good"),
    "published_with_warnings": (N_("published with warnings"), "neutral"),
    "held_back": (N_("held back"), "bad"),
    "failed": (N_("did not finish"), "bad"),
}

SEVERITIES = {"critical": N_("critical"), "warning": N_("warning"), "info": N_("info")}
THEMES = {"contract": N_("contract"), "rows": N_("rows"), "states": N_("states")}

MOST_SAMPLES = 10


def build(view: View) -> Report:
    """The state of the data behind everything else."""
    heads = notices(view)
    latest = view.attempts[0] if view.attempts else None
    headline = _headline(view, latest)
    blocks: list[Block] = [*heads, headline]
    if latest is not None:
        blocks += _failures(latest)
        blocks.append(_summary(latest))
    blocks.append(_freshness(view))
    if view.attempts:
        blocks.append(_history(view.attempts))
    blocks += _notes(view)
    if latest is not None and latest.checks:
        blocks.append(_checks(latest))
    blocks.append(footer(view))
    return Report(
        key="quality",
        title=_("Quality"),
        subject=headline.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=tuple(blocks),
        query=view.selection.to_query(),
    )


def moment_text(moment: datetime) -> str:
    """A date and time of day."""
    return f"{day_text(moment.date())} {moment:%H:%M}"


def _headline(view: View, latest: Attempt | None) -> Headline:
    manifest = view.edition.manifest
    if latest is None:
        return Headline(_("Published {when}.").format(when=moment_text(manifest.published_at)))
    n, bad = len(latest.checks), len(latest.failed_checks)
    passed = plural("{passed} of {n} check passed", "{passed} of {n} checks passed", n).format(passed=n - bad, n=n)
    detail = _("Edition {edition}, published {when}; data up to {day}.").format(
        edition=manifest.edition, when=moment_text(manifest.published_at), day=day_text(manifest.last_day)
    )
    text = {
        "published": _("The data is in order: {passed}."),
        "published_with_warnings": _("The data was published with warnings: {passed}."),
        "held_back": _("The latest data was held back: {passed}."),
        "failed": _("The latest refresh did not finish: {passed}."),
    }[latest.outcome]
    return Headline(text.format(passed=passed), detail)


def _failures(attempt: Attempt) -> list[Block]:
    blocks: list[Block] = []
    if attempt.outcome == "failed":
        blocks.append(Notice("critical", _("The latest refresh did not finish."), attempt.message))
    failed = attempt.failed_checks
    if not failed:
        return blocks
    blocks.append(Section(_("What did not hold")))
    for check in failed:
        level = "critical" if check.holds_back else "warning" if check.severity == "warning" else "info"
        blocks.append(Notice(level, check.claim, _found(check)))  # type: ignore[arg-type]  # literal lost in the conditional
        if check.samples:
            blocks.append(_samples(check))
    return blocks


def _found(check: CheckOutcome) -> str:
    if check.passed is None:
        return _("The check could not run: {error}").format(error=check.error)
    text = _("{failing} of {examined} rows in {table} do not meet it; owner: {owner}.").format(
        failing=count(check.failing),
        examined=count(check.examined),
        table=check.table,
        owner=check.owner or _("nobody named"),
    )
    return f"{text} {check.error}" if check.error else text


def _samples(check: CheckOutcome) -> Table:
    names = list(dict.fromkeys(name for sample in check.samples for name in sample))
    rows = tuple(
        tuple(Cell("" if sample.get(name) is None else str(sample.get(name))) for name in names)
        for sample in check.samples[:MOST_SAMPLES]
    )
    note = "" if len(check.samples) <= MOST_SAMPLES else _("The first {n} are shown.").format(n=MOST_SAMPLES)
    return Table(f"rows-{check.check_id}", _("Offending rows"), tuple(Column(name) for name in names), rows, note=note)


def _summary(attempt: Attempt) -> Table:
    """Checks per table: how many, and how many did not hold."""
    columns = (Column(_("Table")), Column(_("Checks"), True), Column(_("Passed"), True), Column(_("Failed"), True))
    rows = []
    for name in sorted({check.table for check in attempt.checks}):
        checks = [check for check in attempt.checks if check.table == name]
        failed = [check for check in checks if check.passed is not True]
        tone: Tone = "bad" if any(check.holds_back for check in failed) else "neutral"
        rows.append(
            (
                Cell(name),
                Cell(count(len(checks)), raw=len(checks)),
                Cell(count(len(checks) - len(failed)), raw=len(checks) - len(failed)),
                Cell(count(len(failed)) if failed else "–", tone=tone, raw=len(failed)),
            )
        )
    return Table("checks-by-table", _("Checks of the latest refresh, by table"), columns, tuple(rows))


def _checks(attempt: Attempt) -> Table:
    columns = (
        Column(_("Check")),
        Column(_("Theme")),
        Column(_("Table")),
        Column(_("Severity")),
        Column(_("Result")),
        Column(_("Rows failing"), True),
    )
    rows = []
    for check in sorted(attempt.checks, key=lambda c: (c.passed is True, c.table, c.check_id)):
        result, tone = _result(check)
        rows.append(
            (
                Cell(check.claim),
                Cell(_(THEMES[check.theme])),
                Cell(check.table),
                Cell(_(SEVERITIES[check.severity])),
                Cell(result, tone=tone),
                Cell(count(check.failing) if check.failing else "", raw=check.failing),
            )
        )
    return Table("checks", _("Every check of the latest refresh"), columns, tuple(rows))


def _result(check: CheckOutcome) -> tuple[str, Tone]:
    if check.passed is None:
        return _("could not run"), "bad"
    if check.passed:
        return _("passed"), "good"
    return (_("failed"), "bad") if check.holds_back else (_("failed"), "neutral")


def _freshness(view: View) -> Table:
    columns = (
        Column(_("Facts")),
        Column(_("From tables")),
        Column(_("Rows"), True),
        Column(_("First day")),
        Column(_("Last day")),
        Column(_("Latest entry")),
    )
    rows = tuple(
        (
            Cell(name),
            Cell(", ".join(fact.tables)),
            Cell(count(fact.rows), raw=fact.rows),
            Cell(day_text(fact.first_day) if fact.first_day else ""),
            Cell(day_text(fact.last_day) if fact.last_day else ""),
            Cell(_latest(fact.data_as_of)),
        )
        for name, fact in view.edition.manifest.facts.items()
    )
    return Table("freshness", _("How fresh each part is"), columns, rows)


def _latest(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    return moment_text(moment) if isinstance(moment, datetime) else day_text(moment)


def _history(attempts: tuple[Attempt, ...]) -> Table:
    columns = (
        Column(_("Refresh")),
        Column(_("Outcome")),
        Column(_("Checks failed"), True),
        Column(_("Why")),
        Column(_("Seconds"), True),
    )
    rows = []
    for attempt in attempts[:20]:
        text, tone = OUTCOMES[attempt.outcome]
        seconds = (attempt.finished_at - attempt.started_at).total_seconds()
        rows.append(
            (
                Cell(moment_text(attempt.started_at)),
                Cell(_(text), tone=tone),
                Cell(count(len(attempt.failed_checks)), raw=len(attempt.failed_checks)),
                Cell(attempt.message),
                Cell(f"{seconds:.0f}", raw=seconds),
            )
        )
    return Table("history", _("Refreshes, latest first"), columns, tuple(rows))


def _notes(view: View) -> list[Block]:
    manifest = view.edition.manifest
    rows = [(Cell(_("Assumption")), Cell(note)) for note in manifest.notes]
    rows += [(Cell(key), Cell(reason)) for key, reason in manifest.unsupported.items()]
    if not rows:
        return []
    return [Table("limits", _("What this data assumes and cannot tell"), (Column(""), Column("")), tuple(rows))]
