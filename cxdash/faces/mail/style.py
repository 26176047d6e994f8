"""The mail's type and colours: classes that are written into every element, and what a dark or narrow reader changes.

Both themes come from the design tokens. Only the overrides stay in a style sheet, because mail readers drop it at will:
without it the mail is light, 600 px wide and complete.
"""

from __future__ import annotations

from functools import lru_cache

from cxdash.faces.charts.tokens import Tokens, tokens

MONO = "Consolas, Menlo, 'DejaVu Sans Mono', monospace"


def font(theme: Tokens) -> str:
    """The font stack with quotation marks that fit into an attribute."""
    return theme.font.replace('"', "'")


def _roles(theme: Tokens, important: str = "") -> str:
    """What a colour means, as classes: ink of the text, ground behind it, line around it."""
    inks = {
        "ink": theme.ink,
        "muted": theme.muted,
        "accent": theme.accent,
        "good": theme.good,
        "bad": theme.bad,
        "target": theme.target,
        "warning": theme.warning,
    }
    grounds = {
        "panel": theme.panel,
        "on-good": theme.good_band,
        "on-bad": theme.bad_band,
        "on-warning": theme.warning_band,
        "on-accent": theme.accent,
    }
    rules = [f".{name}{{color:{colour}{important}}}" for name, colour in inks.items()]
    rules += [f".{name}{{background-color:{colour}{important}}}" for name, colour in grounds.items()]
    rules.append(f".line{{border-color:{theme.hairline}{important}}}")
    rules.append(f".paper-ink{{color:{theme.paper}{important}}}")
    return "".join(rules)


@lru_cache(maxsize=1)
def inline_style() -> str:
    """Classes that become attributes of the elements themselves."""
    light = tokens("light")
    note, text, section, display = light.size_note, light.size_text, light.size_section, light.size_display
    return _roles(light) + (
        f".headline{{font-size:{display - 4}px;line-height:{display + 4}px;font-weight:700;margin:0}}"
        f".section{{font-size:{section}px;line-height:28px;font-weight:700;margin:0}}"
        f".title{{font-size:{text}px;line-height:24px;font-weight:700;margin:0}}"
        f".text{{font-size:{text}px;line-height:24px;margin:0}}"
        f".note{{font-size:{note}px;line-height:20px;margin:0}}"
        f".value{{font-size:{display}px;line-height:40px;font-weight:700;margin:0}}"
        ".gap{margin-top:8px}"
        ".strong{font-weight:700}"
        ".line{border-style:solid;border-width:0}"
        ".over{border-top-width:1px}"
        ".tile{padding:12px;border-radius:8px;vertical-align:top;width:32%}"
        ".between{width:8px;padding:0}"
        ".notice{padding:12px 16px}"
        ".cell{padding:6px 4px;border-bottom-width:1px;vertical-align:top}"
        ".whole{white-space:nowrap}"
        ".words{word-break:normal}"
        ".loose{white-space:normal}"
        ".sql{padding:12px;white-space:pre-wrap;word-break:break-word;"
        f"font-family:{MONO};font-size:13px;line-height:18px}}"
        ".picture{display:block;width:100%;max-width:552px;height:auto;border:0}"
        ".spark{display:block;border:0;margin-top:8px}"
        ".button{padding:12px 24px;border-radius:8px}"
        ".wide{width:100%;border-collapse:separate;border-spacing:0}"
        ".name{display:none}"
    )


@lru_cache(maxsize=1)
def sheet_style() -> str:
    """What only a style sheet can say: dark readers, phones."""
    dark, light = tokens("dark"), tokens("light")
    important = " !important"
    return (
        f":root{{color-scheme:light dark;supported-color-schemes:light dark}}"
        f"a{{color:{light.accent}}}"
        "@media (prefers-color-scheme:dark){"
        f"body,.page{{background-color:{dark.paper}{important}}}"
        f"{_roles(dark, important)}a{{color:{dark.accent}{important}}}a.paper-ink{{color:{dark.paper}{important}}}"
        # a picture keeps its light paper: a mat of the same colour around it makes that look meant
        f".mat{{background-color:{light.paper}{important};padding:12px{important};border-radius:8px{important}}}"
        "}"
        "@media (max-width:480px){"
        ".headline{font-size:24px !important;line-height:30px !important}"
        ".tile{display:block !important;width:auto !important;margin-bottom:8px}"
        ".between{display:none !important}"
        ".cards th{display:none !important}"
        ".cards tr{display:block !important;padding:8px 0 !important;border-bottom:1px solid #8a8f98}"
        ".cards td{display:block !important;border:0 !important;padding:1px 0 !important;text-align:inherit !important}"
        ".cards td.first{font-weight:700}"
        ".cards .name{display:inline !important}"
        "}"
    )
