"""Background work of documents; the worker calls these."""

from baocheng.engine.documents import letters
from baocheng.kernel.time import now


def render_pending() -> int:
    """Put waiting letters on paper."""
    return letters.render_pending(at=now())
