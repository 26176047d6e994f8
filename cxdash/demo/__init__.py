"""The demo company: fictional, with every contract table and a story whose truth is known."""

from __future__ import annotations

from cxdash.demo.bad_day import BadDay, BadRows, plant_bad_day
from cxdash.demo.build import DemoManifest, build_company
from cxdash.demo.elements import Effect, QuietStretch, StoryElement
from cxdash.demo.loading import load_into_duckdb
from cxdash.demo.truth import QUIET, STORY, story

__all__ = [
    "QUIET", "STORY", "BadDay", "BadRows", "DemoManifest", "Effect", "QuietStretch", "StoryElement",
    "build_company", "load_into_duckdb", "plant_bad_day", "story",
]  # fmt: skip
