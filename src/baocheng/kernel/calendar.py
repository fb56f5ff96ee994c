"""The Chinese working calendar and the counting of time limits.

Counting follows the law: the day something happens is not counted (民法典第二百零一条), and a
limit in days whose last day is a rest day ends on the next day that is none (第二百零三条). A rest
day (法定休假日) is a statutory holiday or a Saturday or Sunday, except the make-up working days
(调休上班) that the yearly notice of the State Council names: those are working days.

A year whose notice is not out yet falls back to Monday to Friday; what was counted with such a year
is provisional, never refused.
"""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import NamedTuple, TypeVar

from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI, business_date

# A pause from the first date to the second: the dates after the first, up to and with the second,
# are not counted. One that is still running is closed with today by the caller.
Span = tuple[date, date]
Moment = TypeVar("Moment", date, datetime)

_DAY = timedelta(days=1)
_TICK = timedelta.resolution
# The notice for a year also moves the last days of December before it (2018-12-29 was worked).
_DAYS_BEFORE_NEW_YEAR = timedelta(days=4)


class Deadline(NamedTuple):
    """The end of a time limit.

    `due_on` is the last day on which acting is in time; `due_at` the first moment that is too
    late: midnight in Shanghai after that day, or for hours the exact moment. `is_provisional`
    tells that a year without its holiday notice was counted.
    """

    due_on: date
    due_at: datetime
    is_provisional: bool


class DayKind(StrEnum):
    """Why a day counts in a time limit, or does not."""

    START = "START"
    WORKING = "WORKING"
    MAKE_UP = "MAKE_UP"
    CALENDAR = "CALENDAR"
    WEEKEND = "WEEKEND"
    HOLIDAY = "HOLIDAY"
    PAUSED = "PAUSED"
    MOVED = "MOVED"


DAY_KIND_LABELS = {
    DayKind.START: _("起算当日，不计入"),
    DayKind.WORKING: _("工作日"),
    DayKind.MAKE_UP: _("调休上班"),
    DayKind.CALENDAR: _("自然日"),
    DayKind.WEEKEND: _("周末"),
    DayKind.HOLIDAY: _("法定节假日"),
    DayKind.PAUSED: _("暂停计时"),
    DayKind.MOVED: _("期限顺延至此日"),
}


class ExplainedDay(NamedTuple):
    """One day of a time limit: the how-manieth it is (0 when not counted) and why.

    `holiday` names the holiday that the day belongs to or that it makes up for, "" if none.
    """

    on: date
    number: int
    kind: DayKind
    holiday: str

    @property
    def is_counted(self) -> bool:
        return self.number > 0


