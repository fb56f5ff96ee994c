"""徐静住院，手边没有保单，只报姓名，保险公司照样受理（保险法第二十一条）。
赵敏可以审资料、认定责任，但保单未核实，不能理算，更不能支付。
输错校验位的保单号、没有的保单号都被拒绝，赔案原样不动。
核实到保单后，按出险时点的保障重新核对，收款账户随保单补上。
其后与普通赔案一样：理算、核赔、付款、结案。
"""

from decimal import Decimal

import pytest

from baocheng.areas.billing.queries import ledger_balance
from baocheng.areas.claims.enums import Channel, ClaimState, CoverStatus
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations.assessment import PolicyUnverified
from baocheng.areas.claims.operations.reporting import (
    LossReport,
    PolicyMatchedAlready,
    UnknownPolicy,
    match_policy,
    report_claim,
)
from baocheng.engine.journal.chain import verify
from baocheng.kernel.identifiers import business_number
from baocheng.kernel.identifiers.business_number import BusinessNumberCheckDigit
from factories.claims import (
    APPROVED,
    COMPLETE,
    COVERED,
    VISITED,
    a_bill,
    assess,
    do,
    fresh,
    history,
    on,
    pay_everything,
)
from factories.company import FRIDAY, a_medical_policy, a_person, act
from factories.refusals import refused

pytestmark = pytest.mark.django_db

MATCHED = on(9, 28)


def report_without_policy() -> Claim:
    report = LossReport(
        insured_name="徐静",
        loss_at=on(9, 24),
        reporter_name="徐静",
        channel=Channel.PHONE,
        cause="illness",
        lines=[a_bill("surgery", "72000.00")],
    )
    return report_claim(report=report, by=act("zhouting"), at=FRIDAY)


def match(claim: Claim, number: str) -> None:
    match_policy(claim_id=claim.id, policy_number=number, by=act("zhaomin"), at=MATCHED)


def test_a_claim_without_policy_is_taken_and_paid_once_it_is_known(company: None) -> None:
    policy = a_medical_policy(a_person("徐静"))
    claim = report_without_policy()
    taken = fresh(claim)
    assert (taken.state, taken.cover_status) == (ClaimState.REGISTERED, CoverStatus.UNVERIFIED)
    do(claim, "review_documents", COMPLETE)
    with refused(PolicyUnverified, code="claims.policy_unverified"):
        do(claim, "assess_liability", COVERED)

    wrong = "kernel.business_number.check_digit"
    with refused(BusinessNumberCheckDigit, "policy_number", code=wrong):
        match(claim, policy.number[:-1] + str((int(policy.number[-1]) + 1) % 10))
    with refused(UnknownPolicy, "policy_number", code="claims.unknown_policy"):
        match(claim, business_number.make("P", "31", 2025, 99_999_999))
    match(claim, policy.number)
    with refused(PolicyMatchedAlready, code="claims.policy_matched_already"):
        match(claim, policy.number)
    matched = fresh(claim)
    assert (matched.cover_status, matched.insured_name) == (CoverStatus.IN_FORCE, "徐静")
    assert matched.payee_account_id is not None

    assess(claim, at=MATCHED)
    do(claim, "approve_claim", APPROVED, "chenjing", MATCHED)
    pay_everything(MATCHED)
    do(claim, "visit_customer", VISITED, "zhouting", MATCHED)

    closed = fresh(claim)
    assert (closed.state, closed.paid_amount) == (ClaimState.CLOSED, Decimal("62000.00"))
    assert history(claim) == [
        "reported",
        "registered",
        "triaged",
        "documents_accepted",
        "policy_matched",
        "liability_assessed",
        "calculated",
        "calculation_confirmed",
        "approved",
        "decided",
        "visited",
        "closed",
    ]
    assert ledger_balance() == 0
    assert verify().broken == []
