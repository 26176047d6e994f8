"""`cxdash answer`: a number, a series or a breakdown from the published edition, in the words every face prints."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import click

from cxdash.answers import Answer, Question, Row
from cxdash.answers import answer as ask
from cxdash.answers.answer import CLAMPED, Against, row_as_dict
from cxdash.answers.ask import target_of
from cxdash.cli.asking import period_options, select, split_list
from cxdash.cli.output import Field, print_json, print_table
from cxdash.cli.session import json_option, on_project, session
from cxdash.edition import Edition, open_edition
from cxdash.language import _, speaking
from cxdash.metrics.metric import BenchmarkGap
from cxdash.periods import GRAINS
from cxdash.report import wording
from cxdash.selection import Selection

AGAINST: tuple[Against, ...] = ("previous", "year", "target")

EPILOG = """\b
cxdash answer nps
cxdash answer nps --by channel --compare previous
cxdash answer csat --where channel=phone --where region=North --grain week
cxdash answer churn --period 2026-Q1 --json

\b
Fields of --json (stable):
  metric, label, unit, better, counted, period {from, to}, by, where, grain,
  compare, edition, data_as_of, grid, notes, rows [
    metric, dimensions, from, to, value, low, high, shown, unit, n, n_eff,
    counted, flags, extra, edition, data_as_of, grid, comparison {against,
    from, to, reference, reference_n, difference, low, high, p, word} or null ]
Numbers are on the display scale: NPS in points, shares in percent; low and high
are the 95 % interval. Hidden and undefined numbers are null, and flags say why.
The word is one of: up, down, no clear change, too few answers."""


@click.command(short_help="One number, series or breakdown.", epilog=EPILOG)
@click.argument("metric")
@click.option("--by", multiple=True, metavar="DIM", help="Break down by a dimension; at most two.")
@period_options
@click.option("--grain", type=click.Choice(GRAINS), help="A series, one row per day, week, month …")
@click.option("--compare", type=click.Choice(AGAINST), help="Against the period before, a year before, or the target.")
@click.option("--edition", "edition_id", metavar="ID", help="A kept edition instead of the published one.")
@json_option
@on_project
def answer(
    metric: str,
    by: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    start: date | None,
    end: date | None,
    period: str | None,
    grain: str | None,
    compare: str | None,
    edition_id: str | None,
    as_json: bool,
) -> None:
    """Answer with a METRIC (see “cxdash metrics”) from the published edition."""
    edition = open_edition(session().project.editions, edition_id)
    selection = select(edition, period=period, start=start, end=end, where=where)
    against = cast("Against | None", compare)
    dimensions = tuple(dict.fromkeys(name for given in by for name in split_list(given)))
    question = Question(
        metric, selection, by=dimensions, grain=grain or "", against=against, with_p=compare in ("previous", "year")
    )
    with speaking(edition.manifest.language):
        found = ask(edition, question)
        notes = _notes(edition, found, question)
        if as_json:
            print_json(_document(found, question, notes))
        else:
            _print(found, question, notes)


def _notes(edition: Edition, found: Answer, question: Question) -> tuple[str, ...]:
    """What the reader must know besides the rows."""
    notes = list(found.notes)
    asked = question.selection.period
    if found.metric.windows:
        notes.append(
            "This metric exists per whole calendar month, quarter or year; "
            "shown are the whole ones in the period, or the last that had just ended."
        )
    elif found.period.end < asked.end:
        notes.append(f"The period was cut at {found.period.end}: later days are not complete yet.")
    if asked.start < edition.manifest.first_day:
        notes.append(f"The data begins on {edition.manifest.first_day}.")
    if question.against == "target" and target_of(edition, question.metric) is None:
        notes.append(f"No target is set for {found.metric.label} in config/targets.yaml.")
    return tuple(notes)


def _document(found: Answer, question: Question, notes: tuple[str, ...]) -> dict[str, Any]:
    metric = found.metric
    return {
        "metric": metric.key,
        "label": metric.label,
        "unit": metric.unit,
        "better": "higher" if metric.higher_is_better else "lower",
        "counted": metric.counted,
        "period": {"from": found.period.start, "to": found.period.end},
        "by": list(found.by),
        "where": {dim: list(values) for dim, values in question.selection.filters},
        "grain": found.grain or None,
        "compare": question.against,
        "edition": found.edition,
        "data_as_of": found.data_as_of,
        "grid": found.source,
        "notes": list(notes),
        "rows": [row_as_dict(found, row, wording.shown(found, row)) for row in found.rows],
    }


GAP_WORDS = {
    "up": "clearly ahead",
    "down": "clearly behind",
    "no clear change": "no clear difference",
    "too few answers": "the figure's own error is unknown",
}


def _print(found: Answer, question: Question, notes: tuple[str, ...]) -> None:
    click.echo(f"{click.style(_(found.metric.label), bold=True)}  {_circumstances(found, question.selection)}")
    click.echo()
    dimensions = tuple(dict.fromkeys(name for row in found.rows for name in row.dimensions))
    fields = [
        Field("Period"),
        *(Field(wording.dimension_name(dim)) for dim in dimensions),
        Field("Value", numeric=True),
        Field("95 % interval", numeric=True),
        Field("n", numeric=True),
        Field("Change"),
        Field("p", numeric=True),
        Field("Note"),
    ]
    if found.rows:
        print_table(fields, [_cells(found, row, dimensions) for row in found.rows])
    else:
        click.echo("No data for this selection.")
    click.echo()
    for note in notes:
        click.echo(note)
    origin = f"Data up to {found.data_as_of} · edition {found.edition} · read from {found.source}"
    click.echo(click.style(origin, dim=True))


def _circumstances(found: Answer, selection: Selection) -> str:
    parts = [wording.period_text(found.period)]
    for dim, values in selection.filters:
        parts.append(f"{wording.dimension_name(dim)}: {', '.join(wording.value_name(dim, v) for v in values)}")
    return " · ".join(parts)


def _cells(found: Answer, row: Row, dimensions: tuple[str, ...]) -> list[str]:
    number = wording.number(found.metric, row)
    p = row.difference.p if row.difference else None
    clamped = "period cut" if CLAMPED in row.flags else ""
    return [
        wording.period_text(row.period) if found.grain else "",
        *(wording.value_name(dim, row.dimensions.get(dim, "")) for dim in dimensions),
        number.text,
        number.interval,
        number.n,
        _change_text(found, row),
        "" if p is None else _p_text(p),
        "; ".join(part for part in (number.note, clamped) if part),
    ]


def _change_text(found: Answer, row: Row) -> str:
    if row.difference is None:
        return ""
    if isinstance(found.metric.computation, BenchmarkGap):
        return GAP_WORDS[row.difference.word]
    change = wording.change(found.metric, row.difference)
    return change.text if change else ""


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
