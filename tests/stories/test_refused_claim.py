"""王芳为健康体检费用索赔，赵敏先认定属于责任并理算，占用了免赔额。
陈静审批时退回；赵敏改为不属于保险责任，引用条款 3.2，写明事实与理由。
陈静同意拒赔：系统从不自己拒赔，经办人也不能自己批准。
拒赔通知书印出，三日时限停止；占用的免赔额和限额全部归还。
周婷回访后结案，票据释放，同一张发票可以另案申请。
"""

from datetime import date

import pytest

from baocheng.areas.billing.queries import ledger_balance, payments_of
from baocheng.areas.claims.enums import ClaimState, Outcome
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.documents.letters import render_pending
from baocheng.engine.documents.models import Letter
from baocheng.engine.journal.chain import verify
from baocheng.engine.work.items import NotYours
from factories.claims import (
    APPROVED,
    COMPLETE,
    NOT_COVERED,
    RETURNED,
    VISITED,
    a_bill,
    assess,
    clock,
    do,
    due,
    fresh,
    history,
    on,
    report_illness,
    used,
)
from factories.company import FRIDAY, a_medical_policy
from factories.refusals import refused

pytestmark = pytest.mark.django_db

DECIDED, PRINTED, VISITED_AT = on(10, 13), on(10, 14), on(10, 15)
BILL = a_bill("treatment", "38000.00", invoice="发票 0012-3456")


def test_a_claim_is_refused_by_two_people_with_clause_reason_and_facts(company: None) -> None:
    policy = a_medical_policy()
    claim = report_illness(policy, lines=[BILL])
    do(claim, "review_documents", COMPLETE)
    assess(claim)
    assert used(policy) == {"annual_deductible": "10000.00", "general_limit": "28000.00"}

    do(claim, "approve_claim", RETURNED, "chenjing")
    do(claim, "assess_liability", NOT_COVERED, at=DECIDED)
    with refused(NotYours, code="work.not_yours"):
        do(claim, "approve_refusal", APPROVED, "zhaomin", DECIDED)
    do(claim, "approve_refusal", APPROVED, "chenjing", DECIDED)

    assert fresh(claim).state == ClaimState.REFUSED
    assert used(policy) == {}
    assert clock(claim, "claim_decision_ordinary", DECIDED).stopped_at == DECIDED
    assert due(claim, "refusal_notice", DECIDED) == date(2025, 10, 16)

    letter = Letter.objects.get(stream_id=claim.id, template="claim_refusal")
    assert letter.values["clause_id"] == "3.2"
    assert letter.values["clause_text"].startswith("美容、整形、健康体检")
    assert letter.values["reasons"] == ["属于责任免除"]
    assert letter.values["facts"] == NOT_COVERED["facts"]
    assert render_pending(at=PRINTED) == 2
    stopped = clock(claim, "refusal_notice", PRINTED)
    assert (stopped.state, stopped.stopped_at) == (ClockState.STOPPED, PRINTED)

    do(claim, "visit_customer", VISITED, "zhouting", VISITED_AT)

    closed = fresh(claim)
    assert (closed.state, closed.outcome) == (ClaimState.CLOSED, Outcome.REFUSED)
    assert (closed.payable_amount, closed.paid_amount) == (0, 0)
    assert history(claim) == [
        "reported",
        "registered",
        "documents_received",
        "triaged",
        "documents_accepted",
        "liability_assessed",
        "calculated",
        "calculation_confirmed",
        "returned",
        "liability_assessed",
        "refusal_approved",
        "refused",
        "refusal_notified",
        "visited",
        "closed",
    ]
    assert payments_of([claim.id]) == []
    assert ledger_balance() == 0
    assert verify().broken == []

    again = report_illness(policy, lines=[BILL], at=on(10, 20), loss_at=FRIDAY)
    assert again.number != claim.number
