"""The arithmetic of a clock: when it is due, how much is used, when to warn, and why. Pure.

Pausing never uses time: a day limit leaves out the days after the pause began up to and with the
day it ended, as the day of an event never counts (民法典第二百零一条); an hour limit leaves out the
exact time. Changing the limit keeps what was used: the new limit is counted from the same start
with the same pauses left out.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from baocheng.engine.clocks.enums import ClockState, LimitUnit
from baocheng.engine.clocks.ledger import Run
from baocheng.engine.clocks.limits import Limit
from baocheng.kernel.calendar import DayKind, Deadline, ExplainedDay, Span, WorkingCalendar
from baocheng.kernel.time import SHANGHAI, business_date

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Alarm(NamedTuple):
    """When to warn: at a share of the limit used, or so long before the deadline."""

    label: str
    share: Decimal | None = None
    before: Limit | None = None


class Standing(NamedTuple):
    """What a run comes to at present.

    `deadline` is None when nothing runs towards one: not started, or standing still. `checks` are
    the moments still ahead at which something is to be recorded: warnings by label, and the
    breach under "".
    """

    deadline: Deadline | None
    checks: tuple[tuple[datetime, str], ...] = ()

    @property
    def next_check_at(self) -> datetime | None:
        return self.checks[0][0] if self.checks else None


def standing(run: Run, warnings: Iterable[Alarm], calendar: WorkingCalendar) -> Standing:
    """Return when the run is due, and when it is to be looked at again."""
    deadline = deadline_of(run, calendar)
    if deadline is None or run.state is not ClockState.RUNNING or run.breached_at:
        return Standing(deadline)
    moments = [(deadline.due_at, "")]
    for warning in warnings:
        moment = warning_moment(run, warning, deadline, calendar)
        is_of_use = run.started_at is not None and run.started_at <= moment < deadline.due_at
        if is_of_use and warning.label not in run.warned:
            moments.append((moment, warning.label))
    return Standing(deadline, tuple(sorted(moments)))


def deadline_of(run: Run, calendar: WorkingCalendar) -> Deadline | None:
    """Return the deadline of the run, None while it has none."""
    if run.started_at is None or run.limit is None:
        return None
    deadline = _add(run, run.limit, calendar)
    lasting = run.pauses[-1] if run.pauses and run.pauses[-1].until is None else None
    if lasting is None:
        return deadline
    # What ran out before the pause began has run out; what had not does not end while it lasts.
    if run.limit.unit is LimitUnit.HOURS:
        has_run_out = deadline.due_at <= lasting.since
    else:
        has_run_out = deadline.due_on < business_date(lasting.since)
    return deadline if has_run_out else None


def _add(run: Run, limit: Limit, calendar: WorkingCalendar) -> Deadline:
    assert run.started_at is not None, "a clock that has not started has no deadline"
    start = business_date(run.started_at)
    match limit.unit:
        case LimitUnit.HOURS:
            return calendar.add_hours(run.started_at, limit.length, without=_times(run))
        case LimitUnit.WORKING_DAYS:
            return calendar.add_working_days(start, limit.length, without=_spans(run))
        case LimitUnit.CALENDAR_DAYS:
            return calendar.add_calendar_days(start, limit.length, without=_spans(run))


def _times(run: Run, lasting_until: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """Return the pauses that ended, and one that lasts as if it ended now."""
    times = ((pause.since, pause.until or lasting_until) for pause in run.pauses)
    return [(since, until) for since, until in times if until is not None and since < until]


def _spans(run: Run, lasting_until: datetime | None = None) -> list[Span]:
    times = _times(run, lasting_until)
    return [(business_date(since), business_date(until)) for since, until in times]


def warning_moment(
    run: Run, warning: Alarm, deadline: Deadline, calendar: WorkingCalendar
) -> datetime:
    """Return when to warn; it may lie before the start, when the limit is short."""
    assert run.started_at is not None, "a clock that has not started does not warn"
    assert run.limit is not None, "a clock that started has a limit"
    if warning.before is not None:
        return _before(deadline, warning.before, calendar)
    used = run.limit.length * (warning.share or Decimal(1))
    if run.limit.unit is LimitUnit.HOURS:
        return calendar.add_hours(run.started_at, used, without=_times(run)).due_at
    whole = int(used)
    day = _counted_day(run, Limit(whole + 1, run.limit.unit), calendar)
    return _midnight(day) + timedelta(seconds=int((used - whole) * 86_400))


def _before(deadline: Deadline, by: Limit, calendar: WorkingCalendar) -> datetime:
    match by.unit:
        case LimitUnit.HOURS:
            return (deadline.due_at.astimezone(UTC) - by.length * _HOUR).astimezone(SHANGHAI)
        case LimitUnit.CALENDAR_DAYS:
            return _midnight(deadline.due_on - (by.length - 1) * _DAY)
        case LimitUnit.WORKING_DAYS:
            day, left = deadline.due_on, by.length
            while (left := left - calendar.is_working_day(day)) > 0:
                day -= _DAY
            return _midnight(day)


def _counted_day(run: Run, limit: Limit, calendar: WorkingCalendar) -> date:
    """Return the day that counts as the last of `limit`, moved nowhere."""
    assert run.started_at is not None, "a clock that has not started counts nothing"
    start, spans = business_date(run.started_at), _spans(run)
    if limit.unit is LimitUnit.WORKING_DAYS:
        if not spans:
            return calendar.add_working_days(start, limit.length).due_on
        days = calendar.explain_working_days(start, limit.length, without=spans)
    else:
        if not spans:
            return start + limit.length * _DAY
        days = calendar.explain_calendar_days(start, limit.length, without=spans)
    return next(day.on for day in days if day.number == limit.length)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def used_share(run: Run, at: datetime, calendar: WorkingCalendar) -> Decimal:
    """Return how much of the limit is used at `at`, from 0 to 1."""
    if run.started_at is None or run.limit is None:
        return Decimal(0)
    at = min(at, run.stopped_at) if run.stopped_at else at
    used = (
        used_hours(run, at) if run.limit.unit is LimitUnit.HOURS else _used_days(run, at, calendar)
    )
    return min(max(used / run.limit.length, Decimal(0)), Decimal(1))


def used_hours(run: Run, at: datetime) -> Decimal:
    """Return the hours that ran until `at`, pauses left out."""
    assert run.started_at is not None, "a clock that has not started used nothing"
    elapsed = _elapsed(run.started_at, at)
    for since, until in _times(run, at):
        elapsed -= _elapsed(since, min(until, at))
    return Decimal(elapsed // timedelta(microseconds=1)) / 3_600_000_000


def _elapsed(since: datetime, until: datetime) -> timedelta:
    return max(until.astimezone(UTC) - since.astimezone(UTC), timedelta(0))


def _used_days(run: Run, at: datetime, calendar: WorkingCalendar) -> Decimal:
    """Return the days that counted before the day of `at`, and how much of that day is over."""
    today = business_date(at)
    whole = count_days(run, today - _DAY, calendar)
    if count_days(run, today, calendar) == whole:
        return Decimal(whole)
    over = at.astimezone(SHANGHAI) - _midnight(today)
    return whole + Decimal(over // timedelta(seconds=1)) / 86_400


def count_days(run: Run, until: date, calendar: WorkingCalendar) -> int:
    """Return how many days counted from the start up to and with `until`, pauses left out."""
    assert run.started_at is not None, "a clock that has not started counts nothing"
    assert run.limit is not None, "a clock that started has a limit"

    def between(a: date, b: date) -> int:
        if b <= a:
            return 0
        if run.limit and run.limit.unit is LimitUnit.WORKING_DAYS:
            return calendar.working_days_between(a, b)
        return (b - a).days

    counted = between(business_date(run.started_at), until)
    for paused, resumed in _spans(run, _midnight(until + _DAY)):
        counted -= between(paused, min(resumed, until))
    return counted


class Stretch(NamedTuple):
    """Days in a row that count, or do not, for the same reason; numbers are 0 when they do not."""

    first: date
    last: date
    kind: DayKind
    holiday: str
    first_number: int
    last_number: int

    @property
    def is_counted(self) -> bool:
        return self.last_number > 0


def explain(run: Run, at: datetime, calendar: WorkingCalendar) -> list[Stretch]:
    """Return the arithmetic of a limit in days: which days count, and why the others do not."""
    if run.started_at is None or run.limit is None or run.limit.unit is LimitUnit.HOURS:
        return []
    spans = _spans(run, at)
    by_unit = {
        LimitUnit.WORKING_DAYS: calendar.explain_working_days,
        LimitUnit.CALENDAR_DAYS: calendar.explain_calendar_days,
    }
    days = by_unit[run.limit.unit](business_date(run.started_at), run.limit.length, without=spans)
    stretches = list(_stretches(days))
    if run.state is ClockState.PAUSED and deadline_of(run, calendar) is None:
        # What comes after today depends on how long the pause lasts.
        stretches = [stretch for stretch in stretches if stretch.first <= business_date(at)]
    return stretches


def _stretches(days: Iterable[ExplainedDay]) -> Iterator[Stretch]:
    current: Stretch | None = None
    for day in days:
        if current and (current.kind, current.holiday) == (day.kind, day.holiday):
            current = current._replace(last=day.on, last_number=day.number)
            continue
        if current:
            yield current
        current = Stretch(day.on, day.on, day.kind, day.holiday, day.number, day.number)
    if current:
        yield current
