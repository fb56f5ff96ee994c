"""Time-ordered identifiers (UUIDv7, RFC 9562), made by the program so that rows can be linked
before they are written."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """Return a new UUIDv7; later calls in one process sort after earlier ones.

    The machine's clock is read here on purpose: an identifier orders writes, it is no business
    time, so moving the demonstration clock must not move it.
    """
    global _last
    with _lock:
        # 48 bits of milliseconds and 12 of their fraction, kept strictly rising.
        stamp = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = stamp
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=value | int.from_bytes(os.urandom(8)) >> 2)
