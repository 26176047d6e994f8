"""The exception tree: every error a person may meet says what was wrong, what is known, and what to do.

An error carries its three sentences apart, so that a terminal, a page and a JSON answer can each lay them out,
and none of them can forget one. Nothing secret may be put into any of the three: URLs are passed through
`cxdash.settings` redaction before they get here.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CxdashError(Exception):
    """Anything cxdash refuses to do.

    Attributes:
        problem: what was wrong, naming the offending file, key or value.
        known: what cxdash knows about it (allowed values, what was found), or "".
        action: what the reader can do next, or "".
    """

    def __init__(self, problem: str, *, known: str = "", action: str = "") -> None:
        self.problem = problem
        self.known = known
        self.action = action
        super().__init__(problem)

    def __str__(self) -> str:
        return " ".join(part for part in (self.problem, self.known, self.action) if part)

    def as_dict(self) -> dict[str, str]:
        """The error for a machine: its class and its three sentences."""
        return {"error": type(self).__name__, "problem": self.problem, "known": self.known, "action": self.action}


class SettingsError(CxdashError):
    """A configuration file, environment variable or project directory that cannot be used."""


class ContractError(CxdashError):
    """A table or column that does not fit the data contract."""


class WarehouseError(CxdashError):
    """The warehouse cannot be reached, or refused a statement."""


class FileImportError(CxdashError):
    """A file that cannot be read into the embedded warehouse."""


class UnknownNameError(CxdashError):
    """A metric, dimension, grain, table or value that does not exist."""


class SelectionError(CxdashError):
    """A question that contradicts itself or that the published data cannot answer."""


class EditionError(CxdashError):
    """No edition is published, or one on disk is damaged."""


class RefreshError(CxdashError):
    """A refresh that could not run to its end (not one that was held back by a check)."""


class DeliveryError(CxdashError):
    """A snapshot that could not be handed to the mail server."""


class SavedViewError(CxdashError):
    """A view that cannot be kept under its name, or is not there any more."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or "" when none is near enough to be a slip of the fingers."""
    candidates = {k.casefold(): k for k in known}
    match = get_close_matches(name.casefold(), list(candidates), n=1, cutoff=0.6)
    return candidates[match[0]] if match else ""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name nobody knows, with "did you mean" and the list of what exists.

    Args:
        kind: what sort of name it is, in the singular ("metric", "dimension").
        name: what was given.
        known: every name that would have been right.
    """
    names = sorted(set(known))
    guess = nearest(name, names)
    return UnknownNameError(
        f"There is no {kind} named “{name}”.",
        known=f"Known: {', '.join(names)}." if names else f"No {kind} is available here.",
        action=f"Did you mean “{guess}”?" if guess else "",
    )
