"""王芳住院手术，9 月 26 日（周五）电话报案，手边只有身份证。
赵敏在 9 月 28 日（调休上班的周日）一次性通知补充票据和病历，球在客户，时限暂停。
10 月 11 日王芳补齐资料，时限恢复：五个工作日从 10 月 10 日顺延到 10 月 16 日。
理算逐行说明：医保已付、每日限额、医院等级、一万元免赔额，应付 59,500.00 元。
陈静核赔，决定书送达，银行付款，周婷回访后结案；账平，哈希链完整。
"""

from datetime import date
from decimal import Decimal

import pytest

from baocheng.areas.billing.enums import Account
from baocheng.areas.billing.queries import ledger_balance, trial_balance
from baocheng.areas.claims.enums import ClaimState, Outcome
from baocheng.areas.claims.models import Claim
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.documents.letters import render_pending
from baocheng.engine.documents.models import Letter
from baocheng.engine.journal.chain import verify
from baocheng.engine.work.enums import Party
from factories.claims import (
    APPROVED,
    COMPLETE,
    VISITED,
    a_bill,
    assess,
    clock,
    do,
    due,
    events,
    fresh,
    hear_from_bank,
    on,
    open_tasks,
    report_illness,
    send_to_bank,
    sheet,
    supply,
    used,
)
from factories.company import FRIDAY, a_medical_policy

pytestmark = pytest.mark.django_db

ASKED = on(9, 28, 15)
SUPPLIED = on(10, 11, 9)
HANDLED = on(10, 13)
APPROVED_AT = on(10, 14)
SENT = on(10, 15)
PAID = on(10, 16)
VISITED_AT = on(10, 17)
BILLS = [
    a_bill("bed", "9000.00", days=5),
    a_bill("surgery", "48000.00", by_social_insurance="16000.00"),
    a_bill("medicine", "36345.67", by_social_insurance="6345.67"),
    a_bill("treatment", "500.00", hospital_level="一级"),
]
MISSING = {"conclusion": "supplement", "missing": ["invoice", "medical_record"]}


def test_a_medical_claim_waits_for_documents_once_and_is_paid(company: None) -> None:
    policy = a_medical_policy()
    claim = report_illness(policy, lines=BILLS)
    assert open_tasks(claim) == ["review_documents"]
    assert due(claim, "claim_decision_ordinary", FRIDAY) == date(2025, 10, 10)
    # 2025-10-26 is a Sunday: the last day moves to Monday.
    assert due(claim, "claim_decision_statutory", FRIDAY) == date(2025, 10, 27)

    do(claim, "review_documents", MISSING, at=ASKED)
    assert fresh(claim).state == ClaimState.SUPPLEMENTING
    assert open_tasks(claim) == []
    standing = clock(claim, "claim_decision_ordinary", on(10, 10))
    assert (standing.state, standing.ball_with) == (ClockState.PAUSED, Party.CUSTOMER)
    assert due(claim, "claim_decision_statutory", on(10, 10)) is None

    supply(claim, "invoice", "medical_record", at=SUPPLIED)
    assert fresh(claim).documents_complete
    # Sunday 09-28 counted; the days up to and with 10-11 are the customer's.
    assert due(claim, "claim_decision_ordinary", SUPPLIED) == date(2025, 10, 16)
    # Two days used, 28 left from 10-12: Saturday 11-08 moves to Monday.
    assert due(claim, "claim_decision_statutory", SUPPLIED) == date(2025, 11, 10)

    do(claim, "review_documents", COMPLETE, at=HANDLED)
    assess(claim, at=HANDLED)
    assert sheet(claim) == [
        ("bed", "9000.00", "0.00", {"PER_DAY_LIMIT 2.8": "1500.00", "DEDUCTIBLE 2.6": "7500.00"}),
        (
            "surgery",
            "48000.00",
            "29500.00",
            {"OTHER_PAYER 2.5": "16000.00", "DEDUCTIBLE 2.6": "2500.00"},
        ),
        ("medicine", "36345.67", "30000.00", {"OTHER_PAYER 2.5": "6345.67"}),
        ("treatment", "500.00", "0.00", {"NOT_ELIGIBLE 2.4": "500.00"}),
    ]
    assert used(policy) == {"annual_deductible": "10000.00", "general_limit": "59500.00"}

    do(claim, "approve_claim", APPROVED, "chenjing", APPROVED_AT)
    assert clock(claim, "claim_decision_ordinary", APPROVED_AT).stopped_at == APPROVED_AT
    assert due(claim, "claim_payment", APPROVED_AT) == date(2025, 10, 24)

    assert render_pending(at=SENT) == 3
    assert send_to_bank(SENT).splitlines()[-1] == "TOTAL,,,1,59500.00"
    hear_from_bank(PAID)
    assert clock(claim, "claim_payment", PAID).stopped_at == PAID
    assert due(claim, "return_visit", PAID) == date(2025, 10, 23)
    assert open_tasks(claim) == ["visit_customer"]

    do(claim, "visit_customer", VISITED, "zhouting", VISITED_AT)

    closed = fresh(claim)
    assert (closed.state, closed.outcome) == (ClaimState.CLOSED, Outcome.PAID_IN_PART)
    assert (closed.claimed_amount, closed.payable_amount, closed.paid_amount) == (
        Decimal("93845.67"),
        Decimal("59500.00"),
        Decimal("59500.00"),
    )
    assert events(claim) == [
        "claim.reported",
        "claim.registered",
        "letter.prepared",
        "claim.documents_received",
        "claim.triaged",
        "letter.prepared",
        "claim.supplement_requested",
        "document.received",
        "document.received",
        "claim.documents_received",
        "claim.supplemented",
        "claim.documents_accepted",
        "claim.liability_assessed",
        "claim.calculated",
        "claim.calculation_confirmed",
        "claim.approved",
        "letter.prepared",
        "claim.decided",
        "payment.instructed",
        "letter.rendered",
        "letter.rendered",
        "letter.rendered",
        "payment.sent",
        "payment.paid",
        "claim.visited",
        "claim.closed",
    ]
    _expect_letter(claim)
    assert ledger_balance() == 0
    booked = {row.account: row.debit_amount - row.credit_amount for row in trial_balance()}
    assert booked == {
        Account.BANK: Decimal("-59500.00"),
        Account.CLAIMS_PAYABLE: 0,
        Account.CLAIMS_PAID: Decimal("59500.00"),
        Account.RECOVERIES: 0,
    }
    assert verify().broken == []


def _expect_letter(claim: Claim) -> None:
    letter = Letter.objects.get(stream_id=claim.id, template="claim_decision")
    assert letter.state == "RENDERED"
    assert letter.values["total_amount"] == "59500.00"
    assert [(row["claimed"], row["reduction"], row["paid"]) for row in letter.values["lines"]] == [
        ("9000.00", "9000.00", "0.00"),
        ("48000.00", "18500.00", "29500.00"),
        ("36345.67", "6345.67", "30000.00"),
        ("500.00", "500.00", "0.00"),
    ]
    assert letter.values["lines"][1]["reason"] == "已由其他方支付；免赔额"
