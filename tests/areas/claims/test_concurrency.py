"""What two people do at the same moment, on connections of their own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from baocheng.areas.billing.queries import ledger_balance
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.models import CalculationRecord, Claim, ClaimLine
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.claims.operations.lines import InvoiceAlreadyClaimed
from baocheng.areas.claims.operations.reporting import report_claim, report_claims
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.journal.chain import verify
from baocheng.engine.journal.models import EventRow
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.streams import Actor
from baocheng.engine.work.authority import AboveAuthority
from baocheng.engine.work.items import AlreadyDone
from baocheng.engine.work.models import AuthorityTotal
from baocheng.kernel.problems import Conflict, Problem
from factories.claims import (
    APPROVED,
    COMPLETE,
    COVERED,
    a_bill,
    a_line,
    a_report,
    bring_to_approval,
    do,
    fresh,
    item,
    pay_everything,
    report,
    report_illness,
    used,
    visit_if_due,
)
from factories.company import FRIDAY, a_medical_policy, a_person, a_policy, act

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("company")]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let everybody begin together; return for each what came of it, or why it was refused."""
    start = Barrier(len(acts))

    def attempt(one: Callable[[], object]) -> object:
        try:
            start.wait()
            return one()
        except Problem as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(attempt, acts))


def problems(answers: Sequence[object]) -> list[type]:
    return [type(answer) for answer in answers if isinstance(answer, Problem)]


def completing(
    claim: Claim, element: str, answers: dict[str, str], by: Actor
) -> Callable[[], object]:
    task = item(claim, element)
    return lambda: complete_task(task.id, answers, by=by, at=FRIDAY)


@pytest.fixture(autouse=True)
def _nothing_is_broken() -> Iterator[None]:
    yield
    assert verify().broken == []
    assert ledger_balance() == 0


def test_claims_at_once_spend_a_deductible_once() -> None:
    policy = a_medical_policy()
    claims = [report_illness(policy, "15000.00") for _ in range(4)]
    for claim in claims:
        do(claim, "review_documents", COMPLETE)
    by = act("zhaomin")

    answers = at_once(*(completing(claim, "assess_liability", COVERED, by) for claim in claims))

    assert problems(answers) == []
    payable = [fresh(claim).payable_amount for claim in claims]
    assert sorted(payable) == [Decimal("5000.00"), *[Decimal("15000.00")] * 3]
    assert used(policy) == {"annual_deductible": "10000.00", "general_limit": "50000.00"}


def test_claims_at_once_never_pass_a_limit_together() -> None:
    medical = CoverageTerms(
        coverage="accident_medical", amounts={"medical_sum": Decimal("5000.00")}
    )
    policy = a_policy("personal_accident", (medical,))
    by = act("zhouting")
    reports = [
        a_report(policy, [a_bill("medical", "1900.00")], by_accident=True, fault_ratio=None)
        for _ in range(6)
    ]

    answers = at_once(
        *(lambda one=one: report_claim(report=one, by=by, at=FRIDAY) for one in reports)
    )

    assert problems(answers) == []
    # 80 % of what is above 100 is 1,440 each: three go through, the fourth gets the rest.
    sheets = CalculationRecord.objects.values_list("payable_amount", flat=True)
    assert sorted(sheets, reverse=True) == [Decimal("1440.00")] * 3 + [Decimal("680.00"), 0, 0]
    assert used(policy)["accident_medical"] == "5000.00"


def test_batches_at_once_lock_policies_in_one_order() -> None:
    policies = [a_policy(name=name) for name in ("王芳", "李伟", "张静")]
    by = act("zhouting")

    def batch(order: Sequence[int]) -> Callable[[], object]:
        reports = [a_report(policies[place], [a_line(amount="900.00")]) for place in order * 5]
        return lambda: report_claims(reports=reports, by=by, at=FRIDAY)

    answers = at_once(batch([0, 1, 2]), batch([2, 1, 0]))

    assert problems(answers) == []
    assert Claim.objects.filter(state=ClaimState.PAYING).count() == 30


def test_approvals_at_once_stay_within_the_authority() -> None:
    holder = a_person()
    claims = [report_illness(a_medical_policy(holder), "90000.00") for _ in range(4)]
    for claim in claims:
        bring_to_approval(claim)
    by = act("chenjing")

    answers = at_once(*(completing(claim, "approve_claim", APPROVED, by) for claim in claims))

    # 80,000 each to one payee on one day: two are within 200,000, whoever comes first.
    assert problems(answers) == [AboveAuthority, AboveAuthority]
    approved = Claim.objects.filter(is_approved=True)
    assert approved.count() == Claim.objects.filter(state=ClaimState.PAYING).count() == 2
    total = AuthorityTotal.objects.get(scope="PAYEE_DAY").total
    assert total == Decimal("160000.00")


def test_one_report_sent_twice_at_once_makes_one_claim() -> None:
    policy, by = a_policy(), act("zhouting")
    one = a_report(policy, [a_line(invoice="00123")])

    answers = at_once(*[lambda: report_claim(report=one, by=by, at=FRIDAY)] * 3)

    assert problems(answers) == [InvoiceAlreadyClaimed] * 2
    assert Claim.objects.count() == ClaimLine.objects.count() == 1
    assert EventRow.objects.filter(type="claims.claim.reported.v1").count() == 1


def test_one_task_is_completed_by_one_of_two_sessions() -> None:
    claim = report_illness(a_medical_policy())
    by = act("zhaomin")

    answers = at_once(*[completing(claim, "review_documents", COMPLETE, by)] * 2)

    assert problems(answers) == [AlreadyDone]
    accepted = EventRow.objects.filter(type="claims.claim.documents_accepted.v1")
    assert accepted.count() == 1


def test_one_claim_is_reopened_once() -> None:
    claim = report(a_policy())
    pay_everything()
    visit_if_due(claim)
    by = act("chenjing")

    answers = at_once(
        *[lambda: reopen_claim(claim_id=claim.id, reason="客户申诉。", by=by, at=FRIDAY)] * 2
    )

    assert len(problems(answers)) == 1
    assert issubclass(problems(answers)[0], Conflict)
    assert fresh(claim).reopened_count == 1
