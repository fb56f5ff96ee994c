"""王芳追尾，交警初步认定同等责任，损失 5,000 元，系统自动赔付 3,500.00 元并结案。
复核后责任改为七成，陈静写明理由重开赔案，第一次的决定保留不改。
赵敏重新认定，理算应付 4,100.00 元，累计限额先退后用，不会重复占用。
陈静审批，只支付差额 600.00 元。
两次付款合计等于应付，账平，哈希链完整。
"""

from datetime import date
from decimal import Decimal

import pytest

from baocheng.areas.billing.queries import ledger_balance, payments_of
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.models import CalculationRecord
from baocheng.areas.claims.operations.closing import (
    NotClosed,
    ReopeningReasonMissing,
    reopen_claim,
)
from baocheng.engine.journal.chain import verify
from factories.claims import (
    APPROVED,
    a_line,
    assess,
    do,
    due,
    fresh,
    history,
    on,
    open_tasks,
    pay_everything,
    report,
    used,
    visit_if_due,
)
from factories.company import a_policy, act
from factories.refusals import refused

pytestmark = pytest.mark.django_db

REOPENED = on(10, 13)


def test_a_reopened_claim_pays_only_the_difference(company: None) -> None:
    policy = a_policy()
    claim = report(policy, [a_line(amount="5000.00")], fault_ratio=Decimal("0.5"))
    pay_everything()
    visit_if_due(claim)
    assert fresh(claim).paid_amount == Decimal("3500.00")
    assert used(policy) == {"compulsory.property": "2000.00", "third_party": "1500.00"}
    first = history(claim)

    by = act("chenjing")
    with refused(ReopeningReasonMissing, "reason", code="claims.reopening_reason_missing"):
        reopen_claim(claim_id=claim.id, reason=" ", by=by, at=REOPENED)
    reopen_claim(claim_id=claim.id, reason="交警复核改为主要责任。", by=by, at=REOPENED)
    with refused(NotClosed, code="claims.not_closed"):
        reopen_claim(claim_id=claim.id, reason="再来一次。", by=by, at=REOPENED)
    assert open_tasks(claim) == ["assess_liability"]
    # Ten working days from Monday 10-13.
    assert due(claim, "reassessment", REOPENED) == date(2025, 10, 27)

    assess(claim, at=on(10, 14), fault_ratio_percent=70)
    assert used(policy) == {"compulsory.property": "2000.00", "third_party": "2100.00"}
    do(claim, "approve_claim", APPROVED, "chenjing", on(10, 14))
    pay_everything(on(10, 15))

    closed = fresh(claim)
    assert closed.state == ClaimState.CLOSED
    assert (closed.payable_amount, closed.paid_amount) == (Decimal("4100.00"),) * 2
    assert [one.amount for one in payments_of([claim.id])] == [
        Decimal("3500.00"),
        Decimal("600.00"),
    ]
    assert history(claim)[len(first) :] == [
        "reopened",
        "liability_assessed",
        "calculated",
        "calculation_confirmed",
        "approved",
        "decided",
        "closed",
    ]
    kept = CalculationRecord.objects.filter(claim_id=claim.id).order_by("sequence")
    assert list(kept.values_list("sequence", "payable_amount")) == [
        (1, Decimal("3500.00")),
        (2, Decimal("4100.00")),
    ]
    assert ledger_balance() == 0
    assert verify().broken == []
