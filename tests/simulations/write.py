"""Run every study and write the tables of the documentation: `make simulate`, some minutes on one core."""

from __future__ import annotations

import sys
from time import perf_counter

from tests.simulations.studies import STUDIES, result
from tests.simulations.summary import summary
from tests.simulations.tables import KEPT

HEAD = """# How often do the intervals hold the truth?

A 95 % interval is a promise: of a hundred such intervals about ninety-five hold the true value. The tables below test
that promise by simulation (or by exact enumeration, where the number of possible samples allows it) for every default
interval of this package, at 10, 30, 100 and 1,000 answers, together with the error rates of the daily chart and of the
scan for changes. They are written by `make simulate` from the seeded studies in `tests/simulations`; `make test-slow`
runs the studies again and fails when a table differs or a promise is broken.

"""

if __name__ == "__main__":
    wanted = sys.argv[1:] or STUDIES
    for name in wanted:
        began = perf_counter()
        print(result(name).markdown)
        print(f"{name}: {perf_counter() - began:.1f} s", file=sys.stderr)
    if not sys.argv[1:]:
        tables = [summary(result), *(result(name) for name in STUDIES)]
        KEPT.write_text(HEAD + "\n".join(table.markdown for table in tables), "utf-8")
