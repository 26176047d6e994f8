"""The passport of a number: where it comes from, who and what it rests on, and the rows it can be recomputed from.

Every number of every page leads here. What is printed is what the page printed that led here: it comes from the same
question. The page ends with the rows, where the person may open them and the number itself is shown.
"""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers.passport import Passport, passport
from cxdash.answers.rows import Asked
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import BenchmarkGap
from cxdash.report.blocks import (
    Block,
    Cell,
    Column,
    Definition,
    Headline,
    Link,
    Notice,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
)
from cxdash.report.doors import passport_door, why_door
from cxdash.report.notices import footer, notices
from cxdash.report.passport_lines import circumstances, counted_sentence, reason_in_words, recompute_sentence
from cxdash.report.rows_table import PAGE, refused_block, rows_block
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import count, number, period_text


def build(view: View) -> Report:
    """The passport of the number named by `metric` (and `only`: the part of it whose rows are meant)."""
    key = view.params.get("metric", "") or next(iter(view.edition.manifest.metrics), "")
    metric = find_metric(key)
    part, name = asked_part(view)
    try:
        found = passport(view.edition, key, view.selection, view.policy, attempts=view.attempts, part=part, name=name)
        subject, blocks = _subject(found), _blocks(view, found)
    except CxdashError as why:
        subject = _("{metric} cannot be shown").format(metric=_(metric.label))
        blocks = [Notice("warning", str(why)), Headline(subject, _(metric.description)), _doors(view, key, None)]
    return Report(
        key="number",
        title=_("Number passport"),
        subject=subject,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=(*notices(view), *blocks, footer(view)),
        query=(
            *view.selection.to_query(),
            *((name, view.params[name]) for name in ("metric", "only") if name in view.params),
        ),
    )


def said_of(view: View, metric: str) -> tuple[tuple[str, str], ...]:
    """What a file of rows says about the number they recompute: its name, formula and circumstances."""
    own = find_metric(metric)
    found = passport(view.edition, metric, view.selection, view.policy, attempts=view.attempts)
    return ((_("Metric"), _(own.label)), (_("Formula"), own.formula), *circumstances(view, found))


def asked_part(view: View) -> tuple[str, str]:
    """What `only` names: the metric whose rows are meant, and of a gap also whom it is to (“nps:Rival”)."""
    part, _sign, name = view.params.get("only", "").partition(":")
    return part, name


def _subject(found: Passport) -> str:
    printed = number(found.metric, found.row)
    name = found.row.dimensions.get("name", "")
    label = f"{_(found.metric.label)}: {name}" if name else _(found.metric.label)
    return f"{label} {printed.text}, {period_text(found.row.period)}"


def _blocks(view: View, found: Passport) -> list[Block]:
    metric = found.metric
    blocks: list[Block] = [Headline(_subject(found), _(metric.description)), Tiles((_tile(view, found),))]
    blocks.append(_doors(view, metric.key, found))
    blocks.append(
        Definition(metric.key, _("Where it comes from"), "", metric.formula, circumstances(view, found), _sql(found))
    )
    if found.parts:
        blocks.append(_parts(view, found))
    if found.shares:
        blocks.append(_shares(found))
    if failed := _failed(view, found):
        blocks.append(failed)
    return [*blocks, Section(_("The rows"), recompute_sentence(found)), _rows(view, found)]


def _tile(view: View, found: Passport) -> Tile:
    key = found.metric.key
    if isinstance(found.metric.computation, BenchmarkGap):
        printed = number(found.metric, found.row)
        return Tile(key, _(found.metric.label), printed, link=Link("definitions", (("metric", key),)))
    shown = tile(view, key)
    # the reader is at its passport already
    return replace(shown, number=replace(shown.number, passport=None))


def _doors(view: View, key: str, found: Passport | None) -> Table:
    doors = [
        (_("How it is defined"), Link("definitions", (("metric", key),))),
        (_("Why it moved"), why_door(view, key)),
        (_("All checks of the data"), Link("quality")),
    ]
    if found is not None and found.own.key != found.metric.key:
        doors.append(
            (_("The passport of {metric}").format(metric=_(found.own.label)), passport_door(view, found.own.key))
        )
    return Table("doors", "", (Column(_("From here")),), tuple((Cell(text, link=link),) for text, link in doors))


def _sql(found: Passport) -> str:
    if found.statements is None:
        return ""
    parts = (
        (_("Sent to the warehouse by the refresh: all metrics of the same rows"), found.statements.warehouse),
        (_("This number, from the rows of the edition (paths as seen from its folder)"), found.statements.states),
        (_("The rows it rests on"), found.statements.rows),
    )
    return "\n\n".join(f"-- {title}\n{sql}" for title, sql in parts)


def _parts(view: View, found: Passport) -> Table:
    rows = []
    for part in found.parts:
        asked = view.try_ask(part.key)
        printed = None if isinstance(asked, CxdashError) or len(asked.rows) != 1 else number(part, asked.only)
        here = Link("number", (*view.selection.to_query(), ("metric", found.metric.key), ("only", part.key)))
        rows.append(
            (
                Cell(_(part.label), link=passport_door(view, part.key)),
                Cell(printed.text if printed else "–", raw=printed.raw if printed else None),
                Cell(printed.interval if printed else ""),
                Cell(printed.n if printed else "", raw=printed.count if printed else None),
                Cell(_("shown below") if part == found.own else _("show its rows"), link=here),
            )
        )
    columns = (
        Column(_("Computed from")),
        Column(_("Value"), True),
        Column(_("95 % interval"), True),
        Column("n", True),
    )
    return Table("parts", _("What it is computed from"), (*columns, Column(_("Rows"))), tuple(rows))


def _shares(found: Passport) -> Table:
    rows = tuple(
        (Cell(reason_in_words(share, found)), Cell(count(share.rows), raw=float(share.rows))) for share in found.shares
    )
    columns = (Column(_("Rows of the period")), Column(_("Rows"), True))
    return Table("counted", _("What counts and what does not"), columns, rows, note=counted_sentence(found))


def _failed(view: View, found: Passport) -> Table | None:
    failed = [check for check in found.checks if check.passed is not True]
    if not failed:
        return None
    columns = (
        Column(_("Check that is not met")),
        Column(_("Table")),
        Column(_("Failing rows"), True),
        Column(_("Owner")),
    )
    rows = tuple(
        (
            Cell(check.claim),
            Cell(check.table),
            # how many rows fail is a count over everybody's data
            Cell("–" if view.policy.filters else count(check.failing)),
            Cell(check.owner),
        )
        for check in failed
    )
    return Table("checks", _("Checks that touch this number and are not met"), columns, rows)


def _rows(view: View, found: Passport) -> Block:
    if found.opened is None:
        return refused_block(found.own.key, view.selection, str(found.refused or ""))
    return rows_block(found.opened, Asked(limit=PAGE), view.selection)
