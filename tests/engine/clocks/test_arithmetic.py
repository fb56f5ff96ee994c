from datetime import date, datetime
from decimal import Decimal

import pytest

from baocheng.engine.clocks.arithmetic import (
    Alarm,
    count_days,
    deadline_of,
    explain,
    standing,
    used_share,
)
from baocheng.engine.clocks.enums import ClockState, Mark
from baocheng.engine.clocks.ledger import Entry, Pause, Run
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.work.enums import Party
from baocheng.kernel.calendar import DayKind, default_calendar
from baocheng.kernel.time import SHANGHAI

CALENDAR = default_calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def started(at: str, limit: str) -> Run:
    return Run((Entry(mark=Mark.STARTED, at=moment(at), limit=Limit.read(limit)),))


def paused(run: Run, at: str, label: str = "0", ball_with: Party = Party.CUSTOMER) -> Run:
    return run.plus(Entry(mark=Mark.PAUSED, at=moment(at), label=label, ball_with=ball_with))


def resumed(run: Run, at: str, *ends: str) -> Run:
    return run.plus(Entry(mark=Mark.RESUMED, at=moment(at), ends=ends or ("0",)))


def due(run: Run) -> str | None:
    deadline = deadline_of(run, CALENDAR)
    return deadline and str(deadline.due_at.astimezone(SHANGHAI))


@pytest.mark.parametrize(
    ("start", "limit", "due_at"),
    [
        ("2025-09-26 10:00", "5 working days", "2025-10-11 00:00:00+08:00"),
        ("2025-09-26 10:00", "30 working days", "2025-11-14 00:00:00+08:00"),
        ("2025-10-01 00:20", "24 hours", "2025-10-02 00:20:00+08:00"),
        ("2025-09-26 23:59", "3 days", "2025-09-30 00:00:00+08:00"),
        ("2025-09-26 10:00", "10 days", "2025-10-10 00:00:00+08:00"),
        ("2025-09-26 10:00", "1 day", "2025-09-29 00:00:00+08:00"),
    ],
)
def test_a_deadline_follows_the_law(start: str, limit: str, due_at: str) -> None:
    assert due(started(start, limit)) == due_at


def test_days_after_the_supplement_notice_up_to_the_receipt_do_not_count() -> None:
    run = resumed(
        paused(started("2025-11-03 09:00", "30 days"), "2025-11-10 15:00"), "2025-11-20 08:00"
    )

    # 3 December without the pause, ten days later with it; a Saturday moves on to Monday.
    assert due(started("2025-11-03 09:00", "30 days")) == "2025-12-04 00:00:00+08:00"
    assert due(run) == "2025-12-16 00:00:00+08:00"
    assert [count_days(run, date(2025, 11, day), CALENDAR) for day in (9, 10, 11, 20, 21)] == [
        6,
        7,
        7,
        7,
        8,
    ]


def test_a_pause_within_a_day_costs_no_day() -> None:
    run = resumed(
        paused(started("2025-11-03 09:00", "30 days"), "2025-11-10 09:00"), "2025-11-10 17:00"
    )

    assert due(run) == due(started("2025-11-03 09:00", "30 days"))


def test_hours_leave_the_pause_out_exactly() -> None:
    run = paused(started("2025-11-03 09:00", "24 hours"), "2025-11-03 10:30")

    assert due(run) is None
    assert used_share(run, moment("2025-11-09 09:00"), CALENDAR) == Decimal("0.0625")
    assert due(resumed(run, "2025-11-05 08:00")) == "2025-11-06 06:30:00+08:00"


def test_a_lasting_pause_has_no_deadline_unless_it_ran_out_before() -> None:
    run = started("2025-11-03 09:00", "5 days")

    assert due(paused(run, "2025-11-08 12:00")) is None
    assert due(paused(run, "2025-11-11 12:00")) == due(run) == "2025-11-11 00:00:00+08:00"


def test_overlapping_pauses_end_with_the_last() -> None:
    run = paused(started("2025-11-03 09:00", "30 days"), "2025-11-05 10:00")
    run = paused(run, "2025-11-06 10:00", "1", Party.THIRD_PARTY)
    run = resumed(run, "2025-11-07 10:00")

    assert (run.state, run.ball_with) == (ClockState.PAUSED, Party.THIRD_PARTY)
    run = resumed(run, "2025-11-12 10:00", "1")
    assert run.state is ClockState.RUNNING
    assert run.pauses == (
        Pause(moment("2025-11-05 10:00"), moment("2025-11-12 10:00"), Party.CUSTOMER, ""),
    )


def test_a_pause_recorded_late_never_reaches_before_the_start() -> None:
    run = resumed(
        paused(started("2025-11-03 09:00", "30 days"), "2025-11-01 10:00"), "2025-11-02 10:00"
    )

    assert run.pauses[0].since == run.pauses[0].until == moment("2025-11-03 09:00")
    assert due(run) == "2025-12-04 00:00:00+08:00"


def test_changing_the_limit_keeps_what_was_used() -> None:
    run = resumed(
        paused(started("2025-11-03 09:00", "5 working days"), "2025-11-05 10:00"),
        "2025-11-12 10:00",
    )
    changed = run.plus(
        Entry(mark=Mark.LIMIT_CHANGED, at=moment("2025-11-13 09:00"), limit=Limit.read("30 days"))
    )

    assert count_days(changed, date(2025, 11, 12), CALENDAR) == 2
    # 30 days from 3 November, and the seven days of the pause.
    assert due(changed) == "2025-12-11 00:00:00+08:00"


