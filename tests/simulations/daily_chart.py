"""The daily chart: false alarms in quiet times and days to find a fall, against simpler charts (methods 8.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxdash.statistics.arrays import divide
from cxdash.statistics.daily_chart import DailyChart, chart_nps, chart_proportion
from cxdash.statistics.intervals import nps_value, nps_variance
from cxdash.statistics.monitoring import EWMA_LIMIT, ewma, laney_nps, xmr
from tests.simulations.tables import Cell, Table

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SERIES, FALLING = 4000, 1000
BASELINE, MONITORED, FALL = 84, 56, 0.12


@dataclass(frozen=True)
class Setting:
    """A quiet company: answers on weekdays and weekend days, and how its true level moves.

    Attributes:
        weekday: answers from Monday to Friday; weekend: on Saturday and Sunday.
        extra: standard deviation of the true level from day to day, points.
        effect: how much the weekend differs, points.
        level: NPS with 30 % passives or, with `share`, a proportion.
        memory: correlation of one day's true level with the next.
        drawn: whether the number of answers itself is random (Poisson).
    """

    weekday: float
    weekend: float
    extra: float = 0.0
    effect: float = 0.0
    level: float = 0.30
    share: bool = False
    memory: float = 0.0
    drawn: bool = False
    baseline: int = BASELINE

    @property
    def name(self) -> str:
        """As in the table of the methods, with what is different."""
        kind = f"{100 * self.level:.0f} % " if self.share else ""
        text = f"{kind}{self.weekday:g}/{self.weekend:g}, {self.extra:g}, {self.effect:g}"
        text += f", {self.baseline // 7} weeks" if self.baseline != BASELINE else ""
        text += ", random n" if self.drawn else ""
        return text + (f", memory {self.memory:g}" if self.memory else "")


METHODS_TABLE = (
    Setting(60, 60),
    Setting(80, 15),
    Setting(80, 15, extra=5),
    Setting(800, 150, extra=5),
    Setting(80, 15, effect=-8),
    Setting(800, 150, extra=3, effect=-8),
)
"""The six settings of methods 8.1."""

PROMISED = (
    *METHODS_TABLE,
    Setting(800, 150, extra=3, effect=-8, baseline=56),
    Setting(80, 15, extra=5, baseline=91, drawn=True),
    Setting(12, 4, baseline=91, drawn=True),
    Setting(80, 15, extra=3, level=0.80, share=True, drawn=True),
    Setting(800, 150, extra=3, effect=-4, level=0.80, share=True, drawn=True),
    Setting(80, 15, extra=2, level=0.92, share=True, drawn=True),
    Setting(80, 15, level=0.02, share=True, drawn=True),
)
"""Where the chart must keep its promise."""

BEYOND = (
    Setting(400, 150, extra=1, level=0.06, share=True, drawn=True),
    Setting(80, 15, extra=5, memory=0.5),
    Setting(800, 150, extra=5, memory=0.5),
)
"""Where its assumptions fail: a day-to-day variation that is large for so rare a share, and days that hang together."""


def quiet_counts(setting: Setting, rng: np.random.Generator, series: int, fall: float = 0.0) -> list[Floats]:
    """Counts of each day, (series, days): d, m, p or, for a share, x and n; the level falls as monitoring begins."""
    days = np.arange(setting.baseline + MONITORED)
    weekend = days % 7 >= 5
    n = np.broadcast_to(np.where(weekend, setting.weekend, setting.weekday), (series, days.size))
    n = rng.poisson(n) if setting.drawn else n.astype(int)
    steps = rng.normal(size=(series, days.size))
    for day in days[1:]:
        steps[:, day] = setting.memory * steps[:, day - 1] + np.sqrt(1 - setting.memory**2) * steps[:, day]
    level = setting.level + (setting.effect * weekend + setting.extra * steps) / 100 - fall * (days >= setting.baseline)
    if setting.share:
        return [rng.binomial(n, np.clip(level, 0, 1)).astype(float), n.astype(float)]
    passives = np.full(level.shape, 0.30)
    shares = np.clip(np.stack([(0.70 - level) / 2, passives, (0.70 + level) / 2], axis=-1), 0, None)
    counts = rng.multinomial(n, shares / shares.sum(axis=-1, keepdims=True))
    return [counts[..., kind].astype(float) for kind in range(3)]


def chart(setting: Setting, counts: list[Floats]) -> DailyChart:
    """The default chart."""
    weekday = np.arange(counts[0].shape[1]) % 7
    draw = chart_proportion if setting.share else chart_nps
    return draw(*counts, weekday, baseline=setting.baseline)


def began(alarm: Flags) -> Flags:
    """The days on which an alarm starts, out of days in alarm."""
    quiet_before = np.concatenate([np.ones((len(alarm), 1), dtype=bool), ~alarm[:, :-1]], axis=1)
    return alarm & quiet_before


def _individuals(d: Floats, m: Floats, p: Floats) -> Floats:
    y = nps_value(d, m, p)
    learnt = xmr(y[:, :BASELINE])
    return divide(y - learnt.centre[:, None], learnt.mr_bar[:, None] / 1.128)


def _plain(d: Floats, m: Floats, p: Floats) -> Floats:
    """Z against the pooled NPS with nothing but sampling error: what a p-chart does."""
    pooled = [count[:, :BASELINE].sum(axis=1) for count in (d, m, p)]
    sigma = np.sqrt(divide(nps_variance(*pooled)[:, None], d + m + p))
    return divide(nps_value(d, m, p) - nps_value(*pooled)[:, None], sigma)


def _laney(d: Floats, m: Floats, p: Floats) -> Floats:
    learnt = laney_nps(*(count[:, :BASELINE] for count in (d, m, p)))
    return divide(_plain(d, m, p), learnt.sigma_z[:, None])


def _seasonal_naive(d: Floats, m: Floats, p: Floats) -> Floats:
    """Against the same day a week before, in mean moving ranges of such differences."""
    y = nps_value(d, m, p)
    step = np.full(y.shape, np.nan)
    step[:, 7:] = y[:, 7:] - y[:, :-7]
    return divide(step, xmr(step[:, :BASELINE]).mr_bar[:, None] / 1.128)


def _weekday_plain(d: Floats, m: Floats, p: Floats) -> Floats:
    return chart_nps(d, m, p, np.arange(d.shape[1]) % 7, baseline=BASELINE).z


SIMPLER: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "XmR": _individuals,
    "plain z": _plain,
    "Laney NPS′": _laney,
    "seasonal naive": _seasonal_naive,
    "weekday + τ², limits 3 and 2.86": _weekday_plain,
}


def _first(alarm: Flags) -> str:
    """Median day on which the first alarm comes, counted from the fall."""
    median = np.median(np.where(alarm.any(axis=1), alarm.argmax(axis=1) + 1, np.inf))
    return f"{median:.0f}" if median <= 28 else "> 28"


def per_thousand(alarm: Flags) -> float:
    """Of 1,000 quiet days."""
    return 1000 * float(alarm.mean())


def error(alarm: Flags) -> float:
    """Monte Carlo standard error of `per_thousand`: series are independent, days of one series are not."""
    return 1000 * float(alarm.mean(axis=1).std(ddof=1)) / np.sqrt(len(alarm))


def _row(setting: Setting, name: str, quiet: tuple[Flags, Flags], falling: tuple[Flags, Flags]) -> tuple[Cell, ...]:
    spike, drift = (rule[:, setting.baseline :] for rule in quiet)
    found_spike, found_drift = (rule[:, setting.baseline :] for rule in falling)
    either = began(spike | drift)
    return (
        setting.name,
        name,
        f"{per_thousand(spike):.1f}",
        f"{per_thousand(began(drift)):.1f}",
        f"{per_thousand(drift):.1f}",
        f"{per_thousand(either):.1f}",
        f"{error(either):.2f}",
        _first(found_drift),
        _first(found_spike | found_drift),
    )


def _rules(z: Floats, start: int) -> tuple[Flags, Flags]:
    """Three standard deviations, and the EWMA of the monitored days at its usual limit."""
    smoothed, limit = ewma(z[:, start:], limit=EWMA_LIMIT)
    drift = np.zeros(z.shape, dtype=bool)
    drift[:, start:] = np.abs(smoothed) > limit
    return np.abs(z) > 3, drift


def study() -> Table:
    """Every chart in the settings of the methods, and the default one in more."""
    rows = []
    for number, setting in enumerate((*PROMISED, *BEYOND)):
        rng = np.random.default_rng(81 + number)
        quiet, falling = quiet_counts(setting, rng, SERIES), quiet_counts(setting, rng, FALLING, FALL)
        if setting in METHODS_TABLE:
            for name, score in SIMPLER.items():
                rows.append(_row(setting, name, _rules(score(*quiet), BASELINE), _rules(score(*falling), BASELINE)))
        drawn, found = chart(setting, quiet), chart(setting, falling)
        promised = "**default**" if setting in PROMISED else "default, no promise"
        rows.append(_row(setting, promised, (drawn.spike, drawn.drift), (found.spike, found.drift)))
    about = (
        f"{SERIES:,} quiet series of {BASELINE} baseline and {MONITORED} monitored days, and {FALLING:,} whose "
        "level falls by 12 points (percentage points) on the first monitored day. A setting is answers on "
        "weekdays/weekend days, standard deviation of the true level from day to day and effect of the weekend, "
        "both in points; NPS 30 with 30 % passives unless a share is given. “Memory” is the correlation of one "
        "day's true level with the next: days that hang together break every chart's assumption, and the share "
        "of 6 % varies by a sixth of itself from day to day, which is skewed; both are shown without a "
        "promise.\n\nFalse alarms are counted per 1,000 quiet days: days beyond the single-day limit; alarms of "
        "the EWMA, which stay for days, as alarms *started* and as days in alarm; and alarms started by either "
        "rule, with the Monte Carlo error of that number. The promise is at most 5 of the latter. The usual "
        "limits (3 and 2.86) break it as soon as true levels vary, because the spread is estimated; the default "
        "widens both by Student's t and puts the EWMA's at 3.0. The price is in the last columns: the median day "
        "on which the fall is found, by the EWMA and by either rule. Simpler charts use 3 and 2.86."
    )
    columns = (
        "setting",
        "chart",
        "one day beyond",
        "EWMA alarms",
        "days in EWMA alarm",
        "alarms of both",
        "± MC",
        "fall found by EWMA, day",
        "by either",
    )
    return Table("daily_chart", "The daily chart: false alarms and detection", about, columns, tuple(rows))
