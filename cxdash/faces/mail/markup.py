"""A report as HTML that mail readers understand: blocks → MJML → tables and inline styles.

MJML knows the tricks mail readers need (Outlook's tables, the hidden preview line); it also writes our classes into the
elements. The result is complete without its style sheet, without pictures and without colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import mrml

from cxdash.errors import DeliveryError
from cxdash.faces.charts.pictures import chart_png
from cxdash.faces.charts.tokens import tokens
from cxdash.faces.mail.described import describe, has_marks, rows_words
from cxdash.faces.mail.links import Links
from cxdash.faces.mail.pieces import Picture, Pieces
from cxdash.faces.mail.style import font, inline_style, sheet_style
from cxdash.faces.mail.wording import one_line, say
from cxdash.language import _, direction
from cxdash.report.blocks import (
    Bars,
    Block,
    Brief,
    Chart,
    Contributions,
    Definition,
    Dots,
    Flow,
    Footer,
    Headline,
    Heatmap,
    Link,
    Notice,
    Panels,
    Report,
    Rows,
    Section,
    Table,
    Tiles,
    Trend,
)

MOST_BYTES = 100_000
"""Size at which mail readers cut a message off."""

WIDTH, DRAWN = 552, 460
"""Charts are shown 552 px wide but drawn for 460, so that their type can still be read on a phone."""

ROWS = (25, 12, 6, 3)
"""Most rows of a table that are tried, until the mail fits; with the shorter ones, statements, then details of
definitions, are left to the app."""


@dataclass(frozen=True)
class Markup:
    """A drawn report: its HTML, and the pictures it refers to by Content-ID."""

    html: str
    pictures: tuple[Picture, ...]


def draw(report: Report, links: Links, *, reason: str = "", unsubscribe: str = "") -> Markup:
    """The report as HTML of at most `MOST_BYTES`; long tables are cut and lead to the app.

    Args:
        report: what to draw, in the language that is spoken at the moment.
        links: where the app is.
        reason: why the reader gets this.
        unsubscribe: address at which they can stop it.

    Raises:
        DeliveryError: when even the shortest tables leave it too large.
    """
    size = 0
    for rows in ROWS:
        pieces = Pieces(links, direction(report.language) == "rtl", rows)
        html = _render(_document(report, pieces, reason, unsubscribe))
        size = len(html.encode())
        if size <= MOST_BYTES:
            return Markup(html, tuple(pieces.pictures))
    raise DeliveryError(
        f"The snapshot of “{report.title}” is too large for a mail.",
        known=f"Without pictures it has {size // 1000} kB; mail readers cut off at {MOST_BYTES // 1000} kB.",
        action="Choose a page with fewer tables, or filter it.",
    )


def _render(mjml: str) -> str:
    # fonts={}: MJML would otherwise link to a font service
    return mrml.to_html(mjml, render_options=mrml.RenderOptions(disable_comments=True, fonts={})).content


def _document(report: Report, pieces: Pieces, reason: str, unsubscribe: str) -> str:
    light = tokens("light")
    headline = next((b for b in report.blocks if isinstance(b, Headline)), Headline(report.subject))
    blocks = [_draw_block(block, report, pieces) for block in report.blocks]
    if not any(isinstance(block, Footer) for block in report.blocks):
        blocks.append(_draw_block(Footer(((_("Edition"), report.edition),)), report, pieces))
    parts = [_masthead(report, pieces), *blocks, _closing(report, pieces, reason, unsubscribe)]
    body = "".join(f"<mj-text>{part}</mj-text>" for part in parts if part)
    side = f'direction="{"rtl" if pieces.rtl else "ltr"}"'
    return (
        f'<mjml lang="{say(report.language)}" dir="{direction(report.language)}"><mj-head>'
        f"<mj-title>{say(one_line(report.subject))}</mj-title>"
        f"<mj-preview>{say(one_line(headline.detail or headline.text))}</mj-preview>"
        "<mj-raw>"
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        "</mj-raw>"
        f'<mj-attributes><mj-all font-family="{font(light)}"/>'
        f'<mj-text align="{pieces.start}" color="{light.ink}" padding="12px 24px" font-size="16px" line-height="24px"/>'
        "</mj-attributes>"
        f'<mj-style inline="inline">{inline_style()}</mj-style><mj-style>{sheet_style()}</mj-style>'
        f'</mj-head><mj-body width="600px" background-color="{light.paper}" css-class="page">'
        f'<mj-section padding="12px 0 24px" {side}><mj-column {side}>{body}</mj-column></mj-section></mj-body></mjml>'
    )


def _masthead(report: Report, pieces: Pieces) -> str:
    view = pieces.anchor(_("Open this view"), Link(report.key, report.query))
    name = f'<span class="strong ink">{pieces.words(report.company)}</span> · {pieces.words(report.title)}'
    return (
        '<table role="presentation" class="wide" cellpadding="0"><tr>'
        f'<td class="note muted" align="{pieces.start}">{name}</td>'
        f'<td class="note" align="{pieces.finish}" style="white-space:nowrap">{view}</td></tr></table>'
    )


def _closing(report: Report, pieces: Pieces, reason: str, unsubscribe: str) -> str:
    view = pieces.anchor(_("Open this view in the app"), Link(report.key, report.query), "paper-ink strong")
    stop = f' <a class="accent" href="{say(unsubscribe)}">{say(_("Stop these mails"))}</a>' if unsubscribe else ""
    why = f'<p class="note muted" style="margin-top:16px">{pieces.words(reason)}{stop}</p>' if reason or stop else ""
    return (
        '<table role="presentation" cellpadding="0"><tr>'
        f'<td class="button on-accent text"><span class="text">{view}</span></td></tr></table>{why}'
    )


def _draw_block(block: Block, report: Report, pieces: Pieces) -> str:
    match block:
        case Headline():
            return pieces.paragraph(block.text, "headline ink", "h1") + pieces.paragraph(block.detail, "text muted gap")
        case Brief():
            sentences = "".join(pieces.paragraph(sentence, "text ink gap") for sentence in block.sentences)
            return pieces.paragraph(block.title, "section ink", "h2") + sentences
        case Section():
            rule = '<div class="line over" style="height:12px;font-size:0">&nbsp;</div>'
            return (
                rule + pieces.paragraph(block.title, "section ink", "h2") + pieces.paragraph(block.text, "text muted")
            )
        case Notice():
            return pieces.notice(block)
        case Tiles():
            return pieces.tiles(block.tiles)
        case Table():
            return pieces.table(block, Link(report.key, report.query))
        case Trend() | Dots() | Bars() | Panels() | Heatmap() | Flow() | Contributions():
            return _draw_chart(block, pieces)
        case Rows():
            return _draw_rows(block, pieces, Link(report.key, report.query))
        case Definition():
            return _draw_definition(block, pieces, Link(report.key, report.query))
        case Footer():
            return f'<div class="line over" style="height:12px;font-size:0">&nbsp;</div>{pieces.pairs(block.lines)}'
        case _:
            assert_never(block)


def _draw_rows(block: Rows, pieces: Pieces, view: Link) -> str:
    """How many rows there are and where: what single people said stays in the app, where the policy is asked."""
    text, leads = rows_words(block)
    said = pieces.anchor(text, view) if leads else pieces.words(text)
    return pieces.paragraph(block.title, "title ink", "h3") + f'<p class="text ink">{said}</p>'


def _draw_chart(block: Chart, pieces: Pieces) -> str:
    head = pieces.paragraph(block.title, "title ink", "h3") + pieces.paragraph(block.subtitle, "note muted")
    if not has_marks(block):
        return head + pieces.paragraph(block.summary, "text ink gap")
    png = chart_png(block, width=DRAWN, titled=False, scale=2 * WIDTH / DRAWN)
    picture = pieces.picture(block.key, png, describe(block), WIDTH)
    return f'{head}<div class="mat" style="margin-top:8px">{picture}</div>'


def _draw_definition(block: Definition, pieces: Pieces, view: Link) -> str:
    formula = f'<p class="note ink gap" dir="ltr">{say(block.formula)}</p>' if block.formula else ""
    sql = f'<div class="sql panel ink gap" dir="ltr" align="left">{say(block.sql)}</div>' if block.sql else ""
    if sql and pieces.rows < ROWS[1]:
        sql = f'<p class="note gap">{pieces.anchor(_("The statement behind it, in the app"), view)}</p>'
    head = pieces.paragraph(block.label, "title ink", "h3") + pieces.paragraph(block.description, "text ink")
    if pieces.rows == ROWS[-1]:
        return head + formula
    return f"{head}{formula}{pieces.pairs(block.lines)}{sql}"
