"""Texts of public versions, read and rendered once a process: they never change.

What is said about them does: rendered text is kept under everything that it shows, so that it is rendered anew as soon
as one number on it differs. A version in preparation is never kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from flask import current_app, has_app_context

#: Entries: versions read, and texts rendered (several of one version, as people speak on it).
ROOM = 128

Kept = TypeVar("Kept")


class Shelf:
    """The last used entries, for the threads of one process."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under this key, made now if it is not there."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                found: Kept = self._entries[key]
                return found
        made = make()
        with self._lock:
            self._entries[key] = made
            while len(self._entries) > self._room:
                self._entries.popitem(last=False)
        return made


def shelf() -> Shelf:
    """The application's shelf; outside of it, one that nobody else sees."""
    if not has_app_context():
        return Shelf()
    found: Shelf = current_app.extensions.setdefault("consult.drafts.shelf", Shelf())
    return found
