from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from baocheng.engine.clocks import live
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.models import Clock
from baocheng.engine.clocks.queries import (
    clock_stack,
    clock_stacks,
    find_clock,
    tightest_deadlines,
)
from baocheng.engine.clocks.runtime import check_due, next_due, recount_provisional
from baocheng.engine.journal.chain import verify
from baocheng.engine.journal.events import Event, event
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.items import NewItem, complete_item, open_items
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.calendar import WorkingCalendar
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ZHAO = Actor(id="staff:zhao", name="赵敏")
EDITOR = Actor(id="staff:editor", permissions=frozenset({PUBLISH_HANDBOOK}))
APPROVER = Actor(id="staff:chief", permissions=frozenset({APPROVE_HANDBOOK}))

pytestmark = pytest.mark.django_db


@event("tests.case.reported.v1")
@dataclass(frozen=True, kw_only=True)
class CaseReported(Event):
    """已报案。"""

    track: str = "simple"


@event("tests.case.supplement_asked.v1")
@dataclass(frozen=True, kw_only=True)
class SupplementAsked(Event):
    """已通知补充。"""


@event("tests.case.supplemented.v1")
@dataclass(frozen=True, kw_only=True)
class Supplemented(Event):
    """已补充。"""


@event("tests.case.triaged.v1")
@dataclass(frozen=True, kw_only=True)
class CaseTriaged(Event):
    """已分流。"""

    track: str


@event("tests.case.decided.v1")
@dataclass(frozen=True, kw_only=True)
class CaseDecided(Event):
    """已核定。"""


@event("tests.case.reopened.v1")
@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    """已重开。"""


CLOCKS = """\
clocks:
  - key: decision
    name: 理赔核定
    kind: statutory
    basis: {law: 《保险法》, article: 第二十三条}
    starts_on: tests.case.reported.v1
    pauses_on:
      - event: tests.case.supplement_asked.v1
        ball_with: customer
        waits_for: 客户补充材料
    resumes_on: tests.case.supplemented.v1
    restarts_on: tests.case.reopened.v1
    stops_on: tests.case.decided.v1
    changes_on: tests.case.triaged.v1
    limit:
      - {name: 复杂, when: track = "complex", limit: 30 days}
      - limit: 5 working days
    warnings: [80%]
    escalate_to: claims_supervisor
    breach: 赔偿因此受到的损失
  - key: reply
    name: 首次答复
    kind: promise
    basis: {promise: 服务承诺}
    starts_on: tests.case.reported.v1
    stops_on: tests.case.decided.v1
    limit: 24 hours
    drives: [reply]
"""


@pytest.fixture(autouse=True)
def published() -> None:
    handbook = Handbook({"case.clock.yaml": CLOCKS})
    assert handbook.check() == []
    publish(handbook, effective_at=NOON, approved_by=APPROVER, by=EDITOR, at=NOON)


def new_stream() -> Stream:
    return Stream("case", new_id())


def tell(stream: Stream, *facts: Event, at: datetime = NOON) -> None:
    with unit():
        for fact in facts:
            record(fact, stream=stream, by=ZHAO, at=at)


def clock(stream: Stream, key: str = "decision") -> Clock:
    found = find_clock(stream, key)
    assert found is not None
    return found


def types(stream: Stream) -> list[str]:
    return [row.type.removeprefix("tests.") for row in events_of(stream)]


def test_an_event_starts_the_clocks_that_listen_to_it() -> None:
    stream = new_stream()
    tell(stream, CaseReported())

    decision, reply = clock(stream), clock(stream, "reply")
    assert (decision.state, decision.due_on) == (ClockState.RUNNING, date(2025, 10, 10))
    assert reply.due_at == NOON + timedelta(hours=24)
    assert (decision.handbook_version, decision.is_provisional) == (1, False)
    assert tightest_deadlines([stream]) == {stream: reply.due_at}


def test_a_pause_stops_the_time_and_names_who_has_the_ball() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    tell(stream, SupplementAsked(), at=NOON + timedelta(days=2))

    paused = clock(stream)
    assert (paused.state, paused.ball_with, paused.due_at) == ("PAUSED", "CUSTOMER", None)
    tell(stream, Supplemented(), at=NOON + timedelta(days=14))
    resumed = clock(stream)
    assert (resumed.state, resumed.ball_with) == ("RUNNING", "US")
    assert resumed.due_on == date(
        2025, 10, 15
    )  # one day used, four more after 10 October, a Saturday worked


