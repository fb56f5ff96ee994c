"""Background work of messaging; the worker calls these."""

from baocheng.engine.messaging import outbox
from baocheng.kernel.time import now


def deliver_due() -> int:
    """Send the messages that are due."""
    return outbox.deliver_due(at=now())
