"""cxdash: a CX health dashboard that states what it knows and how surely it knows it."""

__version__ = "0.1.0"
