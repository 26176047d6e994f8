"""`python -m cxdash`: the commands, where the script `cxdash` is not on the path."""

from __future__ import annotations

from cxdash.cli import main

if __name__ == "__main__":
    main()
