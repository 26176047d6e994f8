"""One refresh from end to end: stage, audit, publish; and a record of the attempt whatever comes of it.

Three ends are told apart. *Published* (perhaps with warnings) and *held back* are answers of the audit and returned.
*Failed* means the refresh could not do its work (the warehouse went away, the disk is full); it is recorded and
raised. In the last two cases the edition served so far keeps serving.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from cxdash.edition import Attempt, AttemptOutcome, CheckOutcome, Edition, open_edition
from cxdash.errors import CxdashError, EditionError, RefreshError
from cxdash.refresh.audit import audit_contract, audit_data
from cxdash.refresh.manifest import describe_edition
from cxdash.refresh.policy import check_names
from cxdash.refresh.publishing import (
    STAGING,
    choose_id,
    clear_remains,
    hold_lock,
    publish,
    record,
    remove_old,
    write_durably,
)
from cxdash.refresh.staging import stage
from cxdash.refresh.windows import find_today
from cxdash.settings import Settings, scrub
from cxdash.warehouse import open_warehouse

Progress = Callable[[str, float], None]

LITTLE_ROOM = 1 << 20
"""Bytes; with less than this free, whatever failed failed for want of room."""


def refresh(settings: Settings, *, now: datetime, progress: Progress | None = None) -> Attempt:
    """Publish a new edition of a project, or say why not.

    Args:
        settings: the project.
        now: the moment of the refresh, with a time zone.
        progress: told every step as it begins, and the share of the work that lies behind it, 0 to 1.

    Returns:
        The attempt: published, published with warnings, or held back.

    Raises:
        SettingsError: the configuration names a metric nobody knows.
        RefreshError: another refresh is running, or this one failed; a failure is recorded as an attempt.
    """
    check_names(settings)
    editions = settings.project.editions
    with hold_lock(editions):
        run = None
        try:
            clear_remains(editions)
            run = _Run(settings, choose_id(editions, now), now, progress or _ignore)
            attempt = run.carry_out()
        except Exception as error:
            failure = _explain(error, settings)
            if run is not None:
                run.fail(failure)
            raise failure from error
        if attempt.edition is not None:
            with suppress(OSError):  # what stays now goes next time; the new edition is published
                remove_old(editions, settings.warehouse.keep_editions)
        return attempt


def _ignore(_step: str, _done: float) -> None:
    """Nobody asked for progress."""


class _Run:
    """One refresh that holds the lock: what every step needs to know, and the time each took."""

    def __init__(self, settings: Settings, attempt_id: str, now: datetime, progress: Progress) -> None:
        self.settings = settings
        self.editions = settings.project.editions
        self.id = attempt_id
        self.now = now
        self.today = find_today(now, settings.warehouse.timezone, settings.warehouse.today)
        self.seconds: dict[str, float] = {}
        self.checks: tuple[CheckOutcome, ...] = ()
        self._progress = progress
        self._begun = perf_counter()

    @property
    def staging(self) -> Path:
        return self.editions / f"{STAGING}{self.id}"

    def carry_out(self) -> Attempt:
        """Stage, audit, publish."""
        self.staging.mkdir()
        self._progress("connect", 0.0)
        with self._timed("connect"):
            warehouse = open_warehouse(self.settings)
        with warehouse:
            self._progress("audit contract", 0.02)
            with self._timed("audit contract"):
                self.checks = audit_contract(warehouse)
            if any(check.holds_back for check in self.checks):
                return self._hold_back()
            with self._timed("stage"):
                staged = stage(
                    warehouse,
                    self.staging,
                    today=self.today,
                    first_day=self.settings.warehouse.first_day,
                    progress=self._part(0.1, 0.7),
                )
            self.seconds |= staged.seconds
            self._progress("audit data", 0.7)
            with self._timed("audit data"):
                self.checks += audit_data(warehouse, staged, today=self.today, previous=self._previous())
            if any(check.holds_back for check in self.checks):
                return self._hold_back()
            manifest = describe_edition(
                self.id,
                settings=self.settings,
                warehouse=warehouse,
                staged=staged,
                today=self.today,
                published_at=self.now,
                warnings=[check for check in self.checks if check.passed is False and check.severity == "warning"],
            )
        self._progress("publish", 0.9)
        write_durably(self.staging / "manifest.json", manifest.model_dump_json(indent=1))
        attempt = self._attempt("published_with_warnings" if manifest.warnings else "published", _sum_up(self.checks))
        publish(self.editions, self.staging, attempt, self._part(0.9, 1.0))
        return attempt

    def fail(self, failure: RefreshError) -> None:
        """Remove what was staged (a full disk needs the room) and record the failure, if that is still possible."""
        with suppress(OSError):
            shutil.rmtree(self.staging)
        with suppress(OSError):
            record(self.editions, self._attempt("failed", str(failure)))

    def _previous(self) -> Edition | None:
        """The edition served so far; a damaged one is no reason not to publish a better one."""
        try:
            edition = open_edition(self.editions)
            edition.manifest  # noqa: B018  (read now: a damaged one raises)
        except EditionError:
            return None
        return edition

    def _hold_back(self) -> Attempt:
        attempt = self._attempt("held_back", _sum_up(self.checks))
        record(self.editions, attempt)
        return attempt

    def _attempt(self, outcome: AttemptOutcome, message: str) -> Attempt:
        elapsed = perf_counter() - self._begun
        return Attempt(
            attempt_id=self.id,
            started_at=self.now.astimezone(UTC),
            finished_at=self.now.astimezone(UTC) + timedelta(seconds=elapsed),
            outcome=outcome,
            edition=self.id if outcome in {"published", "published_with_warnings"} else None,
            message=message,
            checks=self.checks,
            seconds={step: round(seconds, 3) for step, seconds in {**self.seconds, "total": elapsed}.items()},
        )

    def _part(self, start: float, stop: float) -> Progress:
        return lambda step, done: self._progress(step, start + (stop - start) * done)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[step] = perf_counter() - start


def _sum_up(checks: Sequence[CheckOutcome]) -> str:
    """One sentence: what held the edition back, or how many warnings it carries."""
    stopping = [check for check in checks if check.holds_back]
    if stopping:
        worst = max(stopping, key=lambda check: (check.passed is False, check.failing))
        found = f"{worst.failing} of {worst.examined} rows" if worst.examined else worst.error or "it does not hold"
        if worst.passed is None:
            found = f"the check could not run: {worst.error}"
        others = f" {len(stopping) - 1} more checks hold it back." if len(stopping) > 1 else ""
        return f"Held back: “{worst.claim}” ({worst.table}: {found}).{others}"
    warnings = [check for check in checks if check.passed is False and check.severity == "warning"]
    if warnings:
        return f"Published with {len(warnings)} warnings, first: “{warnings[0].claim}” ({warnings[0].table})."
    return f"Published; {len(checks)} checks passed."


def _disk_is_full(error: Exception, editions: Path) -> bool:
    """Whether there was no room to write. Libraries hide the error number in words of their own, so ask the disk."""
    words = ("No space left", "File too large", "quota exceeded")
    said: BaseException | None = error
    while said is not None:  # the sentence people read may be cut short before the words that tell
        if isinstance(said, OSError) and said.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return True
        if any(word in str(said) for word in words):
            return True
        said = said.__cause__ or said.__context__
    return shutil.disk_usage(editions).free < LITTLE_ROOM


def _explain(error: Exception, settings: Settings) -> RefreshError:
    """What went wrong, in three sentences without secrets."""
    if isinstance(error, RefreshError):
        return error
    if _disk_is_full(error, settings.project.editions):
        return RefreshError(
            f"The disk that holds {settings.project.editions} is full; nothing was published.",
            known="The edition served so far keeps serving.",
            action="Free some room, or lower keep_editions in config/warehouse.yaml, and refresh again.",
        )
    if isinstance(error, CxdashError):
        return RefreshError(error.problem, known=error.known, action=error.action)
    reason = (str(error).splitlines() or [""])[0]
    with suppress(CxdashError):
        reason = scrub(reason, settings.warehouse_url())
    return RefreshError(
        f"The refresh failed: {type(error).__name__}: {reason}",
        known="The edition served so far keeps serving.",
        action="Correct the cause and refresh again.",
    )
