"""The Definitions page says of each metric what the answers do."""

from __future__ import annotations

from datetime import date

import pytest

from cxdash.edition import Edition
from cxdash.metrics.catalogue import METRICS
from cxdash.report.blocks import Definition
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection


@pytest.mark.parametrize("key", ["nps", "health"])
def test_the_minimum_shown_is_the_metrics_own(demo_edition: Edition, key: str) -> None:
    """What is marked low base stands beside the definition, counted in what it counts; never zero."""
    selection = Selection.over("last-4-weeks", last_day=demo_edition.manifest.last_day)
    report = find_page("definitions").build(View(demo_edition, selection, today=date(2026, 11, 21)))
    metric = METRICS[key]
    (found,) = (block for block in report.blocks if isinstance(block, Definition) and block.key == key)
    said = dict(found.lines)["Shown as low base below"]
    assert said == f"{metric.minimum_n} effective {metric.minimum_of or metric.counted}"
    assert metric.minimum_n >= 30
