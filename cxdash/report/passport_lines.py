"""The lines of a passport in words: period, filters, n, freshness, checks, edition; and why a row does not count."""

from __future__ import annotations

from datetime import datetime

from cxdash.answers.answer import HIDDEN
from cxdash.answers.passport import Passport
from cxdash.answers.rows_excluded import ANOTHER, COUNTED, EARLIER, FILTERED, IMMATURE, UNSAID, Share
from cxdash.language import N_, _, plural
from cxdash.measures import Measure
from cxdash.metrics.metric import BenchmarkGap
from cxdash.report.notices import filters_text
from cxdash.report.rows_table import column_name
from cxdash.report.view import View
from cxdash.report.wording import count, day_text, decimal, n_text, number, period_text, value_text

_UNSAID = {
    "customer_id": N_("The customer is not known"),
    "handle_seconds": N_("Never served"),
    "load_ms": N_("Load time not measured"),
    "opens_issue": N_("The customer is not known"),
    "repeated": N_("The customer is not known"),
    "score": N_("Not answered"),
    "wait_seconds": N_("Never queued"),
}

_SAID = {
    EARLIER: N_("Gone before the period began"),
    FILTERED: N_("Do not meet the filters"),
    IMMATURE: N_("On days that are not complete or mature yet"),
    "abandoned": N_("Abandoned before being served"),
    "continues": N_("Go on with an issue opened before"),
    "undelivered": N_("The invitation did not arrive"),
}


def reason_in_words(share: Share, found: Passport) -> str:
    """Why these rows count or do not."""
    match share.reason:
        case reason if reason == COUNTED:
            return _("Count for {metric}").format(metric=_(found.own.label))
        case reason if reason == ANOTHER:
            return _("Answers to another question: {survey}").format(survey=share.of.upper())
        case reason if reason == UNSAID:
            said = _UNSAID.get(share.of)
            return _(said) if said else _("Not known: {column}").format(column=column_name(share.of))
        case reason:
            return _(_SAID.get(reason, N_("No case of this metric")))


def counted_sentence(found: Passport) -> str:
    """How many rows there are and how many of them count; the reasons say why the others do not."""
    total = sum(share.rows for share in found.shares)
    counted = sum(share.rows for share in found.shares if share.reason == COUNTED)
    text = _("{total} rows in the period, of which {counted} count. Each row has one reason, and they add up.")
    return text.format(total=count(total), counted=count(counted))


def recompute_sentence(found: Passport) -> str:
    """How the number follows from its rows."""
    text = _(
        "Each row says what it counts as. An export has these flags as columns: their sums, put into the formula, are "
        "the number."
    )
    return f"{text} {_what_n_counts(found)}".strip()


def _what_n_counts(found: Passport) -> str:
    part, basis = found.part, found.basis
    if part is None or part.n is None or basis is None or not found.opened:
        return ""
    rows = found.opened.total()
    if round(part.n) == rows:
        return ""
    if basis.clock == "stock":
        text = _("n counts the customers of the first morning; rows are movements: joined, lost.")
    elif basis.measure.inner:
        text = _("n counts answers of channels with enough of them; rows are those of all channels.")
    else:
        text = _("n counts {counted}; a row can add to other parts of the formula only.").format(
            counted=_(found.own.counted)
        )
    return text


def circumstances(view: View, found: Passport) -> tuple[tuple[str, str], ...]:
    """Label and text of everything there is to know about the number but its rows."""
    manifest, metric, row = view.edition.manifest, found.metric, found.row
    printed = number(metric, row)
    lines = [
        (_("Number"), f"{printed.text} {printed.note}".strip()),
        (_("95 % interval"), printed.interval or _("none")),
        ("n", n_text(metric, row.n) or _("not shown")),
        (_("Effective n"), _effective(found)),
        *_published(found),
        (_("Definition"), _("version {version}").format(version=metric.version)),
        (_("Period asked for"), period_text(view.selection.period)),
        (_("Period used"), _used(view, found)),
        (_("Calendar"), _("Gregorian; a day begins at midnight in {zone}").format(zone=manifest.timezone)),
        (_("Filters"), filters_text(view)),
        (_("Computed for"), _("everybody") if view.policy.name == "everything" else view.policy.name),
        *((_("Latest in {tables}").format(tables=", ".join(f.tables)), _moment(f.latest)) for f in found.freshness),
        (_("Complete days up to"), day_text(manifest.last_day)),
        (_("Checks"), _checked(found)),
        (_("Read from"), _source(found)),
        (_("Edition"), manifest.edition),
        (_("Published"), f"{day_text(manifest.published_at.date())}, {manifest.published_at:%H:%M} UTC"),
        (_("Computed by"), f"cxdash {manifest.code_version}"),
    ]
    return tuple((label, text) for label, text in lines if text)


def _effective(found: Passport) -> str:
    row = found.part if found.part is not None and found.own == found.metric else found.row
    if row.n_eff is None or HIDDEN in row.flags:
        return ""
    text = decimal(row.n_eff, 0)
    if found.answer.deff > 1.0:
        effect = decimal(found.answer.deff, 2)
        return _("{n}; answers of one customer resemble each other, design effect {effect}").format(
            n=text, effect=effect
        )
    return text


def _published(found: Passport) -> list[tuple[str, str]]:
    """The figure of somebody else that a gap is to."""
    if not isinstance(found.metric.computation, BenchmarkGap) or found.row.difference is None:
        return []
    says = found.row.dimensions
    figure = found.row.difference.reference
    text = "" if figure is None else value_text(found.own, figure)
    source = ", ".join(part for part in (says.get("source", ""), says.get("method", "")) if part)
    return [
        (_("Our figure"), _own_figure(found)),
        (_("Figure of {name}").format(name=says.get("name", "")), f"{text} ({source})"),
    ]


def _own_figure(found: Passport) -> str:
    if found.part is None or found.part.value is None:
        return ""
    return f"{_(found.own.label)} {value_text(found.own, found.part.value)}"


def _used(view: View, found: Passport) -> str:
    used = period_text(found.row.period)
    if found.row.period == view.selection.period:
        return used
    measure = found.own.computation
    if found.metric.windows:
        return _("{period}: this metric exists per whole calendar month, quarter or year").format(period=used)
    if isinstance(measure, Measure) and measure.maturity:
        text = plural(
            "{period}: a day counts when {n} more day is over", "{period}: a day counts when {n} more days are over",
            measure.maturity,
        )  # fmt: skip
        return text.format(period=used, n=count(measure.maturity))
    return _("{period}: the days that are complete").format(period=used)


def _moment(at: object) -> str:
    if isinstance(at, datetime):
        return f"{day_text(at.date())}, {at:%H:%M} UTC"
    return day_text(at) if at is not None else _("nothing")  # type: ignore[arg-type]  # a date


def _checked(found: Passport) -> str:
    failed = sum(check.passed is not True for check in found.checks)
    if not found.checked:
        warned = plural("{n} warning", "{n} warnings", failed).format(n=count(failed))
        return _("{warnings}; the record of the checks themselves is no longer kept").format(warnings=warned)
    total = len(found.checks)
    if not failed:
        return plural("{n} check touches it and is met", "{n} checks touch it and are met", total).format(
            n=count(total)
        )
    text = plural("{n} check touches it", "{n} checks touch it", total).format(n=count(total))
    return f"{text}; " + plural("{n} is not met", "{n} are not met", failed).format(n=count(failed))


def _source(found: Passport) -> str:
    if found.answer.source == "derived":
        return _("other numbers")
    return _("the rows") if found.answer.source == "rows" else _("grid {name}").format(name=found.answer.source)
