"""The mail's building parts: paragraph, picture, table, tile. Everything printed is escaped here.

Attributes are kept short because a mail reader cuts a message off at about 100 kB: colours and sizes are classes that
are written out once per element.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cxdash.faces.charts.pictures import spark_png
from cxdash.faces.mail.links import Links
from cxdash.faces.mail.tables import draw_cards, draw_grid, fits
from cxdash.faces.mail.wording import isolate, say
from cxdash.language import _
from cxdash.report.blocks import Change, Link, Notice, Table, Tile, Tone

INK: dict[Tone, str] = {"good": "good", "bad": "bad", "neutral": "ink"}
"""Tone → class of its ink."""
ARROWS = {"up": "▲", "down": "▼", "no clear change": "●", "too few answers": "○"}


@dataclass(frozen=True)
class Picture:
    """A picture in the message: its Content-ID, what it says, its PNG bytes, its width in px."""

    cid: str
    alt: str
    png: bytes
    width: int


@dataclass
class Pieces:
    """Draws parts for one mail and collects their pictures.

    Attributes:
        links: where links lead. rtl: whether the mail is read from right to left.
        rows: most rows of a table that are printed; the app has the rest.
        pictures: collected so far, in order of appearance.
    """

    links: Links
    rtl: bool
    rows: int
    pictures: list[Picture] = field(default_factory=list)

    @property
    def start(self) -> str:
        """Where a line begins."""
        return "right" if self.rtl else "left"

    @property
    def finish(self) -> str:
        """Where a line ends."""
        return "left" if self.rtl else "right"

    def words(self, text: str) -> str:
        """Escaped text that keeps its own direction."""
        return isolate(text, self.rtl)

    def paragraph(self, text: str, classes: str, tag: str = "p") -> str:
        """One paragraph, or nothing for no text."""
        return f'<{tag} class="{classes}">{self.words(text)}</{tag}>' if text else ""

    def anchor(self, text: str, link: Link | None, classes: str = "accent") -> str:
        """Text that leads somewhere in the app."""
        if link is None:
            return self.words(text)
        return f'<a class="{classes}" href="{say(self.links.to(link))}">{self.words(text)}</a>'

    def picture(self, key: str, png: bytes, alt: str, width: int, classes: str = "picture") -> str:
        """A picture of the message itself; its text is what the reader sees when pictures are off."""
        name = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-") or "picture"
        cid = f"{name}-{len(self.pictures) + 1}@cxdash"
        self.pictures.append(Picture(cid, alt, png, width))
        return f'<img class="{classes} note muted" src="cid:{cid}" width="{width}" alt="{say(alt)}">'

    def change(self, change: Change) -> str:
        """A change: its sign, its sentence, its colour; never the colour alone."""
        sign = f'<span dir="ltr">{ARROWS[change.word]}</span>'
        tone = INK[change.tone] if change.tone != "neutral" else "muted"
        return f'<p class="note gap"><span class="{tone}">{sign}&nbsp;{self.words(change.text)}</span></p>'

    def tile(self, tile: Tile, *, dated: bool) -> str:
        """One metric at a glance, as a table cell."""
        number = tile.number
        faint = "ink" if number.state == "shown" else "muted"
        parts = [
            f'<p class="note strong ink">{self.anchor(tile.label, tile.link)}</p>',
            self.paragraph(number.text, f"value {faint}"),
            self.paragraph(number.interval, "note muted"),
            self.paragraph(number.n, "note muted"),
            self.paragraph(number.note, "note muted"),
            self.change(tile.change) if tile.change else "",
            self.paragraph(tile.target, "note target"),
        ]
        shown = [p for p in tile.spark if p.value is not None]
        if len(shown) > 1:
            alt = _("{start}: {first}; {end}: {last}").format(
                start=shown[0].label, first=shown[0].text, end=shown[-1].label, last=shown[-1].text
            )
            parts.append(self.picture(f"spark {tile.key}", spark_png(tile.spark), alt, 152, "spark"))
        if dated:
            parts.append(self.paragraph(" · ".join(filter(None, (tile.period, tile.as_of))), "note muted gap"))
        return f'<td class="tile panel" align="{self.start}">{"".join(parts)}</td>'

    def tiles(self, tiles: Sequence[Tile]) -> str:
        """Tiles, three in a row; the period and freshness most of them share is said once, below them."""
        dates = Counter((tile.period, tile.as_of) for tile in tiles if tile.period or tile.as_of)
        common = dates.most_common(1)[0][0] if dates else ("", "")
        rows = []
        for first in range(0, len(tiles), 3):
            cells = [self.tile(tile, dated=(tile.period, tile.as_of) != common) for tile in tiles[first : first + 3]]
            cells += ['<td style="width:32%"></td>'] * (3 - len(cells))
            gap = '<td class="between">&nbsp;</td>'
            rows.append(f'<table role="presentation" class="wide" cellpadding="0"><tr>{gap.join(cells)}</tr></table>')
        below = " · ".join(filter(None, common))
        return '<div class="between" style="height:8px">&nbsp;</div>'.join(rows) + self.paragraph(
            below, "note muted gap"
        )

    def notice(self, notice: Notice) -> str:
        """What the reader must know about the data, with its weight in words."""
        ground, ink, word = {
            "critical": ("on-bad", "bad", _("Attention")),
            "warning": ("on-warning", "warning", _("Note")),
            "info": ("panel", "muted", _("For information")),
        }[notice.level]
        inner = f'<p class="note strong {ink}">{say(word)}</p>'
        inner += self.paragraph(notice.text, "text ink") + self.paragraph(notice.detail, "note muted")
        return (
            f'<table role="presentation" class="wide" cellpadding="0"><tr><td class="notice {ground}" '
            f'align="{self.start}">{inner}</td></tr></table>'
        )

    def table(self, table: Table, more: Link) -> str:
        """Rows and columns, or a card per row where they are too wide; what is cut is in the app."""
        rows = table.rows[: self.rows]
        below = self.paragraph(table.note, "note muted gap")
        if len(table.rows) > self.rows:
            text = _("{shown} of {all} rows; all of them in the app").format(shown=self.rows, all=len(table.rows))
            below += f'<p class="note gap">{self.anchor(text, more)}</p>'
        body = ""
        if rows:
            body = draw_grid(self, table, rows) if fits(table, rows) else draw_cards(self, table, rows)
        return self.paragraph(table.title, "title ink") + body + below

    def pairs(self, lines: Sequence[tuple[str, str]]) -> str:
        """Label and text, one under the other."""
        style = f"padding:2px 0;padding-{self.finish}:16px;white-space:nowrap;vertical-align:top"
        rows = "".join(
            f'<tr><td class="note muted" style="{style}" align="{self.start}">{self.words(label)}</td>'
            f'<td class="note ink" style="padding:2px 0;width:100%" align="{self.start}">{self.words(text)}</td></tr>'
            for label, text in lines
        )
        return f'<table role="presentation" class="wide" cellpadding="0">{rows}</table>' if rows else ""
