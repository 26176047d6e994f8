"""Amounts of money as people read them: compact, with their currency, and a range where they are estimated."""

from __future__ import annotations

from babel.numbers import format_compact_currency, format_decimal, get_currency_precision

from cxdash.language import _, language


def money_text(minor: float, currency: str | None) -> str:
    """An amount in minor units: "€260K"; without a known currency the plain number of whole units."""
    if currency is None:
        return format_decimal(round(minor / 100), locale=language())
    amount = minor / 10 ** get_currency_precision(currency)
    # under a thousand cents are noise as well, but "€0K" would say nothing
    digits = 1 if 1000 <= abs(amount) < 10_000 else 0
    return format_compact_currency(amount, currency, locale=language(), fraction_digits=digits)


def money_range(low: float, high: float, currency: str | None) -> str:
    """Two limits of an amount: "€249K to €271K"."""
    return _("{low} to {high}").format(low=money_text(low, currency), high=money_text(high, currency))
