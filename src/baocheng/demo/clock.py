"""Move the time forward, and let happen what falls due on the way."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from baocheng.demo.models import DemoClock
from baocheng.engine.clocks import runtime as clocks
from baocheng.engine.processes import operations as processes
from baocheng.kernel import time
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

STEPS_MAX = 400

_offset = timedelta()


class NotForward(Problem):
    """The clock only moves forward, at most ten years at once."""

    code = "demo.not_forward"
    message = _("示范时钟只能向前拨，且一次不超过十年。")


class Advanced(NamedTuple):
    """What moving the clock did."""

    now: datetime
    timers: int
    clocks: int


def moved_time() -> datetime:
    """Return the machine's time plus the offset last seen by this process."""
    return datetime.now(UTC) + _offset


def refresh() -> None:
    """See how far other processes have moved the clock."""
    global _offset
    try:
        _offset = DemoClock.objects.get(pk=1).offset
    except ObjectDoesNotExist:
        _offset = timedelta()


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Begin every request with the clock as it stands."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            refresh()
        return get_response(request)

    return answer


def advance(by: timedelta) -> Advanced:
    """Move the clock forward, stopping at every moment at which something falls due.

    Raises:
        NotForward: `by` is not positive or above ten years.
    """
    if not timedelta() < by <= timedelta(days=3660):
        raise NotForward("duration")
    refresh()
    target = _offset + by
    timers = warned = 0
    for offset in _stops(target):
        _move(offset)
        at = time.now()
        while fired := processes.fire_timers(at=at):
            timers += fired
        while checked := clocks.check_due(at=at):
            warned += checked
    return Advanced(time.now(), timers, warned)


def _stops(target: timedelta) -> Iterator[timedelta]:
    """Yield offsets in order: of each next due moment before `target`, then `target` itself."""
    for _step in range(STEPS_MAX):
        machine = datetime.now(UTC)
        due = [moment for moment in (processes.next_due(), clocks.next_due()) if moment is not None]
        if not due:
            break
        offset = max(min(due) - machine + timedelta(seconds=1), _offset)
        if offset >= target:
            break
        yield offset
    yield target


def _move(offset: timedelta) -> None:
    global _offset
    with transaction.atomic():
        DemoClock.objects.update_or_create(pk=1, defaults={"offset": offset})
    _offset = offset
