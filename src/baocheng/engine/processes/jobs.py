"""Background work of processes; the worker calls these."""

from baocheng.engine.processes import operations
from baocheng.kernel.time import now


def fire_timers() -> int:
    """Let timers happen that fell due."""
    return operations.fire_timers(at=now())


def retry_incidents() -> int:
    """Try incidents again whose time has come."""
    return operations.retry_incidents(at=now())
