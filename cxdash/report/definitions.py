"""Definitions: every metric in words and formula, with sources, version, target, and what the data cannot support."""

from __future__ import annotations

from cxdash.answers.ask import target_of
from cxdash.language import _, plural
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS, tables_of
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Block, Cell, Column, Definition, Headline, Report, Section, Table
from cxdash.report.notices import footer, notices
from cxdash.report.view import View
from cxdash.report.wording import decimal, value_text


def build(view: View) -> Report:
    """All definitions, or the one named by `metric` first."""
    heads = notices(view)
    chosen = view.params.get("metric", "")
    ordered = sorted(METRICS.values(), key=lambda metric: metric.key != chosen)
    available = len(view.metrics)
    headline = Headline(
        plural("{n} metric, each defined once.", "{n} metrics, each defined once.", len(METRICS)).format(
            n=len(METRICS)
        ),
        _("{n} of them can be computed from this data.").format(n=available),
    )
    blocks: list[Block] = [*heads, headline]
    blocks += [_definition(view, metric) for metric in ordered]
    blocks += [_policy(view), Section(_("How to read a change"), _reading()), footer(view)]
    return Report(
        key="definitions",
        title=_("Definitions"),
        subject=headline.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=tuple(blocks),
        query=view.selection.to_query(),
    )


def _reading() -> str:
    return _(
        "Up and down are said only when the 95 % interval of the difference excludes zero; otherwise a change is "
        "“no clear change”. Below 30 effective answers a value is marked “low base”; below 5 it is not shown."
    )


def _definition(view: View, metric: Metric) -> Definition:
    manifest = view.edition.manifest
    target = target_of(view.edition, metric.key)
    lines = [
        (_("Counts"), _(metric.counted)),
        (_("Better is"), _("higher") if metric.higher_is_better else _("lower")),
        (_("Target"), _("none set") if target is None else value_text(metric, target / metric.factor)),
        (_("Needs"), ", ".join(tables_of(metric)) or _("other metrics")),
        (
            _("Shown as low base below"),
            _("{n} effective {counted}").format(n=metric.minimum_n, counted=_(metric.minimum_of or metric.counted)),
        ),
        (_("Version"), str(metric.version)),
        (_("Sources"), "; ".join(metric.sources)),
    ]
    if isinstance(metric.computation, Measure):
        lines.insert(3, (_("State"), ", ".join(state.name for state in metric.computation.told_states)))
    if metric.key in manifest.unsupported:
        lines.insert(0, (_("Not in this data"), manifest.unsupported[metric.key]))
    fact = metric.computation.fact if isinstance(metric.computation, Measure) else ""
    sql = manifest.facts[fact].sql if fact in manifest.facts else ""
    return Definition(metric.key, _(metric.label), _(metric.description), metric.formula, tuple(lines), sql)


def _policy(view: View) -> Table:
    targets = view.edition.manifest.targets
    weights = targets.get("health", {}).get("weights", {})
    columns = (
        Column(_("Metric")),
        Column(_("Floor"), True),
        Column(_("Target"), True),
        Column(_("Weight in CX health"), True),
    )
    rows = []
    for key, entry in (targets.get("metrics") or {}).items():
        label = _(METRICS[key].label) if key in METRICS else key
        rows.append(
            (
                Cell(label),
                _plain((entry or {}).get("floor")),
                _plain((entry or {}).get("target")),
                _plain(weights.get(key)),
            )
        )
    note = _("Policy version {version}, valid from {day}. In display units.").format(
        version=targets.get("version", "–"), day=targets.get("valid_from", "–")
    )
    return Table("policy", _("Floors, targets and weights"), columns, tuple(rows), note=note)


def _plain(value: float | None) -> Cell:
    if value is None:
        return Cell("–")
    return Cell(decimal(float(value), 0 if float(value).is_integer() else 1), raw=float(value))
