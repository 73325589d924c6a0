"""How the process gives memory back: what a long sound took is not kept for the next one."""

from __future__ import annotations

import ctypes
import ctypes.util

#: glibc's names for what `mallopt` sets.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
#: Arrays from here on are returned to the system once they are freed, bytes.
LARGE = 2**20


def bound() -> None:
    """Let threads share two heaps and keep no large array that is freed; every visit has threads of its own, each with a heap otherwise.

    Nothing happens on systems without glibc.
    """
    name = ctypes.util.find_library("c")
    mallopt = getattr(ctypes.CDLL(name), "mallopt", None) if name else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, LARGE)
