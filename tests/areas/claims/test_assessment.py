from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from baocheng.areas.claims.enums import ClaimState, Liability, LiabilityReason, Outcome
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations.assessment import (
    Assessment,
    ClauseMissing,
    NothingToCalculate,
    UnknownClause,
    assess_liability,
)
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.claims.operations.lines import InvoiceAlreadyClaimed
from baocheng.areas.claims.operations.reporting import report_claim
from baocheng.areas.claims.queries import get_file
from baocheng.areas.products.calculations import recompute
from baocheng.engine.documents.models import Letter
from baocheng.engine.unit import unit
from baocheng.kernel.problems import Problems
from factories.claims import (
    APPROVED,
    COMPLETE,
    COVERED,
    NOT_COVERED,
    RETURNED,
    VISITED,
    a_bill,
    a_line,
    a_report,
    assess,
    bring_to_approval,
    do,
    fresh,
    history,
    on,
    open_tasks,
    pay_everything,
    report,
    report_illness,
    sheet,
    used,
    visit_if_due,
)
from factories.company import FRIDAY, a_medical_policy, a_policy, act
from factories.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

HALF = Decimal("0.5")


@pytest.mark.parametrize("left_out", ["clause", "reason", "facts"])
def test_refusal_needs_clause_reason_and_facts(left_out: str) -> None:
    claim = report_illness(a_medical_policy())
    do(claim, "review_documents", COMPLETE)
    answers = {name: value for name, value in NOT_COVERED.items() if name != left_out}

    with refused(Problems, left_out, code="kernel.problems"):
        do(claim, "assess_liability", answers)

    given = {name: answers.get(name, "") for name in ("clause", "facts")}
    reason = LiabilityReason.EXCLUSION if left_out != "reason" else None
    conclusion = Assessment(liability=Liability.NOT_COVERED, reason=reason, **given)
    with refused(ClauseMissing, left_out, code="claims.clause_missing"), unit():
        assess_liability(get_file(claim.id), conclusion, by=act("zhaomin"), at=FRIDAY)


def test_refusal_cites_a_clause_of_the_product() -> None:
    claim = report_illness(a_medical_policy())
    do(claim, "review_documents", COMPLETE)
    answers = {**NOT_COVERED, "clause": "9.9"}

    with refused(Problems, "clause", code="kernel.problems"):
        do(claim, "assess_liability", answers)

    conclusion = Assessment(
        liability=Liability.NOT_COVERED, reason=LiabilityReason.FRAUD, clause="9.9", facts="无"
    )
    with refused(UnknownClause, "clause", code="claims.unknown_clause"), unit():
        assess_liability(get_file(claim.id), conclusion, by=act("zhaomin"), at=FRIDAY)


def test_claim_without_lines_gets_them_from_the_documents() -> None:
    policy = a_medical_policy()
    given = replace(a_report(policy, channel="PHONE", fault_ratio=None), lines=[])
    claim = report_claim(report=given, by=act("zhouting"), at=FRIDAY)
    do(claim, "review_documents", COMPLETE)

    with refused(NothingToCalculate, "lines", code="claims.nothing_to_calculate"):
        do(claim, "assess_liability", COVERED)

    found = {"head": "surgery", "incurred_on": "2025-09-24", "amount": "16000.00"}
    paid = {"hospital_level": "三级", "social_insurance_paid": "1000.00", "invoice": "F-77"}
    do(claim, "assess_liability", {**COVERED, "lines": [{**found, **paid}]})

    changed = fresh(claim)
    assert changed.track == "ordinary"
    assert (changed.claimed_amount, changed.payable_amount) == (
        Decimal("16000.00"),
        Decimal("5000.00"),
    )
    assert "lines_added" in history(claim)


def test_lines_added_are_checked_like_reported_ones() -> None:
    policy = a_medical_policy()
    report_illness(policy, lines=[a_bill("surgery", "100.00", invoice="F-78")])
    claim = report_illness(policy)
    again = {"head": "surgery", "incurred_on": "2025-09-24", "amount": "1.00", "invoice": "F 78"}

    with refused(InvoiceAlreadyClaimed, "lines.0.invoice", code="claims.invoice_already_claimed"):
        do(claim, "review_documents", {**COMPLETE, "lines": [again]})


def test_lines_not_covered_are_left_out_and_explained() -> None:
    policy = a_medical_policy()
    bills = [a_bill("surgery", "30000.00"), a_bill("treatment", "800.00")]
    claim = report_illness(policy, lines=bills)
    do(claim, "review_documents", COMPLETE)
    partly = {**NOT_COVERED, "liability": "PARTLY_COVERED", "not_covered_lines": ["2"]}
    with refused(NothingToCalculate, "lines", code="claims.nothing_to_calculate"):
        do(claim, "assess_liability", {**partly, "not_covered_lines": ["1", "2"]})

    do(claim, "assess_liability", partly)
    do(claim, "confirm_calculation", {})
    do(claim, "approve_claim", APPROVED, "chenjing")

    assert [row[:3] for row in sheet(claim)] == [("surgery", "30000.00", "20000.00")]
    assert fresh(claim).outcome == Outcome.PAID_IN_PART
    values = Letter.objects.get(stream_id=claim.id, template="claim_decision").values
    assert values["lines"][1] == {
        "name": "检查治疗费",
        "claimed": "800.00",
        "reduction": "800.00",
        "reason": "属于责任免除",
        "paid": "0.00",
    }
    assert (values["claimed_amount"], values["total_amount"]) == ("30800.00", "20000.00")
    assert values["reasons"] == ["属于责任免除", NOT_COVERED["facts"]]
    assert values["clause_id"] == "3.2"


