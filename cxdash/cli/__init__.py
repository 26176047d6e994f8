"""The commands: what `cxdash …` does on a terminal, in a script, or for a scheduler.

One module per command, imported only when that command runs: `cxdash --help` must not wait for a warehouse driver, and
`cxdash answer` must not wait for Great Expectations. Here, and in `refresh`, is the clock.
"""

from __future__ import annotations

from cxdash.cli.program import main

__all__ = ["main"]