def test_a_change_of_tier_keeps_the_time_used() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    tell(stream, CaseTriaged(track="complex"), at=NOON + timedelta(days=3))

    changed = clock(stream)
    assert (changed.limit_length, changed.limit_unit) == (30, "CALENDAR_DAYS")
    assert changed.due_on == date(2025, 10, 27)  # 26 October is a Sunday
    assert changed.started_at == NOON


def test_warnings_and_breaches_are_recorded_once_with_a_sentence() -> None:
    stream = new_stream()
    tell(stream, CaseReported())

    assert check_due(at=NOON + timedelta(hours=23)) == 0
    assert next_due() == NOON + timedelta(hours=24)
    assert check_due(at=NOON + timedelta(hours=24)) == 1
    assert check_due(at=NOON + timedelta(hours=24)) == 0
    warned_at = datetime(2025, 10, 10, tzinfo=SHANGHAI)
    assert next_due() == warned_at
    assert check_due(at=warned_at) == 1
    assert check_due(at=datetime(2025, 10, 11, tzinfo=SHANGHAI)) == 1
    assert check_due(at=NOON + timedelta(days=999)) == 0

    assert [sentence(row) for row in events_of(stream)[1:]] == [
        "时限“首次答复”（服务承诺）已于 2025-09-27 12:00 到期，现已逾期",
        "时限“理赔核定”将于 2025-10-10 到期",
        "时限“理赔核定”（《保险法》第二十三条）已于 2025-10-10 到期，现已逾期：赔偿因此受到的损失",
    ]
    assert clock(stream).breached_at == datetime(2025, 10, 11, tzinfo=SHANGHAI)
    assert verify(stream.id).broken == []


def test_a_late_stop_records_the_breach_nobody_saw() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    tell(stream, CaseDecided(), at=NOON + timedelta(days=30))

    assert types(stream) == [
        "case.reported.v1",
        "case.decided.v1",
        "clocks.clock.breached.v1",
        "clocks.clock.breached.v1",
    ]
    stopped = clock(stream)
    assert (stopped.state, stopped.breached_at) == (
        "STOPPED",
        datetime(2025, 10, 11, tzinfo=SHANGHAI),
    )
    assert check_due(at=NOON + timedelta(days=99)) == 0


def test_extending_after_the_breach_does_not_undo_it() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    check_due(at=NOON + timedelta(days=20))
    tell(stream, CaseTriaged(track="complex"), at=NOON + timedelta(days=20))

    extended = clock(stream)
    assert extended.due_on == date(2025, 10, 27)
    assert extended.breached_at == datetime(2025, 10, 11, tzinfo=SHANGHAI)
    assert check_due(at=NOON + timedelta(days=99)) == 0


def test_restarting_keeps_what_was_as_a_row_of_its_own() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    tell(stream, CaseReopened(), at=NOON + timedelta(days=1))
    tell(stream, CaseDecided(), at=NOON + timedelta(days=2))
    tell(stream, CaseReopened(), at=NOON + timedelta(days=20))

    runs = Clock.objects.filter(stream_id=stream.id, key="decision").order_by("started_at")
    assert [(run.state, run.started_at) for run in runs] == [
        ("STOPPED", NOON),
        ("STOPPED", NOON + timedelta(days=1)),
        ("RUNNING", NOON + timedelta(days=20)),
    ]


def test_a_whole_life_in_one_unit_ends_as_in_many() -> None:
    at_once, in_steps = new_stream(), new_stream()
    life: list[tuple[Event, int]] = [
        (CaseReported(), 0),
        (SupplementAsked(), 2),
        (Supplemented(), 9),
        (CaseTriaged(track="complex"), 10),
        (CaseDecided(), 60),
    ]
    with unit():
        for fact, days in life:
            record(fact, stream=at_once, by=ZHAO, at=NOON + timedelta(days=days))
    for fact, days in life:
        tell(in_steps, fact, at=NOON + timedelta(days=days))

    def told(stream: Stream) -> list[tuple[Any, ...]]:
        rows = Clock.objects.filter(stream_id=stream.id).order_by("key")
        return [(row.key, row.state, row.due_at, row.breached_at, row.stopped_at) for row in rows]

    assert told(at_once) == told(in_steps)


