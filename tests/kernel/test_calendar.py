from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.kernel.calendar import (
    DayKind,
    ExplainedDay,
    WorkingCalendar,
    default_calendar,
)
from baocheng.kernel.time import SHANGHAI

CALENDAR = default_calendar()
ANNOUNCED = st.dates(date(2007, 1, 1), date(2026, 9, 30))
ANY_DAY = st.dates(date(1990, 1, 1), date(2060, 12, 31))
FEW = st.integers(0, 60)


def spans_from(start: date) -> st.SearchStrategy[list[tuple[date, date]]]:
    """Pauses of up to twenty days that begin within fifty days of `start`, overlapping or not."""
    pair = st.tuples(st.integers(-5, 50), st.integers(0, 20))
    return st.lists(
        pair.map(lambda p: (start + timedelta(p[0]), start + timedelta(p[0] + p[1]))), max_size=4
    )


@st.composite
def starts_and_spans(draw: st.DrawFn) -> tuple[date, list[tuple[date, date]]]:
    start = draw(ANNOUNCED)
    return start, draw(spans_from(start))


def naive_end(
    start: date, days: int, spans: list[tuple[date, date]], *, in_working_days: bool
) -> date:
    """Count one day after the other, as a person with a wall calendar does."""
    day = last = start
    left = days
    while left:
        day += timedelta(1)
        if any(paused < day <= resumed for paused, resumed in spans):
            continue
        if not in_working_days or CALENDAR.is_working_day(day):
            left -= 1
            last = day
    while not CALENDAR.is_working_day(last) or any(p <= last < r for p, r in spans):
        last += timedelta(1)
    return last


def due(year: int, month: int, day: int) -> tuple[date, datetime]:
    on = date(year, month, day)
    midnight = datetime(year, month, day, tzinfo=SHANGHAI) + timedelta(1)
    return on, midnight


def test_five_working_days_over_national_day_end_on_make_up_friday() -> None:
    deadline = CALENDAR.add_working_days(date(2025, 9, 26), 5)

    assert deadline == (*due(2025, 10, 10), False)


def test_thirty_working_days_over_national_day() -> None:
    deadline = CALENDAR.add_working_days(date(2025, 9, 26), 30)

    assert deadline == (*due(2025, 11, 13), False)


def test_hours_run_through_a_holiday() -> None:
    start = datetime(2025, 10, 1, 0, 20, tzinfo=SHANGHAI)

    deadline = CALENDAR.add_hours(start, 24)

    end = datetime(2025, 10, 2, 0, 20, tzinfo=SHANGHAI)
    assert deadline == (date(2025, 10, 2), end, False)


def test_hours_that_end_at_midnight_are_due_on_the_day_before() -> None:
    start = datetime(2025, 9, 30, 0, 0, tzinfo=SHANGHAI)

    assert CALENDAR.add_hours(start, 24).due_on == date(2025, 9, 30)


def test_hours_leave_out_pauses_exactly() -> None:
    start = datetime(2025, 3, 3, 9, 0, tzinfo=SHANGHAI)
    pauses = [
        (start + timedelta(hours=1), start + timedelta(hours=1.5)),
        (start + timedelta(hours=1.25), start + timedelta(hours=2)),
        (start + timedelta(hours=11), start + timedelta(hours=12)),
    ]

    deadline = CALENDAR.add_hours(start, Decimal("1.5"), without=pauses)

    assert deadline.due_at == datetime(2025, 3, 3, 11, 30, tzinfo=SHANGHAI)


def test_hours_count_real_time_over_the_summer_time_of_1986() -> None:
    start = datetime(1986, 5, 3, 12, 0, tzinfo=SHANGHAI)

    assert CALENDAR.add_hours(start, 24).due_at == datetime(1986, 5, 4, 13, 0, tzinfo=SHANGHAI)


def test_calendar_days_roll_forward_over_the_holiday() -> None:
    # Day ten is 2025-10-05, in the National Day holiday that ends on 10-08.
    assert CALENDAR.add_calendar_days(date(2025, 9, 25), 10).due_on == date(2025, 10, 9)


def test_calendar_days_end_on_a_make_up_sunday() -> None:
    assert CALENDAR.add_calendar_days(date(2025, 9, 18), 10).due_on == date(2025, 9, 28)


def test_make_up_sunday_is_a_working_day() -> None:
    assert CALENDAR.is_working_day(date(2025, 9, 28))
    assert not CALENDAR.is_working_day(date(2025, 9, 27))
    assert not CALENDAR.is_working_day(date(2025, 10, 8))


def test_limit_in_a_year_not_announced_is_provisional() -> None:
    assert not CALENDAR.is_announced(2027)
    assert CALENDAR.add_working_days(date(2026, 12, 25), 10) == (*due(2027, 1, 8), True)
    assert CALENDAR.add_calendar_days(date(2026, 12, 28), 10) == (*due(2027, 1, 7), True)
    assert not CALENDAR.add_working_days(date(2026, 11, 2), 10).is_provisional


def test_last_days_of_december_wait_for_the_next_notice() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 25), 1) == (*due(2026, 12, 28), True)
    assert not CALENDAR.add_working_days(date(2025, 12, 25), 2).is_provisional


