"""`cxdash rows`: the rows behind a number, to a file, with the flags from which the number can be recomputed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from cxdash.answers.rows import open_rows
from cxdash.answers.rows_basis import computed_from
from cxdash.cli.asking import period_options, select
from cxdash.cli.session import on_project, session
from cxdash.edition import attempts, open_edition
from cxdash.errors import SelectionError
from cxdash.faces.export.csv_file import write_csv
from cxdash.faces.export.xlsx_file import write_xlsx
from cxdash.language import speaking
from cxdash.metrics.catalogue import find_metric
from cxdash.report.passport import said_of
from cxdash.report.view import View

EPILOG = """\b
cxdash rows nps --out nps.csv
cxdash rows csat --where channel=phone --period 2026-Q3 --out csat.xlsx
cxdash rows health --part churn --out churn.csv

\b
Each row carries flags, one column for each state of the metric: their sums, put
into the formula (cxdash explain METRIC), are the number that cxdash answer gives.
A column that ends in _bin is a histogram: each of its values is a state.
CSV is written as it is read, any number of rows; a sheet holds 1,048,575."""


@click.command(short_help="The rows behind a number, as a file.", epilog=EPILOG)
@click.argument("metric")
@click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help=".csv or .xlsx")
@click.option("--part", default="", metavar="METRIC", help="Of a number computed from others, whose rows are meant.")
@period_options
@click.option("--edition", "edition_id", metavar="ID", help="A kept edition instead of the published one.")
@on_project
def rows(
    metric: str,
    target: Path,
    part: str,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    start: date | None,
    end: date | None,
    period: str | None,
    edition_id: str | None,
) -> None:
    """Write the rows that a METRIC's value rests on to a file."""
    kind = target.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise click.BadParameter(f"“{target.name}” ends neither in .csv nor in .xlsx.", param_hint="--out")
    editions = session().project.editions
    edition = open_edition(editions, edition_id)
    selection = select(edition, period=period, start=start, end=end, where=where)
    parts = computed_from(edition, find_metric(metric))
    if parts and not part:
        raise SelectionError(
            f"{metric} is computed from other metrics and has no rows of its own.",
            known=f"Computed from {', '.join(parts)}.",
            action=f"Say whose rows are meant, for example --part {parts[0]}.",
        )
    with speaking(edition.manifest.language):
        opened = open_rows(edition, metric, selection, part=part)
        view = View(edition, selection, tuple(attempts(editions)))
        unfinished = target.with_name(f".{target.name}.part")
        try:
            with unfinished.open("wb") as out:
                if kind == ".csv":
                    written = write_csv(opened, out)
                else:
                    written = write_xlsx(opened, said_of(view, opened.basis.metric), out)
            unfinished.replace(target)
        except OSError as bad:
            raise SelectionError(
                f"{target} could not be written: {bad.strerror or bad}.", action="Name a folder that can be written to."
            ) from bad
        finally:
            unfinished.unlink(missing_ok=True)
    click.echo(f"{written:,} rows of {opened.basis.metric}, {opened.basis.period}, in {target}")
