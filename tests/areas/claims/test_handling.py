from datetime import timedelta
from decimal import Decimal

import pytest

from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.operations.approval import NotForTheMachine, approve_automatically
from baocheng.areas.claims.operations.closing import NotClosed, reopen_claim
from baocheng.areas.claims.operations.documenting import (
    ClaimClosedAlready,
    SecondSupplement,
    receive_claim_documents,
)
from baocheng.areas.claims.operations.reporting import match_policy
from baocheng.areas.claims.queries import (
    get_claim_for,
    get_file,
    list_claims_for,
    search_claims_for,
)
from baocheng.areas.organisation.models import Branch, Staff
from baocheng.areas.organisation.operations import founding
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.processes.operations import complete_task, fire_timers
from baocheng.engine.unit import unit
from baocheng.engine.work.authority import AboveAuthority
from baocheng.engine.work.items import AlreadyDone, NotYours, Stale, claim_item
from baocheng.engine.work.separation import FourEyes
from baocheng.kernel.problems import NotFound, NotPermitted, Problems
from factories.claims import (
    APPROVED,
    COMPLETE,
    COVERED,
    RETURNED,
    bring_to_approval,
    clock,
    do,
    fresh,
    history,
    item,
    on,
    open_tasks,
    pay_everything,
    report,
    report_illness,
    supply,
    used,
    visit_if_due,
)
from factories.company import FRIDAY, a_colleague, a_medical_policy, a_person, a_policy, act
from factories.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

SUPPLEMENT = {"conclusion": "supplement", "missing": ["medical_record"]}


def also(login: str, role: str) -> None:
    """Give a member of the cast one more role at the Shanghai branch."""
    staff = Staff.objects.get(user__username=login)
    branch = Branch.objects.get(code="31")
    grant_role(staff=staff, role=role, branch=branch, by=founding.FOUNDER, at=on(1, 2))


def test_who_assessed_a_claim_does_not_approve_it() -> None:
    also("chenjing", "claims_handler")
    claim = report_illness(a_medical_policy())
    do(claim, "review_documents", COMPLETE)
    do(claim, "assess_liability", COVERED, "chenjing")
    do(claim, "confirm_calculation", {})

    with refused(FourEyes, code="work.four_eyes"):
        do(claim, "approve_claim", APPROVED, "chenjing")


def test_who_reported_a_claim_does_not_approve_it() -> None:
    also("chenjing", "service_agent")
    claim = report_illness(a_medical_policy(), login="chenjing")
    bring_to_approval(claim)

    with refused(FourEyes, code="work.four_eyes"):
        do(claim, "approve_claim", APPROVED, "chenjing")


def test_returning_a_claim_says_why() -> None:
    claim = report_illness(a_medical_policy())
    bring_to_approval(claim)

    with refused(Problems, "remark", code="kernel.problems"):
        do(claim, "approve_claim", {"answer": "return"}, "chenjing")
    do(claim, "approve_claim", RETURNED, "chenjing")

    assert (fresh(claim).is_approved, fresh(claim).return_reason) == (False, RETURNED["remark"])
    assert open_tasks(claim) == ["assess_liability"]


def test_payments_to_one_payee_on_one_day_add_up_to_the_limit() -> None:
    holder = a_person()
    claims = [report_illness(a_medical_policy(holder), "90000.00") for _ in range(3)]
    for claim in claims:
        bring_to_approval(claim)
    first, second, third = claims

    do(first, "approve_claim", APPROVED, "chenjing")
    do(second, "approve_claim", APPROVED, "chenjing")
    with refused(AboveAuthority, "amount", code="work.above_authority"):
        do(third, "approve_claim", APPROVED, "chenjing")
    do(third, "approve_claim", APPROVED, "chenjing", on(9, 28))

    assert fresh(third).state == ClaimState.PAYING


def test_machine_approves_only_what_is_simple_and_payable() -> None:
    claim = report_illness(a_medical_policy())
    bring_to_approval(claim)

    with refused(NotForTheMachine, code="claims.not_for_the_machine"), unit():
        approve_automatically(get_file(claim.id), at=FRIDAY)


def test_task_is_completed_once() -> None:
    claim = report_illness(a_medical_policy())
    task = item(claim, "review_documents")
    complete_task(task.id, COMPLETE, by=act("zhaomin"), at=FRIDAY)

    with refused(AlreadyDone, code="work.already_done"):
        complete_task(task.id, COMPLETE, by=act("zhaomin"), at=FRIDAY)


def test_stale_form_is_refused() -> None:
    claim = report_illness(a_medical_policy())
    task = item(claim, "review_documents")
    claim_item(task.id, by=act("zhaomin"), at=FRIDAY)

    with refused(Stale, "revision", code="work.stale"):
        complete_task(task.id, COMPLETE, by=act("zhaomin"), at=FRIDAY, revision=task.revision)


def test_task_of_another_role_is_refused() -> None:
    claim = report_illness(a_medical_policy())

    with refused(NotYours, code="work.not_yours"):
        do(claim, "review_documents", COMPLETE, "zhouting")


