"""Benchmarks: where we stand against published figures of others, and how sure that is."""

from __future__ import annotations

from datetime import date

from cxdash.answers import Row
from cxdash.errors import CxdashError
from cxdash.language import N_, _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Headline, Notice, Number, Report, Table, Tile, Tiles
from cxdash.report.notices import footer, notices
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import UNITS, day_text, decimal, n_text, signed_difference, state_of, value_text

SCOPES = {
    "competitor": N_("competitor"),
    "industry": N_("industry"),
    "best_in_class": N_("best in class"),
    "cross_industry": N_("leader of another industry"),
}


def build(view: View) -> Report:
    """Gaps per metric and published name."""
    heads = notices(view)
    blocks: list[Block] = list(heads)
    found = view.try_ask("benchmark_gap")
    if isinstance(found, CxdashError) or not found.rows:
        reason = view.edition.manifest.unsupported.get("benchmark_gap") or (
            str(found) if isinstance(found, CxdashError) else _("No figure was published by the end of this period.")
        )
        headline = Headline(_("There is nothing to compare with yet."), reason)
        text = _(
            "Connect the table benchmarks to see gaps to competitors, industry and leaders, each with its interval."
        )
        blocks += [headline, Notice("info", text), footer(view)]
        return _report(view, headline, blocks, heads)
    metrics = list(dict.fromkeys(row.dimensions["metric"] for row in found.rows))
    headline = _headline(found.rows)
    blocks += [headline, Tiles(_tiles(view, metrics))]
    for key in metrics:
        blocks.append(_dots(key, [row for row in found.rows if row.dimensions["metric"] == key]))
    blocks += [_table(found.rows), footer(view)]
    return _report(view, headline, blocks, heads)


def _report(view: View, headline: Headline, blocks: list[Block], heads: tuple[Notice, ...]) -> Report:
    return Report(
        key="benchmarks",
        title=_("Benchmarks"),
        subject=headline.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=tuple(blocks),
        query=view.selection.to_query(),
    )


def _tiles(view: View, metrics: list[str]) -> tuple[Tile, ...]:
    return tuple(tile(view, key) for key in metrics[:6])


def _headline(rows: tuple[Row, ...]) -> Headline:
    key = rows[0].dimensions["metric"]
    metric = find_metric(key)
    rivals = [row for row in rows if row.dimensions["metric"] == key and row.dimensions["scope"] == "competitor"]
    judged = [row for row in rivals if row.difference is not None and row.difference.word != "too few answers"]
    ahead = [
        row for row in judged if row.difference and row.difference.word == ("up" if metric.higher_is_better else "down")
    ]
    behind = [
        row for row in judged if row.difference and row.difference.word == ("down" if metric.higher_is_better else "up")
    ]
    if not judged:
        return Headline(
            _("{metric}: no competitor's figure is precise enough to compare with.").format(metric=_(metric.label)),
            _("Figures without interval or sample size cannot be told apart from ours by more than our own error."),
        )
    text = _("{metric}: clearly ahead of {ahead}, clearly behind {behind} of {n} competitors").format(
        metric=_(metric.label), ahead=len(ahead), behind=len(behind), n=len(rivals)
    )
    worst = min(rivals, key=lambda row: row.value if row.value is not None else 0.0)
    detail = ""
    if worst.value is not None and worst.value < 0:
        detail = _("Widest gap: {gap} to {name}.").format(
            gap=_gap_text(key, worst.value), name=worst.dimensions["name"]
        )
    return Headline(text, detail)


def _gap_text(key: str, value: float) -> str:
    metric = find_metric(key)
    return signed_difference(metric, value)


def _number(row: Row) -> Number:
    key = row.dimensions["metric"]
    metric = find_metric(key)
    state, note = state_of(row)
    if row.value is None:
        return Number("–", state=state, note=note)
    interval = (
        ""
        if row.low is None or row.high is None
        else _("{low} to {high}").format(low=_gap_text(key, row.low), high=_gap_text(key, row.high))
    )
    if not row.extra.get("interval_known"):
        note = _("excludes the benchmark's own error")
    factor = metric.factor
    return Number(
        _gap_text(key, row.value),
        interval,
        n_text(metric, row.n),
        row.value * factor,
        None if row.low is None else row.low * factor,
        None if row.high is None else row.high * factor,
        None if row.n is None else round(row.n),
        state,
        note,
    )


def _dots(key: str, rows: list[Row]) -> Dots:
    metric = find_metric(key)
    ordered = sorted(rows, key=lambda row: row.value if row.value is not None else 0.0)
    dots = []
    for row in ordered:
        word = row.difference.word if row.difference else "too few answers"
        better = (word == "up") == metric.higher_is_better
        tone = "neutral" if word not in ("up", "down") else "good" if better else "bad"
        label = f"{row.dimensions['name']} ({_(SCOPES[row.dimensions['scope']])})"
        dots.append(Dot(label, _number(row), tone))  # type: ignore[arg-type]  # a conditional expression loses the literal type
    return Dots(
        key=f"gap-{key}",
        title=_("{metric}: our score minus theirs").format(metric=_(metric.label)),
        subtitle=_(
            "latest published figure of each; 95 % interval of the gap; grey where the figure's own error is unknown"
        ),
        unit=UNITS[metric.unit],
        dots=tuple(dots),
        summary=_("{n} published figures; zero means level with us.").format(n=len(dots)),
        data=_table(tuple(ordered), key=f"gap-{key}-data"),
        reference=0.0,
        reference_label=_("level"),
    )


def _table(rows: tuple[Row, ...], key: str = "benchmarks") -> Table:
    columns = (
        Column(_("Metric")),
        Column(_("Compared with")),
        Column(_("Ours"), True),
        Column(_("Theirs"), True),
        Column(_("Gap"), True),
        Column(_("95 % interval"), True),
        Column(_("Published")),
        Column(_("Method")),
        Column(_("Significant only if their error is below"), True),
    )
    cells = []
    for row in rows:
        metric = find_metric(row.dimensions["metric"])
        printed = _number(row)
        breaks = row.extra.get("break_even")
        cells.append(
            (
                Cell(_(metric.label)),
                Cell(row.dimensions["name"], detail=_(SCOPES[row.dimensions["scope"]])),
                Cell(value_text(metric, row.extra["own"]) if "own" in row.extra else "–"),
                Cell(value_text(metric, row.extra["benchmark"])),
                Cell(printed.text, raw=printed.raw, detail=printed.note),
                Cell(printed.interval),
                Cell(day_text(date.fromordinal(int(row.extra["published_on"]))), detail=row.dimensions["source"]),
                Cell(row.dimensions["method"]),
                Cell("" if breaks is None else decimal(breaks * metric.factor, 1)),
            )
        )
    note = _("Differences of method, mode and population usually weigh more than sampling error.")
    return Table(key, _("Published figures"), columns, tuple(cells), note=note)
