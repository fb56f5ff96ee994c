from dataclasses import dataclass
from decimal import Decimal
from textwrap import dedent

import pytest

from baocheng.engine.clocks.arithmetic import Alarm
from baocheng.engine.clocks.definition import ClockDefinition, check_clock, parse_clocks
from baocheng.engine.clocks.enums import ClockKind
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.journal.events import Event, event
from baocheng.engine.publishing.findings import Unreadable
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.engine.work.enums import Party


@event("tests.parcel.received.v1")
@dataclass(frozen=True, kw_only=True)
class ParcelReceived(Event):
    """收到了。"""

    complete: bool
    track: str


@event("tests.parcel.asked.v1")
@dataclass(frozen=True, kw_only=True)
class ParcelAsked(Event):
    """问过了。"""


@event("tests.parcel.settled.v1")
@dataclass(frozen=True, kw_only=True)
class ParcelSettled(Event):
    """办结了。"""


GOOD = """\
clocks:
  - key: parcel_decision
    name: 核定
    kind: statutory
    basis:
      law: 《保险法》
      article: 第二十三条
    starts_on:
      all_of:
        - tests.parcel.asked.v1
        - event: tests.parcel.received.v1
          when: complete = true
    pauses_on:
      - event: tests.parcel.asked.v1
        ball_with: customer
        waits_for: 客户补充材料
        until: tests.parcel.received.v1
    stops_on: [tests.parcel.settled.v1]
    changes_on: tests.parcel.received.v1
    limit:
      - name: 复杂案件
        when: track = "complex"
        limit: 30 days
      - limit: 5 working days
    warnings: [80%, 1 working day]
    escalate_to: claims_supervisor
    breach: 赔偿因此受到的损失
    drives: [assess_loss]
  - key: parcel_reply
    name: 答复
    kind: promise
    basis: {promise: 服务承诺, text: 24 小时内答复}
    starts_on: tests.parcel.asked.v1
    stops_on: tests.parcel.settled.v1
    limit: 24 hours
"""


def parse(text: str) -> list[ClockDefinition]:
    return list(parse_clocks(SourceFile("x.clock.yaml", text, {})))


def findings(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(Unreadable) as refusal:
        parse(text)
    return [(found.line, found.code, found.sentence) for found in refusal.value.findings]


def test_a_file_gives_its_clocks() -> None:
    decision, reply = parse(GOOD)

    assert (decision.key, decision.kind, str(decision.basis)) == (
        "parcel_decision",
        ClockKind.STATUTORY,
        "《保险法》第二十三条",
    )
    assert [len(group) for group in decision.starts_on] == [1, 1]
    assert decision.pauses_on[0].ball_with is Party.CUSTOMER
    assert decision.pauses_on[0].until[0].event == "tests.parcel.received.v1"
    assert [tier.limit for tier in decision.tiers] == [
        Limit.read("30 days"),
        Limit.read("5 working days"),
    ]
    assert decision.warnings == (
        Alarm("80%", share=Decimal("0.8")),
        Alarm("1 working day", before=Limit.read("1 working day")),
    )
    assert decision.drives == {"assess_loss"}
    assert decision.listens_to() == {
        "tests.parcel.asked.v1",
        "tests.parcel.received.v1",
        "tests.parcel.settled.v1",
    }
    assert (reply.kind, reply.line) == (ClockKind.PROMISE, 29)


def test_every_error_of_a_file_is_found_at_once_with_its_line() -> None:
    text = dedent("""\
        clocks:
          - key: a
            name: 甲
            kind: statutary
            basis: {law: 保险法}
            starts_on: tests.parcel.recieved.v1
            pauses_on:
              - event: tests.parcel.asked.v1
                ball_with: nobody
            limit:
              - limit: 5 weeks
              - when: trak = "complex"
                limit: 30 days
            stop_on: tests.parcel.settled.v1
            changes_on: tests.parcel.received.v1
            warnings: [soon]
        """)

    assert findings(text) == [
        (2, "clocks.never_stops", "没有结束事件“stops_on”，时限将永远不会结束。"),
        (4, "clocks.wrong_value", "“kind”不能是“statutary”，可用：statutory、promise、budget。"),
        (5, "clocks.missing_basis", "法定时限应写明条款“article”。"),
        (
            6,
            "clocks.unknown_event",
            "“tests.parcel.recieved.v1”不存在，是否为 tests.parcel.received.v1？",
        ),
        (
            8,
            "clocks.never_resumes",
            "由“tests.parcel.asked.v1”暂停后没有恢复事件“resumes_on”或“until”。",
        ),
        (
            9,
            "clocks.wrong_value",
            "“ball_with”不能是“nobody”，可用：us、customer、third_party、authority。",
        ),
        (
            11,
            "clocks.wrong_limit",
            "“5 weeks”不是时限：应写作 30 days、5 working days 或 24 hours。",
        ),
        (11, "clocks.unreachable_tier", "没有条件的一档之后的各档不会用到。"),
        (11, "clocks.missing_tier", "最后一档不应有条件：其余情形也要有时限。"),
        (12, "clocks.unknown_name", "“trak”不存在，是否为 track？"),
        (14, "clocks.unknown_key", "不认识“stop_on”，是否为 stops_on？"),
        (16, "clocks.wrong_limit", "“soon”不是时限：应写作 30 days、5 working days 或 24 hours。"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("clocks: [", "clocks.not_yaml"),
        ("- a", "clocks.not_yaml"),
        ("", "clocks.not_yaml"),
        ("clocks: []", "clocks.missing_key"),
        ("clocks:\n  - 5", "clocks.wrong_value"),
        ("clocks:\n  - key: a\n    key: b", "clocks.repeated_key"),
        ("\x07", "clocks.not_yaml"),
    ],
)
def test_a_file_that_is_no_list_of_clocks_is_refused(text: str, code: str) -> None:
    assert code in {found for _, found, _ in findings(text)}


def test_an_event_that_changes_the_limit_carries_what_decides_it() -> None:
    text = GOOD.replace("changes_on: tests.parcel.received", "changes_on: tests.parcel.asked")

    assert [found[1:] for found in findings(text)] == [
        ("clocks.unknown_name", "事件“tests.parcel.asked.v1”不带“track”，无法据此选择时限。")
    ]


def test_a_clock_cannot_be_driven_by_clocks() -> None:
    text = GOOD.replace("stops_on: tests.parcel.settled.v1", "stops_on: clocks.clock.breached.v1")

    assert [code for _, code, _ in findings(text)] == ["clocks.own_event"]


def test_an_unreadable_condition_is_named() -> None:
    text = GOOD.replace("when: complete = true", "when: complete = (")

    assert [(line, code) for line, code, _ in findings(text)] == [(12, "clocks.wrong_expression")]


def test_check_names_a_role_that_does_not_exist() -> None:
    handbook = Handbook({})
    handbook._definitions["role"] = {"claims_supervisors": object()}

    (found,) = [one for clock in parse(GOOD) for one in check_clock(clock, handbook)]
    assert (found.code, found.place, found.line) == ("clocks.unknown_role", "parcel_decision", 2)
    assert found.sentence == "岗位“claims_supervisor”不存在，是否为 claims_supervisors？"
