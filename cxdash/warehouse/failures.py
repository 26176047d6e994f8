"""What a person reads when the warehouse says no: short, without secrets, with the place to correct.

Drivers answer with pages of text that may quote the address, password and all. Only the first line is kept, and
everything secret is taken out of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import URL

from cxdash.errors import ContractError, WarehouseError
from cxdash.settings import Problem, redact, scrub


def short_cause(error: BaseException, url: URL) -> str:
    """The first line of a driver's message without secrets."""
    origin = getattr(error, "orig", None) or error
    lines = [line.strip() for line in str(origin).strip().splitlines() if line.strip()]
    text = scrub(lines[0] if lines else type(origin).__name__, url)
    return (text if len(text) <= 300 else f"{text[:297]}…").rstrip(".!")


def connection_error(error: BaseException, url: URL, source: str, checks: str) -> WarehouseError:
    """The error of a warehouse that cannot be reached: what was tried, why it failed, what to check; no password."""
    return WarehouseError(
        f"The warehouse {redact(url)} (from {source}) cannot be reached: {short_cause(error, url)}.", action=checks
    )


def contract_error(problems: Sequence[Problem]) -> ContractError:
    """The error of tables that do not fit the contract, with every problem and where to correct it."""
    if len(problems) == 1:
        only = problems[0]
        return ContractError(f"{only.place}: {only.sentence}.", known=only.known, action=only.action)
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return ContractError(f"The tables do not fit the data contract in {len(problems)} places:{lines}")


def list_some(names: Sequence[str], limit: int = 20) -> str:
    """Names in one phrase, cut to the first `limit` with a count of the rest."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")
