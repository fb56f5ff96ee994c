"""王芳重病手术，申请 26 万元，属于金额重大的复杂案件，核定时限三十日。
理算应付 250,000.00 元，超过分公司主管的十万元权限。
按审批层级决策表，审批任务直接到总公司，陈静看得见案件却办不了。
总公司孙立在两百万元权限内同意，付款、回访后结案。
审批额度按案件和收款人当日累计，留有记录。
"""

from datetime import date
from decimal import Decimal

import pytest

from baocheng.areas.billing.queries import ledger_balance
from baocheng.areas.claims.enums import ClaimState
from baocheng.engine.clocks.enums import LimitUnit
from baocheng.engine.clocks.models import Clock
from baocheng.engine.journal.chain import verify
from baocheng.engine.work.items import NotYours
from baocheng.engine.work.models import AuthorityTotal
from factories.claims import (
    APPROVED,
    VISITED,
    bring_to_approval,
    do,
    due,
    fresh,
    history,
    open_tasks,
    pay_everything,
    report_illness,
)
from factories.company import FRIDAY, a_medical_policy, act
from factories.refusals import refused

pytestmark = pytest.mark.django_db


def test_a_large_claim_is_approved_at_the_head_office(company: None) -> None:
    claim = report_illness(a_medical_policy(), "260000.00")
    assert fresh(claim).track == "complex"
    # 情形复杂: thirty days instead of five working days; 10-26 is a Sunday.
    limit = Clock.objects.get(stream_id=claim.id, key="claim_decision_ordinary")
    assert limit.limit_unit == LimitUnit.CALENDAR_DAYS
    assert due(claim, "claim_decision_ordinary", FRIDAY) == date(2025, 10, 27)

    bring_to_approval(claim)
    assert open_tasks(claim) == ["approve_large_claim"]
    with refused(NotYours, code="work.not_yours"):
        do(claim, "approve_large_claim", APPROVED, "chenjing")

    do(claim, "approve_large_claim", APPROVED, "sunli")
    pay_everything()
    do(claim, "visit_customer", VISITED, "zhouting")

    closed = fresh(claim)
    assert (closed.state, closed.paid_amount) == (ClaimState.CLOSED, Decimal("250000.00"))
    assert closed.approved_by == act("sunli").id
    assert history(claim)[-5:] == [
        "calculation_confirmed",
        "approved",
        "decided",
        "visited",
        "closed",
    ]
    assert dict(AuthorityTotal.objects.values_list("scope", "total")) == {
        "STREAM": Decimal("250000.00"),
        "PAYEE_DAY": Decimal("250000.00"),
    }
    assert ledger_balance() == 0
    assert verify().broken == []
