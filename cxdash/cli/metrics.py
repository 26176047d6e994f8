"""`cxdash metrics`: every metric of the catalogue, and whether the published edition can answer it."""

from __future__ import annotations

import click

from cxdash.cli.output import Field, print_json, print_table
from cxdash.cli.session import json_option, on_project, session
from cxdash.edition import Manifest, open_edition
from cxdash.errors import EditionError
from cxdash.language import _
from cxdash.metrics.catalogue import METRICS, tables_of


def published_manifest() -> Manifest | None:
    """The manifest of the published edition; None where nothing can be read, because metrics exist without it."""
    try:
        return open_edition(session().project.editions).manifest
    except EditionError:
        return None


@click.command(short_help="Every metric.")
@json_option
@on_project
def metrics(as_json: bool) -> None:
    """Every metric: key, unit, which direction is better, and whether this project's data can answer it."""
    manifest = published_manifest()
    if as_json:
        print_json(
            {"edition": manifest.edition if manifest else None, "metrics": [_describe(k, manifest) for k in METRICS]}
        )
        return
    fields = [
        Field("Metric"),
        Field("Name"),
        Field("Unit"),
        Field("Better"),
        Field("Low base below", True),
        Field("Here"),
    ]
    rows = []
    for key, metric in METRICS.items():
        better = "higher" if metric.higher_is_better else "lower"
        here = "" if manifest is None else ("yes" if key in manifest.metrics else manifest.unsupported.get(key, "no"))
        rows.append([key, _(metric.label), metric.unit, better, str(metric.minimum_n or ""), here])
    print_table(fields, rows)
    if manifest is None:
        click.echo("\nNothing has been published here yet, so it is not known which of them this data can answer.")


def _describe(key: str, manifest: Manifest | None) -> dict[str, object]:
    metric = METRICS[key]
    return {
        "metric": key,
        "label": metric.label,
        "unit": metric.unit,
        "decimals": metric.decimals,
        "better": "higher" if metric.higher_is_better else "lower",
        "counted": metric.counted,
        "minimum_n": metric.minimum_n,
        "version": metric.version,
        "tables": list(tables_of(metric)),
        "computable": None if manifest is None else key in manifest.metrics,
        "why_not": None if manifest is None else manifest.unsupported.get(key),
    }
