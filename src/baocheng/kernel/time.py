"""The one clock. Nothing else in the product reads the machine's time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _machine_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _machine_time


def now() -> datetime:
    """Return the present moment, aware, in Asia/Shanghai."""
    return _source().astimezone(SHANGHAI)


def today() -> date:
    """Return the present business date in Asia/Shanghai."""
    return now().date()


def business_date(at: datetime) -> date:
    """Return the Shanghai calendar date on which the aware moment `at` falls."""
    return at.astimezone(SHANGHAI).date()


def use_source(source: Callable[[], datetime] | None) -> None:
    """Let `source` tell the time from now on; None goes back to the machine's.

    Only demonstrations and tests call this: production settings never do.
    """
    global _source
    _source = source or _machine_time


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock still at the aware moment `at` inside the block."""
    before = _source
    use_source(lambda: at)
    try:
        yield
    finally:
        use_source(before)
