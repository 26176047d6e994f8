"""What changed, in sentences and as a table: the corrected scan, worded."""

from __future__ import annotations

from cxdash.answers.changes import Finding, Scan, what_changed
from cxdash.answers.ranking import rank_dimensions
from cxdash.answers.weights import obstacle
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Cell, Column, Link, Table, Tone
from cxdash.report.doors import passport_door, why_door
from cxdash.report.view import View
from cxdash.report.why_words import brief_sentence
from cxdash.report.wording import cell_name, difference_text, n_text, signed_difference, value_text


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
                Cell(
                    "" if one.row.value is None else value_text(one.metric, one.row.value),
                    link=passport_door(view, one.metric.key, one.row.dimensions),
                ),
                Cell(
                    sign + difference_text(one.metric, difference.value),
                    tone=tone(one),
                    link=why_door(view, one.metric.key, dimensions=one.row.dimensions),
                ),
                Cell(_between(one.metric, difference.low, difference.high)),
                Cell(n_text(one.metric, one.row.n)),
            )
        )
    note = plural(
        "{n} cell tested; on average at most 10 % of the findings are false.",
        "{n} cells tested; on average at most 10 % of the findings are false.",
        found.tested,
    ).format(n=found.tested)
    return Table("what-changed", _("What changed beyond noise"), columns, tuple(rows), note=note)


def _between(metric: Metric, low: float | None, high: float | None) -> str:
    """The limits of a change, in the unit of a change: percentage points are not percent."""
    if low is None or high is None:
        return ""
    return _("{low} to {high}").format(low=signed_difference(metric, low), high=signed_difference(metric, high))


def why(view: View, key: str) -> tuple[str, ...]:
    """What moved a metric, in a sentence; nothing where it did not clearly move, or where no part stands apart.

    Only dimensions that grids keep are looked at: an explanation in passing may cost milliseconds, not a scan of rows.
    """
    metric = find_metric(key)
    if not view.offers(key) or obstacle(metric) is not None:
        return ()
    found = view.try_ask(key, against=view.against)
    if isinstance(found, CxdashError) or found.only.difference is None:
        return ()
    if found.only.difference.word not in ("up", "down"):
        return ()
    try:
        ranking = rank_dimensions(view.edition, key, view.selection, view.policy, grids_only=True)
    except CxdashError:
        return ()
    said = brief_sentence(ranking.cuts[0]) if ranking.cuts else ""
    return (said,) if said else ()
