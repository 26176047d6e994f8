"""`cxdash explain`: what a metric means, down to the SQL a refresh sends for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from cxdash.cli.metrics import published_manifest
from cxdash.cli.output import print_json, print_pairs
from cxdash.cli.session import json_option, on_project, session, this_moment
from cxdash.cli.statements import BACKENDS, wrap_statement, write_statement, write_states
from cxdash.edition import Manifest
from cxdash.errors import SettingsError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric, tables_of
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric
from cxdash.refresh.windows import Span
from cxdash.settings import load_settings


@click.command(short_help="What a metric means.")
@click.argument("metric")
@click.option(
    "--sql", type=click.Choice(BACKENDS), help="Print only the SQL a refresh sends to this kind of warehouse."
)
@json_option
@on_project
def explain(metric: str, sql: str | None, as_json: bool) -> None:
    """Explain a METRIC: words, formula, interval, states, sources, target, needed tables, and the SQL of a refresh.

    Works without a project. Where one has published, its own statement, target and time zone are shown.
    """
    found = find_metric(metric)
    manifest = published_manifest()
    facts = _explain(found, manifest)
    if sql:
        if not facts["sql"]:
            raise click.UsageError(f"{found.label} has no SQL of its own: it is computed from {_of(facts)}.")
        click.echo(facts["sql"][sql]["statement"])
    elif as_json:
        print_json(facts)
    else:
        _print(found, facts)


def _explain(metric: Metric, manifest: Manifest | None) -> dict[str, Any]:
    goals = manifest.targets.get("metrics", {}).get(metric.key) if manifest else None
    measure = metric.computation if isinstance(metric.computation, Measure) else None
    offered = (
        manifest.facts[measure.fact].dimensions if manifest and measure and measure.fact in manifest.facts else None
    )
    return {
        "metric": metric.key,
        "label": metric.label,
        "description": metric.description,
        "formula": metric.formula,
        "unit": metric.unit,
        "decimals": metric.decimals,
        "better": "higher" if metric.higher_is_better else "lower",
        "counted": metric.counted,
        "minimum_n": metric.minimum_n,
        "version": metric.version,
        "sources": list(metric.sources),
        "target": goals or None,
        "target_applies_to": metric.target_basis or "value",
        "tables": list(tables_of(metric)),
        "windows": list(metric.windows),
        "maturity_days": measure.maturity if measure else 0,
        "computed_from": _components(metric, manifest),
        "computable": None if manifest is None else metric.key in manifest.metrics,
        "why_not": None if manifest is None else manifest.unsupported.get(metric.key),
        "edition": manifest.edition if manifest else None,
        "backend": manifest.backend if manifest else None,
        "fact": measure.fact if measure else None,
        "dimensions": list(offered if offered is not None else FACTS[measure.fact].dimensions) if measure else [],
        "states": _states(measure) if measure else [],
        "sql": _statements(measure, manifest) if measure else {},
    }


def _components(metric: Metric, manifest: Manifest | None) -> list[str]:
    match metric.computation:
        case Composite():
            return list(manifest.targets.get("health", {}).get("weights", {})) if manifest else []
        case BenchmarkGap():
            return [*metric.computation.of, "benchmarks"]
        case ConsistencyIndex():
            return ["level_consistency", metric.computation.pairs, metric.computation.handoffs]
        case _:
            return []


def _states(measure: Measure) -> list[dict[str, Any]]:
    fact, calendar = FACTS[measure.fact], _windows(None).calendar
    written = {backend: write_states(measure, fact, backend, calendar) for backend in BACKENDS}
    return [
        {"name": state.name, "wide": state.wide, **{backend: written[backend][state.name] for backend in BACKENDS}}
        for state in measure.states
    ]


def _statements(measure: Measure, manifest: Manifest | None) -> dict[str, dict[str, str]]:
    fact = FACTS[measure.fact]
    zone = manifest.timezone if manifest else _configured_zone()
    found = {}
    for backend in BACKENDS:
        if manifest and manifest.backend == backend and fact.name in manifest.facts:
            found[backend] = {
                "origin": f"sent for edition {manifest.edition}",
                "statement": manifest.facts[fact.name].sql,
            }
        else:
            statement = write_statement(fact, backend, zone, _windows(manifest).calendar)
            found[backend] = {"origin": "compiled for tables named as in the contract", "statement": statement}
    return found


def _configured_zone() -> str:
    try:
        return load_settings(session().project).warehouse.timezone
    except SettingsError:
        return "UTC"


def _windows(manifest: Manifest | None) -> Span:
    """The days whose whole months, quarters and years are windows: the edition's, or last year until it has one."""
    if manifest:
        return Span(manifest.first_day, manifest.last_day)
    year = this_moment().year - 1
    return Span(date(year, 1, 1), date(year + 1, 1, 1) - timedelta(days=1))


def _of(facts: dict[str, Any]) -> str:
    return ", ".join(facts["computed_from"]) or "the metrics that have a weight in config/targets.yaml"


def _print(metric: Metric, facts: dict[str, Any]) -> None:
    click.echo(f"{click.style(_(metric.label), bold=True)}  {metric.key}, version {metric.version}")
    click.echo(_(metric.description))
    click.echo()
    goals = facts["target"] or {}
    unit = {
        "points": "points (−100 to +100)",
        "percent": "percent",
        "index": "0 to 100",
        "scale": "mean on its scale",
        "seconds": "seconds",
    }
    print_pairs(
        [
            ("Formula", metric.formula),
            ("Unit", f"{unit[metric.unit]}; {facts['better']} is better"),
            (
                "n counts",
                f"{_(metric.counted)}; fewer than {metric.minimum_n} effective "
                f"{_(metric.minimum_of) if metric.minimum_of else 'ones'} are marked low base"
                if metric.minimum_n
                else _(metric.counted),
            ),
            (
                "Target",
                ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in goals.items() if value is not None),
            ),
            ("Exists by", ", ".join(metric.windows)),
            ("Waits", f"{facts['maturity_days']} days for a day to mature" if facts["maturity_days"] else ""),
            ("Computed from", _of(facts) if not facts["fact"] else ""),
            ("Needs tables", ", ".join(facts["tables"])),
            ("Cut by", ", ".join(facts["dimensions"])),
            ("Not here", facts["why_not"] or ""),
            ("Sources", "; ".join(metric.sources)),
        ]
    )
    if facts["states"]:
        click.echo(
            click.style(f"\nStates of {facts['fact']} (integers, merged by addition; * up to 38 digits)", bold=True)
        )
        assert isinstance(metric.computation, Measure)
        told = {state.name for state in metric.computation.told_states}
        print_pairs([(s["name"] + "*" * s["wide"], s["duckdb"]) for s in facts["states"] if s["name"] in told])
        if metric.computation.tally:
            click.echo(f"  … and every value of {metric.computation.tally} between them.")
    for backend, statement in facts["sql"].items():
        title = f"SQL on {backend}, {statement['origin']}"
        if backend != (facts["backend"] or BACKENDS[0]):
            click.echo(f"\n{title}: cxdash explain {metric.key} --sql {backend}")
            continue
        click.echo(click.style(f"\n{title}", bold=True))
        for line in wrap_statement(statement["statement"]):
            click.echo(f"  {line}")
