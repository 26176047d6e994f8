"""What a reader sees when something cannot be shown: what was wrong, what is known, what to do; never a traceback."""

from __future__ import annotations

import logging
from secrets import token_hex

import streamlit as st

from cxdash.errors import CxdashError
from cxdash.faces.screen.markup import message, wrapped
from cxdash.language import _

_log = logging.getLogger("cxdash.screen")


def show_refusal(error: CxdashError) -> None:
    """An error with its three sentences."""
    _log.warning("%s: %s", type(error).__name__, error)
    st.html(wrapped(message(error.problem, error.known, error.action)))


def show_nothing_published(error: CxdashError) -> None:
    """The first start: nothing is published yet, and how that changes."""
    st.html(
        wrapped(
            message(
                _("Nothing has been published yet"),
                _("This page fills as soon as a refresh has passed its checks."),
                error.action,
            )
        )
    )


def show_unexpected(error: Exception) -> None:
    """A mistake of ours: a reference for the reader, everything else for the log."""
    reference = token_hex(4)
    _log.error("unexpected error, reference %s", reference, exc_info=error)
    sentence = _("The reference {reference} is in the server's log with all details.").format(reference=reference)
    st.html(
        wrapped(
            message(
                _("This page could not be drawn"), sentence, _("Try again, or tell the person who runs this server.")
            )
        )
    )