def test_claim_of_another_branch_is_out_of_reach() -> None:
    claim = report_illness(a_medical_policy())
    beijing = a_colleague("何平", "claims_handler", "claims_supervisor", branch="11")
    assert claim.number is not None

    with refused(NotYours, code="work.not_yours"):
        complete_task(item(claim, "review_documents").id, COMPLETE, by=beijing, at=FRIDAY)
    with refused(NotFound, "number", code="kernel.not_found"):
        get_claim_for(beijing, claim.number)
    with refused(NotFound, "number", code="kernel.not_found"):
        receive_claim_documents(claim_id=claim.id, uploads=[], by=beijing, at=FRIDAY)
    with refused(NotFound, "number", code="kernel.not_found"):
        reopen_claim(claim_id=claim.id, reason="。", by=beijing, at=FRIDAY)
    assert list(list_claims_for(beijing)) == []


def test_claims_are_found_by_number_policy_and_name() -> None:
    policy = a_medical_policy()
    claim = report_illness(policy)
    assert claim.number is not None

    for text in (claim.number, policy.number, "王"):
        assert search_claims_for(act("zhaomin"), text) == [claim]
    assert search_claims_for(act("sunli"), "李") == []
    assert get_claim_for(act("sunli"), claim.number) == claim
    with pytest.raises(NotPermitted):
        list_claims_for(act("liqiang"))


def test_documents_are_asked_for_once() -> None:
    claim = report_illness(a_medical_policy())
    # Half past midnight in Shanghai is still the day before in UTC.
    do(claim, "review_documents", SUPPLEMENT, at=on(9, 28, 0) + timedelta(minutes=30))
    supply(claim, "medical_record", at=on(9, 29))

    with refused(SecondSupplement, "conclusion", code="claims.second_supplement") as caught:
        do(claim, "review_documents", SUPPLEMENT, at=on(9, 29))
    assert caught.value.params == {"on": "2025-09-28"}


def test_request_for_documents_names_them() -> None:
    claim = report_illness(a_medical_policy())

    with refused(Problems, "missing", code="kernel.problems"):
        do(claim, "review_documents", {"conclusion": "supplement"})


def test_customer_is_reminded_after_thirty_days() -> None:
    claim = report_illness(a_medical_policy())
    do(claim, "review_documents", SUPPLEMENT, at=on(9, 26, 11))

    assert fire_timers(at=on(10, 26, 10)) == 0
    assert fire_timers(at=on(10, 26, 12)) == 1

    assert history(claim)[-2:] == ["supplement_requested", "customer_reminded"]
    assert open_tasks(claim) == ["review_documents"]
    assert clock(claim, "claim_decision_ordinary", on(10, 27)).state == ClockState.PAUSED
    do(claim, "review_documents", COMPLETE, at=on(10, 28))
    assert fresh(claim).state == ClaimState.REGISTERED


def test_closed_claim_takes_nothing_more() -> None:
    policy = a_policy()
    claim = report(policy)
    pay_everything()
    visit_if_due(claim)
    assert fresh(claim).state == ClaimState.CLOSED

    with refused(ClaimClosedAlready, code="claims.closed"):
        receive_claim_documents(claim_id=claim.id, uploads=[], by=act("zhaomin"), at=FRIDAY)
    with refused(ClaimClosedAlready, code="claims.closed"):
        match_policy(claim_id=claim.id, policy_number=policy.number, by=act("zhaomin"), at=FRIDAY)


@pytest.mark.parametrize("element", ["review_documents", "assess_liability", "approve_claim"])
def test_open_claim_is_not_reopened(element: str) -> None:
    claim = report_illness(a_medical_policy())
    if element != "review_documents":
        do(claim, "review_documents", COMPLETE)
    if element == "approve_claim":
        do(claim, "assess_liability", COVERED)
        do(claim, "confirm_calculation", {})
    assert open_tasks(claim) == [element]

    with refused(NotClosed, code="claims.not_closed"):
        reopen_claim(claim_id=claim.id, reason="再看一次。", by=act("chenjing"), at=FRIDAY)
    with refused(NotPermitted, code="kernel.not_permitted"):
        reopen_claim(claim_id=claim.id, reason="再看一次。", by=act("zhaomin"), at=FRIDAY)


def test_reopening_with_the_same_result_pays_nothing() -> None:
    policy = a_policy()
    claim = report(policy)
    pay_everything()
    visit_if_due(claim)
    spent = used(policy)

    reopen_claim(claim_id=claim.id, reason="客户申诉。", by=act("chenjing"), at=on(10, 9))
    do(claim, "assess_liability", COVERED, at=on(10, 9))
    do(claim, "confirm_calculation", {}, at=on(10, 9))
    do(claim, "approve_claim", APPROVED, "chenjing", on(10, 9))

    closed = fresh(claim)
    assert (closed.state, closed.paid_amount) == (ClaimState.CLOSED, Decimal("1500.00"))
    assert used(policy) == spent
