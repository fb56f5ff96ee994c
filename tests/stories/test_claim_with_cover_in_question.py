"""王芳的保单 2025 年 1 月 1 日生效，她为 2024 年 12 月的住院报案。
保险公司照样受理，记为保障存疑，按复杂案件处理，不当场拒绝。
赵敏若认定属于责任，理算时没有有效保障，被拒绝，什么也不改变。
她改为不属于保险责任，引用条款 2.1，原因为不在保险期间内。
陈静同意后才拒赔：从报案到拒赔都有人负责。
"""

import pytest

from baocheng.areas.claims.enums import ClaimState, CoverStatus, Outcome
from baocheng.areas.claims.operations.assessment import NoCover
from baocheng.engine.journal.chain import verify
from factories.claims import (
    APPROVED,
    COMPLETE,
    COVERED,
    a_bill,
    do,
    fresh,
    history,
    on,
    report_illness,
)
from factories.company import a_medical_policy
from factories.refusals import refused

pytestmark = pytest.mark.django_db

LAST_YEAR = on(9, 24).replace(year=2024, month=12)
OUTSIDE = {
    "liability": "NOT_COVERED",
    "clause": "2.1",
    "reason": "OUTSIDE_COVER_PERIOD",
    "facts": "住院日期为 2024 年 12 月 24 日，早于保险期间开始之日。",
}


def test_a_claim_with_cover_in_question_is_taken_and_decided_by_people(company: None) -> None:
    policy = a_medical_policy()
    bill = a_bill("surgery", "40000.00", on=LAST_YEAR.date())

    claim = report_illness(policy, lines=[bill], loss_at=LAST_YEAR)

    taken = fresh(claim)
    assert taken.cover_status == CoverStatus.IN_QUESTION
    assert (taken.state, taken.track) == (ClaimState.REGISTERED, "complex")
    do(claim, "review_documents", COMPLETE)
    with refused(NoCover, code="claims.no_cover"):
        do(claim, "assess_liability", COVERED)
    do(claim, "assess_liability", OUTSIDE)
    do(claim, "approve_refusal", APPROVED, "chenjing")

    decided = fresh(claim)
    assert (decided.state, decided.outcome) == (ClaimState.REFUSED, Outcome.REFUSED)
    assert history(claim) == [
        "reported",
        "registered",
        "documents_received",
        "triaged",
        "documents_accepted",
        "liability_assessed",
        "refusal_approved",
        "refused",
        "refusal_notified",
    ]
    assert verify().broken == []
