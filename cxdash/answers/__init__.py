"""The reading wing's questions: filter → fold → finalise → compare → explain, on a published edition only."""

from __future__ import annotations

from cxdash.answers.answer import Answer, Difference, Question, Row
from cxdash.answers.ask import answer
from cxdash.answers.changes import Finding, what_changed
from cxdash.answers.decompose import decompose
from cxdash.answers.decomposition import Decomposition

__all__ = ["Answer", "Decomposition", "Difference", "Finding", "Question", "Row", "answer", "decompose", "what_changed"]
