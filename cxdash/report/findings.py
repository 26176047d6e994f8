"""What changed, in sentences and as a table: the corrected scan, worded."""

from __future__ import annotations

from cxdash.answers.cells import held
from cxdash.answers.changes import Finding, Scan, what_changed
from cxdash.answers.decompose import Decomposition, decompose
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Cell, Column, Link, Table, Tone
from cxdash.report.view import View
from cxdash.report.wording import (
    cell_name,
    difference_text,
    dimension_name,
    interval_text,
    n_text,
    value_name,
    value_text,
)


def scan(view: View) -> Scan:
    """The page's scan over channel × region."""
    return what_changed(view.edition, view.selection, view.policy)


def sentence(finding: Finding) -> str:
    """One finding as a sentence: "NPS fell 24 points in Phone · North (+18 to −6, 312 answers)"."""
    metric, row, difference = finding.metric, finding.row, finding.row.difference
    assert difference is not None
    assert difference.value is not None
    template = _("{metric} rose {size} in {where}") if difference.value > 0 else _("{metric} fell {size} in {where}")
    text = template.format(
        metric=_(metric.label), size=difference_text(metric, difference.value), where=cell_name(row.dimensions)
    )
    if difference.reference is None or row.value is None:
        return text
    return _("{text} ({before} → {now}, {n})").format(
        text=text,
        before=value_text(metric, difference.reference),
        now=value_text(metric, row.value),
        n=n_text(metric, row.n),
    )


def tone(finding: Finding) -> Tone:
    """Whether the change is for the better."""
    return "good" if finding.good else "bad"


def link(view: View, finding: Finding) -> Link:
    """Where the finding is looked into: its channel, filtered by its other dimensions."""
    selection = view.selection
    for dim, value in finding.row.dimensions.items():
        if dim != "channel":
            selection = selection.with_filter(dim, value)
    query = selection.to_query()
    channel = finding.row.dimensions.get("channel")
    return Link("channels", (*query, ("focus", channel)) if channel else query)


def findings_table(view: View, found: Scan, most: int = 12) -> Table:
    """Findings as a table, heaviest first."""
    columns = (
        Column(_("What")),
        Column(_("Where")),
        Column(_("Before"), True),
        Column(_("Now"), True),
        Column(_("Change"), True),
        Column(_("95 % interval"), True),
        Column(_("n"), True),
    )
    rows = []
    for one in found.findings[:most]:
        difference = one.row.difference
        assert difference is not None
        assert difference.value is not None
        sign = "+" if difference.value > 0 else "−"
        rows.append(
            (
                Cell(_(one.metric.label)),
                Cell(cell_name(one.row.dimensions), link=link(view, one)),
                Cell("" if difference.reference is None else value_text(one.metric, difference.reference)),
                Cell("" if one.row.value is None else value_text(one.metric, one.row.value)),
                Cell(sign + difference_text(one.metric, difference.value), tone=tone(one)),
                Cell(interval_text(one.metric, difference.low, difference.high)),
                Cell(n_text(one.metric, one.row.n)),
            )
        )
    note = plural(
        "{n} cell tested; on average at most 10 % of the findings are false.",
        "{n} cells tested; on average at most 10 % of the findings are false.",
        found.tested,
    ).format(n=found.tested)
    return Table("what-changed", _("What changed beyond noise"), columns, tuple(rows), note=note)


def why(view: View, key: str) -> tuple[str, ...]:
    """Why a metric moved, by the dimension that says most: mix against rate, and the heaviest segment."""
    measure = find_metric(key).computation
    fact = measure.fact if isinstance(measure, Measure) else ""
    if fact not in view.edition.manifest.facts:
        return ()
    best: Decomposition | None = None
    for dim in ("channel", "region", "segment", "product"):
        filtered = [name for name, _values in view.policy.narrow(view.selection.filters)]
        # an explanation in passing may cost milliseconds, not a scan of all rows
        if dim in filtered or not held(view.edition, fact, (dim, *filtered)):
            continue
        try:
            found = decompose(view.edition, key, view.selection, dim, view.policy)
        except CxdashError:
            continue  # a dimension this metric cannot be cut by explains nothing
        if (
            found
            and len(found.effects) > 1
            and (best is None or abs(found.effects[0].total) > abs(best.effects[0].total))
        ):
            best = found
        if found and found.simpson:
            best = found
            break
    return () if best is None or best.change == 0 else (_why_sentence(best),)


def _why_sentence(found: Decomposition) -> str:
    metric, top = found.metric, found.effects[0]
    where = value_name(found.dimension, top.value)
    if found.simpson:
        return _(
            "By {dimension}, {metric} itself moved the other way ({rate}): "
            "the whole moved because its mix shifted ({mix})."
        ).format(
            metric=_(metric.label),
            dimension=dimension_name(found.dimension).lower(),
            rate=_signed(found, found.rate),
            mix=_signed(found, found.mix),
        )
    return _(
        "By {dimension}, {where} contributes most to the change in {metric}: "
        "{rate} by its own score, {mix} by its share."
    ).format(
        dimension=dimension_name(found.dimension).lower(),
        where=where,
        metric=_(metric.label),
        rate=_signed(found, top.rate),
        mix=_signed(found, top.mix),
    )


def _signed(found: Decomposition, effect: float) -> str:
    scaled = effect * found.metric.factor
    return f"{'+' if scaled > 0 else '−' if scaled < 0 else ''}{abs(scaled):.1f}"
