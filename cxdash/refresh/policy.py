"""Names in the configuration that only a higher floor knows: metrics in targets, health weights and "unsupported".

Settings are read below the catalogue of metrics, so a mistyped metric can only be found here, before anything is
staged. A target nobody ever compares with, or a weight that silently never counts, is a wrong number a month later.
"""

from __future__ import annotations

from datetime import date

from cxdash.errors import CxdashError, SettingsError, nearest
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import parse_period
from cxdash.settings import Settings

ANY_DAY = date(2000, 1, 1)
"""Whether a period can be read does not depend on the day it ends with."""


def check_names(settings: Settings) -> None:
    """Raise `SettingsError` naming every unknown metric, its file and key, and the nearest known one.

    Also refuses a `default_period` that cannot be read.
    """
    targets, warehouse = settings.targets, settings.warehouse
    named = {
        "targets.yaml, metrics": tuple(targets.metrics),
        "targets.yaml, health.weights": tuple(targets.health.weights),
        "targets.yaml, health.critical": tuple(targets.health.critical),
        "warehouse.yaml, unsupported": tuple(warehouse.unsupported),
    }
    strangers = [(place, key) for place, keys in named.items() for key in keys if key not in METRICS]
    if strangers:
        sentences = [f"{place}: there is no metric “{key}”{_guess(key)}." for place, key in strangers]
        raise SettingsError(
            " ".join(sentences),
            known=f"Known metrics: {', '.join(METRICS)}.",
            action="Correct the names and refresh again.",
        )
    if warehouse.default_period is not None:
        try:
            parse_period(warehouse.default_period, last_day=warehouse.today or ANY_DAY)
        except CxdashError as bad:
            raise SettingsError(
                f"warehouse.yaml, default_period: {bad.problem}", known=bad.known, action=bad.action
            ) from bad


def _guess(key: str) -> str:
    guess = nearest(key, METRICS)
    return f"; did you mean “{guess}”?" if guess else ""
