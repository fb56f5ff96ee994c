"""Background work of clocks; the worker calls these."""

from baocheng.engine.clocks import runtime
from baocheng.kernel.time import now


def check_due() -> int:
    """Record the warnings and breaches that fell due."""
    return runtime.check_due(at=now())


def recount_provisional() -> int:
    """Count again what waited for a holiday notice, after the calendar table has learned one."""
    return runtime.recount_provisional()