def test_many_streams_move_in_a_handful_of_statements(django_assert_max_num_queries: Any) -> None:
    streams = [new_stream() for _ in range(50)]
    for stream in streams:
        tell(stream, CaseReported())

    # Savepoint, heads, clocks; items' deadlines; events, clocks; release; perhaps the versions.
    with django_assert_max_num_queries(8), unit():
        for number, stream in enumerate(streams):
            fact = SupplementAsked() if number % 2 else CaseDecided()
            record(fact, stream=stream, by=ZHAO, at=NOON + timedelta(hours=1))
    # Savepoint, share, due clocks, heads; events, clocks; release.
    with django_assert_max_num_queries(8):
        handled = check_due(at=NOON + timedelta(days=1))
    while checked := check_due(at=NOON + timedelta(days=1)):
        handled += checked
    assert handled == 25


def test_items_follow_the_tightest_clock_that_drives_them() -> None:
    stream = new_stream()
    place: dict[str, Any] = {"stream": stream, "title": "答复", "role": "desk", "branch": "1"}
    with unit():
        record(CaseReported(), stream=stream, by=ZHAO, at=NOON)
        together = open_items([NewItem(**place), NewItem(element="reply", **place)], at=NOON)
    with unit():
        (later,) = open_items([NewItem(**place)], at=NOON)

    def due() -> list[datetime | None]:
        return [WorkItem.objects.get(pk=item.pk).due_at for item in (*together, later)]

    end = datetime(2025, 10, 11, tzinfo=SHANGHAI)
    assert due() == [end, NOON + timedelta(hours=24), end]
    tell(stream, SupplementAsked(), at=NOON + timedelta(hours=1))
    assert due() == [None, NOON + timedelta(hours=24), None]
    tell(stream, CaseDecided(), at=NOON + timedelta(hours=2))
    assert due() == [None, None, None]


def test_a_case_stays_on_the_version_it_started_under() -> None:
    old = new_stream()
    tell(old, CaseReported())
    shorter = Handbook({"case.clock.yaml": CLOCKS.replace("5 working days", "2 working days")})
    next_day = NOON + timedelta(days=1)
    publish(shorter, effective_at=next_day, approved_by=APPROVER, by=EDITOR, at=NOON)

    new = new_stream()
    tell(new, CaseReported(), at=next_day)
    tell(old, CaseTriaged(track="simple"), at=next_day)
    assert (clock(new).handbook_version, clock(new).limit_length) == (2, 2)
    assert (clock(old).handbook_version, clock(old).limit_length) == (1, 5)


def test_before_the_first_handbook_nothing_runs() -> None:
    stream = new_stream()
    tell(stream, CaseReported(), at=NOON - timedelta(days=1))

    assert not Clock.objects.filter(stream_id=stream.id).exists()


def test_a_year_that_becomes_known_moves_the_provisional_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = new_stream()
    at = datetime(2031, 9, 29, 12, tzinfo=SHANGHAI)
    with unit():
        (item,) = open_items([NewItem(stream=stream, title="核", role="r", branch="1")], at=at)
        record(CaseReported(), stream=stream, by=ZHAO, at=at)
    assert clock(stream).is_provisional
    assert clock(stream).due_on == date(2031, 10, 6)
    assert recount_provisional() == 0

    holidays = {date(2031, 10, day): "国庆节" for day in range(1, 8)}
    learned = WorkingCalendar(holidays, {}, announced={2031})
    monkeypatch.setattr(live, "default_calendar", lambda: learned)
    assert recount_provisional() == 1

    moved = clock(stream)
    assert (moved.is_provisional, moved.due_on) == (False, date(2031, 10, 13))
    assert WorkItem.objects.get(pk=item.pk).due_at == moved.due_at


def test_the_stack_shows_the_tightest_first_with_its_reasons(
    django_assert_max_num_queries: Any,
) -> None:
    stream, other = new_stream(), new_stream()
    tell(stream, CaseReported())
    tell(other, CaseReported())
    tell(other, SupplementAsked(), at=NOON + timedelta(days=2))

    with django_assert_max_num_queries(2):
        stacks = clock_stacks([stream, other], at=NOON + timedelta(hours=21))
    reply, decision = stacks[stream]
    assert (reply.name, reply.remaining, reply.used) == ("首次答复", "剩 3 小时", 87)
    assert (decision.name, decision.remaining, decision.used) == ("理赔核定", "剩 5 个工作日", 0)
    assert (str(decision.basis), decision.limit) == ("《保险法》第二十三条", "5 个工作日")
    assert [tuple(line) for line in decision.arithmetic] == [
        ("9月26日 周五", "起算当日，不计入", False),
        ("9月27日 周六", "周末", False),
        ("9月28日 周日", "调休上班（国庆节、中秋节），第 1 日", True),
        ("9月29日—9月30日", "工作日，第 2—3 日", True),
        ("10月1日—10月8日", "法定节假日（国庆节、中秋节）", False),
        ("10月9日—10月10日", "工作日，第 4—5 日", True),
    ]

    paused = clock_stack(other, at=NOON + timedelta(days=20))[1]
    assert (paused.remaining, paused.waits_for) == ("已暂停，剩 4 个工作日", "客户补充材料")
    late = clock_stack(stream, at=NOON + timedelta(days=15))
    assert [(one.remaining, one.is_late) for one in late] == [
        ("逾期 14 天", True),
        ("逾期 1 个工作日", True),
    ]


