"""What pages are made of: the published edition, and reports built from it, kept while somebody may ask again.

The pointer is read once per run of a page, so that everything on one page comes from one edition. A newer edition is
picked up by the next run; the old one stays readable for those who still look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cxdash.edition import Attempt, Edition, attempts, open_edition
from cxdash.report.blocks import Report


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(editions: str, edition_id: str) -> Edition:
    return open_edition(Path(editions), edition_id)


def current_edition(editions: Path) -> Edition:
    """The edition the pointer names now; raises `EditionError` when there is none."""
    found = open_edition(editions)
    return _opened(str(editions), found.folder.name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _attempts(editions: str, mark: str) -> tuple[Attempt, ...]:
    return tuple(attempts(Path(editions)))


def attempts_mark(editions: Path) -> str:
    """Changes whenever an attempt was recorded."""
    names = [path.name for path in (editions / "attempts").glob("*.json")]
    return f"{max(names, default='')}:{len(names)}"


def recorded_attempts(editions: Path) -> tuple[Attempt, ...]:
    """The latest refresh attempts, newest first."""
    return _attempts(str(editions), attempts_mark(editions))


@st.cache_resource(max_entries=512, show_spinner=False)
def built(view: tuple[str, ...], _build: Callable[[], Report]) -> Report:
    """The report of a view, built once; `view` names everything it depends on."""
    return _build()
