"""Nothing goes out on failed or stale data, and who waits is told honestly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cxdash.edition import Attempt, CheckOutcome, Manifest
from cxdash.faces.mail import Verdict, compose_held_back, deliverable, held_back_report, render_html, render_text
from cxdash.report.blocks import Table
from tests.faces.conformance import Page, squeeze

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


def manifest(last_day: date = date(2026, 11, 1)) -> Manifest:
    return Manifest(
        edition="20261101T060000Z-aaaa",
        published_at=NOW,
        company="Nordlicht",
        code_version="0.1",
        timezone="UTC",
        backend="duckdb",
        today=last_day,
        first_day=date(2024, 11, 1),
        last_day=last_day,
        tables=(),
        facts={},
        metrics=(),
        unsupported={},
        notes=(),
        targets={},
    )


def outcome(passed: bool | None, severity: Any = "critical", **more: Any) -> CheckOutcome:
    given = {
        "check_id": "responses.unique",
        "claim": "Every response has its own id",
        "theme": "rows",
        "table": "responses",
        "severity": severity,
        "owner": "data@example.com",
        "passed": passed,
        "failing": 1234,
        "examined": 98765,
    }
    return CheckOutcome(**{**given, **more})


def attempt(result: Any, *checks: CheckOutcome) -> Attempt:
    return Attempt(
        attempt_id="20261102T060000Z-bbbb",
        started_at=NOW,
        finished_at=NOW,
        outcome=result,
        edition=None,
        message="",
        checks=checks,
    )


@pytest.mark.parametrize(
    ("latest", "reason"),
    [
        (None, ""),
        (attempt("published"), ""),
        (attempt("published_with_warnings", outcome(False, "warning")), ""),
        (attempt("held_back", outcome(False)), "held back"),
        (attempt("held_back"), "held back"),
        (attempt("failed"), "refresh failed"),
        (attempt("published", outcome(False)), "held back"),
        (attempt("published_with_warnings", outcome(None, "info")), "held back"),
    ],
)
def test_the_latest_refresh_decides(latest: Attempt | None, reason: str) -> None:
    """Held back and failed refreshes stop a snapshot, and so does a critical check however the attempt is called."""
    verdict = deliverable(latest, manifest(), today=TODAY)
    assert verdict.reason == reason
    assert verdict.deliver is (reason == "")
    assert bool(verdict.text) is bool(reason)


@pytest.mark.parametrize(("behind", "deliver"), [(0, True), (1, True), (3, True), (4, False), (400, False)])
def test_stale_data_does_not_go_out(behind: int, deliver: bool) -> None:
    """Data may be three days behind by default, no more; the sentence says how far."""
    verdict = deliverable(attempt("published"), manifest(TODAY - timedelta(days=behind)), today=TODAY)
    assert verdict.deliver is deliver
    if not deliver:
        assert verdict.reason == "stale"
        assert f"{behind} days ago" in verdict.text
    assert deliverable(None, manifest(TODAY - timedelta(days=behind)), today=TODAY, stale_after=behind).deliver


def test_nothing_published_is_nothing_to_send() -> None:
    """Without an edition there is no snapshot, whatever the last attempt says."""
    assert deliverable(attempt("published"), None, today=TODAY).reason == "nothing published"


def held(for_owner: bool, **more: Any) -> str:
    samples = tuple(
        {"response_id": f"R-{i}", "comment": "<script>x</script>", "customer_id": f"C-{i}"} for i in range(30)
    )
    latest = attempt(
        "held_back",
        outcome(False, samples=samples),
        outcome(None, claim="Scores are on their scale", check_id="scale", failing=0, error="connection lost"),
        outcome(False, "warning", claim="A mere warning", check_id="w"),
    )
    verdict = deliverable(latest, manifest(), today=TODAY)
    report = held_back_report(
        verdict, latest, manifest(), company="Nordlicht", title="Weekly CX", for_owner=for_owner, **more
    )
    html = render_html(report, link_base="https://cx.example.com")
    text = render_text(report, link_base="https://cx.example.com")
    words = squeeze("".join(Page.parse(html).text))
    for part in (words, squeeze(text)):
        assert "“Weekly CX” was held back. The last good data is of Nov 1, 2026." in part
        assert "2 critical checks did not pass." in part
        assert "Every response has its own id" in part
        assert "1,234 of 98,765" in part
        assert "could not run" in part
        assert "A mere warning" not in part
        assert "20261101T060000Z-aaaa" in part
    assert not [tag for tag, _found in Page.parse(html).tags if tag == "script"]
    return words


def test_recipients_get_the_line_and_the_reason() -> None:
    """When, why, and how many; but no rows, which may hold personal data."""
    words = held(for_owner=False)
    assert "R-1" not in words
    assert "connection lost" not in words


def test_owners_get_the_rows() -> None:
    """At most twenty offending rows, and how many there are."""
    words = held(for_owner=True)
    assert "R-0" in words
    assert "R-19" in words
    assert "R-20" not in words
    assert "20 of 1,234 rows" in words
    assert "connection lost" in words


def test_stale_and_failed_are_said_as_such() -> None:
    """Where no check failed there is no table of checks, but still the reason."""
    for latest, old in ((attempt("failed"), 1), (attempt("published"), 9), (None, 9)):
        published = manifest(TODAY - timedelta(days=old))
        verdict = deliverable(latest, published, today=TODAY)
        report = held_back_report(verdict, latest, published, company="N", title="W", for_owner=True)
        assert not [block for block in report.blocks if isinstance(block, Table)]
        assert verdict.text in render_text(report, link_base="https://h.example")


def test_the_message_says_it_in_its_subject() -> None:
    """Whoever reads only the subject knows that no figures came and how old the last good ones are."""
    verdict = Verdict("refresh failed", "The latest refresh could not run to its end.")
    made = compose_held_back(
        verdict,
        None,
        manifest(),
        company="N",
        title="Weekly CX",
        link_base="https://h.example",
        sender="cx@example.com",
        recipient="anna@example.org",
        sent_at=NOW,
    )
    assert made["Subject"] == "Held back: Weekly CX. The last good data is of Nov 1, 2026."
    nothing = held_back_report(verdict, None, None, company="N", title="W")
    assert "no good data yet" in nothing.subject
