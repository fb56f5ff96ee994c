"""Clocks in words: limits, what remains, the arithmetic."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from baocheng.engine.clocks.arithmetic import Stretch, count_days, used_hours
from baocheng.engine.clocks.enums import ClockState, LimitUnit
from baocheng.engine.clocks.ledger import Run
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.work.enums import Party
from baocheng.kernel.calendar import DAY_KIND_LABELS, DayKind, Deadline, WorkingCalendar
from baocheng.kernel.time import SHANGHAI, business_date

_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
_HOURS_SHOWN_MAX = 72


class Line(NamedTuple):
    """One line of the arithmetic as a page shows it."""

    label: str
    text: str
    is_counted: bool = True


def limit_in_words(limit: Limit | None) -> str:
    """Return "5 个工作日"."""
    if limit is None:
        return ""
    count = limit.length
    match limit.unit:
        case LimitUnit.WORKING_DAYS:
            return ngettext("{n} 个工作日", "{n} 个工作日", count).format(n=count)
        case LimitUnit.CALENDAR_DAYS:
            return ngettext("{n} 日", "{n} 日", count).format(n=count)
    return ngettext("{n} 小时", "{n} 小时", count).format(n=count)


def remaining_in_words(
    run: Run, deadline: Deadline | None, at: datetime, calendar: WorkingCalendar
) -> str:
    """Return how a clock stands in one short phrase: "剩 3 小时", "剩 2 个工作日", "逾期 1 天"."""
    match run.state:
        case ClockState.PENDING:
            return gettext("未起算")
        case ClockState.STOPPED:
            return gettext("逾期完成") if run.breached_at else gettext("按时完成")
    if run.limit is None:
        return ""
    if deadline is None:
        return gettext("已暂停，{left}").format(left=_left_of_paused(run, run.limit, at, calendar))
    if at < deadline.due_at:
        return _left(run.limit, deadline, at, calendar)
    return _late(run.limit, deadline, at, calendar)


def _left(limit: Limit, deadline: Deadline, at: datetime, calendar: WorkingCalendar) -> str:
    left, today = deadline.due_at - at, business_date(at)
    if limit.unit is LimitUnit.HOURS or today == deadline.due_on:
        return _time_left(left)
    if limit.unit is LimitUnit.WORKING_DAYS:
        count = calendar.working_days_between(today, deadline.due_on)
        return ngettext("剩 {n} 个工作日", "剩 {n} 个工作日", count).format(n=count)
    return _days_left((deadline.due_on - today).days)


def _time_left(left: timedelta) -> str:
    minutes = left // timedelta(minutes=1)
    if minutes < 60:
        return ngettext("剩 {n} 分钟", "剩 {n} 分钟", minutes).format(n=minutes)
    hours = minutes // 60
    if hours <= _HOURS_SHOWN_MAX:
        return ngettext("剩 {n} 小时", "剩 {n} 小时", hours).format(n=hours)
    return _days_left(hours // 24)


def _days_left(count: int) -> str:
    return ngettext("剩 {n} 天", "剩 {n} 天", count).format(n=count)


def _left_of_paused(run: Run, limit: Limit, at: datetime, calendar: WorkingCalendar) -> str:
    if limit.unit is LimitUnit.HOURS:
        return _time_left(timedelta(hours=float(limit.length - used_hours(run, at))))
    count = limit.length - count_days(run, business_date(at), calendar)
    if limit.unit is LimitUnit.WORKING_DAYS:
        return ngettext("剩 {n} 个工作日", "剩 {n} 个工作日", count).format(n=count)
    return _days_left(count)


def _late(limit: Limit, deadline: Deadline, at: datetime, calendar: WorkingCalendar) -> str:
    today = business_date(at)
    hours = (at - deadline.due_at) // timedelta(hours=1)
    if limit.unit is LimitUnit.HOURS and hours <= _HOURS_SHOWN_MAX:
        return ngettext("逾期 {n} 小时", "逾期 {n} 小时", hours).format(n=hours)
    if limit.unit is LimitUnit.WORKING_DAYS:
        count = calendar.working_days_between(deadline.due_on, today)
        if count:
            return ngettext("逾期 {n} 个工作日", "逾期 {n} 个工作日", count).format(n=count)
    count = max((today - deadline.due_on).days, 1)
    return ngettext("逾期 {n} 天", "逾期 {n} 天", count).format(n=count)


def arithmetic_in_words(run: Run, stretches: Sequence[Stretch]) -> list[Line]:
    """Return the arithmetic line by line: which days count and why the others do not."""
    if run.limit is not None and run.limit.unit is LimitUnit.HOURS:
        return list(_hours_in_words(run))
    return [
        Line(_days(one.first, one.last), _reason(one), is_counted=one.is_counted)
        for one in stretches
    ]


def _days(first: date, last: date) -> str:
    if first == last:
        return f"{_day(first)} {_WEEKDAYS[first.weekday()]}"
    return f"{_day(first)}—{_day(last)}"


def _day(day: date) -> str:
    return gettext("{month}月{day}日").format(month=day.month, day=day.day)


def _reason(stretch: Stretch) -> str:
    label = gettext(DAY_KIND_LABELS[stretch.kind])
    if stretch.holiday and stretch.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP):
        label = gettext("{label}（{holiday}）").format(label=label, holiday=stretch.holiday)
    if not stretch.is_counted:
        return label
    if stretch.first_number == stretch.last_number:
        return gettext("{label}，第 {n} 日").format(label=label, n=stretch.last_number)
    return gettext("{label}，第 {first}—{last} 日").format(
        label=label, first=stretch.first_number, last=stretch.last_number
    )


def _hours_in_words(run: Run) -> Iterator[Line]:
    if run.started_at is None:
        return
    yield Line(_moment(run.started_at), gettext("起算"))
    for pause in run.pauses:
        text = gettext("暂停计时：{party}").format(party=Party(pause.ball_with).label)
        yield Line(_moment(pause.since), text, is_counted=False)
        if pause.until:
            yield Line(_moment(pause.until), gettext("恢复计时"))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
