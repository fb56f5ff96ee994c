from datetime import datetime

import pytest
from django.utils import translation

from baocheng.engine.clocks.arithmetic import deadline_of, explain
from baocheng.engine.clocks.enums import Mark
from baocheng.engine.clocks.ledger import Entry, Run
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.clocks.wording import (
    arithmetic_in_words,
    limit_in_words,
    remaining_in_words,
)
from baocheng.engine.work.enums import Party
from baocheng.kernel.calendar import default_calendar
from baocheng.kernel.time import SHANGHAI

CALENDAR = default_calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def run_of(limit: str, *more: Entry) -> Run:
    started = Entry(mark=Mark.STARTED, at=moment("2025-11-03 09:00"), limit=Limit.read(limit))
    return Run((started, *more))


def pause(at: str) -> Entry:
    return Entry(mark=Mark.PAUSED, at=moment(at), label="0", ball_with=Party.CUSTOMER)


def words(run: Run, at: str) -> str:
    with translation.override("zh-hans"):
        return remaining_in_words(run, deadline_of(run, CALENDAR), moment(at), CALENDAR)


@pytest.mark.parametrize(
    ("limit", "at", "expected"),
    [
        ("24 hours", "2025-11-04 06:00", "剩 3 小时"),
        ("24 hours", "2025-11-04 08:30", "剩 30 分钟"),
        ("24 hours", "2025-11-04 09:00", "逾期 0 小时"),
        ("24 hours", "2025-11-04 12:00", "逾期 3 小时"),
        ("24 hours", "2025-11-10 12:00", "逾期 6 天"),
        ("200 hours", "2025-11-03 10:00", "剩 8 天"),
        ("5 working days", "2025-11-06 12:00", "剩 2 个工作日"),
        ("5 working days", "2025-11-08 12:00", "剩 1 个工作日"),
        ("5 working days", "2025-11-10 15:00", "剩 9 小时"),
        ("5 working days", "2025-11-12 15:00", "逾期 2 个工作日"),
        ("4 working days", "2025-11-08 15:00", "逾期 1 天"),
        ("10 days", "2025-11-03 15:00", "剩 10 天"),
        ("10 days", "2025-11-15 15:00", "逾期 2 天"),
    ],
)
def test_what_remains_is_said_in_the_unit_people_need(limit: str, at: str, expected: str) -> None:
    assert words(run_of(limit), at) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("10 days", "已暂停，剩 8 天"),
        ("5 working days", "已暂停，剩 3 个工作日"),
        ("60 hours", "已暂停，剩 8 小时"),
    ],
)
def test_a_pause_says_what_is_left_however_long_it_lasts(limit: str, expected: str) -> None:
    run = run_of(limit, pause("2025-11-05 13:00"))

    assert words(run, "2025-11-05 14:00") == words(run, "2025-11-30 14:00") == expected


def test_a_stopped_clock_says_whether_it_was_in_time() -> None:
    stop = Entry(mark=Mark.STOPPED, at=moment("2025-11-05 13:00"))
    breach = Entry(mark=Mark.BREACHED, at=moment("2025-11-05 09:00"))

    assert words(run_of("3 days", stop), "2025-11-09 09:00") == "按时完成"
    assert words(run_of("48 hours", breach, stop), "2025-11-09 09:00") == "逾期完成"
    assert words(Run(), "2025-11-09 09:00") == "未起算"


def test_limits_are_said_in_words() -> None:
    with translation.override("zh-hans"):
        said = [
            limit_in_words(Limit.read(text)) for text in ("5 working days", "30 days", "1 hour")
        ]

    assert [*said, limit_in_words(None)] == ["5 个工作日", "30 日", "1 小时", ""]


def test_the_arithmetic_of_hours_tells_the_moments() -> None:
    resume = Entry(mark=Mark.RESUMED, at=moment("2025-11-04 08:00"), ends=("0",))
    run = run_of("24 hours", pause("2025-11-03 10:30"), resume)

    with translation.override("zh-hans"):
        lines = arithmetic_in_words(run, explain(run, moment("2025-11-04 09:00"), CALENDAR))
    assert [tuple(line) for line in lines] == [
        ("2025-11-03 09:00", "起算", True),
        ("2025-11-03 10:30", "暂停计时：客户", False),
        ("2025-11-04 08:00", "恢复计时", True),
    ]
