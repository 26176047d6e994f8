"""`cxdash snapshot`: a page as a mail, to look at or to send; and no figures when nobody can vouch for them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from cxdash.cli.asking import Condition, select
from cxdash.cli.output import print_json
from cxdash.cli.session import json_option, on_project, session, this_moment
from cxdash.edition import Attempt, Edition, attempts, open_edition
from cxdash.errors import DeliveryError, EditionError
from cxdash.faces.mail import SmtpServer, Verdict, compose, compose_held_back, deliverable, send, write_preview
from cxdash.language import speaking
from cxdash.refresh.windows import find_today
from cxdash.report.blocks import Report
from cxdash.report.pages import Page, find_page
from cxdash.report.view import View
from cxdash.selection import COMPARISONS, DEFAULT_COMPARISON, DEFAULT_PERIOD, Comparison
from cxdash.settings import Settings, load_settings

HELD_BACK = 4
APP = "http://127.0.0.1:8501"

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group(short_help="A page as mail.")
def snapshot() -> None:
    """A page of the published edition as mail: look at it, or send it."""


def _view_options(function: Function) -> Function:
    options = (
        click.option(
            "--period",
            metavar="TEXT",
            help=f"Days, in words or dates. Default: what pages open with ({DEFAULT_PERIOD}).",
        ),
        click.option(
            "--where", multiple=True, type=Condition(), help="Only these rows. Repeat it, or list values with commas."
        ),
        click.option(
            "--compare",
            type=click.Choice(COMPARISONS),
            help=f"What changes are measured against. Default: what pages compare with ({DEFAULT_COMPARISON}).",
        ),
        click.option("--language", metavar="CODE", help="Language of the reader. Default: the project's."),
        click.option("--link-base", metavar="URL", default=APP, show_default=True, help="Where readers reach the app."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@snapshot.command()
@click.argument("page", metavar="REPORT")
@click.option(
    "--to",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html, .txt or .eml.",
)
@_view_options
@json_option
@on_project
def preview(
    page: str,
    file: Path,
    period: str | None,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    compare: str | None,
    language: str | None,
    link_base: str,
    as_json: bool,
) -> None:
    """Write the mail of REPORT (overview, channels, benchmarks, …) to a file. Says when it would not be sent now."""
    chosen = find_page(page)
    state = _look(load_settings(session().project))
    if state.edition is None:
        raise EditionError(
            "Nothing has been published yet, so there is nothing to show.", action="Run “cxdash refresh”."
        )
    report = _report(state.edition, state, chosen, period, where, compare, language)
    try:
        write_preview(report, file, link_base=link_base, sender=_default_sender(None), sent_at=state.now)
    except OSError as error:
        raise DeliveryError(
            f"{file} cannot be written: {error.strerror or error}.", action="Choose another file."
        ) from None
    if as_json:
        print_json(
            {
                "file": file,
                "subject": report.subject,
                "edition": state.edition.id,
                "held_back": state.verdict.text or None,
            }
        )
        return
    click.echo(f"Wrote {file}: {report.subject}")
    if not state.verdict.deliver:
        click.echo(f"It would be held back now: {state.verdict.text}", err=True)


@snapshot.command("send", epilog="Exit codes: 0 sent · 4 held back, nothing sent · 1 not taken by the mail server.")
@click.argument("page", metavar="REPORT")
@click.option(
    "--to",
    "recipients",
    required=True,
    multiple=True,
    metavar="ADDRESS",
    help="Recipient; repeat it. Everybody gets a message of their own.",
)
@click.option(
    "--smtp",
    metavar="URL",
    default="env:CXDASH_SMTP_URL",
    show_default=True,
    help="Mail server: smtp://…, smtps://… or env:NAME. Keep passwords in the environment.",
)
@click.option(
    "--from", "sender", metavar="ADDRESS", help="Sender. Default: the mail server's user, or cxdash@ this machine."
)
@click.option(
    "--owner",
    "owners",
    multiple=True,
    metavar="ADDRESS",
    help="Who is told, with the offending rows, when it is held back.",
)
@_view_options
@json_option
@on_project
@click.pass_context
def send_(
    ctx: click.Context,
    page: str,
    recipients: tuple[str, ...],
    smtp: str,
    sender: str | None,
    owners: tuple[str, ...],
    period: str | None,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    compare: str | None,
    language: str | None,
    link_base: str,
    as_json: bool,
) -> None:
    """Send REPORT to every ADDRESS, unless the data was held back or is stale: then nothing goes to them."""
    chosen = find_page(page)
    settings = load_settings(session().project)
    server = SmtpServer.parse(smtp)
    origin = sender or _default_sender(server.user)
    state = _look(settings)
    if not state.verdict.deliver or state.edition is None:
        last_good = state.edition.manifest if state.edition else None
        spoken = language or settings.warehouse.language
        messages = [
            compose_held_back(
                state.verdict, state.attempt, last_good,
                company=settings.warehouse.company, title=chosen.title, link_base=link_base, sender=origin,
                recipient=owner, sent_at=state.now, language=spoken, for_owner=True,
            )
            for owner in owners
        ]  # fmt: skip
        _finish(ctx, page, _hand_over(messages, server), held_back=state.verdict, as_json=as_json)
        return
    report = _report(state.edition, state, chosen, period, where, compare, language)
    messages = [
        compose(
            report, link_base=link_base, sender=origin, recipient=recipient, sent_at=state.now,
            key="\n".join((page, report.edition, repr(report.query), report.language, recipient)),
        )
        for recipient in recipients
    ]  # fmt: skip
    _finish(ctx, page, _hand_over(messages, server), held_back=None, as_json=as_json)


@dataclass(frozen=True)
class _State:
    """What decides whether a snapshot may go out, looked at once."""

    now: datetime
    today: date
    edition: Edition | None
    attempt: Attempt | None
    verdict: Verdict


def _look(settings: Settings) -> _State:
    now = this_moment()
    today = find_today(now, settings.warehouse.timezone, settings.warehouse.today)
    editions = settings.project.editions
    try:
        edition: Edition | None = open_edition(editions)
    except EditionError:
        edition = None
    recorded = attempts(editions, 1)
    attempt = recorded[0] if recorded else None
    with speaking(settings.warehouse.language):
        verdict = deliverable(attempt, edition.manifest if edition else None, today=today)
    return _State(now, today, edition, attempt, verdict)


def _report(
    edition: Edition,
    state: _State,
    page: Page,
    period: str | None,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    compare: str | None,
    language: str | None,
) -> Report:
    selection = select(
        edition, period=period, start=None, end=None, where=where, compare=cast("Comparison | None", compare)
    )
    with speaking(language or edition.manifest.language):
        return page.build(View(edition, selection, tuple(attempts(edition.folder.parent)), state.today))


def _default_sender(user: str | None) -> str:
    return user if user and "@" in user else f"cxdash@{socket.gethostname()}"


def _hand_over(messages: list[Any], server: SmtpServer) -> list[dict[str, Any]]:
    """Send every message; a refusal of one does not keep the others."""
    results: list[dict[str, Any]] = []
    for message in messages:
        result: dict[str, Any] = {"to": str(message["To"]), "message_id": str(message["Message-ID"])}
        try:
            send(message, server)
            results.append({**result, "sent": True, "problem": None, "temporary": None})
        except DeliveryError as refused:
            temporary = getattr(refused, "temporary", False)
            results.append({**result, "sent": False, "problem": str(refused), "temporary": temporary})
    return results


def _finish(
    ctx: click.Context, page: str, results: list[dict[str, Any]], *, held_back: Verdict | None, as_json: bool
) -> None:
    """Say what became of every message and end with the code for it."""
    if as_json:
        reason = {"reason": held_back.reason, "text": held_back.text} if held_back else None
        print_json({"report": page, "held_back": reason, "messages": results})
    else:
        if held_back:
            click.echo(
                f"{click.style('✗', fg='red')} Held back, nothing was sent to the recipients: {held_back.text}",
                err=True,
            )
        for result in results:
            if result["sent"]:
                click.echo(f"{'Told' if held_back else 'Sent to'} {result['to']}.")
            else:
                click.echo(f"{click.style('✗', fg='red')} {result['to']}: {result['problem']}", err=True)
    if held_back:
        ctx.exit(HELD_BACK)
    ctx.exit(0 if all(result["sent"] for result in results) else 1)