def test_a_year_without_notice_is_provisional() -> None:
    deadline = deadline_of(started("2031-12-20 09:00", "30 working days"), CALENDAR)

    assert deadline is not None
    assert deadline.is_provisional


@pytest.mark.parametrize(
    ("limit", "alarm", "moment_text"),
    [
        ("30 days", Alarm("80%", share=Decimal("0.8")), "2025-11-28 00:00"),
        ("5 working days", Alarm("80%", share=Decimal("0.8")), "2025-11-10 00:00"),
        ("1 days", Alarm("50%", share=Decimal("0.5")), "2025-11-04 12:00"),
        ("24 hours", Alarm("75%", share=Decimal("0.75")), "2025-11-04 03:00"),
        ("5 working days", Alarm("w", before=Limit.read("1 working day")), "2025-11-10 00:00"),
        ("10 days", Alarm("d", before=Limit.read("2 days")), "2025-11-12 00:00"),
        ("24 hours", Alarm("h", before=Limit.read("2 hours")), "2025-11-04 07:00"),
    ],
)
def test_a_warning_comes_at_its_moment(limit: str, alarm: Alarm, moment_text: str) -> None:
    now = standing(started("2025-11-03 09:00", limit), [alarm], CALENDAR)

    assert now.checks[0] == (moment(moment_text), alarm.label)
    assert now.checks[1] == (now.deadline and now.deadline.due_at, "")


def test_a_warning_skips_the_pause_and_holidays() -> None:
    run = resumed(
        paused(started("2025-09-26 09:00", "5 working days"), "2025-09-28 10:00"),
        "2025-09-29 10:00",
    )

    # Counted: 28 and 30 September, 9, 10 and 11 October (a make-up Saturday).
    now = standing(run, [Alarm("80%", share=Decimal("0.8"))], CALENDAR)
    assert now.deadline is not None
    assert now.deadline.due_on == date(2025, 10, 11)
    assert now.next_check_at == moment("2025-10-11 00:00")


def test_a_warning_longer_than_the_limit_is_never_given() -> None:
    alarm = Alarm("d", before=Limit.read("9 days"))
    now = standing(started("2025-11-03 09:00", "3 days"), [alarm], CALENDAR)

    assert [label for _, label in now.checks] == [""]


def test_a_new_limit_warns_anew() -> None:
    alarm = Alarm("80%", share=Decimal("0.8"))
    run = started("2025-11-03 09:00", "5 working days").plus(
        Entry(mark=Mark.WARNED, at=moment("2025-11-10 00:00"), label="80%")
    )

    assert [label for _, label in standing(run, [alarm], CALENDAR).checks] == [""]
    run = run.plus(
        Entry(mark=Mark.LIMIT_CHANGED, at=moment("2025-11-10 09:00"), limit=Limit.read("30 days"))
    )
    assert [label for _, label in standing(run, [alarm], CALENDAR).checks] == ["80%", ""]


def test_used_share_grows_only_on_days_that_count() -> None:
    run = started("2025-09-26 09:00", "5 working days")

    shares = [
        used_share(run, moment(at), CALENDAR)
        for at in ("2025-09-27 12:00", "2025-09-28 12:00", "2025-10-05 12:00", "2025-10-20 12:00")
    ]
    assert shares == [Decimal(0), Decimal("0.1"), Decimal("0.6"), Decimal(1)]


def test_the_arithmetic_is_explained_in_stretches() -> None:
    run = started("2025-09-26 09:00", "5 working days")

    assert [
        (str(one.first), str(one.last), one.kind, one.last_number)
        for one in explain(run, moment("2025-09-27 12:00"), CALENDAR)
    ] == [
        ("2025-09-26", "2025-09-26", DayKind.START, 0),
        ("2025-09-27", "2025-09-27", DayKind.WEEKEND, 0),
        ("2025-09-28", "2025-09-28", DayKind.MAKE_UP, 1),
        ("2025-09-29", "2025-09-30", DayKind.WORKING, 3),
        ("2025-10-01", "2025-10-08", DayKind.HOLIDAY, 0),
        ("2025-10-09", "2025-10-10", DayKind.WORKING, 5),
    ]


def test_the_explanation_of_a_lasting_pause_ends_today() -> None:
    run = paused(started("2025-11-03 09:00", "10 days"), "2025-11-05 10:00")

    stretches = explain(run, moment("2025-11-08 12:00"), CALENDAR)
    assert [(str(one.last), one.kind) for one in stretches] == [
        ("2025-11-03", DayKind.START),
        ("2025-11-05", DayKind.CALENDAR),
        ("2025-11-08", DayKind.PAUSED),
    ]


def test_stopping_ends_the_pause() -> None:
    run = paused(started("2025-11-03 09:00", "10 days"), "2025-11-05 10:00")
    run = run.plus(Entry(mark=Mark.STOPPED, at=moment("2025-11-09 10:00")))

    assert run.state is ClockState.STOPPED
    assert run.pauses[0].until == moment("2025-11-09 10:00")
    assert used_share(run, moment("2025-12-09 10:00"), CALENDAR) == Decimal("0.2")


def test_the_ledger_survives_json() -> None:
    run = resumed(
        paused(started("2025-11-03 09:00", "10 days"), "2025-11-05 10:00"), "2025-11-06 10:00"
    )

    assert Run.from_json(run.to_json()) == run


@pytest.mark.parametrize(
    "text", ["", "5", "0 days", "five days", "5 weeks", "-1 days", "1.5 hours"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        Limit.read(text)
