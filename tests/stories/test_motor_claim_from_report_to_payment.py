"""王芳变道刮擦，合作修理厂通过系统报案，损失 1,500 元。
规则认定单证齐全、责任明确、在快赔限额内，系统自动理算、核赔并发出支付指令。
郑义把付款文件送银行，银行回盘支付成功。
客户没有被抽中回访，赔案自动结案。
每一步都有事件，账平，哈希链完整。
"""

from decimal import Decimal

import pytest

from baocheng.areas.billing.queries import ledger_balance, payments_of
from baocheng.areas.claims.enums import ClaimState, Outcome
from baocheng.engine.journal.chain import verify
from factories.claims import history, pay_everything, report
from factories.company import a_policy

pytestmark = pytest.mark.django_db


def test_a_simple_claim_decides_itself_and_is_paid(company: None) -> None:
    claim = report(a_policy())

    claim.refresh_from_db()
    assert claim.state == ClaimState.PAYING
    assert claim.payable_amount == Decimal("1500.00")
    assert claim.approved_by == "system"

    pay_everything()

    claim.refresh_from_db()
    assert history(claim)[:7] == [
        "reported",
        "registered",
        "documents_received",
        "triaged",
        "calculated",
        "approved",
        "decided",
    ]
    assert claim.outcome == Outcome.PAID_IN_FULL
    assert claim.paid_amount == Decimal("1500.00")
    (payment,) = payments_of([claim.id])
    assert (payment.amount, payment.state) == (Decimal("1500.00"), "PAID")
    assert ledger_balance() == 0
    assert verify(claim.id).broken == []
