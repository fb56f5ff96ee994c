"""Decisions are kept with everything needed to read them again."""

from datetime import datetime
from decimal import Decimal

import pytest

from baocheng.engine.decisions.content import DECISION
from baocheng.engine.decisions.decide import decide
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.models import DecisionRecord
from baocheng.engine.decisions.records import decisions_of, record_decision
from baocheng.engine.decisions.table import NoRuleMatched
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import register_kind
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.time import SHANGHAI
from engine.decisions.dmn_text import file, literal, needs, table

NOON = datetime(2025, 9, 26, 12, tzinfo=SHANGHAI)
DMN = file(
    literal("payable", "loss_amount * 0.8", type_ref="number"),
    table(
        [("payable", "number", "", "应付金额")],
        [("track", "string", "", "通道")],
        [("< 1000", '"FAST"'), (">= 1000", '"NORMAL"')],
        requirements=needs(decisions=["payable"]),
    ),
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> int:
    register_kind(DECISION)
    publisher = Actor(id="staff:1", permissions=frozenset({PUBLISH_HANDBOOK}))
    approver = Actor(id="staff:2", permissions=frozenset({APPROVE_HANDBOOK}))
    handbook = Handbook({"claims/claim_triage.dmn": DMN})
    published = publish(handbook, effective_at=NOON, approved_by=approver, by=publisher, at=NOON)
    return published.number


def test_a_decision_and_those_it_required_are_recorded(version: int) -> None:
    stream = Stream("claim", new_id())
    triage = read_decisions(DMN)[1]

    with unit():
        row = record_decision(
            decide(triage, {"loss_amount": Decimal("1000.00")}),
            stream=stream,
            version=version,
            by=SYSTEM,
            at=NOON,
            element="triage_claim",
        )

    first, second = decisions_of(stream)
    assert DecisionRecord.objects.get(id=row.id).inputs == {
        "payable": {"type": "number", "value": "800.000"}
    }
    assert (first.key, first.outputs) == ("payable", {"payable": Decimal("800.000")})
    assert (second.key, second.label, second.outputs) == (
        "claim_triage",
        "赔案分流",
        {"track": "FAST"},
    )
    assert second.sentence == "第 1 行：应付金额 < 1000 → “FAST”"
    assert second.table is not None
    assert [each.is_matched for each in second.table.rows] == [True, False]
    assert (second.decided_at, second.actor, second.element) == (NOON, "system", "triage_claim")


def test_decisions_of_many_streams_are_written_at_once(
    version: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    triage = read_decisions(DMN)[1]
    streams = [Stream("claim", new_id()) for _ in range(3)]

    with unit() as writing:
        for stream in streams:
            decided = decide(triage, {"loss_amount": 10})
            record_decision(decided, stream=stream, version=version, by=SYSTEM, at=NOON)
        with django_assert_num_queries(1):  # type: ignore[operator]
            writing.flush()

    assert DecisionRecord.objects.count() == 6


def test_a_refused_decision_leaves_no_record(version: int) -> None:
    gap = read_decisions(file(table([("x", "number")], [("y", "")], [("> 5", "1")])))[0]

    with pytest.raises(NoRuleMatched), unit():
        record_decision(
            decide(gap, {"x": 1}),
            stream=Stream("claim", new_id()),
            version=version,
            by=SYSTEM,
            at=NOON,
        )

    assert DecisionRecord.objects.count() == 0
