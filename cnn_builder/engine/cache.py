"""Things that take long to make, made once and kept by key; safe to use from several threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class _Item:
    """One thing, which may still be in the making."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.failed = False
        self.value: Any = None


class Cache:
    """The things last asked for, at most so many; None keeps all.

    While one thread makes a thing, another that asks for the same one waits for it, and one that asks for anything
    else does not.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._items: OrderedDict[Hashable, _Item] = OrderedDict()

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under `key`, else what `make` gives, kept from now on. Raises what `make` raises."""
        while True:
            with self._lock:
                found = self._items.get(key)
                item = self._items[key] = found or _Item()
                self._items.move_to_end(key)
                while self._most is not None and len(self._items) > self._most:
                    self._items.popitem(last=False)
            if found is None:
                return self._make(key, item, make)
            item.done.wait()
            if not item.failed:
                value: T = item.value
                return value
            # Whoever made it was given up, or met an error that may be its own: try it here.

    def forget(self, key: Hashable) -> None:
        """Make it anew when it is asked for next."""
        with self._lock:
            self._items.pop(key, None)

    def _make(self, key: Hashable, item: _Item, make: Callable[[], T]) -> T:
        try:
            value = item.value = make()
        except BaseException:
            item.failed = True
            with self._lock:
                if self._items.get(key) is item:
                    del self._items[key]
            raise
        finally:
            item.done.set()
        return value