def test_a_clock_waits_for_all_its_conditions_and_shows_only_where_it_concerns() -> None:
    joint = """\
clocks:
  - key: joint
    name: 核定
    kind: promise
    basis: {promise: 服务承诺}
    starts_on:
      all_of:
        - {event: tests.case.reported.v1, when: track = "complex"}
        - tests.case.supplemented.v1
    stops_on: tests.case.decided.v1
    limit: 3 days
"""
    publish(
        Handbook({"joint.clock.yaml": joint}),
        effective_at=NOON,
        approved_by=APPROVER,
        by=EDITOR,
        at=NOON,
    )
    meant, other = new_stream(), new_stream()
    tell(meant, CaseReported(track="complex"))
    tell(other, CaseReported(track="simple"), Supplemented())

    (pending,) = clock_stack(meant, at=NOON)
    assert (pending.state, pending.remaining, pending.waits_for) == ("PENDING", "未起算", "已补充")
    assert clock_stack(other, at=NOON) == []
    tell(other, CaseDecided())
    assert clock_stack(other, at=NOON) == []
    tell(meant, Supplemented(), at=NOON + timedelta(days=1))
    assert clock(meant, "joint").started_at == NOON + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_workers_share_what_is_due_and_each_breach_is_recorded_once() -> None:
    streams = [new_stream() for _ in range(40)]
    for stream in streams:
        tell(stream, CaseReported())
    gate = Barrier(4)

    def work(number: int) -> int:
        gate.wait(timeout=10)
        handled = 0
        try:
            while checked := check_due(at=NOON + timedelta(days=90), limit=7):
                handled += checked
        finally:
            connection.close()
        return handled

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 80

    assert [types(stream) for stream in streams] == [
        ["case.reported.v1", "clocks.clock.breached.v1", "clocks.clock.breached.v1"]
    ] * 40
    assert verify().broken == []


@pytest.mark.django_db(transaction=True)
def test_a_person_and_a_worker_at_once_lose_nothing() -> None:
    stream = new_stream()
    tell(stream, CaseReported())
    gate = Barrier(2)

    def at_once(call: Callable[[], object]) -> object:
        gate.wait(timeout=10)
        try:
            return call()
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        checked, told = pool.map(
            at_once,
            [
                lambda: check_due(at=NOON + timedelta(hours=24)),
                lambda: tell(stream, SupplementAsked(), at=NOON + timedelta(days=1)),
            ],
        )

    # Whoever came second waited for the first, left it for the next look, or was told to try again.
    assert (checked, told) in {(1, None), (1, "kernel.conflict"), (0, None)}
    check_due(at=NOON + timedelta(hours=24))
    assert types(stream).count("clocks.clock.breached.v1") == 1
    paused = clock(stream).state == ClockState.PAUSED
    assert paused == (told is None)
    assert verify(stream.id).broken == []


@pytest.mark.django_db(transaction=True)
def test_people_customers_and_workers_on_one_case_never_wait_crosswise() -> None:
    chief = Actor(id="staff:chief", branch="1", roles=frozenset({"desk"}))

    def at_once(gate: Barrier, call: Callable[[], object]) -> str:
        gate.wait(timeout=10)
        try:
            call()
        except Conflict:
            return "conflict"
        finally:
            connection.close()
        return "done"

    for _ in range(8):
        stream, gate = new_stream(), Barrier(3)
        with unit():
            record(CaseReported(), stream=stream, by=ZHAO, at=NOON)
            new = NewItem(stream=stream, title="核", role="desk", branch="1")
            (item,) = open_items([new], at=NOON)
        later = NOON + timedelta(days=1)
        calls: list[Callable[[], object]] = [
            partial(complete_item, item.id, by=chief, at=later),
            partial(tell, stream, SupplementAsked(), at=later),
            partial(check_due, at=later),
        ]
        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(partial(at_once, gate), calls))

        assert "done" in answers
        assert verify(stream.id).broken == []
