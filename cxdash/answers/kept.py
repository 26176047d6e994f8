"""Memory of answers: an edition never changes, so what was computed from it once need not be computed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from cxdash.edition import Edition

P = ParamSpec("P")
T = TypeVar("T")


def kept(limit: int) -> Callable[[Callable[Concatenate[Edition, P], T]], Callable[Concatenate[Edition, P], T]]:
    """Remember what a pure function of an edition gave, for as long as the edition itself is held.

    Editions never change, so an answer given once is the answer; when a newer edition takes over and the older is let
    go, everything remembered of it goes too. The function's first argument is the edition; the others are hashable
    and do not hold it. Beyond `limit` entries an edition forgets the oldest.
    """

    def decorate(compute: Callable[Concatenate[Edition, P], T]) -> Callable[Concatenate[Edition, P], T]:
        memories: WeakKeyDictionary[Edition, OrderedDict[Any, T]] = WeakKeyDictionary()
        lock = Lock()

        @wraps(compute)
        def recall(edition: Edition, /, *args: P.args, **kwargs: P.kwargs) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            with lock:
                memory = memories.setdefault(edition, OrderedDict())
                if key in memory:
                    memory.move_to_end(key)
                    return memory[key]
            found = compute(edition, *args, **kwargs)
            with lock:
                memory[key] = found
                while len(memory) > limit:
                    memory.popitem(last=False)
            return found

        recall.cache_clear = memories.clear  # type: ignore[attr-defined]  # as functools names it, for benchmarks
        return recall

    return decorate