def test_calendar_days_through_an_unknown_year_that_end_in_a_known_one_are_sure() -> None:
    assert not CALENDAR.add_calendar_days(date(2006, 6, 1), 365).is_provisional


def test_limit_paused_on_its_last_day_ends_on_the_day_it_resumes() -> None:
    friday, wednesday = date(2025, 3, 14), date(2025, 3, 19)

    assert CALENDAR.add_working_days(date(2025, 3, 7), 5).due_on == friday
    paused = CALENDAR.add_working_days(date(2025, 3, 7), 5, without=[(friday, wednesday)])

    assert paused.due_on == wednesday


def test_negative_limit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not negative"):
        CALENDAR.add_working_days(date(2025, 1, 1), -1)


def test_explained_working_days_name_holidays_and_make_up_days() -> None:
    days = list(CALENDAR.explain_working_days(date(2025, 9, 26), 3))

    assert days[:4] == [
        ExplainedDay(date(2025, 9, 26), 0, DayKind.START, ""),
        ExplainedDay(date(2025, 9, 27), 0, DayKind.WEEKEND, ""),
        ExplainedDay(date(2025, 9, 28), 1, DayKind.MAKE_UP, "国庆节、中秋节"),
        ExplainedDay(date(2025, 9, 29), 2, DayKind.WORKING, ""),
    ]
    assert days[-1] == ExplainedDay(date(2025, 9, 30), 3, DayKind.WORKING, "")


def test_explained_calendar_days_show_where_the_end_moved() -> None:
    days = list(CALENDAR.explain_calendar_days(date(2025, 10, 1), 3))

    assert [day.number for day in days] == [0, 1, 2, 3, 0, 0, 0, 0, 0]
    assert [day.kind for day in days[4:]] == [*[DayKind.HOLIDAY] * 4, DayKind.MOVED]
    assert days[-1].on == date(2025, 10, 9)


@given(starts_and_spans(), FEW)
def test_working_days_agree_with_counting_by_hand(
    given_days: tuple[date, list[tuple[date, date]]], days: int
) -> None:
    start, spans = given_days

    deadline = CALENDAR.add_working_days(start, days, without=spans)

    assert deadline.due_on == naive_end(start, days, spans, in_working_days=True)


@given(starts_and_spans(), FEW)
def test_calendar_days_agree_with_counting_by_hand(
    given_days: tuple[date, list[tuple[date, date]]], days: int
) -> None:
    start, spans = given_days

    deadline = CALENDAR.add_calendar_days(start, days, without=spans)

    assert deadline.due_on == naive_end(start, days, spans, in_working_days=False)


@given(ANY_DAY, st.integers(1, 4000))
def test_a_limit_ends_on_a_working_day_and_later_with_more_days(start: date, days: int) -> None:
    first = CALENDAR.add_working_days(start, days).due_on
    second = CALENDAR.add_working_days(start, days + 1).due_on

    assert CALENDAR.is_working_day(first)
    assert first < second
    assert CALENDAR.add_calendar_days(start, days).due_on <= second


@given(ANY_DAY, st.integers(1, 4000))
def test_days_between_invert_adding(start: date, days: int) -> None:
    end = CALENDAR.add_working_days(start, days).due_on

    assert CALENDAR.working_days_between(start, end) == days
    assert CALENDAR.working_days_between(end, start) == -days


@given(ANNOUNCED, st.integers(1, 60), st.integers(0, 59), st.integers(0, 40))
def test_a_pause_shifts_the_last_calendar_day_by_its_length(
    start: date, days: int, paused_after: int, length: int
) -> None:
    paused = start + timedelta(min(paused_after, days))
    span = (paused, paused + timedelta(length))

    deadline = CALENDAR.add_calendar_days(start, days, without=[span])

    assert deadline.due_on == CALENDAR.next_working_day(start + timedelta(days + length))


@given(ANNOUNCED, FEW, st.integers(0, 60))
def test_pausing_and_resuming_on_one_day_changes_nothing(
    start: date, days: int, after: int
) -> None:
    day = start + timedelta(after)

    assert CALENDAR.add_working_days(start, days, without=[(day, day)]) == (
        CALENDAR.add_working_days(start, days)
    )


@given(starts_and_spans(), FEW)
def test_no_limit_ends_while_it_stands_still(
    given_days: tuple[date, list[tuple[date, date]]], days: int
) -> None:
    start, spans = given_days

    for add in (CALENDAR.add_working_days, CALENDAR.add_calendar_days):
        end = add(start, days, without=spans).due_on
        assert not any(paused <= end < resumed for paused, resumed in spans)


@given(starts_and_spans(), FEW)
def test_explanation_counts_to_the_limit_and_ends_on_its_last_day(
    given_days: tuple[date, list[tuple[date, date]]], days: int
) -> None:
    start, spans = given_days

    explained = list(CALENDAR.explain_working_days(start, days, without=spans))

    end = CALENDAR.add_working_days(start, days, without=spans).due_on
    assert explained[-1].on == end
    assert sum(day.is_counted for day in explained) == days
    assert [day.on for day in explained] == [
        start + timedelta(i) for i in range((end - start).days + 1)
    ]


@given(st.dates())
def test_an_empty_calendar_works_monday_to_friday(day: date) -> None:
    calendar = WorkingCalendar({}, {}, ())

    assert calendar.is_working_day(day) is (day.weekday() < 5)
