"""Numbers, lengths of time and hours of the day as the reader's language writes them.

The floor under `wording`: what a number looks like, before anybody says what it means.
"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.dates import get_day_names
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from cxdash.language import N_, _, language, plural

MINUS = "−"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def decimal(value: float, decimals: int, *, sign: bool = False) -> str:
    """A number in the reader's format, with a real minus sign, and a plus where `sign` asks for one."""
    return _decimal(float(value), decimals, sign, language())


@lru_cache(maxsize=65536)
def _decimal(value: float, decimals: int, sign: bool, locale: str) -> str:
    plain = f"{abs(value):,.{decimals}f}"
    group, point, ordinary = _symbols(locale)
    if ordinary:
        # the common case, forty times faster than the general one, and the same to the last digit
        text = plain.replace(",", "\0").replace(".", point).replace("\0", group)
    else:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = format_decimal(float(plain.replace(",", "")), format=pattern, locale=locale)
    if not plain.strip("0.,"):
        return text
    return MINUS + text if value < 0 else ("+" + text if sign else text)


@lru_cache(maxsize=32)
def _symbols(locale: str) -> tuple[str, str, bool]:
    """Group separator, decimal point, and whether the locale groups by thousands and writes digits 0 to 9."""
    known = Locale.parse(locale, sep="-" if "-" in locale else "_")
    ordinary = known.decimal_formats[None].pattern == "#,##0.###" and known.default_numbering_system == "latn"
    return get_group_symbol(known), get_decimal_symbol(known), ordinary


def count(n: float) -> str:
    """A whole number with separators."""
    return decimal(round(n), 0)


def duration(seconds: float, *, sign: bool = False) -> str:
    """A length of time in the unit a person would say: "48 s", "2 min 10 s", "1.4 h", "2.3 days"."""
    whole = round(abs(seconds))
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        parts = [_("{n} min").format(n=decimal(minutes, 0))] if minutes else []
        parts += [_("{n} s").format(n=decimal(rest, 0))] if rest or not minutes else []
        text = " ".join(parts)
    elif round(whole / _HOUR, 1) < _DAY / _HOUR:
        text = _("{n} h").format(n=_short(whole / _HOUR))
    else:
        days = _short(whole / _DAY)
        text = plural("{n} day", "{n} days", 1 if days == "1" else 2).format(n=days)
    if not whole:
        return text
    return MINUS + text if seconds < 0 else ("+" + text if sign else text)


def exact_duration(seconds: float) -> str:
    """A length of whole seconds in all its units, for a scale: "1 h 30 min", "1 day 12 h", "0 s"."""
    rest, parts = round(seconds), []
    for unit, size in ((N_("{n} h"), _HOUR), (N_("{n} min"), _MINUTE), (N_("{n} s"), 1)):
        if size == _HOUR and rest >= _DAY:
            days, rest = divmod(rest, _DAY)
            parts.append(plural("{n} day", "{n} days", days).format(n=decimal(days, 0)))
        whole, rest = divmod(rest, size)
        if whole:
            parts.append(_(unit).format(n=decimal(whole, 0)))
    return " ".join(parts) or _("{n} s").format(n=decimal(0, 0))


def _short(amount: float) -> str:
    """With one decimal, unless that is 0."""
    return decimal(amount, 0 if round(amount, 1) == round(amount) else 1)


def weekday_name(weekday: str, *, short: bool = False) -> str:
    """A weekday "1" … "7" as the reader's language calls it: "Monday", or "Mon" where there is little room."""
    names = get_day_names("abbreviated" if short else "wide", "stand-alone", locale=language())
    return str(names[int(weekday) - 1]) if weekday in tuple("1234567") else weekday


def hour_name(hour: str) -> str:
    """The hour that begins then: "08–09"."""
    if len(hour) != 2 or not hour.isdigit():
        return hour
    return f"{hour}–{(int(hour) + 1) % 24:02d}"
