"""The demonstration clock. Real installations never load this module."""

import re
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from baocheng.demo import clock
from baocheng.desk import problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows.administration import Advance, ClockPage
from baocheng.kernel.calendar import default_calendar
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import business_date, now
from baocheng.ui.components import Field, Notice, Tone

_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)


class InvalidDuration(Problem):
    """Not a length of time that the clock can be moved by."""

    code = "demo.invalid_duration"
    message = gettext_noop("时长填写有误：P10D 是十天，PT36H 是三十六小时。")


@staff_only()
def show_clock(request: DeskRequest) -> HttpResponse:
    """Show the clock; move it forward and say what fell due on the way."""
    fired, wrong, entered = None, "", request.POST.get("advance", "").strip()
    if request.method == "POST":
        try:
            advanced = clock.advance(_duration(entered))
        except Problem as problem:
            wrong = problems.said(problem)
        else:
            fired = Notice(
                title=_("已拨快"),
                message=_("处理了 {timers} 个流程定时、{clocks} 个时钟的提醒或逾期。").format(
                    timers=advanced.timers, clocks=advanced.clocks
                ),
                tone=Tone.ON_TIME,
            )
            request.at = advanced.now
    at = now()
    page = ClockPage(
        at=at,
        day_kind=_day_kind(business_date(at)),
        advances=[
            Advance(label=_("1 小时"), duration="PT1H"),
            Advance(label=_("1 天"), duration="P1D"),
            Advance(label=_("3 天"), duration="P3D"),
            Advance(label=_("10 天"), duration="P10D"),
            Advance(label=_("31 天"), duration="P31D"),
        ],
        custom=Field(
            name="advance",
            label=_("其他时长"),
            value=entered if wrong else "",
            help=_("ISO 8601：P10D 是十天，PT36H 是三十六小时"),
            placeholder="P10D",
            problem=wrong,
            is_required=True,
        ),
        fired=fired,
    )
    status = 422 if wrong else 200
    template = "desk/administration/clock.html"
    return render_page(request, template, section="administration", status=status, page=page)


def _day_kind(day: date) -> str:
    calendar = default_calendar()
    kind = _("工作日") if calendar.is_working_day(day) else _("休息日")
    return " ".join(part for part in (kind, calendar.holiday(day)) if part)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text.upper())
    if found is None:
        raise InvalidDuration("advance")
    try:
        return timedelta(**{unit: int(size) for unit, size in found.groupdict("0").items()})
    except OverflowError:
        raise clock.NotForward("advance") from None