class WorkingCalendar:
    """Which days are worked, and what that does to time limits.

    Working days are ranked: the rank of a day is the number of Mondays to Fridays up to it,
    corrected by the days off and the make-up days up to it. Counting days is then a difference of
    two ranks, and the n-th working day a search in one sorted list, whatever n is.

    Args:
        days_off: statutory days off with the name of the holiday, weekends among them or not.
        make_up_days: working Saturdays and Sundays with the holiday they make up for.
        announced: the years whose notice is known.
    """

    def __init__(
        self,
        days_off: Mapping[date, str],
        make_up_days: Mapping[date, str],
        announced: Collection[int],
    ) -> None:
        self._days_off = dict(days_off)
        self._make_up_days = dict(make_up_days)
        self._announced = frozenset(announced)
        changes = {day.toordinal(): -1 for day in days_off if day.weekday() < 5}
        changes |= {day.toordinal(): 1 for day in make_up_days if day.weekday() >= 5}
        self._exceptions = sorted(changes)
        self._corrections = [0, *accumulate(changes[day] for day in self._exceptions)]
        self._exception_ranks = [self._rank(day) for day in self._exceptions]

    @classmethod
    def from_csv(cls, text: str) -> "WorkingCalendar":
        """Read a table with the columns year (of the notice), date, kind (off, work) and name."""
        rows = list(csv.DictReader(text.splitlines()))
        days = {
            kind: {
                date.fromisoformat(row["date"]): row["name"] for row in rows if row["kind"] == kind
            }
            for kind in ("off", "work")
        }
        return cls(days["off"], days["work"], {int(row["year"]) for row in rows})

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` is worked: Monday to Friday without days off, and make-up days."""
        if day in self._make_up_days:
            return True
        return day.weekday() < 5 and day not in self._days_off

    def is_announced(self, year: int) -> bool:
        """Tell whether the holiday notice of `year` is known."""
        return year in self._announced

    def holiday(self, day: date) -> str:
        """Return the name of the holiday `day` belongs to or makes up for, "" if none."""
        return self._days_off.get(day) or self._make_up_days.get(day, "")

    def next_working_day(self, day: date) -> date:
        """Return `day` itself when it is worked, else the first working day after it."""
        return self._nth(self._rank(day.toordinal() - 1) + 1)

    def working_days_between(self, a: date, b: date) -> int:
        """Count the working days after `a` up to and with `b`; negative when `b` is before `a`."""
        return self._rank(b.toordinal()) - self._rank(a.toordinal())

    def add_calendar_days(
        self, start: date, days: int, *, without: Collection[Span] = ()
    ) -> Deadline:
        """Return the end of a limit of calendar days (自然日) that starts with `start` as day 0.

        A limit does not run out while it stands still: a last day inside a pause moves to the
        first working day from its end on.

        Raises:
            ValueError: `days` is negative.
        """
        _require_not_negative(days)
        pauses = _joined(without)
        day, left = start, days
        for paused, resumed in pauses:
            if day + timedelta(left) <= paused:
                break
            left -= max((paused - day).days, 0)
            day = max(day, resumed)
        last = day + timedelta(left)
        due_on = self._moved(last, pauses)
        return self._deadline(due_on, last)

    def add_working_days(
        self, start: date, days: int, *, without: Collection[Span] = ()
    ) -> Deadline:
        """Return the end of a limit of working days (工作日) that starts with `start` as day 0.

        A limit does not run out while it stands still, as in `add_calendar_days`.

        Raises:
            ValueError: `days` is negative.
        """
        _require_not_negative(days)
        pauses = _joined(without)
        day, left = start, days
        for paused, resumed in pauses:
            available = max(self.working_days_between(day, paused), 0)
            if available >= left:
                break
            left -= available
            day = max(day, resumed)
        last = self._nth(self._rank(day.toordinal()) + left) if left else day
        due_on = self._moved(last, pauses)
        return self._deadline(due_on, min(start + _DAY, due_on))

    def add_hours(
        self,
        start: datetime,
        hours: int | Decimal,
        *,
        without: Sequence[tuple[datetime, datetime]] = (),
    ) -> Deadline:
        """Return the end of a limit of hours from the aware moment `start`, rest days or not.

        Pauses are left out exactly. No calendar is involved, so it is never provisional.

        Raises:
            ValueError: `hours` is negative.
        """
        _require_not_negative(hours)
        # Counted in UTC: Shanghai kept summer time until 1991.
        moment = start.astimezone(UTC)
        pauses = [(since.astimezone(UTC), until.astimezone(UTC)) for since, until in without]
        left = timedelta(microseconds=int(Decimal(hours) * 3_600_000_000))
        for paused, resumed in _joined(pauses):
            if moment + left <= paused:
                break
            left -= max(paused - moment, timedelta(0))
            moment = max(moment, resumed)
        due_at = (moment + left).astimezone(SHANGHAI)
        return Deadline(business_date(due_at - _TICK), due_at, is_provisional=False)

    def explain_working_days(
        self, start: date, days: int, *, without: Collection[Span] = ()
    ) -> Iterator[ExplainedDay]:
        """Yield every day from `start` to the end of `add_working_days`, with what it counted."""
        due_on = self.add_working_days(start, days, without=without).due_on
        return self._explain(start, days, due_on, without, in_working_days=True)

    def explain_calendar_days(
        self, start: date, days: int, *, without: Collection[Span] = ()
    ) -> Iterator[ExplainedDay]:
        """Yield every day from `start` to the end of `add_calendar_days`, with what it counted."""
        due_on = self.add_calendar_days(start, days, without=without).due_on
        return self._explain(start, days, due_on, without, in_working_days=False)

    def _explain(
        self,
        start: date,
        days: int,
        due_on: date,
        without: Collection[Span],
        *,
        in_working_days: bool,
    ) -> Iterator[ExplainedDay]:
        yield ExplainedDay(start, 0, DayKind.START, self.holiday(start))
        number, day = 0, start
        while day < due_on:
            day += _DAY
            kind = self._kind(day)
            if any(paused < day <= resumed for paused, resumed in without):
                kind = DayKind.PAUSED
            elif number < days and not in_working_days:
                kind = DayKind.CALENDAR
            is_counted = number < days and kind in (
                DayKind.CALENDAR,
                DayKind.WORKING,
                DayKind.MAKE_UP,
            )
            number += is_counted
            if day == due_on and not is_counted:
                kind = DayKind.MOVED
            yield ExplainedDay(day, number if is_counted else 0, kind, self.holiday(day))

    def _kind(self, day: date) -> DayKind:
        if day in self._make_up_days:
            return DayKind.MAKE_UP
        if day in self._days_off:
            return DayKind.HOLIDAY
        return DayKind.WORKING if day.weekday() < 5 else DayKind.WEEKEND

    def _moved(self, last: date, pauses: Sequence[Span]) -> date:
        """Return the day on which a limit ends whose last counted day is `last`."""
        day = self.next_working_day(last)
        for paused, resumed in pauses:
            if paused <= day < resumed:
                day = self.next_working_day(resumed)
        return day

    def _deadline(self, due_on: date, since: date) -> Deadline:
        """Return the deadline, provisional when a day from `since` to `due_on` may yet change."""
        years = range(since.year, (due_on + _DAYS_BEFORE_NEW_YEAR).year + 1)
        due_at = datetime.combine(due_on + _DAY, clock_time(), SHANGHAI)
        return Deadline(due_on, due_at, not self._announced.issuperset(years))

    def _rank(self, day: int) -> int:
        return _weekdays(day) + self._corrections[bisect_right(self._exceptions, day)]

    def _nth(self, rank: int) -> date:
        """Return the working day with this rank."""
        # The first exception whose rank is not lower ends the stretch of plain weeks in which the
        # day lies; at the latest it is that exception itself.
        i = bisect_left(self._exception_ranks, rank)
        weekdays = rank - self._corrections[i]
        day = (weekdays - 1) // 5 * 7 + (weekdays - 1) % 5 + 1
        if i < len(self._exceptions):
            day = min(day, self._exceptions[i])
        return date.fromordinal(day)


@cache
def default_calendar() -> WorkingCalendar:
    """Return the calendar of the packaged table (`data/holidays.csv`)."""
    table = resources.files("baocheng.kernel").joinpath("data", "holidays.csv")
    return WorkingCalendar.from_csv(table.read_text("utf-8"))


def _weekdays(day: int) -> int:
    """Count the Mondays to Fridays up to the ordinal `day`; ordinal 1 is a Monday."""
    return day // 7 * 5 + min(day % 7, 5)


def _require_not_negative(length: int | Decimal) -> None:
    if length < 0:
        raise ValueError("a time limit is not negative")


def _joined(spans: Collection[tuple[Moment, Moment]]) -> list[tuple[Moment, Moment]]:
    """Return the spans in order, those that overlap or touch as one, empty ones left out."""
    joined: list[tuple[Moment, Moment]] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(until, joined[-1][1])
        elif since < until:
            joined.append((since, until))
    return joined