def test_fast_lane_gives_what_is_not_payable_to_people() -> None:
    policy = a_medical_policy()

    # The deductible is not met: nothing is payable, and a machine does not say so.
    claim = report_illness(policy, "2000.00", channel="PARTNER")

    assert fresh(claim).track == "simple"
    assert open_tasks(claim) == ["assess_liability"]
    assert used(policy) == {"annual_deductible": "2000.00"}


def test_calculation_can_be_performed_again_from_its_record() -> None:
    claim = report(a_policy(), [a_line(amount="4321.09")], fault_ratio=HALF)

    file = get_file(claim.id)

    assert file.product is not None
    kept = file.calculations[0].sheet
    assert recompute(kept, file.product).as_json() == kept


def test_calculating_again_spends_nothing_twice() -> None:
    policy = a_medical_policy()
    claim = report_illness(policy, "34000.00")
    bring_to_approval(claim)
    once = used(policy)

    for _ in range(3):
        do(claim, "approve_claim", RETURNED, "chenjing")
        assess(claim)

    assert used(policy) == once == {"annual_deductible": "10000.00", "general_limit": "24000.00"}
    assert fresh(claim).counted_calculation == 4


def refuse(claim: Claim, at: datetime = FRIDAY) -> None:
    """Let 赵敏 and 陈静 refuse what waits to be assessed."""
    do(claim, "assess_liability", NOT_COVERED, at=at)
    do(claim, "approve_refusal", APPROVED, "chenjing", at)


def test_refusing_twice_gives_back_once() -> None:
    policy = a_medical_policy()
    other = report_illness(policy, "4000.00")
    bring_to_approval(other)
    claim = report_illness(policy, "34000.00")
    bring_to_approval(claim)
    do(claim, "approve_claim", RETURNED, "chenjing")

    refuse(claim)
    do(claim, "visit_customer", VISITED, "zhouting")
    assert used(policy) == {"annual_deductible": "4000.00"}
    reopen_claim(claim_id=claim.id, reason="客户申诉。", by=act("chenjing"), at=FRIDAY)
    refuse(claim)

    assert fresh(claim).state == ClaimState.CLOSED
    assert used(policy) == {"annual_deductible": "4000.00"}


def test_refused_claim_is_calculated_afresh_when_reopened() -> None:
    policy = a_medical_policy()
    claim = report_illness(policy, "34000.00")
    bring_to_approval(claim)
    do(claim, "approve_claim", RETURNED, "chenjing")
    refuse(claim)
    do(claim, "visit_customer", VISITED, "zhouting")

    reopen_claim(claim_id=claim.id, reason="客户补充病历。", by=act("chenjing"), at=FRIDAY)
    assess(claim)

    assert used(policy) == {"annual_deductible": "10000.00", "general_limit": "24000.00"}
    assert fresh(claim).payable_amount == Decimal("24000.00")


def test_refusal_after_a_payment_keeps_what_was_paid_for() -> None:
    policy = a_policy()
    claim = report(policy, [a_line(amount="5000.00")], fault_ratio=HALF)
    pay_everything()
    visit_if_due(claim)
    paid_for = used(policy)
    reopen_claim(claim_id=claim.id, reason="发现新事实。", by=act("chenjing"), at=on(10, 13))
    assess(claim, at=on(10, 13), fault_ratio_percent=100)
    assert used(policy) != paid_for
    do(claim, "approve_claim", RETURNED, "chenjing", on(10, 13))

    not_covered = {**NOT_COVERED, "clause": "3.1"}
    do(claim, "assess_liability", not_covered, at=on(10, 14))
    do(claim, "approve_refusal", APPROVED, "chenjing", on(10, 14))

    assert used(policy) == paid_for == {"compulsory.property": "2000.00", "third_party": "1500.00"}
    closed = fresh(claim)
    assert closed.outcome == Outcome.REFUSED
    assert (closed.payable_amount, closed.paid_amount) == (Decimal("3500.00"),) * 2


def test_invoice_that_met_the_deductible_is_not_claimed_again() -> None:
    policy = a_medical_policy()
    bill = a_bill("surgery", "8000.00", invoice="00123")
    claim = report_illness(policy, lines=[bill])
    bring_to_approval(claim)
    do(claim, "approve_claim", APPROVED, "chenjing")
    visit_if_due(claim)
    closed = fresh(claim)
    assert (closed.state, closed.outcome) == (ClaimState.CLOSED, Outcome.NOTHING_PAYABLE)

    with refused(InvoiceAlreadyClaimed, "lines.0.invoice", code="claims.invoice_already_claimed"):
        report_illness(policy, lines=[bill])


def test_reopened_claim_takes_its_invoices_back() -> None:
    policy = a_medical_policy()
    bill = a_bill("surgery", "38000.00", invoice="00123")
    claim = report_illness(policy, lines=[bill])
    do(claim, "review_documents", COMPLETE)
    refuse(claim)
    do(claim, "visit_customer", VISITED, "zhouting")
    reason, by = "客户补充病历。", act("chenjing")

    reopen_claim(claim_id=claim.id, reason=reason, by=by, at=FRIDAY)
    with refused(InvoiceAlreadyClaimed, "lines.0.invoice", code="claims.invoice_already_claimed"):
        report_illness(policy, lines=[bill])
    refuse(claim)
    report_illness(policy, lines=[bill])
    with refused(InvoiceAlreadyClaimed, code="claims.invoice_already_claimed"):
        reopen_claim(claim_id=claim.id, reason=reason, by=by, at=FRIDAY)
